"""Assessment imports: work done elsewhere, taken in from files as a job."""

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
from contracts.principals import Administrator, Officer
from services.assessments.schemas.imports import AssessmentsMapping, ImportAssessments

routes = Routes("/v1/assessment-imports")
KIND = "assessment_import"
FILES = ("assessments", "recommendations")


@routes.get("", dependencies=allow(Officer, Administrator))
async def list_assessment_imports(
    uow: Uow, cursor: Cursor = None, limit: Limit = 50, newest_first: NewestFirst = False
) -> Page[ImportOut]:
    """Your imports; an administrator sees everybody's."""
    return await page_of_imports(uow, KIND, cursor=cursor, limit=limit, newest_first=newest_first)


@routes.post(
    "",
    dependencies=allow(Officer, Administrator),
    responses=problems(BodyIsNotForm, MappingIsInvalid, MappingIsUnknown, MappingIsNotNamed, FileIsEmpty),
)
async def import_assessments(
    body: Annotated[ImportAssessments, Form(media_type="multipart/form-data")], uow: Uow
) -> ImportOut:
    """Take in finished assessments with their recommendations; their clients have to be there. Repeating it adds
    nothing; a dry run only says what would happen."""
    text = await mapping_asked(uow, "assessments", body)
    mapping = text, mapping_of(text, "assessments", AssessmentsMapping)
    files = {name: (getattr(body, name), getattr(body, f"{name}_sheet")) for name in FILES}
    return await shown(uow, await ask_import(uow, KIND, body, mapping, files))


@routes.get("/{import_id}", dependencies=allow(Officer, Administrator))
async def read_assessment_import(import_id: UUID, uow: Uow) -> ImportOut:
    """How far an import has come, in figures and sentences."""
    return await shown(uow, await find_import(uow, KIND, import_id))


@routes.post("/{import_id}/cancel", dependencies=allow(Officer, Administrator), responses=problems(jobs.JobHasEnded))
async def cancel_assessment_import(import_id: UUID, uow: Uow) -> ImportOut:
    """Stop an import at its next step; what it has taken in stays."""
    job = await find_import(uow, KIND, import_id)
    jobs.cancel(uow, job)
    return await shown(uow, job)


@routes.get(
    "/{import_id}/refused-rows",
    dependencies=allow(Officer, Administrator),
    response_class=Response,
    responses=problems(FileIsNotNamed) | AS_SENT,
)
async def read_refused_assessment_rows(import_id: UUID, uow: Uow, file: FileName = None) -> Response:
    """The refused rows of a file, which is named where both have some, as they were sent, each with its row, column,
    code and reason at the end."""
    return await refused_as_sent(uow, await find_import(uow, KIND, import_id), file)
