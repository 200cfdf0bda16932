"""Attendance and results: when they may be recorded, by whom, and how long they may be corrected."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.training.domain.certificates import CertificateIsIssued
from services.training.domain.enrolments import Enrolment
from services.training.domain.results import (
    EvaluatorIsParticipant,
    EvaluatorIsTrainer,
    EvaluatorIsUnknown,
    IsRecordedSo,
    NobodyIsExpected,
    PersonIsAmbiguous,
    RecordIsClosed,
    Roster,
    SessionHasNotBegun,
    WasNotThere,
    record_attendance,
    record_result,
)
from tests.unit.training.examples import BEGINS, EXAMINER, PARTICIPANT, SESSION, TERMS, TRAINER, enrolled

OVER = replace(SESSION, status="completed")


def attend(enrolment: Enrolment, attended: bool = True, **more: Any) -> Any:
    facts: dict[str, Any] = {"session": SESSION, "sex": "female", "certified": False, "at": BEGINS} | more
    session = facts.pop("session")
    return record_attendance(enrolment, session, attended, **facts)


def judge(enrolment: Enrolment, passed: bool = True, reason: str | None = None, **more: Any) -> Any:
    facts: dict[str, Any] = {"session": SESSION, "evaluator_id": EXAMINER, "certified": False} | more
    session = facts.pop("session")
    return record_result(enrolment, session, passed, reason, **facts)


def test_who_has_a_seat_attends_or_is_absent() -> None:
    there, told = attend(enrolled())
    assert (there.status, told.attended, told.sex, told.person_id) == ("attended", True, "female", PARTICIPANT)
    away, told = attend(enrolled(), attended=False)
    assert (away.status, told.attended) == ("absent", False)


@pytest.mark.parametrize("status", ["waitlisted", "seat_offered", "declined", "lapsed", "cancelled"])
def test_nobody_attends_without_a_seat(status: Any) -> None:
    with pytest.raises(NobodyIsExpected):
        attend(enrolled(status=status))


def test_attendance_is_recorded_from_the_first_moment_of_the_session_on() -> None:
    with pytest.raises(SessionHasNotBegun):
        attend(enrolled(), at=BEGINS - timedelta(microseconds=1))
    assert attend(enrolled(), at=BEGINS)[0].status == "attended"


@pytest.mark.parametrize(("status", "attended"), [("attended", True), ("passed", True), ("absent", False)])
def test_recording_the_same_attendance_again_is_refused(status: Any, attended: bool) -> None:
    with pytest.raises(IsRecordedSo):
        attend(enrolled(status=status), attended)


def test_attendance_is_corrected_until_the_session_is_completed() -> None:
    assert attend(enrolled(status="absent"))[0].status == "attended"
    with pytest.raises(RecordIsClosed):
        attend(enrolled(status="absent"), session=OVER)


def test_what_was_never_recorded_may_come_late() -> None:
    assert attend(enrolled(), session=OVER)[0].status == "attended"
    assert judge(enrolled(status="attended"), session=OVER)[0].status == "passed"


def test_who_turns_out_to_have_been_absent_loses_the_result() -> None:
    corrected, told = attend(enrolled(status="failed", evaluator_id=EXAMINER, reason_code="exam"), attended=False)
    assert (corrected.status, corrected.evaluator_id, corrected.reason_code) == ("absent", None, None)
    assert told.attended is False


def test_nothing_is_corrected_once_a_certificate_exists() -> None:
    with pytest.raises(CertificateIsIssued):
        attend(enrolled(status="passed"), attended=False, certified=True)
    with pytest.raises(CertificateIsIssued):
        judge(enrolled(status="passed"), passed=False, certified=True)


def test_a_result_names_its_evaluator() -> None:
    made, told = judge(enrolled(status="attended"), passed=False, reason="exam")
    assert (made.status, made.evaluator_id, made.reason_code) == ("failed", EXAMINER, "exam")
    assert told.passed is False


@pytest.mark.parametrize("status", ["confirmed", "absent", "waitlisted", "cancelled"])
def test_only_who_attended_gets_a_result(status: Any) -> None:
    with pytest.raises(WasNotThere):
        judge(enrolled(status=status))


def test_a_result_is_corrected_until_the_session_is_completed() -> None:
    made, told = judge(enrolled(status="passed"), passed=False, reason="exam")
    assert (made.status, told.passed) == ("failed", False)
    assert judge(enrolled(status="failed", reason_code="exam"), passed=False, reason="late")[0].reason_code == "late"
    with pytest.raises(IsRecordedSo):
        judge(enrolled(status="failed", reason_code="exam"), passed=False, reason="exam")
    with pytest.raises(RecordIsClosed):
        judge(enrolled(status="passed"), passed=False, session=OVER)


def test_the_evaluator_is_none_of_the_trainers_where_the_course_says_so() -> None:
    with pytest.raises(EvaluatorIsTrainer):
        judge(enrolled(status="attended"), evaluator_id=TRAINER)
    with pytest.raises(EvaluatorIsUnknown):
        judge(enrolled(status="attended"), evaluator_id=None)
    together = replace(SESSION, terms=replace(TERMS, evaluator_apart=False))
    for evaluator in (TRAINER, None, UUID(int=99)):
        assert judge(enrolled(status="attended"), session=together, evaluator_id=evaluator)[0].status == "passed"


def test_nobody_judges_themselves() -> None:
    together = replace(SESSION, terms=replace(TERMS, evaluator_apart=False))
    with pytest.raises(EvaluatorIsParticipant):
        judge(enrolled(status="attended"), session=together, evaluator_id=PARTICIPANT)


def test_a_list_means_whoever_stands_in_the_session() -> None:
    left, stands, other = (UUID(int=number) for number in (51, 52, 53))
    person, namesake = UUID(int=61), UUID(int=62)
    roster = Roster(((left, person, "an le", False), (stands, person, "an le", True), (other, namesake, "bo", True)))
    assert roster.find(person, "") == roster.find(stands, "") == roster.find(None, "an le") == stands
    assert roster.find(left, "") == left
    assert roster.find(None, "nobody") is roster.find(UUID(int=99), "an le") is None
    with pytest.raises(PersonIsAmbiguous):
        Roster(((stands, person, "an le", True), (other, namesake, "an le", True))).find(None, "an le")
