"""Business time follows the steps in the database: in this process, in every other of the gateway, in every service."""

import asyncio
import json
from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
import structlog
from starlette.types import Message, Receive, Scope, Send

from chassis.auth import TokenMint
from chassis.clock import Clock, new_id, wall_now
from chassis.hands import PATIENCE_S, PLACE, ClockLags, Hands
from chassis.store.port import Batch, Insert, Store
from chassis.supervision import Pulse, Supervisor, heard
from contracts.principals import SYSTEM_ID, SYSTEM_PRINCIPAL
from contracts.refusals import Refusal
from gateway.clock import MICROSECOND, ClockStep
from gateway.models import clock_steps
from gateway.transports import Transport, asked

log = structlog.get_logger()
ADVANCE = "/v1/clock/advance"
AGAIN_S = 5.0
TRY_AGAIN_S = 0.2


class ClockIsNotEverywhere(Refusal):
    status = 503
    sentence = (
        "Business time was moved, but {services} did not say that it has it. It is told again until it does: "
        "repeat with the same Idempotency-Key to wait for it."
    )


class Follower:
    """Keeps the process's clock at the furthest step of the database, and tells the time to services elsewhere.

    Where every service is in this process there is nobody to tell: they share its clock.
    """

    def __init__(
        self,
        clock: Clock,
        store: Store,
        services: Mapping[str, Transport],
        mint: TokenMint,
        begins: timedelta | None = None,
    ) -> None:
        self._clock, self._store, self._services, self._mint, self._begins = clock, store, services, mint, begins
        self._hands = Hands("gateway", clock, store) if services else None
        self._supervisor = Supervisor()
        self._moved = asyncio.Event()
        store.on_commit(self._hear)

    async def start(self) -> None:
        """Go on from where the clock stood before a restart; services that are up learn it before anybody asks."""
        offset_us = await self._furthest()
        if offset_us is None and self._begins is not None:
            offset_us = await self._begin(self._begins)
        if offset_us is not None:  # a clock that was never moved keeps the offset it was made with
            self._clock.offset = timedelta(microseconds=offset_us)  # behind the wall clock too
        if self._hands is None:
            return
        await self._hands.start()
        late = await self._tell_all() if offset_us is not None else []
        if late:
            log.warning("clock.not_everywhere", services=late)
        self._supervisor.watch("gateway.hands", self._hands.run)
        self._supervisor.watch("gateway.clock", self._run)

    async def stop(self) -> None:
        """Tell nobody any more."""
        await self._supervisor.stop()
        if self._hands is not None:
            await self._hands.stop()

    async def everywhere(self) -> None:
        """Return when every process has this time; raises `ClockIsNotEverywhere` with those that do not say so."""
        if self._hands is None:
            return
        clock = asyncio.get_running_loop().time
        until, late = clock() + PATIENCE_S, await self._tell_all()
        while late and clock() < until:
            await asyncio.sleep(TRY_AGAIN_S)
            late = await self._tell_all()
        if late:
            raise ClockIsNotEverywhere(services=", ".join(late))

    async def _run(self, pulse: Pulse) -> None:
        """Whoever was away while the time moved learns it within seconds."""
        while True:
            pulse.beat()
            self._moved.clear()
            if await self._furthest() is not None:
                await self._tell_all()
            await heard(self._moved, AGAIN_S)

    async def _tell_all(self) -> list[str]:
        """Those that do not say they have the time of this process."""
        assert self._hands is not None  # noqa: S101  asked only where there is somebody to tell
        offset_us = self._clock.offset // MICROSECOND
        names = list(self._services)
        told = await asyncio.gather(self._here(self._hands, offset_us), *(self._told(n, offset_us) for n in names))
        return [name for name, has in zip(("gateway", *names), told, strict=True) if not has]

    async def _here(self, hands: Hands, offset_us: int) -> bool:
        try:
            await hands.move(offset_us)
        except ClockLags:
            return False
        return True

    async def _told(self, name: str, offset_us: int) -> bool:
        headers = [
            (b"authorization", f"Bearer {self._mint.token(SYSTEM_PRINCIPAL)}".encode()),
            (b"content-type", b"application/json"),
        ]
        body = json.dumps({"offset_us": offset_us}).encode()
        try:
            async with asyncio.timeout(PATIENCE_S):
                status, _ = await asked(self._services[name], "POST", PLACE, headers=headers, body=body)
        except (Refusal, TimeoutError):
            return False
        return status == 200

    async def _furthest(self) -> int | None:
        furthest = sa.select(sa.func.max(clock_steps.table.c.offset_us))
        offset_us: int | None = (await self._store.fetch(furthest))[0][0]
        return offset_us

    async def _begin(self, offset: timedelta) -> int:
        now = wall_now()
        first = ClockStep(new_id(), offset // MICROSECOND, moved_to=now + offset, moved_at=now, moved_by=SYSTEM_ID)
        await self._store.commit(Batch([Insert(clock_steps.table, clock_steps.row(first))]))
        return first.offset_us

    def _hear(self, batch: Batch) -> None:
        for change in batch.changes:
            if isinstance(change, Insert) and change.table is clock_steps.table:
                self._clock.offset = max(self._clock.offset, timedelta(microseconds=change.row["offset_us"]))
                self._moved.set()


class Everywhere:
    """The gateway's own routes; the answer to a move of the clock is held back until every process has it."""

    in_process = True

    def __init__(self, own: Transport, follower: Follower) -> None:
        self._own, self._follower = own, follower

    async def start(self) -> None:
        """Nothing: the follower is started with the gateway."""

    async def stop(self) -> None:
        """Nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != ADVANCE:
            await self._own(scope, receive, send)
            return
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self._own(scope, receive, hold)
        if held and held[0].get("status") == 200:
            await self._follower.everywhere()
        for message in held:
            await send(message)
