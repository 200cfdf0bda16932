"""Sending webhooks: one task for each subscription that has something due, in order, each event at least once."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from uuid import UUID

import sqlalchemy as sa
import structlog
from standardwebhooks import Webhook

from chassis.clock import new_id, wall_now
from chassis.outside import AddressIsRefused, Answer, NotAnswered
from chassis.store.port import StoreError
from chassis.supervision import Pulse, heard
from chassis.unit_of_work import Cause, Ground, UnitOfWork, in_one_unit
from contracts.principals import SYSTEM_PRINCIPAL
from contracts.refusals import Refusal
from services.exchange.domain import Answered, Subscription, after_event, secrets_at
from services.exchange.models import Delivery, Entry, deliveries, journal, subscriptions
from services.exchange.queries import Wanted, due, end_of_journal, following
from services.exchange.schemas import TEST_TYPE, headers_of, shown, tested

log = structlog.get_logger()
Work = Callable[[UnitOfWork], Awaitable[Subscription | None]]
POLL_S = 2.0
BREATH_S = 0.05
"""Between two looks at what is due, however often the bell rings."""
PAGE = 50
ATTEMPT_S = 15.0
READ_AT_MOST = 65_536
KEPT_OF_ANSWER = 2_000
LEASE = timedelta(seconds=60)
REST_S = 5.0
LOG_IS_KEPT = timedelta(days=30)
TIDY_EVERY_S = 3_600.0
ASKS_TO_WAIT = (429, 503)
AGENT = "OpenRECP-Webhooks"


class Deliveries:
    """Sends what is due. A subscription is in one hand at a time, in all processes: whoever serves it holds a lease on
    its row, renewed with each event; a lease that ran out is another's to take."""

    name = "webhooks"

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._news = asyncio.Event()
        self._under_way: dict[UUID, asyncio.Task[None]] = {}
        self._read_to: dict[UUID, tuple[frozenset[str] | None, int]] = {}
        self._tidied_at: float | None = None
        ground.store.on_news(journal.table, self._news.set)
        ground.store.on_news(subscriptions.table, self._news.set)

    async def run(self, pulse: Pulse) -> None:
        """Look, begin, wait for news; on the way out nothing is left in hand."""
        try:
            while True:
                pulse.beat()
                self._news.clear()
                await self.begin_due()
                await self._tidy()
                await heard(self._news, POLL_S)
                await asyncio.sleep(BREATH_S)
        finally:
            for task in self._under_way.values():
                task.cancel()
            await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def begin_due(self) -> int:
        """Begin with every subscription that has something due; how many were begun. Nobody waits for another."""
        end = await end_of_journal(self.ground.store)
        begun = 0
        for row in await self.ground.store.fetch(due(self.ground.clock.now(), wall_now())):
            subscription = subscriptions.state(row)
            if subscription.id not in self._under_way and self._has_something(subscription, end):
                task = asyncio.create_task(self._serve(subscription), name=f"webhook {subscription.id}")
                self._under_way[subscription.id] = task
                task.add_done_callback(partial(self._ended, subscription.id))
                begun += 1
        return begun

    async def let_go(self) -> None:
        """End every lease, so that what was under way goes on at once: for whoever knows that its holders are dead."""
        held = sa.update(subscriptions.table).where(subscriptions.table.c.lease_until.is_not(None))
        await self.ground.store.execute(held.values(lease_until=None))

    def _ended(self, id: UUID, _: object) -> None:
        self._under_way.pop(id, None)
        self._news.set()  # something may have come while its task was just leaving

    def _has_something(self, subscription: Subscription, end: int) -> bool:
        types, read_to = self._read_to.get(subscription.id, (None, 0))
        known = read_to if types == subscription.wanted_types else 0
        return subscription.test_id is not None or max(subscription.cursor, known) < end

    async def _serve(self, subscription: Subscription) -> None:
        try:
            held = await self._test(subscription) if subscription.test_id is not None else subscription
            if held is not None:
                await self._deliver(held)
        except (StoreError, Refusal) as error:
            # What was sent and could not be marked is sent again, under the same id, when the lease has run out.
            log.warning("webhook.unmarked", subscription_id=str(subscription.id), error=type(error).__name__)
            await asyncio.sleep(REST_S)
        except Exception:
            log.exception("webhook.failed", subscription_id=str(subscription.id))
            await asyncio.sleep(REST_S)

    async def _deliver(self, subscription: Subscription) -> None:
        """Send what follows its cursor until there is no more, or until an attempt fails."""
        held: Subscription | None = None
        while True:
            end, known = await end_of_journal(self.ground.store), held or subscription
            wanted = following(known.cursor, Wanted(known.wanted_types), PAGE)
            entries = [journal.state(row) for row in await self.ground.store.fetch(wanted)]
            if not entries:
                self._read_to[known.id] = (known.wanted_types, end)
                if held is not None:
                    await self._release(held)
                return
            if held is None:
                held = await self._claim(subscription.id)
                if held is None:
                    return
                if held.cursor != subscription.cursor:
                    continue
            for entry in entries:
                held = await self._attempt(held, entry)
                if held is None:
                    return

    async def _claim(self, id: UUID, *, for_test: bool = False) -> Subscription | None:
        """Take a subscription in hand; None if another has it, or if there is nothing to do any more."""

        async def work(uow: UnitOfWork) -> Subscription | None:
            now, wall = uow.now(), wall_now()
            found = await uow.get(Subscription, id)
            taken = found.lease_until is not None and found.lease_until > wall
            early = found.next_attempt_at is not None and found.next_attempt_at > now
            nothing = found.test_id is None if for_test else found.status != "active" or early
            if taken or nothing:
                return None
            return uow.keep(replace(found, holder=new_id(), lease_until=wall + LEASE))

        return await self._unit("claim", id, work)

    async def _release(self, held: Subscription) -> None:
        async def work(uow: UnitOfWork) -> Subscription | None:
            found = await uow.get(Subscription, held.id)
            if found.holder != held.holder:
                return None
            return uow.keep(replace(found, holder=None, lease_until=None))

        await self._unit("release", held.id, work)

    async def _attempt(self, held: Subscription, entry: Entry) -> Subscription | None:
        """Send one event and write down what became of it; the subscription if it goes on with the next."""
        number = entry.number or 0
        body = shown(entry, held.reader)
        answered, delivery = await self._send(held, body, entry.event_id, entry.event_type, number)

        async def work(uow: UnitOfWork) -> Subscription | None:
            found = await uow.get(Subscription, held.id)
            if found.holder != held.holder:
                return None  # the lease ran out meanwhile: whoever took it sends this event again
            after = after_event(found, number, answered, uow.now(), jitter=random.random())  # noqa: S311  no secret
            goes_on = after.status == "active" and answered.outcome == "delivered"
            uow.add(delivery)
            lease = {"lease_until": wall_now() + LEASE} if goes_on else {"holder": None, "lease_until": None}
            kept = uow.keep(replace(after, **lease))
            return kept if goes_on else None

        went_on = await self._unit("attempt", held.id, work)
        if answered.outcome == "failed":
            log.warning("webhook.not_delivered", **_named(delivery), status=answered.status, reason=answered.trouble)
        return went_on

    async def _test(self, subscription: Subscription) -> Subscription | None:
        """Send the test that was asked for, once, whatever becomes of it."""
        held = await self._claim(subscription.id, for_test=True)
        if held is None or held.test_id is None:
            return None
        at, test_id = wall_now(), held.test_id
        body = tested(held.id, test_id, self.ground.source, at)
        _, delivery = await self._send(held, body, test_id, TEST_TYPE, None, at=at)

        async def work(uow: UnitOfWork) -> Subscription | None:
            found = await uow.get(Subscription, held.id)
            if found.holder != held.holder:
                return None
            uow.add(delivery)
            return uow.keep(replace(found, test_id=None, holder=None, lease_until=None))

        await self._unit("test", held.id, work)
        return None  # its events are found due in the next round

    async def _send(
        self,
        held: Subscription,
        body: bytes,
        event_id: UUID,
        event_type: str,
        number: int | None,
        *,
        at: datetime | None = None,
    ) -> tuple[Answered, Delivery]:
        """One request, and what is kept of it."""
        sent_at, began = at or wall_now(), time.monotonic()
        headers = headers_of(event_id, sent_at)
        signed = [Webhook(each.text).sign(str(event_id), sent_at, body.decode()) for each in secrets_at(held, sent_at)]
        headers |= {"webhook-signature": " ".join(signed), "user-agent": AGENT}
        answer: Answer | None = None
        try:
            answer = await self.ground.outside.post(held.url, body, headers, deadline_s=ATTEMPT_S, at_most=READ_AT_MOST)
            answered = Answered(answer.status, _trouble(answer.status), _wait(answer, sent_at))
        except (AddressIsRefused, NotAnswered) as failure:
            answered = Answered(None, str(failure))
        return answered, Delivery(
            id=new_id(),
            subscription_id=held.id,
            number=number,
            event_id=event_id,
            event_type=event_type,
            attempt=1 if number is None else held.attempts + 1,
            url=held.url,
            sent_at=sent_at,
            duration_ms=round((time.monotonic() - began) * 1000),
            outcome=answered.outcome,
            status=answered.status,
            trouble=answered.trouble,
            answer=None if answer is None else _readable(answer.body),
            answer_cut=answer is not None and (answer.cut or len(answer.body) > KEPT_OF_ANSWER),
        )

    async def _unit(self, step: str, id: UUID, work: Work) -> Subscription | None:
        cause = Cause(SYSTEM_PRINCIPAL, f"exchange.webhooks:{step}", f"subscription-{id}")
        return await in_one_unit(self.ground, cause, work)

    async def _tidy(self) -> None:
        """Forget attempts of more than 30 days ago, once an hour."""
        if self._tidied_at is None or time.monotonic() - self._tidied_at > TIDY_EVERY_S:
            old = deliveries.table.c.sent_at < wall_now() - LOG_IS_KEPT
            await self.ground.store.execute(sa.delete(deliveries.table).where(old))
            self._tidied_at = time.monotonic()


def _trouble(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    return "it sent us elsewhere, where we do not follow" if 300 <= status < 400 else f"it answered {status}"


def _wait(answer: Answer, at: datetime) -> timedelta | None:
    """How long a receiver wants to be left alone: a number of seconds, or a moment."""
    wish = answer.headers.get("retry-after", "").strip()
    if answer.status not in ASKS_TO_WAIT or not wish:
        return None
    if wish.isascii() and wish.isdigit():
        return timedelta(seconds=min(int(wish[:9]), 10**9))
    try:
        moment = parsedate_to_datetime(wish)
    except (ValueError, OverflowError):
        return None
    return max((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - at, timedelta(0))


def _readable(body: bytes) -> str:
    """The beginning of an answer as text that both databases and every terminal can hold."""
    text = body[:KEPT_OF_ANSWER].decode("utf-8", "replace")
    return "".join(each if each.isprintable() or each in "\n\t" else "\N{REPLACEMENT CHARACTER}" for each in text)


def _named(delivery: Delivery) -> dict[str, str | int]:
    return {
        "subscription_id": str(delivery.subscription_id),
        "event_id": str(delivery.event_id),
        "attempt": delivery.attempt,
    }
