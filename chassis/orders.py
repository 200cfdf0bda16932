"""What an administrator asks of a service's loops, wherever they run: a rebuild, and to go on after a stop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from chassis.clock import wall_now
from chassis.consumer import Projector
from chassis.log.port import EventLog
from chassis.rebuild import rebuild
from chassis.store.mapping import table
from chassis.store.port import Batch, Put, Store
from chassis.supervision import Pulse, heard
from chassis.tables import metadata
from chassis.unit_of_work import UnitOfWork

log = structlog.get_logger()
POLL_S = 5.0
BEAT_S = 5.0
REBUILD, GO_ON = "rebuild", "go_on"


@dataclass(frozen=True, slots=True)
class Order:
    """The last order of a kind. A rebuild is running until it is finished or has failed, with its result."""

    kind: str
    state: str
    asked_at: datetime
    result: dict[str, Any] | None = None


orders = table(metadata, Order, "orders", key=("kind",))


def order(uow: UnitOfWork, kind: str) -> Order:
    """Ask for something; the process that can will hear of it."""
    asked = Order(kind, "running", wall_now())
    uow.put(asked)
    return asked


class Orders:
    """Carries out what is asked, in every process that works.

    A rebuild belongs to the process whose projector reads. Whichever that is takes up a rebuild that a dead one
    left behind: it begins with fresh tables.
    """

    def __init__(
        self, store: Store, event_log: EventLog, projector: Projector | None, go_on: Callable[[], None]
    ) -> None:
        self.store, self.log, self.projector, self._go_on = store, event_log, projector, go_on
        self._news = asyncio.Event()
        store.on_news(orders.table, self._news.set)

    async def run(self, pulse: Pulse) -> None:
        known = await self._last()
        while True:
            pulse.beat()
            self._news.clear()
            last = await self._last()
            if last.get(GO_ON) != known.get(GO_ON):
                self._go_on()
            known = last
            asked = last.get(REBUILD)
            if asked is not None and asked.state == "running" and self.projector and self.projector.is_reading:
                await self._carried_out(asked, self.projector, pulse)
            await heard(self._news, POLL_S)

    async def _last(self) -> dict[str, Order]:
        rows = await self.store.fetch(sa.select(orders.table))
        return {each.kind: each for each in map(orders.state, rows)}

    async def _carried_out(self, asked: Order, projector: Projector, pulse: Pulse) -> None:
        work = asyncio.create_task(rebuild(projector, self.log))
        try:
            while not work.done():
                pulse.beat()
                await asyncio.wait({work}, timeout=BEAT_S)
        finally:
            work.cancel()
        fault = work.exception()
        if fault is not None:
            log.error("rebuild.failed", consumer=projector.name, exc_info=fault)
        ended = replace(asked, state="failed") if fault else replace(asked, state="finished", result=work.result())
        await self.store.commit(Batch([Put(orders.table, orders.row(ended))]))
