"""Adding up results in the database: grouped, exact, and only what the reader may count."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from chassis.route import Uow
from chassis.store.types import exact_sum
from services.impact.domain.places import Place, places_in
from services.impact.domain.readers import Reach
from services.impact.domain.results import OptionGroup, WorkDone
from services.impact.domain.stages import QUANTITIES, STAGES, VERDICTS, Basis, By, FunnelStage
from services.impact.domain.suppression import TOTAL, Cell
from services.impact.domain.tables import COUNT, LAPSED, LEAVABLE, column, left, money
from services.impact.models import (
    Registered,
    assessments,
    clients,
    engagements,
    lines,
    registered,
    requests,
    sites,
)

UNKNOWN = ("investment", "annual_saving", *QUANTITIES.values())
Line = lines.table.c
EVERY_OPTION: dict[str, sa.ColumnElement[bool]] = {COUNT: sa.true()}


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrower than what the reader may see; None is no filter."""

    province: str | None = None
    programme: str | None = None
    year: int | None = None


NO_FILTER = Filters()


# Where something happened, and what of it a reader may count


def _home(uow: Uow) -> str:
    return uow.pack.country.country


def _heading(by: By | None, rows: sa.Table, home: str) -> sa.ColumnElement[Any]:
    """What a row is filed under. A site without a province stands in its company's, abroad the country is enough."""
    match by:
        case "province":
            country, province = _place()
            return sa.case((country == home, province), else_=country)
        case "isic_division":
            return clients.table.c.isic_division
        case "year":
            return rows.c.year
        case "programme":
            return rows.c.programme_code
        case _:
            return sa.null()


def _place() -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    site, company = sites.table.c, clients.table.c
    country = sa.func.coalesce(site.country, company.country)
    return country, sa.func.coalesce(site.province, sa.case((company.country == country, company.province)))


