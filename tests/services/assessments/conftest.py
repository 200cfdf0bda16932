"""The assessments service in a room of its own, at work on one mill."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.assessments.app import service
from tests.kit.room import Room, room
from tests.services.assessments.mill import Mill

MONDAY = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(service, tmp_path, at=MONDAY) as opened:
        yield opened


@pytest.fixture
async def mill(here: Room) -> Mill:
    return Mill(here)
