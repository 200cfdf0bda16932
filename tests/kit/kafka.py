"""A throw-away Kafka broker for tests: on loopback, with a folder of its own, gone at the end."""

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import rmtree

import pytest

from chassis.log.cluster import Cluster
from chassis.log.kafka import create_topics
from chassis.settings import ROOT

SCRIPT = ROOT / "deploy" / "kafka" / "broker"
READY_WITHIN_S = 60.0
# Reads from us until we are gone, however we went; then it ends the broker ($1) and removes its folder ($2).
GUARD = 'read -r _; kill -KILL "$1"; while kill -0 "$1"; do sleep 0.1; done; rm -rf "$2"'
NewTopics = Callable[[Mapping[str, int]], Cluster]


class NoBroker(Exception):
    """Why no Kafka can be had on this machine."""


class Broker:
    """A broker of our own: `kill` is what a power cut does to it, `start` what the operator does next."""

    def __init__(self) -> None:
        self._asked("jars")
        self.folder = Path(tempfile.mkdtemp(prefix="openrecp-kafka-"))
        self.ready_after_s = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the broker as our own child, and wait until it answers."""
        began = time.monotonic()
        with (self.folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [SCRIPT, "run", self.folder],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for the tests, which then stop it in good order
            )
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "sh", str(self._process.pid), str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while time.monotonic() < began + READY_WITHIN_S and self._process.poll() is None:
            if subprocess.run([SCRIPT, "status", self.folder], capture_output=True, check=False).returncode == 0:
                self.ready_after_s = time.monotonic() - began
                return
            time.sleep(0.05)
        raise NoBroker(f"Kafka did not start: {(self.folder / 'broker.log').read_text()[-2_000:]}")

    @property
    def servers(self) -> str:
        properties = (self.folder / "server.properties").read_text()
        return properties.split("advertised.listeners=PLAINTEXT://")[1].split()[0]

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def end(self) -> None:
        """Stop it in good order; `start` takes it up again."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """It stands still and says nothing, its lines stay open."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def remove(self) -> None:
        """Stop the broker and remove every trace of it."""
        self._end(signal.SIGKILL)
        rmtree(self.folder, ignore_errors=True)

    def _signal(self, which: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(which)

    def _end(self, which: signal.Signals) -> None:
        if self._guard is not None and self._guard.stdin is not None:
            self._guard.kill()
            self._guard.wait()
            self._guard.stdin.close()
            self._guard = None
        if self._process is not None:
            self._process.send_signal(which)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(20)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _asked(self, what: str) -> None:
        done = subprocess.run([SCRIPT, what], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise NoBroker(done.stderr.strip()[-1_000:])


def broker_or_skip() -> Broker:
    """A started broker; where none can be had a loud skip, and a failure under REQUIRE_ALL=1."""
    try:
        broker = Broker()
        try:
            broker.start()
        except BaseException:
            broker.remove()
            raise
        return broker
    except NoBroker as reason:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"REQUIRE_ALL=1: {reason}", pytrace=False)
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def kafka_broker() -> Iterator[Broker]:
    """One broker per test process; xdist's workers have one each."""
    broker = broker_or_skip()
    yield broker
    broker.remove()


_prefixes = itertools.count(1)


@pytest.fixture
def new_topics(kafka_broker: Broker) -> NewTopics:
    """Makes topics that no other test has: `new_topics({"mill": 3})` gives the cluster under a prefix of its own."""

    def make(topics: Mapping[str, int]) -> Cluster:
        cluster = Cluster(kafka_broker.servers, prefix=f"test{next(_prefixes)}.")
        with ThreadPoolExecutor(1) as thread:  # the caller may stand inside a running loop
            thread.submit(asyncio.run, _made(cluster, topics)).result()
        return cluster

    return make


async def _made(cluster: Cluster, topics: Mapping[str, int]) -> None:
    await create_topics(cluster, topics, copies=1)