def _counted(
    uow: Uow, rows: sa.Table, reach: Reach, filters: Filters, by: By | None, *figures: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    """A select of figures per heading over the rows a reader may count."""
    home = _home(uow)
    heading = _heading(by, rows, home)
    joined = rows.outerjoin(sites.table, sites.table.c.site_id == rows.c.site_id).outerjoin(
        clients.table, clients.table.c.client_id == rows.c.client_id
    )
    where: list[sa.ColumnElement[bool]] = []
    if reach.provinces is not None:
        country, province = _place()
        where += [country == home, province.in_(sorted(reach.provinces))]
    if reach.programmes is not None:
        where.append(rows.c.programme_code.in_(sorted(reach.programmes)))
    if filters.province is not None:
        where.append(_heading("province", rows, home) == filters.province)
    if filters.programme is not None:
        where.append(rows.c.programme_code == filters.programme)
    if filters.year is not None:
        where.append(rows.c.year == filters.year)
    chosen = sa.select(heading.label("heading"), *figures).select_from(joined).where(*where)
    # By its label: to PostgreSQL the same expression with its own parameters would be another one.
    return chosen if by is None else chosen.group_by(sa.literal_column("heading"))


def _named(heading: Any, by: By | None) -> Any:
    return TOTAL if by is None else heading or None


# Companies


async def funnel_clients(uow: Uow, reach: Reach, filters: Filters = NO_FILTER, by: By | None = None) -> dict[Cell, int]:
    """How many different clients came to each stage of the funnel, per heading.

    `registered` is missing where a programme is asked for: companies register with the centre.
    """
    found = await _registered(uow, reach, filters, by)
    sources: Sequence[tuple[FunnelStage, sa.Table, sa.ColumnElement[bool]]] = (
        ("requested", requests.table, sa.true()),
        ("assessed", assessments.table, assessments.table.c.year.is_not(None)),
        ("implemented", lines.table, sa.and_(Line.counts, Line.stage == "implemented")),
        ("verified", lines.table, sa.and_(Line.counts, Line.stage == "verified")),
    )
    for stage, rows, condition in sources:
        many = sa.func.count(rows.c.client_id.distinct())
        for heading, count in await uow.fetch(
            _counted(uow, rows, reach, filters, by, many).where(condition), heavy=True
        ):
            found[Cell(_named(heading, by), stage)] = count
    return found


async def _registered(uow: Uow, reach: Reach, filters: Filters, by: By | None) -> dict[Cell, int]:
    """From the counts kept per set of places, so that a client with sites in two provinces is one client."""
    if by == "programme" or filters.programme is not None or reach.programmes is not None:
        return {}
    home = _home(uow)
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


async def work_done(uow: Uow, reach: Reach, programme: str) -> WorkDone:
    """The engagements a programme has completed."""
    rows = engagements.table
    counted = _counted(
        uow,
        rows,
        reach,
        Filters(programme=programme),
        None,
        sa.func.count(),
        exact_sum(rows.c.days),
        sa.func.count(rows.c.client_id.distinct()),
    )
    (_, number, days, companies), *_ = await uow.fetch(counted.where(rows.c.year.is_not(None)), heavy=True)
    return WorkDone(number, days, companies)


# Options


async def currencies(uow: Uow) -> list[str]:
    """Every currency some option is stated in."""
    used: set[str] = set()
    for name in (Line.investment_currency, Line.saving_currency):
        used |= {row[0] for row in await uow.fetch(sa.select(name).where(name.is_not(None)).distinct(), heavy=True)}
    return sorted(used)


async def option_clients(
    uow: Uow, reach: Reach, figures: Mapping[str, sa.ColumnElement[bool]], by: By | None = None
) -> dict[str, dict[Cell, int]]:
    """How many different clients stand behind each figure in each cell of the tables of options, on both bases."""
    lapsed = sa.and_(Line.is_current, Line.stage == "refused", Line.came_from == "approved")
    found: dict[str, dict[Cell, int]] = {name: {} for name in figures}
    columns: tuple[tuple[sa.ColumnElement[bool], Callable[[str], str]], ...] = (
        (Line.stage.in_(STAGES), lambda stage: column(stage, "reached")),
        (Line.is_current, lambda stage: column(stage, "current")),
        (sa.and_(Line.stage.in_(LEAVABLE), sa.not_(Line.is_current)), left),
        (lapsed, lambda stage: LAPSED),
    )
    many = [sa.func.count(sa.case((each, Line.client_id)).distinct()) for each in figures.values()]
    counted = _counted(uow, lines.table, reach, NO_FILTER, by, Line.stage, *many).where(Line.counts)
    for condition, named in columns:
        for heading, stage, *counts in await uow.fetch(counted.where(condition).group_by(Line.stage), heavy=True):
            cell = Cell(_named(heading, by), named(stage))
            for figure, count in zip(figures, counts, strict=True):
                found[figure][cell] = count
    return found


def figure_conditions(used: Iterable[str]) -> dict[str, sa.ColumnElement[bool]]:
    """Which options have a figure: each sum per currency, each quantity, each verdict; `count` is every option."""
    conditions = dict(EVERY_OPTION)
    for currency in used:
        conditions[money("investment", currency)] = Line.investment_currency == currency
        conditions[money("annual_saving", currency)] = Line.saving_currency == currency
    conditions |= {name: Line[name].is_not(None) for name in QUANTITIES}
    return conditions | {name: Line.verdict == name for name in VERDICTS}


async def option_groups(
    uow: Uow, reach: Reach, basis: Basis, by: By | None = None, filters: Filters = NO_FILTER
) -> dict[tuple[Any, str], OptionGroup]:
    """What options cost and save a year, per heading and status."""
    condition = Line.is_current if basis == "current" else Line.stage.in_(STAGES)
    found: dict[tuple[Any, str], OptionGroup] = {}
    for row in await uow.fetch(_option_sums(uow, reach, filters, by, condition), heavy=True):
        heading, stage, *sums = row
        _add(found.setdefault((_named(heading, by), stage), OptionGroup()), sums)
    counted = _counted(uow, lines.table, reach, filters, by, Line.stage, sa.func.count(Line.client_id.distinct()))
    for heading, stage, number in await uow.fetch(
        counted.where(Line.counts, condition).group_by(Line.stage), heavy=True
    ):
        found[_named(heading, by), stage].clients = number
    return found


def _option_sums(
    uow: Uow, reach: Reach, filters: Filters, by: By | None, condition: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    """One row per heading, stage and pair of currencies; an option has one pair, so its count adds up over them."""

    def options(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((which, Line.option_id)).distinct())

    currencies = (Line.investment_currency, Line.saving_currency)
    counted = _counted(
        uow,
        lines.table,
        reach,
        filters,
        by,
        Line.stage,
        *currencies,
        sa.func.count(Line.option_id.distinct()),
        exact_sum(Line.investment),
        exact_sum(Line.annual_saving),
        *(exact_sum(Line[name]) for name in QUANTITIES),
        options(Line.investment.is_(None)),
        options(Line.annual_saving.is_(None)),
        *(options(Line[f"{resource}_unknown"]) for resource in QUANTITIES.values()),
        *(options(Line.verdict == verdict) for verdict in VERDICTS),
    )
    return counted.where(Line.counts, condition).group_by(Line.stage, *currencies)


def _add(group: OptionGroup, sums: Sequence[Any]) -> None:
    invested_in, saved_in, count, investment, saving, *rest = sums
    quantities, unknown, verdicts = rest[:4], rest[4:10], rest[10:]
    group.count += count
    _plus(group.investment, [invested_in], [investment])
    _plus(group.annual_saving, [saved_in], [saving])
    _plus(group.quantities, QUANTITIES, quantities)
    _plus(group.unknown, UNKNOWN, unknown)
    _plus(group.verdicts, VERDICTS, verdicts)


def _plus(sums: dict[str, Any], names: Iterable[str], amounts: Iterable[Any]) -> None:
    for name, amount in zip(names, amounts, strict=True):
        if amount is not None:
            sums[name] = sums.get(name, 0) + amount
