"""A school of its own for every training test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.migrations.runner import migrate_sqlite
from services.training.app import service
from tests.kit.room import LOG_PART, Room, room
from tests.services.training.school import START, School, open_school


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder at the newest schema; copying it is quicker than migrating anew."""
    folder = tmp_path_factory.mktemp("migrated")
    migrate_sqlite(folder / "training.sqlite", service.parts)
    migrate_sqlite(folder / "log.sqlite", [LOG_PART])
    return folder


@pytest.fixture
async def here(migrated: Path, tmp_path: Path) -> AsyncIterator[Room]:
    shutil.copytree(migrated, tmp_path, dirs_exist_ok=True)
    async with room(service, tmp_path, at=START) as opened:
        yield opened


@pytest.fixture
async def school(here: Room) -> School:
    return await open_school(here)
