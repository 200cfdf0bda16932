"""The drill: a backup under load, everything killed, restored elsewhere, started, compared; in every form there is."""

import asyncio
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest

from chassis.settings import Settings
from openrecp.databases import EVERY
from openrecp.house import init
from openrecp.remote import Remote, rebuild
from openrecp.services import NAMES
from tests.journeys.test_program import Running, closed_to_others, refused, well
from tests.kit.evidence import agree, left_in
from tests.kit.kafka import Broker
from tests.kit.postgres import Cluster, binaries, need_server
from tests.kit.program import Program, run

WAIT_S = 60.0
Hashes = dict[str, str]


@dataclass
class Deployment:
    """A deployment on a folder of its own, and on a PostgreSQL and Kafka where it has them."""

    folder: Path
    cluster: Cluster | None = None
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        given = {name.removeprefix("OPENRECP_").lower(): value for name, value in self.environment.items()}
        return Settings(data=self.folder, pack="demo", **given)  # type: ignore[arg-type]

    def ask(self, *command: str) -> str:
        """What a command beside it says."""
        return well(run(*command, "--data", str(self.folder), **self.environment))

    def hashes(self) -> Hashes:
        """Of every table of every database."""
        if self.cluster is not None:
            return asyncio.run(_of_postgres(self.cluster))
        return {key: value for path in sorted(self.folder.glob("*.sqlite")) for key, value in _of_file(path)}


def _of_file(path: Path) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (name,) in names:
            rows = sorted(map(repr, connection.execute(f'SELECT * FROM "{name}"')))  # noqa: S608
            yield f"{path.stem}.{name}", hashlib.sha256("\n".join(rows).encode()).hexdigest()


async def _of_postgres(cluster: Cluster) -> Hashes:
    found = {}
    for name in EVERY:
        try:
            connection = await asyncpg.connect(cluster.dsn(f"drill_{name}"))
        except asyncpg.InvalidCatalogNameError:
            continue  # where Kafka is the log, there is no database of it
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        for (table,) in tables:
            hashed = f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" AS t'  # noqa: S608
            found[f"{name}.{table}"] = str(await connection.fetchval(hashed))
        await connection.close()
    return found


