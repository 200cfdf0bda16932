"""Starts the parts of a topology in their order, starts again what dies, and stops them in the opposite order."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

from deploy.local import libraries
from deploy.local.postgres import Cluster, binaries
from deploy.local.topology import ROOT, Part, lay_out

# Reads from us until we are gone, however we went; then it ends the process ($1).
GUARD = 'read -r _; kill -9 "$1"'
AGAIN_AFTER_S = 0.2
DONE, HEALTHY, STARTED = "service_completed_successfully", "service_healthy", "service_started"
Tell = Callable[[str], None]


class DidNotStart(Exception):
    """A part ended or was not healthy in time; the text holds the end of its log."""


class Process:
    """One part as a process of this machine, its output in a file of its own; `well` are exit codes of a good end."""

    well: tuple[int, ...] = (0,)

    def __init__(self, part: Part, folder: Path, tree: Path | None) -> None:
        self.part, self.tree = part, tree
        self.log = folder / "logs" / f"{part.name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.starts = 0
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._guard: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    def _argv(self, command: list[str]) -> list[str]:
        """Its command; python is ours, without what makes the repository itself importable."""
        return [sys.executable, "-S", *command[1:]] if command[0] == "python" else command

    def _environment(self) -> dict[str, str]:
        importable = f"{self.tree}:{self.tree}/{libraries.PLACE}"
        return {"PATH": os.environ["PATH"], "PYTHONPATH": importable, **self.part.environment}

    @property
    def _program(self) -> list[str]:
        return self.part.built.entrypoint if self.part.built else []

    def command(self) -> list[str]:
        """What its container would run."""
        return self._argv([*self._program, *self.part.command])

    async def spawn(self) -> None:
        """Begin to start it."""
        self.starts += 1
        for folder in self.part.mounts.values():
            folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.command(),
                cwd=self.tree or self._folder,
                env=self._environment() if self.tree else None,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us, who then stop it in good order
            )
        self._guard = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", GUARD, "sh", str(self._process.pid), stdin=asyncio.subprocess.PIPE, start_new_session=True
        )

    async def ended(self) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None  # noqa: S101  asked after spawn only
        code = await self._process.wait()
        if self._guard is not None and self._guard.returncode is None:
            self._guard.kill()
            await self._guard.wait()
        return code

    async def healthy(self) -> bool:
        """Whether its own health check says so."""
        if self.part.health is None:
            return True
        asking = await asyncio.create_subprocess_exec(
            *self.asking(self.part.health.command),
            cwd=self.tree or self._folder,
            env=self._environment() if self.tree else None,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return await asking.wait() == 0

    def asking(self, check: list[str]) -> list[str]:
        """The command that asks whether it is up: its container's own."""
        return self._argv(check)

    async def once(self, *command: str) -> str:
        """Another command of the same image beside it, to its end; what it printed."""
        return await self._aside([*self._program, *command])

    async def run_python(self, code: str) -> str:
        """What some code prints in the world of this process."""
        return await self._aside(["python", "-c", code])

    async def _aside(self, command: list[str]) -> str:
        running = await asyncio.create_subprocess_exec(
            *self._argv(command),
            cwd=self.tree,
            env=self._environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await running.communicate()
        if running.returncode != 0:
            raise DidNotStart(f"{' '.join(command)}: {err.decode(errors='replace').strip()}")
        return out.decode()

    def signal(self, kind: signal.Signals) -> None:
        if self.pid is not None:
            os.kill(self.pid, kind)

    def tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2_000:]


class Broker(Process):
    """Kafka: the jars of Maven Central instead of the image's."""

    well = (0, 143)  # a JVM that was told to stop ends so, however well

    @property
    def _broker(self) -> str:
        return str(ROOT / "deploy" / "kafka" / "broker")

    @property
    def _place(self) -> str:
        return str(next(iter(self.part.mounts.values())))

    def command(self) -> list[str]:
        return [self._broker, "run", self._place, str(self.part.port)]

    def asking(self, check: list[str]) -> list[str]:
        return [self._broker, "status", self._place]


class Database(Process):
    """PostgreSQL: Debian's or the wheel's own server instead of the image's."""

    def __init__(self, part: Part, folder: Path, *, lasting: bool) -> None:
        super().__init__(part, folder, None)
        place = next(iter(part.mounts.values())) if lasting else None
        settings = dict(each.split("=") for each in part.command if "=" in each)
        self.cluster = Cluster(binaries(), folder=place, port=part.port, **settings)
        self._over = asyncio.Event()

    @property
    def pid(self) -> int | None:
        return None if self._over.is_set() else self.cluster.pid

    async def spawn(self) -> None:
        self.starts += 1
        await asyncio.to_thread(self.cluster.start)

    async def ended(self) -> int:
        await self._over.wait()
        return 0

    async def healthy(self) -> bool:
        return True  # its start waits until it answers

    def signal(self, kind: signal.Signals) -> None:
        self.cluster.stop()
        self._over.set()


