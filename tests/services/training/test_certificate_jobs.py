"""The certificates of a whole session as a job: each once, whatever happens meanwhile."""

import asyncio
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.clock import new_id
from chassis.jobs import jobs as job_table
from chassis.store.port import Batch, Insert
from contracts.principals import Role
from contracts.training import CertificateIssued
from services.training.app import service
from services.training.domain.enrolments import Enrolment
from services.training.domain.participants import Participant
from services.training.models import certificates, enrolments, participants
from tests.kit import people
from tests.kit.room import Room, room, rows
from tests.services.training.school import START, School, made, refused

PATH = "/v1/certificate-jobs"
MANY = 2_000
EVALUATOR = UUID(int=77)


async def filled(school: School, count: int, *, failed: int = 0) -> dict[str, Any]:
    """A session whose people have passed, written into the store as their trainers would have left them."""
    session = await school.session(seats=count + failed)
    changes: list[Insert] = []
    for number in range(count + failed):
        person = Participant(new_id(), f"Person {number}", f"person {number}")
        enrolment = Enrolment(
            id=new_id(),
            session_id=UUID(session["session_id"]),
            course_id=UUID(session["course_id"]),
            person_id=person.person_id,
            enrolled_by=new_id(),
            enrolled_at=START,
            status="passed" if number < count else "failed",
            evaluator_id=EVALUATOR,
            version=3,
        )
        changes.append(Insert(participants.table, participants.row(person)))
        changes.append(Insert(enrolments.table, enrolments.row(enrolment)))
    await school.here.running.store.commit(Batch(list(changes)))
    await school.here.advance(days=40)
    return session


async def asked(school: School, session: dict[str, Any]) -> dict[str, Any]:
    return await made(school.trainer.post(PATH, json={"session_id": session["session_id"]}))


async def ended(school: School, job: dict[str, Any], within_s: float = 60.0) -> dict[str, Any]:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        shown = await made(school.trainer.get(f"{PATH}/{job['job_id']}"), 200)
        if shown["state"] not in ("queued", "running"):
            return shown
        await asyncio.sleep(0.02)
    raise AssertionError(f"the job does not end: {shown}")


async def certified(here: Room) -> Counter[UUID]:
    """How many certificates each enrolment has."""
    return Counter(certificates.state(row).enrolment_id for row in await rows(here, certificates.table))


async def test_everybody_who_passed_gets_one_and_nobody_else(school: School) -> None:
    session = await filled(school, 5, failed=3)
    first = await school.trainer.post(
        "/v1/certificates",
        json={"enrolment_id": (await school.enrolled(session, status="passed"))[0]["enrolment_id"]},
    )
    assert first.status_code == 201
    job = await ended(school, await asked(school, session))
    assert (job["state"], job["total"], job["done"], job["issued"]) == ("finished", 5, 5, 4)
    found = [certificates.state(row) for row in await rows(school.here, certificates.table)]
    assert len({each.enrolment_id for each in found}) == len({each.check_code for each in found}) == len(found) == 5
    again = await ended(school, await asked(school, session))
    assert (again["state"], again["total"], again["done"], again["issued"]) == ("finished", 5, 5, 0)
    assert len(await school.here.events(CertificateIssued)) == 5


async def test_a_job_does_not_give_back_what_was_revoked(school: School) -> None:
    session = await filled(school, 2)
    await ended(school, await asked(school, session))
    (first, _) = [certificates.state(row) for row in await rows(school.here, certificates.table)]
    await made(school.trainer.post(f"/v1/certificates/{first.id}/revoke", json={"reason_code": "other"}), 200)
    assert (await ended(school, await asked(school, session)))["issued"] == 0
    assert set((await certified(school.here)).values()) == {1}
    await made(school.trainer.post("/v1/certificates", json={"enrolment_id": str(first.enrolment_id)}))


async def test_two_jobs_at_once_issue_each_certificate_once(school: School) -> None:
    session = await filled(school, 130)
    both = await asyncio.gather(asked(school, session), asked(school, session))
    shown = [await ended(school, each) for each in both]
    assert [each["state"] for each in shown] == ["finished", "finished"]
    found = await certified(school.here)
    assert (len(found), set(found.values())) == (130, {1})


async def test_a_cancelled_job_leaves_what_it_issued(school: School) -> None:
    session = await filled(school, 400)
    job = await asked(school, session)
    while not await certified(school.here):
        await asyncio.sleep(0.005)
    await made(school.trainer.post(f"{PATH}/{job['job_id']}/cancel"), 200)
    shown = await ended(school, job)
    assert (shown["state"], shown["cancel_asked"]) == ("cancelled", True)
    found = await certified(school.here)
    assert 0 < len(found) < 400
    assert await refused(school.trainer.post(f"{PATH}/{job['job_id']}/cancel")) == (409, "job_has_ended")
    assert (await ended(school, await asked(school, session)))["state"] == "finished"
    assert set((await certified(school.here)).values()) == {1}
    assert len(await certified(school.here)) == 400


async def test_a_job_goes_on_where_another_process_was_killed(school: School, tmp_path: Path) -> None:
    session = await filled(school, 300)
    job = await asked(school, session)
    while not await certified(school.here):
        await asyncio.sleep(0.005)
    before = len(await certified(school.here))
    await school.here.running.supervisor.stop()  # its loops end in the middle of the job
    late = sa.update(job_table.table).values(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    await school.here.running.store.execute(late)
    async with room(service, tmp_path, at=START + timedelta(days=40)) as other:
        there = replace(school, here=other, trainer=other.as_(people.person(Role.TRAINER)))
        shown = await ended(there, job)
        assert (shown["state"], shown["done"], shown["total"], shown["issued"]) == ("finished", 300, 300, 300)
        found = await certified(other)
    assert 0 < before < 300
    assert (len(found), set(found.values())) == (300, {1})


async def test_a_session_that_is_none_and_a_job_that_is_none(school: School) -> None:
    assert await refused(school.trainer.post(PATH, json={"session_id": str(new_id())})) == (404, "not_found")
    assert await refused(school.trainer.get(f"{PATH}/{new_id()}")) == (404, "not_found")


@pytest.mark.slow
async def test_two_thousand_certificates_are_issued_within_a_minute(
    school: School, capsys: pytest.CaptureFixture[str]
) -> None:
    session = await filled(school, MANY)
    began = time.monotonic()
    job = await ended(school, await asked(school, session), within_s=120.0)
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\n{MANY:,} certificates issued as a job in {took:.1f} s ({MANY / took:.0f} a second)")
    assert (job["state"], job["issued"]) == ("finished", MANY)
    found = await certified(school.here)
    assert (len(found), set(found.values())) == (MANY, {1})
    assert took < 60
