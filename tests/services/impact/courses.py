"""What training would tell: sessions, who was there, and certificates, in a few words."""

import dataclasses
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from chassis.clock import new_id
from contracts.event import Event
from contracts.training import (
    AttendanceRecorded,
    CertificateExpired,
    CertificateIssued,
    CertificateRevoked,
    SessionChanged,
    SessionCompleted,
    SessionScheduled,
)


@dataclasses.dataclass
class Session:
    """A session of a course; `events` is what has been told of it so far."""

    province: str | None = "XA-R"
    programme: str | None = "GREEN-MILLS"
    on: date = date(2026, 3, 1)
    country: str = "XA"
    session_id: UUID = dataclasses.field(default_factory=new_id)
    events: list[Event] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self.events.append(SessionScheduled(**self._facts))

    def moved(self, **facts: Any) -> "Session":
        """It is held elsewhere, or at another time."""
        for name, value in facts.items():
            setattr(self, name, value)
        self.events.append(SessionChanged(**self._facts))
        return self

    def held(self) -> "Session":
        self.events.append(SessionCompleted(**self._thread, occurred_on=self.on))
        return self

    def attended(self, *people: UUID, sex: str = "female", attended: bool = True) -> "Session":
        """These people were there (or were not)."""
        for person in people:
            self.events.append(AttendanceRecorded(**self._enrolled(person), attended=attended, sex=sex))
        return self

    def certified(self, *people: UUID, on: date | None = None, then: str | None = None) -> "Session":
        """These people got a certificate, which was `revoked` or has `expired` since."""
        for person in people:
            certificate = {"certificate_id": new_id(), **self._enrolled(person)}
            issued_on = on or self.on
            self.events.append(
                CertificateIssued(
                    **certificate, course_id=self.session_id, competences=(), issued_on=issued_on, valid_until=None
                )
            )
            if then == "revoked":
                self.events.append(CertificateRevoked(**certificate, reason_code="other"))
            if then == "expired":
                self.events.append(CertificateExpired(**certificate, valid_until=issued_on))
        return self

    def _enrolled(self, person: UUID) -> dict[str, Any]:
        """One enrolment a person and session: its id is made of both."""
        enrolment = UUID(int=(self.session_id.int ^ person.int) % 2**128)
        return {"enrolment_id": enrolment, "session_id": self.session_id, "person_id": person}

    @property
    def _thread(self) -> dict[str, UUID]:
        return {"session_id": self.session_id, "course_id": self.session_id}

    @property
    def _facts(self) -> dict[str, Any]:
        at = datetime(self.on.year, self.on.month, self.on.day, 9, tzinfo=UTC)
        return {
            **self._thread,
            "programme_code": self.programme,
            "starts_at": at,
            "ends_at": at,
            "starts_on": self.on,
            "ends_on": self.on,
            "country": self.country,
            "province": self.province,
            "language": "en",
            "seats": 20,
        }


def persons(number: int) -> list[UUID]:
    """So many people who do not exist."""
    return [new_id() for _ in range(number)]


def told(*sessions: Session) -> list[Event]:
    return [event for session in sessions for event in session.events]
