"""A whole system behind a real door, asked by the commands of `openrecp`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from chassis.settings import Settings
from openrecp.cli import app
from openrecp.folder import DataFolder
from openrecp.house import init, open_house
from openrecp.listening import listen, serving


@dataclass
class Door:
    """Where the system answers, and the administrator's key."""

    url: str
    key: str

    async def run(self, *arguments: str, key: str | None = None) -> Result:
        options = ["--url", self.url, "--key", key or self.key]
        return await asyncio.to_thread(CliRunner().invoke, app, [*arguments, *options])


@asynccontextmanager
async def opened_door(folder: Path) -> AsyncIterator[Door]:
    """A new deployment of the demo's pack."""
    settings = Settings(data=folder, pack="demo", port=0)
    with DataFolder(settings.data):
        made = await init(settings)
        opened = listen(settings)
        async with open_house(settings) as house, serving(house.gateway.app, opened):
            yield Door(f"http://{settings.host}:{opened.getsockname()[1]}", made["key"])
    opened.close()
