"""The event log as a table of one database: the embedded default, and a centre without Kafka."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.clock import wall_now
from chassis.log.port import LogAway, Partition, Record
from chassis.store.mapping import table
from chassis.store.port import Batch, Insert, OutcomeUnknown, Put, Store, StoreError, Unreachable, Violated
from chassis.supervision import heard
from chassis.telemetry import group_sizes

FLUSH_S = 1.0
metadata = sa.MetaData()


@dataclass(frozen=True, slots=True)
class Entry:
    """A record at its position; positions grow over all topics of this log."""

    position: int | None
    topic: str
    root: UUID
    event_id: UUID
    event_type: str
    source: str
    subject: UUID
    sequence: int
    occurred_at: datetime
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    data: str
    appended_at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """How far a consumer group has come in a topic."""

    consumer_group: str
    topic: str
    position: int


entries = table(
    metadata,
    Entry,
    "log_entries",
    key=("position",),
    indexes=[("topic", "position")],
    autoincrement=True,
    in_order=True,
)
sa.Index("uq_log_entries_event_id", entries.table.c.event_id, unique=True)
positions = table(metadata, Position, "log_positions", key=("consumer_group", "topic"))


@asynccontextmanager
async def answering() -> AsyncIterator[None]:
    """A database that is away is a log that is away."""
    try:
        yield
    except (Unreachable, OutcomeUnknown) as error:
        raise LogAway("the database of the event log does not answer") from error


class TableLog:
    """Knows every event id it holds, so a relay that repeats itself leaves no second record.

    A topic is one partition, so one reader does all the work of a group.
    """

    seats = 1

    def __init__(self, store: Store) -> None:
        self.store = store
        self._subscriptions: list[TableSubscription] = []
        self._appended: set[str] = set()
        store.on_commit(self._note)
        store.on_news(entries.table, self._wake)

    def _note(self, batch: Batch) -> None:
        self._appended |= {change.row["topic"] for change in batch.changes if change.table is entries.table}

    def _wake(self) -> None:
        """Whoever reads what this process has just appended; everybody, for what another process has."""
        appended, self._appended = self._appended, set()
        for each in self._subscriptions:
            each.wake(appended or each.topics)

    async def start(self) -> None:
        await self.store.start()
        group_sizes.watch("log", self.store)

    async def stop(self) -> None:
        for each in list(self._subscriptions):
            await each.close()
        await self.store.stop()

    async def append(self, records: Sequence[Record]) -> None:
        batch = Batch([Insert(entries.table, _row(record)) for record in records])
        async with answering():
            try:
                await self.store.commit(batch)
            except Violated:
                known = await self._known(records)
                new = [Insert(entries.table, _row(each)) for each in records if each.event_id not in known]
                if new:
                    await self.store.commit(Batch(list(new)))

    async def _known(self, records: Sequence[Record]) -> set[UUID]:
        ids = [record.event_id for record in records]
        column = entries.table.c.event_id
        return {row[0] for row in await self.store.fetch(sa.select(column).where(column.in_(ids)))}

    def subscribe(self, group: str, topics: Sequence[str], seat: int | None = None) -> "TableSubscription":
        subscription = TableSubscription(self, group, tuple(topics))
        self._subscriptions.append(subscription)
        return subscription

    def forget(self, subscription: "TableSubscription") -> None:
        with contextlib.suppress(ValueError):
            self._subscriptions.remove(subscription)

    async def read(self, topics: Sequence[str], after: Mapping[Partition, int], limit: int) -> list[Record]:
        found: list[Record] = []
        for topic in topics:
            statement = (
                sa.select(entries.table)
                .where(entries.table.c.topic == topic, entries.table.c.position > after.get((topic, 0), 0))
                .order_by(entries.table.c.position)
                .limit(limit)
            )
            async with answering():
                rows = await self.store.fetch(statement, heavy=limit > 1_000)
            found += [_record(entries.state(row)) for row in rows]
        return sorted(found, key=lambda record: record.position)[:limit]

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        ends = {}
        for topic in topics:
            last = sa.select(sa.func.max(entries.table.c.position)).where(entries.table.c.topic == topic)
            async with answering():
                ends[topic, 0] = (await self.store.fetch(last))[0][0] or 0
        return ends


class TableSubscription:
    """Woken by each append of any process; its positions are written at most once a second (the inbox settles
    repeats)."""

    def __init__(self, log: TableLog, group: str, topics: tuple[str, ...]) -> None:
        self.log, self.group, self.topics = log, group, topics
        self._at: dict[Partition, int] | None = None
        self._flushed: dict[Partition, int] = {}
        self._flushed_at = 0.0
        self._news = asyncio.Event()
        self._fresh: set[str] = set()

    def wake(self, topics: Iterable[str]) -> None:
        """There is news in these topics, perhaps some that are not read here."""
        self._fresh |= set(topics) & set(self.topics)
        if self._fresh:
            self._news.set()

    async def fetch(self, limit: int, wait: float) -> list[Record]:
        at = await self.position()
        self._news.clear()
        self._fresh.clear()
        records = await self.log.read(self.topics, at, limit)
        if not records:
            await self._flush()
            await heard(self._news, wait)
            # Nothing stood in the others a moment ago, and news of them would have been told.
            records = await self.log.read([*self._fresh] or self.topics, at, limit)
        return records

    async def commit(self, records: Sequence[Record]) -> None:
        at = await self.position()
        for record in records:
            place = (record.topic, record.partition)
            at[place] = max(at.get(place, 0), record.position)
        if time.monotonic() - self._flushed_at > FLUSH_S:
            await self._flush()

    async def lag(self) -> int:
        at = await self.position()
        behind = 0
        for topic in self.topics:
            count = sa.select(sa.func.count()).where(
                entries.table.c.topic == topic, entries.table.c.position > at.get((topic, 0), 0)
            )
            async with answering():
                behind += (await self.log.store.fetch(count))[0][0]
        return behind

    async def close(self) -> None:
        with contextlib.suppress(LogAway, StoreError):  # what it had passed comes again, and the inbox settles it
            await self._flush()
        self.log.forget(self)

    async def position(self) -> dict[Partition, int]:
        if self._at is None:
            mine = sa.select(positions.table).where(positions.table.c.consumer_group == self.group)
            async with answering():
                self._at = {(row[1], 0): row[2] for row in await self.log.store.fetch(mine)}
            self._flushed = dict(self._at)
        return self._at

    async def _flush(self) -> None:
        at = await self.position()
        changed = [
            Put(positions.table, {"consumer_group": self.group, "topic": topic, "position": position})
            for (topic, _), position in at.items()
            if self._flushed.get((topic, 0)) != position
        ]
        if changed:
            async with answering():
                await self.log.store.commit(Batch(list(changed)))
            self._flushed = dict(at)
        self._flushed_at = time.monotonic()


def _row(record: Record) -> dict[str, Any]:
    return {
        "topic": record.topic,
        "root": record.root,
        "event_id": record.event_id,
        "event_type": record.event_type,
        "source": record.source,
        "subject": record.subject,
        "sequence": record.sequence,
        "occurred_at": record.occurred_at,
        "correlation_id": record.correlation_id,
        "causation_id": record.causation_id,
        "traceparent": record.traceparent,
        "data": record.data,
        "appended_at": wall_now(),
    }


def _record(entry: Entry) -> Record:
    return Record(
        topic=entry.topic,
        root=entry.root,
        event_id=entry.event_id,
        event_type=entry.event_type,
        source=entry.source,
        subject=entry.subject,
        sequence=entry.sequence,
        occurred_at=entry.occurred_at,
        correlation_id=entry.correlation_id,
        causation_id=entry.causation_id,
        traceparent=entry.traceparent,
        data=entry.data,
        position=entry.position or 0,
    )
