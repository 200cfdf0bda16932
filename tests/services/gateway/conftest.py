"""The door before both ways to a service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.kit.door import Door, How, door


@pytest.fixture(params=["in_process", "over_http"])
def how(request: pytest.FixtureRequest) -> How:
    way: How = request.param
    return way


@pytest.fixture
async def there(tmp_path: Path, how: How) -> AsyncIterator[Door]:
    """The gateway before a service that it calls, and before one it reaches over HTTP."""
    async with door(tmp_path, how) as opened:
        yield opened


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Door]:
    """The gateway before a service in its own process."""
    async with door(tmp_path) as opened:
        yield opened
