"""An upgrade while people work: expand, so that statements of the release and of today stand side by side."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx2
import pytest

from chassis.clock import new_id
from chassis.migrations.runner import CHASSIS, Part
from chassis.settings import ROOT, Settings
from chassis.tables import metadata
from openrecp.backup import restore
from openrecp.databases import migrate
from openrecp.house import open_house
from tests.kit.evidence import agree, left_in, quiet, whole_feed
from tests.kit.postgres import Cluster
from tests.kit.releases import columns_of, left_by_release, moved_to_postgres, tightened

pytestmark = [pytest.mark.postgres, pytest.mark.slow]
RELEASE = Path(__file__).parent / "0.1.0.tar.gz"
LONGEST_S = 1.0
READER_S, REST_S = 2.0, 0.8
REGISTERED = "org.openrecp.clients.client_registered.v1"


@dataclass
class OldWriter:
    """A process of the release at work on one database: the statements it knew, over and over."""

    dsn: str
    columns: dict[str, list[str]]
    written: int = 0
    longest_s: float = 0.0
    clients: list[UUID] = field(default_factory=list)

    async def work(self, ended: asyncio.Event) -> None:
        connection = await asyncpg.connect(self.dsn)
        pattern = await self._pattern(connection)
        try:
            while not ended.is_set():
                began = time.monotonic()
                async with connection.transaction():
                    await self._unit(connection, pattern)
                self.longest_s = max(self.longest_s, time.monotonic() - began)
                self.written += 1
                await asyncio.sleep(0.01)
        finally:
            await connection.close()

    async def _pattern(self, connection: Any) -> dict[str, dict[str, Any]]:
        """A row of each table of interest, by which new ones are made."""
        found: dict[str, dict[str, Any]] = {}
        for table in ("clients", "outbox", "lines"):
            if table in self.columns:
                names = ", ".join(f'"{name}"' for name in self.columns[table])
                where = f"WHERE event_type = '{REGISTERED}'" if table == "outbox" else ""
                row = await connection.fetchrow(f'SELECT {names} FROM "{table}" {where} LIMIT 1')  # noqa: S608
                if row is not None:
                    found[table] = dict(row)
        return found

    async def _unit(self, connection: Any, pattern: dict[str, dict[str, Any]]) -> None:
        row = {"job_id": uuid4(), "file": "f", "row": 1, "column": "c", "code": "x", "sentence": "s", "raw": "{}"}
        await self._insert(connection, "refused_rows", row)
        await connection.execute("DELETE FROM refused_rows WHERE job_id = $1", row["job_id"])
        if "outbox" in pattern:
            await self._register(connection, pattern)
        if "lines" in pattern:
            line = pattern["lines"] | {"option_id": uuid4()}
            await self._insert(connection, "lines", line)
            await connection.execute("DELETE FROM lines WHERE option_id = $1", line["option_id"])

    async def _register(self, connection: Any, pattern: dict[str, dict[str, Any]]) -> None:
        """A company with its event, as the release wrote them."""
        new, old = new_id(), pattern["outbox"]
        name = f"Old Mill {self.written}"
        client = pattern["clients"] | {
            "id": new,
            "version": 1,
            "name": name,
            "name_key": name.lower(),
            "tax_code": None,
        }
        data = old["data"].replace(str(old["subject"]), str(new))
        event = old | {"event_id": new_id(), "subject": new, "root": new, "data": data, "published_at": None}
        del event["position"]
        await self._insert(connection, "clients", client)
        await self._insert(connection, "outbox", event)
        self.clients.append(new)

    async def _insert(self, connection: Any, table: str, row: dict[str, Any]) -> None:
        assert set(row) <= set(self.columns[table])
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        await connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', *row.values())  # noqa: S608


@pytest.fixture
async def released(postgres_cluster: Cluster, tmp_path: Path) -> Settings:
    """A deployment of the release on PostgreSQL."""
    await asyncio.to_thread(restore, RELEASE, tmp_path / "data")
    template = f"{postgres_cluster.dsn(f'load_{tmp_path.name}')}_{{service}}"
    await moved_to_postgres(tmp_path / "data", template, tmp_path / "scripts")
    return Settings.model_validate({"data": tmp_path / "data", "database": template})


def _old_writers(settings: Settings) -> list[OldWriter]:
    template, left = settings.database.get_secret_value(), left_by_release(settings.data)
    return [
        OldWriter(template.replace("{service}", name), columns_of(path)) for name, path in left.items() if name != "log"
    ]


@asynccontextmanager
async def _at_work(writers: list[OldWriter]) -> AsyncIterator[None]:
    ended = asyncio.Event()
    tasks = [asyncio.create_task(writer.work(ended)) for writer in writers]
    try:
        yield
    finally:
        ended.set()
        await asyncio.gather(*tasks)


async def _long_readers(writers: list[OldWriter], ended: asyncio.Event) -> None:
    """One report after the other in each database: every change of a table has to wait for their locks."""

    async def read(dsn: str, table: str) -> None:
        connection = await asyncpg.connect(dsn)
        while not ended.is_set():
            async with connection.transaction():
                await connection.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
                await connection.execute("SELECT pg_sleep($1)", READER_S)
            await asyncio.sleep(REST_S)
        await connection.close()

    tables = [(writer.dsn, "lines" if "lines" in writer.columns else "refused_rows") for writer in writers]
    await asyncio.gather(*(read(*each) for each in tables))


class LockWaits:
    """How long anybody but the upgrade itself waits for a lock, as the server tells it: a busy machine is no lock."""

    WAITING = (
        "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - waitstart)), 0) FROM pg_locks "
        "WHERE NOT granted AND mode <> 'AccessExclusiveLock' AND locktype <> 'advisory'"
    )

    def __init__(self, dsn: str) -> None:
        self.longest_s = 0.0
        self._dsn, self._ended = dsn, threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._watch()))

    async def _watch(self) -> None:
        connection = await asyncpg.connect(self._dsn)
        while not self._ended.is_set():
            self.longest_s = max(self.longest_s, float(await connection.fetchval(self.WAITING)))
            await asyncio.sleep(0.02)
        await connection.close()

    def __enter__(self) -> "LockWaits":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


async def test_databases_are_upgraded_while_the_release_writes_and_no_write_waits_long(
    released: Settings, postgres_cluster: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    writers = _old_writers(released)
    async with _at_work(writers):
        await asyncio.sleep(0.5)
        ended = asyncio.Event()
        reading = asyncio.create_task(_long_readers(writers, ended))
        await asyncio.sleep(0.2)
        with LockWaits(postgres_cluster.dsn()) as waits:
            began = time.monotonic()
            # In a thread: it is a process of its own in life.
            done = await asyncio.to_thread(asyncio.run, migrate(released, create=True))
            took = time.monotonic() - began
            ended.set()
            await reading
        longest = max(writer.longest_s for writer in writers)
        await _both_side_by_side(released, writers)
    with capsys.disabled():
        print(
            f"\n  upgraded under load in {took:.1f} s, {len(done)} steps, reports of {READER_S} s in each database: "
            f"longest wait for a lock {waits.longest_s:.2f} s, longest of {sum(writer.written for writer in writers)} "
            f"old writes {longest:.2f} s",
            end="",
        )
    parts = Part("impact", ROOT / "services" / "impact" / "migrations", metadata), Part("chassis", CHASSIS, metadata)
    assert {f"impact: {part.name} → {part.head}" for part in parts} <= set(done)
    assert 0 < waits.longest_s < LONGEST_S


async def _both_side_by_side(released: Settings, writers: list[OldWriter]) -> None:
    """Today's code starts beside the release, and carries what the release writes."""
    key = json.loads((released.data / "demo-keys.json").read_text(encoding="utf-8"))["administrator"]["key"]
    (of_clients,) = [writer for writer in writers if writer.dsn.endswith("_clients")]
    async with open_house(released) as house:
        transport = httpx2.ASGITransport(app=house.gateway.app)
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://house", headers=headers, trust_env=False
        ) as administrator:
            hired = (await administrator.post("/v1/keys", json={"label": "o", "roles": ["officer"]})).json()["key"]
            officer = {"Authorization": f"Bearer {hired}"}
            known = len(of_clients.clients)
            for number in range(20):
                body = {"name": f"New Mill {number}", "country": "XA", "province": "XA-R"}
                made = await administrator.post("/v1/clients", json=body, headers=officer)
                assert made.status_code == 201, made.text
            assert len(of_clients.clients) > known
            shown = await administrator.get(f"/v1/clients/{of_clients.clients[-1]}", headers=officer)
            assert shown.json()["name"].startswith("Old Mill")


async def test_nothing_the_release_says_is_refused_by_todays_schema(released: Settings) -> None:
    await migrate(released, create=True)
    writers = _old_writers(released)
    found = [
        line
        for writer, path in zip(
            writers, [p for n, p in left_by_release(released.data).items() if n != "log"], strict=True
        )
        for line in await tightened(path, writer.dsn)
    ]
    assert found == []
    async with _at_work(writers):
        await asyncio.sleep(1.0)
    key = json.loads((released.data / "demo-keys.json").read_text(encoding="utf-8"))["administrator"]["key"]
    async with open_house(released) as house:
        transport = httpx2.ASGITransport(app=house.gateway.app)
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://house", headers=headers, trust_env=False
        ) as administrator:
            await quiet(administrator)
            feed = await whole_feed(administrator)
    (of_clients,) = [writer for writer in writers if writer.dsn.endswith("_clients")]
    assert {str(each) for each in of_clients.clients} <= {each["subject"] for each in feed}
    left, logged = await left_in(released)
    agree(feed, left, logged)
