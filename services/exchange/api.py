"""The feed, every event of the deployment in one order, to be read from any point; and subscriptions to it."""

import asyncio
import base64
import re
import secrets
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from chassis.auth import allow
from chassis.clock import wall_now
from chassis.http import Cursor, CursorIsInvalid, Limit, Page, problems
from chassis.outside import AddressIsRefused
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Administrator, Integrator
from services.exchange.domain import (
    MOST_SUBSCRIPTIONS,
    CentreHoldsSubscription,
    Secret,
    Status,
    Subscription,
    SubscriptionIsActive,
    SubscriptionIsNotActive,
    TooManySubscriptions,
    TypeIsNotGranted,
    TypeIsUnknown,
    check_types,
    pause,
    resume,
    rotate,
    visible_types,
)
from services.exchange.queries import Wanted, count_of, end_of_journal, log_page, next_entries
from services.exchange.schemas import (
    CreateSubscription,
    DeliveryOut,
    EventType,
    FeedOut,
    SecretShown,
    SubscriptionOut,
    feed,
)

routes = Routes("/v1/events")
subscription_routes = Routes("/v1/subscriptions")
MARK = "whsec_"
LONGEST_WAIT_S = 30
END = "end"

After = Annotated[str, Query(max_length=20, description="the `next` of your last answer; `end` only tells the end")]
Types = Annotated[
    list[EventType] | None, Query(alias="type", max_length=100, description="only these types, each by its full name")
]
Wait = Annotated[
    float,
    Query(ge=0, le=LONGEST_WAIT_S, allow_inf_nan=False, description="seconds to wait for the first event to come"),
]


@routes.get(
    "", dependencies=allow(Administrator, Integrator), response_model=FeedOut, responses=problems(CursorIsInvalid)
)
async def list_events(
    uow: Uow,
    after: After = "0",
    types: Types = None,
    subject: UUID | None = None,
    correlation_id: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 100,
    wait: Wait = 0,
) -> Response:
    """The events behind a cursor, oldest first; an integrator sees the types and facts its key grants."""
    store, reader = uow.ground.store, uow.principal
    end = await end_of_journal(store)
    number = end if after == END else _number(after, end)
    wanted = Wanted(_both(types, visible_types(reader)), subject, correlation_id)
    patience = 0 if after == END else wait
    entries = await next_entries(uow.ground, number, wanted, limit=limit, wait=patience)
    end = await end_of_journal(store)
    body = await asyncio.to_thread(feed, entries, reader, after=number, end=end)  # 0.1 ms for each event
    return Response(body, media_type="application/json")


def _number(after: str, end: int) -> int:
    """A place in the journal; one that was never reached is not ours (a restored journal may be shorter)."""
    if not re.fullmatch("[0-9]{1,18}", after) or int(after) > end:
        raise CursorIsInvalid
    return int(after)


def _both(asked: list[str] | None, granted: frozenset[str] | None) -> frozenset[str] | None:
    if asked is None:
        return granted
    return frozenset(asked) if granted is None else granted.intersection(asked)


