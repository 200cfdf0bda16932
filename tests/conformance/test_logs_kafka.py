"""What only Kafka can do to us: other topics than ours, strangers' messages, rebalances, a broker that stands still."""

import asyncio
import contextlib
import dataclasses
import os
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from structlog.testing import capture_logs

from chassis.clock import new_id
from chassis.log import kafka_log
from chassis.log.cluster import Cluster
from chassis.log.kafka import create_topics, partition_of
from chassis.log.kafka_log import KafkaLog
from chassis.log.port import LogAway, Record
from chassis.log.topics import TopicsDiffer, config
from chassis.settings import ROOT
from tests.kit.kafka import Broker, NewTopics, broker_or_skip
from tests.kit.logs import TOPICS, by_root, fetched, ids, record

pytestmark = pytest.mark.kafka


@pytest.fixture
def cluster(new_topics: NewTopics) -> Cluster:
    return new_topics(TOPICS)


@pytest.fixture
async def log(cluster: Cluster) -> AsyncIterator[KafkaLog]:
    made = KafkaLog(cluster, TOPICS)
    await made.start()
    yield made
    await made.stop()


def test_a_root_stays_where_kafkas_own_tools_would_put_it() -> None:
    # By Kafka's own test of murmur2: -973932308, -790332482 and -58897971, without the sign bit, over 1000.
    known = {b"21": 340, b"foobar": 166, b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": 677}
    assert {key: partition_of(key, 1000) for key in known} == known
    assert {partition_of(str(new_id()).encode(), 6) for _ in range(500)} == set(range(6))


async def test_any_consumer_of_cloud_events_can_read_it(log: KafkaLog, cluster: Cluster) -> None:
    sent = record(new_id(), 3, subject=new_id(), causation_id="c", traceparent="00-aa-bb-01", data='{"kg":7}')
    await log.append([sent])
    stranger = AIOKafkaConsumer(cluster.name("mill"), bootstrap_servers=cluster.servers, auto_offset_reset="earliest")
    await stranger.start()
    found = await stranger.getone()
    await stranger.stop()
    event = from_binary(KafkaMessage(dict(found.headers), found.key, found.value), JSONFormat())
    assert event.get_data() == {"kg": 7}
    assert event.get_attributes() == {
        "id": str(sent.event_id),
        "source": "//test/mill",
        "specversion": "1.0",
        "type": "org.openrecp.mill.happened.v1",
        "subject": str(sent.subject),
        "time": sent.occurred_at,
        "datacontenttype": "application/json",
        "dataschema": "urn:openrecp:schema:org.openrecp.mill.happened.v1",
        "partitionkey": str(sent.root),
        "sequence": "0000000003",
        "correlationid": "test",
        "causationid": "c",
        "traceparent": "00-aa-bb-01",
    }


async def test_a_log_whose_topics_differ_from_the_manifest_does_not_start(
    cluster: Cluster, kafka_broker: Broker
) -> None:
    short = config(1) | {"retention.ms": "604800000", "max.message.bytes": "1048588", "cleanup.policy": "compact"}
    await _make(cluster, NewTopic(cluster.name("cellar"), 3, 1, topic_configs=short))
    wanted = {"mill": 4, "bakery": 2, "attic": 6, "cellar": 3}
    with pytest.raises(TopicsDiffer) as refused:
        await KafkaLog(cluster, wanted).start()
    mill, attic, cellar = (cluster.name(each) for each in ("mill", "attic", "cellar"))
    assert refused.value.faults == [
        f"{mill} has 3 partitions instead of 4: with another number the events of a root would be in two places, "
        "and their order lost",
        f"{attic} is missing (run `openrecp migrate log`)",
        f"{cellar} is compacted: it has to keep every event, cleanup.policy=delete",
        f"{cellar} forgets: retention.ms is 604800000 instead of -1",
        f"{cellar} takes events of 1048588 bytes only instead of 8000000",
    ]
    assert str(refused.value).startswith(f"Kafka at {kafka_broker.servers} has not the topics of this version: ")
    with pytest.raises(TopicsDiffer):
        await create_topics(cluster, wanted, copies=1)


async def test_missing_topics_are_made_once_and_none_by_the_way(cluster: Cluster) -> None:
    wanted = TOPICS | {"attic": 5}
    with pytest.raises(TopicsDiffer):
        await KafkaLog(cluster, wanted).start()
    with pytest.raises(TopicsDiffer):
        await KafkaLog(cluster, wanted).start()
    made = await create_topics(cluster, wanted, copies=1)
    assert made == [f"log: made the topic {cluster.name('attic')} with 5 partitions"]
    assert await create_topics(cluster, wanted, copies=1) == []
    again = KafkaLog(cluster, wanted)
    await again.start()
    assert len(await again.ends(["attic"])) == 5
    await again.stop()


async def test_more_copies_than_brokers_are_refused_in_words(cluster: Cluster) -> None:
    with pytest.raises(TopicsDiffer, match=r"replication factor of 3 .*only 1 broker"):
        await create_topics(cluster, {"attic": 1}, copies=3)


async def test_a_strangers_message_is_passed_over_and_told(log: KafkaLog, cluster: Cluster) -> None:
    root = new_id()
    await log.append([record(root, 1)])
    producer = AIOKafkaProducer(bootstrap_servers=cluster.servers)
    await producer.start()
    for partition in range(3):
        await producer.send_and_wait(cluster.name("mill"), b"hello", partition=partition)
    await producer.stop()
    reading = log.subscribe("g", ["mill"], 0)
    with capture_logs() as told:
        assert len(await fetched(reading, 1)) == 1
        end = time.monotonic() + 10
        while await reading.lag() and time.monotonic() < end:
            assert await reading.fetch(10, 0.2) == []
    assert await reading.lag() == 0
    unreadable = [each for each in told if each["event"] == "log.unreadable"]
    assert {each["partition"] for each in unreadable} == {0, 1, 2}
    await log.append([record(root, 2)])
    assert [each.sequence for each in await fetched(reading, 1)] == [2]
    assert [each.sequence for each in await log.read(["mill"], {}, 10)] == [1, 2]


async def test_what_is_larger_than_kafka_takes_is_refused_and_what_comes_behind_is_not(log: KafkaLog) -> None:
    with pytest.raises(LogAway, match="MessageSizeTooLarge"):
        await log.append([record(new_id(), 1, data="x" * 8_000_001)])
    await log.append([record(new_id(), 1)])
    assert len(await log.read(["mill"], {}, 10)) == 1


READER = """
import asyncio, sys, time
from chassis.log.cluster import Cluster
from chassis.log.kafka_log import KafkaLog

async def main(servers, prefix):
    reading = KafkaLog(Cluster(servers, prefix), {"mill": 3}).subscribe("g", ["mill"], 0)
    found = []
    while len(found) < 40:
        found += await reading.fetch(500, 0.2)
    await reading.commit([each for each in found if each.partition == 0])
    print("ready", flush=True)
    await asyncio.sleep(600)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_whoever_takes_the_seat_of_the_killed_goes_on_at_once(cluster: Cluster, log: KafkaLog) -> None:
    sent = [record(new_id(), n) for n in range(1, 41)]
    await log.append(sent)
    doomed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", READER, cluster.servers, cluster.prefix, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert doomed.stdout is not None
    while await doomed.stdout.readline() != b"ready\n":
        pass
    doomed.kill()
    await doomed.wait()
    began = time.monotonic()
    left = [each for each in await log.read(["mill"], {}, 100) if each.partition != 0]
    assert set(ids(await fetched(log.subscribe("g", ["mill"], 0), len(left)))) == set(ids(left))
    assert time.monotonic() - began < 5.0  # the session of the dead would have had ten seconds to go


async def test_what_was_at_work_when_its_partition_was_given_away_comes_again(cluster: Cluster, log: KafkaLog) -> None:
    sent = [record(new_id(), 1) for _ in range(60)]
    await log.append(sent)
    first, other = log.subscribe("g", ["mill"], 0), KafkaLog(cluster, TOPICS)
    at_work = await fetched(first, 60, commit=False)
    second = other.subscribe("g", ["mill"], 1)
    taken: list[Record] = []
    end = time.monotonic() + 20
    while not taken and time.monotonic() < end:
        taken = await second.fetch(500, 0.3)
    assert taken, "the second reader got nothing"
    await first.commit(at_work)
    at = await other.subscribe("g", ["mill"]).position()
    assert set(at.values()) == {0}
    await second.commit(taken)
    while await first.lag() and time.monotonic() < end:
        for reader in (first, second):
            news = await reader.fetch(500, 0.2)
            await reader.commit(news)
            taken += news
    assert set(ids(taken)) == set(ids(sent))
    assert await first.lag() == await second.lag() == 0
    await other.stop()


async def test_a_broker_that_stands_still_makes_no_one_wait_for_ever_and_nothing_comes_out_of_order(
    log: KafkaLog, kafka_broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    roots = [new_id() for _ in range(10)]
    await log.append([record(root, 1) for root in roots])
    sent = [record(root, n) for n in (2, 3) for root in roots]
    kafka_broker.freeze()
    try:
        began = time.monotonic()
        with monkeypatch.context() as impatient:
            impatient.setattr(kafka_log, "TAKE_WITHIN_S", 3.0)
            for _ in range(2):
                with pytest.raises(LogAway, match="does not answer"):
                    await log.append(sent)
        assert time.monotonic() - began < 25
    finally:
        kafka_broker.thaw()
    await taken_in_the_end(log, sent)
    await log.append([record(root, 4) for root in roots])
    await asyncio.sleep(1.0)  # what was still on its way arrives now, if ever
    first = list({each.event_id: each for each in await log.read(["mill"], {}, 1_000)}.values())
    assert by_root(first) == {root: [1, 2, 3, 4] for root in roots}


async def taken_in_the_end(log: KafkaLog, records: list[Record]) -> None:
    """As a relay does: what was not taken is sent again, until a broker that has just woken has found itself."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(LogAway):
                await log.append(records)
                return


async def test_a_reader_that_has_fallen_silent_says_so(log: KafkaLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_log, "WATCH_EVERY_S", 0.2)
    root = new_id()
    await log.append([record(root, 1)])
    reading = log.subscribe("g", ["mill"], 0)
    await fetched(reading, 1)
    consumer: Any = reading._consumer

    async def nothing(**_: Any) -> dict[Any, Any]:
        await asyncio.sleep(0.1)
        return {}

    consumer.getmany = nothing
    for _ in range(5):
        assert await reading.fetch(10, 0.1) == []  # at the end nothing is missing
    await log.append([record(root, 2)])
    with pytest.raises(LogAway, match="gets nothing of Kafka, though there is more"):
        await fetched(reading, 1)
    await reading.close()
    assert [each.sequence for each in await fetched(log.subscribe("g", ["mill"], 0), 1)] == [2]


async def test_a_reader_goes_on_by_itself_after_a_kill_of_the_broker(log: KafkaLog, kafka_broker: Broker) -> None:
    root = new_id()
    await log.append([record(root, 1)])
    reading = log.subscribe("g", ["mill"], 0)
    await fetched(reading, 1)
    await asyncio.to_thread(kafka_broker.kill)
    await asyncio.sleep(1)
    with contextlib.suppress(LogAway):
        await reading.fetch(10, 0.2)
    await asyncio.to_thread(kafka_broker.start)
    await log.append([record(root, 2)])
    end, found = time.monotonic() + 20, list[Record]()
    while not found and time.monotonic() < end:
        with contextlib.suppress(LogAway):
            found = await reading.fetch(10, 0.5)
    assert [each.sequence for each in found][-1:] == [2]


async def test_a_start_while_the_broker_is_away_is_no_refusal() -> None:
    nowhere = KafkaLog(Cluster("127.0.0.1:1"), TOPICS)
    await nowhere.start()
    with pytest.raises(LogAway, match=r"Kafka at 127\.0\.0\.1:1 does not answer"):
        await nowhere.append([record(new_id(), 1)])
    await nowhere.stop()


async def _make(cluster: Cluster, *topics: NewTopic) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.servers)
    await admin.start()
    answer = await admin.create_topics(list(topics))
    assert {code for _, code, _ in answer.topic_errors} == {0}
    await admin.close()


