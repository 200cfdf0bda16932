"""What of an event may leave the house, and the rules of subscriptions to what leaves."""

import types
import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from contracts.assessments import Output
from contracts.event import registry
from contracts.principals import SYSTEM_ID, Principal, Role
from contracts.refusals import Refusal
from contracts.values import Money, StreamFigures

FIGURES = (Decimal, Money, Output, StreamFigures)
PERSONS = frozenset({"person_id", "assessor_id", "verifier_id", "identified_by", "sex"})

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Between ten attempts, in business time: 75 hours and a half, the schedule that Standard Webhooks proposes."""
JITTER = 0.1
"""So much of a pause is added at most, so that receivers that failed together are not all tried together."""
LONGEST_WISH = timedelta(hours=24)
"""A receiver may ask for more time than the schedule gives, up to this."""
SECRETS_OVERLAP = timedelta(hours=24)
MOST_SECRETS = 3
MOST_SUBSCRIPTIONS = 20
Status = Literal["active", "paused", "disabled"]
Reason = Literal["by_its_owner", "by_the_centre", "key_ended", "attempts_used_up", "receiver_is_gone"]
Outcome = Literal["delivered", "failed"]


class TypeIsUnknown(Refusal):
    status = 422
    sentence = "There are no events of the type {event_type}: see /asyncapi.json."


class TypeIsNotGranted(Refusal):
    status = 422
    sentence = "This key may not follow {event_type}: ask the administrator for one that may."


class TooManySubscriptions(Refusal):
    sentence = "You have {most} subscriptions, the most there may be."


class SubscriptionIsNotActive(Refusal):
    sentence = "The subscription is {status} already."


class SubscriptionIsActive(Refusal):
    sentence = "The subscription is active already."


class CentreHoldsSubscription(Refusal):
    sentence = "The centre paused this subscription: ask its administrator to resume it."


@dataclass(frozen=True, slots=True)
class Secret:
    """What deliveries are signed with; readable here, since it has to sign. `until` is wall time, none = in use."""

    text: str = field(repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where events are sent, for whom, and how far that has come.

    `reader` is its owner as the key said when it was made or last resumed. `cursor` is the journal's number of the
    last event that arrived; `attempts` those spent on the one after it. Every change raises `version`; no event does.
    `next_attempt_at` is business time; `lease_until` and the secrets' `until` are the clock on the wall.
    """

    id: UUID
    owner_id: UUID
    url: str
    types: tuple[str, ...] | None
    reader: Principal
    secrets: tuple[Secret, ...]
    cursor: int
    created_at: datetime
    status: Status = "active"
    reason: Reason | None = None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    last_delivered_at: datetime | None = None
    test_id: UUID | None = None
    holder: UUID | None = None
    lease_until: datetime | None = None
    version: int = 0

    @property
    def wanted_types(self) -> frozenset[str] | None:
        """The types that are sent: those asked for, of those granted; None is every type."""
        granted = visible_types(self.reader)
        if self.types is None:
            return granted
        return frozenset(self.types) if granted is None else granted.intersection(self.types)


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one attempt: a status, or in words why there is none; how long the receiver wants us to wait."""

    status: int | None
    trouble: str | None = None
    wait: timedelta | None = None

    @property
    def outcome(self) -> Outcome:
        """Only a 2xx has arrived; a redirect has not, wherever it points."""
        return "delivered" if self.status is not None and 200 <= self.status < 300 else "failed"


def check_types(asked: Iterable[str] | None, reader: Principal) -> tuple[str, ...] | None:
    """The types of a subscription; raises `TypeIsUnknown` or `TypeIsNotGranted`."""
    if asked is None:
        return None
    granted = visible_types(reader)
    for event_type in sorted(set(asked)):
        if event_type not in registry:
            raise TypeIsUnknown(event_type=event_type)
        if granted is not None and event_type not in granted:
            raise TypeIsNotGranted(event_type=event_type)
    return tuple(sorted(set(asked)))


def pause(subscription: Subscription, by: Principal) -> Subscription:
    """Nothing is sent until it is resumed; raises `SubscriptionIsNotActive`. The centre may hold a paused one too."""
    reason: Reason = "by_its_owner" if by.principal_id == subscription.owner_id else "by_the_centre"
    if by.principal_id == SYSTEM_ID:  # the gateway, which knows that its owner has no valid key any more
        reason = "key_ended"
    if subscription.status != "active" and reason in ("by_its_owner", subscription.reason):
        raise SubscriptionIsNotActive(status=subscription.status)
    return replace(subscription, status="paused", reason=reason, next_attempt_at=None)


def resume(subscription: Subscription, by: Principal) -> Subscription:
    """It goes on where it stopped, with ten attempts before it; raises `SubscriptionIsActive` or
    `CentreHoldsSubscription`. What its owner may read is taken from the key it comes with."""
    if subscription.status == "active":
        raise SubscriptionIsActive
    if subscription.reason in ("by_the_centre", "key_ended") and not by.has(Role.ADMINISTRATOR):
        raise CentreHoldsSubscription
    reader = by if by.principal_id == subscription.owner_id else subscription.reader
    return replace(subscription, status="active", reason=None, attempts=0, next_attempt_at=None, reader=reader)


def rotate(subscription: Subscription, text: str, wall: datetime) -> Subscription:
    """A new secret; the old one signs beside it for a day, so that the receiver can change over without a gap."""
    before = [
        replace(each, until=min(each.until or wall + SECRETS_OVERLAP, wall + SECRETS_OVERLAP))
        for each in secrets_at(subscription, wall)
    ]
    return replace(subscription, secrets=(Secret(text), *before)[:MOST_SECRETS])


def secrets_at(subscription: Subscription, wall: datetime) -> list[Secret]:
    """Those that sign at a moment, the newest first."""
    return [each for each in subscription.secrets if each.until is None or each.until > wall]


def after_event(
    subscription: Subscription, number: int, answered: Answered, at: datetime, *, jitter: float
) -> Subscription:
    """The subscription after an attempt at the event of this number: on to the next one, or a pause, or the end.

    `jitter` lies between 0 and 1. One that was paused meanwhile stays paused, but what arrived has arrived.
    """
    if answered.outcome == "delivered":
        return replace(subscription, cursor=number, attempts=0, next_attempt_at=None, last_delivered_at=at)
    tried = replace(subscription, attempts=subscription.attempts + 1)
    if tried.status != "active":
        return tried
    if answered.status == 410:
        return replace(tried, status="disabled", reason="receiver_is_gone", next_attempt_at=None)
    if tried.attempts > len(PAUSES):
        return replace(tried, status="paused", reason="attempts_used_up", next_attempt_at=None)
    wait = PAUSES[tried.attempts - 1] * (1 + JITTER * jitter)
    wish = min(answered.wait or timedelta(0), LONGEST_WISH)
    return replace(tried, next_attempt_at=at + max(wait, wish))


def visible_types(reader: Principal) -> frozenset[str] | None:
    """The types of events a reader may follow; None is every type."""
    return None if reader.has(Role.ADMINISTRATOR) else reader.event_types


def visible_data(event_type: str, data: dict[str, Any], reader: Principal) -> dict[str, Any]:
    """An event's data as its reader may see it: a hidden fact is null where its schema admits null, else left out."""
    if reader.has(Role.ADMINISTRATOR) or reader.figures:
        return data
    event = registry.get(event_type)
    return _without_figures(event, data) if event else {}


