"""The main job and the real files through the separate services, some of them killed on the way."""

import asyncio
import json
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2

from chassis.settings import Settings
from deploy.local.postgres import free_port
from deploy.local.run import System, running
from deploy.local.topology import ROOT, read
from openrecp.import_real import Compared, bring_in, figures, published_events
from openrecp.play import play
from openrecp.services import NAMES
from openrecp.stage import Stage, Step, StepFailed
from openrecp.up import HISTORY

PATIENCE_S, AGAIN_S = 60.0, 0.2
SETTLED_WITHIN_S = 900.0
KILLED = {8: "matching", 14: "assessments-worker", 20: "exchange"}
"""Behind which step of the play a process dies, with the next one on its way."""


class Careful(httpx2.AsyncBaseTransport):
    """Repeats what was not answered, or not now, under the same Idempotency-Key, as the API asks of its clients."""

    def __init__(self) -> None:
        self._inner = httpx2.AsyncHTTPTransport()
        self.repeated = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                response = await self._inner.handle_async_request(request)
                if response.status_code not in (502, 503, 504) or time.monotonic() > until:
                    return response
                await response.aclose()
            except httpx2.TransportError:
                if time.monotonic() > until:
                    raise
            self.repeated += 1
            await asyncio.sleep(AGAIN_S)

    async def aclose(self) -> None:
        await self._inner.aclose()


@dataclass
class Outcome:
    """What was seen: the steps, who was killed, and every figure beside what it should be."""

    steps: list[Step] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    repeated: int = 0
    figures: list[Compared] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        return not self.differences and all(each.ok for each in self.steps)


async def demonstrate(files: Path | None, *, profile: str = "small", tell: Callable[[str], None] = print) -> Outcome:
    """Play in one process, then over the separate services with kills, and compare; then the real files."""
    tell("The main job in one process, to compare with:")
    alone = await in_one_process()
    tell(f"  {len(alone)} steps, {sum(each['ok'] for each in alone)} as they should be")
    with tempfile.TemporaryDirectory(prefix="openrecp-local-") as folder:
        async with separate(Path(folder), profile=profile, tell=tell) as system:
            outcome = Outcome()
            async with speaking(system) as (http, key):
                await play_with_kills(system, http, key, outcome, tell)
                outcome.differences += differences(alone, outcome.steps)
                if files is not None and outcome.is_right:
                    await import_with_a_kill(system, http, key, files, outcome, tell)
    return outcome


def separate(
    folder: Path, *, profile: str = "small", tell: Callable[[str], None] = print
) -> AbstractAsyncContextManager[System]:
    """The topology of a new deployment whose settable time begins two years back, on free ports."""
    settings = {
        "POSTGRES_PASSWORD": "of no use: the local server trusts loopback",
        "OPENRECP_PORT": str(free_port()),
        "OPENRECP_CLOCK": "settable",
        "OPENRECP_CLOCK_BEGINS": (datetime.now(UTC) - HISTORY).isoformat(),
        "OPENRECP_KAFKA": "kafka:9092" if profile == "full" else "",
    }
    return running(read(settings, folder / "volumes", profile=profile), folder, lasting=False, tell=tell)


@asynccontextmanager
async def speaking(system: System) -> AsyncIterator[tuple[httpx2.AsyncClient, str]]:
    """A careful client of the gateway, and the key of a first administrator."""
    made = await system.processes["gateway"].once("key", "administrator", "--json")
    address = system.address("gateway")
    async with httpx2.AsyncClient(base_url=address, timeout=60.0, trust_env=False, transport=Careful()) as http:
        yield http, json.loads(made)["key"]


async def in_one_process() -> list[dict[str, Any]]:
    """The steps of the play as `make demo` shows them."""
    command = (sys.executable, "-m", "openrecp", "demo", "--json")
    playing = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    told, _ = await playing.communicate()
    return [json.loads(line) for line in told.decode().splitlines()]


