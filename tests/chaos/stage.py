"""The topology of docker-compose.yml under attack: real processes, each started again when it dies."""

import asyncio
import contextlib
import signal
import site
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp

from chassis.settings import Settings
from deploy.local.postgres import Cluster, NoServer, binaries, free_port
from deploy.local.run import Process
from deploy.local.topology import Part, lay_out, read
from openrecp.services import NAMES
from tests.chaos import witness
from tests.kit.kafka import Broker, NoBroker

ROOT = Path(__file__).resolve().parents[2]
ARMED = Path(__file__).parent / "points" / "armed.py"
AGAIN_AFTER_S, LOOK_S, LOOK_WITHIN_S, STOP_WITHIN_S = 0.1, 0.1, 6.0, 25.0
UP_WITHIN_S, BACK_WITHIN_S = 90.0, 60.0


class NeverCameUp(Exception):
    """A process was not ready again for very long; the text holds the end of its log."""


class Attacked(Process):
    """A process with the points at which it can be made to kill itself."""

    @property
    def order(self) -> Path:
        return self.log.with_suffix(".point")

    def command(self) -> list[str]:
        """The same program, begun by the script that places the points."""
        python, *_, module = super().command()[: super().command().index("-m") + 2]
        return [python, "-S", str(ARMED), module, *super().command()[super().command().index("-m") + 2 :]]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in super()._environment().items() if name != "PYTHONDONTWRITEBYTECODE"}
        return kept | {"CHAOS_POINTS": str(self.order)}


class Witness(Attacked):
    """The witness, from the repository itself: it is no part of the product."""

    def command(self) -> list[str]:
        return [sys.executable, "-S", str(ARMED), witness.__name__]

    def _environment(self) -> dict[str, str]:
        libraries = ":".join((str(ROOT), *site.getsitepackages()))
        return super()._environment() | {"PYTHONPATH": libraries, "CHAOS_BUGS": str(self.bugs)}

    @property
    def bugs(self) -> Path:
        return self.log.with_suffix(".bugs")


@dataclass
class Recovery:
    """How long a process took from its start until it was ready, and what had ended it."""

    name: str
    cause: str
    ready_s: float
    disturbed: bool


@dataclass
class Kept:
    """One process that is kept running, and what became of it."""

    process: Attacked
    may_run: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    deaths: int = 0
    starts: int = 0
    cause: str = "first start"
    watching: asyncio.Task[None] | None = None


class Ground:
    """PostgreSQL and Kafka; both can be killed and started again."""

    def __init__(self) -> None:
        self.cluster = Cluster(binaries(), fsync="on", max_connections="300")
        self.port = self.cluster.port
        self.broker = Broker()
        self.away: set[str] = set()

    async def start(self) -> None:
        await asyncio.gather(asyncio.to_thread(self.cluster.start), asyncio.to_thread(self.broker.start))

    async def kill(self, what: str, away_s: float = 0.0) -> float:
        """SIGKILL, and start again after a while; gives the seconds until it answered again."""
        victim = self.cluster if what == "postgres" else self.broker
        self.away.add(what)
        await asyncio.to_thread(victim.kill)
        await asyncio.sleep(away_s)
        began = time.monotonic()
        while not await self._started(victim, began + BACK_WITHIN_S):
            await asyncio.sleep(LOOK_S)
        self.away.discard(what)
        return time.monotonic() - began

    @staticmethod
    async def _started(victim: Cluster | Broker, until: float) -> bool:
        """Whether it has come up; a server whose last process the disk still holds is refused until that is gone."""
        try:
            await asyncio.to_thread(victim.start)
        except (NoServer, NoBroker):
            if time.monotonic() > until:
                raise
            await asyncio.to_thread(victim.kill)
            return False
        return True

    def remove(self) -> None:
        self.cluster.stop()
        self.broker.remove()


