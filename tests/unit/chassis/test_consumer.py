"""Consumers: each record takes effect once and in the order of its thread, however often and mixed it comes."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis.consumer import Consumer, Projector, Reactor
from chassis.log.port import Record
from chassis.tables import failed_deliveries, inbox, outbox
from tests.kit.room import Room, room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import OFFICER, by_mill, deliveries, found, loaf, oven, records, until
from tests.unit.chassis.bakery import Day, Stock
from tests.unit.chassis.mill import FlourDelivered


async def _consumers(here: Room) -> list[Consumer]:
    """Consumers of this room that nobody feeds but the test."""
    await here.running.supervisor.stop()
    reactor = Reactor(here.running.ground, here.log, bakery.reactions)
    projector = Projector(here.running.ground, here.log, bakery.projections)
    return [reactor, projector]


def _mixed(given: Sequence[Record], dice: random.Random) -> list[Record]:
    """Each record one to five times; threads shuffled among each other, none out of its own order."""
    threads: dict[UUID, list[Record]] = {}
    for record in given:
        threads.setdefault(record.root, []).extend([record] * dice.randint(1, 5))
    mixed = []
    while threads:
        root = dice.choice(list(threads))
        mixed.append(threads[root].pop(0))
        if not threads[root]:
            del threads[root]
    return mixed


async def _effects(here: Room) -> tuple[dict[UUID, list[UUID]], dict[UUID, Stock]]:
    """What the reaction did, per mill and in order, and what the projection shows."""
    arrived = await found(here.running.store, bakery.arrivals)
    stocks = await found(here.running.store, bakery.stocks)
    return by_mill([(each.mill_id, each.delivery_id) for each in arrived]), {each.mill_id: each for each in stocks}


def _expected(events: Sequence[FlourDelivered]) -> tuple[dict[UUID, list[UUID]], dict[UUID, Stock]]:
    threads = by_mill([(each.mill_id, each.delivery_id) for each in events])
    kg = {mill: sum(each.kg for each in events if each.mill_id == mill) for mill in threads}
    stocks = {mill: Stock(mill, len(own), kg[mill], own[-1]) for mill, own in threads.items()}
    return threads, stocks


@pytest.mark.parametrize("seed", range(5))
async def test_delivered_up_to_five_times_and_mixed_each_record_takes_effect_once_in_order(
    here: Room, seed: int
) -> None:
    dice = random.Random(seed)
    events = deliveries(mills=8, each=12)
    given = records(events)
    for consumer in await _consumers(here):
        stream = _mixed(given, dice)
        while stream:
            size = dice.randint(1, 40)
            batch, stream = stream[:size], stream[size:]
            await consumer.deliver(batch)
            if dice.random() < 0.3:
                await consumer.deliver(batch)
        await consumer.deliver(dice.sample(given, k=20))
    assert await _effects(here) == _expected(events)
    assert len(await found(here.running.store, inbox)) == 2 * len(events)
    assert len(await found(here.running.store, outbox)) == len(events)
    assert await found(here.running.store, failed_deliveries) == []


async def test_everything_delivered_again_after_all_changes_nothing(here: Room) -> None:
    events = deliveries(mills=3, each=5)
    await here.tell(*events)
    assert await _effects(here) == _expected(events)
    again = await here.log.read(["mill"], {}, 1_000)
    for consumer in here.running.consumers:
        await consumer.deliver(list(reversed(again)))
    assert await _effects(here) == _expected(events)


async def test_the_same_batch_at_two_consumers_at_once_takes_effect_once(here: Room, folder: Path) -> None:
    """As when a group is dealt anew and the old member has not noticed."""
    events = deliveries(mills=5, each=10)
    given = records(events)
    async with room(bakery.service, folder) as other:
        twins = zip(await _consumers(here), await _consumers(other), strict=True)
        for one, two in twins:
            await asyncio.gather(one.deliver(given), two.deliver(given))
            await asyncio.gather(one.deliver(given), two.deliver(given))
            for _ in range(3):
                await one.retry_due()
    assert await _effects(here) == _expected(events)
    assert [each.state for each in await found(here.running.store, failed_deliveries)] == []


async def test_a_death_between_effect_and_position_repeats_nothing(folder: Path) -> None:
    events = deliveries(mills=4, each=10)
    async with room(bakery.service, folder) as here:
        await here.tell(*events)
        # What a death there leaves behind: the effects are committed, the position is not.
        await here.log.store.execute(sa.text("DELETE FROM log_positions"))
        for consumer in here.running.consumers:
            assert consumer._subscription is not None
            consumer._subscription._flushed = consumer._subscription._at = {}  # type: ignore[attr-defined]
    async with room(bakery.service, folder) as here:
        await here.log.store.execute(sa.text("DELETE FROM log_positions"))
        await here.settle()
        assert await _effects(here) == _expected(events)
        assert len(await here.events(bakery.SackStored)) == len(events)


async def test_an_own_event_reaches_an_own_projection(here: Room) -> None:
    by = here.as_(OFFICER)
    busy = await oven(by)
    for _ in range(7):
        await loaf(by, busy)
    await here.settle()
    assert await found(here.running.store, bakery.days) == [Day(UUID(busy), 7)]


async def test_what_follows_names_its_cause(here: Room) -> None:
    [event] = deliveries(1, 1)
    await here.tell(event, correlation_id="the-long-story")
    [cause] = await here.log.read(["mill"], {}, 10)
    await here.settle()
    [follows] = await here.log.read(["bakery"], {}, 10)
    assert (follows.correlation_id, follows.causation_id) == ("the-long-story", str(cause.event_id))


async def test_events_nobody_here_reads_are_passed_over(here: Room) -> None:
    by = here.as_(OFFICER)
    for _ in range(3):
        await by.post("/v1/shelves", json={"places": 3})
    await here.settle()
    assert await found(here.running.store, inbox) == []


async def test_a_reader_that_starts_late_reads_from_the_beginning(folder: Path) -> None:
    events = deliveries(mills=2, each=300)
    async with room(bakery.service, folder) as here:
        await here.running.supervisor.stop()
        await here.log.append(records(events))
    async with room(bakery.service, folder) as here:
        await here.settle()
        assert await _effects(here) == _expected(events)


async def test_stopped_at_any_moment_nothing_is_lost_doubled_or_out_of_order(folder: Path) -> None:
    events = deliveries(mills=6, each=40)
    dice = random.Random(7)
    async with room(bakery.service, folder) as here:
        await here.running.supervisor.stop()
        await here.log.append(records(events))
    for _ in range(12):
        async with room(bakery.service, folder) as here:
            await asyncio.sleep(dice.random() * 0.06)
    async with room(bakery.service, folder) as here:
        await here.settle()
        await until(lambda: _all_published(here))
        assert await _effects(here) == _expected(events)
        assert len(await here.events(bakery.SackStored)) == len(events)


async def _all_published(here: Room) -> bool:
    waiting: int = (await here.running.relay.waiting())["waiting"]
    return waiting == 0
