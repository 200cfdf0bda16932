"""What only a server can do to its store: restart, die, refuse, hold a lock, cut a session."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from chassis.store.port import Batch, Clash, Guard, Insert, OutcomeUnknown, Put, Store, StoreError, Unreachable, Update
from chassis.store.postgres import PostgresStore
from tests.kit.postgres import Cluster, NewDatabase, cluster_or_skip
from tests.kit.stores import (
    Thing,
    count,
    create_tables,
    inserted,
    journal,
    line,
    lines,
    outcomes,
    settings,
    stored,
    things,
    updated,
)

pytestmark = pytest.mark.postgres
Opened = Callable[..., Awaitable[PostgresStore]]


@pytest.fixture
def dsn(postgres_dsn: NewDatabase) -> str:
    return postgres_dsn()


@pytest.fixture
async def opened(dsn: str) -> AsyncIterator[Opened]:
    """Opens a store with the given settings; the first one makes the tables."""
    made: list[PostgresStore] = []

    async def open_store(**options: Any) -> PostgresStore:
        store = PostgresStore(dsn, **options)
        made.append(store)
        await store.start()
        if len(made) == 1:
            await create_tables(store)
        return store

    yield open_store
    for each in made:
        await each.stop()


@pytest.fixture
async def outside(dsn: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A session that is none of the store's."""
    connection = await asyncpg.connect(dsn)
    yield connection
    await connection.close()


@pytest.fixture
def own_cluster() -> Iterator[Cluster]:
    """A server that may be killed."""
    cluster = cluster_or_skip()
    yield cluster
    cluster.stop()


async def cut_sessions(outside: Any) -> None:
    await outside.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'openrecp'")


async def some_things(store: Store, number: int) -> list[Thing]:
    made = [Thing(uuid4(), str(n)) for n in range(number)]
    await store.commit(Batch([inserted(thing) for thing in made]))
    return made


def changed(thing: Thing) -> Batch:
    return Batch([updated(replace(thing, number=1, version=thing.version + 1), thing.version)])


async def test_units_waiting_at_the_same_moment_share_a_commit(opened: Opened) -> None:
    store = await opened()
    await asyncio.gather(*[store.commit(Batch([inserted(Thing(uuid4(), str(n)))])) for n in range(500)])
    assert sum(size * groups for size, groups in store.group_sizes.items()) == 500
    assert sum(store.group_sizes.values()) < 50
    assert max(store.group_sizes) == 64


async def test_units_of_different_shapes_all_pass(opened: Opened) -> None:
    store = await opened()
    made = await some_things(store, 40)
    kinds: list[Callable[[Thing], Batch]] = [
        changed,
        lambda thing: Batch([line(thing.id, "a"), line(thing.id, "b")]),
        lambda thing: Batch([Put(settings.table, {"group": thing.name, "order": 1, "value": None})]),
        lambda thing: Batch([], [Guard(things.table, thing.id, 1)]),
    ]
    await asyncio.gather(*[store.commit(kinds[n % 4](thing)) for n, thing in enumerate(made)])
    assert await count(store, lines.table) == 20
    assert sum(each.version == 2 for each in (await stored(store)).values()) == 10


async def test_processes_that_rely_on_each_others_rows_do_not_both_pass(opened: Opened) -> None:
    one_process, other_process = await opened(), await opened()
    passed = 0
    for _ in range(20):
        one, other = Thing(uuid4(), str(uuid4())), Thing(uuid4(), str(uuid4()))
        await one_process.commit(Batch([inserted(one), inserted(other)]))
        got = await outcomes(
            one_process.commit(Batch(changed(one).changes, [Guard(things.table, other.id, 1)])),
            other_process.commit(Batch(changed(other).changes, [Guard(things.table, one.id, 1)])),
        )
        assert {type(each) for each in got} <= {type(None), Clash}
        assert got.count(None) <= 1
        passed += got.count(None)
    assert passed > 0


async def test_a_table_in_order_is_never_read_past_a_number_still_to_come(opened: Opened, outside: Any) -> None:
    slow, quick = await opened(), await opened()
    pause = (
        "CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END'"
    )
    trigger = "CREATE TRIGGER pause AFTER INSERT ON journal FOR EACH ROW WHEN (NEW.writer = 1) EXECUTE FUNCTION pause()"
    await slow.execute(sa.text(pause), sa.text(trigger))
    writing = asyncio.create_task(slow.commit(Batch([Insert(journal.table, {"writer": 1, "number": 1})])))
    async with asyncio.timeout(5):
        while not await outside.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
            await asyncio.sleep(0.005)
    await quick.commit(Batch([Insert(journal.table, {"writer": 2, "number": 1})]))
    assert [row[1] for row in await quick.fetch(sa.select(journal.table).order_by(journal.table.c.position))] == [1, 2]
    await writing


