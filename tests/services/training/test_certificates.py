"""Attendance, results and certificates over the API: who may, when, and what it leads to."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from chassis.clock import new_id
from contracts.principals import NOBODY, Role
from contracts.training import (
    AttendanceRecorded,
    CertificateExpired,
    CertificateIssued,
    CertificateRevoked,
    ResultRecorded,
)
from tests.kit import people
from tests.services.training.school import School, made, refused

BEGUN = {"days": 36}  # from START into the second day of SESSION


async def attend(school: School, enrolment: dict[str, Any], attended: bool = True, http: Any = None) -> Any:
    path = f"/v1/enrolments/{enrolment['enrolment_id']}/record-attendance"
    return await (http or school.trainer).post(path, json={"attended": attended})


async def judge(school: School, enrolment: dict[str, Any], passed: bool = True, http: Any = None, **facts: Any) -> Any:
    path = f"/v1/enrolments/{enrolment['enrolment_id']}/record-result"
    return await (http or school.trainer).post(path, json={"passed": passed, **facts})


async def passed(school: School, **facts: Any) -> dict[str, Any]:
    """The provider's expert, who has passed a session that has begun."""
    course = await school.course(**facts)
    enrolment = await school.confirmed(course_id=course["course_id"])
    await school.here.advance(**BEGUN)
    assert (await attend(school, enrolment)).status_code == 200
    return await made(judge(school, enrolment), 200)


async def certified(school: School, **facts: Any) -> dict[str, Any]:
    enrolment = await passed(school, **facts)
    return await made(school.trainer.post("/v1/certificates", json={"enrolment_id": enrolment["enrolment_id"]}))


async def test_attendance_and_result_are_told_with_the_facts_and_without_a_name(school: School) -> None:
    session = await school.session()
    enrolment = await school.enrol(session, "Canary Person", sex="female")
    await school.here.advance(**BEGUN)
    there = await made(attend(school, enrolment), 200)
    failed = await made(judge(school, there, passed=False, reason_code="exam_not_passed"), 200)
    assert (there["status"], failed["status"], failed["reason_code"]) == ("attended", "failed", "exam_not_passed")
    assert failed["evaluator_id"] is not None
    (attendance,) = await school.here.events(AttendanceRecorded)
    (result,) = await school.here.events(ResultRecorded)
    assert (attendance.attended, attendance.sex, result.passed) == (True, "female", False)
    assert "anary" not in "".join(each.model_dump_json() for each in await school.here.events())


async def test_nothing_is_recorded_before_the_session_begins(school: School) -> None:
    enrolment = await school.confirmed()
    assert await refused(attend(school, enrolment)) == (409, "session_has_not_begun")


async def test_a_correction_is_told_and_the_same_again_is_refused(school: School) -> None:
    enrolment = await school.confirmed()
    await school.here.advance(**BEGUN)
    assert (await attend(school, enrolment, attended=False)).json()["status"] == "absent"
    assert await refused(judge(school, enrolment)) == (409, "was_not_there")
    assert (await attend(school, enrolment)).json()["status"] == "attended"
    assert await refused(attend(school, enrolment)) == (409, "is_recorded_so")
    assert [each.attended for each in await school.here.events(AttendanceRecorded)] == [False, True]


async def test_a_completed_session_is_corrected_no_more(school: School) -> None:
    enrolment = await passed(school)
    await school.here.advance(days=10)
    await made(school.trainer.post(f"/v1/sessions/{enrolment['session_id']}/complete"), 200)
    assert await refused(judge(school, enrolment, passed=False)) == (409, "record_is_closed")


async def test_the_evaluator_is_apart_from_the_trainers_where_the_course_says_so(school: School) -> None:
    course = await school.course(evaluator_apart=True)
    trainer_id = new_id()
    enrolment = await school.confirmed(course_id=course["course_id"], trainers=[str(trainer_id)])
    await school.here.advance(**BEGUN)
    teaching = school.here.as_(people.person(Role.TRAINER, person_id=trainer_id))
    nameless = school.here.as_(people.person(Role.TRAINER))
    await made(attend(school, enrolment, http=teaching), 200)
    assert await refused(judge(school, enrolment, http=teaching)) == (409, "evaluator_is_trainer")
    assert await refused(judge(school, enrolment, http=nameless)) == (409, "evaluator_is_unknown")
    assert (await made(judge(school, enrolment), 200))["status"] == "passed"


