"""Deadlines: one sweep a second finds what is due in business time and runs its use case, a unit each."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
import structlog

from chassis.clock import wall_now
from chassis.store.port import AnySelect, Store
from chassis.supervision import Pulse
from chassis.tables import answers
from chassis.unit_of_work import Cause, Ground, UnitOfWork, in_one_unit
from contracts.principals import SYSTEM_PRINCIPAL
from contracts.refusals import Refusal

log = structlog.get_logger()
SWEEP_S = 1.0
AT_ONCE = 200
REST_AFTER_FAILURE_S = 30.0
ANSWERS_ARE_KEPT = timedelta(days=7)
Due = Callable[[datetime], AnySelect]
UseCase = Callable[[UUID, UnitOfWork], Awaitable[None]]


class Timers:
    """The deadlines of a service: a select of the ids that are due, and what happens to each."""

    def __init__(self) -> None:
        self.all: list[tuple[Due, UseCase]] = []

    def due(self, which: Due) -> Callable[[UseCase], UseCase]:
        """Register a use case for the ids this select finds; it must find nothing once the case has run."""

        def register(use_case: UseCase) -> UseCase:
            self.all.append((which, use_case))
            return use_case

        return register


class Sweep:
    """Runs what is due; a case that fails rests for a while and holds up nobody."""

    def __init__(self, ground: Ground, timers: Timers) -> None:
        self.ground, self.timers = ground, timers
        self._resting: dict[tuple[str, UUID], float] = {}

    async def run(self, pulse: Pulse) -> None:
        while True:
            pulse.beat()
            if await self.sweep() == 0:
                await asyncio.sleep(SWEEP_S)

    async def sweep(self) -> int:
        """How many cases ran."""
        ran = 0
        self._resting = {case: until for case, until in self._resting.items() if until > time.monotonic()}
        for which, use_case in self.timers.all:
            resting = {id for name, id in self._resting if name == use_case.__name__}
            # Those that rest are the longest due and stand in front of the others.
            due = which(self.ground.clock.now()).limit(AT_ONCE + len(resting))
            ids = [row[0] for row in await self.ground.store.fetch(due) if row[0] not in resting]
            outcomes = await asyncio.gather(*(self._one(id, use_case) for id in ids))
            ran += sum(outcomes)
        return ran

    async def _one(self, id: UUID, use_case: UseCase) -> bool:
        rested = time.monotonic() + REST_AFTER_FAILURE_S
        cause = Cause(SYSTEM_PRINCIPAL, f"{self.ground.service}.timers:{use_case.__name__}", f"timer-{id}")
        try:
            await in_one_unit(self.ground, cause, lambda uow: use_case(id, uow))
        except Refusal as refusal:
            # Somebody answered between the select and the unit: the deadline has nothing left to do.
            log.info("timer.overtaken", case=use_case.__name__, id=str(id), code=refusal.code)
        except Exception:
            log.exception("timer.failed", case=use_case.__name__, id=str(id))
        else:
            return True
        self._resting[(use_case.__name__, id)] = rested
        return False


class Housekeeping:
    """Forgets, once an hour, the answers kept under idempotency keys for more than seven days."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def run(self, pulse: Pulse) -> None:
        while True:
            old = answers.table.c.answered_at < wall_now() - ANSWERS_ARE_KEPT
            await self.store.execute(sa.delete(answers.table).where(old))
            for _ in range(60):
                pulse.beat()
                await asyncio.sleep(60.0)


def passed(table: sa.Table, column: str, **equals: str) -> Due:
    """The ids of a table whose moment has come, among the rows with these values."""
    return lambda now: (
        sa.select(table.c.id)
        .where(table.c[column] <= now, *(table.c[name] == value for name, value in equals.items()))
        .order_by(table.c[column])
    )
