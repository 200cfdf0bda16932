"""Enrolments: a person's place in a session, from asking to the result."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from contracts.refusals import Refusal

EnrolmentStatus = Literal[
    "confirmed",
    "waitlisted",
    "seat_offered",
    "declined",
    "lapsed",
    "cancelled",
    "attended",
    "absent",
    "passed",
    "failed",
]
HOLDS_A_SEAT: tuple[EnrolmentStatus, ...] = ("confirmed", "seat_offered", "attended", "absent", "passed", "failed")
"""An offered seat is kept for whom it was offered to until the deadline."""
STANDING: tuple[EnrolmentStatus, ...] = (*HOLDS_A_SEAT, "waitlisted")
"""A person has at most one of these in a session."""


class PersonIsEnrolled(Refusal):
    sentence = "This person is enrolled in the session already."


@dataclass(frozen=True, slots=True)
class Enrolment:
    """`place` is the order of asking among those who wait. `enrolled_by` may answer and cancel, as may an officer."""

    id: UUID
    session_id: UUID
    course_id: UUID
    person_id: UUID
    enrolled_by: UUID
    enrolled_at: datetime
    provider_id: UUID | None = None
    client_id: UUID | None = None
    status: EnrolmentStatus = "confirmed"
    place: int | None = None
    deadline_at: datetime | None = None
    evaluator_id: UUID | None = None
    reason_code: str | None = None
    version: int = 0