async def test_a_unit_that_meets_a_held_lock_is_refused_and_its_neighbours_pass(opened: Opened, outside: Any) -> None:
    store = await opened(lock_timeout_s=0.2)
    made = await some_things(store, 10)
    async with outside.transaction():
        await outside.execute("SELECT FROM things WHERE id = $1 FOR UPDATE", made[4].id)
        got = await outcomes(*[store.commit(changed(thing)) for thing in made])
    assert [type(each) for each in got] == [Unreachable if n == 4 else type(None) for n in range(10)]
    await store.commit(changed(made[4]))
    assert {each.version for each in (await stored(store)).values()} == {2}


async def test_a_unit_chosen_as_victim_of_a_deadlock_is_written_after_all(
    opened: Opened, outside: Any, dsn: str
) -> None:
    name = dsn.rpartition("/")[2]
    await outside.execute(f'ALTER DATABASE "{name}" SET deadlock_timeout = 50')
    store = await opened()
    one, other = await some_things(store, 2)
    both = Batch(changed(one).changes + changed(other).changes)
    async with outside.transaction():
        await outside.execute("SET LOCAL deadlock_timeout = '10s'")
        await outside.execute("SELECT FROM things WHERE id = $1 FOR UPDATE", other.id)
        unit = asyncio.create_task(store.commit(both))
        while not await outside.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.005)
        await outside.execute("SELECT FROM things WHERE id = $1 FOR UPDATE", one.id)
    await unit
    assert {each.version for each in (await stored(store)).values()} == {2}


async def test_who_waits_too_long_is_refused_without_being_written(opened: Opened, outside: Any) -> None:
    store = await opened(writers=1, lock_timeout_s=0.6, patience_s=0.3)
    held = (await some_things(store, 1))[0]
    async with outside.transaction():
        await outside.execute("SELECT FROM things WHERE id = $1 FOR UPDATE", held.id)
        blocked = asyncio.create_task(store.commit(changed(held)))
        await asyncio.sleep(0.05)
        late = asyncio.create_task(store.commit(Batch([inserted(Thing(uuid4(), "late"))])))
        got = await outcomes(blocked, late)
    assert [type(each) for each in got] == [Unreachable, Unreachable]
    await store.commit(Batch([inserted(Thing(uuid4(), "in time"))]))
    assert sorted(each.name for each in (await stored(store)).values()) == ["0", "in time"]


async def test_no_free_connection_is_unreachable(opened: Opened, outside: Any) -> None:
    store = await opened(readers=1, patience_s=0.2)
    slow = asyncio.create_task(store.fetch(sa.select(sa.func.pg_sleep(0.6).cast(sa.Text))))
    await asyncio.sleep(0.05)
    with pytest.raises(Unreachable):
        await store.fetch(sa.select(things.table))
    await slow
    assert await store.fetch(sa.select(things.table)) == []


async def test_a_statement_without_end_is_ended_by_the_server(opened: Opened) -> None:
    store = await opened(statement_timeout_s=0.2)
    with pytest.raises(Unreachable):
        await store.fetch(sa.select(sa.func.pg_sleep(30).cast(sa.Text)))
    assert await store.fetch(sa.select(things.table)) == []


async def test_sessions_cut_while_idle_are_not_noticed(opened: Opened, outside: Any) -> None:
    store = await opened()
    await asyncio.gather(*[some_things(store, 0) for _ in range(3)], *[count(store, things.table) for _ in range(8)])
    await store.commit(Batch([inserted(Thing(uuid4(), "before"))]))
    await cut_sessions(outside)
    await asyncio.sleep(0.1)
    await store.commit(Batch([inserted(Thing(uuid4(), "after"))]))
    assert await asyncio.gather(*[count(store, things.table) for _ in range(8)]) == [2] * 8


