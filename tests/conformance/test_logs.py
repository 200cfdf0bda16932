"""Every log keeps the promises of the port: the table on either database, and Kafka."""

import asyncio
import contextlib
import dataclasses
import json
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from chassis.clock import new_id
from chassis.log.kafka_log import KafkaLog
from chassis.log.port import EventLog, LogAway, Partition, Record, Subscription
from chassis.log.table import TableLog
from tests.kit.kafka import Broker
from tests.kit.logs import by_root, fetched, ids, new_log, opened, record
from tests.kit.postgres import Cluster

__all__ = ["new_log", "opened"]
Opened = Callable[[], Awaitable[EventLog]]


async def test_a_record_comes_out_as_it_went_in_with_its_whole_envelope(opened: Opened) -> None:
    log = await opened()
    sent = record(
        new_id(),
        7,
        subject=new_id(),
        occurred_at=datetime(2027, 2, 28, 23, 59, 59, 123456, tzinfo=UTC),
        correlation_id="the-winter-of-26",
        causation_id=str(new_id()),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        data='{"note":"Xin chào  ខ្មែរ ລາວ","kg":0.10,"big":1e400}',
    )
    bare = record(sent.root, 8)
    await log.append([sent, bare])
    for found in (await log.read(["mill"], {}, 10), await fetched(log.subscribe("g", ["mill"], 0), 2)):
        assert [dataclasses.replace(each, position=0, partition=0) for each in found] == [sent, bare]
        assert all(each.position > 0 for each in found)


async def test_each_root_is_in_order_over_many_appends(opened: Opened) -> None:
    log = await opened()
    roots = [new_id() for _ in range(20)]
    for n in range(1, 31):
        await log.append([record(root, n) for root in roots])
    found = await fetched(log.subscribe("g", ["mill"], 0), 600)
    assert by_root(found) == {root: list(range(1, 31)) for root in roots}
    assert by_root(await log.read(["mill"], {}, 1_000)) == {root: list(range(1, 31)) for root in roots}


async def test_a_group_goes_on_behind_what_it_committed(opened: Opened) -> None:
    first, root = await opened(), new_id()
    sent = [record(root, n) for n in range(1, 11)]
    await first.append(sent)
    reading = first.subscribe("g", ["mill"], 0)
    found = await fetched(reading, 10, commit=False)
    await reading.commit(found[:6])
    await first.stop()
    second = await opened()
    assert ids(await fetched(second.subscribe("g", ["mill"], 0), 4)) == ids(sent[6:])


async def test_what_was_not_committed_is_given_again(opened: Opened) -> None:
    log, root = await opened(), new_id()
    sent = [record(root, n) for n in range(1, 6)]
    await log.append(sent)
    reading = log.subscribe("g", ["mill"], 0)
    assert ids(await fetched(reading, 5, commit=False)) == ids(sent)
    again = await fetched(reading, 5, commit=False)
    assert ids(again) == ids(sent)
    await reading.commit(again[:2])
    assert ids(await fetched(reading, 3, commit=False)) == ids(sent[2:])


async def test_a_group_that_begins_late_begins_at_the_beginning_and_disturbs_no_other(opened: Opened) -> None:
    log, root = await opened(), new_id()
    sent = [record(root, n) for n in range(1, 6)]
    await log.append(sent)
    assert ids(await fetched(log.subscribe("early", ["mill"], 0), 5)) == ids(sent)
    assert ids(await fetched(log.subscribe("late", ["mill"], 0), 5)) == ids(sent)


async def test_a_group_reads_its_topics_and_no_other(opened: Opened) -> None:
    log = await opened()
    mine, others = record(new_id(), 1, "mill"), record(new_id(), 1, "bakery")
    await log.append([mine, others])
    both = await fetched(log.subscribe("both", ["bakery", "mill"], 0), 2)
    assert set(ids(both)) == {mine.event_id, others.event_id}
    assert ids(await fetched(log.subscribe("one", ["bakery"], 0), 1)) == [others.event_id]


async def test_a_waiting_reader_hears_at_once(opened: Opened) -> None:
    log = await opened()
    reading = log.subscribe("g", ["mill"], 0)
    await log.append([record(new_id(), 1)])
    await fetched(reading, 1)
    waiting = asyncio.create_task(reading.fetch(10, 10.0))
    await asyncio.sleep(0.3)
    await log.append([record(new_id(), 1)])
    told = time.monotonic()
    assert len(await waiting) == 1
    assert time.monotonic() - told < 1.0


async def test_lag_and_ends_say_what_is_left(opened: Opened) -> None:
    log = await opened()
    assert set((await log.ends(["mill", "bakery"])).values()) == {0}
    reading, onlooker = log.subscribe("g", ["mill"], 0), log.subscribe("g", ["mill"])
    assert (await reading.lag(), await onlooker.lag()) == (0, 0)
    await log.append([record(new_id(), 1) for _ in range(10)])
    assert (await reading.lag(), await onlooker.lag()) == (10, 10)
    found = await fetched(reading, 10, commit=False)
    await reading.commit(found[:-1])
    assert await reading.lag() == 1
    await reading.commit(found)
    await reading.close()
    assert await log.subscribe("g", ["mill"]).lag() == 0
    reached = {(each.topic, each.partition): each.position for each in sorted(found, key=lambda each: each.position)}
    at = await log.subscribe("g", ["mill"]).position()
    assert {part: at[part] for part in reached} == reached
    ends = await log.ends(["mill"])
    assert {part: ends[part] for part in reached} == reached


