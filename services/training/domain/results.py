"""Attendance and results: recorded from the session's start on, corrected until completed or certified."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contracts.refusals import Refusal
from contracts.training import AttendanceRecorded, ResultRecorded
from services.training.domain.certificates import CertificateIsIssued
from services.training.domain.enrolments import Enrolment, EnrolmentStatus
from services.training.domain.sessions import Session

ATTENDED: tuple[EnrolmentStatus, ...] = ("attended", "passed", "failed")
RECORDED: tuple[EnrolmentStatus, ...] = (*ATTENDED, "absent")
EXAMINED: tuple[EnrolmentStatus, ...] = ("passed", "failed")


class SessionHasNotBegun(Refusal):
    sentence = "The session begins at {starts_at}: attendance is recorded from then on."


class NobodyIsExpected(Refusal):
    sentence = "The enrolment is {status}: attendance is recorded for who has a seat."


class WasNotThere(Refusal):
    sentence = "The enrolment is {status}: a result is recorded for who attended."


class IsRecordedSo(Refusal):
    sentence = "This was recorded before: the enrolment is {status}."


class RecordIsClosed(Refusal):
    sentence = "The session is completed: what was recorded stays as it is."


class EvaluatorIsTrainer(Refusal):
    sentence = "Whoever records a result of this course is none of the session's trainers."


class EvaluatorIsUnknown(Refusal):
    sentence = "Nobody knows whose key this is, and this course wants an evaluator apart from its trainers."


class PersonIsAmbiguous(Refusal):
    sentence = "{count} people of this name are enrolled: give the person_id."


class EvaluatorIsParticipant(Refusal):
    sentence = "Nobody records a result of their own."


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is or was enrolled in a session: enrolment, person, folded name, and whether the enrolment stands."""

    entries: tuple[tuple[UUID, UUID, str, bool], ...]

    def find(self, id: UUID | None, key: str) -> UUID | None:
        """The enrolment of a person by its id, the person's, or the name; one that stands before any that has ended."""
        found = [entry for entry in self.entries if (id in entry[:2] if id is not None else key == entry[2])]
        standing = [entry for entry in found if entry[3]] or found[-1:]
        if len(standing) > 1:
            raise PersonIsAmbiguous(count=len(standing))
        return standing[0][0] if standing else None


def record_attendance(
    enrolment: Enrolment, session: Session, attended: bool, *, sex: str, certified: bool, at: datetime
) -> tuple[Enrolment, AttendanceRecorded]:
    """Note whether a person with a seat was there; correcting it to absent takes the result back."""
    if enrolment.status not in ("confirmed", *RECORDED):
        raise NobodyIsExpected(status=enrolment.status)
    if at < session.starts_at:
        raise SessionHasNotBegun(starts_at=session.starts_at.isoformat())
    if enrolment.status != "confirmed":
        if attended is (enrolment.status in ATTENDED):
            raise IsRecordedSo(status=enrolment.status)
        _require_open(session, certified)
    status: EnrolmentStatus = "attended" if attended else "absent"
    recorded = replace(enrolment, status=status, evaluator_id=None, reason_code=None)
    return recorded, AttendanceRecorded(
        enrolment_id=enrolment.id,
        session_id=enrolment.session_id,
        person_id=enrolment.person_id,
        provider_id=enrolment.provider_id,
        client_id=enrolment.client_id,
        attended=attended,
        sex=sex,
    )


def record_result(
    enrolment: Enrolment,
    session: Session,
    passed: bool,
    reason_code: str | None,
    *,
    evaluator_id: UUID | None,
    certified: bool,
) -> tuple[Enrolment, ResultRecorded]:
    """Note whether who attended has passed, and by whose judgement."""
    if enrolment.status not in ATTENDED:
        raise WasNotThere(status=enrolment.status)
    _require_judge(enrolment, session, evaluator_id)
    if enrolment.status in EXAMINED:
        if (passed, reason_code) == (enrolment.status == "passed", enrolment.reason_code):
            raise IsRecordedSo(status=enrolment.status)
        _require_open(session, certified)
    status: EnrolmentStatus = "passed" if passed else "failed"
    recorded = replace(enrolment, status=status, evaluator_id=evaluator_id, reason_code=reason_code)
    return recorded, ResultRecorded(
        enrolment_id=enrolment.id,
        session_id=enrolment.session_id,
        person_id=enrolment.person_id,
        provider_id=enrolment.provider_id,
        client_id=enrolment.client_id,
        passed=passed,
    )


def _require_judge(enrolment: Enrolment, session: Session, evaluator_id: UUID | None) -> None:
    """Whom the course lets judge: never the person itself, and where it says so none of the trainers."""
    if evaluator_id == enrolment.person_id:
        raise EvaluatorIsParticipant
    if not session.terms.evaluator_apart:
        return
    if evaluator_id is None:
        raise EvaluatorIsUnknown
    if evaluator_id in session.trainers:
        raise EvaluatorIsTrainer


def _require_open(session: Session, certified: bool) -> None:
    """What was not recorded yet may come late; what was, is corrected before the session is completed only."""
    if certified:
        raise CertificateIsIssued
    if session.status == "completed":
        raise RecordIsClosed
