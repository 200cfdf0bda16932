"""How many different companies came how far, and the work done for them."""

from typing import Any

import sqlalchemy as sa

from chassis.route import Uow
from chassis.store.types import exact_sum
from services.impact.domain.places import Place, places_in
from services.impact.domain.readers import Reach
from services.impact.domain.results import WorkDone
from services.impact.domain.stages import By, FunnelStage
from services.impact.domain.suppression import TOTAL, Cell
from services.impact.models import (
    Registered,
    assessments,
    engagements,
    lines,
    registered,
    requests,
)
from services.impact.queries.counting import NO_FILTER, Filters, figures_over, heading_of, home_country

Line = lines.table.c
STEPS: tuple[tuple[FunnelStage, sa.Table, sa.ColumnElement[bool]], ...] = (
    ("requested", requests.table, sa.true()),
    ("assessed", assessments.table, assessments.table.c.year.is_not(None)),
    ("implemented", lines.table, sa.and_(Line.counts, Line.stage == "implemented")),
    ("verified", lines.table, sa.and_(Line.counts, Line.stage == "verified")),
)
"""Where it stands that a client has come to a stage."""


async def funnel_clients(uow: Uow, reach: Reach, filters: Filters = NO_FILTER, by: By | None = None) -> dict[Cell, int]:
    """How many different clients came to each stage of the funnel, per heading.

    `registered` is missing where a programme is asked for: companies register with the centre.
    """
    found = await _registered(uow, reach, filters, by)
    for stage, rows, condition in STEPS:
        many = sa.func.count(rows.c.client_id.distinct())
        for heading, count in await uow.fetch(
            figures_over(uow, rows, reach, filters, by, many).where(condition), heavy=True
        ):
            found[Cell(heading_of(heading, by), stage)] = count
    return found


async def first_times(uow: Uow, reach: Reach, programme: str) -> dict[Cell, int]:
    """How many different clients came to each stage of a programme in each year for the first time."""
    found: dict[Cell, int] = {}
    for stage, rows, condition in STEPS:
        year = sa.func.min(rows.c.year).label("first_year")
        each = figures_over(uow, rows, reach, Filters(programme=programme), None, rows.c.client_id, year)
        first = each.where(condition).group_by(rows.c.client_id).subquery()
        many = sa.select(first.c.first_year, sa.func.count()).group_by(first.c.first_year)
        found |= {Cell(year, stage): count for year, count in await uow.fetch(many, heavy=True)}
    return found


async def _registered(uow: Uow, reach: Reach, filters: Filters, by: By | None) -> dict[Cell, int]:
    """From the counts kept per set of places, so that a client with sites in two provinces is one client."""
    if by == "programme" or filters.programme is not None or reach.programmes is not None:
        return {}
    home = home_country(uow)
    found: dict[Cell, int] = {} if by else {Cell(TOTAL, "registered"): 0}
    for row in await uow.fetch(sa.select(registered.table), heavy=True):
        count = Registered(*row)
        places = [each for each in places_in(count.places) if _is_inside(each, home, reach, filters)]
        if not places or filters.year not in (None, count.year):
            continue
        headings = {each.label(home) for each in places} if by == "province" else {count.year if by else TOTAL}
        for heading in headings:
            cell = Cell(heading, "registered")
            found[cell] = found.get(cell, 0) + count.clients
    return found


def _is_inside(place: Place, home: str, reach: Reach, filters: Filters) -> bool:
    mine = reach.provinces is None or (place.country == home and place.province in reach.provinces)
    return mine and (filters.province is None or place.label(home) == filters.province)


async def work_done(uow: Uow, reach: Reach, filters: Filters, by: By | None = None) -> dict[Any, WorkDone]:
    """Completed engagements, per heading."""
    rows = engagements.table
    counted = figures_over(
        uow,
        rows,
        reach,
        filters,
        by,
        sa.func.count(),
        exact_sum(rows.c.days),
        sa.func.count(rows.c.days),
        sa.func.count(rows.c.client_id.distinct()),
    )
    found = await uow.fetch(counted.where(rows.c.year.is_not(None)), heavy=True)
    return {heading_of(heading, by): WorkDone(*work) for heading, *work in found}
