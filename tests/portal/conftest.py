"""A house with its door open, and visitors to its pages."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.kit.house import OpenHouse, opened
from tests.kit.portal import Browser, browser

Visitors = Callable[..., Awaitable[Browser]]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    async with opened(tmp_path) as open_house:
        yield open_house


@pytest.fixture
async def visit(house: OpenHouse) -> AsyncIterator[Visitors]:
    """`await visit("officer", provinces=["XA-R"])` is somebody signed in; `await visit()` is nobody."""
    async with AsyncExitStack() as stack:

        async def visitor(*roles: str, key: str | None = None, **facts: Any) -> Browser:
            seen = Browser(await stack.enter_async_context(browser(house.house)))
            if roles:
                body = {"label": "-".join(roles), "roles": list(roles), **facts}
                answer = await house.administrator.post("/v1/keys", json=body)
                assert answer.status_code == 201, answer.text
                key = answer.json()["key"]
            if key:
                assert (await seen.sign_in(key)).path == "/work"
            return seen

        yield visitor
