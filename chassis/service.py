"""A service: its tables, routes, reactions, projections, timers and jobs, wired in one expression."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
import structlog
from fastapi import FastAPI
from starlette.types import ASGIApp

from chassis import admin, tables
from chassis.auth import Authenticated, TokenCheck
from chassis.clock import Clock
from chassis.consumer import OPEN, Consumer, Projections, Projector, Reactions, Reactor
from chassis.hands import Hands
from chassis.health import Health, database_check
from chassis.http import Guarded, Problem, refuse_in_words
from chassis.jobs import Jobs, Worker
from chassis.log.port import EventLog, LogAway
from chassis.migrations.runner import CHASSIS, Part
from chassis.notices import administration, wording
from chassis.notices.figures import alarm, figures
from chassis.notices.kinds import NoticeKind
from chassis.notices.records import Notice
from chassis.notices.settings import CHANNELS, NoticeSettings
from chassis.notices.worker import Postman, sender_of
from chassis.orders import Orders
from chassis.outside import Outside
from chassis.pack import Pack, PackInvalid, Section
from chassis.relay import Relay
from chassis.route import Routes
from chassis.store.mapping import mapped_classes
from chassis.store.port import Store, StoreError
from chassis.supervision import Pulse, Supervisor
from chassis.tables import failed_deliveries
from chassis.telemetry import (
    Traced,
    consumer_lag,
    deliveries,
    forget,
    group_sizes,
    log_away,
    outbox_oldest_s,
    outbox_waiting,
    units,
)
from chassis.timers import Housekeeping, Sweep, Timers
from chassis.unit_of_work import Ground, Scope
from contracts.principals import Principal

log = structlog.get_logger()


class Loop(Protocol):
    """A loop of a service's own, run where its other loops are."""

    name: str

    async def run(self, pulse: Pulse) -> None: ...

    async def let_go(self) -> None:
        """End what dead processes hold: for whoever knows that they are dead."""


@dataclass(frozen=True)
class Service:
    """What a service is made of; `services/<name>/app.py` holds one."""

    name: str
    folder: Path
    metadata: sa.MetaData
    routes: Sequence[Routes] = ()
    scopes: dict[type[Any], Scope] | None = None
    reactions: Reactions | None = None
    projections: Projections | None = None
    timers: Timers | None = None
    jobs: Jobs | None = None
    loops: tuple[Callable[[Ground], Loop], ...] = ()
    notices: tuple[NoticeKind, ...] = ()
    section: type[Section] | None = None

    def __post_init__(self) -> None:
        own = set(self.metadata.tables.values())
        aggregates = {cls for cls, each in mapped_classes.items() if each.table in own and each.is_aggregate}
        bare = sorted(cls.__name__ for cls in aggregates - set(self.scopes or {}))
        if bare:
            raise TypeError(f"{self.name}: no row scope for {', '.join(bare)}")

    @property
    def parts(self) -> list[Part]:
        """The sections of its schema, in the order they are migrated."""
        return [
            Part("chassis", CHASSIS, tables.metadata),
            Part(self.name, self.folder / "migrations", self.metadata),
        ]

    def api(self) -> FastAPI:
        """Its routes alone, for the documents of the API."""
        app = FastAPI(title=f"OpenRECP {self.name}", docs_url=None, redoc_url=None, openapi_url=None)
        refuse_in_words(app)
        for routes in (*self.routes, admin.routes, administration.routes):
            app.router.routes.extend(routes.routes)
        return app


