"""Session calendars: feeds that follow every change of a session, read by calendar programs without signing in."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import Response

from chassis.auth import allow, new_secret
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import page_of
from chassis.route import Routes, Uow
from contracts.principals import SIGNED_IN, SYSTEM_PRINCIPAL, Client, Officer, Provider, Public, Trainer
from contracts.refusals import NotFound
from services.training.domain import session_calendars as domain
from services.training.domain.session_calendars import SessionCalendar
from services.training.domain.sessions import Session
from services.training.queries import calendar_by_code, calendar_of, sessions_of_provider
from services.training.schemas.session_calendars import (
    MakeSessionCalendar,
    SessionCalendarMadeOut,
    SessionCalendarOut,
    as_calendar,
)

routes = Routes("/v1/session-calendars")
of_session = Routes("/v1/sessions")
READERS = (Officer, Trainer, Provider, Client)
REACHES_BACK = timedelta(days=400)
CALENDAR: dict[int | str, Any] = {
    200: {"description": "A calendar (RFC 5545).", "content": {"text/calendar": {"schema": {"type": "string"}}}}
}


@routes.get("", dependencies=allow(*READERS))
async def list_session_calendars(uow: Uow, cursor: Cursor = None, limit: Limit = 50) -> Page[SessionCalendarOut]:
    """The feeds you made, an officer all; their codes are not shown again."""
    found, more = await page_of(uow, SessionCalendar, cursor=cursor, limit=limit)
    return Page(items=[SessionCalendarOut.of(each) for each in found], next=more)


@routes.post("", dependencies=allow(*READERS), responses=problems(NotFound))
async def make_session_calendar(body: MakeSessionCalendar, uow: Uow) -> SessionCalendarMadeOut:
    """A feed of one session, or of everything a provider is enrolled in or teaches; a provider's own only."""
    if body.session_id is not None:
        await uow.read(Session, body.session_id)
    elif not uow.principal.has(Officer, Trainer) and body.provider_id != uow.principal.provider_id:
        raise NotFound(thing="provider", id=str(body.provider_id))
    code = new_secret()
    calendar = SessionCalendar(
        id=uow.new_id(),
        code_sha256=_sha256(code),
        session_id=body.session_id,
        provider_id=body.provider_id,
        made_by=uow.principal.principal_id,
        made_at=uow.now(),
    )
    uow.put(calendar)
    return SessionCalendarMadeOut.with_code(calendar, code)


@routes.post("/{calendar_id}/revoke", dependencies=allow(*READERS))
async def revoke_session_calendar(calendar_id: UUID, uow: Uow) -> SessionCalendarOut:
    """Its address leads nowhere any more."""
    await uow.alone_on(calendar_id)
    calendar = domain.revoke(await calendar_of(uow, calendar_id), at=uow.now())
    uow.put(calendar)
    return SessionCalendarOut.of(calendar)


@routes.get(
    "/{code}",
    dependencies=allow(Public),
    response_class=Response,
    responses={**CALENDAR, **problems(NotFound)},
)
async def read_session_calendar(code: str, uow: Uow) -> Response:
    """The feed behind a code: times in the zone of the venue, moved and cancelled sessions too, nobody's name.

    A provider's begins with what ended 400 days ago.
    """
    calendar = await calendar_by_code(uow, _sha256(code))
    if calendar is None:
        raise NotFound(thing="session calendar")
    with uow.acting_as(SYSTEM_PRINCIPAL):
        if calendar.session_id is not None:
            session = await uow.read(Session, calendar.session_id)
            return as_calendar([(session, True)], session.terms.title)
    provider_id: Any = calendar.provider_id
    found = await sessions_of_provider(uow, provider_id, uow.now() - REACHES_BACK)
    return as_calendar(found, "Training")


@of_session.get("/{session_id}/calendar", dependencies=allow(*SIGNED_IN), response_class=Response, responses=CALENDAR)
async def read_calendar_of_session(session_id: UUID, uow: Uow) -> Response:
    """One session as a calendar file."""
    session = await uow.read(Session, session_id)
    return as_calendar([(session, True)], session.terms.title)


def _sha256(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
