"""Every position of an id in a body or filter, with ids of every side, against a table by hand."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.journeys.table import ROLES, Row, rows
from tests.journeys.world import World
from tests.walls.figures import figure
from tests.walls.positions import WRITTEN, Position, in_bodies, known
from tests.walls.sheet import Sheet

pytestmark = pytest.mark.asyncio(loop_scope="session")
CONFLICT = (409, 412)
OF_A_SIDE = ("client", "provider", "assessor", "nobody")
ALWAYS_IN_CONFLICT = {"make_offer shortlist_id", "make_offer provider_id"}
"""Where everybody's job has its open offer already: who may is told of that."""
OTHERS_FIRST = (3, 2, 1, 0)
"""Of the sides as seen from one's own: what succeeds with an own id must not stand in the way of another's refusal."""


def _views(here: World, role: str) -> Iterator[World]:
    """Who speaks in a role: one for each side, an officer for each territory, one for the whole centre."""
    places = range(4) if role in OF_A_SIDE else (0, 2) if role == "officer" else (0,)
    return (here.seen_from(at) for at in places)


async def test_the_table_has_every_position_that_the_document_knows() -> None:
    places = known()
    assert places["body"] == set(WRITTEN["bodies"]) | set(WRITTEN["elsewhere"])
    assert places["query"] == set(WRITTEN["filters"])
    in_paths = {row.name.partition(" ")[0] for row in rows() if "{" in row.path or "/admin/" in row.path}
    assert {place.partition(" ")[0] for place in places["path"]} - in_paths == set()
    count = sum(map(len, places.values()))
    figure("positions of ids in the table", count, count, count)


async def test_the_table_names_every_role_that_may_write_there() -> None:
    for position in in_bodies():
        may = {"nobody"} if position.row.public else set(position.row.may)
        assert set(position.answers) == may, position.row.name


async def test_an_id_in_a_body_gives_no_right_over_what_is_not_ones_own(to_write: World) -> None:
    sheet, done = Sheet(), set[str]()
    for position in in_bodies():
        for role in position.answers:
            for view in _views(to_write, role):
                for at in OTHERS_FIRST:
                    done |= await _ask(sheet, view, position, role, at)
        await to_write.house.settle()
    sheet.require("ids in bodies")
    may = {position.row.name for position in in_bodies() if "ok" in str(position.answers)}
    assert may - done == ALWAYS_IN_CONFLICT, "whoever may has to succeed, or a refusal shows nothing"


async def _ask(sheet: Sheet, view: World, position: Position, role: str, at: int) -> set[str]:
    """One request about the own side with the id of another there; the position, if it succeeded."""
    row = position.with_id(view.sides[at].ids[position.id])
    answer = await sheet.ask(view, row, role, 0)
    expected = position.answers[role][min(at, 2)]
    problem = answer.json().get("code") if answer.is_error else None
    good = answer.is_success or answer.status_code in CONFLICT
    if not (good if expected == "ok" else f"{answer.status_code} {problem}" == expected):
        sheet.note(view, replace(row, name=f"{row.name} of {view.sides[at].mark}"), role, 0, answer, expected)
    return {position.row.name} if answer.is_success else set()


async def test_a_filter_brings_ones_own_rows_and_never_anothers(to_read: World) -> None:
    sheet, with_rows = Sheet(), set()
    for row, place, thing in _filters():
        for role in (each for each in ROLES if row.word(each) is not None):
            for view in _views(to_read, role):
                for at, side in enumerate(view.sides):
                    answer = await sheet.ask(view, row, role, at, f"?{place}={side.ids[thing]}&limit=200")
                    if answer.status_code != 200:
                        sheet.note(view, row, role, at, answer, "200")
                    elif at == 0 and answer.json()["items"]:
                        with_rows.add(f"{row.name} {place}")
    sheet.require("ids in filters")
    assert with_rows == set(WRITTEN["filters"]), "a filter that nobody ever got a row by has shown nothing"


def _filters() -> Iterator[tuple[Row, str, str]]:
    of_name = {row.name: row for row in rows()}
    for name, thing in WRITTEN["filters"].items():
        operation, _, place = name.partition(" ")
        yield of_name[operation], place, thing
