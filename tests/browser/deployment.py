"""A played demo as a process of its own, with people who hold keys, for a real browser to visit."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx2

from openrecp.up import KEYS
from tests.kit.program import Program

Found = TypeVar("Found")
PATIENCE_S = 20.0
SETTINGS = {
    "OPENRECP_CLOCK": "settable",
    "OPENRECP_DOOR_ANONYMOUS_PER_MINUTE": "100000",  # one address visits everything
    "OPENRECP_DOOR_REQUESTS_PER_MINUTE": "100000",
}


class Person:
    """Somebody with a key, who speaks to the API directly: to prepare what pages will show, and to look behind them."""

    def __init__(self, url: str, key: str, facts: dict[str, Any]) -> None:
        self.key, self.facts = key, facts
        self._http = httpx2.Client(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=60.0,
            trust_env=False,
            limits=httpx2.Limits(max_keepalive_connections=0),  # the system may have been started anew in between
        )

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """An answer of a request that has to succeed."""
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        answer = self._http.request(method, path, headers={**headers, **options.pop("headers", {})}, **options)
        assert answer.status_code < 300, f"{method} {path} {options}: {answer.status_code} {answer.text[:800]}"
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        return self.ask("GET", path, params=query)

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(path, limit=200, **query)["items"]
        return found

    def post(self, path: str, body: Any = None) -> Any:
        return self.ask("POST", path, json=body)

    def put(self, path: str, body: Any) -> Any:
        return self.ask("PUT", path, json=body)

    def close(self) -> None:
        self._http.close()


@dataclass
class Deployment:
    """The running system: `people` by the names under which the demo hired them, and whoever is hired later."""

    program: Program
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.program.url

    def begin(self) -> None:
        """Start it; the first time the main job is played."""
        self.program.start()
        keys = json.loads((self.program.folder / KEYS).read_text(encoding="utf-8"))
        self.people = {name: Person(self.url, facts["key"], facts) for name, facts in keys.items()}

    def end(self) -> None:
        for each in self.people.values():
            each.close()
        self.program.kill()

    @contextmanager
    def copied(self, folder: Path, program: type[Program] = Program) -> "Iterator[Deployment]":
        """Another one that begins with the same data; this one stops for a moment."""
        self.program.stop()
        shutil.copytree(self.program.folder, folder)
        self.program.start()
        other = Deployment(program(folder, "--demo", **SETTINGS))
        try:
            other.begin()
            yield other
        finally:
            other.end()

    def hire(self, name: str, *roles: str, **facts: Any) -> Person:
        """A new key for somebody with these roles."""
        body = {"label": name, "roles": list(roles), **facts}
        made = self.people["administrator"].post("/v1/keys", body)
        self.people[name] = Person(self.url, made["key"], made)
        return self.people[name]

    @property
    def now(self) -> datetime:
        """Business time."""
        return datetime.fromisoformat(self.people["administrator"].get("/v1/clock")["now"])

    def day(self, days: int) -> str:
        """A date so many days from today."""
        found: date = (self.now + timedelta(days=days)).date()
        return found.isoformat()

    def advance(self, to: datetime) -> None:
        """Move business time on."""
        self.people["administrator"].post("/v1/clock/advance", {"to": to.isoformat()})

    @property
    def notices(self) -> list[str]:
        """What was written to people, the newest first."""
        files = (self.program.folder / "notices").glob("*.txt")
        newest = sorted(files, key=lambda each: each.stat().st_mtime_ns, reverse=True)
        return [each.read_text(encoding="utf-8") for each in newest]


def until(what: str, look: Callable[[], Found | None]) -> Found:
    """Look again and again until there is something."""
    end = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.05)
    return found


def played(folder: Path) -> Deployment:
    """A demo that was played in this folder and is up."""
    deployment = Deployment(Program(folder, "--demo", **SETTINGS))
    deployment.begin()
    return deployment
