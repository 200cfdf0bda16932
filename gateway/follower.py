"""The process's clock follows the steps in the database."""

from datetime import timedelta

import sqlalchemy as sa

from chassis.clock import Clock
from chassis.store.port import Batch, Insert, Store
from gateway.models import clock_steps


class Follower:
    """Keeps the process's clock at the furthest step of the database."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock, self._store = clock, store
        store.on_commit(self._hear)

    async def start(self) -> None:
        """Go on from where the clock stood before a restart."""
        furthest = sa.select(sa.func.max(clock_steps.table.c.offset_us))
        offset_us = (await self._store.fetch(furthest))[0][0]
        if offset_us is not None:  # a clock that was never moved keeps the offset it was made with
            self._clock.offset = timedelta(microseconds=offset_us)  # behind the wall clock too

    def _hear(self, batch: Batch) -> None:
        for change in batch.changes:
            if isinstance(change, Insert) and change.table is clock_steps.table:
                self._move(change.row["offset_us"])

    def _move(self, offset_us: int) -> None:
        self._clock.offset = max(self._clock.offset, timedelta(microseconds=offset_us))
