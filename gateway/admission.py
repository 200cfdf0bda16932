"""How much is worked on at once: a few more wait in fair turns, and the rest is told at once when to come again."""

import asyncio
import secrets
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from contracts.refusals import Refusal

COME_AGAIN_S = 4
"""Whoever is sent away comes again after one to four seconds, each after another: together they would meet again."""


class DoorIsBusy(Refusal):
    status = 503
    sentence = "More came than can be answered just now. Nothing was changed; please come again in {retry_after_s} s."


@dataclass(frozen=True, slots=True)
class Bounds:
    """`at_once` are worked on, `each` of them of one caller at most; `waiting` more stand in lines for `wait_s`."""

    at_once: int
    each: int
    waiting: int
    wait_s: float


class Admission:
    """A gate with a line for each caller. Whenever somebody leaves, the next line has its turn, so that one caller who
    sends very much waits for itself and for nobody else. Where all places to wait are taken, the longest line gives
    one up for a shorter one.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self._inside: Counter[str] = Counter()
        self._working = self._waiting = 0
        self._lines: dict[str, deque[asyncio.Future[bool]]] = {}

    @asynccontextmanager
    async def place(self, caller: str) -> AsyncIterator[None]:
        """A place inside; raises `DoorIsBusy` where there is none in time."""
        await self.enter(caller)
        try:
            yield
        finally:
            self.leave(caller)

    async def enter(self, caller: str) -> None:
        """Come in, perhaps after a while; raises `DoorIsBusy`. Whoever came in has to `leave`."""
        free = self._working < self.bounds.at_once and self._inside[caller] < self.bounds.each
        if free and caller not in self._lines:
            self._let_in(caller)
            return
        ticket = self._stand_in_line(caller)
        try:
            async with asyncio.timeout(self.bounds.wait_s):
                admitted = await ticket
        except BaseException as error:
            if ticket.done() and not ticket.cancelled() and ticket.result():
                self.leave(caller)  # called in at the very moment in which it went away
            else:
                self._withdraw(caller, ticket)
            if isinstance(error, TimeoutError):
                raise busy() from None
            raise
        if not admitted:
            raise busy()

    def leave(self, caller: str) -> None:
        """Make room for the next."""
        self._working -= 1
        self._inside[caller] -= 1
        if not self._inside[caller]:
            del self._inside[caller]
        while self._working < self.bounds.at_once and self._call_next():
            pass

    def _let_in(self, caller: str) -> None:
        self._working += 1
        self._inside[caller] += 1

    def _stand_in_line(self, caller: str) -> asyncio.Future[bool]:
        if self._waiting >= self.bounds.waiting:
            self._make_room(caller)
        ticket = asyncio.get_running_loop().create_future()
        self._lines.setdefault(caller, deque()).append(ticket)
        self._waiting += 1
        return ticket

    def full(self, caller: str) -> bool:
        """Whether all places to wait are taken, and no line is longer than the caller's own would be."""
        return self._waiting >= self.bounds.waiting and self._longest()[1] <= len(self._lines.get(caller, ())) + 1

    def _longest(self) -> tuple[str, int]:
        name = max(self._lines, key=lambda each: len(self._lines[each]), default="")
        return name, len(self._lines.get(name, ()))

    def _make_room(self, caller: str) -> None:
        """The last of the longest line goes; raises `DoorIsBusy` where that line is the caller's own."""
        if self.full(caller):
            raise busy()
        longest, _ = self._longest()
        last = self._lines[longest][-1]
        self._withdraw(longest, last)
        if not last.done():
            last.set_result(False)

    def _call_next(self) -> bool:
        """Call in the first of the next line that may send one in, and put the line behind the others."""
        caller = next((name for name in self._lines if self._inside[name] < self.bounds.each), None)
        if caller is None:
            return False
        line = self._lines.pop(caller)
        ticket = line.popleft()
        self._waiting -= 1
        if line:
            self._lines[caller] = line
        if not ticket.done():  # else it goes away at this moment
            self._let_in(caller)
            ticket.set_result(True)
        return True

    def _withdraw(self, caller: str, ticket: asyncio.Future[bool]) -> None:
        line = self._lines.get(caller, ())
        if ticket in line:
            self._lines[caller].remove(ticket)
            self._waiting -= 1
        if caller in self._lines and not self._lines[caller]:
            del self._lines[caller]


def busy() -> DoorIsBusy:
    """The refusal, with a moment of its own to come again."""
    return DoorIsBusy(retry_after_s=come_again_s())


def come_again_s() -> int:
    """After how many seconds somebody who is sent away may come again."""
    return 1 + secrets.randbelow(COME_AGAIN_S)
