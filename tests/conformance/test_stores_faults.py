"""What either store does when something ends: the caller, the store, the room on the disk; and who leads."""

import asyncio
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from chassis.store.port import Batch, Clash, Store, Unreachable
from chassis.store.postgres import PostgresStore
from chassis.store.sqlite import SqliteStore
from tests.kit.stores import (
    OpenStore,
    Thing,
    count,
    inserted,
    line,
    lines,
    outcomes,
    stored,
    things,
    updated,
)


async def test_listeners_hear_of_each_committed_unit_once(store: Store) -> None:
    heard: list[Batch] = []
    store.on_commit(heard.append)
    batches = [Batch([inserted(Thing(uuid4(), str(n)))]) for n in range(50)]
    await asyncio.gather(*map(store.commit, batches))
    with pytest.raises(Clash):
        await store.commit(Batch([updated(Thing(uuid4(), "pump"), 1)]))
    assert sorted(map(id, heard)) == sorted(map(id, batches))


async def test_listeners_have_heard_when_the_caller_goes_on(store: Store) -> None:
    heard: list[Batch] = []
    store.on_commit(heard.append)
    await store.commit(Batch([inserted(Thing(uuid4(), "pump"))]))
    assert len(heard) == 1


async def test_a_unit_is_heard_of_though_its_caller_has_gone(store: Store) -> None:
    heard = asyncio.Event()
    store.on_commit(lambda batch: heard.set())
    caller = asyncio.create_task(store.commit(Batch([inserted(Thing(uuid4(), "pump"))])))
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.wait_for(heard.wait(), 5)
    assert await count(store, things.table) == 1


async def test_what_waits_is_written_before_the_end_and_nothing_after(store: Store) -> None:
    waiting = [asyncio.create_task(store.commit(Batch([inserted(Thing(uuid4(), str(n)))]))) for n in range(100)]
    await asyncio.sleep(0)
    await store.stop()
    await store.stop()
    assert await outcomes(*waiting) == [None] * 100
    for work in (
        store.commit(Batch([inserted(Thing(uuid4(), "late"))])),
        store.fetch(sa.select(things.table)),
        store.execute(sa.delete(things.table)),
    ):
        with pytest.raises(Unreachable):
            await work
    await store.start()
    assert await count(store, things.table) == 100


async def test_a_backup_taken_under_load_restores_to_whole_units(
    store: Store, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    async def write(n: int) -> None:
        thing = Thing(uuid4(), str(n))
        await store.commit(Batch([inserted(thing), line(thing.id, "made")]))

    await asyncio.gather(*[write(n) for n in range(200)])
    before = await stored(store)
    writing = asyncio.gather(*[write(n) for n in range(200, 400)])
    file = tmp_path / "backup"
    await store.backup(str(file))
    await writing
    restored = await _restored(store, file, request)
    found = await stored(restored)
    assert before.items() <= found.items() <= (await stored(store)).items()
    assert {row[1] for row in await restored.fetch(sa.select(lines.table))} == set(found)
    await restored.stop()


async def _restored(store: Store, file: Path, request: pytest.FixtureRequest) -> Store:
    made: Store
    if isinstance(store, SqliteStore):
        made = SqliteStore(file)
    else:
        dsn = request.getfixturevalue("postgres_dsn")()
        programs = request.getfixturevalue("postgres_cluster").programs
        await asyncio.to_thread(subprocess.run, [programs / "pg_restore", "--dbname", dsn, file], check=True)
        made = PostgresStore(dsn)
    await made.start()
    return made


ALWAYS_LEADS = pytest.mark.xfail(strict=True, reason="a folder lock keeps other processes out: SQLite always leads")


@pytest.mark.parametrize(
    "open_store",
    [pytest.param("sqlite", marks=ALWAYS_LEADS), pytest.param("postgres", marks=pytest.mark.postgres)],
    indirect=True,
)
async def test_only_one_of_two_leads(store: Store, open_store: OpenStore) -> None:
    other = open_store()
    await other.start()
    lead = await store.try_lead("relay")
    assert lead is not None
    try:
        assert await other.try_lead("relay") is None
    finally:
        await other.stop()


@pytest.mark.parametrize("open_store", ["sqlite"], indirect=True)
async def test_a_full_disk_refuses_and_loses_nothing(store: Store) -> None:
    await store.commit(Batch([inserted(Thing(uuid4(), "first"))]))
    pages = (await store.fetch(sa.select(sa.text("page_count")).select_from(sa.text("pragma_page_count"))))[0][0]
    await store.execute(sa.text(f"PRAGMA max_page_count = {pages + 10}"))
    big = [Batch([inserted(Thing(uuid4(), str(n), picture=bytes(20_000)))]) for n in range(20)]
    got = [await _outcome(store, batch) for batch in big]
    assert {type(each) for each in got} == {type(None), Unreachable}
    assert await count(store, things.table) == 1 + got.count(None)
    await store.execute(sa.text("PRAGMA max_page_count = 1000000"))
    await store.commit(big[-1])


async def _outcome(store: Store, batch: Batch) -> Any:
    return (await outcomes(store.commit(batch)))[0]
