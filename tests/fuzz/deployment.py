"""A small world behind a real port on loopback, on a loop of its own thread: what the fuzz asks over HTTP."""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openrecp.listening import serving
from tests.journeys.table import names_of
from tests.journeys.world import World, world

LIFTED = {"OPENRECP_DOOR_REQUESTS_PER_MINUTE": "10000000", "OPENRECP_DOOR_ANONYMOUS_PER_MINUTE": "10000000"}
"""One key asks as fast as it can: its limit has tests of its own."""
READY_WITHIN_S = 600.0


@dataclass
class Deployment:
    """Where it listens, the ids and facts of the side it is asked about, and each role's Authorization."""

    url: str
    names: dict[str, str]
    keys: dict[str, str]
    _loop: asyncio.AbstractEventLoop
    _world: World

    def failed(self) -> dict[str, Any]:
        """Deliveries that wait for an operator, by service, once everything has taken its effect."""
        return asyncio.run_coroutine_threadsafe(self._failed(), self._loop).result()

    async def _failed(self) -> dict[str, Any]:
        await self._world.house.settle()
        facts = {name: await each.facts() for name, each in self._world.house.house.running.items()}
        return {name: each["failed_deliveries"] for name, each in facts.items() if each["failed_deliveries"]}


class _Standing:
    """The thread it runs in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ready = threading.Event()
        self.deployment: Deployment | None = None
        self.close: Callable[[], object] = lambda: None
        self.fault: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name="deployment", daemon=True)

    def _run(self) -> None:
        try:
            asyncio.run(self._stand())
        except BaseException as fault:
            self.fault = fault
        finally:
            self.ready.set()

    async def _stand(self) -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        self.close = lambda: loop.call_soon_threadsafe(over.set)
        async with world(self.folder) as built:
            with socket.create_server(("127.0.0.1", 0)) as door:
                async with serving(built.house.house.gateway.app, door, *built.house.house.endings):
                    url = f"http://127.0.0.1:{door.getsockname()[1]}"
                    self.deployment = Deployment(url, _names(built), _keys(built), loop, built)
                    self.ready.set()
                    await over.wait()


def _names(built: World) -> dict[str, str]:
    return names_of(built.own, built.sides)


def _keys(built: World) -> dict[str, str]:
    people = {**built.centre, **built.own.people, "officer": built.own.officer}
    return {role: http.headers.get("Authorization", "") for role, http in people.items()}


@contextmanager
def standing(folder: Path) -> Iterator[Deployment]:
    """A deployment with everybody at work in it and no limit to how fast it may be asked."""
    before = {name: os.environ.get(name) for name in LIFTED}
    os.environ.update(LIFTED)
    it = _Standing(folder)
    it.thread.start()
    try:
        assert it.ready.wait(READY_WITHIN_S), "the deployment does not stand"
        if it.fault is not None:
            raise it.fault
        assert it.deployment is not None
        yield it.deployment
    finally:
        it.close()
        it.thread.join(READY_WITHIN_S)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
