"""The machinery keeps its promises on either database: the same bakery, the same counts."""

import asyncio
import contextlib
import random
import shutil
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis import consumer
from chassis.clock import new_id, wall_now
from chassis.consumer import Projector, Reactor
from chassis.jobs import Job, ask, jobs
from chassis.log.kafka_log import KafkaLog
from chassis.log.port import Record
from chassis.migrations.runner import migrate_postgres, migrate_sqlite
from chassis.rebuild import fingerprint
from chassis.store.mapping import Mapped, mapped
from chassis.tables import answers, failed_deliveries, inbox, outbox
from chassis.telemetry import configure_logs
from chassis.unit_of_work import UnitOfWork, in_one_unit
from tests.kit import people
from tests.kit.postgres import Cluster, NewDatabase
from tests.kit.room import LOG_PART, Room, room
from tests.kit.stores import BOTH
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import CAUSE, OFFICER, by_mill, deliveries, found, loaf, oven, records, until
from tests.unit.chassis.bakery import Day, LoafWentStale, Stock, held, reached, spoilt
from tests.unit.chassis.mill import FlourDelivered

Open = Callable[[], AbstractAsyncContextManager[Room]]
TABLES: list[Mapped[Any]] = [mapped(Stock), mapped(Day)]
KEY = {"Idempotency-Key": "a key of mine"}


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite files of an empty bakery, migrated once."""
    configure_logs("error")
    made = tmp_path_factory.mktemp("empty")
    migrate_sqlite(made / "bakery.sqlite", bakery.service.parts)
    migrate_sqlite(made / "log.sqlite", [LOG_PART])
    return made


@pytest.fixture(scope="session")
def empty_database(postgres_cluster: Cluster) -> str:
    """The name of a PostgreSQL database of an empty bakery, migrated once."""
    dsn = postgres_cluster.database()
    asyncio.run(migrate_postgres(dsn, bakery.service.parts))
    return dsn.rpartition("/")[2]


@pytest.fixture(params=[*BOTH, pytest.param("postgres and kafka", marks=[pytest.mark.postgres, pytest.mark.kafka])])
def open_room(request: pytest.FixtureRequest, empty_folder: Path, tmp_path: Path) -> Open:
    """Opens the bakery as one more process on one and the same database and log."""
    folder = Path(shutil.copytree(empty_folder, tmp_path / "data"))
    if request.param == "sqlite":
        return lambda: room(bakery.service, folder)
    fresh: NewDatabase = request.getfixturevalue("postgres_dsn")
    dsn = fresh(template=request.getfixturevalue("empty_database"))
    if request.param == "postgres":
        return lambda: room(bakery.service, folder, dsn=dsn)
    topics = {"bakery": 3, "mill": 3}
    cluster = request.getfixturevalue("new_topics")(topics)
    return lambda: room(bakery.service, folder, dsn=dsn, log=KafkaLog(cluster, topics))


@pytest.fixture
async def here(open_room: Open, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Room]:
    monkeypatch.setattr(consumer, "QUICK_PAUSES_S", (0.0, 0.0, 0.0))
    async with open_room() as opened:
        yield opened
    spoilt.clear()
    held.clear()


async def _effects(here: Room) -> tuple[dict[UUID, list[UUID]], dict[UUID, tuple[int, int]]]:
    arrived = await found(here.running.store, bakery.arrivals)
    stocks = await found(here.running.store, bakery.stocks)
    threads = by_mill([(each.mill_id, each.delivery_id) for each in arrived])
    return threads, {each.mill_id: (each.deliveries, each.kg) for each in stocks}


def _expected(events: Sequence[FlourDelivered]) -> tuple[dict[UUID, list[UUID]], dict[UUID, tuple[int, int]]]:
    threads = by_mill([(each.mill_id, each.delivery_id) for each in events])
    kg = {mill: sum(each.kg for each in events if each.mill_id == mill) for mill in threads}
    return threads, {mill: (len(own), kg[mill]) for mill, own in threads.items()}


async def test_a_commit_that_fails_answers_503_and_leaves_nothing(here: Room) -> None:
    by = here.as_(OFFICER)
    await here.running.store.stop()
    answer = await by.post("/v1/ovens", json={"name": "Never"}, headers=KEY)
    assert (answer.status_code, answer.json()["code"]) == (503, "try_again_later")
    await here.running.store.start()
    for mapping in (bakery.ovens, outbox, answers):
        assert await found(here.running.store, mapping) == []
    assert (await by.post("/v1/ovens", json={"name": "Never"}, headers=KEY)).status_code == 201


async def test_twins_in_two_processes_get_one_answer_and_have_one_effect(here: Room, open_room: Open) -> None:
    async with open_room() as other:
        for n in range(5):
            body, key = {"name": str(n)}, {"Idempotency-Key": str(n)}
            asked = [
                each.as_(OFFICER).post("/v1/ovens", json=body, headers=key) for _ in range(5) for each in (here, other)
            ]
            twins = await asyncio.gather(*asked)
            assert {(each.status_code, each.json()["oven_id"]) for each in twins} == {(201, twins[0].json()["oven_id"])}
    assert len(await found(here.running.store, bakery.ovens)) == 5
    assert len(await found(here.running.store, outbox)) == 5


async def test_fifty_writers_of_one_row_all_finish(here: Room) -> None:
    by = here.as_(OFFICER)
    busy = await oven(by)
    given = await asyncio.gather(*(by.post(f"/v1/ovens/{busy}/stoke") for _ in range(50)))
    assert [each.status_code for each in given] == [200] * 50
    assert sorted(each.json()["version"] for each in given) == list(range(2, 52))


async def test_writers_in_two_processes_lose_no_update(here: Room, open_room: Open) -> None:
    busy = await oven(here.as_(OFFICER))
    async with open_room() as other:
        rooms = (here, other)
        asked = [each.as_(OFFICER).post(f"/v1/ovens/{busy}/stoke") for _ in range(25) for each in rooms]
        codes = [each.status_code for each in await asyncio.gather(*asked)]
    assert set(codes) <= {200, 409}
    assert codes.count(200) >= 25
    assert (await here.as_(OFFICER).get(f"/v1/ovens/{busy}")).json()["heat"] == codes.count(200)
    sequences = [each.sequence for each in await found(here.running.store, outbox, "sequence")]
    assert sequences == list(range(1, codes.count(200) + 2))


async def test_nineteen_of_fifty_find_a_place_and_the_others_are_told_so(here: Room) -> None:
    by = here.as_(OFFICER)
    shelf = (await by.post("/v1/shelves", json={"places": 19})).json()["shelf_id"]
    baked = [await loaf(by, await oven(by, f"Oven {n}")) for n in range(50)]
    asked = (by.post(f"/v1/loaves/{each}/shelve", json={"shelf_id": shelf}) for each in baked)
    codes = [each.json().get("code", "shelved") for each in await asyncio.gather(*asked)]
    assert {code: codes.count(code) for code in codes} == {"shelved": 19, "shelf_is_full": 31}


async def test_a_refused_unit_harms_no_neighbour(here: Room) -> None:
    by = here.as_(OFFICER)
    await oven(by, "Taken")
    names = [name for n in range(20) for name in (f"Oven {n}", "Taken")]
    asked = [
        by.post("/v1/ovens", json={"name": name}, headers={"Idempotency-Key": str(n)}) for n, name in enumerate(names)
    ]
    given = await asyncio.gather(*asked)
    assert [each.status_code for each in given] == [201, 409] * 20
    assert len(await found(here.running.store, answers)) == 20
    assert {each.json()["code"] for each in given[1::2]} == {"name_is_taken"}
    assert len(await found(here.running.store, outbox)) == 21


async def test_the_relay_publishes_late_rows_and_repeats_none(here: Room) -> None:
    by = here.as_(OFFICER)
    busy = await oven(by)
    for _ in range(10):
        await by.post(f"/v1/ovens/{busy}/stoke")
    await here.settle()
    before = await here.log.read(["bakery"], {}, 1_000)
    lost = outbox.table.c.sequence.in_([2, 5, 6])  # as after a death between append and mark
    await here.running.store.execute(sa.update(outbox.table).where(lost).values(published_at=None))
    first = (await found(here.running.store, outbox))[0]
    late = outbox.row(first) | {"position": first.position - 1, "event_id": new_id(), "published_at": None}
    await here.running.store.execute(sa.insert(outbox.table).values(late))
    here.running.relay._news.set()
    await here.settle()
    after = _first_of_each(await here.log.read(["bakery"], {}, 1_000))
    assert after[: len(before)] == before
    assert [each.event_id for each in after[len(before) :]] == [late["event_id"]]


def _first_of_each(sent: Sequence[Record]) -> list[Record]:
    """Kafka keeps what a relay repeats after a death: every consumer's inbox knows it by its id."""
    first: dict[UUID, Record] = {}
    for each in sent:
        first.setdefault(each.event_id, each)
    return list(first.values())


