"""What options cost and save, added up in the database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from chassis.route import Uow
from chassis.store.types import exact_sum
from services.impact.domain.readers import Reach
from services.impact.domain.results import OptionGroup
from services.impact.domain.stages import QUANTITIES, STAGES, VERDICTS, Basis, By
from services.impact.domain.suppression import Cell
from services.impact.domain.tables import COUNT, LAPSED, LEAVABLE, STANDING, UNMEASURED, column, left, money, part
from services.impact.models import (
    lines,
)
from services.impact.queries.counting import (
    NO_FILTER,
    Filters,
    figures_over,
    heading_of,
)

UNKNOWN = ("investment", "annual_saving", *QUANTITIES.values())
Line = lines.table.c
UNSTATED = "unstated"
EVERY_OPTION: dict[str, sa.ColumnElement[bool]] = {COUNT: sa.true()}


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
    counted = figures_over(uow, lines.table, reach, NO_FILTER, by, Line.stage, *many).where(Line.counts)
    for condition, named in columns:
        for heading, stage, *counts in await uow.fetch(counted.where(condition).group_by(Line.stage), heavy=True):
            cell = Cell(heading_of(heading, by), named(stage))
            for figure, count in zip(figures, counts, strict=True):
                found[figure][cell] = count
    for whole, condition, apart in PARTS:
        counted = figures_over(uow, lines.table, reach, NO_FILTER, by, *apart, *many).where(Line.counts, condition)
        for heading, *row in await uow.fetch(counted.group_by(*apart), heavy=True):
            cell = Cell(heading_of(heading, by), _part_of(whole, row[: len(apart)]))
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
        _add_options(found.setdefault((heading_of(heading, by), stage), OptionGroup()), sums)
    counted = figures_over(uow, lines.table, reach, filters, by, Line.stage, sa.func.count(Line.client_id.distinct()))
    for heading, stage, number in await uow.fetch(
        counted.where(Line.counts, condition).group_by(Line.stage), heavy=True
    ):
        found[heading_of(heading, by), stage].clients = number
    return found


async def option_years(uow: Uow, reach: Reach) -> list[int]:
    """The years in which anything happened to an option a reader may count."""
    years = figures_over(uow, lines.table, reach, NO_FILTER, None, Line.year).where(Line.counts).distinct()
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
    counted = figures_over(
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
