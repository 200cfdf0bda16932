"""The separate services as compose describes them: the main job through them, processes killed on the way."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from chassis.auth import TokenMint
from contracts.principals import SYSTEM_PRINCIPAL
from deploy.local.demo import KILLED, Outcome, play_with_kills, separate, settled, speaking
from deploy.local.run import System
from openrecp.services import NAMES
from tests.journeys.test_main_job import MUST_MOVE, STEPS
from tests.kit.postgres import need_server

pytestmark = pytest.mark.postgres


@pytest.fixture
async def told() -> list[str]:
    return []


@pytest.fixture
async def system(tmp_path: Path, told: list[str]) -> AsyncIterator[System]:
    need_server()
    async with separate(tmp_path, tell=told.append) as started:
        yield started
    assert [line for line in told if "did not stop in good order" in line] == []


async def test_the_main_job_runs_through_separate_services_and_survives_kills(system: System, told: list[str]) -> None:
    outcome = Outcome()
    async with speaking(system) as (http, key):
        await _closed_to_others(system)
        await play_with_kills(system, http, key, outcome, told.append)
        assert outcome.differences == []
        assert [each.title for each in outcome.steps if not each.ok] == []
        assert len(outcome.steps) == STEPS
        assert {event for each in outcome.steps for event in each.events} >= MUST_MOVE
        assert outcome.killed == list(KILLED.values())
        assert {name: system.processes[name].starts for name in KILLED.values()} == dict.fromkeys(KILLED.values(), 2)
        await settled(system)
        await _nothing_failed(http, key)
        await _a_rebuild_asked_of_the_api_is_done_by_the_worker(http, key)
    await _each_process_holds_its_own_code_only(system)


async def _closed_to_others(system: System) -> None:
    """A service that can be reached is still closed: without a token, and with one of somebody else's key."""
    stranger = TokenMint(TokenMint.new_key(), "//demo/gateway").token(SYSTEM_PRINCIPAL)
    async with httpx2.AsyncClient(trust_env=False) as http:
        for headers in ({}, {"Authorization": f"Bearer {stranger}"}):
            answer = await http.get(f"{system.address('clients')}/v1/clients", headers=headers)
            assert answer.status_code == 401, answer.text
            answer = await http.post(
                f"{system.address('clients')}/internal/clock", headers=headers, json={"offset_us": 0}
            )
            assert answer.status_code in (401, 403), answer.text
        answer = await http.get(f"{system.address('clients-worker')}/v1/clients")
        assert answer.status_code == 404
        answer = await http.post(f"{system.address('gateway')}/internal/clock", json={"offset_us": 0})
        assert answer.status_code == 404


async def _nothing_failed(http: httpx2.AsyncClient, key: str) -> None:
    for name in NAMES:
        answer = await http.get(f"/v1/admin/{name}/failed-deliveries", headers={"Authorization": f"Bearer {key}"})
        assert answer.json()["items"] == []


async def _a_rebuild_asked_of_the_api_is_done_by_the_worker(http: httpx2.AsyncClient, key: str) -> None:
    path, headers = "/v1/admin/impact/rebuild", {"Authorization": f"Bearer {key}"}
    told = (await http.post(path, headers=headers)).json()
    while told["state"] == "running":
        await asyncio.sleep(0.1)
        told = (await http.get(path, headers=headers)).json()
    assert (told["state"], told["result"]["same"]) == ("finished", True), told


async def _each_process_holds_its_own_code_only(system: System) -> None:
    """Its modules come from its own tree: the repository is out of reach, other services are not there."""
    process = system.processes["clients"]
    found = "import importlib.util as u, json, chassis; " + (
        "print(json.dumps([chassis.__file__, *[n for n in ('gateway', 'services.matching') if u.find_spec(n)]]))"
    )
    assert process.tree is not None
    (where,) = json.loads(await process.run_python(found))
    assert where.startswith(str(process.tree))
