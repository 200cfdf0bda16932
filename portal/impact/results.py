"""The page of results."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from portal.charts import Drawing
from portal.impact import definitions, names
from portal.impact.asking import OF_FUNNEL, OF_TRAINING, Asked
from portal.impact.drawings import funnel_of, widths, years_of
from portal.impact.rows import SUPPRESSED, Row, by_heading, by_status, empty, unmeasured
from portal.impact.sectors import DIVISIONS
from portal.visit import Visit

Groups = Mapping[Any, Mapping[str, Row]]
FIRST = 12
"""So many headings stand side by side at first: a page has to come through a weak line."""


@dataclass(frozen=True)
class Compared:
    """A heading with what came to each stage under it, and how long its bar is."""

    heading: Any
    name: str
    rows: Mapping[str, Row]
    width: int | None

    def at(self, stage: str) -> Row:
        return self.rows.get(stage) or empty(stage)


async def show_results(visit: Visit) -> Response:
    """All results, or those of one province, sector, year or programme."""
    asked = Asked.of(visit.asked)
    api = visit.api
    clients, stages, years, compared, training = await asyncio.gather(
        api.read_funnel(**asked.funnel),
        api.read_options(by=asked.grouping, basis=asked.basis),
        api.read_options(by="year", basis="reached"),
        api.read_options(by=asked.by, basis="reached"),
        api.read_training(by=asked.training),
    )
    by_year = by_heading(years["items"])
    side_by_side = _compared(visit, asked.by, by_heading(compared["items"]))
    meant = [each for each in stages["items"] if asked.filter is None or asked.is_meant(each["heading"])]
    return visit.show(
        "impact/results.html",
        asked=asked,
        covered=clients["covered"],
        clients=clients,
        funnel=funnel_of(visit, clients),
        rows=by_status(meant, asked.basis),
        unmeasured=unmeasured,
        columns=_columns(visit, asked, by_year),
        compared=side_by_side if asked.is_whole else side_by_side[:FIRST],
        headings=len(side_by_side),
        training=_training(asked, training),
        choices=_choices(visit, by_year),
        narrowed=names.heading_name(visit, asked.filter, asked.value) if asked.filter else None,
        funnel_is_whole=asked.filter is not None and asked.filter not in OF_FUNNEL,
        training_is_whole=asked.filter is not None and asked.filter not in OF_TRAINING,
        names=names,
        meanings=definitions,
    )


def _columns(visit: Visit, asked: Asked, by_year: Groups) -> list[tuple[str, Drawing]]:
    """What nobody verified first; nothing where the results are narrowed to something else than a year."""
    if not by_year or asked.filter not in (None, "year"):
        return []
    parts = [(stage, visit.words(names.PASSED[stage])) for stage in ("implemented", "verified")]
    return [(title, years_of(visit, by_year, stage, asked.figure, title)) for stage, title in parts]


def _compared(visit: Visit, by: str, groups: Groups) -> list[Compared]:
    """Headings side by side, those with the most implemented options first, those not told last."""
    counts = [(rows.get("implemented") or empty("implemented")).options for rows in groups.values()]
    found = [
        Compared(heading, names.heading_name(visit, by, heading), rows, width)
        for (heading, rows), width in zip(groups.items(), widths(counts), strict=True)
    ]
    return sorted(found, key=lambda each: (*_most_first(each.at("implemented").options), each.name))


def _most_first(count: Any) -> tuple[bool, int]:
    return (True, 0) if count == SUPPRESSED else (False, -count)


def _training(asked: Asked, training: Mapping[str, Any]) -> Any:
    """The figures that are meant; None where there was no training under the filter."""
    if asked.filter not in OF_TRAINING:
        return training["total"]
    return next((each["figures"] for each in training["items"] if asked.is_meant(each["heading"])), None)


def _choices(visit: Visit, by_year: Groups) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers."""
    mine = (visit.me or {}).get("programmes")
    return {
        "province": _named(visit.pack["provinces"]),
        "isic_division": [(code, visit.words(name)) for code, name in DIVISIONS.items()],
        "year": [(str(each), str(each)) for each in sorted(by_year, key=str, reverse=True) if each is not None],
        "programme": _named(each for each in visit.pack["programmes"] if mine is None or each["code"] in mine),
    }


def _named(choices: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [(each["code"], each["name"]) for each in choices]