async def test_a_migration_beside_a_running_store_is_not_noticed(opened: Opened) -> None:
    store, other = await opened(), await opened()
    for _ in range(10):
        made = (await some_things(store, 1))[0]
        await store.commit(Batch([updated(replace(made, name=str(made.id), version=2), 1)]))
        await stored(store)
    await other.execute(
        sa.text("ALTER TABLE things ADD COLUMN weight numeric DEFAULT 1"),
        sa.text("ALTER TABLE things ALTER COLUMN number TYPE numeric(30, 0)"),
    )
    made = (await some_things(store, 1))[0]
    await store.commit(Batch([updated(replace(made, number=2**40, version=2), 1)]))
    assert (await stored(store))[made.id].number == 2**40


async def test_a_read_is_repeated_when_its_session_is_cut(opened: Opened, outside: Any) -> None:
    store = await opened()
    reading = asyncio.create_task(store.fetch(sa.select(sa.func.pg_sleep(0.3).cast(sa.Text))))
    await asyncio.sleep(0.1)
    await cut_sessions(outside)
    assert await reading == [("",)]


async def test_a_read_only_database_refuses_and_takes_writes_when_it_may_again(
    opened: Opened, outside: Any, dsn: str
) -> None:
    store = await opened()
    name = dsn.rpartition("/")[2]
    await outside.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await cut_sessions(outside)
    await asyncio.sleep(0.05)
    got = await outcomes(*[store.commit(Batch([inserted(Thing(uuid4(), str(n)))])) for n in range(20)])
    assert {type(each) for each in got} == {Unreachable}
    await outside.execute("SET default_transaction_read_only = off")
    await outside.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    await store.commit(Batch([inserted(Thing(uuid4(), "again"))]))
    assert await count(store, things.table) == 1


async def test_a_lead_is_lost_with_its_session_and_free_for_another(opened: Opened, outside: Any) -> None:
    one, other = await opened(), await opened()
    lead = await one.try_lead("relay")
    assert lead is not None
    assert await lead.still_held()
    assert await other.try_lead("relay") is None
    assert await other.try_lead("timers") is not None
    await cut_sessions(outside)
    await asyncio.sleep(0.05)
    assert not await lead.still_held()
    second = await other.try_lead("relay")
    assert second is not None
    await second.release()
    third = await one.try_lead("relay")
    assert third is not None
    assert await third.still_held()


async def test_who_stands_still_loses_its_lead_and_learns_it_when_it_wakes(opened: Opened) -> None:
    """Its session lives on, and the kernel answers for it: only that it no longer asks tells it from one at work."""
    frozen, awake = await opened(lead_timeout_s=0.5), await opened(lead_timeout_s=0.5)
    lead = await frozen.try_lead("relay")
    assert lead is not None
    for _ in range(4):
        await asyncio.sleep(0.2)
        assert await lead.still_held()  # who asks keeps it
    assert await awake.try_lead("relay") is None
    await asyncio.sleep(1.0)
    second = await awake.try_lead("relay")
    assert second is not None
    assert not await lead.still_held()
    assert await second.still_held()


async def test_cancelled_callers_leave_no_session_dirty(opened: Opened, outside: Any) -> None:
    store = await opened(readers=4)
    made = await some_things(store, 50)
    await some_things_done(store, made, random.Random(7))
    states = "SELECT state, count(*) AS n FROM pg_stat_activity WHERE application_name = 'openrecp' GROUP BY state"
    for _ in range(100):
        found = {row["state"]: row["n"] for row in await outside.fetch(states)}
        if set(found) == {"idle"}:
            break
        await asyncio.sleep(0.02)
    assert set(found) == {"idle"}
    assert found["idle"] <= 4 + 2
    assert not await outside.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'tuple'")
    await asyncio.gather(*[count(store, things.table) for _ in range(20)])


