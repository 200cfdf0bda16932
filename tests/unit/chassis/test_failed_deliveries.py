"""A record that fails parks its thread and nobody else's; an administrator sends it again or gives it up."""

import dataclasses
import math
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from chassis import consumer
from chassis.clock import wall_now
from chassis.tables import FailedDelivery, failed_deliveries
from chassis.telemetry import registry
from tests.kit import people
from tests.kit.room import Room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import by_mill, deliveries, found, records, until
from tests.unit.chassis.bakery import spoilt
from tests.unit.chassis.mill import FlourDelivered

ADMIN = people.administrator()
PATH = "/v1/admin/bakery/failed-deliveries"
REACTIONS, PROJECTIONS = "bakery.reactions", "bakery.projections"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The three quick attempts follow each other at once."""
    monkeypatch.setattr(consumer, "QUICK_PAUSES_S", (0.0, 0.0, 0.0))


async def _parked(here: Room, name: str) -> list[FailedDelivery]:
    parked = await found(here.running.store, failed_deliveries, "position")
    return [each for each in parked if each.consumer == name]


async def _arrived(here: Room) -> dict[Any, list[Any]]:
    rows = await found(here.running.store, bakery.arrivals)
    return by_mill([(each.mill_id, each.delivery_id) for each in rows])


async def _let_time_pass(here: Room) -> None:
    """The pause before the next attempt is over for every delivery."""
    past = wall_now() - timedelta(seconds=1)
    waiting = failed_deliveries.table.c.state == "waiting"
    await here.running.store.execute(sa.update(failed_deliveries.table).where(waiting).values(next_attempt_at=past))


def _spoil(events: list[FlourDelivered], n: int) -> FlourDelivered:
    spoilt.add(events[n].delivery_id)
    return events[n]


async def test_a_poison_record_parks_its_thread_and_those_behind_it_others_go_on(here: Room) -> None:
    events = deliveries(mills=5, each=10)
    bad = _spoil(events, 15)  # the fourth of the first mill
    await here.tell(*events)
    own = [each.delivery_id for each in events if each.mill_id == bad.mill_id]
    for name in (REACTIONS, PROJECTIONS):
        parked = await _parked(here, name)
        assert [each.root for each in parked] == [bad.mill_id] * 7
        assert [each.error for each in parked] == ["ValueError", *["behind another"] * 6]
        assert [each.attempts for each in parked] == [1, *[0] * 6]
    arrived = await _arrived(here)
    assert arrived.pop(bad.mill_id) == own[:3]
    assert {len(each) for each in arrived.values()} == {10}
    assert len(await here.events(bakery.SackStored)) == 43
    stocks = {each.mill_id: each.deliveries for each in await found(here.running.store, bakery.stocks)}
    assert sorted(stocks.values()) == [3, 10, 10, 10, 10]


async def test_what_fails_leaves_nothing_of_its_effect(here: Room) -> None:
    [only] = deliveries(1, 1)
    spoilt.add(only.delivery_id)
    await here.tell(only)
    assert await _arrived(here) == {}
    assert await found(here.running.store, bakery.sacks) == []
    assert await here.events() == []


async def test_later_records_of_a_parked_thread_queue_behind_it(here: Room) -> None:
    events = deliveries(mills=2, each=6)
    bad = _spoil(events, 0)
    for event in events:
        await here.tell(event)
    assert [each.attempts for each in await _parked(here, REACTIONS)][1:] == [0] * 5
    arrived = await _arrived(here)
    assert bad.mill_id not in arrived
    assert len(arrived[events[1].mill_id]) == 6


async def test_a_mended_release_takes_the_thread_in_in_order(here: Room) -> None:
    events = deliveries(mills=3, each=5)
    _spoil(events, 4)
    await here.tell(*events)
    spoilt.clear()
    await _let_time_pass(here)
    await until(lambda: _settled(here))
    assert await _arrived(here) == by_mill([(each.mill_id, each.delivery_id) for each in events])
    assert {each.state for each in await _parked(here, REACTIONS)} == {"redriven"}
    assert {each.deliveries for each in await found(here.running.store, bakery.stocks)} == {5}


async def _settled(here: Room) -> bool:
    rows = await found(here.running.store, failed_deliveries)
    return all(each.state in ("redriven", "skipped") for each in rows)


async def test_a_redrive_gives_what_an_undisturbed_run_gives(here: Room) -> None:
    events = deliveries(mills=4, each=8)
    _spoil(events, 9)
    _spoil(events, 2)
    await here.tell(*events)
    spoilt.clear()
    by = here.as_(ADMIN)
    listed = (await by.get(PATH, params={"limit": 200})).json()["items"]
    assert len(listed) == len(await found(here.running.store, failed_deliveries))
    answer = await by.post("/v1/admin/bakery/redrive")
    assert (answer.status_code, answer.json()) == (200, {"redriven": len(listed)})
    await until(lambda: _settled(here))
    await here.settle()
    assert await _arrived(here) == by_mill([(each.mill_id, each.delivery_id) for each in events])
    assert {(each.deliveries, each.kg) for each in await found(here.running.store, bakery.stocks)} == {(8, 36)}
    assert len(await here.events(bakery.SackStored)) == 32
    assert (await by.get(PATH)).json()["items"] == []


async def test_one_delivery_is_sent_again_alone(here: Room) -> None:
    events = deliveries(mills=2, each=2)
    for event in events[:2]:
        spoilt.add(event.delivery_id)
    await here.tell(*events)
    one, other = [each for each in await _parked(here, REACTIONS) if each.attempts == 1]
    by = here.as_(ADMIN)
    answer = await by.post(f"{PATH}/{other.delivery_id}/redrive")
    assert (answer.json()["state"], answer.json()["attempts"]) == ("waiting", 0)
    await until(lambda: _tried(here, other, 1))
    spoilt.clear()
    await by.post(f"{PATH}/{other.delivery_id}/redrive")
    await until(lambda: _is(here, other, "redriven"))
    again = await by.post(f"{PATH}/{other.delivery_id}/redrive")
    assert (again.status_code, again.json()["code"]) == (409, "delivery_is_settled")
    assert (await by.get(f"{PATH}/{one.delivery_id}")).json()["state"] in ("waiting", "redriven")


async def _tried(here: Room, delivery: FailedDelivery, attempts: int) -> bool:
    rows = await found(here.running.store, failed_deliveries)
    return [each.attempts for each in rows if each.delivery_id == delivery.delivery_id] == [attempts]


async def _is(here: Room, delivery: FailedDelivery, *states: str) -> bool:
    rows = await found(here.running.store, failed_deliveries)
    return next(each.state for each in rows if each.delivery_id == delivery.delivery_id) in states


async def test_a_skipped_record_is_given_up_and_those_behind_it_go_on(here: Room) -> None:
    events = deliveries(mills=1, each=4)
    bad = _spoil(events, 1)
    await here.tell(*events)
    by = here.as_(ADMIN)
    for name in (REACTIONS, PROJECTIONS):
        head = (await _parked(here, name))[0]
        answer = await by.post(f"{PATH}/{head.delivery_id}/skip", json={"reason": "eaten by mice"})
        assert (answer.json()["state"], answer.json()["reason"]) == ("skipped", "eaten by mice")
    await _let_time_pass(here)
    await until(lambda: _settled(here))
    assert await _arrived(here) == {
        bad.mill_id: [each.delivery_id for each in events if each is not bad],
    }
    [stock] = await found(here.running.store, bakery.stocks)
    assert (stock.deliveries, stock.last) == (3, events[3].delivery_id)
    assert bad.delivery_id not in {each.delivery_id for each in await found(here.running.store, bakery.arrivals)}


async def test_after_the_eighth_attempt_it_is_dead_and_says_so(here: Room) -> None:
    [bad] = deliveries(1, 1)
    spoilt.add(bad.delivery_id)
    await here.tell(bad)
    for _ in range(8):
        await _let_time_pass(here)
        for each in here.running.consumers:
            await each.retry_due()
    for name in (REACTIONS, PROJECTIONS):
        [dead] = await _parked(here, name)
        assert (dead.state, dead.attempts) == ("dead", 8)
    facts = await here.running.facts()
    assert facts["failed_deliveries"] == {REACTIONS: {"dead": 1}, PROJECTIONS: {"dead": 1}}
    ready = (await here.as_(ADMIN).get("/health/ready")).json()
    assert ready["ready"] is True
    words = "dead deliveries that wait for an administrator: 1, see /v1/admin/bakery/failed-deliveries"
    assert ready["details"]["alarms"] == {REACTIONS: words, PROJECTIONS: words}
    here_only = {"service": "bakery", "consumer": REACTIONS, "state": "dead"}
    assert registry.get_sample_value("openrecp_failed_deliveries", here_only) == 1


async def test_the_pause_before_the_next_attempt_grows(here: Room) -> None:
    [bad] = deliveries(1, 1)
    spoilt.add(bad.delivery_id)
    await here.tell(bad)
    pauses = []
    for _ in range(6):
        await _let_time_pass(here)
        for each in here.running.consumers:
            await each.retry_due()
        [parked] = await _parked(here, REACTIONS)
        pauses.append(math.ceil((parked.next_attempt_at - wall_now()).total_seconds()))  # some of it has passed
    assert pauses == [4, 8, 16, 32, 64, 128]


async def test_a_redrive_can_be_stopped(here: Room) -> None:
    events = deliveries(mills=3, each=3)
    for event in events[:3]:
        spoilt.add(event.delivery_id)
    await here.tell(*events)
    by = here.as_(ADMIN)
    stopped = (await by.post("/v1/admin/bakery/stop")).json()["redriven"]
    assert stopped == 18
    assert {each.state for each in await found(here.running.store, failed_deliveries)} == {"dead"}
    spoilt.clear()
    await _let_time_pass(here)
    for each in here.running.consumers:
        await each.retry_due()
    assert await _arrived(here) == {}
    await by.post("/v1/admin/bakery/redrive")
    await until(lambda: _settled(here))
    assert len(await found(here.running.store, bakery.arrivals)) == 9


async def test_a_redrive_of_what_a_twin_has_done_is_settled_and_ends(here: Room) -> None:
    """The commit's outcome was unknown, so it was parked although it had taken effect."""
    [event] = deliveries(1, 1)
    await here.tell(event)
    [record] = await here.log.read(["mill"], {}, 10)
    for each in here.running.consumers:
        await each.park(record, ValueError())
    await _let_time_pass(here)
    for each in here.running.consumers:
        await each.retry_due()
    assert await _settled(here)
    assert len(await found(here.running.store, bakery.arrivals)) == 1
    [stock] = await found(here.running.store, bakery.stocks)
    assert stock.deliveries == 1