@pytest.mark.parametrize("open_room", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_two_relays_keep_the_order_of_every_thread_and_one_takes_over(here: Room, open_room: Open) -> None:
    by = here.as_(OFFICER)
    busy = [await oven(by, f"Oven {n}") for n in range(5)]

    async def stoke(at: Room) -> None:
        for n in range(30):
            await at.as_(OFFICER).post(f"/v1/ovens/{busy[n % 5]}/stoke")

    async with open_room() as other:
        await asyncio.gather(stoke(here), stoke(other))
        await here.running.supervisor.stop()
        await stoke(here)
        await until(lambda: _nothing_waits(other))
    sent = await here.log.read(["bakery"], {}, 1_000)
    assert len({each.event_id for each in sent}) == len(sent) == len(await found(here.running.store, outbox))
    for each in busy:
        sequences = [record.sequence for record in sent if str(record.root) == each]
        assert sequences == list(range(1, len(sequences) + 1))


async def _nothing_waits(here: Room) -> bool:
    waiting: int = (await here.running.relay.waiting())["waiting"]
    return waiting == 0


@pytest.mark.parametrize("seed", range(2))
async def test_records_delivered_up_to_five_times_and_mixed_take_effect_once_in_order(here: Room, seed: int) -> None:
    dice, events = random.Random(seed), deliveries(mills=6, each=10)
    await here.running.supervisor.stop()
    for each in (
        Reactor(here.running.ground, here.log, bakery.reactions),
        Projector(here.running.ground, here.log, bakery.projections),
    ):
        threads = by_mill([(event.mill_id, event.delivery_id) for event in events])
        known = {record.subject: record for record in records(events)}
        while threads:
            batch = []
            for _ in range(dice.randint(1, 30)):
                if threads:
                    mill = dice.choice(list(threads))
                    batch += [known[threads[mill].pop(0)]] * dice.randint(1, 5)
                    threads = {mill: left for mill, left in threads.items() if left}
            for _ in range(dice.randint(1, 2)):
                await each.deliver(batch)
        await each.deliver(dice.sample(list(known.values()), k=20))
    assert await _effects(here) == _expected(events)
    assert len(await found(here.running.store, inbox)) == 2 * len(events)
    assert await found(here.running.store, failed_deliveries) == []


async def test_the_same_batch_at_two_processes_at_once_takes_effect_once(here: Room, open_room: Open) -> None:
    events = deliveries(mills=5, each=6)
    given = records(events)
    async with open_room() as other:
        for each in (here, other):
            await each.running.supervisor.stop()
        for kind in (_reactor, _projector):
            one, two = kind(here), kind(other)
            await asyncio.gather(one.deliver(given), two.deliver(given))
    assert await _effects(here) == _expected(events)
    assert await found(here.running.store, failed_deliveries) == []


async def test_two_projectors_that_both_think_it_is_their_turn_lose_no_count(here: Room, open_room: Open) -> None:
    """One row counts roots of several partitions, and is put without a version."""
    events = deliveries(mills=2, each=20)
    given = records(events)
    async with open_room() as other:
        for each in (here, other):
            await each.running.supervisor.stop()
        one, two = _projector(here), _projector(other)
        for n in range(0, 40, 8):
            await asyncio.gather(one.deliver(given[n : n + 4]), two.deliver(given[n + 4 : n + 8]))
    assert (await _effects(here))[1] == _expected(events)[1]
    assert await found(here.running.store, failed_deliveries) == []


@pytest.mark.parametrize("open_room", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_one_projector_is_at_work_and_another_process_takes_over(here: Room, open_room: Open) -> None:
    async with open_room() as other:
        projectors = [each.running.projector for each in (here, other)]
        assert all(projectors)
        await here.tell(*deliveries(mills=2, each=2))
        reads = [each is not None and each._subscription is not None for each in projectors]
        assert sorted(reads) == [False, True]
        await here.running.supervisor.stop()
        events = deliveries(mills=2, each=2)
        await other.log.append(records(events))
        await until(lambda: _counted(other, 4))


async def _counted(here: Room, mills: int) -> bool:
    return len(await found(here.running.store, bakery.stocks)) == mills


def _reactor(here: Room) -> Reactor:
    return Reactor(here.running.ground, here.log, bakery.reactions)


def _projector(here: Room) -> Projector:
    return Projector(here.running.ground, here.log, bakery.projections)


async def test_a_poison_record_parks_its_thread_only_and_a_redrive_makes_it_whole(here: Room) -> None:
    events = deliveries(mills=4, each=8)
    bad = events[9]
    spoilt.add(bad.delivery_id)
    await here.tell(*events)
    threads, stocks = await _effects(here)
    own = [each.delivery_id for each in events if each.mill_id == bad.mill_id]
    assert threads[bad.mill_id] == own[:2]
    assert sorted(len(each) for each in threads.values()) == [2, 8, 8, 8]
    assert sorted(count for count, _ in stocks.values()) == [2, 8, 8, 8]
    assert len(await found(here.running.store, failed_deliveries)) == 12
    spoilt.clear()
    await here.as_(people.administrator()).post("/v1/admin/bakery/redrive")
    await until(lambda: _settled(here))
    assert await _effects(here) == _expected(events)
    assert len(await here.events(bakery.SackStored)) == len(events)


async def _settled(here: Room) -> bool:
    return {each.state for each in await found(here.running.store, failed_deliveries)} == {"redriven"}


async def test_a_rebuild_from_zero_has_the_same_hash_and_readers_notice_nothing(here: Room) -> None:
    by = here.as_(people.administrator())
    busy = await oven(here.as_(OFFICER))
    for _ in range(3):
        await loaf(here.as_(OFFICER), busy)
    await here.tell(*deliveries(mills=10, each=30))
    live, whole = await fingerprint(here.running.store, TABLES), await found(here.running.store, bakery.stocks)
    await by.post("/v1/admin/bakery/rebuild")
    state = {"state": "running"}
    while state["state"] == "running":
        assert await found(here.running.store, bakery.stocks) == whole
        state = (await by.get("/v1/admin/bakery/rebuild")).json()
        await asyncio.sleep(0)  # nothing here waits for a disk, so nothing else would have its turn
    assert state == {"state": "finished", "result": {"before": live, "after": live, "same": True, "events": 303}}


async def test_a_rebuild_counts_what_stands_in_the_log_twice_once(here: Room) -> None:
    await here.tell(*deliveries(mills=5, each=10))
    live = await fingerprint(here.running.store, TABLES)
    again = await here.log.read(["mill"], {}, 500)
    random.Random(1).shuffle(again)
    await here.log.append(again)
    await here.settle()
    by = here.as_(people.administrator())
    await by.post("/v1/admin/bakery/rebuild")

    async def ended() -> bool:
        return bool((await by.get("/v1/admin/bakery/rebuild")).json()["state"] != "running")

    await until(ended)
    result = (await by.get("/v1/admin/bakery/rebuild")).json()["result"]
    assert result == {"before": live, "after": live, "same": True, "events": 50}


async def test_a_jump_of_two_years_makes_one_expiry_in_two_processes(here: Room, open_room: Open) -> None:
    by = here.as_(OFFICER)
    busy = await oven(by)
    made = {UUID(await loaf(by, busy, hours=n + 1)) for n in range(20)}
    async with open_room() as other:
        for each in (here, other):
            each.clock.advance(each.clock.now() + timedelta(days=730))

        async def all_stale() -> bool:
            return all(each.state == "stale" for each in await found(here.running.store, bakery.loaves))

        await until(all_stale)
        await until(lambda: _nothing_waits(here))
    gone = [each for each in await found(here.running.store, outbox) if each.event_type == LoafWentStale.event_type]
    assert len(gone) == 20
    assert {each.subject for each in gone} == made


async def test_after_a_kill_another_process_takes_the_job_over_where_it_was(here: Room, open_room: Open) -> None:
    reached.clear()
    held[2] = asyncio.Event()
    wanted = {"steps": 5, "oven_id": await oven(here.as_(OFFICER))}

    async def work(uow: UnitOfWork) -> Job:
        return ask(uow, "kneading", input=wanted, files={})

    await in_one_unit(here.running.ground, CAUSE, work)
    await until(lambda: _reached(2))
    asleep = held.pop(2)
    expired = sa.update(jobs.table).values(lease_until=wall_now() - timedelta(seconds=1))
    await here.running.store.execute(expired)
    async with open_room() as other:
        await until(lambda: _is(other, "finished", 5))
        asleep.set()
        await asyncio.sleep(0.2)
        assert await _is(other, "finished", 5)
    assert [each.heat for each in await found(here.running.store, bakery.ovens)] == [5]


async def _reached(step: int) -> bool:
    return step in reached


async def _is(here: Room, state: str, done: int) -> bool:
    return [(each.state, each.done) for each in await found(here.running.store, jobs)] == [(state, done)]


async def test_what_no_row_guards_is_written_by_one_unit_at_a_time_in_all_processes(
    here: Room, open_room: Open
) -> None:
    kitchen = new_id()

    async def one_of_five(uow: UnitOfWork) -> bool:
        await uow.alone_on(kitchen)
        standing = len(await uow.fetch(sa.select(bakery.ovens.table.c.id)))
        await asyncio.sleep(0.001)
        if standing < 5:
            oven = bakery.Oven(uow.new_id(), 0, f"Oven {uow.new_id()}")
            uow.save(oven, bakery.OvenBuilt(oven_id=oven.id))
        return standing < 5

    async with open_room() as other:
        asked = [in_one_unit(each.running.ground, CAUSE, one_of_five) for _ in range(10) for each in (here, other)]
        assert sum(await asyncio.gather(*asked)) == 5
    assert len(await found(here.running.store, bakery.ovens)) == 5


async def test_whoever_asks_to_be_alone_is_served_however_many_ask_in_two_processes(
    here: Room, open_room: Open
) -> None:
    kitchen = new_id()

    async def build(uow: UnitOfWork) -> None:
        await uow.alone_on(kitchen)
        standing = len(await uow.fetch(sa.select(bakery.ovens.table.c.id)))
        oven = bakery.Oven(uow.new_id(), 0, f"Oven {standing}")
        uow.save(oven, bakery.OvenBuilt(oven_id=oven.id))

    async with open_room() as other:
        await asyncio.gather(*(in_one_unit(each.running.ground, CAUSE, build) for each in (here, other) * 50))
    names = {each.name for each in await found(here.running.store, bakery.ovens)}
    assert names == {f"Oven {n}" for n in range(100)}


async def test_a_stop_at_any_moment_leaves_nothing_half_done(here: Room, open_room: Open) -> None:
    dice, events, acknowledged = random.Random(3), deliveries(mills=4, each=40), 0
    await here.running.stop()
    for n in range(8):
        async with open_room() as now:
            await now.log.append(records(events[n * 20 : (n + 1) * 20]))
            writers = [asyncio.create_task(_write(now, n * 100 + each)) for each in range(20)]
            await asyncio.sleep(dice.random() * 0.1)
            await now.running.stop()
            acknowledged += sum(await asyncio.gather(*writers))
    async with open_room() as now:
        await now.settle()
        made = await found(now.running.store, bakery.ovens)
        assert 0 < acknowledged <= len(made)
        assert len(await found(now.running.store, answers)) == len(made)
        assert await _effects(now) == _expected(events)
        kept = await found(now.running.store, outbox)
        assert len(kept) == len(made) + len(events)
        sent = _first_of_each(await now.log.read(["bakery"], {}, 100_000))
        assert sorted(each.event_id for each in sent) == sorted(each.event_id for each in kept)


async def _write(here: Room, n: int) -> bool:
    """Build an oven; whether that was acknowledged."""
    with contextlib.suppress(asyncio.CancelledError):
        answer = await here.as_(OFFICER).post("/v1/ovens", json={"name": str(n)}, headers={"Idempotency-Key": str(n)})
        assert answer.status_code in (201, 503), answer.text
        return bool(answer.status_code == 201)
    return False


async def test_statements_are_compiled_once(here: Room) -> None:
    async def a_day() -> None:
        by = here.as_(OFFICER)
        busy = await oven(by, f"Oven {time.monotonic_ns()}")
        await loaf(by, busy, hours=1)
        await by.post(f"/v1/ovens/{busy}/stoke")
        await here.tell(*deliveries(mills=4, each=4))
        await here.advance(hours=2)
        for each in here.running.consumers:
            await each.retry_due()

    counted: Any = here.running.store
    for _ in range(2):
        await a_day()
    misses, hits = counted.statements.misses, counted.statements.hits
    for _ in range(5):
        await a_day()
    # What cannot be cached is compiled every day. Kafka deals out batches as it likes: one may have a shape no day had.
    assert counted.statements.misses - misses < (5 if isinstance(here.log, KafkaLog) else 1)
    assert counted.statements.hits > hits + 50
