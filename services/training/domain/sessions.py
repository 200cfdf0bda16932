"""Sessions: a course held at a time and place; the session guards its seats and the order of those who wait."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from services.training.domain.courses import Terms

SessionStatus = Literal["scheduled", "completed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Session:
    """`trainers` are persons; `terms` those of the course when the session was scheduled."""

    id: UUID
    course_id: UUID
    terms: Terms
    programme_code: str | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    country: str
    province: str | None
    venue: str | None
    language: str
    seats: int
    trainers: tuple[UUID, ...] = ()
    status: SessionStatus = "scheduled"
    reason_code: str | None = None
    version: int = 0
