"""Steps the answers share: what their reader does not get to see, what a programme has come to, what is exported."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from chassis.route import Uow
from services.impact.domain.exports import Exported, Place, Unmapped, remark
from services.impact.domain.people import SHARE_RESTS_ON, Group, groups, hide_people, in_period
from services.impact.domain.periods import Period, PeriodCrossesProgrammes, hidden_in, require_own_period
from services.impact.domain.programmes import Results, actual
from services.impact.domain.readers import Reach
from services.impact.domain.results import Actual, OptionGroup, WorkDone, of_options
from services.impact.domain.stages import FUNNEL, By
from services.impact.domain.suppression import TOTAL, Cell
from services.impact.domain.tables import (
    COUNT,
    Hidden,
    column,
    hidden_at,
    hide_clients,
    hide_first_times,
    hide_options,
)
from services.impact.pack import ImpactPack
from services.impact.queries.companies import first_times, funnel_clients, work_done
from services.impact.queries.counting import Filters
from services.impact.queries.options import (
    EVERY_OPTION,
    currencies,
    figure_conditions,
    option_clients,
    option_groups,
    option_years,
    savings,
)
from services.impact.queries.people import training_known
from services.impact.schemas.exports import MONEY, NAMELESS, OF_TRAINING, WORDS, Dhis2Mapping, FigureLine


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


# What is exported


@dataclass
class Collected:
    """The figures of an export in their places, what the mapping does not know, and what its reader does not see."""

    values: list[Exported] = field(default_factory=list)
    unmapped: dict[tuple[str, str], Unmapped] = field(default_factory=dict)
    suppressed: list[str] = field(default_factory=list)

    def tell(self, words: str, place: Place, told: Actual | None) -> None:
        """A figure; None is suppressed, and one that no record states is no figure."""
        if told is None:
            self.suppressed.append(words)
        elif told.value is not None:
            self.values.append(Exported(place, told.value, remark(told)))

    def miss(self, kind: str, code: str, sentence: str) -> None:
        """The mapping does not know a code."""
        self.unmapped.setdefault((kind, code), Unmapped(kind, code, sentence))


async def collect_figures(uow: Uow, reach: Reach, mapping: Dhis2Mapping, year: Period) -> Collected:
    """Every figure a mapping asks for of one year, as far as its reader sees them."""
    found, tables = Collected(), _TablesOfYear(uow, reach, year)
    for line in mapping.figures:
        if line.by is None:
            told = await tables.told(line)
            _check_currencies(found, mapping, line, told)
            found.tell(line.words, mapping.place(line), _alone(told[TOTAL]))
        elif reach.is_guarded:
            found.suppressed.append(f"{line.words}: told only to keys that grant figures")
        else:
            await _collect_by(found, tables, mapping, line)
    if mapping.indicators:
        await _collect_indicators(found, tables, mapping)
    return found


async def _collect_by(found: Collected, tables: "_TablesOfYear", mapping: Dhis2Mapping, line: FigureLine) -> None:
    """A figure for each province, sector or programme; one that is mapped and has nothing counts 0."""
    by = str(line.by)
    told = await tables.told(line)
    _check_currencies(found, mapping, line, told)
    known = {NAMELESS[by] if heading is None else str(heading): each for heading, each in told.items()}
    for code, each in known.items():
        if code not in mapping.table(by) and each is not None and each.value:
            found.miss(WORDS[by], code, _unknown_code(tables.uow, by, code, tables.year))
    for code, id in mapping.table(by).items():
        if id and tables.covers(by, code):
            each = known.get(code, tables.nothing(line))
            found.tell(f"{line.words}, {code}", mapping.place(line, code), _alone(each))


def _alone(told: Actual | None) -> Actual | None:
    """A figure without the other currencies: each has a line of its own, or is left out."""
    return told if told is None else replace(told, others={})


def _check_currencies(
    found: Collected, mapping: Dhis2Mapping, line: FigureLine, told: Mapping[Any, Actual | None]
) -> None:
    """Money in a currency that no line asks for would be missing unseen."""
    if line.figure not in MONEY:
        return
    same = {each.currency for each in mapping.figures if each.is_like(line)}
    others = {currency for each in told.values() if each is not None for currency in each.others}
    for currency in sorted(others - same - set(mapping.currencies_left_out)):
        sentence = f"{line.figure} at {line.stage} is stated in {currency} too, which no figure of the mapping takes."
        found.miss("currency", currency, sentence)


def _unknown_code(uow: Uow, by: str, code: str, year: Period) -> str:
    country = uow.pack.country
    named = country.provinces if by == "province" else country.programmes if by == "programme" else ()
    name = next((f" ({each.name})" for each in named if each.code == code), "")
    table = {"province": "provinces", "isic_division": "sectors", "programme": "programmes"}[by]
    return f"{WORDS[by].capitalize()} {code}{name} has figures in {year} and stands nowhere under [dhis2.{table}]."


async def _collect_indicators(found: Collected, tables: "_TablesOfYear", mapping: Dhis2Mapping) -> None:
    """The pack's indicators for each of its programmes that has begun."""
    uow, reach, year = tables.uow, tables.reach, tables.year
    indicators = pack_of(uow).indicators
    for each in indicators:
        if each.code not in mapping.indicators:
            sentence = f"Indicator {each.code} ({each.name}) stands nowhere under [dhis2.indicators]."
            found.miss("indicator", each.code, sentence)
    for programme in uow.pack.country.programmes:
        code = programme.code
        if programme.starts_on.year > year.last or not tables.covers("programme", code):
            continue
        if code not in mapping.programmes:
            sentence = f"Programme {code} ({programme.name}) stands nowhere under [dhis2.programmes]."
            found.miss("programme", code, sentence)
        elif mapping.programmes[code]:
            try:
                require_own_period(reach, code, year)
            except PeriodCrossesProgrammes as refusal:
                found.suppressed.append(f"indicators of {code}: {refusal}")
                continue
            results = await programme_results(uow, reach, code, year)
            for each in (each for each in indicators if mapping.indicators.get(each.code)):
                told = actual(results, each.measure, each.stage, programme.currency)
                found.tell(f"{each.code} of {code}", mapping.indicator_place(each.code, code), told)


