"""Adding up results in the database: grouped, exact, and only what the reader may count."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from chassis.route import Uow
from chassis.store.types import exact_sum
from chassis.unit_of_work import Scope
from contracts.principals import Principal, Role
from services.impact.domain.people import Attended, Certified, Held, Training
from services.impact.domain.periods import Period
from services.impact.domain.places import Place, places_in
from services.impact.domain.readers import Reach
from services.impact.domain.results import OptionGroup, WorkDone
from services.impact.domain.stages import QUANTITIES, STAGES, VERDICTS, Basis, By, FunnelStage
from services.impact.domain.suppression import TOTAL, Cell
from services.impact.domain.tables import COUNT, LAPSED, LEAVABLE, STANDING, UNMEASURED, column, left, money, part
from services.impact.models import (
    Export,
    Registered,
    assessments,
    attendances,
    certificates,
    clients,
    engagements,
    exports,
    lines,
    registered,
    requests,
    sessions,
    sites,
)

UNKNOWN = ("investment", "annual_saving", *QUANTITIES.values())
Line = lines.table.c
UNSTATED = "unstated"
EVERY_OPTION: dict[str, sa.ColumnElement[bool]] = {COUNT: sa.true()}


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrower than what the reader may see; None is no filter."""

    province: str | None = None
    programme: str | None = None
    year: int | None = None
    period: Period | None = None


NO_FILTER = Filters()


# Whose exports are whose


def _own_exports(principal: Principal) -> sa.ColumnElement[bool]:
    """Administrators see all; an integrator its own, for another's key may read more than its own does."""
    return sa.true() if principal.has(Role.ADMINISTRATOR) else exports.table.c.made_by == principal.principal_id


scopes: dict[type[Any], Scope] = {Export: _own_exports}


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
    if filters.period is not None:
        where.append(rows.c.year.between(filters.period.first, filters.period.last))
    chosen = sa.select(heading.label("heading"), *figures).select_from(joined).where(*where)
    # By its label: to PostgreSQL the same expression with its own parameters would be another one.
    return chosen if by is None else chosen.group_by(sa.literal_column("heading"))


def _named(heading: Any, by: By | None) -> Any:
    return TOTAL if by is None else heading or None


# Companies


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
            _counted(uow, rows, reach, filters, by, many).where(condition), heavy=True
        ):
            found[Cell(_named(heading, by), stage)] = count
    return found


async def first_times(uow: Uow, reach: Reach, programme: str) -> dict[Cell, int]:
    """How many different clients came to each stage of a programme in each year for the first time."""
    found: dict[Cell, int] = {}
    for stage, rows, condition in STEPS:
        year = sa.func.min(rows.c.year).label("first_year")
        each = _counted(uow, rows, reach, Filters(programme=programme), None, rows.c.client_id, year)
        first = each.where(condition).group_by(rows.c.client_id).subquery()
        many = sa.select(first.c.first_year, sa.func.count()).group_by(first.c.first_year)
        found |= {Cell(year, stage): count for year, count in await uow.fetch(many, heavy=True)}
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


