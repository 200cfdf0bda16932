"""The relay: every committed event reaches the log, once, in the order of its thread, whatever dies between."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.clock import new_id, wall_now
from chassis.log.port import Record
from chassis.log.table import TableLog
from chassis.migrations.runner import migrate_sqlite
from chassis.relay import Relay
from chassis.store.sqlite import SqliteStore
from chassis.tables import Outgoing, outbox
from tests.kit.room import LOG_PART, Room, room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import OFFICER, found, oven
from tests.unit.chassis.bakery import OvenStoked


def _waiting(position: int, oven_id: UUID, sequence: int) -> dict[str, Any]:
    """A row of the outbox, as a unit leaves it that commits at its own time."""
    event = OvenStoked(oven_id=oven_id)
    row = Outgoing(
        position=position,
        event_id=new_id(),
        event_type=event.event_type,
        topic=event.topic,
        subject=oven_id,
        root=oven_id,
        sequence=sequence,
        occurred_at=wall_now(),
        recorded_at=wall_now(),
        correlation_id="test",
        causation_id=None,
        traceparent=None,
        actor_id=OFFICER.principal_id,
        operation="stoke_oven",
        data=event.model_dump_json(),
    )
    return outbox.row(row)


async def _in_log(here: Room) -> list[Record]:
    records: list[Record] = await here.log.read(["bakery"], {}, 100_000)
    return records


async def test_what_was_committed_is_published_in_order_with_its_envelope(here: Room) -> None:
    by = here.as_(OFFICER)
    busy = await oven(by)
    for _ in range(3):
        await by.post(f"/v1/ovens/{busy}/stoke", headers={"Correlation-Id": "the-winter-of-26"})
    await here.settle()
    sent = await _in_log(here)
    assert [each.sequence for each in sent] == [1, 2, 3, 4]
    assert {(str(each.subject), str(each.root), each.topic) for each in sent} == {(busy, busy, "bakery")}
    assert [each.correlation_id for each in sent[1:]] == ["the-winter-of-26"] * 3
    assert sent[0].event() == bakery.OvenBuilt(oven_id=UUID(busy))
    kept = await found(here.running.store, outbox)
    assert all(row.published_at is not None for row in kept)
    assert {(row.actor_id, row.operation) for row in kept} == {
        (OFFICER.principal_id, "build_oven"),
        (OFFICER.principal_id, "stoke_oven"),
    }


async def test_a_row_that_was_committed_late_with_a_lower_position_is_published(here: Room) -> None:
    await oven(here.as_(OFFICER))
    await here.settle()
    [first] = await found(here.running.store, outbox)
    late = _waiting(first.position - 1, new_id(), 1)
    await here.running.store.execute(sa.insert(outbox.table).values(late))
    here.running.relay._news.set()
    await here.settle()
    assert [each.event_id for each in await _in_log(here)] == [first.event_id, late["event_id"]]


async def test_a_death_between_append_and_mark_leaves_one_record_in_the_log(here: Room) -> None:
    by = here.as_(OFFICER)
    busy = await oven(by)
    for _ in range(20):
        await by.post(f"/v1/ovens/{busy}/stoke")
    await here.settle()
    before = await _in_log(here)
    # What a death there leaves behind: the records stand in the log, the rows do not know it.
    some = outbox.table.c.sequence.in_([3, 4, 5, 19])
    await here.running.store.execute(sa.update(outbox.table).where(some).values(published_at=None))
    await by.post(f"/v1/ovens/{busy}/stoke")
    await here.settle()
    after = await _in_log(here)
    assert after[:-1] == before
    assert [each.sequence for each in after] == list(range(1, 23))


async def test_events_wait_while_the_log_is_away_and_go_on_in_order(folder: Path) -> None:
    async with room(bakery.service, folder) as here:
        by = here.as_(OFFICER)
        busy = await oven(by)
        await here.settle()
        await here.log.store.stop()
        for _ in range(30):
            assert (await by.post(f"/v1/ovens/{busy}/stoke")).status_code == 200
        facts = await here.running.facts()
        assert facts["alarms"]["log"].startswith("the event log is away")
        assert set(facts["lag"].values()) == {None}
        assert facts["outbox"]["waiting"] == 30
        assert here.running.health.live() == {}  # no orchestrator may kill it for that
        await here.log.store.start()
        await here.settle()
        assert [each.sequence for each in await _in_log(here)] == list(range(1, 32))


async def test_more_than_one_batch_goes_in_one_order(folder: Path) -> None:
    store, busy = SqliteStore(folder / "bakery.sqlite"), new_id()
    await store.start()
    rows = [_waiting(n, busy, n) for n in range(1, 1_202)]
    await store.execute(*(sa.insert(outbox.table).values(row) for row in rows))
    await store.stop()
    async with room(bakery.service, folder) as here:
        await here.settle()
        assert [each.sequence for each in await _in_log(here)] == list(range(1, 1_202))


async def test_a_commit_wakes_the_relay_at_once(here: Room) -> None:
    """The slow poll comes round every five seconds only: what arrives sooner was told by the commit."""
    await here.settle()
    await oven(here.as_(OFFICER))
    async with asyncio.timeout(2):
        await here.settle()


async def test_a_relay_that_has_lost_its_lead_publishes_nothing(tmp_path: Path, here: Room) -> None:
    migrate_sqlite(tmp_path / "log.sqlite", [LOG_PART])
    elsewhere = TableLog(SqliteStore(tmp_path / "log.sqlite"))
    await elsewhere.start()
    await here.running.supervisor.stop()
    relay = Relay(here.running.store, elsewhere, "//test/bakery")
    await here.running.store.execute(sa.insert(outbox.table).values(_waiting(1, new_id(), 1)))
    assert await relay.publish_once(_Lost()) == 0
    assert await elsewhere.read(["bakery"], {}, 10) == []
    await elsewhere.stop()


class _Lost:
    """A lead that another process has taken over."""

    async def still_held(self) -> bool:
        return False

    async def release(self) -> None: ...


async def test_a_record_that_is_there_already_hinders_no_new_one(here: Room) -> None:
    await oven(here.as_(OFFICER))
    await here.settle()
    [known] = await _in_log(here)
    new = [known.at(0), *(_record(known, n) for n in range(3))]
    await here.log.append(new)
    assert [each.event_id for each in await _in_log(here)] == [each.event_id for each in new]
    await here.log.append(new)
    assert len(await _in_log(here)) == 4


def _record(like: Record, sequence: int) -> Record:
    names = ("topic", "event_type", "source", "occurred_at", "correlation_id", "causation_id", "traceparent", "data")
    shared = {name: getattr(like, name) for name in names}
    return Record(**shared, root=new_id(), event_id=new_id(), subject=new_id(), sequence=sequence)
