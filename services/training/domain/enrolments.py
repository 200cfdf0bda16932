"""Enrolments: a person's place in a session, from asking to the result."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from contracts.refusals import Refusal
from contracts.training import (
    EnrolmentCancelled,
    EnrolmentConfirmed,
    EnrolmentWaitlisted,
    SeatDeclined,
    SeatLapsed,
    SeatOffered,
)
from services.training.domain.sessions import Session, require_not_begun

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
WAITS: tuple[EnrolmentStatus, ...] = ("waitlisted", "seat_offered")
"""Nothing is settled, and when the session begins nothing can be."""
WAS_THERE: tuple[EnrolmentStatus, ...] = ("attended", "absent", "passed", "failed")
"""Attendance was recorded, one way or the other."""


class PersonIsEnrolled(Refusal):
    sentence = "Person {person_id} is enrolled in this session already."


class EnrolmentIsAnother(Refusal):
    sentence = "The enrolment is {status}: this is for one that is {wanted}."


class SeatOfferHasLapsed(Refusal):
    sentence = "The seat could be answered until {deadline_at}."


@dataclass(frozen=True, slots=True)
class Enrolment:
    """`place` is the order of asking among those who wait. The firm or client it is for may answer and cancel,
    as may an officer; `enrolled_by` says who asked. The person hears of it by `email` or `phone`, in `language`."""

    id: UUID
    session_id: UUID
    course_id: UUID
    person_id: UUID
    enrolled_by: UUID
    enrolled_at: datetime
    provider_id: UUID | None = None
    client_id: UUID | None = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    status: EnrolmentStatus = "confirmed"
    place: int | None = None
    deadline_at: datetime | None = None
    evaluator_id: UUID | None = None
    reason_code: str | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How a session is filled: seats taken or offered, people waiting, and the last place given in the queue."""

    taken: int = 0
    waiting: int = 0
    last_place: int = 0

    def after(self, enrolment: Enrolment) -> "Occupancy":
        """As it is with one more."""
        if enrolment.status == "waitlisted":
            return Occupancy(self.taken, self.waiting + 1, enrolment.place or 0)
        return Occupancy(self.taken + 1, self.waiting, self.last_place)


def enrol(
    session: Session, asked: Enrolment, occupancy: Occupancy
) -> tuple[Enrolment, EnrolmentConfirmed | EnrolmentWaitlisted]:
    """A seat while there is one and nobody waits for it, else the next place in the queue."""
    require_not_begun(session, asked.enrolled_at)
    if occupancy.taken < session.seats and not occupancy.waiting:
        return replace(asked, status="confirmed"), EnrolmentConfirmed(**_ids(asked))
    waiting = replace(asked, status="waitlisted", place=occupancy.last_place + 1)
    return waiting, EnrolmentWaitlisted(**_ids(asked))


def cancel(
    enrolment: Enrolment, session: Session, reason_code: str, *, at: datetime
) -> tuple[Enrolment, EnrolmentCancelled]:
    """Not to come after all; before the session begins."""
    require_not_begun(session, at)
    _require(enrolment, "confirmed", "waitlisted")
    return release(enrolment, reason_code)


def release(enrolment: Enrolment, reason_code: str) -> tuple[Enrolment, EnrolmentCancelled]:
    """There is nothing to come to, or nothing to wait for."""
    cancelled = replace(enrolment, status="cancelled", reason_code=reason_code, deadline_at=None)
    return cancelled, EnrolmentCancelled(**_ids(enrolment), reason_code=reason_code)


def offer_seat(enrolment: Enrolment, session: Session, deadline_at: datetime) -> tuple[Enrolment, SeatOffered]:
    """Offer a free seat to whoever waited longest, to be answered before the session begins."""
    deadline_at = min(deadline_at, session.starts_at).astimezone(UTC)
    offered = replace(enrolment, status="seat_offered", deadline_at=deadline_at)
    return offered, SeatOffered(**_ids(enrolment), deadline_at=deadline_at)


def accept_seat(enrolment: Enrolment, session: Session, *, at: datetime) -> tuple[Enrolment, EnrolmentConfirmed]:
    """Take the seat."""
    _require_offered(enrolment, session, at)
    return replace(enrolment, status="confirmed", deadline_at=None), EnrolmentConfirmed(**_ids(enrolment))


def decline_seat(enrolment: Enrolment, session: Session, *, at: datetime) -> tuple[Enrolment, SeatDeclined]:
    """Leave it to the next."""
    _require_offered(enrolment, session, at)
    return replace(enrolment, status="declined", deadline_at=None), SeatDeclined(**_ids(enrolment))


def lapse(enrolment: Enrolment, *, at: datetime) -> tuple[Enrolment, SeatLapsed] | None:
    """No answer came before the deadline; None if one did, or there still is time."""
    if enrolment.status != "seat_offered" or enrolment.deadline_at is None or at < enrolment.deadline_at:
        return None
    return replace(enrolment, status="lapsed"), SeatLapsed(**_ids(enrolment))


def next_in_line(session: Session, enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """Those who wait, the longest first, as many as seats are free."""
    known = list(enrolments)
    free = session.seats - taken(known)
    waiting = sorted((each for each in known if each.status == "waitlisted"), key=lambda each: each.place or 0)
    return waiting[: max(free, 0)]


def taken(enrolments: Iterable[Enrolment]) -> int:
    """How many seats are taken or kept for an answer."""
    return sum(each.status in HOLDS_A_SEAT for each in enrolments)


def _require(enrolment: Enrolment, *statuses: EnrolmentStatus) -> None:
    if enrolment.status not in statuses:
        wanted = " or ".join(each.replace("_", " ") for each in statuses)
        raise EnrolmentIsAnother(status=enrolment.status.replace("_", " "), wanted=wanted)


def _require_offered(enrolment: Enrolment, session: Session, at: datetime) -> None:
    late = enrolment.status == "seat_offered" and enrolment.deadline_at is not None and at >= enrolment.deadline_at
    if enrolment.status == "lapsed" or late:
        raise SeatOfferHasLapsed(deadline_at=enrolment.deadline_at.isoformat() if enrolment.deadline_at else "now")
    require_not_begun(session, at)
    _require(enrolment, "seat_offered")


def _ids(enrolment: Enrolment) -> dict[str, Any]:
    names = ("session_id", "person_id", "provider_id", "client_id")
    return {"enrolment_id": enrolment.id, **{name: getattr(enrolment, name) for name in names}}
