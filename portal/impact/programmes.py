"""Programmes: what was promised to the donor, and what has come of it."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.responses import Response

from api_client import Trouble
from portal.forms import sentence_of
from portal.impact import names
from portal.impact.definitions import told, told_of
from portal.impact.drawings import funnel_of, targets_of
from portal.impact.rows import SUPPRESSED, Row, row_of_report
from portal.visit import Visit

REACHED = 100


async def show_programmes(visit: Visit) -> Response:
    """Every programme that the visitor reads, with how much of its targets was reached."""
    mine = (visit.me or {}).get("programmes")
    if not visit.has("officer", "reviewer", "ministry", "donor", "administrator"):
        raise Trouble(403, {"code": "not_allowed"})
    wanted = [each["code"] for each in visit.pack["programmes"] if _is_read(visit, mine, each["code"])]
    found = await asyncio.gather(*(visit.api.read_programme(code) for code in wanted))
    today = visit.now.astimezone(visit.figures.zone).date()
    return visit.show(
        "impact/programmes.html", programmes=[(each, _targets(each), _state(each, today)) for each in found]
    )


def _is_read(visit: Visit, mine: list[str] | None, code: str) -> bool:
    """A donor reads its own programmes only."""
    return visit.has("officer", "reviewer", "ministry", "administrator") or code in (mine or ())


def _targets(programme: Mapping[str, Any]) -> tuple[int, int, int]:
    """How many targets there are, how many are reached, and of how many that is not told."""
    shares = [each["reached_percent"] for each in programme["indicators"] if each["target"] is not None]
    hidden = sum(each == SUPPRESSED for each in shares)
    return len(shares), sum(each not in (None, SUPPRESSED) and float(each) >= REACHED for each in shares), hidden


def _state(programme: Mapping[str, Any], today: date) -> str:
    if today < date.fromisoformat(programme["starts_on"]):
        return "ahead"
    return "running" if today <= date.fromisoformat(programme["ends_on"]) else "over"


async def show_programme(visit: Visit, code: str) -> Response:
    """A programme's targets and actuals, altogether or in whole years."""
    refused: Trouble | None = None
    period = period_in(visit)
    try:
        report = await visit.api.read_programme(code, period=period)
    except Trouble as trouble:
        if trouble.status != 422 or period is None:
            raise
        refused, period = trouble, None
        report = await visit.api.read_programme(code)
    rows = [(each, row_of_report(each)) for each in report["savings"]]
    return visit.show(
        "impact/programme.html",
        programme=report,
        refused=sentence_of(refused, visit.words) if refused else None,
        period=period,
        years=_years(visit, report),
        targets=targets_of(visit, report["indicators"]),
        funnel=funnel_of(visit, {each["stage"]: each["clients"] for each in report["funnel"]}),
        rows={each["stage"]: row for each, row in rows if each["method"] is None},
        methods=_methods(rows),
        meanings=told_of(visit.words, report["definitions"]),
        told=lambda text: told(visit.words, text),
        names=names,
    )


def period_in(visit: Visit) -> str | None:
    """The whole years in the address: from the one to the other, or one alone."""
    first, last = visit.asked.get("first"), visit.asked.get("last")
    if not first and not last:
        return None
    return f"{first or last}..{last or first}"


def _years(visit: Visit, report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The years to choose from; none for a reader who may ask for the whole only."""
    if visit.has("officer", "reviewer", "administrator") or report["covered"]["programmes"] == [report["code"]]:
        first, last = (int(report[each][:4]) for each in ("starts_on", "ends_on"))
        return [(str(each), str(each)) for each in range(first, min(last, visit.now.year) + 1)]
    return []


def _methods(rows: list[tuple[Any, Row]]) -> dict[str, list[Row]]:
    """The parts of each stage by method."""
    found: dict[str, list[Row]] = {}
    for group, row in rows:
        if group["method"] is not None:
            found.setdefault(group["stage"], []).append(row)
    return found
