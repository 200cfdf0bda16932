"""Real processes on cores of their own, and what the kernel says they cost: user and system time with all children."""

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from deploy.local.postgres import GUARD, Cluster, binaries

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
CORES = sorted(os.sched_getaffinity(0))
UNDER_TEST, BESIDE = CORES[0], CORES[-1]
"""What is measured has a core for itself; its database, its neighbours and whoever asks share the other."""
READY_WITHIN_S, GONE_WITHIN_S, LOOK_S = 60.0, 20.0, 0.05


class DidNotStart(Exception):
    """A process ended or was not ready in time; the text holds the end of what it said."""


def family(pid: int) -> list[int]:
    """A process and all its living descendants."""
    found, waiting = [], [pid]
    while waiting:
        each = waiting.pop()
        found.append(each)
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    return found


def cpu_s(pid: int) -> float:
    """User and system seconds of a process and its descendants, the dead ones that were waited for included."""
    ticks = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def resident_mb(pid: int) -> float:
    """Memory of a process and its descendants that is theirs alone or shared once (proportional set size)."""
    total = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


def pin(pid: int, core: int) -> None:
    """Keep a process, its threads and its descendants on one core; what they start later inherits it."""
    for each in family(pid):
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                os.sched_setaffinity(int(task.name), {core})


class Program:
    """A process that was started for a figure."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name, self._process, self.log = name, process, log

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_s(self) -> float:
        return cpu_s(self.pid)

    def memory_mb(self) -> float:
        return resident_mb(self.pid)

    def tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2_000:]

    async def until_ready(self, port: int, within_s: float = READY_WITHIN_S) -> None:
        """Wait until it takes connections; raises `DidNotStart`."""
        until = asyncio.get_running_loop().time() + within_s
        while self._process.returncode is None and asyncio.get_running_loop().time() < until:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(LOOK_S)
        raise DidNotStart(f"{self.name}: {self.tail()}")

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(GONE_WITHIN_S):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()


@asynccontextmanager
async def started(
    name: str,
    command: Sequence[str | Path],
    *,
    folder: Path,
    core: int = UNDER_TEST,
    port: int | None = None,
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> AsyncIterator[Program]:
    """Run a command on one core until the block ends, or we do; with a port it is waited for.

    It inherits nothing of our environment but PATH.
    """
    log = folder / f"{name}.log"
    with log.open("ab") as told:
        process = await asyncio.create_subprocess_exec(
            *("taskset", "-c", str(core), *map(str, command)),
            cwd=cwd,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **(environment or {})},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            start_new_session=True,
        )
    guard = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", GUARD, "sh", str(process.pid), stdin=asyncio.subprocess.PIPE, start_new_session=True
    )
    program = Program(name, process, log)
    try:
        if port is not None:
            await program.until_ready(port)
        yield program
    finally:
        await program.stop()
        guard.kill()
        await guard.wait()


async def done(
    command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None, core: int = BESIDE
) -> str:
    """What a command that ends by itself printed; raises `DidNotStart` where it failed."""
    process = await asyncio.create_subprocess_exec(
        *("taskset", "-c", str(core), *map(str, command)),
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **(environment or {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    if process.returncode != 0:
        raise DidNotStart(f"{Path(command[0]).name}: {(err + out).decode(errors='replace')[-2_000:]}")
    return out.decode()


@asynccontextmanager
async def postgres(core: int = BESIDE, **settings: Any) -> AsyncIterator[Cluster]:
    """A durable PostgreSQL (fsync on) on one core; removed afterwards. `cpu_s(cluster.pid)` is what it has cost."""
    cluster = await asyncio.to_thread(lambda: Cluster(binaries(), **settings))
    try:
        await asyncio.to_thread(cluster.start)
        if cluster.pid is not None:
            pin(cluster.pid, core)
        yield cluster
    finally:
        await asyncio.to_thread(cluster.stop)


def absent(programs: Iterable[str]) -> list[str]:
    """Which of these programs this machine does not have."""
    return [each for each in programs if shutil.which(each) is None]