@pytest.mark.parametrize("bad", ["no JSON", '{"delivery_id": 5}', "{}", '{"kg": "' + "x" * 1_000_000 + '"}', "\x00"])
async def test_data_that_cannot_be_read_is_parked_like_any_other_failure(here: Room, bad: str) -> None:
    events = deliveries(mills=2, each=2)
    made = records(events)
    made[0] = dataclasses.replace(made[0], data=bad)
    await here.log.append(made)
    await here.settle()
    assert [each.error for each in await _parked(here, REACTIONS)] == ["ValidationError", "behind another"]
    assert [len(each) for each in (await _arrived(here)).values()] == [2]


async def test_a_release_that_fails_everywhere_stops_the_consumer_and_says_so(here: Room) -> None:
    events = deliveries(mills=200, each=1)
    spoilt.update(each.delivery_id for each in events)
    await here.log.append(records(events))
    reactor = here.running.reactor
    assert reactor is not None
    await until(lambda: _stopped(here))
    parked = await _parked(here, REACTIONS)
    assert 50 <= len(parked) < 100
    live = await here.as_(ADMIN).get("/health/live")
    assert live.status_code == 503
    assert "of the last" in live.json()["trouble"][REACTIONS]
    assert "deliveries failed" in live.json()["trouble"][REACTIONS]
    await here.log.append(records(deliveries(mills=1, each=1), start=300))
    assert len(await _parked(here, REACTIONS)) == len(parked)

    spoilt.clear()
    await here.as_(ADMIN).post("/v1/admin/bakery/redrive")
    await until(lambda: _all_arrived(here, 201))
    await until(lambda: _settled(here))
    assert (await here.as_(ADMIN).get("/health/live")).status_code == 200
    assert sorted(len(each) for each in (await _arrived(here)).values()) == [1] * 201