async def play_with_kills(
    system: System, http: httpx2.AsyncClient, key: str, outcome: Outcome, tell: Callable[[str], None]
) -> None:
    """The main job through the gateway; between two steps a process is killed while the next begins."""

    def after(step: Step) -> None:
        tell(f"{step.number:3}. {step.title} [{'ok' if step.ok else 'NOT AS IT SHOULD BE: ' + step.observed}]")
        name = KILLED.get(step.number)
        if name is not None:
            system.processes[name].signal(signal.SIGKILL)
            outcome.killed.append(name)

    stage = Stage(http, key, after)
    outcome.steps = stage.steps
    try:
        await play(stage)
    except StepFailed as failure:
        outcome.differences.append(str(failure))
    transport = http._transport
    outcome.repeated = transport.repeated if isinstance(transport, Careful) else 0


def differences(alone: list[dict[str, Any]], steps: list[Step]) -> list[str]:
    """Where the play went otherwise than in one process: its steps, what they expect, and the events in all."""
    found = []
    if [each["title"] for each in alone] != [each.title for each in steps]:
        found.append(f"{len(steps)} steps instead of {len(alone)}, or others")
    events = Counter(event for each in alone for event in each["events"])
    seen = Counter(event for each in steps for event in each.events)
    for name in sorted(events.keys() | seen.keys()):
        if events[name] != seen[name]:
            found.append(f"{name}: {seen[name]} instead of {events[name]}")
    return found


async def import_with_a_kill(
    system: System, http: httpx2.AsyncClient, key: str, files: Path, outcome: Outcome, tell: Callable[[str], None]
) -> None:
    """The real files beside what the play left; the process that takes them in is killed on the way."""
    http.headers["Authorization"] = f"Bearer {key}"
    await settled(system)
    before = {each.figure: each.shown async for each in _figures(system, http)}
    striking = asyncio.create_task(_strike(system, "assessments-worker", outcome, tell))
    failed = await bring_in(system.address("gateway"), key, files)
    await striking
    if failed is not None:
        outcome.differences.append(f"{failed.figure}: {failed.shown}")
        return
    await settled(system)
    async for each in _figures(system, http):
        grown = each.shown - before[each.figure]
        published = each.published if each.figure != "events in the feed" else _since(each, before)
        outcome.figures.append(Compared(each.figure, published, Decimal(grown) if each.published is None else grown))
    outcome.differences += [f"{each.figure}: {each.shown}" for each in outcome.figures if not each.is_right]


def _since(each: Compared, before: dict[str, int | Decimal]) -> int | None:
    return None if each.published is None else int(each.published - before[each.figure])


async def _strike(system: System, name: str, outcome: Outcome, tell: Callable[[str], None]) -> None:
    await asyncio.sleep(20)
    tell(f"  {name} is killed while it works on the import")
    system.processes[name].signal(signal.SIGKILL)
    outcome.killed.append(name)


async def _figures(system: System, http: httpx2.AsyncClient) -> AsyncIterator[Compared]:
    settings = Settings(database=system.parts["clients"].environment["OPENRECP_DATABASE"])
    async for each in figures(http, await published_events(settings)):
        yield each


async def settled(system: System) -> None:
    """Wait until every event has left its outbox and every worker has passed the end of its topics, twice in a row."""
    until, before = time.monotonic() + SETTLED_WITHIN_S, False
    async with httpx2.AsyncClient(timeout=10.0, trust_env=False) as http:
        while True:
            now = all([await _at_rest(http, system, name) for name in NAMES])
            if now and before:
                return
            before = now
            if time.monotonic() > until:
                raise TimeoutError(f"events are still on their way after {SETTLED_WITHIN_S:.0f} s")
            await asyncio.sleep(0.5)


async def _at_rest(http: httpx2.AsyncClient, system: System, name: str) -> bool:
    try:
        told = (await http.get(f"{system.address(f'{name}-worker')}/health/ready")).json()
    except httpx2.TransportError:
        return False
    details = told.get("details")
    return bool(details) and details["outbox"]["waiting"] == 0 and all(lag == 0 for lag in details["lag"].values())