async def test_a_trainer_neither_leaves_to_judge_nor_joins_after_judging(school: School) -> None:
    course = await school.course(evaluator_apart=True)
    trainer_id, judge_id = new_id(), new_id()
    enrolment = await school.confirmed(course_id=course["course_id"], trainers=[str(trainer_id)])
    session = {"session_id": enrolment["session_id"]}
    teaching, judging = (
        school.here.as_(people.person(Role.TRAINER, person_id=each)) for each in (trainer_id, judge_id)
    )
    await school.here.advance(**BEGUN)
    assert await refused(school.change(session, teaching, trainers=[])) == (409, "trainer_has_taught")
    await made(attend(school, enrolment, http=teaching), 200)
    await made(judge(school, enrolment, http=judging), 200)
    both = [str(trainer_id), str(judge_id)]
    assert await refused(school.change(session, judging, trainers=both)) == (409, "trainer_has_judged")


async def test_a_reason_is_the_packs_and_belongs_to_who_did_not_pass(school: School) -> None:
    enrolment = await school.confirmed()
    await school.here.advance(**BEGUN)
    await attend(school, enrolment)
    assert await refused(judge(school, enrolment, passed=False, reason_code="bad_mood")) == (422, "reason_is_unknown")
    assert await refused(judge(school, enrolment, reason_code="left_early")) == (422, "body_is_invalid")


async def test_a_certificate_carries_its_context(school: School) -> None:
    made_out = await certified(school)
    # The 7th of April of 2026 at the centre; 24 months of validity.
    assert (made_out["issued_on"], made_out["valid_until"]) == ("2026-04-07", "2028-04-07")
    assert (made_out["held_from"], made_out["held_until"]) == ("2026-04-06", "2026-04-07")
    assert (made_out["title"], made_out["hours"], made_out["course_version"]) == ("Steam and condensate", "16", 1)
    assert made_out["competences"] == [{"code": "recp_assessment", "level": 3}]
    assert (made_out["holder_name"], made_out["status"]) == ("Expert Example", "issued")
    assert (made_out["provider_id"], made_out["person_id"]) == (str(school.provider_id), str(school.person_id))
    (told,) = await school.here.events(CertificateIssued)
    assert (str(told.certificate_id), told.provider_id) == (made_out["certificate_id"], school.provider_id)
    assert str(told.valid_until) == "2028-04-07"


async def test_nobody_gets_a_certificate_who_failed_or_stayed_away_or_has_one(school: School) -> None:
    enrolment = await passed(school)
    body = {"enrolment_id": enrolment["enrolment_id"]}
    await made(judge(school, enrolment, passed=False), 200)
    failed = await school.trainer.post("/v1/certificates", json=body)
    assert (failed.status_code, failed.json()["code"]) == (409, "has_not_passed")
    assert failed.json()["detail"] == "The enrolment is failed: a certificate is issued to who passed."
    await attend(school, enrolment, attended=False)
    assert await refused(school.trainer.post("/v1/certificates", json=body)) == (409, "has_not_passed")
    await attend(school, enrolment)
    await judge(school, enrolment)
    await made(school.trainer.post("/v1/certificates", json=body))
    assert await refused(school.trainer.post("/v1/certificates", json=body)) == (409, "certificate_is_issued")
    assert await refused(judge(school, enrolment, passed=False)) == (409, "certificate_is_issued")
    assert await refused(attend(school, enrolment, attended=False)) == (409, "certificate_is_issued")


async def test_a_provider_reads_its_own_certificates_only(school: School) -> None:
    mine = await certified(school)
    other = school.here.as_(people.provider(new_id()))
    path = f"/v1/certificates/{mine['certificate_id']}"
    assert (await school.provider.get(path)).json() == mine
    assert [each["certificate_id"] for each in (await school.provider.get("/v1/certificates")).json()["items"]] == [
        mine["certificate_id"]
    ]
    assert (await other.get(path)).status_code == 404
    assert (await other.get(f"{path}/qr")).status_code == 404
    assert (await other.get("/v1/certificates")).json()["items"] == []


async def test_a_revoked_certificate_stays_revoked(school: School) -> None:
    certificate = await certified(school)
    path = f"/v1/certificates/{certificate['certificate_id']}/revoke"
    assert await refused(school.officer.post(path, json={"reason_code": "envy"})) == (422, "reason_is_unknown")
    revoked = await made(school.officer.post(path, json={"reason_code": "result_was_wrong"}), 200)
    assert (revoked["status"], revoked["reason_code"], revoked["revoked_on"]) == (
        "revoked",
        "result_was_wrong",
        "2026-04-07",
    )
    assert await refused(school.officer.post(path, json={"reason_code": "other"})) == (409, "certificate_has_ended")
    (told,) = await school.here.events(CertificateRevoked)
    assert told.reason_code == "result_was_wrong"
    await school.here.advance(days=1000)
    assert await school.here.events(CertificateExpired) == []


