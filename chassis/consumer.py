"""Consumers: reactions turn events into own events, projections into read models; each effect once."""

import asyncio
import dataclasses
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa
import structlog

from chassis.clock import new_id, wall_now
from chassis.log.absence import Absence
from chassis.log.port import EventLog, LogAway, Partition, Record, Subscription
from chassis.seats import Seat, seated
from chassis.store.port import AnySelect, Violated
from chassis.supervision import Pulse
from chassis.tables import FailedDelivery, Received, failed_deliveries, inbox
from chassis.unit_of_work import Cause, Ground, UnitOfWork, in_one_unit
from chassis.view import View
from contracts.event import Event
from contracts.principals import SYSTEM_PRINCIPAL

log = structlog.get_logger()
BATCH = 500
KEYS_AT_ONCE = 16
QUICK_PAUSES_S = (0.0, 0.05, 0.5)
ATTEMPTS = 8
WAIT_S = 5.0
AWAY_S = 1.0
OPEN = ("waiting", "retrying", "dead")
Reaction = Callable[[Any, UnitOfWork], Awaitable[None]]
Projection = Callable[[Any, View], Awaitable[None]]
__all__ = ["OPEN", "Consumer", "Projections", "Projector", "Reactions", "Reactor", "View"]


class Reactions:
    """The reactions of a service: one per event class. They publish, and are never replayed."""

    def __init__(self) -> None:
        self.handlers: dict[str, Reaction] = {}

    def on(self, *events: type[Event]) -> Callable[[Reaction], Reaction]:
        return _registering(self.handlers, events)


class Projections:
    """The projections of a service and the tables they own. They never publish, and can be rebuilt."""

    def __init__(self, *tables: type[Any], rebuildable: bool = True) -> None:
        self.tables = tables
        self.rebuildable = rebuildable
        self.handlers: dict[str, Projection] = {}

    def on(self, *events: type[Event]) -> Callable[[Projection], Projection]:
        return _registering(self.handlers, events)


def _registering(handlers: dict[str, Any], events: tuple[type[Event], ...]) -> Callable[[Any], Any]:
    def register(handler: Any) -> Any:
        for event in events:
            if event.event_type in handlers:
                raise TypeError(f"two handlers for {event.event_type}")
            handlers[event.event_type] = handler
        return handler

    return register


