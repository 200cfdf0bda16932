"""A stage for plays: people with keys act through the public API, and every step says what was expected and seen."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict, TypeVar, Unpack, cast

import httpx2

from api_client import Client, Trouble, models

Found = TypeVar("Found")
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


class WasRefused(StepFailed):
    """What a step did not ask for; `refused` tells those that it did."""

    def __init__(self, method: str, path: str, trouble: Trouble) -> None:
        super().__init__(f"{method} {path} was refused: {trouble}")
        self.trouble = trouble


class Actor(Client):
    """A person or machine with a key of its own (nobody has none): whatever is refused to them ends the play."""

    def __init__(self, http: httpx2.AsyncClient, name: str, key: str | None, facts: dict[str, Any]) -> None:
        super().__init__(http, key)
        self.name, self.facts = name, facts

    async def _ask(self, method: str, path: str, body: Any = None, **asked: Any) -> httpx2.Response:
        try:
            return await super()._ask(method, path, body, **asked)
        except Trouble as trouble:
            raise WasRefused(method, path, trouble) from trouble


async def refused(asked: Awaitable[Any]) -> tuple[int, str]:
    """Status and code of a refusal that a step expects."""
    try:
        answer = await asked
    except WasRefused as refusal:
        return refusal.trouble.status, refusal.trouble.code
    raise StepFailed(f"this was not refused: {answer}")


class Reach(TypedDict, total=False):
    """Whose key it is, and what it reaches."""

    person_id: str
    client_id: str
    provider_id: str
    provinces: list[str]
    programmes: list[str]
    machine: bool


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
        self.administrator = Actor(http, "administrator", administrator_key, {})
        self.nobody = Actor(http, "nobody", None, {})
        self.actors: dict[str, Actor] = {"administrator": self.administrator}
        self.steps: list[Step] = []
        self._tell, self._hired = tell, hired
        self._cursor: str | None = None
        self._seen: list[models.CloudEventOut] = []

    async def hire(self, name: str, *roles: models.Role, **reach: Unpack[Reach]) -> Actor:
        """Give a person a key with these roles."""
        body = cast(models.CreateKey, {"label": name, "roles": list(roles), **reach})  # Reach is a part of it
        made = await self.administrator.create_key(body)
        self.actors[name] = Actor(self.http, name, made["key"], dict(made))
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
            self._cursor = str((await self.administrator.list_events(after="end"))["end"])
            return
        page = await self.administrator.list_events(after=self._cursor, wait=wait, limit=200)
        self._seen += page["items"]
        self._cursor = str(page["next"])

    async def begin(self) -> None:
        """Read the feed from here on."""
        await self._read()

    async def now(self) -> datetime:
        """Business time."""
        return datetime.fromisoformat((await self.administrator.read_clock())["now"])

    async def advance(self, to: datetime) -> None:
        """Move business time on; deadlines that pass take their effect within seconds."""
        await self.administrator.advance_clock({"to": to.isoformat()})

    async def until(self, what: str, look: Callable[[], Awaitable[Found | None]]) -> Found:
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