def test_a_password_is_in_no_text_of_the_settings() -> None:
    secret = Cluster("kafka:9093", user="openrecp", password="do-not-tell", tls=True)
    assert "do-not-tell" not in repr(secret)
    assert secret.options()["security_protocol"] == "SASL_SSL"
    assert secret.options()["sasl_mechanism"] == "SCRAM-SHA-512"
    assert dataclasses.replace(secret, user="").options()["security_protocol"] == "SSL"
    assert dataclasses.replace(secret, tls=False).options()["security_protocol"] == "SASL_PLAINTEXT"
    assert Cluster("kafka:9092").options()["security_protocol"] == "PLAINTEXT"


READY_S, READY_AGAIN_S, TRIES = 20.0, 5.0, 3


async def test_a_broker_is_ready_soon_and_sooner_after_a_kill(capsys: pytest.CaptureFixture[str]) -> None:
    """On a machine that has more to do than it has processors, as much later as it has more to do."""
    broker = broker_or_skip()
    try:
        first, again = broker.ready_after_s, list[float]()
        await create_topics(Cluster(broker.servers, prefix="ready."), TOPICS, copies=1)
        while len(again) < TRIES and min(again, default=READY_AGAIN_S) >= READY_AGAIN_S:
            await asyncio.to_thread(broker.kill)
            await asyncio.to_thread(broker.start)
            again.append(broker.ready_after_s)
    finally:
        broker.remove()
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    with capsys.disabled():
        print(
            f"\n  Kafka is ready after {first:.1f} s, after kill -9 {min(again):.1f} s, {busy:.1f} times busy", end=""
        )
    assert first < READY_S * busy
    assert min(again) < READY_AGAIN_S * busy
