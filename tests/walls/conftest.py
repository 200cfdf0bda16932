"""Two worlds that the walls' tests share, everybody at work in them: one to read only, one to write in."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.telemetry import configure_logs
from tests.journeys.world import World, done, world


@dataclass(frozen=True)
class Written:
    """What a deployment has written down by itself: its log lines while the world came about, and its folder."""

    folder: Path
    log: io.StringIO = field(default_factory=io.StringIO)


@asynccontextmanager
async def _at_work(folder: Path) -> AsyncIterator[World]:
    """Four clients with their providers, and the ids that only an administrator or trainer reads."""
    async with world(folder) as built:
        for side in built.sides:
            path = f"/v1/certificates/{side.ids['certificate']}"
            side.ids["certified_person"] = (await done(built.centre["trainer"], "GET", path))["person_id"]
            me = await done(side.people["client"], "GET", "/v1/me")
            side.ids["client_principal"] = me["principal_id"]
        yield built


@pytest.fixture(scope="session")
def as_written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """What the world to read has written down."""
    return Written(Path(tmp_path_factory.mktemp("read")))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def to_read(as_written: Written) -> AsyncIterator[World]:
    """A world that nobody changes."""
    with redirect_stderr(as_written.log):
        configure_logs("debug")
    async with _at_work(as_written.folder) as built:
        yield built


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def to_write(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A world in which officers may have mixed what is of several sides."""
    async with _at_work(Path(tmp_path_factory.mktemp("write"))) as built:
        yield built
