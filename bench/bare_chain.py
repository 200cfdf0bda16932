"""Commit, produce, consume, commit with asyncpg and aiokafka: what the chain of the product is compared with."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from bench.chain import RATE, Arrivals
from bench.deployment import Deployment
from bench.harness import Worked
from bench.statements import HIGHEST, NUMBER, insert, row_of, unlike
from chassis.log.cluster import Cluster as Brokers
from chassis.log.kafka import create_topics

TOPIC = "by_hand"
PARTITIONS = 6
CONNECTIONS = 8
Connection = Any
OTHERWISE = {
    "id": unlike("id"),
    "event_id": unlike("id"),
    "need_id": unlike("id"),
    "engagement_id": unlike("id"),
    "slot": unlike("digest"),
    "published_at": "now()",
}
"""Columns with another value each time."""


@dataclass
class BareChain:
    """What it writes to and how; `like` makes it from rows that the product has written."""

    accepting: asyncpg.Pool
    beginning: asyncpg.Pool
    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    accept: Sequence[str]
    begin: Sequence[str]
    events: Sequence[bytes]
    arrivals: Arrivals
    _number: int = HIGHEST
    _reading: asyncio.Task[None] | None = None

    @classmethod
    async def like(cls, deployment: Deployment, brokers: Brokers, arrivals: Arrivals) -> "BareChain":
        """Of the rows that the last acceptance and the last assessment have left."""
        matching, assessments = deployment.dsn("matching"), deployment.dsn("assessments")
        connection = await asyncpg.connect(matching)
        inserts = {"engagements": "started_at", "answers": "answered_at", "outbox": "position"}
        rows = {name: await row_of(connection, name, by) for name, by in inserts.items()}
        touched = [await _touch(connection, name) for name in ("offers", "needs", "providers")]
        events = await connection.fetch("SELECT data FROM outbox ORDER BY position DESC LIMIT 4")
        await connection.close()
        accept = [*touched, _write("engagements", rows), *[_write("outbox", rows)] * 4, _write("answers", rows)]
        connection = await asyncpg.connect(assessments)
        order = {"inbox": "received_at", "assessments": "id", "outbox": "position"}
        begun = {name: await row_of(connection, name, by) for name, by in order.items()}
        await connection.close()
        await create_topics(brokers, {TOPIC: PARTITIONS}, copies=1)
        made = cls(
            await asyncpg.create_pool(matching, min_size=CONNECTIONS, max_size=CONNECTIONS),
            await asyncpg.create_pool(assessments, min_size=CONNECTIONS, max_size=CONNECTIONS),
            AIOKafkaProducer(bootstrap_servers=brokers.servers, acks="all", enable_idempotence=True),
            AIOKafkaConsumer(
                brokers.name(TOPIC), bootstrap_servers=brokers.servers, group_id="by-hand", enable_auto_commit=False
            ),
            accept,
            [_write(name, begun) for name in order],
            [bytes(each["data"], "utf-8") for each in events],
            arrivals,
        )
        await made._start(brokers)
        return made

    async def _start(self, brokers: Brokers) -> None:
        self._topic = brokers.name(TOPIC)
        await self.producer.start()
        await self.consumer.start()
        while not self.consumer.assignment():  # noqa: ASYNC110  its group forms
            await asyncio.sleep(0.1)
        self._reading = asyncio.create_task(self._read())

    async def close(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await self.consumer.stop()
        await self.producer.stop()
        await self.accepting.close()
        await self.beginning.close()

    async def at_rate(self, count: int) -> Worked:
        """So many at the pace of ours; each wait ends where the row of the assessment is told of."""
        began: dict[UUID, float] = {}
        start = time.perf_counter()
        async with asyncio.TaskGroup() as together:
            for place in range(count):
                await asyncio.sleep(max(0.0, start + place / RATE - time.perf_counter()))
                self._number += 10
                number = self._number
                began[UUID(f"01990000-0000-7000-8000-{number:012d}")] = time.perf_counter()
                together.create_task(self._one(number))
        await self.arrivals.until_all(set(began))
        return Worked(count, [(self.arrivals.at[need] - since) * 1_000 for need, since in began.items()])

    async def _one(self, number: int) -> None:
        await _written(self.accepting, self.accept, number)
        key = str(number).encode()
        sent = [await self.producer.send(self._topic, each, key=key) for each in self.events]
        await asyncio.gather(*sent)

    async def _read(self) -> None:
        """The first event of each acceptance begins an assessment; acceptances side by side."""
        known: set[bytes] = set()
        while True:
            found = await self.consumer.getmany(timeout_ms=1_000)
            news = {each.key for part in found.values() for each in part if each.key not in known}
            known |= news
            await asyncio.gather(*[_written(self.beginning, self.begin, int(key)) for key in news])
            if found:
                await self.consumer.commit()


async def _written(pool: asyncpg.Pool, statements: Sequence[str], number: int) -> None:
    async with pool.acquire() as connection, connection.transaction():
        for place, each in enumerate(statements):
            # What one unit writes twice into a table differs in the last digit.
            wanted = number if each.startswith('INSERT INTO "assessments"') else number + place
            await connection.execute(each.replace(NUMBER, str(wanted)))


def _write(table: str, rows: Mapping[str, Mapping[str, str | None]]) -> str:
    row = rows[table]
    return insert(
        table,
        row,
        {name: sql for name, sql in OTHERWISE.items() if row.get(name) or (name in row and name == "published_at")},
    )


async def _touch(connection: Connection, table: str) -> str:
    """An update of one row, by its id and version as ours are; the row is the same each time."""
    row = await row_of(connection, table, "id")
    return f"UPDATE \"{table}\" SET status = status, version = version WHERE id = '{row['id']}'"