class System:
    """The whole topology at work."""

    def __init__(self, parts: Mapping[str, Part], folder: Path, *, lasting: bool, tell: Tell = print) -> None:
        trees = lay_out(parts, folder / "trees")
        self.parts, self.folder, self._tell = parts, folder, tell
        self.processes: dict[str, Process] = {
            name: _process(part, folder, trees.get(name), lasting=lasting) for name, part in parts.items()
        }
        self._reached: dict[str, dict[str, asyncio.Event]] = {
            name: {each: asyncio.Event() for each in (STARTED, HEALTHY, DONE)} for name in parts
        }
        self._watching: list[asyncio.Task[None]] = []
        self._stopping = False

    def address(self, name: str) -> str:
        """Where a part listens here."""
        return f"http://127.0.0.1:{self.parts[name].port}"

    async def start(self) -> None:
        """Start everything; returns when all are healthy or have done their work."""
        began = time.monotonic()
        try:
            async with asyncio.TaskGroup() as together:
                for name in self.parts:
                    together.create_task(self._start(name))
        except* DidNotStart as failures:
            raise DidNotStart("\n".join(str(each) for each in failures.exceptions)) from None
        self._tell(f"all {len(self.parts)} parts are up after {time.monotonic() - began:.1f} s")

    async def _start(self, name: str) -> None:
        part, process = self.parts[name], self.processes[name]
        for other, condition in part.after.items():
            if other in self._reached:
                await self._reached[other][condition].wait()
        began = time.monotonic()
        await process.spawn()
        self._reached[name][STARTED].set()
        if part.health is None:
            code = await process.ended()
            if code != 0:
                raise DidNotStart(f"{name} ended with {code}: {process.tail()}")
            self._reached[name][DONE].set()
        else:
            self._watching.append(asyncio.create_task(self._watch(name)))
            await self.until_healthy(name)
            self._reached[name][HEALTHY].set()
        self._tell(f"  {name} {'is up' if part.health else 'is done'} ({time.monotonic() - began:.1f} s)")

    async def until_healthy(self, name: str) -> None:
        """Wait until a part answers its own health check; raises `DidNotStart`."""
        health, process = self.parts[name].health, self.processes[name]
        assert health is not None  # noqa: S101  one-shots are not waited for
        until = time.monotonic() + health.within_s
        while not await process.healthy():
            if time.monotonic() > until:
                raise DidNotStart(f"{name} was not healthy within {health.within_s:.0f} s: {process.tail()}")
            await asyncio.sleep(health.every_s / 2)

    async def _watch(self, name: str) -> None:
        """`restart: unless-stopped`."""
        part, process = self.parts[name], self.processes[name]
        while True:
            code = await process.ended()
            if self._stopping or not part.restarts:
                return
            self._tell(f"  {name} ended with {code}: it is started again")
            await asyncio.sleep(AGAIN_AFTER_S)
            await process.spawn()

    async def stop(self) -> None:
        """Stop each part when all that stand on it have stopped."""
        self._stopping = True
        over = {name: asyncio.Event() for name in self.parts}
        async with asyncio.TaskGroup() as together:
            for name in self.parts:
                together.create_task(self._stop(name, over))
        await asyncio.gather(*self._watching)

    async def _stop(self, name: str, over: Mapping[str, asyncio.Event]) -> None:
        for other, part in self.parts.items():
            if name in part.after:
                await over[other].wait()
        process = self.processes[name]
        if process.pid is not None:
            process.signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(self.parts[name].grace_s):
                    code: Any = await process.ended()
            except TimeoutError:
                process.signal(signal.SIGKILL)
                code = f"killed after {self.parts[name].grace_s:.0f} s"
            if code not in process.well:
                self._tell(f"  {name} did not stop in good order: {code}")
        over[name].set()


def _process(part: Part, folder: Path, tree: Path | None, *, lasting: bool) -> Process:
    """The servers of others come from this machine, everything else from its tree."""
    if part.image.startswith("postgres"):
        return Database(part, folder, lasting=lasting)
    return Broker(part, folder, None) if part.image.startswith("apache/kafka") else Process(part, folder, tree)


@contextlib.asynccontextmanager
async def running(
    parts: Mapping[str, Part], folder: Path, *, lasting: bool, tell: Tell = print
) -> AsyncIterator["System"]:
    """The topology, started; stopped whatever happens."""
    system = System(parts, folder, lasting=lasting, tell=tell)
    try:
        await system.start()
        yield system
    finally:
        await system.stop()
