"""Every kind of event log, opened as often as a test wants processes on one and the same log."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id, wall_now
from chassis.log.kafka_log import KafkaLog
from chassis.log.port import EventLog, Record, Subscription
from chassis.log.table import TableLog
from chassis.migrations.runner import migrate_postgres, migrate_sqlite
from chassis.store.postgres import PostgresStore
from chassis.store.sqlite import SqliteStore
from tests.kit.room import LOG_PART

LOGS = [
    "table on sqlite",
    pytest.param("table on postgres", marks=pytest.mark.postgres),
    pytest.param("kafka", marks=pytest.mark.kafka),
]
TOPICS = {"mill": 3, "bakery": 2}
OpenLog = Callable[[], EventLog]


@pytest.fixture(params=LOGS)
def new_log(request: pytest.FixtureRequest, tmp_path: Path) -> OpenLog:
    """Makes log objects, each as another process would have it, on one and the same log."""
    if request.param == "kafka":
        cluster = request.getfixturevalue("new_topics")(TOPICS)
        return lambda: KafkaLog(cluster, TOPICS)
    if request.param == "table on sqlite":
        path = tmp_path / "log.sqlite"
        migrate_sqlite(path, [LOG_PART])
        return lambda: TableLog(SqliteStore(path))
    dsn = request.getfixturevalue("postgres_dsn")()
    asyncio.run(migrate_postgres(dsn, [LOG_PART]))
    return lambda: TableLog(PostgresStore(dsn))


@pytest.fixture
async def opened(new_log: OpenLog) -> AsyncIterator[Callable[[], Any]]:
    """Opens a log; at the end all are stopped."""
    async with AsyncExitStack() as stack:

        async def open_one() -> EventLog:
            log = new_log()
            await log.start()
            stack.push_async_callback(log.stop)
            return log

        yield open_one


def record(root: UUID, number: int, topic: str = "mill", **other: Any) -> Record:
    """The so-many-th record of a root."""
    facts: dict[str, Any] = {
        "topic": topic,
        "root": root,
        "event_id": new_id(),
        "event_type": f"org.openrecp.{topic}.happened.v1",
        "source": f"//test/{topic}",
        "subject": root,
        "sequence": number,
        "occurred_at": wall_now(),
        "correlation_id": "test",
        "causation_id": None,
        "traceparent": None,
        "data": '{"n": 1}',
    }
    return Record(**facts | other)


async def fetched(subscription: Subscription, count: int, within: float = 15.0, *, commit: bool = True) -> list[Record]:
    """So many records of a group, as they come."""
    found: list[Record] = []
    end = asyncio.get_running_loop().time() + within
    while len(found) < count:
        assert asyncio.get_running_loop().time() < end, f"{len(found)} of {count} came"
        news = await subscription.fetch(500, 0.2)
        found += news
        if commit:
            await subscription.commit(news)
    return found


def by_root(records: Sequence[Record]) -> dict[UUID, list[int]]:
    """The sequences of each root, in the order of the records."""
    threads: dict[UUID, list[int]] = {}
    for each in records:
        threads.setdefault(each.root, []).append(each.sequence)
    return threads


def ids(records: Sequence[Record]) -> list[UUID]:
    return [each.event_id for each in records]
