"""Results as files: the API's own tables and reports, for spreadsheets."""

import codecs

from starlette.responses import Response

from portal.api import Trouble
from portal.impact.asking import Asked
from portal.impact.programmes import address_of_programme, period_in
from portal.visit import Visit

MEDIA = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MARK = codecs.BOM_UTF8
TABLES = ("funnel", "options", "training")


async def download_table(visit: Visit, table: str, ending: str) -> Response:
    """The table that a page shows, with the filters of its address."""
    if table not in TABLES or ending not in MEDIA:
        raise Trouble(404, {"code": "page_not_found"})
    asked = Asked.of(visit.asked)
    wanted: dict[str, dict[str, str | None]] = {
        "funnel": asked.funnel,
        "options": {"by": visit.asked.get("table", asked.by), "basis": asked.basis},
        "training": {"by": asked.training},
    }
    query = wanted[table]
    content, media = await visit.api.file(f"/v1/impact/{table}", MEDIA[ending], **query)
    name = "-".join([table, *(str(each) for each in query.values())])
    return _file(visit, content, media, name, ending)


async def download_programme(visit: Visit, code: str, ending: str) -> Response:
    """A programme's targets and actuals; as a workbook the whole report for its donor."""
    if ending not in MEDIA:
        raise Trouble(404, {"code": "page_not_found"})
    content, media = await visit.api.file(address_of_programme(code), MEDIA[ending], period=period_in(visit))
    return _file(visit, content, media, f"programme-{code}", ending)


def _file(visit: Visit, content: bytes, media: str, name: str, ending: str) -> Response:
    """Spreadsheets take a text for UTF-8 by the mark at its beginning, which programs do not want."""
    marked = MARK + content if ending == "csv" else content
    return visit.download(marked, media, f"{_plain(name)}.{ending}")


def _plain(name: str) -> str:
    """A file's name of letters and digits, whatever stood in the address."""
    return "".join(each if each.isascii() and (each.isalnum() or each in "-_") else "-" for each in name)[:80]
