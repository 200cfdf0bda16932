"""Enrolments, once the session has begun: who was there, and who passed."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import problems
from chassis.route import Routes, Uow
from contracts.principals import Trainer
from services.training import use_cases
from services.training.api.enrolments import with_person
from services.training.domain import results
from services.training.domain.certificates import CertificateIsIssued
from services.training.pack import ReasonIsUnknown
from services.training.schemas.enrolments import EnrolmentOut
from services.training.schemas.results import RecordAttendance, RecordResult

routes = Routes("/v1/enrolments")
CLOSED = (results.IsRecordedSo, results.RecordIsClosed, CertificateIsIssued)


@routes.post(
    "/{enrolment_id}/record-attendance",
    dependencies=allow(Trainer),
    responses=problems(*CLOSED, results.NobodyIsExpected, results.SessionHasNotBegun),
)
async def record_attendance(enrolment_id: UUID, body: RecordAttendance, uow: Uow) -> EnrolmentOut:
    """Record whether somebody was there; until the session is completed or the person certified it is corrected so."""
    return await with_person(uow, await use_cases.record_attendance(uow, enrolment_id, body.attended))


@routes.post(
    "/{enrolment_id}/record-result",
    dependencies=allow(Trainer),
    responses=problems(
        *CLOSED,
        results.WasNotThere,
        results.EvaluatorIsParticipant,
        results.EvaluatorIsTrainer,
        results.EvaluatorIsUnknown,
        ReasonIsUnknown,
    ),
)
async def record_result(enrolment_id: UUID, body: RecordResult, uow: Uow) -> EnrolmentOut:
    """Record whether somebody passed, as the evaluator; corrected as attendance is."""
    return await with_person(uow, await use_cases.record_result(uow, enrolment_id, body.passed, body.reason_code))
