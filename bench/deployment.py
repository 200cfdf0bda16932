"""A deployment to measure: databases on a PostgreSQL of its own, a key to sign with, services as they are deployed."""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from bench.processes import UNDER_TEST, Program, started
from chassis.auth import TokenMint
from chassis.settings import ROOT, Settings
from contracts.principals import Principal
from deploy.local.postgres import Cluster, free_port
from openrecp.databases import migrate

CENTRE = "bench"
PACK = "demo"
PEOPLE = {"principal_id": UUID(int=11), "person_id": UUID(int=12)}
"""Whoever acts in the bench; nobody real."""


@dataclass(frozen=True)
class Deployment:
    """Where the databases are and what the services are told; `mint` vouches for principals as the gateway does."""

    cluster: Cluster
    folder: Path
    key: str = field(default_factory=TokenMint.new_key)

    @property
    def mint(self) -> TokenMint:
        return TokenMint(self.key, f"//{CENTRE}/gateway")

    @property
    def database(self) -> str:
        """The address in which `{service}` stands for the service's own database."""
        return self.cluster.dsn("bench_{service}")

    def dsn(self, service: str) -> str:
        return self.database.replace("{service}", service)

    def environment(self, port: int) -> dict[str, str]:
        """What a process of it is told."""
        return {
            "OPENRECP_DATABASE": self.database,
            "OPENRECP_DEPLOYMENT": CENTRE,
            "OPENRECP_PACK": PACK,
            "OPENRECP_PORT": str(port),
            "OPENRECP_PUBLIC_KEY": self.mint.public_key,
            "OPENRECP_DATA": str(self.folder / "data"),
            "PYTHONPATH": str(ROOT),
        }

    def bearer(self, principal: Principal) -> dict[str, str]:
        """The header by which a service knows a principal; good for half a minute at least."""
        return {"Authorization": f"Bearer {self.mint.token(principal)}"}

    async def prepare(self, *services: str) -> None:
        """Make their databases and the event log's, in this version's schema."""
        settings = Settings.model_validate({"database": self.database, "pack": PACK, "deployment": CENTRE})
        for name in ("log", *services):
            await migrate(settings, name, create=True)

    @asynccontextmanager
    async def serving(
        self, service: str, *, role: str = "api", core: int = UNDER_TEST, also: Mapping[str, str] | None = None
    ) -> AsyncIterator[tuple[Program, int]]:
        """A service (or the gateway) as a process of its own; yields it and its port."""
        port = free_port()
        command = (sys.executable, "-m", "openrecp", "serve", service)
        name = service if role == "all" or service == "gateway" else f"{service}-{role}"
        async with started(
            name,
            command if service == "gateway" else (*command, "--role", role),
            folder=self.folder,
            core=core,
            port=port,
            environment=self.environment(port) | dict(also or {}),
            cwd=self.folder,
        ) as program:
            yield program, port
