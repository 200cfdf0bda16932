"""The impact service in a room of its own, on either database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.impact.app import service
from tests.kit.room import Room, room
from tests.services.impact.doors import Door, opened_door


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(service, tmp_path) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    """The same room on each database."""
    dsn = request.getfixturevalue("postgres_dsn")() if request.param == "postgres" else None
    async with room(service, tmp_path, dsn=dsn) as opened:
        yield opened


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with opened_door(tmp_path / "data") as door:
        yield door
