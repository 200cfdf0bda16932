"""Everything in one process: a store per service, the embedded log, the gateway in front."""

import gc
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chassis import jobs
from chassis.auth import TokenCheck, TokenMint
from chassis.clock import Clock
from chassis.log.port import EventLog, LogAway
from chassis.notices import worker
from chassis.pack import Pack, PackInvalid
from chassis.service import Running
from chassis.settings import ROOT, Settings
from chassis.supervision import Ending
from contracts.topics import TOPICS
from gateway.app import RunningGateway
from gateway.keyring import administrator_key
from gateway.signing import signing_key
from gateway.transports import InProcess
from openrecp.databases import event_log_of, migrate, store_of
from openrecp.folder import PACK, pack_of, write_secret
from openrecp.pages import pages_of
from openrecp.sentences import InWords
from openrecp.services import NAMES, run_service

PERMISSIONS = ROOT / "contracts" / "permissions.json"


@dataclass
class House:
    """The running services of a deployment by name, and its door."""

    settings: Settings
    running: dict[str, Running]
    gateway: RunningGateway
    event_log: EventLog
    clock: Clock

    @property
    def endings(self) -> list[Ending]:
        """What is to begin when the process is told to stop."""
        return [each.ground.ending for each in self.running.values()]

    async def settled(self) -> bool:
        """Whether every event has left its outbox and every consumer has passed the end of its topics.

        Services are looked at one after the other: what one tells another meanwhile is seen by looking twice.
        """
        try:
            before = await self.event_log.ends(list(TOPICS))
            if not (await self._quiet() and await self._quiet()):
                return False
            return before == await self.event_log.ends(list(TOPICS))
        except LogAway:
            return False

    async def _quiet(self) -> bool:
        facts = [await each.facts() for each in self.running.values()]
        return all(each["outbox"]["waiting"] == 0 and all(lag == 0 for lag in each["lag"].values()) for each in facts)


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
    """Migrate, start every service and the gateway; on the way out stop in the opposite order.

    Whoever calls it holds the lock of the data folder.
    """
    await migrate(settings)
    pack = Pack(settings.packs / pack_of(settings))
    clock = clock or Clock(settable=settings.clock == "settable")
    mint = TokenMint(signing_key(settings.data), settings.issuer)
    async with AsyncExitStack() as stack:
        event_log = event_log_of(settings)
        await event_log.start()
        stack.push_async_callback(event_log.stop)
        running = {name: _service(name, settings, event_log, clock, pack, mint) for name in NAMES}
        gateway = _gateway(settings, running, clock, pack, mint)
        # First the gateway: it sets the clock where it stood, and no timer may run by another.
        await gateway.start()
        stack.push_async_callback(gateway.stop)
        for each in running.values():
            if not settings.database.get_secret_value():  # the folder's lock: whoever held a lease is dead
                await each.store.start()
                await jobs.let_go(each.store)
                await worker.let_go(each.store)
                for loop in each.loops:
                    await loop.let_go()
            await each.start()
            stack.push_async_callback(each.stop)
        # What was loaded to start stays: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        stack.callback(gc.unfreeze)  # a house that is closed goes whole: after the play a second one is opened
        yield House(settings, running, gateway, event_log, clock)


def _service(name: str, settings: Settings, event_log: EventLog, clock: Clock, pack: Pack, mint: TokenMint) -> Running:
    check = TokenCheck(mint.public_key, settings.issuer)
    return run_service(
        name, settings, store_of(settings, name), event_log=event_log, clock=clock, pack=pack, check=check
    )


def _gateway(
    settings: Settings, running: dict[str, Running], clock: Clock, pack: Pack, mint: TokenMint
) -> RunningGateway:
    return RunningGateway(
        settings=settings,
        store=store_of(settings, "gateway"),
        clock=clock,
        mint=mint,
        pack=pack,
        services={name: InProcess(each.app) for name, each in running.items()},
        permissions=json.loads(PERMISSIONS.read_text(encoding="utf-8")),
        portal=pages_of(settings, clock, signing_key(settings.data)),
    )


class DeploymentExists(InWords):
    """The folder holds a deployment already; its first key is shown once and kept nowhere."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds a deployment already: start it with `openrecp up --data {folder}`, "
            f"or, if its keys got lost, make another with `openrecp key administrator --data {folder}`"
        )


def holds_deployment(settings: Settings) -> bool:
    """Whether `init` has come to its end in this folder."""
    return (settings.data / PACK).exists()


async def init(settings: Settings) -> dict[str, Any]:
    """Make a deployment: its databases, the first administrator, and at last the name of its pack, so that one
    that was interrupted can be repeated.

    Whoever calls it holds the lock of the data folder.
    """
    if holds_deployment(settings):
        raise DeploymentExists(settings.data)
    from openrecp.packs import faults_of  # it knows every service, and a gateway of its own has none of their code

    faults = faults_of(settings.packs / settings.pack)
    if faults:
        raise PackInvalid(settings.pack, faults)
    await migrate(settings)
    made = await new_administrator(settings, "first administrator")
    write_secret(settings.data / PACK, settings.pack)
    return {"pack": settings.pack, "data": str(settings.data)} | made


async def new_administrator(settings: Settings, label: str) -> dict[str, Any]:
    """A further administrator and its key, written past the door: for a new deployment, or where every key got lost.

    Whoever calls it holds the lock of the data folder.
    """
    store = store_of(settings, "gateway")
    await store.start()
    text, key = await administrator_key(store, label)
    await store.stop()
    return {"key_id": str(key.key_id), "key": text}
