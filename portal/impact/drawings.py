"""The pictures of results, in the words of the page."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from portal.charts import Bar, Drawing, Kind, Mark, Step, bars, columns, funnel
from portal.impact.names import COMPANIES
from portal.impact.rows import SUPPRESSED, Row, empty
from portal.visit import Visit

KINDS: Mapping[str, Kind] = {"energy_mj": "energy", "water_m3": "water", "material_t": "material", "waste_t": "waste"}
GAPS_UP_TO = 15
"""Years without anything are drawn as long as all of them can be seen at once."""


def funnel_of(visit: Visit, clients: Mapping[str, Any]) -> Drawing:
    """How many companies came how far. What is not asked for (None) is no step."""
    steps: list[Step] = []
    before: Any = None
    for stage, name in COMPANIES.items():
        count = clients.get(stage)
        if count is None:
            continue
        note = ""
        if SUPPRESSED not in (count, before) and before and count <= before:
            share = visit.figures.percent(Decimal(count) / Decimal(before))
            note = visit.words("%(share)s of those before", share=share)
        steps.append(Step(visit.words(name), None if count == SUPPRESSED else count, visit.figures.number(count), note))
        before = count
    headings = (visit.words("Stage"), visit.words("Companies"), visit.words("Share"))
    return funnel(visit.words("How many companies came to each stage"), steps, headings)


def years_of(visit: Visit, groups: Mapping[Any, Mapping[str, Row]], stage: str, figure: str, label: str) -> Drawing:
    """A figure of one stage, year by year; a year in which nothing came to it is nothing, which is known."""
    years = sorted(each for each in groups if isinstance(each, int))
    if years and years[-1] - years[0] < GAPS_UP_TO:
        years = list(range(years[0], years[-1] + 1))
    drawn = [_column(visit, year, groups.get(year, {}).get(stage) or empty(stage), figure) for year in years]
    return columns(label, drawn, (visit.words("Year"), label))


def _column(visit: Visit, year: int, row: Row, figure: str) -> Bar:
    value = 0 if row.options == 0 else row.amount(figure)
    shown = None if value in (None, SUPPRESSED) else Decimal(str(value))
    text = visit.figures.number(value) if figure == "count" else visit.figures.brief(value)
    return Bar(str(year), shown, text, KINDS.get(figure, "product"))


def targets_of(visit: Visit, indicators: Iterable[Mapping[str, Any]]) -> Drawing | None:
    """What was reached of each target, in percent of it."""
    with_target = [each for each in indicators if each["target"] is not None]
    if not with_target:
        return None
    drawn = [_reached(visit, each) for each in with_target]
    mark = Mark(visit.words("Target"), 100, visit.figures.percent(1))
    headings = (visit.words("Indicator"), visit.words("Reached of the target"))
    return bars(visit.words("What was reached of each target"), drawn, headings, mark)


def _reached(visit: Visit, indicator: Mapping[str, Any]) -> Bar:
    reached = indicator["reached_percent"]
    if reached in (None, SUPPRESSED):
        return Bar(visit.name("indicators", indicator["code"]), None, visit.figures.number(reached))
    share = Decimal(reached)
    kind = KINDS.get(indicator["code"].removesuffix("_verified"), "product")
    return Bar(visit.name("indicators", indicator["code"]), share, visit.figures.percent(share / 100), kind)


def widths(values: Sequence[Any]) -> list[int | None]:
    """How long the bars beside figures are, in percent of the longest; none for what is not known or not told."""
    known = [Decimal(str(each)) for each in values if each not in (None, SUPPRESSED)]
    longest = max(known, default=Decimal(0))
    return [
        None if each in (None, SUPPRESSED) or longest <= 0 else max(0, round(Decimal(str(each)) * 100 / longest))
        for each in values
    ]
