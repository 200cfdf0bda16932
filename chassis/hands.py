"""One settable business time in all processes of a service: each shows what it has, the furthest one holds."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.clock import Clock, new_id, wall_now
from chassis.http import Body, validated
from chassis.store.mapping import table
from chassis.store.port import Batch, Put, Store
from chassis.supervision import Pulse, heard
from chassis.tables import metadata
from contracts.principals import SYSTEM_PRINCIPAL
from contracts.refusals import NotAllowed, Refusal

BEAT_S = 2.0
GONE_AFTER = timedelta(seconds=6)
"""A process that has shown nothing for so long is dead, or hears of the time when it wakes."""
AGAIN_AFTER = timedelta(seconds=1.5)
FORGOTTEN_AFTER = timedelta(days=1)
PATIENCE_S = 15.0
PLACE = "/internal/clock"
UNTOLD = -(2**62)
"""What a process shows that knows no time but the wall clock's: further back than any time it can be told."""


class ClockLags(Refusal):
    status = 503
    sentence = "Not every process of {service} has this time yet: ask again."


@dataclass(frozen=True, slots=True)
class ClockHand:
    """How far the business time of a process is from the wall clock, and when it last said so."""

    process_id: UUID
    offset_us: int
    seen_at: datetime


class Told(Body):
    """What the gateway tells a service: the offset of business time to the wall clock."""

    offset_us: int = Field(gt=UNTOLD, le=2**62)


hands = table(metadata, ClockHand, "clock_hands", key=("process_id",))


class Hands:
    """Sets this process's clock by the furthest hand in the service's database, and shows its own there.

    Offsets only grow once one is known, so that nothing late can turn the time back.
    """

    def __init__(self, service: str, clock: Clock, store: Store) -> None:
        self.service, self.clock, self._store = service, clock, store
        self._me = new_id()
        self._known: int | None = None
        self._shown: tuple[int, datetime] | None = None
        self._showing = asyncio.Lock()
        self._news = asyncio.Event()
        self._rings: list[asyncio.Event] = []
        store.on_news(hands.table, self._ring)

    def _ring(self) -> None:
        for bell in (self._news, *self._rings):
            bell.set()

    async def start(self) -> None:
        """Take the time of those that are or were there; without any, this process keeps the time it was made with."""
        await self._look()
        if self._known is None:
            await self._show_now()
        else:
            columns = hands.table.c
            dead = sa.and_(columns.offset_us < self._known, columns.seen_at < wall_now() - FORGOTTEN_AFTER)
            await self._store.execute(sa.delete(hands.table).where(dead))

    async def stop(self) -> None:
        """Nobody needs to wait for this process any more; what it had stays for those that start later."""
        await self._show(wall_now() - GONE_AFTER)

    async def run(self, pulse: Pulse) -> None:
        """Follow the others, and show every few seconds that this process is alive."""
        while True:
            pulse.beat()
            self._news.clear()
            await self._look()
            await self._show_now()
            await heard(self._news, BEAT_S)

    async def move(self, offset_us: int) -> None:
        """Set the time here, and return when every living process of the service has it; else raises `ClockLags`."""
        bell = asyncio.Event()
        self._rings.append(bell)
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    bell.clear()
                    await self._take(offset_us)
                    if not await self._behind(offset_us):
                        return
                    await heard(bell, 1.0)
        except TimeoutError:
            raise ClockLags(service=self.service) from None
        finally:
            self._rings.remove(bell)

    async def _look(self) -> None:
        told = sa.select(sa.func.max(hands.table.c.offset_us)).where(hands.table.c.offset_us > UNTOLD)
        furthest = (await self._store.fetch(told))[0][0]
        if furthest is not None:
            await self._take(furthest)

    async def _take(self, offset_us: int) -> None:
        self._known = offset_us if self._known is None else max(self._known, offset_us)
        self.clock.offset = timedelta(microseconds=self._known)
        await self._show_now()

    async def _show_now(self) -> None:
        async with self._showing:
            now = wall_now()
            if self._shown is None or self._shown[0] != self._hand or now - self._shown[1] > AGAIN_AFTER:
                await self._show(now)

    @property
    def _hand(self) -> int:
        return UNTOLD if self._known is None else self._known

    async def _show(self, at: datetime) -> None:
        offset_us = self._hand
        await self._store.commit(Batch([Put(hands.table, hands.row(ClockHand(self._me, offset_us, at)))]))
        self._shown = (offset_us, at)

    async def _behind(self, offset_us: int) -> bool:
        columns = hands.table.c
        late = sa.select(columns.process_id).where(
            columns.offset_us < offset_us, columns.seen_at > wall_now() - GONE_AFTER
        )
        return bool(await self._store.fetch(late.limit(1)))

    def route(self) -> Route:
        """Where the gateway tells the time; nobody else is admitted, and the door knows no such path."""
        return Route(PLACE, self._told, methods=["POST"])

    async def _told(self, request: Request) -> Response:
        principal = request.scope["principal"]
        if isinstance(principal, Refusal):
            raise principal
        if principal != SYSTEM_PRINCIPAL:
            raise NotAllowed
        told = Told.model_validate(validated(Told, await request.body()))
        await self.move(told.offset_us)
        return JSONResponse({"offset_us": self._known})
