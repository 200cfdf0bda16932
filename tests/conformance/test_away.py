"""The broker away and back under a running service: nothing lost, doubled or reordered, nothing to do by hand."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chassis.log.cluster import Cluster
from chassis.log.kafka_log import KafkaLog
from chassis.store.postgres import PostgresStore
from tests.kit import people
from tests.kit.kafka import Broker, NewTopics
from tests.kit.postgres import NewDatabase
from tests.kit.room import Room, room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import OFFICER, by_mill, deliveries, found, oven, records

pytestmark = [pytest.mark.kafka, pytest.mark.postgres, pytest.mark.slow]
TOPICS = {"bakery": 3, "mill": 3}
AWAY_S = 20.0


@pytest.fixture
def cluster(new_topics: NewTopics) -> Cluster:
    return new_topics(TOPICS)


@pytest.fixture
async def here(cluster: Cluster, postgres_dsn: NewDatabase, tmp_path: Path) -> AsyncIterator[Room]:
    async with room(bakery.service, tmp_path, dsn=postgres_dsn(), log=KafkaLog(cluster, TOPICS)) as opened:
        yield opened


async def test_writes_go_on_while_the_broker_is_away_and_their_events_leave_when_it_is_back(
    here: Room, cluster: Cluster, kafka_broker: Broker
) -> None:
    assert isinstance(here.running.store, PostgresStore)
    by = here.as_(OFFICER)
    busy = [await oven(by, f"Oven {n}") for n in range(5)]
    flour = deliveries(mills=5, each=20)
    await here.log.append(records(flour[:50]))
    stopping = asyncio.Event()
    stoking = asyncio.create_task(_stoke(by, busy, stopping))
    await asyncio.sleep(0.3)
    await asyncio.to_thread(kafka_broker.kill)
    away_since = time.monotonic()
    try:
        said = await _ready(here)
        assert said["ready"] is True
        assert set(said["details"]["lag"].values()) == {None}
        assert said["details"]["alarms"]["log"] == (
            f"the event log is away (Kafka at {cluster.servers} does not answer): "
            "what is written waits and leaves when it is back"
        )
        assert here.running.health.live() == {}
        before = (await here.running.relay.waiting())["waiting"]
        await asyncio.sleep(max(0.0, AWAY_S - (time.monotonic() - away_since)))
        assert (await here.running.relay.waiting())["waiting"] > before
    finally:
        await asyncio.to_thread(kafka_broker.start)
    stopping.set()
    stoked = await stoking
    await here.log.append(records(flour[50:], start=51))
    back = time.monotonic()
    while not await _is_settled(here):
        assert time.monotonic() - back < 60.0, await here.running.facts()
        await asyncio.sleep(0.1)
    print(f"{len(stoked)} writes meanwhile, settled {time.monotonic() - back:.1f} s after the broker was back")
    assert len(stoked) > 20
    assert set(stoked) == {200}
    sent: dict[Any, list[int]] = {}
    known = set()
    for each in await here.log.read(["bakery"], {}, 100_000):
        if each.event_id not in known:
            known.add(each.event_id)
            sent.setdefault(each.root, []).append(each.sequence)
    ovens = await found(here.running.store, bakery.ovens)
    assert {each.id: sent[each.id] for each in ovens} == {each.id: list(range(1, each.version + 1)) for each in ovens}
    assert sum(each.heat for each in ovens) == len(stoked)
    arrived = [(each.mill_id, each.delivery_id) for each in await found(here.running.store, bakery.arrivals)]
    assert by_mill(arrived) == by_mill([(each.mill_id, each.delivery_id) for each in flour])
    assert here.running.health.live() == {}
    assert (await _ready(here))["details"]["alarms"] == {}


async def _stoke(by: httpx2.AsyncClient, busy: list[str], stopping: asyncio.Event) -> list[int]:
    codes: list[int] = []
    while not stopping.is_set():
        codes.append((await by.post(f"/v1/ovens/{busy[len(codes) % len(busy)]}/stoke")).status_code)
        await asyncio.sleep(0.05)
    return codes


async def _ready(here: Room) -> dict[str, Any]:
    began = time.monotonic()
    answer = await here.as_(people.administrator()).get("/health/ready")
    assert time.monotonic() - began < 5.0
    body: dict[str, Any] = answer.json()
    return body


async def _is_settled(here: Room) -> bool:
    facts = await here.running.facts()
    return facts["outbox"]["waiting"] == 0 and all(lag == 0 for lag in facts["lag"].values())