async def work_done(uow: Uow, reach: Reach, filters: Filters, by: By | None = None) -> dict[Any, WorkDone]:
    """Completed engagements, per heading."""
    rows = engagements.table
    counted = _counted(
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
    return {_named(heading, by): WorkDone(*work) for heading, *work in found}


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
    for whole, condition, apart in PARTS:
        counted = _counted(uow, lines.table, reach, NO_FILTER, by, *apart, *many).where(Line.counts, condition)
        for heading, *row in await uow.fetch(counted.group_by(*apart), heavy=True):
            cell = Cell(_named(heading, by), _part_of(whole, row[: len(apart)]))
            for figure, count in zip(figures, row[len(apart) :], strict=True):
                found[figure][cell] = count
    return found


_IS_STANDING = sa.and_(Line.stage == "implemented", Line.is_current)
PARTS: tuple[tuple[str, sa.ColumnElement[bool], tuple[sa.ColumnElement[Any], ...]], ...] = (
    (STANDING, _IS_STANDING, (Line.verdict,)),
    (STANDING, _IS_STANDING, (Line.verdict, Line.method)),
    ("verified", Line.stage == "verified", (Line.method,)),
)
"""What is implemented and not verified, by verdict and method; what is verified, by method."""


def _part_of(whole: str, names: Sequence[str | None]) -> str:
    nameless = (UNMEASURED, UNSTATED) if whole == STANDING else (UNSTATED,)
    return part(whole, *(name or otherwise for name, otherwise in zip(names, nameless, strict=False)))


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
        _add_options(found.setdefault((_named(heading, by), stage), OptionGroup()), sums)
    counted = _counted(uow, lines.table, reach, filters, by, Line.stage, sa.func.count(Line.client_id.distinct()))
    for heading, stage, number in await uow.fetch(
        counted.where(Line.counts, condition).group_by(Line.stage), heavy=True
    ):
        found[_named(heading, by), stage].clients = number
    return found


async def option_years(uow: Uow, reach: Reach) -> list[int]:
    """The years in which anything happened to an option a reader may count."""
    years = _counted(uow, lines.table, reach, NO_FILTER, None, Line.year).where(Line.counts).distinct()
    return [year for _, year in await uow.fetch(years, heavy=True)]


async def savings(uow: Uow, reach: Reach, filters: Filters) -> dict[str, OptionGroup]:
    """What options cost and save a year in every column of a report: the stages reached, and their parts."""
    apart = (Line.is_current, Line.verdict, Line.method)
    found: dict[str, OptionGroup] = {}
    sums_ = _option_sums(uow, reach, filters, None, Line.stage.in_(STAGES), *apart)
    for _, stage, is_current, verdict, method, *sums in await uow.fetch(sums_, heavy=True):
        columns = [column(stage, "reached")]
        if stage == "implemented" and is_current:
            columns += [_part_of(STANDING, names) for names in ((verdict,), (verdict, method))]
        if stage == "verified":
            columns.append(_part_of(stage, (method,)))
        for name in columns:
            _add_options(found.setdefault(name, OptionGroup()), sums)
    return found


def _option_sums(
    uow: Uow,
    reach: Reach,
    filters: Filters,
    by: By | None,
    condition: sa.ColumnElement[bool],
    *apart: sa.ColumnElement[Any],
) -> sa.Select[Any]:
    """One row per heading, stage and pair of currencies (and what else is held apart).

    Under one heading an option has one such row at a stage, so its count adds up over them.
    """

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
        *apart,
        *currencies,
        sa.func.count(Line.option_id.distinct()),
        exact_sum(Line.investment),
        exact_sum(Line.annual_saving),
        *(exact_sum(Line[name]) for name in QUANTITIES),
        options(Line.investment.is_(None)),
        options(Line.annual_saving.is_(None)),
        *(options(Line[f"{resource}_unknown"]) for resource in QUANTITIES.values()),
        *(options(Line.verdict == verdict) for verdict in VERDICTS),
        *(options(Line[name].is_not(None)) for name in QUANTITIES),
    )
    return counted.where(Line.counts, condition).group_by(Line.stage, *apart, *currencies)


def _add_options(group: OptionGroup, sums: Sequence[Any]) -> None:
    invested_in, saved_in, count, investment, saving, *rest = sums
    quantities, rest = rest[: len(QUANTITIES)], rest[len(QUANTITIES) :]
    unknown, rest = rest[: len(UNKNOWN)], rest[len(UNKNOWN) :]
    verdicts, stated = rest[: len(VERDICTS)], rest[len(VERDICTS) :]
    group.count += count
    for name, currency, amount in (("investment", invested_in, investment), ("annual_saving", saved_in, saving)):
        if currency is not None:
            _plus(getattr(group, name), [currency], [amount])
            _plus(group.stated, [money(name, currency)], [count])
    _plus(group.stated, QUANTITIES, stated)
    _plus(group.quantities, QUANTITIES, quantities)
    _plus(group.unknown, UNKNOWN, unknown)
    _plus(group.verdicts, VERDICTS, verdicts)


def _plus(sums: dict[str, Any], names: Iterable[str], amounts: Iterable[Any]) -> None:
    for name, amount in zip(names, amounts, strict=True):
        if amount is not None:
            sums[name] = sums.get(name, 0) + amount


# People


async def training_known(uow: Uow, reach: Reach, programme: str | None = None) -> Training:
    """Attendances, certificates and sessions held, as far as a reader may count them."""
    home = _home(uow)
    held, present, issued = sessions.table.c, attendances.table.c, certificates.table.c
    where: list[sa.ColumnElement[bool]] = []
    if reach.provinces is not None:
        where += [held.country == home, held.province.in_(sorted(reach.provinces))]
    if reach.programmes is not None:
        where.append(held.programme_code.in_(sorted(reach.programmes)))
    if programme is not None:
        where.append(held.programme_code == programme)
    province = sa.case((held.country == home, held.province), else_=held.country).label("at")
    session = (held.programme_code, province)
    of_session = sessions.table.c.session_id
    there = sa.select(present.person_id, *session, held.year, present.sex)
    there = there.join_from(attendances.table, sessions.table, of_session == present.session_id)
    given = sa.select(issued.certificate_id, issued.person_id, *session, issued.year, issued.state)
    given = given.join_from(certificates.table, sessions.table, of_session == issued.session_id)
    many = sa.select(*session, held.year, sa.func.count()).where(held.is_held, *where)
    many = many.group_by(held.programme_code, sa.literal_column("at"), held.year)
    return Training(
        [Attended(*row) for row in await uow.fetch(there.where(present.attended, *where).distinct(), heavy=True)],
        [Certified(*row) for row in await uow.fetch(given.where(*where), heavy=True)],
        [Held(*row) for row in await uow.fetch(many, heavy=True)],
    )
