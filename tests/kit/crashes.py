"""Killing a system at random moments under a client that repeats what was not answered and keeps its own ledger."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from chassis.clock import new_id
from tests.kit.program import Program

SOON_S = (0.012, 0.08)  # strikes before the commit of a request and just after it, or while its events travel
STARTING_S = 0.9
KEYS = "/v1/keys"


@dataclass(frozen=True, order=True)
class Moment:
    """Kill so many seconds after a mark is passed, and perhaps once more while it starts again."""

    mark: int
    after_s: float
    again_after_s: float | None = None


def moments(dice: random.Random, kills: int, length: int) -> list[Moment]:
    """So many kills, one in each of as many equal parts of the whole length; one in five strikes the next start."""
    struck, found = 0, []
    while struck < kills:
        twice = kills - struck > 1 and dice.random() < 0.2
        struck += 1 + twice
        again = dice.uniform(0, STARTING_S) if twice else None
        found.append((dice.uniform(0, dice.choice(SOON_S)), again))
    marks = [int(length * (part + dice.random()) / len(found)) for part in range(len(found))]
    return [Moment(max(mark, 1), *rest) for mark, rest in zip(marks, found, strict=True)]


class Killer:
    """Kills the program when a mark is passed and starts it again; `settled` waits until it is up."""

    def __init__(
        self, program: Program, when: Iterable[Moment], meanwhile: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self.program, self._when, self._meanwhile = program, sorted(when), meanwhile
        self._busy = asyncio.Lock()
        self._strikes: list[asyncio.Task[None]] = []
        self.kills = 0

    @property
    def left(self) -> int:
        return len(self._when)

    def passed(self, mark: int) -> None:
        """The work has come so far."""
        if self._when and mark >= self._when[0].mark:
            self._strikes.append(asyncio.create_task(self._strike(self._when.pop(0))))

    async def _strike(self, moment: Moment) -> None:
        await asyncio.sleep(moment.after_s)
        async with self._busy:
            await self._kill()
            if moment.again_after_s is not None:
                self.program.spawn()
                await asyncio.sleep(moment.again_after_s)
                await self._kill()
            if self._meanwhile is not None:
                await self._meanwhile()
            await asyncio.to_thread(self.program.start)

    async def _kill(self) -> None:
        self.kills += 1
        await asyncio.to_thread(self.program.kill)

    async def settled(self) -> None:
        """Every strike that was under way is over and the program is up; a strike that failed is told."""
        await asyncio.gather(*self._strikes)


@dataclass(frozen=True)
class Acknowledged:
    """A write that was answered: whoever sent it may rely on it from here on."""

    method: str
    path: str
    authorization: str
    status: int
    answer: dict[str, Any]
    location: str | None
    attempts: int


@dataclass
class Ledger:
    """What the client knows of its own, beside the system."""

    acknowledged: list[Acknowledged] = field(default_factory=list)
    unknown: int = 0
    writes: int = 0

    def made(self, path: str, name: str) -> set[str]:
        """The ids of everything created under a path."""
        return {each.answer[name] for each in self.acknowledged if each.path == path and each.status == 201}

    def times(self, path_end: str) -> int:
        """How many acknowledged writes ended so."""
        return sum(each.path.endswith(path_end) for each in self.acknowledged)


class Patient(httpx2.AsyncBaseTransport):
    """Repeats each request under its own Idempotency-Key until it is answered, as a careful client does."""

    def __init__(self, ledger: Ledger, killer: Killer, *, writes_are_marks: bool) -> None:
        self.ledger, self._killer, self._writes_are_marks = ledger, killer, writes_are_marks
        self._inner = httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        if request.method == "GET":
            return (await self._answered(request))[0]
        request.headers.setdefault("Idempotency-Key", f"crash-{new_id()}")
        self.ledger.writes += 1
        if self._writes_are_marks:
            self._killer.passed(self.ledger.writes)
        response, attempts = await self._answered(request)
        self._note(request, response, attempts)
        if request.url.path == KEYS and response.status_code == 201 and response.json()["key"] is None:
            return await self._hire_again(request, response.json())
        return response

    async def _answered(self, request: httpx2.Request) -> tuple[httpx2.Response, int]:
        attempts = 0
        while True:
            attempts += 1
            try:
                response = await self._inner.handle_async_request(request)
                await response.aread()
                return response, attempts
            except httpx2.TransportError:
                kills = self._killer.kills
                if attempts == 1 and request.method != "GET":
                    self.ledger.unknown += 1
                await self._killer.settled()
                if attempts > 5 and kills == self._killer.kills:
                    raise

    def _note(self, request: httpx2.Request, response: httpx2.Response, attempts: int) -> None:
        if 200 <= response.status_code < 300:
            self.ledger.acknowledged.append(
                Acknowledged(
                    request.method,
                    request.url.path,
                    request.headers["Authorization"],
                    response.status_code,
                    response.json(),
                    response.headers.get("Location"),
                    attempts,
                )
            )

    async def _hire_again(self, request: httpx2.Request, made: dict[str, Any]) -> httpx2.Response:
        """The text of the key got lost with its answer: a further key of the same principal replaces it."""
        body = {"label": made["label"], "principal_id": made["principal_id"]}
        headers = {"Authorization": request.headers["Authorization"], "Content-Type": "application/json"}
        again = httpx2.Request("POST", request.url, headers=headers, content=json.dumps(body).encode())
        return await self.handle_async_request(again)

    async def aclose(self) -> None:
        await self._inner.aclose()
