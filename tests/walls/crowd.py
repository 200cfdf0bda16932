"""A crowd of callers with a connection each: when they asked, what they were told, and how long it took."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import cast

import httptools

LOST = 0
"""The status of a request whose connection broke or that was not answered in time."""
PATIENCE_S = 30.0
IDLE_S = 2.0
"""A line that rested for longer is not used again: the other side lets go of it after five seconds."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: when it was due to be asked, how long it took from then, its status, and when to come again."""

    due_at: float
    took_s: float
    status: int
    retry_after_s: int | None


class Line(asyncio.Protocol):
    """One connection; one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, int | None]] | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._retry_after_s: int | None = None
        self.open = False
        self.rests_since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self.open = cast(asyncio.Transport, transport), True
        self._parser = httptools.HttpResponseParser(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        self._settle(LOST)

    def data_received(self, data: bytes) -> None:
        if self._parser is not None:
            self._parser.feed_data(data)

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after":
            self._retry_after_s = int(value)

    def on_message_complete(self) -> None:
        assert self._parser is not None
        self._settle(self._parser.get_status_code())

    def ask(self, request: bytes) -> "asyncio.Future[tuple[int, int | None]]":
        """Send the bytes of one request; its status and Retry-After."""
        assert self._transport is not None
        self._retry_after_s = None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _settle(self, status: int) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result((status, self._retry_after_s))


class Crowd:
    """Callers of one address. A line that broke is made anew."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: deque[Line] = deque()
        self._made: list[Line] = []

    async def ask(self, request: bytes, due_at: float | None = None) -> Told:
        """One request over a free line; the clock runs from when it was due."""
        due_at = time.perf_counter() if due_at is None else due_at
        line: Line | None = None
        try:
            async with asyncio.timeout(PATIENCE_S):
                line = await self._line()
                status, retry_after_s = await line.ask(request)
        except (TimeoutError, OSError):
            status, retry_after_s = LOST, None
        if line is not None:
            if status == LOST:
                line.close()
            else:
                line.rests_since = time.perf_counter()
                self._free.append(line)
        return Told(due_at, time.perf_counter() - due_at, status, retry_after_s)

    async def closed(self, callers: int, seconds: float, request: Callable[[], bytes]) -> list[Told]:
        """So many callers, each of whom asks again when it has its answer: what there is to be had."""
        end, told = time.perf_counter() + seconds, list[Told]()

        async def caller() -> None:
            while time.perf_counter() < end:
                told.append(await self.ask(request()))

        await asyncio.gather(*(caller() for _ in range(callers)))
        return told

    async def open(self, request: Callable[[], bytes], *phases: tuple[float, float]) -> list[Told]:
        """So many requests a second for so many seconds, phase by phase, whoever is still waiting: each counted from
        when it was due."""
        began = time.perf_counter()
        asking: list[asyncio.Task[Told]] = []
        for rate, seconds in phases:
            done = 0
            while (passed := time.perf_counter() - began) < seconds:
                for number in range(done, int(passed * rate)):
                    asking.append(asyncio.create_task(self.ask(request(), began + number / rate)))
                done = max(done, int(passed * rate))
                await asyncio.sleep(0.002)
            began += seconds
        return list(await asyncio.gather(*asking))

    def leave(self) -> None:
        """Hang up."""
        for line in self._made:
            line.close()
        self._free.clear()
        self._made.clear()

    async def _line(self) -> Line:
        while self._free:
            line = self._free.pop()
            if line.open and time.perf_counter() - line.rests_since < IDLE_S:
                return line
            line.close()
        _, made = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", self._port)
        self._made = [each for each in self._made if each.open] if len(self._made) > 5_000 else self._made
        self._made.append(made)
        return made


def good(told: Iterable[Told]) -> list[Told]:
    """Those that succeeded."""
    return [each for each in told if 200 <= each.status < 300]


def percentile_ms(told: Iterable[Told], share: float) -> float:
    """Milliseconds within which this share of the successes was answered."""
    took = sorted(each.took_s for each in good(told))
    return took[min(len(took) - 1, int(len(took) * share))] * 1_000 if took else float("inf")