@subscription_routes.get("", dependencies=allow(Administrator, Integrator))
async def list_subscriptions(
    uow: Uow, status: Status | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[SubscriptionOut]:
    """Where events are sent: an integrator sees its own subscriptions, the administrator all."""
    found, following = await page_of(uow, Subscription, *equal(Subscription, status=status), cursor=cursor, limit=limit)
    return Page[SubscriptionOut](items=[SubscriptionOut.of(each) for each in found], next=following)


@subscription_routes.post(
    "",
    dependencies=allow(Administrator, Integrator),
    responses=problems(AddressIsRefused, TypeIsUnknown, TypeIsNotGranted, TooManySubscriptions),
)
async def create_subscription(body: CreateSubscription, uow: Uow) -> SecretShown:
    """Have events sent from now on, in the order of the feed, each at least once; earlier ones stand in the feed."""
    types = check_types(body.types, uow.principal)
    await uow.ground.outside.addresses(body.url)  # nothing is held yet: a slow name server keeps nobody waiting
    owner_id = uow.principal.principal_id
    await uow.alone_on(owner_id)
    if await count_of(uow, owner_id) >= MOST_SUBSCRIPTIONS:
        raise TooManySubscriptions(most=MOST_SUBSCRIPTIONS)
    text = _new_secret()
    subscription = Subscription(
        id=uow.new_id(),
        owner_id=owner_id,
        url=body.url,
        types=types,
        reader=uow.principal,
        secrets=(Secret(text),),
        cursor=await end_of_journal(uow.ground.store),
        created_at=uow.now(),
    )
    return SecretShown.showing(text, uow.keep(subscription))


@subscription_routes.get("/{subscription_id}", dependencies=allow(Administrator, Integrator))
async def read_subscription(subscription_id: UUID, uow: Uow) -> SubscriptionOut:
    """One subscription, how far it has come, and why it stands still if it does."""
    return SubscriptionOut.of(await uow.read(Subscription, subscription_id))


@subscription_routes.post("/{subscription_id}/test", dependencies=allow(Administrator, Integrator))
async def test_subscription(subscription_id: UUID, uow: Uow) -> SubscriptionOut:
    """Send one event marked as a test, once, also while it is paused; the delivery log says what became of it."""
    subscription = await uow.get(Subscription, subscription_id)
    wanted = replace(subscription, test_id=subscription.test_id or uow.new_id())
    return SubscriptionOut.of(uow.keep(wanted))


@subscription_routes.post(
    "/{subscription_id}/pause",
    dependencies=allow(Administrator, Integrator),
    responses=problems(SubscriptionIsNotActive),
)
async def pause_subscription(subscription_id: UUID, uow: Uow) -> SubscriptionOut:
    """Send nothing more until it is resumed; what the administrator pauses for somebody else only it resumes."""
    subscription = await uow.get(Subscription, subscription_id)
    return SubscriptionOut.of(uow.keep(pause(subscription, uow.principal)))


@subscription_routes.post(
    "/{subscription_id}/resume",
    dependencies=allow(Administrator, Integrator),
    responses=problems(SubscriptionIsActive, CentreHoldsSubscription),
)
async def resume_subscription(subscription_id: UUID, uow: Uow) -> SubscriptionOut:
    """Go on where it stopped: nothing that happened meanwhile is left out."""
    subscription = await uow.get(Subscription, subscription_id)
    return SubscriptionOut.of(uow.keep(resume(subscription, uow.principal)))


@subscription_routes.post("/{subscription_id}/rotate-secret", dependencies=allow(Administrator, Integrator))
async def rotate_secret(subscription_id: UUID, uow: Uow) -> SecretShown:
    """A new secret, shown this once; for a day every delivery is signed with the old one too."""
    text = _new_secret()
    subscription = await uow.get(Subscription, subscription_id)
    return SecretShown.showing(text, uow.keep(rotate(subscription, text, wall_now())))


@subscription_routes.get("/{subscription_id}/deliveries", dependencies=allow(Administrator, Integrator))
async def list_subscription_deliveries(
    subscription_id: UUID, uow: Uow, cursor: Cursor = None, limit: Limit = 50
) -> Page[DeliveryOut]:
    """Every attempt of the last 30 days, the latest first: what was sent and what came back."""
    subscription = await uow.read(Subscription, subscription_id)
    found, following = await log_page(uow, subscription, cursor=cursor, limit=limit)
    source = uow.ground.source
    items = await asyncio.to_thread(lambda: [DeliveryOut.of(*each, subscription, source) for each in found])
    return Page[DeliveryOut](items=items, next=following)


def _new_secret() -> str:
    """256 random bits in the form of Standard Webhooks."""
    return MARK + base64.b64encode(secrets.token_bytes(32)).decode()