async def test_after_a_revocation_the_result_is_corrected_and_a_certificate_issued_again(school: School) -> None:
    first = await certified(school)
    enrolment, body = {"enrolment_id": first["enrolment_id"]}, {"enrolment_id": first["enrolment_id"]}
    path = f"/v1/certificates/{first['certificate_id']}/revoke"
    await made(school.officer.post(path, json={"reason_code": "result_was_wrong"}), 200)
    assert (await made(judge(school, enrolment, passed=False), 200))["status"] == "failed"
    assert await refused(school.trainer.post("/v1/certificates", json=body)) == (409, "has_not_passed")
    await made(judge(school, enrolment), 200)
    second = await made(school.trainer.post("/v1/certificates", json=body))
    assert second["check_code"] != first["check_code"]
    standings = [(await check(school, each["check_code"]))["standing"] for each in (first, second)]
    assert standings == ["revoked", "valid"]
    assert await refused(school.trainer.post("/v1/certificates", json=body)) == (409, "certificate_is_issued")
    assert await refused(judge(school, enrolment, passed=False)) == (409, "certificate_is_issued")


async def test_an_expired_certificate_still_closes_the_record(school: School) -> None:
    certificate = await certified(school, validity_months=1)
    await school.here.advance(days=60)
    body = {"enrolment_id": certificate["enrolment_id"]}
    assert await refused(school.trainer.post("/v1/certificates", json=body)) == (409, "certificate_is_issued")
    assert await refused(judge(school, body, passed=False)) == (409, "certificate_is_issued")


async def test_it_expires_when_its_last_day_is_over_at_the_centre(school: School) -> None:
    certificate = await certified(school, validity_months=1)
    assert certificate["valid_until"] == "2026-05-07"
    path = f"/v1/certificates/{certificate['certificate_id']}"
    midnight = datetime(2026, 5, 7, 17, 0, tzinfo=UTC)  # the 8th of May begins, seven hours ahead of UTC
    school.here.clock.advance(midnight - timedelta(seconds=5))
    await school.here.running.sweep.sweep()  # type: ignore[union-attr]
    assert (await school.trainer.get(path)).json()["status"] == "issued"
    assert (await check(school, certificate["check_code"]))["standing"] == "valid"
    school.here.clock.advance(midnight)
    assert (await check(school, certificate["check_code"]))["standing"] == "expired"
    await school.here.running.sweep.sweep()  # type: ignore[union-attr]
    assert (await school.trainer.get(path)).json()["status"] == "expired"
    (told,) = await school.here.events(CertificateExpired)
    assert (str(told.certificate_id), str(told.valid_until)) == (certificate["certificate_id"], "2026-05-07")
    await school.here.running.sweep.sweep()  # type: ignore[union-attr]
    assert len(await school.here.events(CertificateExpired)) == 1


async def check(school: School, code: str) -> dict[str, Any]:
    return await made(nobody(school).get(f"/v1/certificate-checks/{code}"), 200)


def nobody(school: School) -> httpx2.AsyncClient:
    return school.here.as_(NOBODY)


async def test_the_qr_code_is_a_picture_of_the_address_of_the_check(school: School) -> None:
    certificate = await certified(school)
    assert certificate["check_address"] == f"http://centre.test/v1/certificate-checks/{certificate['check_code']}"
    answer = await school.provider.get(f"/v1/certificates/{certificate['certificate_id']}/qr")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.text.startswith("<?xml")
    assert "<path" in answer.text
    assert "script" not in answer.text


@pytest.mark.parametrize("role", [Role.OFFICER, Role.PROVIDER, Role.CLIENT, Role.REVIEWER])
async def test_only_trainers_record_and_issue(school: School, role: Role) -> None:
    enrolment = await passed(school)
    somebody = school.here.as_(people.person(role, provider_id=school.provider_id, client_id=school.client_id))
    assert (await attend(school, enrolment, http=somebody)).status_code == 403
    assert (await judge(school, enrolment, http=somebody)).status_code == 403
    body = {"enrolment_id": enrolment["enrolment_id"]}
    assert (await somebody.post("/v1/certificates", json=body)).status_code == 403


async def test_an_enrolment_that_is_none_is_not_found(school: School) -> None:
    nowhere = {"enrolment_id": str(new_id())}
    assert await refused(attend(school, nowhere)) == (404, "not_found")
    assert await refused(judge(school, nowhere)) == (404, "not_found")
    assert await refused(school.trainer.post("/v1/certificates", json=nowhere)) == (404, "not_found")
