"""`openrecp serve`: what it refuses in words, what it starts, and how it stops."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from chassis.auth import TokenMint
from chassis.settings import ROOT, Settings
from contracts.principals import Principal, Role
from gateway.signing import write_pair
from openrecp.databases import SchemaIsBehind, migrate, require_schema
from openrecp.serve import ProcessSettings
from tests.kit.postgres import Cluster, NewDatabase
from tests.kit.program import READY_WITHIN_S, free_port, run

ISSUER = "//demo/gateway"
ADMINISTRATOR = Principal(principal_id=uuid4(), roles=frozenset({Role.ADMINISTRATOR}))


def refused(*command: str, words: tuple[str, ...], **environment: str) -> None:
    done = run(*command, **environment)
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert [word for word in words if word not in done.stderr] == [], done.stderr
    assert "Traceback" not in done.stderr


def test_what_cannot_be_started_is_refused_in_words() -> None:
    nowhere = "postgresql://openrecp@127.0.0.1:1/openrecp_{service}"
    refused("serve", "clients", words=("PostgreSQL", "OPENRECP_DATABASE", "openrecp up"))
    refused("serve", "bakery", words=("no service bakery", "clients"), OPENRECP_DATABASE=nowhere)
    refused("serve", "clients", "--role", "cook", words=("no role cook", "worker"), OPENRECP_DATABASE=nowhere)
    refused("migrate", "bakery", words=("no service bakery",), OPENRECP_DATABASE=nowhere)
    refused("serve", "clients", words=("PostgreSQL at 127.0.0.1:1 ",), OPENRECP_DATABASE=nowhere)


def test_addresses_come_one_by_one_or_by_a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENRECP_SERVICES", "http://{service}-api:8000")
    assert ProcessSettings().address_of("matching") == "http://matching-api:8000"
    monkeypatch.delenv("OPENRECP_SERVICES")
    monkeypatch.setenv("OPENRECP_SERVICES__MATCHING", "http://here:1")
    assert ProcessSettings().address_of("matching") == "http://here:1"
    with pytest.raises(Exception, match="OPENRECP_SERVICES__CLIENTS"):
        ProcessSettings().address_of("clients")


@pytest.fixture(scope="module")
def database(postgres_cluster: Cluster) -> str:
    """The address template of databases that do not exist yet."""
    return f"{postgres_cluster.dsn('serve')}_{{service}}"


@pytest.mark.postgres
def test_a_database_is_made_and_migrated_by_its_own_step_and_never_by_the_way(database: str, tmp_path: Path) -> None:
    given = {"OPENRECP_DATABASE": database}
    refused("serve", "clients", words=("serve_clients", "migrate"), **given)
    done = run("migrate", "clients", "--create", "--json", **given)
    assert done.returncode == 0, done.stderr
    assert "clients: made its database" in done.stdout
    refused("serve", "clients", words=("serve_log", "openrecp migrate all --create"), **given)
    assert run("migrate", "all", "--create", **given).returncode == 0
    assert run("migrate", **given).stdout.strip() == "Nothing to do."
    refused("serve", "clients", words=("public key", "openrecp key signing"), **given)
    refused("serve", "gateway", words=("signing key", "openrecp key signing"), OPENRECP_DATA=str(tmp_path), **given)


@contextmanager
def served(*command: str, folder: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "openrecp", "serve", *command, "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "OPENRECP_PUBLIC_KEY_FILE": str(folder / "public.pem"), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert "is up" in process.stdout.readline()
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.postgres
def test_told_to_stop_it_finishes_what_it_is_answering_and_ends_well(database: str, tmp_path: Path) -> None:
    assert run("migrate", "all", "--create", OPENRECP_DATABASE=database).returncode == 0
    write_pair(tmp_path / "private.pem", tmp_path / "public.pem", ISSUER)
    mint = TokenMint((tmp_path / "private.pem").read_text(), ISSUER)
    headers = {"Authorization": f"Bearer {mint.token(ADMINISTRATOR)}"}
    with served("exchange", folder=tmp_path, OPENRECP_DATABASE=database) as (process, url):
        answers: list[httpx2.Response] = []

        async def wait_for_news() -> None:
            async with httpx2.AsyncClient(trust_env=False, timeout=20) as http:
                answers.append(await http.get(f"{url}/v1/events", params={"wait": 3}, headers=headers))

        async def stop_meanwhile() -> None:
            await asyncio.sleep(0.7)
            process.send_signal(signal.SIGTERM)

        async def both() -> None:
            await asyncio.gather(wait_for_news(), stop_meanwhile())

        began = time.monotonic()
        asyncio.run(both())
        assert [(each.status_code, each.json()["items"]) for each in answers] == [(200, [])]
        assert process.wait(READY_WITHIN_S) == 0
        assert time.monotonic() - began < 12
        assert process.stdout is not None
        assert "nothing is lost" in process.stdout.read()


@pytest.mark.postgres
def test_a_worker_shows_its_health_and_its_figures_and_nothing_else(database: str, tmp_path: Path) -> None:
    assert run("migrate", "all", "--create", OPENRECP_DATABASE=database).returncode == 0
    write_pair(tmp_path / "private.pem", tmp_path / "public.pem", ISSUER)
    with served("clients", "--role", "worker", folder=tmp_path, OPENRECP_DATABASE=database) as (process, url):
        with httpx2.Client(base_url=url, trust_env=False) as http:
            assert http.get("/health/live").json() == {"service": "clients", "live": True, "trouble": {}}
            assert http.get("/health/ready").json()["details"]["lag"].keys() == {
                "clients.reactions",
                "clients.projections",
            }
            assert 'openrecp_outbox_waiting{service="clients"} 0.0' in http.get("/metrics").text
            assert http.get("/v1/clients").status_code == 404
        process.send_signal(signal.SIGTERM)
        assert process.wait(READY_WITHIN_S) == 0


@pytest.mark.postgres
async def test_a_database_that_is_ahead_does_and_one_that_is_behind_does_not(postgres_dsn: NewDatabase) -> None:
    """Old and new code run side by side while a new version is rolled out."""
    dsn = postgres_dsn()
    settings = Settings.model_validate({"database": dsn})
    await migrate(settings, "clients")
    connection = await asyncpg.connect(dsn)
    await connection.execute("UPDATE schema_version_clients SET version_num = '9999'")
    await require_schema(settings, "clients")
    await connection.execute("UPDATE schema_version_clients SET version_num = '0000'")
    with pytest.raises(SchemaIsBehind, match="openrecp migrate clients"):
        await require_schema(settings, "clients")
    await connection.close()
