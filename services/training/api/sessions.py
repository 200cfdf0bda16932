"""Sessions: a course held at a time and place, with seats."""

from datetime import UTC
from typing import Annotated
from uuid import UUID

from fastapi import Query

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import SIGNED_IN, Officer, Trainer
from contracts.values import Moment
from services.training import use_cases
from services.training.domain import sessions as domain
from services.training.domain.courses import Course, CourseIsWithdrawn, require_offered
from services.training.domain.sessions import Session, SessionStatus
from services.training.models import sessions
from services.training.pack import ReasonIsUnknown
from services.training.schemas.fields import Reason
from services.training.schemas.sessions import ChangeSession, ScheduleSession, SessionOut

routes = Routes("/v1/sessions")
UNFIT = (
    domain.SessionEndsBeforeItStarts,
    domain.SessionStartsInThePast,
    domain.TimeZoneIsUnknown,
    domain.ProvinceIsUnknown,
    domain.ProgrammeIsUnknown,
    domain.TrainerIsBooked,
)
KEPT = (domain.TrainerHasTaught, domain.TrainerHasJudged)
From = Annotated[Moment | None, Query(description="with its offset, e.g. 2026-03-02T00:00:00Z")]


@routes.get("", dependencies=allow(*SIGNED_IN))
async def list_sessions(
    uow: Uow,
    course_id: UUID | None = None,
    status: SessionStatus | None = None,
    programme_code: str | None = None,
    province: str | None = None,
    starts_from: From = None,
    starts_before: From = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[SessionOut]:
    """The sessions of the centre."""
    wanted = equal(Session, course_id=course_id, status=status, programme_code=programme_code, province=province)
    starts_at = sessions.table.c.starts_at
    wanted += [starts_at >= starts_from.astimezone(UTC)] if starts_from else []
    wanted += [starts_at < starts_before.astimezone(UTC)] if starts_before else []
    found, more = await page_of(uow, Session, *wanted, cursor=cursor, limit=limit)
    return Page(items=[SessionOut.of(each) for each in found], next=more)


@routes.post("", dependencies=allow(Officer, Trainer), responses=problems(*UNFIT, CourseIsWithdrawn))
async def schedule_session(body: ScheduleSession, uow: Uow) -> SessionOut:
    """Announce a session of a course."""
    course = await uow.read(Course, body.course_id)
    require_offered(course)
    session = Session(
        id=uow.new_id(),
        terms=course.terms,
        country=uow.pack.country.country,
        changed_at=uow.now(),
        **{name: getattr(body, name) for name in ScheduleSession.model_fields},
    )
    return SessionOut.of(await use_cases.schedule_session(uow, session))


@routes.get("/{session_id}", dependencies=allow(*SIGNED_IN))
async def read_session(session_id: UUID, uow: Uow) -> SessionOut:
    """One session."""
    return SessionOut.of(await uow.read(Session, session_id))


@routes.patch(
    "/{session_id}",
    dependencies=allow(Officer, Trainer),
    responses=problems(*UNFIT, *KEPT, domain.SessionIsOver, domain.SessionHasBegun, domain.SeatsAreTaken),
)
async def change_session(session_id: UUID, body: ChangeSession, uow: Uow) -> SessionOut:
    """Move it, or give it other seats or trainers; seats it gains are offered to those who wait."""
    return SessionOut.of(await use_cases.change_session(uow, session_id, body.changes()))


@routes.post(
    "/{session_id}/cancel",
    dependencies=allow(Officer, Trainer),
    responses=problems(domain.SessionIsOver, domain.SessionWasAttended, ReasonIsUnknown),
)
async def cancel_session(session_id: UUID, body: Reason, uow: Uow) -> SessionOut:
    """Hold it not at all; nobody remains enrolled."""
    return SessionOut.of(await use_cases.cancel_session(uow, session_id, body.reason_code))


@routes.post(
    "/{session_id}/complete",
    dependencies=allow(Officer, Trainer),
    responses=problems(domain.SessionIsOver, domain.SessionHasNotEnded),
)
async def complete_session(session_id: UUID, uow: Uow) -> SessionOut:
    """It was held."""
    session = await uow.get(Session, session_id)
    return SessionOut.of(uow.save(*domain.complete(session, at=uow.now())))
