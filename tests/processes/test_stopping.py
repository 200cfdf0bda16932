"""Told to stop, a process answers at once those who only wait for news."""

import asyncio
import os
import signal
import time
from pathlib import Path

import httpx2
import pytest

from chassis.settings import Settings
from gateway.signing import write_pair
from openrecp.leaving import LINGER_S
from openrecp.services import NAMES
from tests.kit.postgres import Cluster
from tests.kit.program import READY_WITHIN_S, Program, new_deployment, run
from tests.processes.test_serve import ISSUER, served

AT_ONCE_S = 2.0
WAIT_S = 30


async def _stopped_under_a_reader(url: str, key: str, pid: int) -> tuple[httpx2.Response, float]:
    """What a reader in the middle of its wait is answered, and how long after the signal."""
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=40) as http:
        end = (await http.get("/v1/events", params={"after": "end"})).json()["end"]
        reading = asyncio.create_task(http.get("/v1/events", params={"after": end, "wait": WAIT_S}))
        await asyncio.sleep(0.5)
        assert not reading.done()
        told = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        return await reading, time.monotonic() - told


def _at_once(answer: httpx2.Response, took_s: float) -> None:
    body = answer.json()
    assert (answer.status_code, body["items"], body["next"]) == (200, [], body["end"])
    assert took_s < AT_ONCE_S


def test_one_process_stops_at_once_under_a_waiting_reader(tmp_path: Path) -> None:
    key = new_deployment(Settings(data=tmp_path / "data"))
    with Program(tmp_path / "data") as program:
        program.start()
        _at_once(*asyncio.run(_stopped_under_a_reader(program.url, key, program.pid)))
        began = time.monotonic()
        assert program.stop(signal.SIGTERM) == (0, ["Stopped; nothing is lost."])
        assert time.monotonic() - began < AT_ONCE_S


@pytest.fixture(scope="module")
def database(postgres_cluster: Cluster) -> str:
    template = f"{postgres_cluster.dsn('stopping')}_{{service}}"
    assert run("migrate", "all", "--create", OPENRECP_DATABASE=template).returncode == 0
    return template


@pytest.mark.postgres
@pytest.mark.parametrize("stopped", ["exchange", "gateway"])
def test_separate_services_stop_at_once_under_a_waiting_reader(stopped: str, database: str, tmp_path: Path) -> None:
    """Whichever of the two that stand between the reader and the news goes."""
    write_pair(tmp_path / "private.pem", tmp_path / "public.pem", ISSUER)
    given = {"OPENRECP_DATABASE": database, "OPENRECP_SIGNING_KEY_FILE": str(tmp_path / "private.pem")}
    key = run("key", "administrator", **given).stdout.strip()
    with served("exchange", folder=tmp_path, **given) as (exchange, address):
        given |= {f"OPENRECP_SERVICES__{name.upper()}": "http://127.0.0.1:1" for name in NAMES}
        given["OPENRECP_SERVICES__EXCHANGE"] = address
        with served("gateway", folder=tmp_path, **given) as (gateway, url):
            process = {"exchange": exchange, "gateway": gateway}[stopped]
            _at_once(*asyncio.run(_stopped_under_a_reader(url, key, process.pid)))
            began = time.monotonic()
            assert process.wait(READY_WITHIN_S) == 0
            assert time.monotonic() - began < LINGER_S + AT_ONCE_S  # as long as the gateway's connection rests
