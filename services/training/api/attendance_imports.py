"""Attendance imports: lists of who came and who passed, taken in as a job."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Response

from chassis import jobs
from chassis.auth import allow
from chassis.http import BodyIsNotForm, Cursor, Limit, Page, problems
from chassis.imports.answers import ImportOut, NewestFirst, find_import, page_of_imports, shown
from chassis.imports.mappings import MappingIsInvalid, MappingIsUnknown, mapping_of
from chassis.imports.refused import AS_SENT, FileIsNotNamed, FileName, refused_as_sent
from chassis.imports.requests import FileIsEmpty, MappingIsNotNamed, ask_import, mapping_asked
from chassis.route import Routes, Uow
from contracts.principals import Trainer
from contracts.refusals import NotFound
from services.training.domain.sessions import Session
from services.training.schemas.results import ATTENDANCE, ATTENDANCE_IMPORT, AttendanceMapping, ImportAttendance

routes = Routes("/v1/attendance-imports")


@routes.get("", dependencies=allow(Trainer))
async def list_attendance_imports(
    uow: Uow, cursor: Cursor = None, limit: Limit = 50, newest_first: NewestFirst = False
) -> Page[ImportOut]:
    """Your imports."""
    return await page_of_imports(uow, ATTENDANCE_IMPORT, cursor=cursor, limit=limit, newest_first=newest_first)


@routes.post(
    "",
    dependencies=allow(Trainer),
    responses=problems(BodyIsNotForm, MappingIsInvalid, MappingIsUnknown, MappingIsNotNamed, FileIsEmpty, NotFound),
)
async def import_attendance(
    body: Annotated[ImportAttendance, Form(media_type="multipart/form-data")], uow: Uow
) -> ImportOut:
    """Record attendance and results from a list, as you would one by one: you are the evaluator. What does not fit
    comes back with row, column and reason; sending the list again changes nothing."""
    if body.session_id is not None:
        await uow.read(Session, body.session_id)
    named = body.mapping is not None or body.mapping_name is not None
    text = await mapping_asked(uow, ATTENDANCE, body) if named else body.mapping_text()
    mapping = text, mapping_of(text, ATTENDANCE, AttendanceMapping, pack=uow.pack)
    session_id = str(body.session_id) if body.session_id else None
    files = {"file": (body.file, body.sheet)}
    return await shown(uow, await ask_import(uow, ATTENDANCE_IMPORT, body, mapping, files, session_id=session_id))


@routes.get("/{import_id}", dependencies=allow(Trainer))
async def read_attendance_import(import_id: UUID, uow: Uow) -> ImportOut:
    """How far an import has come, in figures and sentences."""
    return await shown(uow, await find_import(uow, ATTENDANCE_IMPORT, import_id))


@routes.post("/{import_id}/cancel", dependencies=allow(Trainer), responses=problems(jobs.JobHasEnded))
async def cancel_attendance_import(import_id: UUID, uow: Uow) -> ImportOut:
    """Stop an import at its next step; what it has recorded stays."""
    job = await find_import(uow, ATTENDANCE_IMPORT, import_id)
    jobs.cancel(uow, job)
    return await shown(uow, job)


@routes.get(
    "/{import_id}/refused-rows",
    dependencies=allow(Trainer),
    response_class=Response,
    responses=problems(FileIsNotNamed) | AS_SENT,
)
async def read_refused_attendance_rows(import_id: UUID, uow: Uow, file: FileName = None) -> Response:
    """The refused rows in the format they were sent in, each with its row, column, code and reason at the end."""
    return await refused_as_sent(uow, await find_import(uow, ATTENDANCE_IMPORT, import_id), file)
