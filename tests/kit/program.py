"""The program as its users run it: a process of its own on a data folder, started, killed, started again, asked."""

import asyncio
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chassis.clock import new_id
from chassis.settings import ROOT, Settings
from chassis.store.port import Batch, Insert
from gateway.clock import ClockStep
from gateway.models import clock_steps
from openrecp.databases import store_of
from openrecp.folder import DataFolder
from openrecp.house import init

UP = "OpenRECP is up"
READY_WITHIN_S = 60.0
# Reads from us until we are gone, however we went; then it ends the program ($1).
GUARD = 'read -r _; kill -9 "$1"'
COMMAND = (sys.executable, "-m", "openrecp")


class DidNotStart(Exception):
    """It ended before it was up; the text is what it said."""


class Program:
    """`openrecp up` on a folder and a port that stay the same from start to start."""

    def __init__(self, folder: Path, *flags: str, **environment: str) -> None:
        self.folder, self.port = folder, free_port()
        self._command = [*COMMAND, "up", "--data", str(folder), "--port", str(self.port), *flags]
        self._environment = {"OPENRECP_LOG_LEVEL": "error"} | environment
        self._process: subprocess.Popen[str] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._said: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self.starts = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def spawn(self) -> None:
        """Begin to start it."""
        self.starts += 1
        self._said = queue.SimpleQueue()
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env={**os.environ, **self._environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        command = ["/bin/sh", "-c", GUARD, "sh", str(self._process.pid)]
        self._guard = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
        threading.Thread(target=self._listen, args=(self._process, self._said), daemon=True).start()

    @staticmethod
    def _listen(process: "subprocess.Popen[str]", said: "queue.SimpleQueue[str | None]") -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                said.put(line.rstrip("\n"))
        said.put(None)

    def until(self, words: str) -> list[str]:
        """The lines it prints up to one with these words; `DidNotStart` if it ends before."""
        lines: list[str] = []
        while (line := self._said.get(timeout=READY_WITHIN_S)) is not None:
            lines.append(line)
            if words in line:
                return lines
        raise DidNotStart("\n".join(lines))

    def start(self) -> list[str]:
        """Start it and wait until it answers; what it said."""
        self.spawn()
        return self.until(UP)

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self, by: int = signal.SIGINT) -> tuple[int, list[str]]:
        """Ctrl-C; its exit code and its last words."""
        code, lines = self._end(by), []
        while (line := self._said.get(timeout=READY_WITHIN_S)) is not None:
            lines.append(line)
        return code, lines

    def _end(self, by: int) -> int:
        if self._process is None:
            return 0
        self._dismiss_guard()
        self._process.send_signal(by)
        code = self._process.wait(READY_WITHIN_S)
        self._process = None
        return code

    def _dismiss_guard(self) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.kill()
            self._guard.wait()
            self._guard.stdin.close()
            self._guard = None

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """One command of the program, to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=READY_WITHIN_S * 2,
        check=False,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


async def deployment(settings: Settings, *, set_back: timedelta = timedelta(0)) -> str:
    """A new deployment whose business time stands so far behind the wall clock; the administrator's key."""
    with DataFolder(settings.data):
        made: dict[str, Any] = await init(settings)
        if set_back:
            now = datetime.now(UTC)
            offset_us = -set_back // timedelta(microseconds=1)
            step = ClockStep(new_id(), offset_us, moved_to=now - set_back, moved_at=now, moved_by=new_id())
            store = store_of(settings, "gateway")
            await store.start()
            await store.commit(Batch([Insert(clock_steps.table, clock_steps.row(step))]))
            await store.stop()
    key: str = made["key"]
    return key


def new_deployment(settings: Settings, **options: Any) -> str:
    """`deployment`, where no event loop runs."""
    return asyncio.run(deployment(settings, **options))
