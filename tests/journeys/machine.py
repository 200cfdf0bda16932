"""What lifecycle machines stand on: the whole house in a thread of its own, its feed watched after every step."""

import asyncio
import threading
from collections import Counter, defaultdict
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import httpx2
from hypothesis.stateful import RuleBasedStateMachine

from chassis.clock import new_id
from tests.journeys.world import START, Side, engage_firm, take_in
from tests.kit.house import OpenHouse, opened

T = TypeVar("T")
REFUSED = (401, 403, 404, 409, 422)
LANGUAGE = "en"


class Stand:
    """The house on an event loop of its own thread; `run` waits for a coroutine on it."""

    house: OpenHouse

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self._opened, self._closing = threading.Event(), asyncio.Event()
        self._keeping = asyncio.run_coroutine_threadsafe(self._keep(folder), self.loop)
        while not self._opened.wait(0.1):
            if self._keeping.done():
                self._keeping.result()
        self.run(self._cast())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self._closing.set)
        self._keeping.result(60)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _keep(self, folder: Path) -> None:
        async with opened(folder, at=START) as self.house:
            self._opened.set()
            await self._closing.wait()

    async def _cast(self) -> None:
        """A client and two firms that speak its language; another client and firm; and the centre's people."""
        officer = await self.house.hire("officer", provinces=["XA-R"])
        self.own = Side("Own", "XA-R", LANGUAGE, "GREEN-MILLS", officer)
        self.second = Side("Second", "XA-R", LANGUAGE, "GREEN-MILLS", officer)
        self.stranger = Side("Stranger", "XA-R", "fr", "GREEN-MILLS", officer)
        for side in (self.own, self.second, self.stranger):
            await take_in(self.house, side)
            await engage_firm(self.house, side)
        self.people: dict[str, httpx2.AsyncClient] = {
            "officer": officer,
            "officer elsewhere": await self.house.hire("officer", provinces=["XA-N"]),
            "client": self.own.people["client"],
            "stranger client": self.stranger.people["client"],
            "stranger firm": self.stranger.people["provider"],
            "stranger assessor": self.stranger.people["assessor"],
            "nobody": await self.house.with_key(None),
            "integrator": await self.house.hire("integrator", machine=True),
        }
        for role in ("reviewer", "verifier", "ministry"):
            self.people[role] = await self.house.hire(role)
        self.people["trainer"] = await self.house.hire("trainer", person_id=str(new_id()))
        await self.house.settle()


class Watched(RuleBasedStateMachine):
    """Every answer is an admission or a refusal with a code; every subject's events count up to its version."""

    stand: ClassVar[Stand]
    cursor: ClassVar[int] = 0
    sequences: ClassVar[dict[str, list[int]]] = defaultdict(list)
    commands: ClassVar[Counter[tuple[str, int]]] = Counter()

    def ask(self, who: httpx2.AsyncClient, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        answer = self.stand.run(who.request(method, path, json=body, **options))
        assert answer.status_code in (200, 201, *REFUSED), f"{method} {path}: {answer.status_code} {answer.text}"
        if answer.status_code >= 400:
            assert answer.json()["code"], answer.text
        return answer

    def show(self, who: httpx2.AsyncClient, path: str, **filters: Any) -> Any:
        answer = self.ask(who, "GET", path, params=filters)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        return answer.json()

    def command(
        self, who: httpx2.AsyncClient, path: str, body: Any = None, *, allowed: bool | None, method: str = "POST"
    ) -> httpx2.Response:
        """A command that the model allows or not (None: it cannot say); afterwards the house has settled."""
        answer = self.ask(who, method, path, body)
        admitted = answer.status_code in (200, 201)
        self.commands[_words(path), answer.status_code] += 1
        assert allowed is None or admitted is allowed, f"{path}: {answer.status_code} {answer.text}"
        self.stand.run(self.stand.house.settle())
        return answer

    def follow(self) -> None:
        """Read on in the feed: no subject has a gap or a double."""
        cls, feed = Watched, "/v1/events"
        while True:
            page = self.show(self.stand.house.administrator, feed, after=cls.cursor, limit=200)
            for event in page["items"]:
                cls.sequences[event["subject"]].append(int(event["sequence"]))
            cls.cursor = page["next"]
            if len(page["items"]) < 200:
                return

    def counted(self, thing: dict[str, Any], id: str) -> None:
        """A thing's version is the number of its events."""
        assert self.sequences[id] == list(range(1, thing["version"] + 1)), f"{id}: {self.sequences[id]}"


def _words(path: str) -> str:
    """`/v1/offers/01a2…/accept` → `offers accept`."""
    return " ".join(part for part in path.split("/")[2:] if "-" not in part or not part[0].isdigit())