async def _stopped(here: Room) -> bool:
    return all(each.stopped is not None for each in here.running.consumers)


async def _all_arrived(here: Room, number: int) -> bool:
    stocks = await found(here.running.store, bakery.stocks)
    return len(await found(here.running.store, bakery.arrivals)) == number == len(stocks)


async def test_one_failure_after_it_went_on_does_not_stop_it_again(here: Room) -> None:
    reactor = here.running.reactor
    assert reactor is not None
    reactor._outcomes.extend([False] * 60)
    reactor.resume()
    [bad] = deliveries(1, 1)
    spoilt.add(bad.delivery_id)
    await here.tell(bad)
    assert reactor.stopped is None


async def test_only_an_administrator_sees_or_touches_them(here: Room) -> None:
    for ask in (here.as_(people.officer()).get(PATH), here.as_(people.officer()).post("/v1/admin/bakery/redrive")):
        assert (await ask).status_code == 403
    assert (await here.as_(ADMIN).get("/v1/admin/butchery/failed-deliveries")).status_code == 404


async def test_the_list_has_pages_and_states(here: Room) -> None:
    events = deliveries(mills=7, each=1)
    spoilt.update(each.delivery_id for each in events)
    await here.tell(*events)
    by = here.as_(ADMIN)
    seen, url = [], f"{PATH}?limit=4"
    while url:
        page = await by.get(url)
        seen += [each["delivery_id"] for each in page.json()["items"]]
        url = page.links["next"]["url"] if "next" in page.links else ""
    assert len(seen) == len(set(seen)) == 14
    assert (await by.get(f"{PATH}?state=dead")).json()["items"] == []
