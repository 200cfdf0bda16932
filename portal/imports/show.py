"""One import: how far it is, what became of its rows, what was sent back; stopping it, and taking the refused along."""

from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.forms import Form
from portal.imports.asking import one, refused_rows, stopped
from portal.imports.kinds import Kind
from portal.imports.results import ImportView
from portal.imports.words import Names
from portal.visit import Visit

ENDINGS = {"application/json": "json", "text/csv": "csv"}
QUARTER = "quarter"
"""In the address that a page under way asks again: what it has read out last."""


async def show_import(visit: Visit, kind: Kind, import_id: UUID, form: Form | None = None) -> Response:
    """An import as it stands; while it is under way the page asks again by itself."""
    view = ImportView.of(await one(visit.api, kind)(import_id), kind, Names.of(visit.words, visit.pack))
    given = form or visit.form()
    read_out = visit.asked.get(QUARTER) != str(view.quarter) or not view.is_under_way
    return visit.show(
        "imports/import.html",
        422 if given.faults else 200,
        kind=kind,
        it=view,
        form=given,
        path=f"{kind.path}/{import_id}",
        read_out=read_out,
    )


async def cancel(visit: Visit, kind: Kind, import_id: UUID) -> Response:
    """Stop an import at its next step; one that has ended meanwhile shows its end."""
    try:
        await stopped(visit.api, kind, import_id, once=visit.sent_form.once)
    except Trouble as trouble:
        if trouble.status != 409:
            raise
        return await show_import(visit, kind, import_id, visit.sent_form.refused(trouble))
    return visit.to(f"{kind.path}/{import_id}", said="import_cancel_asked")


async def take_refused(visit: Visit, kind: Kind, import_id: UUID) -> Response:
    """The refused rows of a sheet, in the format it was sent in."""
    known = [each.name for each in kind.sheets]
    name = visit.asked.get("file", known[0])
    found = await refused_rows(visit.api, kind, import_id, name)
    ending = ENDINGS.get(found.media_type.partition(";")[0], "xlsx")
    return visit.download(found.content, found.media_type, f"{name if name in known else known[0]}.refused.{ending}")
