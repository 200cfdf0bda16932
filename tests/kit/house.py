"""The whole house in a test: every service and the gateway in one process, on files or on PostgreSQL."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx2

from api_client import Client, models
from chassis.clock import Clock
from chassis.settings import Settings
from openrecp.house import House, init, open_house
from openrecp.services import NAMES

DEADLINE_S = 20.0


class Person(httpx2.AsyncClient):
    """Somebody with a key. They ask by `api`, as programs do; what `api` would never send, they send by hand."""

    @property
    def api(self) -> Client:
        return Client(self)


@dataclasses.dataclass
class OpenHouse:
    """`hire` gives a person a key and a way to the API that carries it; everybody goes through the gateway."""

    house: House
    administrator: Person
    _stack: AsyncExitStack

    async def hire(self, *roles: models.Role, **facts: Any) -> Person:
        """A person with a new key of these roles."""
        body = cast(models.CreateKey, {"label": "-".join(roles), "roles": list(roles), **facts})
        return await self.with_key((await self.administrator.api.create_key(body))["key"])

    async def with_key(self, key: str | None) -> Person:
        """A person who carries this key, or none."""
        return await self._stack.enter_async_context(_client(self.house, key))

    async def settle(self) -> None:
        """Wait until every event has taken its effect everywhere."""
        end = asyncio.get_running_loop().time() + DEADLINE_S
        while not await self.house.settled():
            if asyncio.get_running_loop().time() > end:
                facts = {name: await each.facts() for name, each in self.house.running.items()}
                raise AssertionError(f"not settled: {facts}")
            await asyncio.sleep(0.01)

    async def advance(self, **step: float) -> None:
        """Move business time on, run what has become due, and let it take its effect."""
        self.house.clock.advance(self.house.clock.now() + timedelta(**step))
        for running in self.house.running.values():
            if running.sweep is not None:
                await running.sweep.sweep()
        await self.settle()


def _client(house: House, key: str | None) -> Person:
    return Person(
        transport=httpx2.ASGITransport(app=house.gateway.app),
        base_url="http://house",
        headers={"Authorization": f"Bearer {key}"} if key else {},
        timeout=60.0,
        trust_env=False,
    )


@asynccontextmanager
async def opened(
    folder: Path, *, database: str = "", at: datetime | None = None, pack: str = "demo"
) -> AsyncIterator[OpenHouse]:
    """A new deployment of a pack in a folder, with a settable clock."""
    settings = Settings(data=folder, pack=pack, clock="settable", database=database)
    made = await init(settings)
    clock = Clock(settable=True, offset=at - datetime.now(UTC) if at is not None else timedelta(0))
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(settings, clock))
        administrator = await stack.enter_async_context(_client(house, made["key"]))
        yield OpenHouse(house, administrator, stack)


async def databases(new_database: Callable[[], str], server: str) -> str:
    """One fresh PostgreSQL database per service; gives the address template of the settings."""
    template = new_database()
    prefix = template.rpartition("/")[2]
    connection = await asyncpg.connect(server)
    try:
        for name in ("log", "gateway", *NAMES):
            await connection.execute(f'CREATE DATABASE "{prefix}_{name}"')
    finally:
        await connection.close()
    return f"{template}_{{service}}"
