"""The bakery opened in a room."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from chassis.migrations.runner import migrate_sqlite
from chassis.telemetry import configure_logs
from tests.kit.room import LOG_PART, Room, room
from tests.unit.chassis import bakery


@pytest.fixture(scope="session", autouse=True)
def short_logs() -> None:
    """As in production: a failure with all its variables in colours takes longer to print than to retry."""
    configure_logs("error")


@pytest.fixture(autouse=True)
def nothing_is_spoilt() -> Iterator[None]:
    yield
    bakery.spoilt.clear()
    bakery.held.clear()
    bakery.tried.clear()


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The databases of an empty bakery, migrated once."""
    made = tmp_path_factory.mktemp("migrated")
    migrate_sqlite(made / "bakery.sqlite", bakery.service.parts)
    migrate_sqlite(made / "log.sqlite", [LOG_PART])
    return made


@pytest.fixture
def folder(migrated: Path, tmp_path: Path) -> Path:
    """A data folder of a bakery in which nothing has happened yet."""
    return Path(shutil.copytree(migrated, tmp_path / "data"))


@pytest.fixture
async def here(folder: Path) -> AsyncIterator[Room]:
    async with room(bakery.service, folder) as opened:
        yield opened
