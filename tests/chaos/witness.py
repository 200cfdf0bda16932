"""The witness: a service of this harness that notes every effect of every event in a table without any unique key.

It stands on the chassis like the others and is killed like them; its notes are judged from outside.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

import contracts.assessments
import contracts.clients
import contracts.matching
import contracts.training  # noqa: F401  the registry knows what was imported
from chassis import tables
from chassis.auth import TokenCheck
from chassis.clock import Clock, wall_now
from chassis.consumer import Projections, Reactions
from chassis.migrations.runner import CHASSIS, Part, create_database, migrate_postgres
from chassis.pack import Pack
from chassis.service import Running, Service
from chassis.settings import Settings
from chassis.store.mapping import table
from chassis.telemetry import configure_logs
from chassis.unit_of_work import UnitOfWork
from chassis.view import View
from contracts.event import registry
from openrecp.databases import database_of, event_log_of, store_of
from openrecp.listening import listen, serving, told_to_stop
from openrecp.serve import ProcessSettings

NAME = "witness"
metadata = sa.MetaData()
BUGS = os.environ.get("CHAOS_BUGS", "")
"""A file; while it is there, the handler fails for every root whose id ends as a line of it says."""


@dataclass(frozen=True, slots=True)
class Effect:
    """An event took effect."""

    position: int | None
    event_id: UUID
    root: UUID
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """How many events of a root the projection has counted: a counter shows what was counted twice."""

    root: UUID
    events: int


class HandlerHasABug(Exception):
    """What a bad release does."""


effects = table(metadata, Effect, "effects", key=("position",), autoincrement=True)
tallies = table(metadata, Tally, "tallies", key=("root",))
reactions, projections = Reactions(), Projections(Tally)


def _check(root: UUID) -> None:
    if BUGS and os.path.exists(BUGS) and str(root).endswith(tuple(Path(BUGS).read_text().split())):  # noqa: PTH110
        raise HandlerHasABug


def noting() -> Callable[[Any, UnitOfWork], Awaitable[None]]:
    """A reaction that notes the event under the id the unit was caused by."""

    async def note(event: Any, uow: UnitOfWork) -> None:
        _check(event.root)
        assert uow.cause.causation_id is not None
        uow.add(Effect(None, UUID(uow.cause.causation_id), event.root, wall_now()))

    return note


def counting() -> Callable[[Any, View], Awaitable[None]]:
    """A projection that counts."""

    async def count(event: Any, view: View) -> None:
        _check(event.root)
        found = await view.find(Tally, root=event.root)
        view.put(Tally(event.root, (found.events if found else 0) + 1))

    return count


reactions.on(*registry.values())(noting())
projections.on(*registry.values())(counting())
service = Service(NAME, Path(__file__).parent, metadata, reactions=reactions, projections=projections)


async def prepare(settings: Settings) -> None:
    """Make its database and its tables."""
    _, dsn = database_of(settings, NAME)
    assert dsn is not None
    await create_database(dsn)
    await migrate_postgres(dsn, [Part("chassis", CHASSIS, tables.metadata)])
    store = store_of(settings, NAME)
    await store.start()
    await store.execute(*[sa.schema.CreateTable(each, if_not_exists=True) for each in metadata.sorted_tables])
    await store.stop()


async def serve(settings: Settings, own: ProcessSettings) -> None:
    """Stay until told to stop."""
    told = told_to_stop()
    configure_logs(settings.log_level)
    event_log = event_log_of(settings)
    await event_log.start()
    running = Running(
        service,
        store=store_of(settings, NAME),
        event_log=event_log,
        clock=Clock(),
        pack=Pack(settings.packs / settings.pack),
        source=settings.source(NAME),
        check=TokenCheck(own.checking_key(), settings.issuer),
    )
    try:
        await running.start()
        async with serving(running.app, listen(settings)):
            await told.wait()
    finally:
        await running.stop()
        await event_log.stop()


if __name__ == "__main__":
    asyncio.run(serve(Settings(), ProcessSettings()))
