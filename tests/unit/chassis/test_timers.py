"""Deadlines: each case once, whatever the clock does, and one that fails holds up nobody."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis import timers
from chassis.clock import Clock, ClockCannotGoBack, new_id
from chassis.store.port import Batch, Insert
from chassis.tables import outbox
from contracts.principals import SYSTEM_ID
from tests.kit.room import Room, room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import OFFICER, found, loaf, oven, until
from tests.unit.chassis.bakery import Loaf, LoafWentStale, spoilt


async def _loaves(here: Room, *hours: int) -> list[UUID]:
    by = here.as_(OFFICER)
    busy = await oven(by)
    return [UUID(await loaf(by, busy, each)) for each in hours]


async def _stale(here: Room) -> set[UUID]:
    return {each.id for each in await found(here.running.store, bakery.loaves) if each.state == "stale"}


async def test_a_deadline_runs_its_case_once_it_has_passed(here: Room) -> None:
    early, late = await _loaves(here, 10, 20)
    await here.advance(hours=9, minutes=59)
    assert await _stale(here) == set()
    await here.advance(minutes=2)
    assert await _stale(here) == {early}
    await here.advance(hours=10)
    assert await _stale(here) == {early, late}
    assert [each.loaf_id for each in await here.events(LoafWentStale)] == [early, late]


async def test_a_jump_of_two_years_makes_one_expiry_at_its_end(here: Room) -> None:
    made = await _loaves(here, *range(1, 31))
    before = here.clock.now()
    await here.advance(days=730)
    await here.advance(seconds=1)
    rows = [each for each in await found(here.running.store, outbox) if each.event_type == LoafWentStale.event_type]
    assert sorted(each.subject for each in rows) == sorted(made)
    assert all(each.occurred_at >= before + timedelta(days=730) for each in rows)
    assert {(each.actor_id, each.operation) for each in rows} == {(SYSTEM_ID, "bakery.timers:go_stale")}


async def test_a_case_that_fails_rests_while_the_others_run(here: Room) -> None:
    made = await _loaves(here, 1, 1, 1)
    spoilt.add(made[1])
    await here.advance(hours=2)
    assert await _stale(here) == {made[0], made[2]}
    sweep = here.running.sweep
    assert sweep is not None
    assert await sweep.sweep() == 0
    spoilt.clear()
    assert await sweep.sweep() == 0  # it still rests
    sweep._resting.clear()  # half a minute later
    assert await sweep.sweep() == 1
    assert await _stale(here) == set(made)


async def test_many_cases_that_fail_do_not_keep_the_others_waiting(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timers, "AT_ONCE", 5)
    made = await _loaves(here, *[1] * 12, 2, 2)
    spoilt.update(made[:12])
    await here.advance(hours=3)
    sweep = here.running.sweep
    assert sweep is not None
    for _ in range(4):
        await sweep.sweep()
    assert await _stale(here) == set(made[12:])


async def test_two_sweeps_at_once_make_one_expiry(here: Room, folder: Path) -> None:
    made = await _loaves(here, *[1] * 10)
    async with room(bakery.service, folder) as other:
        for each in (here, other):
            each.clock.advance(each.clock.now() + timedelta(hours=2))
        sweeps = [each.running.sweep for each in (here, other) if each.running.sweep is not None]
        await asyncio.gather(*(sweep.sweep() for sweep in (*sweeps, *sweeps)))
        assert await _stale(here) == set(made)
        here.running.relay._news.set()  # a commit of the other process wakes it at its slow poll only
        await here.settle()
    assert sorted(each.loaf_id for each in await here.events(LoafWentStale)) == sorted(made)


async def test_a_case_that_was_overtaken_has_nothing_to_do(here: Room) -> None:
    by = here.as_(OFFICER)
    [made] = await _loaves(here, 1)
    shelf = (await by.post("/v1/shelves", json={"places": 3})).json()["shelf_id"]
    await by.post(f"/v1/loaves/{made}/shelve", json={"shelf_id": shelf})
    await here.advance(days=3)
    assert [each.state for each in await found(here.running.store, bakery.loaves)] == ["shelved"]


async def test_what_became_due_while_nobody_worked_is_done_at_the_start(folder: Path) -> None:
    async with room(bakery.service, folder) as here:
        made = await _loaves(here, 1, 1)
        later = here.clock.now() + timedelta(days=2)
    async with room(bakery.service, folder, at=later) as here:

        async def all_stale() -> bool:
            return await _stale(here) == set(made)

        await until(all_stale)


async def test_more_than_one_sweep_can_hold_is_done_sweep_after_sweep(here: Room) -> None:
    by = here.as_(OFFICER)
    busy = UUID(await oven(by))
    soon = here.clock.now() + timedelta(hours=1)
    rows = [bakery.loaves.row(Loaf(new_id(), 1, busy, soon)) for _ in range(450)]
    await here.running.store.commit(Batch([Insert(bakery.loaves.table, row) for row in rows]))
    here.clock.advance(soon + timedelta(seconds=1))

    async def none_fresh() -> bool:
        fresh = sa.select(sa.func.count()).where(bakery.loaves.table.c.state == "fresh")
        return [row[0] for row in await here.running.store.fetch(fresh)] == [0]

    await until(none_fresh)
    await here.settle()
    assert len(await here.events(LoafWentStale)) == 450


def test_business_time_never_goes_back() -> None:
    clock = Clock(settable=True)
    clock.advance(clock.now() + timedelta(days=3))
    with pytest.raises(ClockCannotGoBack):
        clock.advance(clock.now() - timedelta(seconds=1))
