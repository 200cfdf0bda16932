"""A stage for plays: people with keys act through the public API, and every step says what was expected and seen."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx2

PATIENCE_S = 20.0


class StepFailed(Exception):
    """A step went otherwise than expected; the play ends here."""


@dataclass
class Step:
    """One step of a play: what should happen, what did, and which events moved."""

    number: int
    title: str
    expected: str
    observed: str = ""
    events: list[str] = field(default_factory=list)
    ok: bool = False
    took_s: float = 0.0


class Actor:
    """A person or machine with a key of its own."""

    def __init__(self, stage: "Stage", name: str, key: str, facts: dict[str, Any]) -> None:
        self.stage, self.name, self.key, self.facts = stage, name, key, facts

    async def ask(self, method: str, path: str, body: Any = None, *, expect: int | None = None, **options: Any) -> Any:
        """Send a request and give the answer's JSON; any other status than expected ends the play."""
        answer = await self.send(method, path, body, **options)
        wanted = expect if expect is not None else (201 if method == "POST" and path.count("/") == 2 else 200)
        if answer.status_code != wanted:
            raise StepFailed(f"{method} {path} answered {answer.status_code} instead of {wanted}: {answer.text[:500]}")
        return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text

    async def send(self, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        if method != "GET":
            headers.setdefault("Idempotency-Key", self.stage.new_idempotency_key())
        return await self.stage.http.request(method, path, json=body, headers=headers, **options)

    async def get(self, path: str, **params: Any) -> Any:
        return await self.ask("GET", path, params=params)

    async def post(self, path: str, body: Any = None, *, expect: int | None = None) -> Any:
        return await self.ask("POST", path, body, expect=expect)

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and code of a refusal."""
        answer = await self.send(method, path, body)
        if answer.status_code < 400:
            raise StepFailed(f"{method} {path} was not refused: {answer.status_code}")
        return answer.status_code, answer.json()["code"]


class Stage:
    """Actors, the settable clock and the feed of a running system; collects the steps."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        administrator_key: str,
        tell: Callable[[Step], None],
        hired: Callable[[], None] = lambda: None,
    ) -> None:
        self.http = http
        self.administrator = Actor(self, "administrator", administrator_key, {})
        self.actors: dict[str, Actor] = {"administrator": self.administrator}
        self.steps: list[Step] = []
        self._tell, self._hired = tell, hired
        self._cursor: str | None = None
        self._seen: list[dict[str, Any]] = []
        self._keys = 0
        self._run = f"{time.time_ns():x}"

    def new_idempotency_key(self) -> str:
        self._keys += 1
        return f"play-{self._run}-{self._keys}"

    async def hire(self, name: str, *roles: str, **facts: Any) -> Actor:
        """Give a person a key with these roles."""
        body = {"label": name, "roles": list(roles), **facts}
        made = await self.administrator.post("/v1/keys", body)
        self.actors[name] = Actor(self, name, made["key"], made)
        self._hired()
        return self.actors[name]

    async def step(self, title: str, expected: str, act: Callable[[], Any], events: Sequence[str] = ()) -> Any:
        """Act, wait until the expected events have moved, and keep what was observed.

        `act` returns the observation in words, or a pair of it and a value for later steps.
        """
        step = Step(len(self.steps) + 1, title, expected)
        self.steps.append(step)
        began, value = time.perf_counter(), None
        try:
            result = await act()
            step.observed, value = result if isinstance(result, tuple) else (str(result), None)
            await self.moved(events)
            step.ok = True
        except StepFailed as failure:
            step.observed = f"{step.observed} {failure}".strip()
            raise
        except (KeyError, IndexError, TypeError, ValueError, httpx2.HTTPError) as odd:
            step.observed = f"{step.observed} the answer was not as it should be: {odd!r}".strip()
            raise StepFailed(step.observed) from odd
        finally:
            await self._read()
            step.events = [_short(each["type"]) for each in self._seen]
            self._seen = []
            step.took_s = round(time.perf_counter() - began, 3)
            self._tell(step)
        return value

    async def moved(self, types: Sequence[str]) -> None:
        """Wait until so many events of these types have come over the feed within this step."""
        end = time.monotonic() + PATIENCE_S
        while missing := Counter(types) - Counter(_short(seen["type"]) for seen in self._seen):
            if time.monotonic() > end:
                raise StepFailed(f"these events did not come: {', '.join(missing)}")
            await self._read(wait=2)

    async def _read(self, wait: int = 0) -> None:
        if self._cursor is None:
            self._cursor = str((await self.administrator.get("/v1/events", after="end"))["end"])
            return
        page = await self.administrator.get("/v1/events", after=self._cursor, wait=wait, limit=200)
        self._seen += page["items"]
        self._cursor = str(page["next"])

    async def begin(self) -> None:
        """Read the feed from here on."""
        await self._read()

    async def now(self) -> datetime:
        """Business time."""
        return datetime.fromisoformat((await self.administrator.get("/v1/clock"))["now"])

    async def advance(self, to: datetime) -> None:
        """Move business time on; deadlines that pass take their effect within seconds."""
        await self.administrator.post("/v1/clock/advance", {"to": to.isoformat()}, expect=200)

    async def until(self, what: str, look: Callable[[], Any]) -> Any:
        """Wait until a look at the system gives something."""
        end = time.monotonic() + PATIENCE_S
        while True:
            found = await look()
            if found:
                return found
            if time.monotonic() > end:
                raise StepFailed(f"{what} did not come about")
            await asyncio.sleep(0.05)


def check(condition: bool, otherwise: str) -> None:
    """What a step relies on; a play has no bare assertions, each says what it saw."""
    if not condition:
        raise StepFailed(otherwise)


def _short(event_type: str) -> str:
    """`org.openrecp.matching.offer_made.v1` → `offer_made`."""
    return event_type.split(".")[3]
