"""A load client as a careful integrator writes one: a pace, keys that are kept, the unknown asked again until known."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from chassis.clock import new_id
from tests.chaos.history import History, Operation

AGAIN_S, KNOWN_WITHIN_S, ANSWER_WITHIN_S = 0.25, 180.0, 20.0
IDLE_S = 2.0  # no connection is used again that has rested longer: servers close them after five seconds
NOT_NOW = frozenset({429, 503})
UNCLEAR = frozenset({500, 502, 504})


class NeverKnown(Exception):
    """What became of an operation could not be learned for very long."""


class Pace:
    """So many operations a second, whoever comes: none waits for another's answer, all wait for their turn."""

    def __init__(self, per_second: float) -> None:
        self._every_s = 1.0 / per_second
        self._next = time.monotonic()

    async def turn(self) -> None:
        self._next = max(self._next + self._every_s, time.monotonic() - 1.0)
        await asyncio.sleep(max(0.0, self._next - time.monotonic()))


@dataclass(frozen=True)
class Answer:
    """What was answered in the end."""

    status: int
    body: dict[str, Any]
    version: int

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class Person:
    """Somebody with a key."""

    load: "Load"
    key: str
    ids: dict[str, str] = field(default_factory=dict)

    async def post(self, path: str, body: Any = None) -> Answer:
        return await self.load.write(self.key, "POST", path, body)

    async def patch(self, path: str, body: Any, version: int) -> Answer:
        return await self.load.write(self.key, "PATCH", path, body, {"If-Match": f'"{version}"'})

    async def get(self, path: str, **params: Any) -> dict[str, Any]:
        return await self.load.look(self.key, path, params)


class Load:
    """Writes through the gateway and keeps the history."""

    def __init__(self, address: str, history: History, *, per_second: float) -> None:
        self.history, self.pace = history, Pace(per_second)
        self.ending = asyncio.Event()
        self.http = httpx2.AsyncClient(
            base_url=address,
            timeout=httpx2.Timeout(ANSWER_WITHIN_S, connect=3.0),
            limits=httpx2.Limits(max_connections=100, keepalive_expiry=IDLE_S),
            trust_env=False,
        )

    async def close(self) -> None:
        await self.http.aclose()
        self.history.close()

    def new_key(self) -> str:
        return f"chaos-{new_id()}"

    async def write(
        self, who: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One operation: sent again under its key until it is known what became of it."""
        await self.pace.turn()
        operation = self.history.begin(method, path, self.new_key())
        until = time.monotonic() + KNOWN_WITHIN_S
        while time.monotonic() < until:
            known = await self._attempt(operation, who, body, headers or {})
            if known is not None:
                operation.took_s = time.time() - operation.began_at
                return known
            await asyncio.sleep(AGAIN_S)
        raise NeverKnown(f"{method} {path} under {operation.key}, last {operation.status}")

    async def _attempt(self, operation: Operation, who: str, body: Any, headers: dict[str, str]) -> Answer | None:
        operation.attempts += 1
        sent = {"Authorization": f"Bearer {who}", "Idempotency-Key": operation.key, **headers}
        try:
            answer = await self.http.request(operation.method, operation.path, json=body, headers=sent)
        except httpx2.ConnectError:
            self._failed(operation, "no connection", known="fail")
            return None
        except httpx2.TransportError as error:
            self._failed(operation, type(error).__name__, known="unknown")
            return None
        operation.status = answer.status_code
        if answer.status_code in NOT_NOW or answer.status_code in UNCLEAR:
            how = f"{answer.status_code} {answer.text[:200]}"
            self._failed(operation, how, known="fail" if answer.status_code in NOT_NOW else "unknown")
            return None
        return self._known(operation, answer)

    def _failed(self, operation: Operation, how: str, *, known: Any) -> None:
        self.history.failed(operation.method, operation.path, how)
        self.history.tell(operation, known, how)

    def _known(self, operation: Operation, answer: httpx2.Response) -> Answer:
        body = answer.json() if answer.content else {}
        version = int(answer.headers.get("ETag", '"0"').strip('"'))
        if answer.status_code < 300:
            operation.id, operation.version = str(next(iter(body.values()), "")), version
        else:
            operation.code = body.get("code", "")
        self.history.tell(operation, "ok" if answer.status_code < 300 else "fail", str(answer.status_code))
        return Answer(answer.status_code, body, version)

    async def look(self, who: str, path: str, params: dict[str, Any]) -> dict[str, Any]:
        """A read, repeated until it is answered."""
        until = time.monotonic() + KNOWN_WITHIN_S
        while time.monotonic() < until:
            how = ""
            try:
                answer = await self.http.get(path, params=params, headers={"Authorization": f"Bearer {who}"})
                if answer.status_code == 200:
                    found: dict[str, Any] = answer.json()
                    return found
                how = f"{answer.status_code} {answer.text[:200]}"
            except httpx2.TransportError as error:
                how = type(error).__name__
            self.history.failed("GET", path, how)
            await asyncio.sleep(AGAIN_S)
        raise NeverKnown(f"GET {path}")

    async def for_ever(self, story: Callable[[], Awaitable[None]]) -> None:
        """Tell a story again and again until the load ends."""
        while not self.ending.is_set():
            await story()


def dice(seed: int, *more: object) -> random.Random:
    """A die of its own for each purpose, all from one seed."""
    return random.Random(f"{seed} {more}")