def _without_figures(model: type[BaseModel], data: dict[str, Any]) -> dict[str, Any]:
    hidden, inner = _rule(model)
    seen: dict[str, Any] = {}
    for name, value in data.items():
        if name in hidden:
            if hidden[name]:
                seen[name] = None
        elif name in inner:
            seen[name] = _inside(inner[name], value)
        elif name in model.model_fields:  # what the class does not know cannot be judged
            seen[name] = value
    return seen


def _inside(model: type[BaseModel], value: Any) -> Any:
    if isinstance(value, list):
        return [_inside(model, each) for each in value]
    return _without_figures(model, value) if isinstance(value, dict) else value


@cache
def _rule(model: type[BaseModel]) -> tuple[dict[str, bool], dict[str, type[BaseModel]]]:
    """The hidden fields of a class, each with whether it may be null, and the classes of its nested fields."""
    hidden: dict[str, bool] = {}
    inner: dict[str, type[BaseModel]] = {}
    for name, declared in model.model_fields.items():
        kinds = set(_kinds(declared.annotation))
        if name in PERSONS or kinds & set(FIGURES):
            hidden[name] = type(None) in kinds
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                inner[name] = kind
    return hidden, inner


def _kinds(annotation: Any) -> Iterator[Any]:
    """The classes an annotation is made of: `tuple[Stream, ...] | None` gives Stream and NoneType."""
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        yield from _kinds(typing.get_args(annotation)[0])
    elif origin in (typing.Union, types.UnionType, tuple, list, dict):
        for each in typing.get_args(annotation):
            yield from _kinds(each)
    else:
        yield annotation
