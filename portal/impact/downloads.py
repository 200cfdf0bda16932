"""Results as files: the API's own tables and reports, for spreadsheets."""

import codecs
from collections.abc import Awaitable, Callable
from typing import Any, Literal

from starlette.responses import Response

from api_client import File, Trouble
from portal.impact.asking import Asked
from portal.impact.programmes import period_in
from portal.visit import Visit

Media = Literal["text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]
MEDIA: dict[str, Media] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MARK = codecs.BOM_UTF8
TABLES = ("funnel", "options", "training")


async def download_table(visit: Visit, table: str, ending: str) -> Response:
    """The table that a page shows, with the filters of its address."""
    if table not in TABLES or ending not in MEDIA:
        raise Trouble(404, {"code": "page_not_found"})
    asked = Asked.of(visit.asked)
    ask, query = _table(visit, table, asked)
    found = await ask(MEDIA[ending], **query)
    name = "-".join([table, *(str(each) for each in query.values())])
    return _file(visit, found, name, ending)


def _table(visit: Visit, table: str, asked: Asked) -> tuple[Callable[..., Awaitable[File]], dict[str, Any]]:
    """How a table is asked for, and with which filters."""
    if table == "funnel":
        return visit.api.read_funnel_as, asked.funnel
    if table == "options":
        return visit.api.read_options_as, {"by": visit.asked.get("table", asked.by), "basis": asked.basis}
    return visit.api.read_training_as, {"by": asked.training}


async def download_programme(visit: Visit, code: str, ending: str) -> Response:
    """A programme's targets and actuals; as a workbook the whole report for its donor."""
    if ending not in MEDIA:
        raise Trouble(404, {"code": "page_not_found"})
    found = await visit.api.read_programme_as(code, MEDIA[ending], period=period_in(visit))
    return _file(visit, found, f"programme-{code}", ending)


def _file(visit: Visit, found: File, name: str, ending: str) -> Response:
    """Spreadsheets take a text for UTF-8 by the mark at its beginning, which programs do not want."""
    marked = MARK + found.content if ending == "csv" else found.content
    return visit.download(marked, found.media_type, f"{_plain(name)}.{ending}")


def _plain(name: str) -> str:
    """A file's name of letters and digits, whatever stood in the address."""
    return "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in name)[:80]
