"""No small group is shown, and no subtraction gives one back."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.impact.domain.stages import STATUSES, By
from services.impact.domain.suppression import TOTAL, Cell, Sum, determined, hide
from services.impact.domain.tables import (
    COLUMNS,
    COUNT,
    LAPSED,
    column,
    hide_clients,
    hide_options,
    left,
    sums_across,
    sums_along,
    sums_of_bases,
)


def row(**clients: int) -> tuple[dict[Cell, int], Sum]:
    """Provinces and their total, of which the clients differ from province to province."""
    cells = {Cell(name, "n"): count for name, count in clients.items()}
    total = Cell(TOTAL, "n")
    return {**cells, total: sum(clients.values())}, Sum(total, tuple(cells))


def hidden(minimum: int = 3, **clients: int) -> set[object]:
    cells, total = row(**clients)
    return {cell.heading for cell in hide(cells, [total], minimum)}


def test_nothing_is_hidden_where_every_group_is_large() -> None:
    assert hidden(north=3, river=8) == set()


def test_a_small_group_takes_the_smallest_other_with_it() -> None:
    assert hidden(north=2, river=8, coast=5) == {"north", "coast"}


def test_an_empty_group_is_shown_and_covers_nobody() -> None:
    assert hidden(north=2, river=8, coast=0) == {"north", "river"}


def test_two_small_groups_do_not_cover_each_other() -> None:
    assert hidden(north=1, river=2, coast=5, hills=9) == {"north", "river", "coast"}


def test_a_total_that_is_small_is_hidden_with_all_its_parts() -> None:
    assert hidden(north=1, river=1) == {"north", "river", TOTAL}


def test_all_parts_may_be_hidden_under_a_total_that_is_large_enough() -> None:
    assert hidden(north=2, river=2) == {"north", "river"}


def test_the_only_part_of_a_total_is_shown_or_hidden_with_it() -> None:
    assert hidden(north=2) == {"north", TOTAL}
    assert hidden(north=4) == set()


def test_what_was_settled_before_stays() -> None:
    cells, total = row(north=4, river=8, coast=9)
    settled = {Cell(TOTAL, "n"): True, Cell("north", "n"): False}
    assert hide(cells, [total], 3, settled=settled) == {Cell(TOTAL, "n"), Cell("river", "n")}


def test_a_table_is_protected_along_both_its_sides() -> None:
    headings, columns = ("a", "b", "c"), ("x", "y", "z")
    clients = {Cell(heading, name): 9 for heading in headings for name in columns} | {Cell("a", "x"): 1}
    clients |= {Cell(heading, "all"): 27 for heading in headings}
    clients |= {Cell(TOTAL, name): 27 for name in columns}
    sums = [Sum(Cell(each, "all"), tuple(Cell(each, name) for name in columns)) for each in headings]
    sums += sums_across(headings, columns)
    covered = hide(clients, sums, 3)
    assert len(covered) == 4  # the corners of a rectangle
    assert determined(covered, sums) == set()


def test_what_several_sums_together_give_away_is_seen() -> None:
    a, b, c, total = (Cell(name, "n") for name in ("a", "b", "c", "t"))
    sums = [Sum(total, (a, b, c)), Sum(Cell("u", "n"), (b, c))]
    assert determined({a, b, c}, sums) == {a}
    assert determined({b, c}, sums) == set()


def test_what_became_of_the_approved_is_protected_as_well() -> None:
    clients = {
        Cell(TOTAL, column("approved", "reached")): 9,
        Cell(TOTAL, column("implemented", "reached")): 6,
        Cell(TOTAL, column("implemented", "current")): 6,
        Cell(TOTAL, column("approved", "current")): 4,
        Cell(TOTAL, column("identified", "reached")): 12,
        Cell(TOTAL, column("refused", "current")): 7,
        Cell(TOTAL, LAPSED): 1,
    }
    assert {cell.column for cell in hide(clients, sums_along(TOTAL), 3)} == {
        LAPSED,
        column("approved", "current"),  # else 9 approved less 4 and 6 tell the one who gave up
        column("implemented", "reached"),  # else all less the others tell the 4
        column("implemented", "current"),  # the same options as before: none is verified
        column("approved", "reached"),  # 12 less 7 are the 4 and the 6 together: 9 less that is the one
    }


def test_a_figure_few_clients_have_is_hidden_though_the_group_is_large() -> None:
    at = column("identified", "current")
    totals = {COUNT: {Cell(TOTAL, at): 20}, "water_m3": {Cell(TOTAL, at): 9}}
    cells = {
        COUNT: {Cell("north", at): 8, Cell("river", at): 12},
        "water_m3": {Cell("north", at): 1, Cell("river", at): 8},
    }
    found = hide_options(totals, cells, "province", 3)
    assert found[COUNT] == frozenset()
    assert found["water_m3"] == {Cell("north", at), Cell("river", at)}


def test_a_hidden_group_hides_every_figure_of_it() -> None:
    at = column("identified", "current")
    totals = {COUNT: {Cell(TOTAL, at): 22}, "water_m3": {Cell(TOTAL, at): 21}}
    cells = {
        COUNT: {Cell("north", at): 2, Cell("river", at): 12, Cell("coast", at): 8},
        "water_m3": {Cell("north", at): 2, Cell("river", at): 11, Cell("coast", at): 8},
    }
    found = hide_options(totals, cells, "province", 3)
    assert found[COUNT] == {Cell("north", at), Cell("coast", at)}
    assert found["water_m3"] == {Cell("north", at), Cell("coast", at)}


def test_clients_of_the_funnel_are_covered_column_by_column() -> None:
    totals = {Cell(TOTAL, "registered"): 20, Cell(TOTAL, "assessed"): 9}
    cells = {
        Cell("north", "registered"): 5,
        Cell("river", "registered"): 15,
        Cell("north", "assessed"): 1,
        Cell("river", "assessed"): 8,
    }
    assert hide_clients(totals, cells, 3) == {Cell("north", "assessed"), Cell("river", "assessed")}


@pytest.mark.parametrize("stage", ["identified", "approved", "implemented"])
def test_what_left_a_stage_of_a_year_is_protected_as_well(stage: str) -> None:
    now, then = f"current {stage}", f"reached {stage}"
    totals = {Cell(TOTAL, now): 14, Cell(TOTAL, then): 20, Cell(TOTAL, left(stage)): 6}
    years = {
        Cell(2018, now): 5,
        Cell(2018, then): 10,
        Cell(2018, left(stage)): 5,
        Cell(2019, now): 9,
        Cell(2019, then): 10,
        Cell(2019, left(stage)): 1,
    }
    assert hide_options({COUNT: totals}, {COUNT: years}, "year", 3)[COUNT] == {
        Cell(2019, left(stage)),
        Cell(2019, now),  # else 10 less 9
        Cell(2018, now),  # else 14 less 5 are the 9
        Cell(2018, left(stage)),  # else 6 less 5
    }


COUNTS = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 8, 12, 30])
PLACES = st.lists(st.tuples(*[COUNTS] * len(STATUSES), st.integers(0, 3)), min_size=1, max_size=5)


def table(places: list[tuple[int, ...]]) -> dict[Cell, int]:
    """Clients by place and column, each client in one cell, and their totals."""
    clients: dict[Cell, int] = {}
    for place, (*now, lapsed) in enumerate(places):
        count = dict(zip(STATUSES, now, strict=True))
        clients |= {Cell(place, column(status, "current")): count[status] for status in STATUSES}
        clients[Cell(place, LAPSED)] = min(lapsed, count["refused"])
        implemented = count["implemented"] + count["verified"]
        clients[Cell(place, column("implemented", "reached"))] = implemented
        approved = count["approved"] + clients[Cell(place, LAPSED)] + implemented
        clients[Cell(place, column("approved", "reached"))] = approved
        clients[Cell(place, column("identified", "reached"))] = sum(now)
        clients[Cell(place, left("identified"))] = sum(now) - count["identified"]
        clients[Cell(place, left("approved"))] = approved - count["approved"]
        clients[Cell(place, left("implemented"))] = count["verified"]
    for name in COLUMNS:
        clients[Cell(TOTAL, name)] = sum(clients[Cell(place, name)] for place in range(len(places)))
    return clients


PRIME = 2**31 - 1


def rest(vector: list[int], rows: list[tuple[int, list[int]]]) -> list[int]:
    """What of a vector the rows do not span, modulo a prime; written apart from the rule it checks."""
    for place, known in rows:
        factor = vector[place]
        if factor:
            vector = [(left - factor * right) % PRIME for left, right in zip(vector, known, strict=True)]
    return vector


def spanned(vectors: list[list[int]]) -> list[tuple[int, list[int]]]:
    rows: list[tuple[int, list[int]]] = []
    for vector in vectors:
        left = rest(vector, rows)
        place = next((n for n, value in enumerate(left) if value), None)
        if place is not None:
            inverse = pow(left[place], -1, PRIME)
            rows.append((place, [value * inverse % PRIME for value in left]))
    return rows


@pytest.mark.parametrize("by", ["province", "year"])
@settings(max_examples=100, deadline=None)
@given(places=PLACES, minimum=st.sampled_from([2, 3, 5]))
def test_whoever_knows_everything_shown_still_cannot_tell_a_small_group(
    by: By, places: list[tuple[int, ...]], minimum: int
) -> None:
    clients = table(places)
    totals = {cell: count for cell, count in clients.items() if cell.heading == TOTAL}
    inner = {cell: count for cell, count in clients.items() if cell.heading != TOTAL}
    covered = hide_options({COUNT: totals}, {COUNT: inner}, by, minimum)[COUNT]
    small = [cell for cell, count in clients.items() if 0 < count < minimum]
    assert set(small) <= set(covered)
    unknown = sorted(covered, key=str)
    headings = (TOTAL, *range(len(places)))
    sums = [each for heading in headings for each in sums_of_bases(heading)]
    sums += [each for heading in (headings if by == "province" else (TOTAL,)) for each in sums_along(heading)]
    sums += sums_across(range(len(places)), COLUMNS)
    told = spanned([[(cell in each.parts) - (cell == each.total) for cell in unknown] for each in sums])
    for cell in small:
        assert any(rest([int(cell == each) for each in unknown], told)), f"{cell} can be computed"


@settings(max_examples=50, deadline=None)
@given(places=PLACES, minimum=st.sampled_from([2, 3, 5]))
def test_the_totals_are_decided_alike_for_every_table(places: list[tuple[int, ...]], minimum: int) -> None:
    clients = table(places)
    totals = {cell: count for cell, count in clients.items() if cell.heading == TOTAL}
    inner = {cell: count for cell, count in clients.items() if cell.heading != TOTAL}
    alone = hide_options({COUNT: totals}, {}, "status", minimum)[COUNT]
    within = hide_options({COUNT: totals}, {COUNT: inner}, "province", minimum)[COUNT]
    assert {cell for cell in within if cell.heading == TOTAL} == set(alone)


def test_the_order_of_cells_does_not_matter() -> None:
    cells, total = row(north=2, river=5, coast=5, hills=5)
    turned = [dict(each) for each in (cells.items(), reversed(cells.items()))]
    answers = [hide(each, [Sum(total.total, tuple(reversed(total.parts)))], 3) for each in turned]
    assert all(left == right for left, right in pairwise(answers))
