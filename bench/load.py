"""Whoever asks: a process of its own over raw connections, bounded in time and count, its own CPU told apart."""

import asyncio
import contextlib
import json
import re
import sys
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from bench.harness import Worked
from bench.processes import BESIDE, DidNotStart

MARK = b"0000000000000000"
"""Sixteen noughts in a request become a number of sixteen digits that no request before it had."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
PATIENCE_S = 15.0


@dataclass(frozen=True)
class Ask:
    """A request. `MARK` in path, headers or body makes each one unlike the others."""

    method: str
    path: str
    headers: Mapping[str, str] | None = None
    body: bytes = b""

    def raw(self) -> bytes:
        """The bytes of it."""
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in (self.headers or {}).items()]
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        elif self.method == "POST":
            lines.append("Content-Length: 0")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body


@dataclass(frozen=True)
class Answered:
    """What came back: waits in milliseconds, how many of each status, what asking itself cost."""

    seconds: float
    latencies_ms: Sequence[float]
    statuses: Mapping[int, int]
    cpu_us: float
    example: str

    @property
    def worked(self) -> Worked:
        """As the harness counts it."""
        return Worked(len(self.latencies_ms), self.latencies_ms, self.seconds)


class WasRefused(Exception):
    """Some answers were not what the figure counts."""


async def drive(
    port: int,
    asks: Sequence[Ask],
    *,
    seconds: float,
    connections: int = 16,
    rate: float | None = None,
    once: bool = False,
    expected: int = 200,
    core: int = BESIDE,
    first: int = 0,
) -> Answered:
    """Ask for some seconds, as fast as the connections are answered or at a fixed rate (waits then count from the
    moment a request was due). `once` sends each request no more than once. Raises `WasRefused` for other answers."""
    plan = {
        "port": port,
        "asks": [each.raw().decode("latin-1") for each in asks],
        "seconds": seconds,
        "connections": connections,
        "rate": rate,
        "once": once,
        "first": first or time.time_ns() // 1_000,
    }
    process = await asyncio.create_subprocess_exec(
        *("taskset", "-c", str(core), sys.executable, "-m", "bench.load"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(seconds + PATIENCE_S + 30):
            out, _ = await process.communicate(json.dumps(plan).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise DidNotStart("bench.load")
    told = json.loads(out)
    statuses = {int(status): count for status, count in told["statuses"].items()}
    answered = Answered(told["seconds"], told["latencies_ms"], statuses, told["cpu_us"], told["example"])
    if set(statuses) != {expected}:
        raise WasRefused(f"{statuses}; the first other one: {answered.example[:1_500]}")
    return answered


class _Sending:
    """The requests still to be sent, and what has come back."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.asks = deque(each.encode("latin-1") for each in plan["asks"])
        self.once: bool = plan["once"]
        self.number: int = plan["first"]
        self.ends = 0.0
        self.waits: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.example = b""

    def next(self) -> bytes | None:
        if not self.asks:
            return None
        ask = self.asks.popleft()
        if not self.once:
            self.asks.append(ask)
        self.number += 1
        unlike: bytes = ask.replace(MARK, b"%016d" % self.number)
        return unlike

    def count(self, status: int, began: float, answer: bytes) -> None:
        self.waits.append((time.perf_counter() - began) * 1_000)
        self.statuses[status] += 1
        if status >= 300 and not self.example:
            self.example = answer


class _Connection(asyncio.Protocol):
    """One connection with one request under way at a time."""

    def __init__(self, sending: _Sending, over: "asyncio.Event", *, by_itself: bool) -> None:
        self._sending, self._over, self._by_itself = sending, over, by_itself
        self._parts = b""
        self._began = 0.0
        self._wire: asyncio.Transport | None = None
        self.is_free = True
        self.due: deque[float] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast(asyncio.Transport, transport)
        if self._by_itself:
            self.ask()

    def ask(self, due: float | None = None) -> None:
        """Send the next request, or be done."""
        now = time.perf_counter()
        request = self._sending.next() if now < self._sending.ends else None
        if request is None or self._wire is None:
            self.is_free = True
            self._over.set()
            return
        self.is_free, self._began, self._parts = False, due or now, b""
        self._wire.write(request)

    def data_received(self, data: bytes) -> None:
        self._parts += data
        if not _is_whole(self._parts):
            return
        self._sending.count(int(self._parts[9:12]), self._began, self._parts)
        if self._by_itself:
            self.ask()
        elif self.due:
            self.ask(self.due.popleft())
        else:
            self.is_free = True

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.is_free:
            self._sending.count(0, self._began, b"the connection was closed")
        self._wire, self.is_free = None, True
        self._over.set()

    def close(self) -> None:
        if self._wire is not None:
            self._wire.close()


def _is_whole(answer: bytes) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    length = _LENGTH.search(answer, 0, head)
    if length is not None:
        return len(answer) >= head + 4 + int(length[1])
    if _CHUNKED.search(answer, 0, head):
        return answer.endswith(b"0\r\n\r\n")
    return True


async def _work(plan: Mapping[str, Any]) -> dict[str, Any]:
    loop, sending = asyncio.get_running_loop(), _Sending(plan)
    over = [asyncio.Event() for _ in range(plan["connections"])]
    by_itself = plan["rate"] is None
    cpu, began = time.process_time(), time.perf_counter()
    sending.ends = began + plan["seconds"]
    connections = []
    for end in over:
        connection = _Connection(sending, end, by_itself=by_itself)
        await loop.create_connection(partial(_same, connection), "127.0.0.1", plan["port"])
        connections.append(connection)
    if not by_itself:
        await _at_a_rate(connections, sending, plan["rate"])
        await _answered(connections, sending.ends + PATIENCE_S)
    else:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(plan["seconds"] + PATIENCE_S):
                await asyncio.gather(*(each.wait() for each in over))
    seconds = time.perf_counter() - began
    unanswered = sum(not each.is_free for each in connections)
    if unanswered:
        sending.statuses[0] += unanswered
    for each in connections:
        each.is_free = True
        each.close()
    count = max(1, len(sending.waits))
    return {
        "seconds": seconds,
        "latencies_ms": [round(each, 4) for each in sorted(sending.waits)],
        "statuses": dict(sending.statuses),
        "cpu_us": (time.process_time() - cpu) / count * 1_000_000,
        "example": sending.example.decode("latin-1"),
    }


def _same(connection: _Connection) -> _Connection:
    return connection


async def _answered(connections: Sequence[_Connection], until: float) -> None:
    while not all(each.is_free for each in connections) and time.perf_counter() < until:  # noqa: ASYNC110  a bench
        await asyncio.sleep(0.01)


async def _at_a_rate(connections: Sequence[_Connection], sending: _Sending, rate: float) -> None:
    """Each request at its moment, on a free connection; where none is free it waits its turn, and the wait counts."""
    due, number = time.perf_counter(), 0
    while due < sending.ends:
        pause = due - time.perf_counter()
        if pause > 0:
            await asyncio.sleep(pause)
        free = next((each for each in connections if each.is_free), None)
        if free is not None:
            free.ask(time.perf_counter() if pause > 0 else due)
        else:
            connections[number % len(connections)].due.append(due)
        number += 1
        due += 1 / rate


if __name__ == "__main__":
    import uvloop

    print(json.dumps(uvloop.run(_work(json.load(sys.stdin)))))
