"""Certificates, corrections and revocations at the same moment, in two processes, on both stores."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id
from chassis.unit_of_work import Cause, UnitOfWork, in_one_unit
from contracts.principals import SYSTEM_PRINCIPAL, Role
from contracts.training import CertificateIssued, CertificateRevoked, ResultRecorded
from services.training import use_cases
from services.training.app import service
from services.training.domain.certificates import CertificateIsIssued
from services.training.domain.sessions import TrainerHasJudged
from tests.kit import people
from tests.kit.room import Room, room
from tests.services.training.school import START, School, made, open_school
from tests.services.training.test_attendance_imports import HEADER, brought_in
from tests.services.training.test_certificate_jobs import asked, certified, ended, filled
from tests.services.training.test_certificates import BEGUN, attend, passed

Open = Callable[[], AbstractAsyncContextManager[Room]]
TRAINER = people.person(Role.TRAINER, person_id=new_id())


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def open_room(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same service once more, as another process would."""
    dsn = request.getfixturevalue("postgres_dsn")() if request.param == "postgres" else None
    return lambda: room(service, tmp_path, at=START, dsn=dsn)


@pytest.fixture
async def school(open_room: Open) -> AsyncIterator[School]:
    async with open_room() as here:
        yield await open_school(here)


async def test_of_many_who_issue_one_certificate_one_does(school: School, open_room: Open) -> None:
    enrolment = await passed(school)
    async with open_room() as other:
        body = {"enrolment_id": enrolment["enrolment_id"]}
        answers = await asyncio.gather(
            *(desk.as_(TRAINER).post("/v1/certificates", json=body) for desk in (school.here, other) for _ in range(5))
        )
    found = Counter((each.status_code, each.json().get("code")) for each in answers)
    assert found == {(201, None): 1, (409, "certificate_is_issued"): 9}
    assert len(await school.here.events(CertificateIssued)) == 1


async def test_of_many_who_issue_one_certificate_again_one_does(school: School, open_room: Open) -> None:
    enrolment = await passed(school)
    body = {"enrolment_id": enrolment["enrolment_id"]}
    first = await made(school.trainer.post("/v1/certificates", json=body))
    path = f"/v1/certificates/{first['certificate_id']}/revoke"
    await made(school.trainer.post(path, json={"reason_code": "other"}), 200)
    async with open_room() as other:
        answers = await asyncio.gather(
            *(desk.as_(TRAINER).post("/v1/certificates", json=body) for desk in (school.here, other) for _ in range(5))
        )
    found = Counter((each.status_code, each.json().get("code")) for each in answers)
    assert found == {(201, None): 1, (409, "certificate_is_issued"): 9}
    assert len(await school.here.events(CertificateIssued)) == 2


async def test_a_correction_beside_the_certificate_does_not_slip_under_it(school: School, open_room: Open) -> None:
    enrolment = await passed(school)
    enrolment_id = UUID(enrolment["enrolment_id"])
    told = len(await school.here.events(ResultRecorded))
    async with open_room() as other:
        issued: list[Any] = []

        async def correct(uow: UnitOfWork) -> None:
            await use_cases.record_result(uow, enrolment_id, passed=False, reason_code=None)
            if not issued:  # between this unit's reading and its commit, in another process
                body = {"enrolment_id": str(enrolment_id)}
                issued.append(await made(other.as_(TRAINER).post("/v1/certificates", json=body)))

        cause = Cause(SYSTEM_PRINCIPAL, "test", "test")
        with pytest.raises(CertificateIsIssued):
            await in_one_unit(school.here.running.ground, cause, correct)
    assert (await school.enrolment(str(enrolment_id)))["status"] == "passed"
    assert len(await school.here.events(ResultRecorded)) == told


async def test_who_judges_at_the_moment_of_joining_the_trainers_is_not_both(school: School, open_room: Open) -> None:
    course = await school.course(evaluator_apart=True)
    trainer_id, judge_id = new_id(), new_id()
    enrolment = await school.confirmed(course_id=course["course_id"], trainers=[str(trainer_id)])
    await school.here.advance(**BEGUN)
    await made(attend(school, enrolment), 200)
    async with open_room() as other:
        other.clock.advance(school.here.clock.now())
        judged: list[Any] = []

        async def join(uow: UnitOfWork) -> None:
            both = {"trainers": (trainer_id, judge_id)}
            await use_cases.change_session(uow, UUID(enrolment["session_id"]), both)
            if not judged:  # between this unit's reading and its commit, in another process
                judging = other.as_(people.person(Role.TRAINER, person_id=judge_id))
                path = f"/v1/enrolments/{enrolment['enrolment_id']}/record-result"
                judged.append(await made(judging.post(path, json={"passed": True}), 200))

        with pytest.raises(TrainerHasJudged):
            await in_one_unit(school.here.running.ground, Cause(SYSTEM_PRINCIPAL, "test", "test"), join)


async def test_a_certificate_is_revoked_once(school: School, open_room: Open) -> None:
    enrolment = await passed(school)
    certificate = await made(school.trainer.post("/v1/certificates", json={"enrolment_id": enrolment["enrolment_id"]}))
    path, why = f"/v1/certificates/{certificate['certificate_id']}/revoke", {"reason_code": "other"}
    async with open_room() as other:
        answers = await asyncio.gather(
            *(desk.as_(TRAINER).post(path, json=why) for desk in (school.here, other) for _ in range(5))
        )
    assert Counter(each.status_code for each in answers) == {200: 1, 409: 9}
    assert len(await school.here.events(CertificateRevoked)) == 1
    checked = await school.here.as_(TRAINER).get(f"/v1/certificate-checks/{certificate['check_code']}")
    assert checked.json()["standing"] == "revoked"


async def test_a_job_beside_single_certificates_issues_each_once(school: School) -> None:
    session = await filled(school, 100)
    enrolled = await school.enrolled(session, status="passed")
    job = await asked(school, session)
    await asyncio.gather(
        *(
            school.trainer.post("/v1/certificates", json={"enrolment_id": each["enrolment_id"]})
            for each in reversed(enrolled)
        )
    )
    assert (await ended(school, job))["state"] == "finished"
    found = await certified(school.here)
    assert (len(found), set(found.values())) == (100, {1})


async def test_a_list_is_taken_in_and_sent_again(school: School) -> None:
    session = await school.session(seats=5)
    for name in ("A Example", "B Example"):
        await school.enrol(session, name)
    await school.here.advance(days=36)
    rows = ("A Example,yes,yes,", "B Example,no,,", "C Example,yes,,")
    first = await brought_in(school, *rows, header=HEADER, session_id=session["session_id"])
    again = await brought_in(school, *rows, header=HEADER, session_id=session["session_id"])
    assert [(each["registered"], each["already_there"], each["refused"]) for each in (first, again)] == [
        (2, 0, 1),
        (0, 2, 1),
    ]