async def some_things_done(store: Store, made: list[Thing], chance: random.Random) -> None:
    work = [
        asyncio.create_task(each)
        for thing in made
        for each in (
            store.commit(changed(thing)),
            store.fetch(sa.select(things.table).where(things.table.c.id == thing.id)),
            store.execute(
                sa.update(things.table).where(things.table.c.id == thing.id).values(good=True),
                sa.select(sa.func.pg_sleep(0.001)),
            ),
            store.fetch(sa.select(sa.func.pg_sleep(0.002).cast(sa.Text))),
        )
    ]
    for task in chance.sample(work, len(work) // 2):
        await asyncio.sleep(chance.random() / 1_000)
        task.cancel()
    assert {type(each) for each in await outcomes(*work)} <= {type(None), list, int, asyncio.CancelledError}


async def test_after_kill_9_what_was_acknowledged_is_there_and_the_store_works_again(own_cluster: Cluster) -> None:
    store = PostgresStore(own_cluster.database())
    await store.start()
    await create_tables(store)
    told: dict[type, set[UUID]] = {type(None): set(), OutcomeUnknown: set(), Unreachable: set()}
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            thing = Thing(uuid4(), str(uuid4()))
            outcome = (await outcomes(store.commit(Batch([inserted(thing), line(thing.id, "made")]))))[0]
            told[type(outcome)].add(thing.id)
            await asyncio.sleep(0.01 if isinstance(outcome, Unreachable) else 0)

    writers = [asyncio.create_task(write()) for _ in range(16)]
    for _ in range(5):
        await asyncio.sleep(random.uniform(0.05, 0.2))
        await asyncio.to_thread(own_cluster.kill)
        await asyncio.sleep(0.05)
        await asyncio.to_thread(own_cluster.start)
        before = len(told[type(None)])
        async with asyncio.timeout(10):
            while len(told[type(None)]) == before:
                await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*writers)
    acknowledged, unknown, refused = told.values()
    found = set(await stored(store))
    assert acknowledged <= found <= acknowledged | unknown
    assert not refused & found
    assert {row[1] for row in await store.fetch(sa.select(lines.table))} == found
    assert unknown
    assert refused
    await store.stop()


async def test_a_server_that_is_away_is_unreachable(own_cluster: Cluster) -> None:
    dsn = own_cluster.database()
    store = PostgresStore(dsn)
    await store.start()
    own_cluster.kill()
    await asyncio.sleep(0.05)
    work: list[Callable[[], Awaitable[Any]]] = [
        lambda: store.commit(Batch([inserted(Thing(uuid4(), "pump"))])),
        lambda: store.fetch(sa.select(things.table)),
        lambda: store.execute(sa.delete(things.table)),
        lambda: store.try_lead("relay"),
        PostgresStore(dsn).start,
    ]
    for each in work:
        with pytest.raises(Unreachable):
            await each()
    await store.stop()


async def test_arrays_travel_exactly(opened: Opened) -> None:
    store = await opened()
    kinds: dict[str, Any] = {
        "ids": sa.Uuid(), "texts": sa.Text(), "numbers": sa.BigInteger(), "days": sa.Date(), "truths": sa.Boolean(),
        "moments": sa.DateTime(timezone=True), "figures": sa.Numeric(38, 4), "files": sa.LargeBinary(),
    }  # fmt: skip
    columns: list[sa.Column[Any]] = [sa.Column(name, sa.ARRAY(kind)) for name, kind in kinds.items()]
    arrays = sa.Table("arrays", sa.MetaData(), sa.Column("id", sa.BigInteger, primary_key=True), *columns)
    await store.execute(CreateTable(arrays))
    row: dict[str, Any] = {
        "ids": [uuid4(), uuid4()], "texts": ["", "NULL", 'a"b', "\\", "{,}", "ພາສາ", None],
        "numbers": [2**63 - 1, None],
        "days": [date(2026, 1, 2)], "truths": [True, False], "moments": [datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)],
        "figures": [Decimal("1.5000"), Decimal("-922337203685477.5807")], "files": [b"", b"\0\\\xff"],
    }  # fmt: skip
    nothing = dict.fromkeys(row)
    empty: dict[str, Any] = {name: [] for name in row}
    rows = [{"id": n, **each} for n, each in enumerate((row, nothing, empty))]
    await store.commit(Batch([Insert(arrays, each) for each in rows]))
    assert await store.fetch(sa.select(arrays).order_by(arrays.c.id)) == [tuple(each.values()) for each in rows]


async def test_two_updates_of_one_row_in_one_unit_are_a_mistake(opened: Opened) -> None:
    store = await opened()
    thing = (await some_things(store, 1))[0]
    with pytest.raises(ValueError, match="two writes of one row"):
        await store.commit(Batch([Update(things.table, things.row(thing), 1)] * 2))


async def test_a_backup_without_pg_dump_says_so(opened: Opened, tmp_path: Any) -> None:
    store = await opened(pg_dump="pg_dump_that_is_not_there")
    with pytest.raises(StoreError, match="is not installed"):
        await store.backup(str(tmp_path / "backup"))
    assert list(tmp_path.iterdir()) == []


async def test_a_backup_that_fails_leaves_no_file(opened: Opened, dsn: str, tmp_path: Any) -> None:
    store = await opened()
    store.dsn = dsn + "_gone"
    with pytest.raises(StoreError, match="does not exist"):
        await store.backup(str(tmp_path / "backup"))
    assert list(tmp_path.iterdir()) == []