class Running:
    """A service at work in this process: its API and its loops."""

    def __init__(  # noqa: PLR0913  everything a service stands on, named at the one place that wires it
        self,
        service: Service,
        *,
        store: Store,
        event_log: EventLog,
        clock: Clock,
        pack: Pack,
        source: str,
        check: TokenCheck,
        hands: Hands | None = None,
        notices: NoticeSettings | None = None,
        outside: Outside | None = None,
    ) -> None:
        self.service, self.store, self.log, self.hands = service, store, event_log, hands
        if service.section is not None:
            pack.section(service.name, service.section)
        if faults := wording.faults_of(pack, service.notices):
            raise PackInvalid(pack.folder.name, faults)
        scopes: dict[type[Any], Scope] = {Notice: _of_the_house, **(service.scopes or {})}
        sending = notices or NoticeSettings()
        ways = outside or Outside()
        self.ground = Ground(service.name, source, store, clock, pack, scopes, notices=sending, outside=ways)
        self.supervisor = Supervisor()
        self.health = Health(service.name, self.supervisor)
        self.relay = Relay(store, event_log, source)
        self.reactor = Reactor(self.ground, event_log, service.reactions) if service.reactions else None
        self.projector = Projector(self.ground, event_log, service.projections) if service.projections else None
        self.sweep = Sweep(self.ground, service.timers) if service.timers else None
        self.worker = Worker(self.ground, service.jobs) if service.jobs else None
        self.loops = [loop(self.ground) for loop in service.loops]
        told = CHANNELS if service.notices else ()
        self.postmen = [Postman(self.ground, channel, sender_of(channel, sending)) for channel in told]
        self.orders = Orders(store, event_log, self.projector, self._go_on)
        self.app = self._app(check)
        store.on_commit(lambda _: units.labels(service.name).inc())

    @property
    def name(self) -> str:
        return self.service.name

    def _app(self, check: TokenCheck) -> ASGIApp:
        app = self.service.api()
        app.state.ground, app.state.running = self.ground, self
        self.health.checks["database"] = database_check(self.store)
        self.health.details = self.facts
        app.router.routes.extend(self.health.routes())
        if self.hands is not None:
            app.router.routes.append(self.hands.route())
        return Traced(Guarded(Authenticated(app, check)), self.service.name)

    @property
    def consumers(self) -> list[Consumer]:
        return [each for each in (self.reactor, self.projector) if each is not None]

    async def start(self, *, work: bool = True) -> None:
        """Open the store and, unless this process only answers requests, start the loops."""
        await self.store.start()
        group_sizes.watch(self.service.name, self.store)
        if self.hands is not None:
            await self.hands.start()
            self.supervisor.watch(f"{self.service.name}.clock", self.hands.run)
        if not work:
            return
        self.supervisor.watch(f"{self.service.name}.relay", self.relay.run)
        self.supervisor.watch(f"{self.service.name}.housekeeping", Housekeeping(self.store).run)
        for consumer in self.consumers:
            self.supervisor.watch(consumer.name, consumer.run)
        self.supervisor.watch(f"{self.service.name}.orders", self.orders.run)
        if self.sweep is not None:
            self.supervisor.watch(f"{self.service.name}.timers", self.sweep.run)
        if self.worker is not None:
            self.supervisor.watch(f"{self.service.name}.jobs", self.worker.run)
        for loop in self.loops:
            self.supervisor.watch(f"{self.service.name}.{loop.name}", loop.run)
        for postman in self.postmen:
            self.supervisor.watch(f"{self.service.name}.notices.{postman.channel}", postman.run)
        await asyncio.sleep(0)  # a consumer that has not begun could not tell how far behind it is

    async def stop(self) -> None:
        """End the loops where they can be resumed, then close the store."""
        await self.supervisor.stop()
        if self.hands is not None:
            with contextlib.suppress(StoreError):  # whoever waits for it gives up by itself
                await self.hands.stop()
        await self.store.stop()

    def _go_on(self) -> None:
        """Start consumers again that stopped themselves."""
        for consumer in self.consumers:
            if consumer.stopped is not None:
                consumer.resume()
                self.supervisor.watch(consumer.name, consumer.run)

    async def facts(self) -> dict[str, Any]:
        """Outbox, lag and failed deliveries, also as metrics; an alarm for each consumer with dead ones, in words."""
        waiting = await self.relay.waiting()
        outbox_waiting.labels(self.service.name).set(waiting["waiting"])
        outbox_oldest_s.labels(self.service.name).set(waiting["oldest_s"])
        lags, away = await self._lags()
        failed = await self._failed()
        found = {"outbox": waiting, "lag": lags, "failed_deliveries": failed, "alarms": self._alarms(failed) | away}
        if self.postmen:
            standing = await figures(self.store, self.service.name, self.ground.clock.now())
            found["alarms"] |= alarm(self.service.name, standing)
            found["notices"] = standing | {each.channel: each.sender.form for each in self.postmen}
        return found

    async def _lags(self) -> tuple[dict[str, int | None], dict[str, str]]:
        """How far each consumer is behind; while the log is away nobody knows, and the alarm says so in words."""
        try:
            lags: dict[str, int | None] = {consumer.name: await consumer.lag() for consumer in self.consumers}
        except LogAway as reason:
            forget(self.service.name, consumer_lag)
            log_away.labels(self.service.name).set(1)
            words = f"the event log is away ({reason}): what is written waits and leaves when it is back"
            return {consumer.name: None for consumer in self.consumers}, {"log": words}
        log_away.labels(self.service.name).set(0)
        for name, lag in lags.items():
            consumer_lag.labels(self.service.name, name).set(lag or 0)
        return lags, {}

    async def _failed(self) -> dict[str, dict[str, int]]:
        """How many deliveries wait or are dead, per consumer and state."""
        columns = failed_deliveries.table.c
        grouped = sa.select(columns.consumer, columns.state, sa.func.count()).where(columns.state.in_(OPEN))
        counts: dict[str, dict[str, int]] = {}
        for name, state, count in await self.store.fetch(grouped.group_by(columns.consumer, columns.state)):
            counts.setdefault(name, {})[state] = count
        for consumer in self.consumers:
            for state in OPEN:
                here = counts.get(consumer.name, {}).get(state, 0)
                deliveries.labels(self.service.name, consumer.name, state).set(here)
        return counts

    def _alarms(self, failed: dict[str, dict[str, int]]) -> dict[str, str]:
        place = f"/v1/admin/{self.service.name}/failed-deliveries"
        dead = {name: states["dead"] for name, states in failed.items() if "dead" in states}
        return {name: f"dead deliveries that wait for an administrator: {n}, see {place}" for name, n in dead.items()}


def _of_the_house(_: Principal) -> sa.ColumnElement[bool]:
    """Whoever causes a notice may write it and call it off; only administrators are shown any."""
    return sa.true()


__all__ = ["Problem", "Running", "Service"]
