"""Who has nothing to do does nothing: readers are woken by their own topics, consumers ask once, closed houses go."""

import asyncio
import gc
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from chassis.clock import new_id
from chassis.log.table import TableLog
from chassis.migrations.runner import migrate_sqlite
from chassis.settings import Settings
from chassis.store.port import AnySelect
from chassis.store.sqlite import SqliteStore
from contracts.clients import ClientRegistered
from openrecp.house import init, open_house
from services.impact import models
from services.impact.app import service as impact
from tests.kit.logs import record
from tests.kit.plans import overheard
from tests.kit.room import LOG_PART, room, rows


async def test_news_of_another_topic_lets_a_reader_rest(tmp_path: Path) -> None:
    migrate_sqlite(tmp_path / "log.sqlite", [LOG_PART])
    store = SqliteStore(tmp_path / "log.sqlite")
    log = TableLog(store)
    await log.start()
    reading = asyncio.create_task(log.subscribe("readers", ["mill"]).fetch(10, 10.0))
    await asyncio.sleep(0.1)
    with overheard(store) as heard:
        await log.append([record(new_id(), 1, topic="bakery")])
        await asyncio.sleep(0.1)
    assert heard == {}
    await log.append([record(new_id(), 1, topic="mill")])
    async with asyncio.timeout(5):
        assert [each.topic for each in await reading] == ["mill"]
    await log.stop()


async def test_a_reader_of_two_topics_is_given_both_of_one_append(tmp_path: Path) -> None:
    migrate_sqlite(tmp_path / "log.sqlite", [LOG_PART])
    log = TableLog(SqliteStore(tmp_path / "log.sqlite"))
    await log.start()
    reading = asyncio.create_task(log.subscribe("readers", ["mill", "bakery"]).fetch(10, 10.0))
    await asyncio.sleep(0.1)
    await log.append([record(new_id(), 1, topic="bakery"), record(new_id(), 1, topic="mill")])
    async with asyncio.timeout(5):
        assert [each.topic for each in await reading] == ["bakery", "mill"]
    await log.stop()


async def test_where_nothing_is_parked_a_consumer_asks_one_question_a_turn(tmp_path: Path) -> None:
    async with room(impact, tmp_path) as here:
        (projector,) = here.running.consumers
        store = here.running.store
        assert isinstance(store, SqliteStore)
        with overheard(store) as heard:
            assert await projector.retry_due() is False
        assert len(heard) == 1


async def test_a_batch_of_events_finds_its_rows_together(tmp_path: Path) -> None:
    async with room(impact, tmp_path) as here:
        store = here.running.store
        assert isinstance(store, SqliteStore)
        known = new_id()
        await here.tell(registered(known, "XA-R"))
        asked = []
        fetch = store.fetch

        async def counting(statement: AnySelect, *, heavy: bool = False) -> Sequence[tuple[Any, ...]]:
            asked.append(str(statement))
            return await fetch(statement, heavy=heavy)

        store.fetch = counting  # type: ignore[method-assign]
        await here.tell(registered(known, "XA-H"), *(registered(new_id(), "XA-H") for _ in range(20)))
        assert sum("FROM clients" in each for each in asked) == 1
        counted = {row[:2]: row[2] for row in await rows(here, models.registered.table)}
        assert list(counted.values()) == [0, 21]


def registered(client_id: UUID, province: str) -> ClientRegistered:
    return ClientRegistered(client_id=client_id, country="XA", province=province, isic=None)


async def test_a_house_that_is_closed_leaves_nothing_in_memory(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, pack="demo")
    await init(settings)
    async with open_house(settings) as house:
        service = weakref.ref(house.running["clients"])
        assert service() is not None
    del house
    gc.collect()
    assert service() is None