class Consumer:
    """Reads its topics, takes each effect once, and parks what fails with everything of the same root behind it."""

    def __init__(self, ground: Ground, event_log: EventLog, kind: str, handlers: dict[str, Any]) -> None:
        self.ground, self.log = ground, event_log
        self.name = f"{ground.service}.{kind}"
        self.handlers = handlers
        self.topics = sorted({event_type.split(".")[2] for event_type in handlers})
        self.seats = event_log.seats
        self.stopped: str | None = None
        self._outcomes: deque[bool] = deque(maxlen=100)
        self._subscription: Subscription | None = None
        self._at_work = asyncio.Lock()
        self._away = Absence(self.name)
        self._any_open = self._open(failed_deliveries.table.c.delivery_id).limit(1)
        self._open_roots = self._open(failed_deliveries.table.c.root).distinct()

    async def run(self, pulse: Pulse) -> None:
        """Deliver what comes, retry what is due, for ever; a log that is away is waited for."""
        while self.stopped is None:
            pulse.beat()
            async with seated(self.ground.store, self.name, self.seats, pulse) as seat:
                try:
                    await self._read(seat, pulse)
                except LogAway as reason:
                    self._away.seen(reason)
                    await asyncio.sleep(AWAY_S)
        pulse.trouble = self.stopped

    async def _read(self, seat: Seat, pulse: Pulse) -> None:
        self._subscription = reading = self.log.subscribe(self.name, self.topics, seat.number)
        try:
            while self.stopped is None and await seat.lead.still_held():
                pulse.beat()
                async with self._at_work:
                    parked = await self.retry_due()
                records = await reading.fetch(BATCH, 1.0 if parked else WAIT_S)
                self._away.over()
                async with self._at_work:
                    await self.deliver(records)
                    if self.stopped is None:  # else what was not tried yet comes again
                        await reading.commit(records)
        finally:
            self._subscription = None
            await reading.close()

    @property
    def is_reading(self) -> bool:
        """Whether this process is the one, or one of those, that read for the group."""
        return self._subscription is not None

    def resume(self) -> None:
        """Forget why it stopped, so that it may run again."""
        self.stopped = None
        self._outcomes.clear()

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[dict[Partition, int]]:
        """Take no record in meanwhile; gives the position it has reached per partition."""
        async with self._at_work:
            if self._subscription is None:
                raise RuntimeError("a process that takes nothing in does not know how far it has come")
            yield await self._subscription.position()

    async def lag(self) -> int:
        """How far the whole group is behind, also when another process reads for it; raises `LogAway`."""
        if self._subscription is not None:
            return await self._subscription.lag()
        onlooker = self.log.subscribe(self.name, self.topics)
        try:
            return await onlooker.lag()
        finally:
            await onlooker.close()

    async def deliver(self, records: Sequence[Record]) -> None:
        """Give each record that is news its effect."""
        wanted = [record for record in records if record.event_type in self.handlers]
        news = await self._news(wanted)
        if news:
            await self.apply(news, await self._parked_roots())

    async def apply(self, records: list[Record], parked: set[UUID]) -> None:
        raise TypeError("a consumer is a Reactor or a Projector")

    async def take(self, record: Record, settles: FailedDelivery | None) -> None:
        raise TypeError("a consumer is a Reactor or a Projector")

    async def effect(self, record: Record, settles: FailedDelivery | None = None) -> None:
        """The effect of one record, unless another process or an earlier attempt was first: then only settle it."""
        try:
            await self.take(record, settles)
        except Violated as twin:
            if twin.table != inbox.table.name:
                raise
            if settles is not None:
                await self._keep(record, settles)

    async def _keep(self, record: Record, delivery: FailedDelivery) -> None:
        async def work(uow: UnitOfWork) -> None:
            uow.put(delivery)

        await in_one_unit(self.ground, self.unit(record), work)

    async def _news(self, records: list[Record]) -> list[Record]:
        if not records:
            return []
        ids = [record.event_id for record in records]
        done = sa.select(inbox.table.c.event_id).where(
            inbox.table.c.consumer == self.name, inbox.table.c.event_id.in_(ids)
        )
        kept = sa.select(failed_deliveries.table.c.event_id).where(
            failed_deliveries.table.c.consumer == self.name, failed_deliveries.table.c.event_id.in_(ids)
        )
        seen = {row[0] for row in await self.ground.store.fetch(done)}
        seen |= {row[0] for row in await self.ground.store.fetch(kept)}
        news = {record.event_id: record for record in records if record.event_id not in seen}
        return list(news.values())

    async def _parked_roots(self) -> set[UUID]:
        return {row[0] for row in await self.ground.store.fetch(self._open_roots)}

    def _open(self, *columns: Any) -> AnySelect:
        return sa.select(*columns).where(
            failed_deliveries.table.c.consumer == self.name, failed_deliveries.table.c.state.in_(OPEN)
        )

    def unit(self, record: Record) -> Cause:
        return Cause(
            principal=SYSTEM_PRINCIPAL,
            operation=f"{self.name}:{record.event_type}",
            correlation_id=record.correlation_id,
            causation_id=str(record.event_id),
            traceparent=record.traceparent,
        )

    def received(self, record: Record) -> Received:
        return Received(self.name, record.event_id, wall_now())

    async def attempt(self, record: Record) -> bool:
        """Try a few times at once; park the record if it still fails. Whether it took effect."""
        error: Exception | None = None
        for pause in QUICK_PAUSES_S:
            await asyncio.sleep(pause)
            try:
                await self.effect(record)
                self._outcomes.append(True)
                return True
            except Exception as failure:
                error = failure
                log.warning("delivery.failed", consumer=self.name, event_id=str(record.event_id), exc_info=failure)
        await self.park(record, error)
        self._outcomes.append(False)
        self._stop_if_all_fails()
        return False

    def _stop_if_all_fails(self) -> None:
        """A bad release must not park a whole topic: stop and say so."""
        failed = sum(not outcome for outcome in self._outcomes)
        if len(self._outcomes) >= 50 and failed >= 0.8 * len(self._outcomes):
            self.stopped = f"{failed} of the last {len(self._outcomes)} deliveries failed"
            log.error("consumer.stopped", consumer=self.name, reason=self.stopped)

    async def park(self, record: Record, error: Exception | None) -> None:
        """Keep a record for later; `error` None means it only waits behind another of its root."""

        async def work(uow: UnitOfWork) -> None:
            uow.add(
                FailedDelivery(
                    delivery_id=new_id(),
                    consumer=self.name,
                    topic=record.topic,
                    root=record.root,
                    event_id=record.event_id,
                    position=record.position,
                    record=record.to_json(),
                    state="waiting",
                    attempts=0 if error is None else 1,
                    next_attempt_at=wall_now() + timedelta(seconds=2),
                    error="behind another" if error is None else type(error).__name__,
                    failed_at=wall_now(),
                )
            )

        await in_one_unit(self.ground, self.unit(record), work)

    async def retry_due(self) -> bool:
        """Try the first parked record of each root that is due; whether any record is still parked."""
        if not await self.ground.store.fetch(self._any_open):
            return False
        table = failed_deliveries.table
        first = self._open(sa.func.min(table.c.position).label("position"), table.c.root).group_by(table.c.root)
        heads = first.subquery()
        due = (
            sa.select(table)
            .join(heads, sa.and_(table.c.root == heads.c.root, table.c.position == heads.c.position))
            .where(table.c.consumer == self.name, table.c.state == "waiting", table.c.next_attempt_at <= wall_now())
        )
        while True:
            rows = [failed_deliveries.state(row) for row in await self.ground.store.fetch(due)]
            outcomes = [await self._retry(row) for row in rows]
            if not any(outcomes):
                break
        return bool(await self.ground.store.fetch(self._any_open))

    async def _retry(self, delivery: FailedDelivery) -> bool:
        try:
            settled = dataclasses.replace(delivery, state="redriven", settled_at=wall_now())
            await self.effect(Record.from_json(delivery.record), settled)
            return True
        except Exception as error:
            attempts = delivery.attempts + 1
            log.warning("delivery.failed_again", consumer=self.name, attempts=attempts, exc_info=error)
            columns = failed_deliveries.table.c
            # Another process may have settled it meanwhile, or an administrator.
            still = sa.update(failed_deliveries.table).where(
                columns.delivery_id == delivery.delivery_id, columns.state == delivery.state
            )
            failed = still.values(
                attempts=attempts,
                state="dead" if attempts >= ATTEMPTS else "waiting",
                next_attempt_at=wall_now() + timedelta(seconds=min(2.0**attempts, 300)),
                error=type(error).__name__,
            )
            await self.ground.store.execute(failed)
            return False