class _TablesOfYear:
    """The tables of one year, each asked for once."""

    def __init__(self, uow: Uow, reach: Reach, year: Period) -> None:
        self.uow, self.reach, self.year = uow, reach, year
        self._asked: dict[tuple[str, By | None], Any] = {}

    def covers(self, by: str, code: str) -> bool:
        """Whether the reader sees what stands under a code, so that nothing there is 0 and not unseen."""
        within = {"province": self.reach.provinces, "programme": self.reach.programmes}.get(by)
        return within is None or code in within

    def nothing(self, line: FigureLine) -> Actual | None:
        """The figure of a group of nobody."""
        if line.figure == "companies":
            return Actual(Decimal(0), 0)
        return of_options(line.figure, OptionGroup(), line.currency or "", frozenset())

    async def told(self, line: FigureLine) -> dict[Any, Actual | None]:
        """A figure by its headings (all together: under `TOTAL`); None is suppressed."""
        if line.figure in OF_TRAINING:
            return {TOTAL: await self._of_training(line.figure)}
        if line.figure == "companies":
            return await self._companies(str(line.stage), line.by)
        return await self._options(line)

    async def _companies(self, stage: str, by: By | None) -> dict[Any, Actual | None]:
        if ("companies", by) not in self._asked:
            counts = await funnel_clients(self.uow, self.reach, Filters(year=self.year.first), by)
            hidden = await hidden_funnel(self.uow, self.reach, "year") if by is None else ()
            self._asked["companies", by] = (counts, hidden)
        counts, hidden = self._asked["companies", by]
        if by is not None:
            return {cell.heading: Actual(Decimal(n), n) for cell, n in counts.items() if cell.column == stage}
        is_centres = stage == "registered" and self.reach.programmes is not None  # nobody registers with a programme
        if is_centres or Cell(self.year.first, stage) in hidden:
            return {TOTAL: None}
        count = counts.get(Cell(TOTAL, stage), 0)
        return {TOTAL: Actual(Decimal(count), count)}

    async def _options(self, line: FigureLine) -> dict[Any, Actual | None]:
        by, stage = line.by, str(line.stage)
        if ("options", by) not in self._asked:
            found = await option_groups(self.uow, self.reach, "reached", by, Filters(period=self.year))
            hidden = await hidden_options(self.uow, self.reach, "year") if by is None else {}
            self._asked["options", by] = (found, hidden)
        found, hidden = self._asked["options", by]
        at = hidden_at(hidden, Cell(self.year.first, column(stage, "reached")))
        headings = {TOTAL} if by is None else {heading for heading, reached in found if reached == stage}
        return {
            each: of_options(line.figure, found.get((each, stage), OptionGroup()), line.currency or "", at)
            for each in headings
        }

    async def _of_training(self, figure: str) -> Actual | None:
        if ("training", None) not in self._asked:
            known = await training_known(self.uow, self.reach)
            years = await asyncio.to_thread(groups, known, "year")
            minimum = pack_of(self.uow).minimum_cell
            hidden = await asyncio.to_thread(hide_people, years, minimum) if self.reach.is_guarded else ()
            group = in_period({year: each for year, each in years.items() if year != TOTAL}, self.year)
            self._asked["training", None] = (group, {cell.column for cell in hidden if cell.heading == self.year.first})
        group, hidden = self._asked["training", None]
        if figure == "sessions":
            return Actual(Decimal(group.sessions), group.sessions)
        if figure == "women_share":
            stated, unstated = group.count("people") - group.count("sex_unstated"), group.count("sex_unstated")
            return Actual(group.women_share, stated, unstated) if SHARE_RESTS_ON.isdisjoint(hidden) else None
        count = group.count(figure)
        return None if figure in hidden else Actual(Decimal(count), count)
