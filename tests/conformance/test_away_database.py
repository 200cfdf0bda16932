"""The database away and back under a running service: refused in words meanwhile, and nothing to do by hand after."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from chassis.clock import new_id
from chassis.jobs import ask, jobs
from chassis.log.table import TableLog
from chassis.migrations.runner import migrate_postgres
from chassis.notices.records import notices
from chassis.notices.writing import Recipient, notify
from chassis.store.postgres import PostgresStore
from chassis.unit_of_work import UnitOfWork, in_one_unit
from services.matching.notices import REPORT_RETURNED
from tests.kit import people
from tests.kit.postgres import Cluster, cluster_or_skip
from tests.kit.room import LOG_PART, Room, room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import CAUSE, OFFICER, by_mill, deliveries, found, loaf, oven, records

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
SERVICE = dataclasses.replace(bakery.service, notices=(REPORT_RETURNED,))
AWAY_S = 8.0
BACK_WITHIN_S = 60.0


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server that may be killed."""
    started = cluster_or_skip()
    yield started
    started.stop()


@pytest.fixture
async def here(cluster: Cluster, tmp_path: Path) -> AsyncIterator[Room]:
    dsn, log_dsn = cluster.database(), cluster.database()
    await migrate_postgres(log_dsn, [LOG_PART])
    async with room(SERVICE, tmp_path, dsn=dsn, log=TableLog(PostgresStore(log_dsn))) as opened:
        yield opened


async def test_while_the_database_is_away_it_says_so_and_when_it_is_back_every_loop_goes_on(
    here: Room, cluster: Cluster
) -> None:
    by = here.as_(OFFICER)
    busy = [await oven(by, f"Oven {n}") for n in range(5)]
    stale = await loaf(by, busy[0], hours=1)
    flour = deliveries(mills=5, each=20)
    await here.log.append(records(flour[:50]))
    await _knead_and_tell(here, busy[1])
    stopping = asyncio.Event()
    stoking = [asyncio.create_task(_stoke(by, busy[1 + n], stopping)) for n in range(4)]
    await asyncio.sleep(0.5)

    await asyncio.to_thread(cluster.kill)
    away_since = time.monotonic()
    await _refused_in_words(by, busy[0])
    await _said_in_words(here)
    await asyncio.sleep(max(0.0, AWAY_S - (time.monotonic() - away_since)))
    await asyncio.to_thread(cluster.start)
    back = time.monotonic()
    while (await by.post(f"/v1/ovens/{busy[0]}/stoke")).status_code != 200:
        assert time.monotonic() - back < BACK_WITHIN_S
        await asyncio.sleep(0.05)
    taken = time.monotonic() - back
    stopping.set()
    stoked = [code for codes in await asyncio.gather(*stoking) for code in codes]

    here.clock.advance(here.clock.now() + timedelta(hours=2))
    await here.log.append(records(flour[50:], start=51))
    while not await _everything_is_done(here, stale):
        assert time.monotonic() - back < BACK_WITHIN_S, await here.running.facts()
        await asyncio.sleep(0.1)
    print(f"taken again {taken:.1f} s after the server was back, all done after {time.monotonic() - back:.1f} s")
    assert set(stoked) <= {200, 503}
    assert stoked.count(503) > 0
    heat = sum(each.heat for each in await found(here.running.store, bakery.ovens))
    # A unit whose answer was lost with the connection may have been written: only its sender's key could tell.
    unknown = heat - (stoked.count(200) + 1 + STEPS)
    assert 0 <= unknown <= len(stoking)
    arrived = [(each.mill_id, each.delivery_id) for each in await found(here.running.store, bakery.arrivals)]
    assert by_mill(arrived) == by_mill([(each.mill_id, each.delivery_id) for each in flour])
    assert here.running.health.live() == {}


STEPS = 200


async def _knead_and_tell(here: Room, oven_id: str) -> None:
    """Leave work for the job's loop, and a notice for the postman."""

    async def work(uow: UnitOfWork) -> None:
        ask(uow, "kneading", input={"oven_id": oven_id, "steps": STEPS}, files={})
        facts: dict[str, Any] = {"firm": "River", "reason": "figures", "report": "r", "address": "http://centre.test"}
        facts |= {"period_starts_on": date(2026, 1, 1), "period_ends_on": date(2026, 1, 31)}
        later = uow.now() + timedelta(hours=1)
        to = Recipient(id=new_id(), email="lan@mill.test", languages=("en",))
        await notify(uow, REPORT_RETURNED, to, cause=new_id(), due_at=later, **facts)

    await in_one_unit(here.running.ground, CAUSE, work)


async def _stoke(by: httpx2.AsyncClient, oven_id: str, stopping: asyncio.Event) -> list[int]:
    codes: list[int] = []
    while not stopping.is_set():
        codes.append((await by.post(f"/v1/ovens/{oven_id}/stoke")).status_code)
        await asyncio.sleep(0.05)
    return codes


async def _refused_in_words(by: httpx2.AsyncClient, oven_id: str) -> None:
    for ask_for in (by.post(f"/v1/ovens/{oven_id}/stoke"), by.get(f"/v1/ovens/{oven_id}")):
        began = time.monotonic()
        answer = await ask_for
        assert time.monotonic() - began < 6.0
        assert (answer.status_code, answer.json()["code"]) == (503, "try_again_later")
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Content-Type"] == "application/problem+json"


async def _said_in_words(here: Room) -> None:
    inside = here.as_(people.administrator())
    answer = await inside.get("/health/ready")
    assert answer.status_code == 503
    assert "the database does not answer" in answer.json()["trouble"]["database"]
    assert 'openrecp_ready{service="bakery"} 0.0' in (await inside.get("/metrics")).text


async def _everything_is_done(here: Room, stale: str) -> bool:
    """Timers, jobs, notices, reactions, projections and the relay have come to the end of their work."""
    (job,) = await found(here.running.store, jobs)
    (notice,) = await found(here.running.store, notices)
    loaves = {each.id: each.state for each in await found(here.running.store, bakery.loaves)}
    facts = await here.running.facts()
    return (
        loaves[UUID(stale)] == "stale"
        and (job.state, job.done) == ("finished", STEPS)
        and notice.state == "sent"
        and facts["outbox"]["waiting"] == 0
        and all(lag == 0 for lag in facts["lag"].values())
    )
