"""One service alone in a room: its real app and loops, a real store, a real log, and a clock to set."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import sqlalchemy as sa

from chassis.auth import TokenCheck, TokenMint
from chassis.clock import Clock, new_id
from chassis.log import table as log_table
from chassis.log.port import EventLog, Record
from chassis.log.table import TableLog
from chassis.migrations.runner import Part, migrate_postgres, migrate_sqlite
from chassis.notices.settings import NoticeSettings
from chassis.outside import Outside
from chassis.pack import Pack
from chassis.service import Running, Service
from chassis.settings import ROOT
from chassis.store.port import Store
from chassis.store.postgres import PostgresStore
from chassis.store.sqlite import SqliteStore
from contracts.event import Event
from contracts.principals import Principal

LOG_PART = Part("log", ROOT / "chassis" / "log" / "migrations", log_table.metadata)
ISSUER = "//test/gateway"
DEADLINE_S = 15.0


@dataclasses.dataclass
class Room:
    """`as_(principal)` gives an HTTP client; `tell` appends events as another service would; `log` is an `EventLog`."""

    running: Running
    log: Any
    clock: Clock
    mint: TokenMint
    _sequences: dict[UUID, int] = dataclasses.field(default_factory=dict)
    _clients: dict[Principal, httpx2.AsyncClient] = dataclasses.field(default_factory=dict)

    def as_(self, principal: Principal) -> httpx2.AsyncClient:
        """An HTTP client that carries this principal's token."""
        if principal not in self._clients:
            self._clients[principal] = httpx2.AsyncClient(
                transport=httpx2.ASGITransport(app=self.running.app),
                base_url="http://room",
                auth=self._signing(principal),
                trust_env=False,
            )
        return self._clients[principal]

    def _signing(self, principal: Principal) -> Callable[[httpx2.Request], httpx2.Request]:
        """A token lives for a minute, some tests longer: each request asks the mint, as the gateway does."""

        def sign(request: httpx2.Request) -> httpx2.Request:
            request.headers["Authorization"] = f"Bearer {self.mint.token(principal)}"
            return request

        return sign

    async def tell(self, *events: Event, correlation_id: str = "test") -> None:
        """Append events of other services to the log, then wait until they have taken effect."""
        await self.log.append([self._record(event, correlation_id) for event in events])
        await self.settle()

    async def settle(self) -> None:
        """Wait until every event has left the outbox and every consumer has passed the end of its topics."""
        end = asyncio.get_running_loop().time() + DEADLINE_S
        while asyncio.get_running_loop().time() < end:
            facts = await self.running.facts()
            if facts["outbox"]["waiting"] == 0 and all(lag == 0 for lag in facts["lag"].values()):
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"not settled: {await self.running.facts()}")

    async def advance(self, **step: float) -> None:
        """Move business time on and run what has become due."""
        self.clock.advance(self.clock.now() + timedelta(**step))
        if self.running.sweep is not None:
            await self.running.sweep.sweep()
        await self.settle()

    async def events(self, kind: type[Event] | None = None) -> list[Any]:
        """What this service has published, in order, of one class or all."""
        await self.settle()
        topic = self.running.service.name
        records = await self.log.read([topic], {}, 100_000)
        own = [record for record in records if record.source.endswith(f"/{topic}")]
        return [record.event() for record in own if kind is None or record.event_type == kind.event_type]

    async def told(self) -> list[str]:
        """What people have been told by files, a text each, when everything due has been sent."""
        return await told(self.running)

    def _record(self, event: Event, correlation_id: str) -> Record:
        sequence = self._sequences[event.subject] = self._sequences.get(event.subject, 0) + 1
        return Record(
            topic=event.topic,
            root=event.root,
            event_id=new_id(),
            event_type=event.event_type,
            source=f"//test/{event.topic}-elsewhere",
            subject=event.subject,
            sequence=sequence,
            occurred_at=self.clock.now(),
            correlation_id=correlation_id,
            causation_id=None,
            traceparent=None,
            data=event.model_dump_json(),
        )


async def told(running: Running) -> list[str]:
    """What people have been told by a service, in files, a text each, when everything due has been sent."""
    end = asyncio.get_running_loop().time() + DEADLINE_S
    while (await running.facts())["notices"]["due"]:
        assert asyncio.get_running_loop().time() < end, await running.facts()
        for postman in running.postmen:
            await postman.send_due()
        await asyncio.sleep(0.01)
    folder = running.ground.notices.folder
    assert folder is not None
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))]


@asynccontextmanager
async def room(
    service: Service,
    folder: Path,
    *,
    at: datetime | None = None,
    pack: str = "demo",
    dsn: str | None = None,
    notices: NoticeSettings | None = None,
    log: EventLog | None = None,
    outside: Outside | None = None,
) -> AsyncIterator[Room]:
    """A service on SQLite files in a folder, or on PostgreSQL, with a table of its own as log unless another is given;
    opened again on the same ones it goes on."""
    store = await _store(service, folder, dsn)
    clock = Clock(settable=True)
    if at is not None:
        clock.offset = at - datetime.now(UTC)
    if log is None:
        migrate_sqlite(folder / "log.sqlite", [LOG_PART])
        log = TableLog(SqliteStore(folder / "log.sqlite"))
    await log.start()
    mint = TokenMint(TokenMint.new_key(), ISSUER)
    running = Running(
        service,
        store=store,
        event_log=log,
        clock=clock,
        pack=Pack(ROOT / "packs" / pack),
        source=f"//test/{service.name}",
        check=TokenCheck(mint.public_key, ISSUER),
        notices=notices or NoticeSettings(folder=folder / "notices", address="http://centre.test"),
        outside=outside,
    )
    await running.start()
    here = Room(running, log, clock, mint)
    try:
        yield here
    finally:
        for client in here._clients.values():
            await client.aclose()
        await running.stop()
        await log.stop()


async def _store(service: Service, folder: Path, dsn: str | None) -> Store:
    if dsn is not None:
        await migrate_postgres(dsn, service.parts)
        return PostgresStore(dsn)
    path = folder / f"{service.name}.sqlite"
    migrate_sqlite(path, service.parts)
    return SqliteStore(path)


async def rows(here: Room, table: sa.Table) -> Sequence[tuple[Any, ...]]:
    """Every committed row of a table of the service."""
    return await here.running.store.fetch(sa.select(table))
