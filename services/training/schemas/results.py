"""Attendance, results and certificates as they come in and go out."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi import UploadFile
from pydantic import Field, model_validator

from chassis.http import Body, Out
from chassis.imports.mappings import Take
from chassis.imports.requests import ImportRequest, SheetName
from chassis.jobs import Job
from chassis.pack import Section
from contracts.values import Amount, Code, CompetenceNeeded
from services.training.domain.certificates import Certificate, CertificateStatus, Standing, grouped
from services.training.schemas.fields import shown

ATTENDANCE = "attendance"
"""The section of a mapping that reads lists."""
ATTENDANCE_IMPORT, CERTIFICATE_JOB = "attendance_import", "certificate_job"


class RecordAttendance(Body):
    attended: bool


class RecordResult(Body):
    """`reason_code` says why somebody did not pass."""

    passed: bool
    reason_code: Code | None = None

    @model_validator(mode="after")
    def _who_passed_needs_no_reason(self) -> Self:
        if self.passed and self.reason_code is not None:
            raise ValueError("a reason says why somebody did not pass")
        return self


class IssueCertificate(Body):
    enrolment_id: UUID


class CertificateOut(Out):
    """A certificate with its context. `valid_until` is its last day; whoever has the code can check it at
    `check_address`."""

    certificate_id: UUID
    version: int
    status: CertificateStatus
    check_code: str
    check_address: str
    session_id: UUID
    enrolment_id: UUID
    course_id: UUID
    course_version: int
    title: str
    competences: tuple[CompetenceNeeded, ...]
    hours: Amount
    language: str
    person_id: UUID
    holder_name: str
    name_may_be_shown: bool
    held_from: date
    held_until: date
    evaluator_id: UUID | None
    issued_on: date
    valid_until: date | None
    provider_id: UUID | None
    client_id: UUID | None
    reason_code: str | None
    revoked_on: date | None

    @classmethod
    def of(cls, certificate: Certificate, address: str) -> "CertificateOut":
        terms = ("course_version", "title", "competences", "hours", "language")
        own = ("certificate_id", "check_code", "check_address", *terms)
        return cls(
            certificate_id=certificate.id,
            check_code=grouped(certificate.check_code),
            check_address=check_address(certificate, address),
            **{name: getattr(certificate.terms, name) for name in terms},
            **shown(cls, certificate, *own),
        )


def check_address(certificate: Certificate, address: str) -> str:
    """Where anybody can check a certificate."""
    return f"{address}/v1/certificate-checks/{grouped(certificate.check_code)}"


class CertificateCheckOut(Out):
    """What anybody may know who has the code. `holder_name` is null unless the holder agreed to show it."""

    check_code: str
    standing: Standing
    title: str
    competences: tuple[CompetenceNeeded, ...]
    hours: Amount
    language: str
    held_from: date
    held_until: date
    issued_on: date
    valid_until: date | None
    revoked_on: date | None
    holder_name: str | None

    @classmethod
    def of(cls, certificate: Certificate, standing: Standing, *, with_name: bool) -> "CertificateCheckOut":
        terms = ("title", "competences", "hours", "language")
        return cls(
            check_code=grouped(certificate.check_code),
            standing=standing,
            holder_name=certificate.holder_name if with_name else None,
            **{name: getattr(certificate.terms, name) for name in terms},
            **shown(cls, certificate, "check_code", "standing", "holder_name", *terms),
        )


class IssueCertificates(Body):
    """The session whose people get their certificates."""

    session_id: UUID


class CertificateJobOut(Out):
    """A job that issues certificates: `done` of `total` people who passed have theirs, `issued` of them by it."""

    job_id: UUID
    session_id: UUID
    state: str
    cancel_asked: bool
    total: int | None
    done: int
    issued: int = Field(description="by this job")
    error: str | None
    sentence: str | None

    @classmethod
    def of(cls, job: Job, *, cancel_asked: bool) -> "CertificateJobOut":
        return cls(
            job_id=job.job_id,
            session_id=UUID(job.input["session_id"]),
            cancel_asked=cancel_asked,
            issued=job.done - job.result.get("there_before", job.done),
            **shown(cls, job, "job_id", "session_id", "cancel_asked", "issued"),
        )


class AttendanceMapping(Section):
    """`[attendance]` of a mapping: where a list says who came and who passed.

    `person` is the person's id, the enrolment's, or the name as enrolled; the others are yes or no.
    """

    session: Take | None = None
    person: Take
    attended: Take
    passed: Take | None = None
    reason: Take | None = None


class ImportAttendance(ImportRequest):
    """A list of one session, named by `session_id`, or with the session's id in each row. Without a mapping the
    columns are `session` (unless named here), `person`, `attended`, `passed` and `reason`."""

    file: UploadFile
    sheet: SheetName | None = None
    session_id: UUID | None = None

    def mapping_text(self) -> str:
        """The mapping of a list that names its columns as we do."""
        columns = ["person", "attended", "passed", "reason"] + ([] if self.session_id else ["session"])
        return 'sender = "list"\n[attendance]\n' + "".join(f'{name} = "{name}"\n' for name in columns)
