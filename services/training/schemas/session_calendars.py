"""Session calendars as they are made, and as calendar programs read them (RFC 5545)."""

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Response
from icalendar import Calendar, Event
from pydantic import model_validator

from chassis.http import Body, Out
from services.training.domain.session_calendars import SessionCalendar
from services.training.domain.sessions import Session
from services.training.schemas.fields import shown

MEDIA = "text/calendar; charset=utf-8"


class MakeSessionCalendar(Body):
    """A feed of one session, or of everything a provider is enrolled in or teaches."""

    session_id: UUID | None = None
    provider_id: UUID | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.session_id is None) == (self.provider_id is None):
            raise ValueError("either session_id or provider_id is expected")
        return self


class SessionCalendarOut(Out):
    calendar_id: UUID
    session_id: UUID | None
    provider_id: UUID | None
    made_at: datetime
    revoked_at: datetime | None

    @classmethod
    def of(cls, calendar: SessionCalendar) -> "SessionCalendarOut":
        return cls(calendar_id=calendar.id, **shown(cls, calendar, "calendar_id"))


class SessionCalendarMadeOut(SessionCalendarOut):
    """`path` is where calendar programs read it, `code` its last part: whoever has it may read. Both are shown this
    once, and null when the request is repeated under its Idempotency-Key."""

    is_found_by_id = False
    code: str | None
    path: str | None

    @classmethod
    def with_code(cls, calendar: SessionCalendar, code: str) -> "SessionCalendarMadeOut":
        facts = SessionCalendarOut.of(calendar).model_dump()
        return cls(**facts, code=code, path=f"/v1/session-calendars/{code}")

    def kept(self) -> "SessionCalendarMadeOut":
        return self.model_copy(update={"code": None, "path": None})


def as_calendar(sessions: Sequence[tuple[Session, bool]], name: str) -> Response:
    """Sessions as a calendar, each with whether it is settled that one comes; its ETag is that of its bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//OpenRECP//Training//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _one_line(name))
    for session, settled in sessions:
        calendar.add_component(_event(session, settled))
    years = [moment.year for session, _ in sessions for moment in (session.starts_at, session.ends_at)]
    if years:
        calendar.add_missing_timezones(date(min(years) - 1, 1, 1), date(max(years) + 2, 1, 1))
    content: bytes = calendar.to_ical()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return Response(content, 200, {"ETag": etag, "Cache-Control": "private, no-cache"}, MEDIA)


def _event(session: Session, settled: bool) -> Event:
    zone = ZoneInfo(session.time_zone)
    event = Event()
    event.add("uid", f"{session.id}@openrecp")
    event.add("sequence", session.version)
    event.add("dtstamp", session.changed_at.astimezone(UTC))
    event.add("last-modified", session.changed_at.astimezone(UTC))
    event.add("dtstart", session.starts_at.astimezone(zone))
    event.add("dtend", session.ends_at.astimezone(zone))
    event.add("summary", _one_line(session.terms.title))
    if session.venue:
        event.add("location", _one_line(session.venue))
    status = "CANCELLED" if session.status == "cancelled" else "CONFIRMED" if settled else "TENTATIVE"
    event.add("status", status)
    return event


def _one_line(text: str) -> str:
    """A text without line ends and control characters: no property may end inside it, whoever reads it."""
    return " ".join("".join(" " if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in text).split())
