"""What was asked and seen of the walls: cells, those that are wrong, and what leaked."""

from collections import Counter

import httpx2

from tests.journeys.leaks import leaks
from tests.journeys.table import Row, filled, names_of, send
from tests.journeys.world import World
from tests.walls.figures import figure


def http_of(at: World, role: str) -> httpx2.AsyncClient:
    """Whoever speaks in a role: for the own side, or for the centre."""
    if role == "officer":
        return at.own.officer
    return at.own.people[role] if role in at.own.people else at.centre[role]


class Sheet:
    """Cells of one kind: each is a request of a role about a side, seen from the own side of a world."""

    def __init__(self) -> None:
        self.cells = 0
        self.wrong: list[str] = []
        self.leaks: list[str] = []
        self.seen: Counter[int] = Counter()

    async def ask(self, world: World, row: Row, role: str, at: int, query: str = "", **ids: str) -> httpx2.Response:
        """One request, with these ids instead of the side's; its answer is searched for what the role may not know."""
        side = world.sides[at]
        names = names_of(side, world.sides) | ids
        answer = await send(http_of(world, role), row, names, query)
        sent = f"{filled(row.path, names)} {query} {filled(row.body, names)} {filled(row.form, names)}"
        headers = {name: value for name, value in answer.headers.items() if name != "correlation-id"}
        found = leaks(world, row, role, side, sent, f"{headers} {answer.text}")
        self.leaks += [f"{role} of {world.own.mark}, {row.name} {query}, {side.mark}: {each}" for each in found]
        self.cells += 1
        self.seen[answer.status_code] += 1
        return answer

    def note(self, world: World, row: Row, role: str, at: int, answer: httpx2.Response, expected: str) -> None:
        """A cell that is wrong."""
        where = f"{role} of {world.own.mark}, {row.name}, {row.method} {row.path}, {world.sides[at].mark}"
        self.wrong.append(f"{where}: {answer.status_code} instead of {expected}: {answer.text[:160]}")

    def require(self, what: str) -> None:
        """No cell is wrong and nothing leaked."""
        print(f"walls, {what}: {dict(self.seen)}")
        figure(f"{what}: cells as written by hand", self.cells - len(self.wrong), self.cells, self.cells)
        figure(f"{what}: leaks", len(self.leaks), self.cells, 0)
        assert not self.leaks, "\n".join(self.leaks)
        assert not self.wrong, "\n".join(self.wrong)
