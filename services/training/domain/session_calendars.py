"""Session calendars: feeds that calendar programs subscribe to by an address that only its reader knows."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contracts.refusals import Refusal


class CalendarCodeIsTaken(Refusal):
    sentence = "This calendar code is taken."


@dataclass(frozen=True, slots=True)
class SessionCalendar:
    """A feed of one session, or of all that a provider is enrolled in or teaches; of its code only the SHA-256 is
    kept."""

    id: UUID
    code_sha256: str
    session_id: UUID | None
    provider_id: UUID | None
    made_by: UUID
    made_at: datetime
    revoked_at: datetime | None = None


def revoke(calendar: SessionCalendar, *, at: datetime) -> SessionCalendar:
    """Its address leads nowhere any more; what was revoked before stays so."""
    return calendar if calendar.revoked_at is not None else replace(calendar, revoked_at=at)
