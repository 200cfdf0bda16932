"""Sessions as they come in and go out."""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.http import Body, Out
from contracts.matching import Language
from contracts.values import Amount, Code, CompetenceNeeded, Moment
from services.training.domain.sessions import Session, SessionStatus
from services.training.schemas.fields import sent, shown

EARLIEST, LATEST = date(1990, 1, 1), date(2200, 1, 1)


def _in_reach(moment: datetime) -> datetime:
    if not EARLIEST <= moment.date() < LATEST:
        raise ValueError(f"a moment between {EARLIEST} and {LATEST} is expected")
    return moment.astimezone(UTC)


def _each_once(persons: tuple[UUID, ...]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(persons))


InReach = Annotated[Moment, AfterValidator(_in_reach)]
Venue = Annotated[str, Field(min_length=1, max_length=500)]
Zone = Annotated[str, Field(min_length=1, max_length=64)]
Seats = Annotated[int, Field(ge=1, le=10_000)]
Trainers = Annotated[tuple[UUID, ...], Field(max_length=20), AfterValidator(_each_once)]


class ScheduleSession(Body):
    """When, where and for how many. Moments carry their offset; `time_zone` is the venue's; a session without a
    province is held nowhere in particular (online)."""

    course_id: UUID
    programme_code: Code | None = None
    starts_at: InReach
    ends_at: InReach
    time_zone: Zone
    province: Code | None
    language: Language
    seats: Seats
    trainers: Trainers = ()
    venue: Venue | None = None


class ChangeSession(Body):
    """Only what is sent changes; null clears programme, province or venue."""

    programme_code: Code | None = None
    starts_at: InReach | None = None
    ends_at: InReach | None = None
    time_zone: Zone | None = None
    province: Code | None = None
    language: Language | None = None
    seats: Seats | None = None
    trainers: Trainers | None = None
    venue: Venue | None = None

    def changes(self) -> dict[str, Any]:
        """What was sent."""
        return sent(self, "programme_code", "province", "venue")


class SessionOut(Out):
    """`starts_on` and `ends_on` are the dates at the venue; competences, hours and so on are the course's as they
    were when the session was scheduled."""

    session_id: UUID
    version: int
    status: SessionStatus
    course_id: UUID
    course_version: int
    title: str
    competences: tuple[CompetenceNeeded, ...]
    hours: Amount
    validity_months: int | None
    evaluator_apart: bool
    programme_code: str | None
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    starts_on: date
    ends_on: date
    country: str
    province: str | None
    venue: str | None
    language: str
    seats: int
    trainers: tuple[UUID, ...]
    reason_code: str | None

    @classmethod
    def of(cls, session: Session) -> "SessionOut":
        of_course = ("course_version", "title", "competences", "hours", "validity_months", "evaluator_apart")
        terms = {name: getattr(session.terms, name) for name in of_course}
        return cls(session_id=session.id, **terms, **shown(cls, session, "session_id", *of_course))
