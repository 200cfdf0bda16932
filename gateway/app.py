"""The gateway, wired: its database, its own routes, the door in front of the services."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis import tables
from chassis.auth import Authenticated, TokenCheck, TokenMint
from chassis.clock import Clock
from chassis.health import database_check
from chassis.http import Guarded, refuse_in_words
from chassis.migrations.runner import CHASSIS, Part
from chassis.pack import Pack
from chassis.settings import ROOT, Settings
from chassis.store.port import Store
from chassis.supervision import Ending
from chassis.telemetry import Traced, group_sizes
from chassis.unit_of_work import Ground
from gateway.api import clock_routes, key_routes, me_routes, pack_routes
from gateway.door import Gateway
from gateway.follower import Everywhere, Follower
from gateway.front import Front
from gateway.health import Health
from gateway.keyring import Keyring
from gateway.models import metadata
from gateway.pack import published
from gateway.pages import Documents
from gateway.permissions import Entries, Permissions, without
from gateway.settings import DoorSettings
from gateway.steward import Steward
from gateway.transports import InProcess, Transport
from gateway.turnstile import Turnstile

NAME = "gateway"
PARTS = [
    Part("chassis", CHASSIS, tables.metadata),
    Part(NAME, Path(__file__).parent / "migrations", metadata),
]
"""The sections of its database, in the order they are migrated."""


def own_api() -> FastAPI:
    """Its own routes alone, for the documents of the API and behind the door."""
    app = FastAPI(title="OpenRECP gateway", docs_url=None, redoc_url=None, openapi_url=None)
    refuse_in_words(app)
    for routes in (key_routes, me_routes, clock_routes, pack_routes):
        app.router.routes.extend(routes.routes)
    return app


@dataclass
class RunningGateway:
    """The door of a deployment: `app` is what a server serves.

    `services` are the transports by service name, `permissions` the entries of `contracts/permissions.json`.
    The clock is moved only where the settings make it settable; elsewhere its paths do not exist. `begins` is how far
    from the wall clock it stands while nobody has moved it. `portal` makes the web pages from this very door, through
    which they ask the API; without it, there is the API alone.
    """

    settings: Settings
    store: Store
    clock: Clock
    mint: TokenMint
    pack: Pack
    services: Mapping[str, Transport]
    permissions: Entries
    door: DoorSettings = field(default_factory=DoorSettings)
    begins: timedelta | None = None
    openapi: Path = ROOT / "contracts" / "openapi.json"
    ending: Ending = field(default_factory=Ending)
    portal: Callable[[ASGIApp], ASGIApp] | None = None
    app: ASGIApp = field(init=False)

    def __post_init__(self) -> None:
        published(self.pack)  # a pack that cannot be read is told now, not to whoever asks first
        settable = self.settings.clock == "settable"
        elsewhere = {name: each for name, each in self.services.items() if not each.in_process}
        self._follower = Follower(self.clock, self.store, elsewhere, self.mint, self.begins) if settable else None
        exchange = self.services.get("exchange")
        self._steward = Steward(self.store, exchange, self.mint) if exchange else None
        own = InProcess(self._own())
        self._transports = {**self.services, NAME: Everywhere(own, self._follower) if self._follower else own}
        health = Health(self.services, database_check(self.store), self.door)
        door = Gateway(
            permissions=Permissions(self.permissions if settable else without("clock", self.permissions)),
            keyring=Keyring(self.store),
            mint=self.mint,
            transports=self._transports,
            pages={**Documents(self.openapi).pages(), **health.pages()},
            settings=self.door,
            ending=self.ending,
            portal=self.portal(self._from_within) if self.portal else None,
        )
        door.pages = {**door.pages, **Front(self.door.front_secret.get_secret_value(), door).pages()}
        limits = {"limit": self.door.body_limit, "upload_limit": self.door.upload_limit}
        guarded = Guarded(door, **limits, too_large=door.too_large)
        self._within = Traced(guarded, NAME)
        self.app = Turnstile(self._within, keyring=door.keyring, limits=door.limits, gates=door.gates)

    async def _from_within(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The whole door once more, for the portal behind it."""
        await self._within(scope, receive, send)

    def _own(self) -> ASGIApp:
        app = own_api()
        source = self.settings.source(NAME)
        app.state.ground = Ground(NAME, source, self.store, self.clock, self.pack, scopes={})
        return Authenticated(app, TokenCheck(self.mint.public_key, self.settings.issuer))

    async def start(self) -> None:
        """Open the database and the pools, and set the clock where it stood."""
        await self.store.start()
        group_sizes.watch(NAME, self.store)
        for transport in self._transports.values():
            await transport.start()
        if self._follower is not None:
            await self._follower.start()
        if self._steward is not None:
            await self._steward.start()

    async def stop(self) -> None:
        """Close what was opened."""
        if self._steward is not None:
            await self._steward.stop()
        if self._follower is not None:
            await self._follower.stop()
        for transport in self._transports.values():
            await transport.stop()
        await self.store.stop()
