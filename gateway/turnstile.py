"""Before the door: whoever would be sent away in any case is sent away here, at a fraction of what a look costs."""

import time
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.clock import new_id
from chassis.http import problem
from chassis.telemetry import requests_s
from gateway.admission import DoorIsBusy, come_again_s
from gateway.gates import Gates, address_of
from gateway.headers import ALWAYS
from gateway.keyring import Keyring
from gateway.limits import Limits, TooManyRequests

log = structlog.get_logger()
TOLD_EVERY_S = 1.0


class Turnstile:
    """Knows three things by heart: whose key it is, whether its minute is used up, and whether its line is full.

    It never lets in whom the door would refuse: whatever it does not know goes on to the door. What a refusal costs
    decides how much good work is left when three times as much comes as can be done.
    """

    def __init__(self, app: ASGIApp, *, keyring: Keyring, limits: Limits, gates: Gates) -> None:
        self._app, self._keyring, self._limits, self._gates = app, keyring, limits, gates
        self._untold: Counter[str] = Counter()
        self._told_at = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope) if scope["type"] == "http" and scope["path"].startswith("/v1/") else None
        if answer is None:
            await self._app(scope, receive, send)
            return
        self._count(answer)
        headers = [*answer.headers, (b"correlation-id", str(new_id()).encode())]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})

    def _answer(self, scope: Scope) -> "Answer | None":
        bearer = self._keyring.known(scope["headers"])
        if bearer is not None:
            caller = str(bearer.key_id)
            spent = self._limits.spent("key", caller)
            if spent is None:
                return _busy(come_again_s()) if self._gates.full(scope["path"], caller) else None
        elif any(name == b"authorization" for name, _ in scope["headers"]):
            return None  # it may be a good key that was not asked for lately
        else:
            spent = self._limits.spent("address", address_of(scope))
        return None if spent is None else _used_up(spent.limit, spent.left_s, tuple(spent.headers))

    def _count(self, answer: "Answer") -> None:
        """In the figures one by one, in the log once a second: a flood must not become a flood of lines."""
        requests_s.labels("gateway", "turned_away", str(answer.status)).observe(0.0)
        self._untold[answer.code] += 1
        now = time.monotonic()
        if now - self._told_at > TOLD_EVERY_S:
            log.warning("turned_away", service="gateway", times=dict(self._untold))
            self._untold.clear()
            self._told_at = now


@dataclass(frozen=True, slots=True)
class Answer:
    """A refusal, written once for all whom it meets."""

    status: int
    code: str
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @classmethod
    def of(cls, refusal: TooManyRequests | DoorIsBusy, *headers: tuple[bytes, bytes]) -> "Answer":
        response = problem(refusal)
        response.headers["Retry-After"] = str(refusal.params["retry_after_s"])
        return cls(refusal.status, refusal.code, (*response.raw_headers, *ALWAYS, *headers), bytes(response.body))


@lru_cache(maxsize=64)
def _busy(retry_after_s: int) -> Answer:
    return Answer.of(DoorIsBusy(retry_after_s=retry_after_s))


@lru_cache(maxsize=256)
def _used_up(limit: int, left_s: int, headers: tuple[tuple[bytes, bytes], ...]) -> Answer:
    return Answer.of(TooManyRequests(limit=limit, retry_after_s=left_s), *headers)