class Reactor(Consumer):
    """One unit per event, in order per root, roots side by side; the store groups their commits."""

    def __init__(self, ground: Ground, event_log: EventLog, reactions: Reactions) -> None:
        super().__init__(ground, event_log, "reactions", reactions.handlers)

    async def apply(self, records: list[Record], parked: set[UUID]) -> None:
        threads: dict[UUID, list[Record]] = {}
        for record in records:
            threads.setdefault(record.root, []).append(record)
        places = asyncio.Semaphore(KEYS_AT_ONCE)

        async def thread(root: UUID, mine: list[Record]) -> None:
            async with places:
                blocked = root in parked
                for record in mine:
                    if self.stopped is not None:
                        return
                    if blocked:
                        await self.park(record, None)
                    else:
                        blocked = not await self.attempt(record)

        async with asyncio.TaskGroup() as together:  # none goes on when one could not even be parked
            for root, mine in threads.items():
                together.create_task(thread(root, mine))

    async def take(self, record: Record, settles: FailedDelivery | None) -> None:
        event = record.event()
        handler: Reaction = self.handlers[record.event_type]

        async def work(uow: UnitOfWork) -> None:
            uow.add(self.received(record))
            if settles is not None:
                uow.put(settles)
            await handler(event, uow)

        await in_one_unit(self.ground, self.unit(record), work)


class Projector(Consumer):
    """A whole batch is one unit; a batch that fails is split, so that only the faulty record is parked.

    One process at a time reads for it, whatever the log could share.
    """

    def __init__(
        self, ground: Ground, event_log: EventLog, projections: Projections, kind: str = "projections"
    ) -> None:
        super().__init__(ground, event_log, kind, projections.handlers)
        self.seats = 1
        self._rows = uuid5(NAMESPACE_URL, self.name)
        self.projections = projections

    async def apply(self, records: list[Record], parked: set[UUID]) -> None:
        free = [record for record in records if record.root not in parked]
        for record in records:
            if record.root in parked:
                await self.park(record, None)
        if not free:
            return
        try:
            await self._together(free)
            self._outcomes.append(True)
        except Exception as error:
            log.warning("batch.split", consumer=self.name, records=len(free), exc_info=error)
            await self._one_by_one(free)

    async def _one_by_one(self, records: list[Record]) -> None:
        blocked: set[UUID] = set()
        for record in records:
            if self.stopped is not None:
                return
            if record.root in blocked:
                await self.park(record, None)
            elif not await self.attempt(record):
                blocked.add(record.root)

    async def take(self, record: Record, settles: FailedDelivery | None) -> None:
        await self._together([record], settles)

    async def _together(self, records: list[Record], settles: FailedDelivery | None = None) -> None:
        async def work(uow: UnitOfWork) -> None:
            # Rows are put without a version, and one row may count roots of several partitions: of two processes
            # that both think it is their turn, the second sees what the first has written.
            await uow.alone_on(self._rows)
            view, events = View(uow), [record.event() for record in records]
            await view.foresee(events, self.projections.tables)
            for record, event in zip(records, events, strict=True):
                view.record = record
                uow.add(self.received(record))
                await self.handlers[record.event_type](event, view)
            for row in view.added:
                uow.add(row)
            for row in view.changed:
                uow.put(row)
            if settles is not None:
                uow.put(settles)

        await in_one_unit(self.ground, self.unit(records[0]), work)
