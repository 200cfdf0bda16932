"""Client imports: files of companies, taken in as a job."""

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
from services.clients.schemas import ClientMapping, ImportClients

routes = Routes("/v1/client-imports")
KIND = "client_import"


@routes.get("", dependencies=allow(Officer, Administrator))
async def list_client_imports(
    uow: Uow, cursor: Cursor = None, limit: Limit = 50, newest_first: NewestFirst = False
) -> Page[ImportOut]:
    """Your imports; an administrator sees everybody's."""
    return await page_of_imports(uow, KIND, cursor=cursor, limit=limit, newest_first=newest_first)


@routes.post(
    "",
    dependencies=allow(Officer, Administrator),
    responses=problems(BodyIsNotForm, MappingIsInvalid, MappingIsUnknown, MappingIsNotNamed, FileIsEmpty),
)
async def import_clients(body: Annotated[ImportClients, Form(media_type="multipart/form-data")], uow: Uow) -> ImportOut:
    """Take in the companies of a file. Repeating it adds nothing; a dry run only says what would happen."""
    text = await mapping_asked(uow, "clients", body)
    mapping = text, mapping_of(text, "clients", ClientMapping)
    return await shown(uow, await ask_import(uow, KIND, body, mapping, {"file": (body.file, body.sheet)}))


@routes.get("/{import_id}", dependencies=allow(Officer, Administrator))
async def read_client_import(import_id: UUID, uow: Uow) -> ImportOut:
    """How far an import has come, in figures and sentences."""
    return await shown(uow, await find_import(uow, KIND, import_id))


@routes.post("/{import_id}/cancel", dependencies=allow(Officer, Administrator), responses=problems(jobs.JobHasEnded))
async def cancel_client_import(import_id: UUID, uow: Uow) -> ImportOut:
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
async def read_refused_client_rows(import_id: UUID, uow: Uow, file: FileName = None) -> Response:
    """The refused rows in the format they were sent in, each with its row, column, code and reason at the end."""
    return await refused_as_sent(uow, await find_import(uow, KIND, import_id), file)
