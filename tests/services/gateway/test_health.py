"""Health in words for those inside, a verdict for the others, and metrics."""

import asyncio
from pathlib import Path

import httpx2

from chassis.store.sqlite import SqliteStore
from gateway.settings import DoorSettings
from gateway.transports import OverHttp
from tests.kit.door import Door, door

RELAYED = {"X-Forwarded-For": "203.0.113.7"}


async def test_all_is_well(there: Door) -> None:
    nobody = there.as_(None)
    ready = await nobody.get("/health/ready")
    assert ready.status_code == 200
    told = ready.json()
    assert (told["ready"], told["trouble"], told["services"]["clients"]["ready"]) == (True, {}, True)
    assert {"outbox", "lag"} <= set(told["services"]["clients"]["details"])
    live = await nobody.get("/health/live")
    assert (live.status_code, live.json()["live"]) == (200, True)


async def test_from_outside_there_is_a_verdict_only(here: Door) -> None:
    answers = [await here.as_(None, **RELAYED).get(f"/health/{each}") for each in ("live", "ready")]
    assert [answer.json() for answer in answers] == [
        {"service": "gateway", "live": True},
        {"service": "gateway", "ready": True},
    ]
    for header in ({"Forwarded": "for=203.0.113.7"}, {"X-Real-IP": "203.0.113.7"}, RELAYED):
        refused = await here.as_(None, **header).get("/metrics")
        assert (refused.status_code, refused.json()["code"]) == (403, "only_from_inside")


async def test_only_the_networks_of_the_settings_are_inside(tmp_path: Path) -> None:
    settings = DoorSettings.model_validate({"inside": ["192.0.2.0/24"]})
    async with door(tmp_path, settings=settings) as opened:
        assert (await opened.as_(None).get("/metrics")).status_code == 403
        transport = httpx2.ASGITransport(app=opened.gateway.app, client=("192.0.2.9", 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://door", trust_env=False) as near:
            assert (await near.get("/metrics")).status_code == 200


async def test_metrics_speak_of_operations_and_of_what_waits(here: Door) -> None:
    by = await here.officer()
    await by.post("/v1/clients", json={"name": "Mill", "country": "XA", "province": "XA-R"})
    await here.behind.settle()
    metrics = await here.as_(None).get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert 'openrecp_outbox_waiting{service="clients"} 0.0' in metrics.text
    assert 'openrecp_request_seconds_count{operation="register_client",service="gateway",status="201"}' in metrics.text
    assert "Mill" not in metrics.text


async def test_a_service_in_this_process_without_its_database_is_told(here: Door) -> None:
    await here.behind.running.store.stop()
    ready = await here.as_(None).get("/health/ready")
    assert ready.status_code == 503
    assert "database does not answer" in ready.json()["services"]["clients"]["trouble"]["database"]
    assert (await here.as_(None, **RELAYED).get("/health/ready")).json() == {"service": "gateway", "ready": False}
    assert (await (await here.officer()).get("/v1/clients")).json()["code"] == "try_again_later"


async def test_without_its_own_database_the_door_asks_to_come_again(here: Door) -> None:
    await here.gateway.store.stop()
    ready = await here.as_(None).get("/health/ready")
    assert (ready.status_code, set(ready.json()["trouble"])) == (503, {"database"})
    refused = await here.administrator.get("/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (503, "try_again_later")
    assert refused.headers["retry-after"] == "1"


async def test_a_service_elsewhere_is_told_of_but_the_door_stays_open(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http") as opened:
        clients = opened.gateway.services["clients"]
        assert isinstance(clients, OverHttp)
        clients.address = "http://127.0.0.1:9"
        ready = await opened.as_(None).get("/health/ready")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert "does not answer" in ready.json()["services"]["clients"]["trouble"]["service"]


async def test_many_who_ask_at_once_cost_one_question(here: Door) -> None:
    store = here.behind.running.store
    assert isinstance(store, SqliteStore)
    before = store.statements.hits + store.statements.misses
    answers = await asyncio.gather(*(here.as_(None, **RELAYED).get("/health/ready") for _ in range(100)))
    assert {answer.status_code for answer in answers} == {200}
    assert store.statements.hits + store.statements.misses - before < 60
