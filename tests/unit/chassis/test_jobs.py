"""Long work: it shows how far it is, stops when asked, and goes on where a dead process left it."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis import jobs as chassis_jobs
from chassis.clock import wall_now
from chassis.jobs import (
    Job,
    JobFailed,
    JobFile,
    JobHasEnded,
    JobLease,
    RefusedRow,
    Worker,
    Working,
    ask,
    cancel,
    job_files,
    jobs,
)
from chassis.jobs import refused_rows as refused
from chassis.unit_of_work import UnitOfWork, in_one_unit
from tests.kit.room import Room, room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import CAUSE, OFFICER, found, oven, until
from tests.unit.chassis.bakery import held, reached


async def _asked(here: Room, steps: int, kind: str = "kneading", **files: bytes) -> Job:
    wanted = {"steps": steps, "oven_id": await oven(here.as_(OFFICER))}

    async def work(uow: UnitOfWork) -> Job:
        return ask(uow, kind, input=wanted, files=files)

    return await in_one_unit(here.running.ground, CAUSE, work)


async def _job(here: Room) -> Job:
    [kept] = await found(here.running.store, jobs)
    assert isinstance(kept, Job)
    return kept


async def _heat(here: Room) -> int:
    [warm] = await found(here.running.store, bakery.ovens)
    heat: int = warm.heat
    return heat


async def _is(here: Room, state: str, done: int) -> bool:
    job = await _job(here)
    return (job.state, job.done) == (state, done)


def _hold(step: int) -> None:
    reached.discard(step)
    held[step] = asyncio.Event()


async def _reached(step: int) -> bool:
    return step in reached


async def _is_let_go(here: Room) -> bool:
    return await found(here.running.store, job_files) == []


async def _cancel(here: Room, job: Job) -> None:
    async def work(uow: UnitOfWork) -> None:
        kept = await uow.find(Job, job_id=job.job_id)
        assert kept is not None
        cancel(uow, kept)

    await in_one_unit(here.running.ground, CAUSE, work)


async def test_a_job_runs_to_its_end_and_shows_how_far_it_is(here: Room) -> None:
    _hold(3)
    job = await _asked(here, 5, dough=b"flour and water")
    assert (job.state, job.done, job.total) == ("queued", 0, None)
    await until(lambda: _is(here, "running", 3))
    assert (await _job(here)).total == 5
    assert await found(here.running.store, job_files) == [JobFile(job.job_id, "dough", b"flour and water")]
    held[3].set()
    await until(lambda: _is(here, "finished", 5))
    ended = await _job(here)
    assert (ended.result, ended.error, ended.lease_until) == ({"kneaded": 5}, None, None)
    assert await _heat(here) == 5
    await until(lambda: _is_let_go(here))  # emptied with the end, and away a moment after it


async def test_a_job_that_is_asked_to_stop_stops_at_its_next_step(here: Room) -> None:
    _hold(2)
    job = await _asked(here, 9)
    await until(lambda: _is(here, "running", 2))
    await _cancel(here, job)
    held[2].set()
    await until(lambda: _is(here, "cancelled", 2))
    assert await _heat(here) == 3  # the step it was in is whole
    with pytest.raises(JobHasEnded):
        await _cancel(here, job)


async def test_a_job_that_is_asked_to_stop_before_it_begins_does_nothing(here: Room) -> None:
    await here.running.supervisor.stop()
    job = await _asked(here, 3)
    await _cancel(here, job)
    await here.running.start()
    await until(lambda: _is(here, "cancelled", 0))
    assert await _heat(here) == 0


async def test_the_progress_a_job_writes_does_not_undo_a_cancellation(here: Room) -> None:
    job = await _asked(here, 5_000)
    await until(lambda: _moving(here))
    await _cancel(here, job)
    await until(lambda: _ended(here))
    assert (await _job(here)).state == "cancelled"


async def _moving(here: Room) -> bool:
    return (await _job(here)).done > 3


async def _ended(here: Room) -> bool:
    return (await _job(here)).state in chassis_jobs.ENDED


async def test_after_a_kill_another_takes_the_job_over_where_it_was(here: Room, folder: Path) -> None:
    _hold(3)
    job = await _asked(here, 6)
    await until(lambda: _reached(3))
    asleep = held.pop(3)
    # What a kill leaves behind: a running job whose lease nobody renews.
    expired = sa.update(jobs.table).values(lease_until=wall_now() - timedelta(seconds=1))
    await here.running.store.execute(expired)
    async with room(bakery.service, folder) as other:
        await until(lambda: _is(other, "finished", 6))
        assert await _heat(other) == 6
        # The first one was only asleep: what it does now must neither count twice nor open the job again.
        asleep.set()
        await asyncio.sleep(0.3)
        ended = await _job(other)
        assert (ended.state, ended.done, ended.result) == ("finished", 6, {"kneaded": 6})
        assert await _heat(other) == 6
    assert job.job_id == ended.job_id
    assert here.running.supervisor.pulses["bakery.jobs"].restarts == 0


async def test_a_step_that_was_begun_under_a_lost_lease_is_not_written(here: Room, folder: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(job: Working) -> dict[str, Any]:
        async def step(uow: UnitOfWork) -> None:
            oven = bakery.Oven(uow.new_id(), 0, f"Oven {uow.new_id()}")  # new: no version of its own holds it back
            uow.save(oven, bakery.OvenBuilt(oven_id=oven.id))
            if not begun.is_set():
                begun.set()
                await go_on.wait()  # everything is checked, nothing is written

        await job.unit(step)
        return {}

    bakery.jobs.kinds["slow"] = work
    try:
        await _asked(here, 1, "slow")
        await begun.wait()
        expired = sa.update(jobs.table).values(lease_until=wall_now() - timedelta(seconds=1))
        await here.running.store.execute(expired)
        async with room(bakery.service, folder) as other:
            await until(lambda: _is(other, "finished", 0))
            go_on.set()
            await asyncio.sleep(0.2)
            assert len(await found(other.running.store, bakery.ovens)) == 2  # the one it was asked with, and one
    finally:
        del bakery.jobs.kinds["slow"]


async def test_a_lease_that_is_kept_is_left_alone(here: Room, folder: Path) -> None:
    _hold(1)
    await _asked(here, 2)
    await until(lambda: _is(here, "running", 1))
    owner = (await _job(here)).lease_owner
    async with room(bakery.service, folder) as other:
        await asyncio.sleep(0.2)
        assert (await _job(other)).lease_owner == owner
        held[1].set()
        await until(lambda: _is(other, "finished", 2))
    assert await _heat(here) == 2


async def test_a_lease_is_renewed_while_a_step_takes_long(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chassis_jobs, "RENEW_S", 0.05)
    _hold(0)
    await _asked(here, 1)
    await until(lambda: _is(here, "running", 0))
    before = (await _job(here)).lease_until
    assert before is not None

    async def renewed() -> bool:
        lease = (await _job(here)).lease_until
        return lease is not None and lease > before

    await until(renewed)


async def test_a_graceful_stop_lets_the_next_process_go_on_at_once(folder: Path) -> None:
    _hold(2)
    async with room(bakery.service, folder) as here:
        await _asked(here, 4)
        await until(lambda: _is(here, "running", 2))
    held.clear()
    async with room(bakery.service, folder) as here, asyncio.timeout(5):
        await until(lambda: _is(here, "finished", 4))
        assert await _heat(here) == 4


async def test_of_two_workers_one_takes_a_job(here: Room, folder: Path) -> None:
    await here.running.supervisor.stop()
    async with room(bakery.service, folder) as other:
        await other.running.supervisor.stop()
        await _asked(here, 1)
        workers = [Worker(each.running.ground, bakery.jobs) for each in (here, other) for _ in range(5)]
        taken = await asyncio.gather(*(each._take() for each in workers))
        assert len([each for each in taken if each is not None]) == 1


async def test_a_job_that_cannot_go_on_says_why_and_our_mistakes_are_called_so(here: Room) -> None:
    async def give_up(job: Working) -> dict[str, Any]:
        raise JobFailed("file_is_empty", "The file holds no row.")

    async def stumble(job: Working) -> dict[str, Any]:
        raise ZeroDivisionError("secret of a client")

    for kind, work in (("giving_up", give_up), ("stumbling", stumble)):
        bakery.jobs.kinds[kind] = work
    try:
        job = await _asked(here, 1, "giving_up")
        await until(lambda: _is(here, "failed", 0))
        assert ((await _job(here)).error, (await _job(here)).sentence) == ("file_is_empty", "The file holds no row.")
        await here.running.store.execute(sa.delete(jobs.table), sa.delete(bakery.ovens.table))
        await _asked(here, 1, "stumbling")
        await until(lambda: _is(here, "failed", 0))
        kept = await _job(here)
        assert kept.job_id != job.job_id
        assert (kept.error, kept.sentence) == ("internal_error", "Our mistake (ZeroDivisionError).")
    finally:
        del bakery.jobs.kinds["giving_up"], bakery.jobs.kinds["stumbling"]


async def test_refused_rows_are_kept_with_the_progress_and_once(here: Room) -> None:
    job = await _asked(here, 0, "nothing_of_the_kind")
    await until(lambda: _is(here, "failed", 0))
    working = Working(here.running.ground, await _job(here), JobLease(job.job_id, 1))
    row = RefusedRow(job.job_id, "dough", 7, "kg", "not_a_number", "A number is expected.", {"kg": "many"})
    for _ in range(2):
        await working.advance(7, refused=[row])
    assert await found(here.running.store, refused) == [row]
    assert (await _job(here)).done == 7


async def test_the_database_being_away_does_not_fail_the_job(folder: Path) -> None:
    _hold(1)
    async with room(bakery.service, folder) as here:
        await _asked(here, 3)
        await until(lambda: _is(here, "running", 1))
        await here.running.store.stop()
        held[1].set()
        await asyncio.sleep(0.2)
        await here.running.store.start()
        assert (await _job(here)).state == "running"
        expired = sa.update(jobs.table).values(lease_until=wall_now() - timedelta(seconds=1))
        await here.running.store.execute(expired)
        await until(lambda: _is(here, "finished", 3))
        assert await _heat(here) == 3


async def test_jobs_are_done_in_the_order_they_were_asked_for(here: Room) -> None:
    done: list[UUID] = []

    async def note(job: Working) -> dict[str, Any]:
        done.append(job.job.job_id)
        return {}

    bakery.jobs.kinds["noting"] = note
    try:

        async def work(uow: UnitOfWork) -> UUID:
            return ask(uow, "noting", input={}, files={}).job_id

        wanted = [await in_one_unit(here.running.ground, CAUSE, work) for _ in range(10)]

        async def all_done() -> bool:
            return len(done) == 10

        await until(all_done)
        assert done == wanted
    finally:
        del bakery.jobs.kinds["noting"]