@dataclass
class Load:
    """An officer who registers companies without a pause until nobody answers any more."""

    http: httpx2.Client
    registered: list[tuple[float, dict[str, Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._register)

    def _register(self) -> None:
        while not self._ended.is_set():
            body = {"name": f"Mill {len(self.registered)}", "country": "XA", "province": "XA-R"}
            try:
                answer = self.http.post("/v1/clients", json=body)
            except httpx2.TransportError:
                return
            if answer.status_code == 201:
                self.registered.append((time.monotonic(), answer.json()))

    def until(self, count: int) -> None:
        end = time.monotonic() + WAIT_S
        while len(self.registered) < count:
            assert time.monotonic() < end
            time.sleep(0.01)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def _officer(system: Running) -> httpx2.Client:
    with system.http() as administrator:
        made = administrator.post("/v1/keys", json={"label": "officer", "roles": ["officer"]})
    return system.http(made.json()["key"])


def _settle(system: Running) -> None:
    """Until every event has taken its effect everywhere, seen twice."""
    end, quiet = time.monotonic() + WAIT_S, 0
    with system.http() as http:
        while quiet < 2:
            told = http.get("/health/ready").json()["services"]
            details = [each["details"] for each in told.values() if "outbox" in each.get("details", {})]
            rest = all(not each["outbox"]["waiting"] and not any(each["lag"].values()) for each in details)
            quiet = quiet + 1 if rest and len(details) == len(NAMES) else 0
            assert time.monotonic() < end, told
            time.sleep(1.1)  # health is told anew each second


def _feed(system: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    with system.http() as http:
        after = 0
        while items := (page := http.get("/v1/events", params={"after": after, "limit": 200}).json())["items"]:
            found, after = found + items, page["next"]
    return found


def _rebuilt(system: Running) -> dict[str, Any]:
    """The rebuild of every service that has read models of its own, by service."""
    remote = Remote(system.program.url, system.key, system.program.folder)
    return {name: rebuild(remote, name)["result"] for name in ("matching", "assessments", "impact")}


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the account of a database server may walk through: pytest's own is closed to it."""
    made = Path(tempfile.mkdtemp(prefix="openrecp-drill-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def new_cluster(place: Path) -> Iterator[Callable[[str], Cluster]]:
    """Servers on folders that last, so that one can be started on what was restored."""
    need_server()
    made: list[Cluster] = []

    def new(name: str) -> Cluster:
        made.append(Cluster(binaries(), folder=place / name))
        made[-1].start()
        return made[-1]

    yield new
    for each in made:
        each.kill()


@pytest.fixture(
    params=[
        "files",
        pytest.param("postgres", marks=pytest.mark.postgres),
        pytest.param("kafka", marks=[pytest.mark.postgres, pytest.mark.kafka]),
    ]
)
def lived_in(request: pytest.FixtureRequest, place: Path) -> Deployment:
    """A deployment before its first start."""
    deployment = Deployment(place / "data")
    deployment.folder.mkdir()
    if request.param != "files":
        deployment.cluster = request.getfixturevalue("new_cluster")("first")
        deployment.environment["OPENRECP_DATABASE"] = f"{deployment.cluster.dsn('drill')}_{{service}}"
    if request.param == "kafka":
        broker: Broker = request.getfixturevalue("kafka_broker")
        deployment.environment |= {"OPENRECP_KAFKA": broker.servers, "OPENRECP_KAFKA_PREFIX": "before."}
    if request.param != "files":
        deployment.ask("migrate", "all", "--create")
    return deployment


@dataclass
class Taken:
    """Two backups of a deployment that was killed, and what was known of it before."""

    key: str
    under_load: Path
    at_rest: Path
    known: int = 0
    written: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    hashes: Hashes = field(default_factory=dict)
    feed: list[dict[str, Any]] = field(default_factory=list)
    rebuilt: dict[str, Any] = field(default_factory=dict)
    exposed_s: float = 0.0


def _lived(deployment: Deployment, folder: Path) -> Taken:
    """Write without a pause, take a backup meanwhile and one at rest, write again, and kill everything."""
    taken = Taken(asyncio.run(init(deployment.settings))["key"], folder / "load.tar.gz", folder / "rest.tar.gz")
    with Program(deployment.folder, **deployment.environment) as program:
        program.start()
        system = Running(program, taken.key)
        with _officer(system) as officer:
            with Load(officer) as load:
                load.until(20)
                taken.known = len(load.registered)
                manifest = json.loads(deployment.ask("backup", str(taken.under_load), "--json"))
                moment = time.monotonic()
                assert len(load.registered) > taken.known, "writers were kept waiting for the whole backup"
                assert manifest["files"].keys() >= _wanted(deployment)
                assert taken.under_load.stat().st_mode & 0o077 == 0
                load.until(len(load.registered) + 20)
            if "OPENRECP_KAFKA" in deployment.environment:
                meanwhile = deployment.environment | {"OPENRECP_KAFKA_PREFIX": "meanwhile."}
                refused(run("republish", **meanwhile), "is running: stop every process first")
            _settle(system)
            taken.feed, taken.rebuilt = _feed(system), _rebuilt(system)
            taken.hashes = _copied_at_rest(deployment, taken.at_rest)
            with Load(officer) as late:
                late.until(10)
                taken.exposed_s = time.monotonic() - moment
                program.kill()
    if deployment.cluster is not None:
        deployment.cluster.kill()
    taken.written = load.registered + late.registered
    return taken


def _wanted(deployment: Deployment) -> set[str]:
    databases = {"clients.sqlite", "log.sqlite"} if deployment.cluster is None else {"cluster.tar"}
    return {"gateway.key", "pack"} | databases


@pytest.mark.slow
def test_a_deployment_is_brought_back_whole_from_a_backup(
    lived_in: Deployment, place: Path, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = _lived(lived_in, place)
    began = time.monotonic()
    back = _restored(lived_in, taken.at_rest, place / "rested", request, taken.hashes)
    with _started(back, taken) as system:
        rto = time.monotonic() - began
        _judge_whole(system, taken)
    _end(back)

    back = _restored(lived_in, taken.under_load, place / "loaded", request)
    with _started(back, taken) as system:
        kept = _judge_of_one_moment(system, taken)
        feed = _feed(system)
    if "OPENRECP_KAFKA" not in back.environment:
        left, logged = asyncio.run(left_in(back.settings))
        agree(feed, left, logged)
    _end(back)
    with capsys.disabled():
        lost = len(taken.written) - kept
        print(
            f"\n  {request.node.name}: RPO {taken.exposed_s:.1f} s (what was answered since the backup: {lost} of "
            f"{len(taken.written)} writes), RTO {rto:.1f} s from the command to ready",
            end="",
        )


@contextmanager
def _started(back: Deployment, taken: Taken) -> Iterator[Running]:
    with Program(back.folder, **back.environment) as program:
        program.start()
        yield Running(program, taken.key)
        assert program.stop()[0] == 0


def _judge_whole(system: Running, taken: Taken) -> None:
    """It tells what it told before, and its read models are those its events give."""
    _settle(system)
    assert _feed(system) == taken.feed
    assert _rebuilt(system) == taken.rebuilt
    assert all(outcome["same"] for outcome in taken.rebuilt.values())


def _judge_of_one_moment(system: Running, taken: Taken) -> int:
    """How many of the answered writes are there: all before a moment after the command began, and none after it."""
    _settle(system)
    with _officer(system) as officer:
        there = {each["subject"] for each in _feed(system) if each["type"].endswith(".client_registered.v1")}
        kept = [each["client_id"] in there for _, each in taken.written]
        missing = kept.index(False)
        assert missing >= taken.known
        assert not any(kept[missing:])
        for _, each in taken.written[:missing]:
            assert officer.get(f"/v1/clients/{each['client_id']}").json() == each
        assert officer.post("/v1/clients", json={"name": "New", "country": "XA", "province": "XA-R"}).is_success
    _settle(system)
    assert all(outcome["same"] for outcome in _rebuilt(system).values())
    return missing


def _copied_at_rest(deployment: Deployment, archive: Path) -> Hashes:
    """Take a backup during which nothing changed; the hashes of what it holds. Positions are written a little later."""
    end = time.monotonic() + WAIT_S
    while True:
        before = deployment.hashes()
        deployment.ask("backup", str(archive), "--replace")
        if deployment.hashes() == before:
            return before
        assert time.monotonic() < end


def _restored(
    lived_in: Deployment, archive: Path, folder: Path, request: pytest.FixtureRequest, hashes: Hashes | None = None
) -> Deployment:
    """Restore a backup on a machine where there is nothing yet, by what the command says."""
    done = json.loads(well(run("restore", str(archive), "--data", str(folder / "data"), "--json")))
    back = Deployment(folder / "data")
    closed_to_others(back.folder)
    refused(run("restore", str(archive), "--data", str(back.folder)), "is not empty")
    if lived_in.cluster is None:
        assert hashes is None or back.hashes() == hashes
        return back
    assert "Start PostgreSQL" in done["next"][0]
    (folder / "server").mkdir()
    shutil.move(folder / "data" / "postgres", folder / "server" / "data")
    _give_to_server(folder)
    back.cluster = request.getfixturevalue("new_cluster")(f"{folder.name}/server")
    assert hashes is None or back.hashes() == hashes
    assert back.cluster is not None
    back.environment = lived_in.environment | {"OPENRECP_DATABASE": f"{back.cluster.dsn('drill')}_{{service}}"}
    if "OPENRECP_KAFKA" in back.environment:
        assert any("openrecp republish" in step and "'before.'" in step for step in done["next"])
        refused(run("republish", **back.environment), "records already", "before.")
        back.environment["OPENRECP_KAFKA_PREFIX"] = f"{folder.name}."
        back.ask("republish")
    return back


def _give_to_server(folder: Path) -> None:
    owner = (folder.parent / "first").stat()
    for path in (folder / "server", *(folder / "server").rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    folder.chmod(0o755)


def _end(back: Deployment) -> None:
    if back.cluster is not None:
        back.cluster.kill()


def test_an_earlier_backup_is_not_written_over_by_the_way(tmp_path: Path) -> None:
    asyncio.run(init(Settings(data=tmp_path / "data", pack="demo")))
    archive = tmp_path / "today.tar.gz"
    archive.write_text("the only good one")
    refused(run("backup", str(archive), "--data", str(tmp_path / "data")), "today.tar.gz is there already", "--replace")
    assert archive.read_text() == "the only good one"
    assert "files of" in well(run("backup", str(archive), "--replace", "--data", str(tmp_path / "data")))
    assert "restored into" in well(run("restore", str(archive), "--data", str(tmp_path / "there")))


def test_what_is_missing_for_a_backup_of_postgres_is_said_in_words(tmp_path: Path) -> None:
    given = {"OPENRECP_DATABASE": "postgresql://openrecp@127.0.0.1:1/openrecp_{service}"}
    target = str(tmp_path / "b.tar.gz")
    done = run("backup", target, OPENRECP_PG_BASEBACKUP="/nowhere/pg_basebackup", **given)
    refused(done, "/nowhere/pg_basebackup is not here", "postgresql-client", "docker compose exec")
    need_server()
    refused(run("backup", target, **given), "were not copied", "127.0.0.1", "nothing was written")
    assert list(tmp_path.iterdir()) == []


def test_where_the_log_is_a_table_there_is_nothing_to_republish(tmp_path: Path) -> None:
    refused(run("republish", "--data", str(tmp_path)), "nothing to republish", "OPENRECP_KAFKA")
