"""Steps the answers share: what their reader does not get to see, and what indicators have come to."""

import asyncio
from collections.abc import Collection
from decimal import Decimal

from chassis.pack import Programme
from chassis.route import Uow
from services.impact.domain.readers import Reach
from services.impact.domain.results import Actual, OptionGroup, of_options, of_work
from services.impact.domain.stages import By
from services.impact.domain.suppression import TOTAL, Cell
from services.impact.domain.tables import COUNT, Hidden, column, hidden_at, hide_clients, hide_options
from services.impact.pack import ImpactPack
from services.impact.queries import (
    EVERY_OPTION,
    Filters,
    currencies,
    figure_conditions,
    funnel_clients,
    option_clients,
    option_groups,
    work_done,
)

OF_WORK = ("engagements", "days")


def pack_of(uow: Uow) -> ImpactPack:
    """This service's section of the pack."""
    return uow.pack.section("impact", ImpactPack)


async def hidden_options(uow: Uow, reach: Reach, by: By, *, counts_only: bool = False) -> Hidden:
    """The hidden cells of the tables of options on both bases, figure by figure."""
    if not reach.is_guarded:
        return {}
    figures = EVERY_OPTION if counts_only else figure_conditions(await currencies(uow))
    totals = await option_clients(uow, reach, figures)
    cells = {} if by == "status" else await option_clients(uow, reach, figures, by)
    return await asyncio.to_thread(hide_options, totals, cells, by, pack_of(uow).minimum_cell)


async def hidden_funnel(uow: Uow, reach: Reach, by: By | None) -> Collection[Cell]:
    """The hidden cells of the funnel; where clients are counted by their options, as the tables of options decide."""
    if not reach.is_guarded:
        return ()
    totals = await funnel_clients(uow, reach)
    cells = await funnel_clients(uow, reach, by=by) if by else {}
    hidden = set(await asyncio.to_thread(hide_clients, totals, cells, pack_of(uow).minimum_cell))
    of_options = await hidden_options(uow, reach, by or "status", counts_only=True)
    for stage in ("implemented", "verified"):
        reached = column(stage, "reached")
        hidden |= {Cell(cell.heading, stage) for cell in of_options[COUNT] if cell.column == reached}
    return hidden


async def actuals(uow: Uow, reach: Reach, programme: Programme) -> dict[str, Actual | None]:
    """What each indicator of the pack has come to in a programme; None is suppressed.

    Everything attributed to the programme counts, whenever it happened.
    """
    section, code = pack_of(uow), programme.code
    only = Filters(programme=code)
    clients = await funnel_clients(uow, reach, only)
    groups = await option_groups(uow, reach, "reached", filters=only)
    work = await work_done(uow, reach, code)
    hidden_clients = await hidden_funnel(uow, reach, "programme")
    hidden_groups = await hidden_options(uow, reach, "programme")
    few = reach.is_guarded and 0 < work.clients < section.minimum_cell
    found: dict[str, Actual | None] = {}
    for each in section.indicators:
        stage = each.stage or ""
        if each.measure in OF_WORK:
            found[each.code] = None if few else of_work(each.measure, work)
        elif each.measure == "clients":
            shown = Cell(code, stage) not in hidden_clients
            found[each.code] = Actual(Decimal(clients.get(Cell(TOTAL, stage), 0))) if shown else None
        else:
            hidden = hidden_at(hidden_groups, Cell(code, column(stage, "reached")))
            group = groups.get((TOTAL, stage), OptionGroup())
            found[each.code] = of_options(each.measure, group, programme.currency, hidden)
    return found
