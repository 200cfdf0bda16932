"""Who waits for a table hears of every change of it at once, on both stores; on PostgreSQL from other processes too."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa

from chassis.store.port import Batch, Store
from chassis.store.postgres import PostgresStore
from chassis.supervision import heard
from tests.kit.postgres import Cluster, NewDatabase, cluster_or_skip
from tests.kit.stores import Thing, create_tables, inserted, lines, things

AT_ONCE_S = 1.0  # far below the seconds after which a loop looks again by itself


async def test_a_change_rings_where_its_table_is_waited_for(store: Store) -> None:
    bell = asyncio.Event()
    store.on_news(things.table, bell.set)
    await store.commit(Batch([inserted(Thing(uuid4(), "one"))]))
    assert await heard(bell, AT_ONCE_S)


@pytest.fixture
async def two(postgres_dsn: NewDatabase) -> AsyncIterator[tuple[PostgresStore, PostgresStore]]:
    """Two processes' stores on one database."""
    dsn = postgres_dsn()
    here, there = PostgresStore(dsn), PostgresStore(dsn)
    for each in (here, there):
        await each.start()
    await create_tables(here)
    yield here, there
    for each in (here, there):
        await each.stop()


async def _listening(store: PostgresStore, *tables: sa.Table) -> list[asyncio.Event]:
    """Bells that are known to hear."""
    bells = [asyncio.Event() for _ in tables]
    for bell, table in zip(bells, tables, strict=True):
        store.on_news(table, bell.set)
    for bell in bells:
        assert await heard(bell, 5)  # each rings once when the connection stands: something may have been missed
        bell.clear()
    return bells


@pytest.mark.postgres
async def test_another_process_hears_at_once(two: tuple[PostgresStore, PostgresStore]) -> None:
    here, there = two
    (bell,) = await _listening(there, things.table)
    await _listening(here, things.table)
    took = []
    for _ in range(40):
        bell.clear()
        await here.commit(Batch([inserted(Thing(uuid4(), str(uuid4())))]))
        began = time.perf_counter()
        assert await heard(bell, AT_ONCE_S)
        took.append(time.perf_counter() - began)
    print(f"told another process in {sorted(took)[20] * 1000:.1f} ms (p50)")


@pytest.mark.postgres
async def test_what_is_told_is_told_after_the_commit_and_once_for_many(
    two: tuple[PostgresStore, PostgresStore],
) -> None:
    here, there = two
    rings: list[int] = []
    await _listening(there, things.table)
    await _listening(here, things.table)
    seen: list[asyncio.Task[int]] = []

    async def look() -> int:
        return int((await there.fetch(sa.select(sa.func.count()).select_from(things.table)))[0][0])

    def ring() -> None:
        rings.append(1)
        seen.append(asyncio.create_task(look()))

    there.on_news(things.table, ring)
    await asyncio.gather(*(here.commit(Batch([inserted(Thing(uuid4(), str(n)))])) for n in range(500)))
    async with asyncio.timeout(5):
        while not seen or await seen[-1] < 500:
            await asyncio.sleep(0.01)
    assert 1 <= len(rings) < 250


@pytest.mark.postgres
async def test_nobody_is_told_of_tables_nobody_waits_for(two: tuple[PostgresStore, PostgresStore]) -> None:
    here, there = two
    things_bell, lines_bell = await _listening(there, things.table, lines.table)
    await _listening(here, things.table)
    await here.commit(Batch([inserted(Thing(uuid4(), "one"))]))
    assert await heard(things_bell, AT_ONCE_S)
    assert not lines_bell.is_set()


@pytest.mark.postgres
async def test_what_only_the_other_process_waits_for_is_told_too(two: tuple[PostgresStore, PostgresStore]) -> None:
    here, there = two
    (bell,) = await _listening(there, things.table)
    await _listening(here, lines.table)
    await here.commit(Batch([inserted(Thing(uuid4(), "one"))]))
    assert await heard(bell, AT_ONCE_S)


@pytest.mark.postgres
async def test_after_a_restart_of_the_server_it_hears_again() -> None:
    cluster = cluster_or_skip()
    try:
        dsn = cluster.database()
        here, there = PostgresStore(dsn), PostgresStore(dsn)
        for each in (here, there):
            await each.start()
        await create_tables(here)
        await _listening(here, things.table)
        (bell,) = await _listening(there, things.table)
        await _restart(cluster)
        assert await heard(bell, 10)  # it may have missed something, so it looks
        bell.clear()
        async with asyncio.timeout(15):
            while not bell.is_set():  # the teller's connection comes back by itself too
                await here.commit(Batch([inserted(Thing(uuid4(), str(uuid4())))]))
                await heard(bell, 0.2)
        for each in (here, there):
            await each.stop()
    finally:
        cluster.stop()


async def _restart(cluster: Cluster) -> None:
    await asyncio.to_thread(cluster.kill)
    await asyncio.to_thread(cluster.start)


@pytest.mark.postgres
async def test_who_waits_for_nothing_opens_no_connection(postgres_dsn: NewDatabase) -> None:
    store = PostgresStore(postgres_dsn())
    await store.start()
    watching = await asyncpg.connect(store.dsn)
    listening = "SELECT count(*) FROM pg_stat_activity WHERE query ILIKE 'listen%' AND datname = current_database()"
    assert await watching.fetchval(listening) == 0
    store.on_news(things.table, lambda: None)
    async with asyncio.timeout(5):
        while await watching.fetchval(listening) == 0:
            await asyncio.sleep(0.01)
    await watching.close()
    await store.stop()
