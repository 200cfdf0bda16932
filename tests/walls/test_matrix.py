"""Every operation by every role on what is its own, another's and another territory's, against a table by hand."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio

from chassis.settings import ROOT
from tests.journeys.leaks import leaks
from tests.journeys.table import ROLES, Row, filled, names_of, rows, send
from tests.journeys.world import Side, World, world

pytestmark = pytest.mark.asyncio(loop_scope="module")
TABLE = rows()
FILTERS = ("client", "site", "provider", "need", "engagement", "assessment", "option")
CONFLICT = (409, 412)
Cell = tuple[Row, str, int]


class Sheet:
    """What was asked and seen: cells, those that are wrong, and leaks."""

    def __init__(self, at: World) -> None:
        self.at, self.cells = at, 0
        self.wrong: list[str] = []
        self.leaks: list[str] = []
        self.seen: Counter[int] = Counter()

    async def ask(self, row: Row, role: str, at: int, query: str = "") -> httpx2.Response:
        """One request; its answer is searched for what the role may not know."""
        side = self.at.sides[at]
        names = names_of(side, self.at.sides)
        answer = await send(_http(self.at, role), row, names, query)
        sent = f"{filled(row.path, names)} {query} {filled(row.body, names)}"
        headers = {name: value for name, value in answer.headers.items() if name != "correlation-id"}
        found = leaks(self.at, row, role, side, sent, f"{headers} {answer.text}")
        self.leaks += [f"{role}, {row.name}, {side.mark}: {each}" for each in found]
        self.cells += 1
        self.seen[answer.status_code] += 1
        return answer

    def note(self, row: Row, role: str, at: int, answer: httpx2.Response, expected: str) -> None:
        where = f"{role}, {row.method} {row.path}, {self.at.sides[at].mark}"
        self.wrong.append(f"{where}: {answer.status_code} instead of {expected}: {answer.text[:160]}")

    def require(self, what: str, capsys: pytest.CaptureFixture[str]) -> None:
        with capsys.disabled():
            print(f"\nmatrix, {what}: {self.cells} cells, {dict(self.seen)}, leaks {len(self.leaks)}")
        assert not self.leaks, "\n".join(self.leaks)
        assert not self.wrong, "\n".join(self.wrong)


def _http(at: World, role: str) -> httpx2.AsyncClient:
    if role == "officer":
        return at.own.officer
    return at.own.people[role] if role in at.own.people else at.centre[role]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(Path(tmp_path_factory.mktemp("world"))) as built:
        yield built


def _cells(at: list[Side], *, reads: bool, admitted: bool) -> Iterator[Cell]:
    """The cells of a kind: a role that is refused everywhere is asked about its own side and one elsewhere."""
    for row in TABLE:
        if (row.method == "GET") is not reads:
            continue
        for role in ROLES:
            everywhere = row.of_a_side and row.word(role) is not None
            places = range(len(at)) if everywhere else (0, 3) if row.of_a_side and role != "nobody" else (0,)
            for place in places:
                if (row.refusal(role, at, place) is None) is admitted:
                    yield row, role, place


async def test_the_table_and_the_permissions_name_the_same_operations() -> None:
    permissions = json.loads((ROOT / "contracts" / "permissions.json").read_text(encoding="utf-8"))
    declared = {
        (each["method"], "/".join("{}" if part.startswith("{") else part for part in each["path"].split("/")))
        for each in permissions
    }
    written = {row.operation for row in TABLE}
    assert declared - written == set(), "operations without a row"
    assert written - declared == set(), "rows without an operation"


async def test_what_a_role_may_read_it_reads_and_nothing_else(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = Sheet(here)
    for row, role, at in _cells(here.sides, reads=True, admitted=True):
        answer = await sheet.ask(row, role, at, "?limit=200" if row.shows else "")
        if answer.status_code != (404 if row.missing else 200):
            sheet.note(row, role, at, answer, "404" if row.missing else "200")
        if row.shows is not None:
            _compare_rows(sheet, row, role, answer)
    for row, role, at in _cells(here.sides, reads=True, admitted=False):
        answer = await sheet.ask(row, role, at)
        if answer.status_code != row.refusal(role, here.sides, at):
            sheet.note(row, role, at, answer, str(row.refusal(role, here.sides, at)))
    sheet.require("reads", capsys)


def _compare_rows(sheet: Sheet, row: Row, role: str, answer: httpx2.Response) -> None:
    """A list shows whatever the role may see, and no more."""
    word, sides = row.word(role), sheet.at.sides
    for at, side in enumerate(sides):
        near = side.province == sides[0].province
        expected = word == "all" or (word == "territory" and near) or (word == "own" and at == 0)
        if (side.ids[row.shows or ""] in answer.text) is not expected:
            sheet.note(row, role, at, answer, "the row" if expected else "no row")


async def test_no_filter_of_a_list_brings_a_foreign_row(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = Sheet(here)
    foreign = [(at, side) for at, side in enumerate(here.sides) if at in (1, 2)]
    for row in (each for each in TABLE if each.shows is not None):
        for role in (role for role in ROLES if row.word(role) in ("own", "territory")):
            for at, side in foreign:
                for name in FILTERS:
                    answer = await sheet.ask(row, role, at, f"?{name}_id={side.ids[name]}")
                    if answer.status_code not in (200, 422):  # a list refuses a filter it does not know
                        sheet.note(row, role, at, answer, "200 or 422")
    sheet.require("filters", capsys)


async def test_a_refused_command_changes_nothing(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = Sheet(here)
    before = await _end(here)
    for row, role, at in _cells(here.sides, reads=False, admitted=False):
        answer = await sheet.ask(row, role, at)
        expected = row.refusal(role, here.sides, at)
        if answer.status_code != expected:
            sheet.note(row, role, at, answer, str(expected))
        if answer.headers["content-type"] != "application/problem+json" or not answer.json().get("code"):
            sheet.note(row, role, at, answer, "a problem with a code")
    sheet.require("refused commands", capsys)
    assert await _end(here) == before


async def _end(here: World) -> int:
    await here.house.settle()
    end: int = (await here.house.administrator.get("/v1/events", params={"after": "end"})).json()["end"]
    return end


async def test_an_admitted_command_is_not_refused_for_who_asks(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = Sheet(here)
    for row, role, at in _cells(here.sides, reads=False, admitted=True):
        answer = await sheet.ask(row, role, at)
        good = (404,) if row.missing else (200, 201, 202, *CONFLICT)
        if answer.status_code not in good:
            sheet.note(row, role, at, answer, " or ".join(map(str, good)))
    sheet.require("admitted commands", capsys)
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
