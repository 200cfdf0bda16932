"""Every operation by every role on what is its own, another's and another territory's, against a table by hand."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from chassis.settings import ROOT
from tests.journeys.table import ROLES, Row, rows
from tests.journeys.world import World, world
from tests.walls.sheet import Sheet

pytestmark = pytest.mark.asyncio(loop_scope="module")
TABLE = rows()
CONFLICT = (409, 412)
OF_A_SIDE = ("client", "provider", "assessor")
Cell = tuple[World, Row, str, int]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(Path(tmp_path_factory.mktemp("world"))) as built:
        yield built


def _views(here: World) -> Iterator[tuple[World, tuple[str, ...]]]:
    """Every side as the own one, with who speaks for it: everybody for the first, then whoever is another there."""
    yield here, ROLES
    yield here.seen_from(1), OF_A_SIDE
    yield here.seen_from(2), ("officer", *OF_A_SIDE)
    yield here.seen_from(3), OF_A_SIDE


def _cells(views: Iterator[tuple[World, tuple[str, ...]]], *, reads: bool, admitted: bool) -> Iterator[Cell]:
    """The cells of a kind: a role that is refused everywhere is asked about its own side and one elsewhere."""
    for view, roles in views:
        first = roles is ROLES
        for row in TABLE:
            if (row.method == "GET") is not reads:
                continue
            for role in roles:
                everywhere = row.of_a_side and row.word(role) is not None
                places = range(len(view.sides)) if everywhere else _refused_places(row, role, first=first)
                for place in places:
                    if (row.refusal(role, view.sides, place) is None) is admitted:
                        yield view, row, role, place


def _refused_places(row: Row, role: str, *, first: bool) -> tuple[int, ...]:
    """A role as such is judged once, whoever speaks in it."""
    if not first:
        return () if row.word(role) is None else (0,)
    return (0, 3) if row.of_a_side and role != "nobody" else (0,)


async def test_the_table_and_the_permissions_name_the_same_operations() -> None:
    permissions = json.loads((ROOT / "contracts" / "permissions.json").read_text(encoding="utf-8"))
    declared = {
        (each["method"], "/".join("{}" if part.startswith("{") else part for part in each["path"].split("/")))
        for each in permissions
    }
    written = {row.operation for row in TABLE}
    assert declared - written == set(), "operations without a row"
    assert written - declared == set(), "rows without an operation"


async def test_what_a_role_may_read_it_reads_and_nothing_else(here: World) -> None:
    sheet = Sheet()
    for view, row, role, at in _cells(_views(here), reads=True, admitted=True):
        answer = await sheet.ask(view, row, role, at, "?limit=200" if row.shows else "")
        if answer.status_code != (404 if row.missing else 200):
            sheet.note(view, row, role, at, answer, "404" if row.missing else "200")
        if row.shows is not None:
            _compare_rows(sheet, view, row, role, answer)
    for view, row, role, at in _cells(_views(here), reads=True, admitted=False):
        answer = await sheet.ask(view, row, role, at)
        if answer.status_code != row.refusal(role, view.sides, at):
            sheet.note(view, row, role, at, answer, str(row.refusal(role, view.sides, at)))
    sheet.require("matrix, reads")


def _compare_rows(sheet: Sheet, view: World, row: Row, role: str, answer: httpx2.Response) -> None:
    """A list shows whatever the role may see, and no more."""
    word, sides = row.word(role), view.sides
    for at, side in enumerate(sides):
        near = side.province == sides[0].province
        expected = word == "all" or (word == "territory" and near) or (word == "own" and at == 0)
        if (side.ids[row.shows or ""] in answer.text) is not expected:
            sheet.note(view, row, role, at, answer, "the row" if expected else "no row")


async def test_a_refused_command_changes_nothing(here: World) -> None:
    sheet = Sheet()
    before = await _end(here)
    for view, row, role, at in _cells(_views(here), reads=False, admitted=False):
        answer = await sheet.ask(view, row, role, at)
        expected = row.refusal(role, view.sides, at)
        if answer.status_code != expected:
            sheet.note(view, row, role, at, answer, str(expected))
        if answer.headers["content-type"] != "application/problem+json" or not answer.json().get("code"):
            sheet.note(view, row, role, at, answer, "a problem with a code")
    sheet.require("matrix, refused commands")
    assert await _end(here) == before


async def _end(here: World) -> int:
    await here.house.settle()
    end: int = (await here.house.administrator.get("/v1/events", params={"after": "end"})).json()["end"]
    return end


async def test_an_admitted_command_is_not_refused_for_who_asks(here: World) -> None:
    sheet = Sheet()
    for view, row, role, at in _cells(iter([(here, ROLES)]), reads=False, admitted=True):
        answer = await sheet.ask(view, row, role, at)
        good = (404,) if row.missing else (200, 201, 202, *CONFLICT)
        if answer.status_code not in good:
            sheet.note(view, row, role, at, answer, " or ".join(map(str, good)))
    sheet.require("matrix, admitted commands")
    await here.house.settle()


async def test_the_feed_names_nobody(here: World) -> None:
    after, seen = 0, 0
    while True:
        page = (await here.house.administrator.get("/v1/events", params={"after": after, "limit": 200})).json()
        text = json.dumps(page["items"]).lower()
        assert [side.mark for side in here.sides if side.mark.lower() in text] == []
        after, seen = page["next"], seen + len(page["items"])
        if not page["items"]:
            break
    assert seen > 200
