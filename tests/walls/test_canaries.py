"""A canary of each owner, written once and searched in everything that is said to anybody else."""

import contextlib
import io
import tomllib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chassis.telemetry import configure_logs
from tests.journeys.table import ROLES, WORDS
from tests.journeys.world import World
from tests.walls.conftest import Written
from tests.walls.figures import figure
from tests.walls.places import Said, answers, events, exports, metrics, notices, pages

pytestmark = pytest.mark.asyncio(loop_scope="session")
BY_LINK = "link"


@dataclass(frozen=True)
class Canary:
    """A text of one side, whose it is, and which roles may read it where."""

    kind: str
    text: str
    at: int
    owner: str
    may: dict[str, str]

    def may_be_told(self, here: World, role: str, at: int | None) -> bool:
        """Whether this role, speaking for that side, may read it."""
        word = self.may.get(role)
        if word == "territory" and at is not None:
            return here.sides[at].province == here.sides[self.at].province
        return word == "all" or (word == "own" and at == self.at)


def canaries(here: World) -> list[Canary]:
    """Those of the table, for every side."""
    written = tomllib.loads((Path(__file__).parent / "canaries.toml").read_text(encoding="utf-8"))
    found = []
    for kind, facts in written.items():
        may = {role: facts[role] for role in (*ROLES, BY_LINK) if role in facts}
        assert set(facts) == {"text", "owner", *may}, kind
        assert set(may.values()) <= WORDS, kind
        for at, side in enumerate(here.sides):
            text = facts["text"].format(mark=side.mark).casefold()
            found.append(Canary(kind, text, at, facts["owner"], may))
    return found


class Search:
    """What was searched and found: leaks, and which role found which kind where it may."""

    def __init__(self, here: World) -> None:
        self.here, self.canaries = here, canaries(here)
        self.places = 0
        self.leaks: list[str] = []
        self.found: Counter[tuple[str, str]] = Counter()

    def look(self, said: Said) -> None:
        """Search one text for every canary."""
        self.places += 1
        text = said.text.casefold()
        for each in self.canaries:
            if each.text not in text:
                continue
            if each.may_be_told(self.here, said.role, said.at):
                self.found[each.kind, said.role] += 1
            else:
                whose = "" if said.at is None else f" of {self.here.sides[said.at].mark}"
                self.leaks.append(f"{said.role}{whose}, {said.where}: {each.kind}, {each.text!r}")

    def require(self, what: str) -> None:
        """Nothing leaked, and there was something to search."""
        figure(f"canaries in {what}: leaks", len(self.leaks), self.places * len(self.canaries), 0)
        assert self.places > 0
        assert not self.leaks, "\n".join(dict.fromkeys(self.leaks))


async def _search(here: World, said: AsyncIterator[Said]) -> Search:
    search = Search(here)
    async for each in said:
        search.look(each)
    return search


@contextlib.contextmanager
def _logged() -> Iterator[io.StringIO]:
    """What is logged meanwhile."""
    lines = io.StringIO()
    with contextlib.redirect_stderr(lines):
        configure_logs("debug")
    try:
        yield lines
    finally:
        configure_logs("debug")


async def test_no_answer_tells_anybody_what_is_anothers(to_read: World) -> None:
    with _logged() as lines:
        search = await _search(to_read, answers(to_read))
    search.require("answers")
    never = {(each.kind, role) for each in search.canaries for role in each.may} - set(search.found)
    assert not never, "whoever may read it has to find it, or the search shows nothing"
    _nothing_in(to_read, "log lines of reads", lines.getvalue().splitlines())


async def test_no_page_of_the_portal_tells_anybody_what_is_anothers(to_read: World) -> None:
    search = await _search(to_read, pages(to_read))
    search.require("pages of the portal")
    assert {role for _, role in search.found} >= {"client", "provider", "officer", "reviewer", "verifier"}


async def test_no_event_export_or_metric_names_anybody(to_read: World) -> None:
    for what, said in (("events", events), ("exports", exports), ("metrics", metrics)):
        (await _search(to_read, said(to_read))).require(what)


async def test_no_log_line_of_all_that_was_written_names_anybody(to_read: World, as_written: Written) -> None:
    _nothing_in(to_read, "log lines of writes", as_written.log.getvalue().splitlines())
    log = as_written.folder / "log.sqlite"
    assert log.exists()
    parts = [path.read_bytes().decode("utf-8", "replace") for path in as_written.folder.glob("log.sqlite*")]
    _nothing_in(to_read, "files of the event log", parts)


def _nothing_in(here: World, what: str, texts: Iterable[str]) -> None:
    search = Search(here)
    for text in texts:
        search.look(Said(what, text, "outside", None))
    search.require(what)


async def test_a_notice_tells_its_reader_nothing_of_others(to_read: World, as_written: Written) -> None:
    search = Search(to_read)
    for to, text in notices(as_written.folder / "notices"):
        role, at = _addressee(to_read, to)
        search.look(Said(f"notice to {to}", text, role, at))
    search.require("notices")


def _addressee(here: World, to: str) -> tuple[str, int | None]:
    """Whose address it is."""
    for at, side in enumerate(here.sides):
        mark = side.mark.lower()
        for address, role in ((f"{mark}.firm@", "provider"), (f"{mark}.trainee@", "trainee"), (f"{mark}@", "client")):
            if address in to.lower():
                return role, at
    return "outside", None
