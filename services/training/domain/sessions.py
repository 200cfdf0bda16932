"""Sessions: a course held at a time and place; the session guards its seats and the order of those who wait."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts.refusals import Refusal
from contracts.training import SessionCancelled, SessionChanged, SessionCompleted, SessionScheduled
from services.training.domain.courses import Terms

SessionStatus = Literal["scheduled", "completed", "cancelled"]


class SessionEndsBeforeItStarts(Refusal):
    status = 422
    sentence = "A session ends after it starts."


class SessionStartsInThePast(Refusal):
    status = 422
    sentence = "A session starts after now; {starts_at} has passed."


class TimeZoneIsUnknown(Refusal):
    status = 422
    sentence = "{time_zone} is no time zone: give its IANA name, e.g. Asia/Bangkok."


class ProvinceIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no province {province} that is valid on {on}."


class ProgrammeIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no programme {programme_code}."


class TrainerIsBooked(Refusal):
    sentence = "Trainer {person_id} teaches session {session_id} from {starts_at} to {ends_at}."


class TrainerHasTaught(Refusal):
    sentence = "The session has begun: {person_id} remains one of its trainers."


class TrainerHasJudged(Refusal):
    sentence = "{person_id} has recorded results of this session: its evaluators are none of its trainers."


class SeatsAreTaken(Refusal):
    sentence = "{taken} seats are taken or offered: {seats} are too few."


class SessionIsOver(Refusal):
    sentence = "The session is {status}."


class SessionHasBegun(Refusal):
    sentence = "The session began at {starts_at}."


class SessionHasNotEnded(Refusal):
    sentence = "The session lasts until {ends_at}."


class SessionWasAttended(Refusal):
    sentence = "People came to this session: complete it instead."


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
    changed_at: datetime
    trainers: tuple[UUID, ...] = ()
    status: SessionStatus = "scheduled"
    reason_code: str | None = None
    version: int = 0

    @property
    def starts_on(self) -> date:
        """The first date at the venue."""
        return self.starts_at.astimezone(ZoneInfo(self.time_zone)).date()

    @property
    def ends_on(self) -> date:
        """The last date at the venue."""
        return self.ends_at.astimezone(ZoneInfo(self.time_zone)).date()


def schedule(session: Session, others: Iterable[Session]) -> tuple[Session, SessionScheduled]:
    """Announce a session; its trainers teach nothing else at that time."""
    _require_time_to_come(session, session.changed_at)
    _require_free_trainers(session, others)
    return session, SessionScheduled(**_facts_of(session))


def change(
    session: Session,
    changes: dict[str, Any],
    *,
    taken: int,
    others: Iterable[Session],
    at: datetime,
    evaluators: Collection[UUID | None] = (),
) -> tuple[Session, SessionChanged]:
    """Move a session, or give it other seats or trainers; what has begun keeps its beginning and its trainers."""
    require_scheduled(session)
    changed = replace(session, **changes, changed_at=at)
    if changed.starts_at != session.starts_at:
        require_not_begun(session, at)
        _require_time_to_come(changed, at)
    if changed.ends_at <= changed.starts_at:
        raise SessionEndsBeforeItStarts
    if changed.seats < session.seats and changed.seats < taken:
        raise SeatsAreTaken(taken=taken, seats=changed.seats)
    _require_free_trainers(changed, others)
    _require_trainers_apart(session, changed, evaluators, at)
    return changed, SessionChanged(**_facts_of(changed))


def cancel(session: Session, reason_code: str, *, was_attended: bool, at: datetime) -> tuple[Session, SessionCancelled]:
    """Hold it not at all; nobody remains enrolled."""
    require_scheduled(session)
    if was_attended:
        raise SessionWasAttended
    cancelled = replace(session, status="cancelled", reason_code=reason_code, changed_at=at)
    return cancelled, SessionCancelled(session_id=session.id, course_id=session.course_id, reason_code=reason_code)


def complete(session: Session, *, at: datetime) -> tuple[Session, SessionCompleted]:
    """It was held; not before its end."""
    require_scheduled(session)
    if at < session.ends_at:
        raise SessionHasNotEnded(ends_at=session.ends_at.isoformat())
    completed = replace(session, status="completed", changed_at=at)
    return completed, SessionCompleted(session_id=session.id, course_id=session.course_id, occurred_on=session.ends_on)


def has_begun(session: Session, at: datetime) -> bool:
    """Whether its first minute has come."""
    return at >= session.starts_at


def require_scheduled(session: Session) -> None:
    """Refuse a session that was held or cancelled."""
    if session.status != "scheduled":
        raise SessionIsOver(status=session.status)


def require_not_begun(session: Session, at: datetime) -> None:
    """Refuse what can be done only before the session."""
    require_scheduled(session)
    if has_begun(session, at):
        raise SessionHasBegun(starts_at=session.starts_at.isoformat())


def overlaps(one: Session, other: Session) -> bool:
    """Whether they share a moment; back to back they share none."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _require_time_to_come(session: Session, at: datetime) -> None:
    if session.ends_at <= session.starts_at:
        raise SessionEndsBeforeItStarts
    if has_begun(session, at):
        raise SessionStartsInThePast(starts_at=session.starts_at.isoformat())


def _require_free_trainers(session: Session, others: Iterable[Session]) -> None:
    for other in others:
        if other.id == session.id or other.status == "cancelled" or not overlaps(session, other):
            continue
        for person_id in session.trainers:
            if person_id in other.trainers:
                raise TrainerIsBooked(
                    person_id=str(person_id),
                    session_id=str(other.id),
                    starts_at=other.starts_at.isoformat(),
                    ends_at=other.ends_at.isoformat(),
                )


def _require_trainers_apart(
    session: Session, changed: Session, evaluators: Collection[UUID | None], at: datetime
) -> None:
    """Nobody is struck from the trainers to judge its own teaching, or put among them once it has judged."""
    if not session.terms.evaluator_apart:
        return
    struck = set(session.trainers) - set(changed.trainers) if has_begun(session, at) else set()
    if struck:
        raise TrainerHasTaught(person_id=str(min(struck)))
    judges = (set(changed.trainers) - set(session.trainers)).intersection(evaluators)
    if judges:
        raise TrainerHasJudged(person_id=str(min(judges)))


def _facts_of(session: Session) -> dict[str, Any]:
    names = ("course_id", "programme_code", "starts_at", "ends_at", "starts_on", "ends_on", "country", "province")
    return {
        "session_id": session.id,
        **{name: getattr(session, name) for name in names},
        "language": session.language,
        "seats": session.seats,
    }
