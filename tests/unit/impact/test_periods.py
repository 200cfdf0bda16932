"""Periods of a report: whole years, and nothing told of one that its years would not tell."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.impact.domain.people import Attended, Group, Training, groups, hide_people, in_period
from services.impact.domain.periods import (
    Period,
    PeriodCrossesProgrammes,
    PeriodRunsBackwards,
    hidden_in,
    period_of,
    require_own_period,
)
from services.impact.domain.readers import Reach
from services.impact.domain.suppression import TOTAL, Cell
from services.impact.domain.tables import COUNT, column, hide_first_times, hide_options, left, part
from tests.services.impact.courses import persons
from tests.unit.impact.test_answers import rank, speaks_of_few

YEARS = range(2020, 2025)
PERIODS = [Period(first, last) for first in YEARS for last in YEARS if first <= last]
DONOR = Reach(programmes=frozenset({"P"}), is_guarded=True)


def test_a_period_is_a_year_or_several() -> None:
    assert (period_of("2025"), period_of("2025..2026")) == (Period(2025, 2025), Period(2025, 2026))
    assert (str(period_of("2025..2025")), str(Period(2025, 2027))) == ("2025", "2025..2027")
    with pytest.raises(PeriodRunsBackwards):
        period_of("2026..2025")


def test_a_guarded_reader_of_more_than_the_programme_reads_no_periods_of_it() -> None:
    require_own_period(DONOR, "P", Period(2025, 2025))
    require_own_period(Reach(is_guarded=True), "P", None)
    require_own_period(Reach(), "P", Period(2025, 2025))
    for reach in (Reach(is_guarded=True), Reach(programmes=frozenset({"P", "Q"}), is_guarded=True)):
        with pytest.raises(PeriodCrossesProgrammes):
            require_own_period(reach, "P", Period(2025, 2025))


def test_a_period_is_hidden_with_any_of_its_years() -> None:
    hidden = {Cell(2021, "x"), Cell(2022, "x"), Cell(2022, "y")}
    assert hidden_in(Period(2020, 2020), hidden, YEARS) == set()
    assert hidden_in(Period(2020, 2021), hidden, YEARS) == {"x"}
    assert hidden_in(Period(2022, 2023), hidden, YEARS) == {"x", "y"}


def test_a_period_of_everything_is_judged_as_the_whole() -> None:
    hidden = {Cell(2021, "x"), Cell(TOTAL, "y")}
    assert hidden_in(Period(2020, 2024), hidden, YEARS) == {"y"}


COLUMN = column("identified", "reached")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(YEARS), st.integers(0, 8)), min_size=1, max_size=14), st.sampled_from([2, 3]))
def test_no_periods_of_options_together_tell_of_few_clients(rows: list[tuple[int, int]], minimum: int) -> None:
    """Each row is an option of a year; every period that is shown is a sum over the options in it."""
    options = list(enumerate(rows))
    behind = {year: {client for _, (of, client) in options if of == year} for year in YEARS}
    cells = {Cell(year, COLUMN): len(clients) for year, clients in behind.items() if clients}
    cells |= {Cell(year, left("identified")): len(clients) for year, clients in behind.items() if clients}
    total = len({client for _, client in rows})
    totals = {Cell(TOTAL, COLUMN): total, Cell(TOTAL, left("identified")): total}
    hidden = hide_options({COUNT: totals}, {COUNT: cells}, "year", minimum)[COUNT]
    years = {cell.heading for cell in cells}
    shown = [period for period in PERIODS if COLUMN not in hidden_in(period, hidden, years)]
    sums = [frozenset(number for number, (year, _) in options if year in period) for period in shown]
    if Cell(TOTAL, COLUMN) not in hidden:
        sums.append(frozenset(number for number, _ in options))
    everybody = sorted({client for _, client in rows})
    for few in combinations(everybody, min(minimum - 1, len(everybody))):
        others = [number for number, (_, client) in options if client not in few]
        assert rank(counted(sums, others)) == rank(counted(sums, range(len(options)))), f"a sum speaks of {few} alone"


def counted(sums: list[frozenset[int]], options: Iterable[int]) -> list[list[int]]:
    return [[number in each for number in options] for each in sums]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.sampled_from(YEARS), st.sampled_from(["female", "male", "unstated"])),
        min_size=1,
        max_size=14,
    ),
    st.sampled_from([2, 3]),
)
def test_no_periods_of_people_trained_together_tell_of_few(rows: list[tuple[int, int, str]], minimum: int) -> None:
    """People, women and unstated, of every period, of all together and of every year: no combination of them."""
    training = Training([Attended(PERSONS[who], "P", None, year, sex) for who, year, sex in rows], [], [])
    found = groups(training, "year")
    years = {year: group for year, group in found.items() if year != TOTAL}
    hidden = hide_people(found, minimum)
    told: list[frozenset[Any]] = []
    for figure in ("people", "women", "sex_unstated"):
        if Cell(TOTAL, figure) not in hidden:
            told.append(found[TOTAL].records[figure])
        for period in PERIODS:
            if figure not in hidden_in(period, hidden, years):
                told.append(in_period(years, period).records[figure])
    everybody = sorted(found[TOTAL].records["people"], key=str)
    numbered = [frozenset(everybody.index(each) for each in group) for group in told]
    assert not speaks_of_few(numbered, range(len(everybody)), minimum)


PERSONS = persons(9)


def test_the_people_of_a_period_are_those_of_its_years() -> None:
    anna, ben = PERSONS[:2]
    rows = [Attended(anna, "P", None, 2020, "female"), Attended(anna, "P", None, 2022, "female")]
    found = groups(Training([*rows, Attended(ben, "P", None, 2022, "male")], [], []), "year")
    years: dict[Any, Group] = {year: each for year, each in found.items() if year != TOTAL}
    assert [in_period(years, Period(2020, last)).count("people") for last in (2020, 2021, 2022)] == [1, 1, 2]
    assert in_period(years, Period(2022, 2022)).count("people") == 1


def firsts_of(rows: list[tuple[int, int]]) -> tuple[dict[Cell, int], dict[Cell, int], dict[int, int]]:
    """Clients by year, and by the year they first came."""
    first: dict[int, int] = {}
    for client, year in sorted(rows, key=lambda row: row[1]):
        first.setdefault(client, year)
    distinct = {Cell(year, "assessed"): len({who for who, of in rows if of == year}) for year in YEARS}
    counted = {Cell(year, "assessed"): sum(of == year for of in first.values()) for year in YEARS}
    return {cell: n for cell, n in distinct.items() if n}, {cell: n for cell, n in counted.items() if n}, first


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from(YEARS)), min_size=1, max_size=30), st.sampled_from([2, 3])
)
def test_no_years_of_the_funnel_tell_who_came_for_the_first_time_or_again(
    rows: list[tuple[int, int]], minimum: int
) -> None:
    """Beside the clients of a year stand those who came for the first time: neither they nor the rest are few."""
    distinct, counted, first = firsts_of(rows)
    totals = {Cell(TOTAL, "assessed"): len(first)}
    settled = {cell for cell, n in {**totals, **distinct}.items() if n < minimum}
    hidden = hide_first_times(totals, distinct, counted, settled, minimum)
    years = {cell.heading for cell in counted}
    shown = [period for period in PERIODS if "assessed" not in hidden_in(period, hidden, years)]
    told = [frozenset(client for client, year in first.items() if year in period) for period in shown]
    if Cell(TOTAL, "assessed") not in settled:
        told.append(frozenset(first))
    assert not speaks_of_few(told, list(first), minimum)
    for cell in counted.keys() - hidden - settled:
        assert distinct[cell] - counted[cell] not in range(1, minimum)


def test_few_who_came_again_are_not_told_by_the_difference() -> None:
    clients = {Cell(2024, "assessed"): 6, Cell(2025, "assessed"): 6}
    firsts = {Cell(2024, "assessed"): 6, Cell(2025, "assessed"): 5}
    totals = {Cell(TOTAL, "assessed"): 11}
    assert hide_first_times(totals, clients, firsts, (), 3) == {Cell(2025, "assessed"), Cell(2024, "assessed")}


def test_a_part_of_what_is_implemented_is_hidden_with_a_neighbour() -> None:
    whole = column("implemented", "current")
    unmeasured, failed = part(whole, "unmeasured"), part(whole, "not_demonstrated")
    totals = {Cell(TOTAL, whole): 9, Cell(TOTAL, unmeasured): 8, Cell(TOTAL, failed): 1}
    verdict = {Cell(TOTAL, whole): 1, Cell(TOTAL, failed): 1}
    hidden = hide_options({COUNT: totals, "not_demonstrated": verdict}, {}, "status", 3)
    assert hidden[COUNT] == {Cell(TOTAL, unmeasured), Cell(TOTAL, failed)}
    assert Cell(TOTAL, whole) in hidden["not_demonstrated"]


def test_a_verdict_is_hidden_where_all_but_few_carry_it() -> None:
    """Five are implemented and four of them were measured: the verdict would tell of the one who was not."""
    whole = column("implemented", "current")
    unmeasured, failed = part(whole, "unmeasured"), part(whole, "not_demonstrated")
    totals = {Cell(TOTAL, whole): 5, Cell(TOTAL, unmeasured): 1, Cell(TOTAL, failed): 4}
    verdict = {Cell(TOTAL, whole): 4, Cell(TOTAL, failed): 4}
    hidden = hide_options({COUNT: totals, "not_demonstrated": verdict}, {}, "status", 3)
    assert {Cell(TOTAL, whole), Cell(TOTAL, column("implemented", "reached"))} <= set(hidden["not_demonstrated"])