async def test_a_rebuild_reads_everything_once_page_by_page(opened: Opened) -> None:
    log = await opened()
    roots = [new_id() for _ in range(12)]
    sent = [record(root, n, topic) for n in range(1, 11) for topic in ("mill", "bakery") for root in roots]
    await log.append(sent)
    at: dict[Partition, int] = {}
    found: list[Record] = []
    while page := await log.read(["mill", "bakery"], at, 50):
        assert len(page) <= 50
        at.update({(each.topic, each.partition): each.position for each in page})
        found += page
    assert sorted(ids(found)) == sorted(ids(sent))
    for topic in ("mill", "bakery"):
        of_topic = [each for each in found if each.topic == topic]
        assert by_root(of_topic) == {root: list(range(1, 11)) for root in roots}
    assert at == {part: end for part, end in (await log.ends(["mill", "bakery"])).items() if end}
    await log.append([record(roots[0], 11)])
    assert [each.sequence for each in await log.read(["mill", "bakery"], at, 50)] == [11]
    assert len(await log.read(["mill"], {}, 1_000)) == 121


async def test_the_largest_event_passes(opened: Opened) -> None:
    log = await opened()
    large = record(new_id(), 1, data=json.dumps({"text": "x" * 1_000_000}))
    await log.append([record(new_id(), 1), large, record(large.root, 2)])
    found = await fetched(log.subscribe("g", ["mill"], 0), 3)
    assert [each.data for each in found if each.root == large.root] == [large.data, '{"n": 1}']
    assert large.data in {each.data for each in await log.read(["mill"], {}, 10)}


async def test_data_that_is_no_event_is_given_out_as_it_is(opened: Opened) -> None:
    log = await opened()
    await log.append([record(new_id(), 1, data="{not json")])
    [found] = await fetched(log.subscribe("g", ["mill"], 0), 1)
    assert found.data == "{not json"


async def test_a_relay_that_repeats_itself_leaves_no_second_record(
    opened: Opened, request: pytest.FixtureRequest
) -> None:
    log, root = await opened(), new_id()
    if isinstance(log, KafkaLog):
        reason = "a new producer of Kafka does not know what the one before it sent: the inbox settles it"
        request.applymarker(pytest.mark.xfail(strict=True, reason=reason))
    sent = [record(root, n) for n in range(1, 4)]
    await log.append(sent[:2])
    await log.append(sent)
    assert ids(await log.read(["mill"], {}, 10)) == ids(sent)


async def _joined(reader: Subscription) -> None:
    """A group that finds together may take longer than a reader waits: it asks again, as consumers do."""
    for _ in range(5):
        with contextlib.suppress(LogAway):
            await reader.fetch(1, 3.0)
            return
    raise AssertionError("the group has not found together")


async def test_readers_of_one_group_share_its_work_and_one_goes_on_for_the_other(
    opened: Opened, request: pytest.FixtureRequest
) -> None:
    one, two = await opened(), await opened()
    if isinstance(one, TableLog):
        request.applymarker(pytest.mark.xfail(strict=True, reason="a table is one partition, and has one seat"))
    assert one.seats > 1
    readers = [one.subscribe("g", ["mill", "bakery"], 0), two.subscribe("g", ["mill", "bakery"], 1)]
    await asyncio.gather(*(_joined(each) for each in readers))
    sent = [record(new_id(), 1, topic) for _ in range(60) for topic in ("mill", "bakery")]
    await one.append(sent)
    taken: list[list[object]] = [[], []]
    end = time.monotonic() + 20
    while len(taken[0]) + len(taken[1]) < len(sent) and time.monotonic() < end:
        for reader, mine in zip(readers, taken, strict=True):
            news = await reader.fetch(500, 0.2)
            await reader.commit(news)
            mine.extend(ids(news))
    assert all(taken)
    assert sorted(taken[0] + taken[1], key=str) == sorted(ids(sent), key=str)
    assert await readers[0].lag() == await readers[1].lag() == 0
    await readers[1].close()
    more = [record(new_id(), 2) for _ in range(30)]
    await one.append(more)
    # Its partitions are given away when its session has ended.
    assert sorted(ids(await fetched(readers[0], 30, within=30.0))) == sorted(ids(more))


async def test_a_log_that_is_away_says_so_in_time_and_takes_everything_when_it_is_back(
    opened: Opened, request: pytest.FixtureRequest
) -> None:
    log, roots = await opened(), [new_id() for _ in range(10)]
    reading = log.subscribe("g", ["mill"], 0)
    await log.append([record(root, 1) for root in roots])
    seen = await fetched(reading, 10)
    back = await _taken_away(log, request)
    began = time.monotonic()
    sent = [record(root, n) for n in (2, 3) for root in roots]
    for ask in (lambda: log.append(sent), lambda: log.ends(["mill"]), reading.lag, lambda: log.read(["mill"], {}, 5)):
        with pytest.raises(LogAway):
            await ask()
    assert time.monotonic() - began < 35
    await back()
    await log.append(sent)
    await reading.close()
    reading = log.subscribe("g", ["mill"], 0)
    end = time.monotonic() + 20
    while len(set(ids(seen))) < 30 and time.monotonic() < end:
        seen += await fetched(reading, 1, within=20.0)
    firsts = list({each.event_id: each for each in seen}.values())
    assert by_root(firsts) == {root: [1, 2, 3] for root in roots}


async def _taken_away(log: EventLog, request: pytest.FixtureRequest) -> Callable[[], Awaitable[None]]:
    """Take the log away as it happens to it; what is given back brings it back."""
    if isinstance(log, TableLog) and "sqlite" in str(request.node.callspec.params):
        await log.store.stop()
        return log.store.start
    fixture = "kafka_broker" if isinstance(log, KafkaLog) else "postgres_cluster"
    server: Broker | Cluster = request.getfixturevalue(fixture)
    await asyncio.to_thread(server.kill)

    async def back() -> None:
        await asyncio.to_thread(server.start)

    return back