class Lent:
    """The server of somebody else, and no broker: events travel through a table."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.broker = None
        self.away: set[str] = set()


class Stage:
    """Processes of the compose file on a ground; `together` names services whose API and loops share a process."""

    def __init__(
        self,
        ground: Ground | Lent,
        folder: Path,
        *,
        services: tuple[str, ...] = NAMES,
        together: tuple[str, ...] = (),
        mark: str = "chaos",
    ) -> None:
        self.ground, self.folder, self.mark = ground, folder, mark
        self.recoveries: list[Recovery] = []
        self._ending = False
        settings = {"POSTGRES_PASSWORD": "none", "OPENRECP_PORT": str(free_port()), "OPENRECP_KAFKA": ""}
        parts = read(settings, folder / "volumes")
        self.parts = {name: self._placed(part) for name, part in parts.items() if self._wanted(name, services)}
        for name in together:
            del self.parts[f"{name}-worker"]
            self.parts[name] = replace(self.parts[name], command=["serve", "--role", "all"])
        trees = lay_out(self.parts, folder / "trees")
        self.kept = {
            name: Kept(Attacked(part, folder, trees[name]))
            for name, part in self.parts.items()
            if part.health is not None
        }
        seen = replace(
            self.parts["clients"], name=witness.NAME, port=free_port(), built=None, mounts={}, command=[], after={}
        )
        port = {"OPENRECP_PORT": str(seen.port), "OPENRECP_HOST": "127.0.0.1"}
        seen = replace(seen, environment=seen.environment | port)
        self.parts[witness.NAME] = seen
        self.kept[witness.NAME] = Kept(Witness(seen, folder, ROOT))
        self._trees = trees

    @staticmethod
    def _wanted(name: str, services: tuple[str, ...]) -> bool:
        """Of the compose file's parts those of the services wanted; the ground is our own."""
        return name in ("migrate", "keys", "gateway") or name.removesuffix("-worker") in services

    def _placed(self, part: Part) -> Part:
        """The part on our ground, with databases and topics of our own."""
        database = f"postgresql://openrecp@127.0.0.1:{self.ground.port}/{self.mark}_{{service}}"
        environment = part.environment | {"OPENRECP_DATABASE": database, "OPENRECP_LOG_LEVEL": "warning"}
        environment |= {"OPENRECP_HANDOVER": str(self.folder / f"{part.name}.door")}
        if self.ground.broker is not None:
            environment |= {"OPENRECP_KAFKA": self.ground.broker.servers, "OPENRECP_KAFKA_PREFIX": f"{self.mark}."}
        return replace(part, environment={name: value for name, value in environment.items() if value})

    @property
    def settings(self) -> Settings:
        """Of the processes, for whoever reads past them."""
        told = self.parts["gateway"].environment
        return Settings(
            database=told["OPENRECP_DATABASE"],
            kafka=told.get("OPENRECP_KAFKA", ""),
            kafka_prefix=told.get("OPENRECP_KAFKA_PREFIX", ""),
        )

    @property
    def signing_key(self) -> Path:
        """With it the gateway vouches for people; whoever speaks past it needs it too."""
        return Path(self.parts["gateway"].environment["OPENRECP_SIGNING_KEY_FILE"])

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(name for name in NAMES if name in self.parts)

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.parts[name].port}"

    async def prepare(self) -> None:
        """Databases and topics, at this version's schema."""
        await self._once("migrate")
        await witness.prepare(self.settings)

    async def start(self) -> None:
        """Keys, then every process; returns when all are ready."""
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=LOOK_WITHIN_S))
        await self._once("keys")
        for each in self.kept.values():
            self.keep(each)
        await self.all_ready()

    async def _once(self, name: str) -> None:
        once = Attacked(self.parts[name], self.folder, self._trees[name])
        await once.spawn()
        if await once.ended() != 0:
            raise NeverCameUp(f"{name}: {once.tail()}")

    def keep(self, kept: Kept) -> None:
        kept.may_run.set()
        kept.watching = asyncio.create_task(self._keep(kept), name=kept.process.part.name)

    def beside(self, name: str, new: str, **environment: str) -> Kept:
        """A further process like another one."""
        port = free_port()
        own = {"OPENRECP_PORT": str(port), "OPENRECP_HANDOVER": str(self.folder / f"{new}.door")}
        changed = self.parts[name].environment | own | environment
        self.parts[new] = replace(self.parts[name], name=new, port=port, environment=changed)
        self.kept[new] = Kept(Attacked(self.parts[new], self.folder, self._trees[name]))
        return self.kept[new]

    async def all_ready(self) -> None:
        await asyncio.gather(*[self.until_ready(name) for name in self.kept])

    async def until_ready(self, name: str) -> None:
        """Wait until a process is up; raises `NeverCameUp`."""
        try:
            async with asyncio.timeout(UP_WITHIN_S):
                await self.kept[name].ready.wait()
        except TimeoutError:
            raise NeverCameUp(f"{name}: {self.kept[name].process.tail()}") from None

    async def _keep(self, kept: Kept) -> None:
        while not self._ending:
            await kept.may_run.wait()
            kept.gone.clear()
            began, away = time.monotonic(), bool(self.ground.away)
            await kept.process.spawn()
            kept.starts += 1
            looking = asyncio.create_task(self._look(kept, began, away=away))
            await kept.process.ended()
            kept.ready.clear()
            kept.gone.set()
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            kept.deaths += 1
            await asyncio.sleep(AGAIN_AFTER_S)

    async def _look(self, kept: Kept, began: float, *, away: bool) -> None:
        name = kept.process.part.name
        while not await self.is_ready(name):
            away = away or bool(self.ground.away)
            await asyncio.sleep(LOOK_S)
        took = time.monotonic() - began
        self.recoveries.append(Recovery(name, kept.cause, took, away or bool(self.ground.away)))
        kept.ready.set()

    async def is_ready(self, name: str) -> bool:
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            async with self._http.get(f"{self.address(name)}/health/ready") as answer:
                return answer.status == 200
        return False

    async def health(self) -> dict[str, str]:
        """What every process says of itself."""
        told: dict[str, str] = {}
        for place in [f"{self.address(name)}/health/{what}" for name in self.kept for what in ("live", "ready")]:
            try:
                async with self._http.get(place) as answer:
                    told[place] = await answer.text()
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                told[place] = type(error).__name__
        return told

    async def kill(self, name: str, cause: str = "killed") -> None:
        """SIGKILL; it is started again by itself."""
        kept = self.kept[name]
        kept.cause = cause
        kept.process.signal(signal.SIGKILL)
        await kept.gone.wait()

    def arm(self, name: str, point: str, passages: int) -> None:
        """From now on it dies at the n-th passage of a point."""
        kept = self.kept[name]
        kept.cause = point
        part = kept.process.order.with_suffix(".part")
        part.write_text(f"{point} {passages}", encoding="ascii")
        part.rename(kept.process.order)

    async def struck(self, name: str, within_s: float) -> bool:
        """Whether an armed process has died of it in time; else the order is taken back."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.kept[name].gone.wait()
                return True
        self.kept[name].process.order.unlink(missing_ok=True)
        return False

    async def stop_one(self, name: str, *, signal_first: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop and wait; it is started again only when `may_run` is set. Gives its exit code."""
        kept = self.kept[name]
        kept.cause = "told to stop"
        kept.process.signal(signal_first)
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                await kept.gone.wait()
        except TimeoutError:
            kept.process.signal(signal.SIGKILL)
            await kept.gone.wait()
        return await kept.process.ended()

    async def hand_over(self, name: str) -> int:
        """Start its successor beside it, which takes its door; gives the exit code of the one that left."""
        old, new = self.kept[name], Kept(Attacked(self.parts[name], self.folder, self._trees[name]))
        old.may_run.clear()
        new.cause = "handed over"
        self.keep(new)
        async with asyncio.timeout(UP_WITHIN_S):
            await old.gone.wait()
            code = await old.process.ended()
            await self._dismiss(old)
            self.kept[name] = new
            await new.ready.wait()
        return code

    async def remove(self, name: str) -> None:
        """Stop a further process for good."""
        kept = self.kept[name]
        kept.may_run.clear()
        await self.stop_one(name)
        await self._dismiss(kept)
        del self.kept[name], self.parts[name]

    @staticmethod
    async def _dismiss(kept: Kept) -> None:
        if kept.watching is not None:
            kept.watching.cancel()
            await asyncio.gather(kept.watching, return_exceptions=True)

    async def stop(self) -> list[str]:
        """Stop everything; the names of those that did not stop in good order."""
        self._ending = True
        running = [kept for kept in self.kept.values() if kept.process.pid is not None]
        for kept in running:
            kept.process.signal(signal.SIGCONT)
            kept.process.signal(signal.SIGTERM)
        codes = await asyncio.gather(*[self._stopped(kept) for kept in running])
        for kept in self.kept.values():
            await self._dismiss(kept)
        await self._http.close()
        return [kept.process.part.name for kept, code in zip(running, codes, strict=True) if code != 0]

    @staticmethod
    async def _stopped(kept: Kept) -> int:
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                return await kept.process.ended()
        except TimeoutError:
            kept.process.signal(signal.SIGKILL)
            await kept.process.ended()
            return -signal.SIGKILL

    async def once(self, name: str, *command: str) -> str:
        """What another command of the same image prints."""
        return await self.kept[name].process.once(*command)
