"""One service as a process of its own, over PostgreSQL: its API, its loops, or both; or the gateway in front."""

import gc
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import typer
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.applications import Starlette
from starlette.types import ASGIApp

from chassis.auth import TokenCheck, TokenMint
from chassis.clock import Clock
from chassis.hands import Hands
from chassis.pack import Pack
from chassis.settings import ROOT, Settings
from chassis.supervision import Ending
from chassis.telemetry import configure_logs
from openrecp.databases import NoSuchService, event_log_of, migrate, require_schema, store_of
from openrecp.handover import offered, take_over
from openrecp.leaving import LINGER_S
from openrecp.listening import listen, serving, told_to_stop
from openrecp.sentences import InWords
from openrecp.services import NAMES, run_service

Role = Literal["api", "worker", "all"]
ROLES: tuple[Role, ...] = ("api", "worker", "all")
GATEWAY = "gateway"
HOLD_S = 5.0  # how long a request waits for a service that is just starting
PERMISSIONS = ROOT / "contracts" / "permissions.json"


class ProcessSettings(BaseSettings):
    """What a process needs besides when its neighbours are other processes (`OPENRECP_…`).

    `services` are the addresses the gateway reaches them at: one in which `{service}` stands for the name
    (`OPENRECP_SERVICES=http://{service}:8000`), or one each (`OPENRECP_SERVICES__CLIENTS=http://clients:8000`).
    Services check tokens with the public half of the signing key, as text or in a file; its private half is the
    gateway's alone.
    `handover` is a file at which a process offers its listening socket to the next one started with the same setting:
    so the gateway is exchanged without its port ever being closed (`OPENRECP_HANDOVER=/run/openrecp/gateway.door`).
    `clock_begins` is where the settable time of a new demo begins.
    """

    model_config = SettingsConfigDict(
        env_prefix="OPENRECP_", env_nested_delimiter="__", env_ignore_empty=True, extra="ignore"
    )

    services: str | dict[str, str] = ""
    public_key: str = ""
    public_key_file: Path | None = None
    signing_key_file: Path | None = None
    handover: Path | None = None
    clock_begins: datetime | None = None

    def address_of(self, name: str) -> str:
        """Where the gateway finds a service; raises `AddressIsMissing`."""
        places = self.services
        address = places.replace("{service}", name) if isinstance(places, str) else places.get(name)
        if not address:
            raise AddressIsMissing(name)
        return address

    def checking_key(self) -> str:
        """The public key as PEM text; raises `PublicKeyIsMissing`."""
        if self.public_key:
            return self.public_key
        if self.public_key_file is None or not self.public_key_file.is_file():
            raise PublicKeyIsMissing(self.public_key_file)
        return self.public_key_file.read_text(encoding="ascii")

    def signing_key(self, settings: Settings) -> Path:
        """The file of the private key."""
        return self.signing_key_file or settings.data / "gateway.key"


class AddressIsMissing(InWords):
    """The gateway was not told where a service is."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Where is {name}? Set OPENRECP_SERVICES__{name.upper()}=http://…, "
            "or OPENRECP_SERVICES=http://{service}:8000 for all"
        )


class PublicKeyIsMissing(InWords):
    """A service cannot tell whose tokens to trust."""

    def __init__(self, path: Path | None) -> None:
        where = f"{path} is not there" if path else "OPENRECP_PUBLIC_KEY_FILE is not set"
        super().__init__(f"The gateway's public key is missing ({where}): `openrecp key signing` writes it")


class NoSuchRole(InWords):
    """What a process is to do is said otherwise."""

    def __init__(self, role: str) -> None:
        super().__init__(f"There is no role {role}: a process is an api, a worker, or all")


class NeedsPostgres(InWords):
    """SQLite files belong to one process."""

    def __init__(self) -> None:
        super().__init__(
            "Services as separate processes need PostgreSQL: set OPENRECP_DATABASE=postgresql://…/openrecp_{service}. "
            "On SQLite everything runs in one process: openrecp up"
        )


def role_of(text: str) -> Role:
    """What a process is to do; raises `NoSuchRole`."""
    for role in ROLES:
        if text == role:
            return role
    raise NoSuchRole(text)


async def serve(name: str, role: Role, settings: Settings, own: ProcessSettings, *, migrating: bool = False) -> None:
    """Start one service or the gateway and stay until told to stop; running requests are finished first."""
    told = told_to_stop()
    configure_logs(settings.log_level)
    if name not in (GATEWAY, *NAMES):
        raise NoSuchService(name)
    if not settings.database.get_secret_value():
        raise NeedsPostgres
    if migrating:
        await migrate(settings, name)
    for each in (name,) if name == GATEWAY else (name, "log"):
        await require_schema(settings, each)
    before = take_over(own.handover)
    door = before.door if before is not None else listen(settings)
    opened = _gateway(settings, own) if name == GATEWAY else _service(name, role, settings, own)
    async with opened as (app, ending), serving(app, door, ending, linger_s=LINGER_S) as parting:

        def taken() -> None:
            parting.handed_over = True
            told.set()

        async with offered(own.handover, door, taken):
            gc.collect()
            gc.freeze()  # what was loaded to start stays
            if before is not None:
                before.may_go()
            what = name if name == GATEWAY else f"{name} ({role})"
            typer.echo(f"{what} is up: http://{settings.host}:{door.getsockname()[1]}")
            await told.wait()
    typer.echo("Stopped; nothing is lost.")


@asynccontextmanager
async def _service(
    name: str, role: Role, settings: Settings, own: ProcessSettings
) -> AsyncIterator[tuple[ASGIApp, Ending]]:
    check = TokenCheck(own.checking_key(), settings.issuer)
    settable = settings.clock == "settable"
    clock, store = Clock(settable=settable), store_of(settings, name)
    async with AsyncExitStack() as stack:
        event_log = event_log_of(settings)
        await event_log.start()
        stack.push_async_callback(event_log.stop)
        running = run_service(
            name,
            settings,
            store,
            event_log=event_log,
            clock=clock,
            pack=Pack(settings.packs / settings.pack),
            check=check,
            hands=Hands(name, clock, store) if settable else None,
        )
        stack.push_async_callback(running.stop)
        await running.start(work=role != "api")
        app = Starlette(routes=running.health.routes()) if role == "worker" else running.app
        yield app, running.ground.ending


@asynccontextmanager
async def _gateway(settings: Settings, own: ProcessSettings) -> AsyncIterator[tuple[ASGIApp, Ending]]:
    from gateway.app import RunningGateway
    from gateway.signing import read_key
    from gateway.transports import OverHttp
    from openrecp.pages import pages_of

    settable = settings.clock == "settable"
    begins, clock, key = own.clock_begins, Clock(settable=settable), read_key(own.signing_key(settings))
    gateway = RunningGateway(
        settings=settings,
        store=store_of(settings, GATEWAY),
        clock=clock,
        mint=TokenMint(key, settings.issuer),
        pack=Pack(settings.packs / settings.pack),
        services={name: OverHttp(own.address_of(name), hold_s=HOLD_S) for name in NAMES},
        permissions=json.loads(PERMISSIONS.read_text(encoding="utf-8")),
        begins=_to_now(begins) if settable and begins is not None else None,
        portal=pages_of(settings, clock, key),
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(gateway.stop)
        await gateway.start()
        yield gateway.app, gateway.ending


def _to_now(begins: datetime) -> timedelta:
    """How far business time that begins there is from the wall clock."""
    return (begins if begins.tzinfo else begins.replace(tzinfo=UTC)) - datetime.now(UTC)
