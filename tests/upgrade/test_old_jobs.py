"""A job that an earlier version asked for, while this one is at work, is done like any other."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.clock import new_id, wall_now
from chassis.jobs import Job, job_leases, jobs
from chassis.store.port import Batch, Insert
from contracts.principals import SYSTEM_PRINCIPAL
from tests.kit.postgres import NewDatabase
from tests.kit.room import Room, room
from tests.kit.stores import BOTH
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import OFFICER, found, oven, until


@pytest.fixture(params=BOTH)
async def here(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    new: NewDatabase | None = request.getfixturevalue("postgres_dsn") if request.param == "postgres" else None
    async with room(bakery.service, tmp_path, dsn=new() if new else None) as opened:
        yield opened


async def test_a_job_without_a_lease_is_given_one_and_done(here: Room) -> None:
    asked = Job(
        job_id=new_id(),
        kind="kneading",
        state="queued",
        asked_by=SYSTEM_PRINCIPAL.principal_id,
        principal=SYSTEM_PRINCIPAL,
        correlation_id="of the version before",
        asked_at=wall_now(),
        input={"steps": 3, "oven_id": await oven(here.as_(OFFICER))},
    )
    await here.running.store.commit(Batch([Insert(jobs.table, jobs.row(asked))]))

    async def finished() -> bool:
        return [(each.state, each.done) for each in await found(here.running.store, jobs)] == [("finished", 3)]

    await until(finished)
    assert [each.id for each in await found(here.running.store, job_leases)] == [asked.job_id]
    assert [each.heat for each in await found(here.running.store, bakery.ovens)] == [3]
