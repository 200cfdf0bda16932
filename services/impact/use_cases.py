"""Steps the answers share: what their reader does not get to see, and what a programme has come to."""

import asyncio
from collections.abc import Collection

from chassis.route import Uow
from services.impact.domain.people import Group, groups, hide_people, in_period
from services.impact.domain.periods import Period, hidden_in
from services.impact.domain.programmes import Results
from services.impact.domain.readers import Reach
from services.impact.domain.results import WorkDone
from services.impact.domain.stages import FUNNEL, By
from services.impact.domain.suppression import TOTAL, Cell
from services.impact.domain.tables import COUNT, Hidden, column, hide_clients, hide_first_times, hide_options
from services.impact.pack import ImpactPack
from services.impact.queries import (
    EVERY_OPTION,
    Filters,
    currencies,
    figure_conditions,
    first_times,
    funnel_clients,
    option_clients,
    option_years,
    savings,
    training_known,
    work_done,
)


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


async def programme_results(uow: Uow, reach: Reach, code: str, period: Period | None) -> Results:
    """What a programme has come to in a period, or altogether; each company and each person counts once.

    A reader outside the centre gets no figure of a period that its years would not give, and of several programmes
    only what the tables by programme show.
    """
    work, is_work_hidden = await _work(uow, reach, code, period)
    training, hidden_training = await _training(uow, reach, code, period)
    return Results(
        funnel=await _funnel(uow, reach, code, period),
        options=await savings(uow, reach, Filters(programme=code, period=period)),
        hidden_options=await _hidden_savings(uow, reach, code, period),
        work=work,
        is_work_hidden=is_work_hidden,
        training=training,
        hidden_training=hidden_training,
    )


async def _funnel(uow: Uow, reach: Reach, code: str, period: Period | None) -> dict[str, int | None]:
    """Companies by the stage they came to, in the year they first did; None is suppressed."""
    firsts = await first_times(uow, reach, code)
    counts = {
        stage: sum(count for cell, count in firsts.items() if cell.column == stage and _is_in(cell.heading, period))
        for stage in FUNNEL[1:]
    }
    silent: Collection[str] = ()
    if period is None:
        silent = [cell.column for cell in await hidden_funnel(uow, reach, "programme") if cell.heading == code]
    elif reach.is_guarded:
        totals, years = await funnel_clients(uow, reach), await funnel_clients(uow, reach, by="year")
        settled = await hidden_funnel(uow, reach, "year")
        minimum = pack_of(uow).minimum_cell
        hidden = await asyncio.to_thread(hide_first_times, totals, years, firsts, settled, minimum)
        silent = hidden_in(period, hidden, {cell.heading for cell in firsts})
    return {stage: None if stage in silent else count for stage, count in counts.items()}


async def _hidden_savings(uow: Uow, reach: Reach, code: str, period: Period | None) -> dict[str, Collection[str]]:
    """The columns of the tables of options that are not shown, figure by figure."""
    if period is None:
        hidden = await hidden_options(uow, reach, "programme")
        return {figure: [cell.column for cell in cells if cell.heading == code] for figure, cells in hidden.items()}
    hidden = await hidden_options(uow, reach, "year")
    years = await option_years(uow, reach) if hidden else ()
    return {figure: hidden_in(period, cells, years) for figure, cells in hidden.items()}


async def _work(uow: Uow, reach: Reach, code: str, period: Period | None) -> tuple[WorkDone, bool]:
    """The work of providers, and whether it is hidden."""
    minimum = pack_of(uow).minimum_cell
    whole = (await work_done(uow, reach, Filters(programme=code)))[TOTAL]
    if period is None:
        return whole, reach.is_guarded and 0 < whole.clients < minimum
    work = (await work_done(uow, reach, Filters(programme=code, period=period)))[TOTAL]
    if not reach.is_guarded:
        return work, False
    years = await work_done(uow, reach, Filters(programme=code), "year")
    clients = {Cell(year, "work"): each.clients for year, each in years.items()}
    hidden = hide_clients({Cell(TOTAL, "work"): whole.clients}, clients, minimum)
    return work, bool(hidden_in(period, hidden, years))


async def _training(uow: Uow, reach: Reach, code: str, period: Period | None) -> tuple[Group, Collection[str]]:
    """People trained, and which of the figures about them are hidden."""
    minimum = pack_of(uow).minimum_cell
    own = await training_known(uow, reach, code)
    if period is not None:
        years = await asyncio.to_thread(groups, own, "year")
        group = in_period({year: each for year, each in years.items() if year != TOTAL}, period)
        if not reach.is_guarded:
            return group, ()
        hidden = await asyncio.to_thread(hide_people, years, minimum)
        return group, hidden_in(period, hidden, years.keys() - {TOTAL})
    whole = (await asyncio.to_thread(groups, own, None))[TOTAL]
    if not reach.is_guarded:
        return whole, ()
    programmes = await asyncio.to_thread(groups, await training_known(uow, reach), "programme")
    hidden = await asyncio.to_thread(hide_people, programmes, minimum)
    return whole, [cell.column for cell in hidden if cell.heading == code]


def _is_in(year: object, period: Period | None) -> bool:
    return period is None or year in period
