"""Certificates: what a person who passed may show, and anybody can check."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from contracts.refusals import Refusal
from services.training.domain.courses import Terms

CertificateStatus = Literal["issued", "revoked", "expired"]


class CertificateIsIssued(Refusal):
    sentence = "This enrolment has its certificate already."


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with its whole context; `valid_until` is its last day, null = without end.

    `holder_name` is what the holder was called when it was issued.
    """

    id: UUID
    session_id: UUID
    enrolment_id: UUID
    course_id: UUID
    person_id: UUID
    holder_name: str
    name_may_be_shown: bool
    terms: Terms
    evaluator_id: UUID | None
    check_code: str
    issued_on: date
    valid_until: date | None
    provider_id: UUID | None = None
    client_id: UUID | None = None
    status: CertificateStatus = "issued"
    reason_code: str | None = None
    revoked_on: date | None = None
    version: int = 0
