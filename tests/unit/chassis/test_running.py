"""A running service: watched loops, health in words, a stop that leaves nothing half done, statements compiled once."""

import asyncio
import contextlib
import random
import time
from pathlib import Path
from typing import Any

import pytest

from chassis import health
from chassis.supervision import Pulse, Supervisor
from chassis.tables import answers, failed_deliveries, inbox, outbox
from tests.kit import people
from tests.kit.room import Room, room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import OFFICER, by_mill, deliveries, found, loaf, oven, records, until

ADMIN = people.administrator()


async def _health(here: Room, which: str) -> tuple[int, dict[str, object]]:
    answer = await here.as_(ADMIN).get(f"/health/{which}")
    return answer.status_code, answer.json()


async def test_a_loop_that_fails_is_started_again_and_its_neighbours_go_on() -> None:
    supervisor, beats, tries = Supervisor(), 0, 0

    async def stumbling(pulse: Pulse) -> None:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise ValueError("tripped over a sack")
        while True:
            pulse.beat()
            await asyncio.sleep(0.01)

    async def steady(pulse: Pulse) -> None:
        nonlocal beats
        while True:
            beats += 1
            pulse.beat()
            await asyncio.sleep(0.01)

    supervisor.watch("stumbling", stumbling)
    supervisor.watch("steady", steady)
    told = set()

    async def recovered() -> bool:
        told.add(supervisor.pulses["stumbling"].trouble)
        return tries == 4 and supervisor.pulses["stumbling"].trouble is None

    await until(recovered)
    assert supervisor.pulses["stumbling"].restarts == 3
    assert "failed 2 times, last with ValueError; it tries again" in told
    assert (supervisor.pulses["steady"].restarts, supervisor.pulses["steady"].trouble) == (0, None)
    assert beats > 20
    await supervisor.stop()


async def test_a_group_of_failures_is_told_by_its_first_cause() -> None:
    supervisor = Supervisor()

    async def together(pulse: Pulse) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(_fail())

    supervisor.watch("together", together)

    async def told() -> bool:
        return supervisor.pulses["together"].trouble is not None

    await until(told)
    assert "KeyError" in str(supervisor.pulses["together"].trouble)
    await supervisor.stop()


async def _fail() -> None:
    raise KeyError("no such sack")


async def test_a_loop_that_fails_while_it_tidies_up_does_not_hang_the_stop() -> None:
    supervisor = Supervisor()

    async def untidy(pulse: Pulse) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise OSError("the broom is broken")

    supervisor.watch("untidy", untidy)
    await asyncio.sleep(0)
    async with asyncio.timeout(2):
        await supervisor.stop()


async def test_a_service_stops_though_its_log_is_away(folder: Path) -> None:
    async with asyncio.timeout(10), room(bakery.service, folder) as here:
        for _ in range(3):  # the first position is written at once, the others a second later or at the end
            await here.tell(*deliveries(2, 2))
        await here.log.store.stop()


async def test_a_service_at_work_is_live_and_ready(here: Room) -> None:
    await here.tell(*deliveries(2, 2))
    assert await _health(here, "live") == (200, {"service": "bakery", "live": True, "trouble": {}})
    status, ready = await _health(here, "ready")
    assert (status, ready["ready"], ready["trouble"]) == (200, True, {})
    assert ready["details"] == {
        "outbox": {"waiting": 0, "oldest_s": 0.0},
        "lag": {"bakery.reactions": 0, "bakery.projections": 0},
        "failed_deliveries": {},
        "alarms": {},
    }


async def test_a_database_that_does_not_answer_is_told_in_words(here: Room) -> None:
    await here.running.store.stop()
    status, ready = await _health(here, "ready")
    assert (status, ready["ready"]) == (503, False)
    assert ready["trouble"] == {"database": "the database does not answer: closed"}
    await here.running.store.start()
    assert (await _health(here, "ready"))[0] == 200


async def test_a_cancellation_that_was_not_meant_for_the_loop_does_not_end_it() -> None:
    supervisor, tries = Supervisor(), 0

    async def leaking(pulse: Pulse) -> None:
        nonlocal tries
        tries += 1
        inner = asyncio.ensure_future(asyncio.sleep(10))
        inner.cancel()
        if tries < 3:
            await inner  # as a library does whose own work was cancelled
        pulse.beat()
        await asyncio.sleep(10)

    supervisor.watch("leaking", leaking)

    async def recovered() -> bool:
        return tries == 3 and supervisor.pulses["leaking"].trouble is None

    await until(recovered)
    assert supervisor.pulses["leaking"].restarts == 2
    await supervisor.stop()


async def test_a_loop_in_trouble_is_told_in_words_until_it_has_recovered(here: Room) -> None:
    await here.running.store.stop()

    async def in_trouble() -> bool:
        status, live = await _health(here, "live")
        trouble: Any = live["trouble"]
        words = trouble.get("bakery.relay", "")
        return status == 503 and words.endswith("last with Unreachable; it tries again")

    here.running.relay._news.set()
    await until(in_trouble)
    await here.running.store.start()

    async def recovered() -> bool:
        return (await _health(here, "live"))[0] == 200

    await until(recovered)


async def test_a_loop_that_makes_no_progress_is_told(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = here.running.supervisor.pulses["bakery.relay"]
    await here.running.supervisor.stop()
    monkeypatch.setattr(health, "SILENT_S", 30.0)
    stuck.beaten_at = time.monotonic() - 45
    status, live = await _health(here, "live")
    assert (status, live["trouble"]) == (503, {"bakery.relay": "no progress for 45 s"})


async def test_what_waits_is_told_with_its_age(here: Room) -> None:
    await here.running.supervisor.stop()
    await oven(here.as_(OFFICER))
    await asyncio.sleep(0.02)
    waiting = await here.running.relay.waiting()
    assert waiting["waiting"] == 1
    assert 0.01 < waiting["oldest_s"] < 5


async def test_a_process_that_only_answers_requests_starts_no_loop(folder: Path) -> None:
    async with room(bakery.service, folder) as here:
        await here.running.stop()
        here.running.supervisor.pulses.clear()
        await here.running.start(work=False)
        assert here.running.supervisor.pulses == {}
        await oven(here.as_(OFFICER))
        assert (await here.running.relay.waiting())["waiting"] == 1
    async with room(bakery.service, folder) as here:
        await here.settle()
        assert len(await here.events()) == 1


async def test_a_stop_at_any_moment_leaves_nothing_half_done(folder: Path) -> None:
    """Requests, deliveries and the relay are stopped a dozen times in full flight; then everything is counted."""
    dice, events, acknowledged = random.Random(11), deliveries(mills=6, each=60), 0
    for n in range(12):
        async with room(bakery.service, folder) as here:
            await here.log.append(records(events[n * 30 : (n + 1) * 30]))
            writers = [asyncio.create_task(_write(here, n * 100 + each)) for each in range(20)]
            await asyncio.sleep(dice.random() * 0.08)
            await here.running.stop()
            acknowledged += sum(await asyncio.gather(*writers))
    async with room(bakery.service, folder) as here:
        await here.settle()
        made = await found(here.running.store, bakery.ovens)
        assert acknowledged > 0
        assert acknowledged <= len(made)
        assert len(await found(here.running.store, answers)) == len(made)
        arrived = by_mill(
            [(each.mill_id, each.delivery_id) for each in await found(here.running.store, bakery.arrivals)]
        )
        assert arrived == by_mill([(each.mill_id, each.delivery_id) for each in events])
        rows = await found(here.running.store, outbox)
        assert len(rows) == len(made) + len(events)
        assert all(each.published_at is not None for each in rows)
        sent = await here.log.read(["bakery"], {}, 100_000)
        assert sorted(each.event_id for each in sent) == sorted(each.event_id for each in rows)
        assert await found(here.running.store, failed_deliveries) == []
        assert len(await found(here.running.store, inbox)) == 2 * len(events)


async def _write(here: Room, n: int) -> bool:
    """Build an oven; whether that was acknowledged."""
    with contextlib.suppress(asyncio.CancelledError):
        answer = await here.as_(OFFICER).post("/v1/ovens", json={"name": str(n)}, headers={"Idempotency-Key": str(n)})
        assert answer.status_code in (201, 503), answer.text
        return bool(answer.status_code == 201)
    return False


async def test_a_service_can_be_stopped_twice_and_started_again(here: Room) -> None:
    await here.running.stop()
    await here.running.stop()
    await here.running.start()
    busy = await oven(here.as_(OFFICER))
    await here.settle()
    assert [str(each.oven_id) for each in await here.events()] == [busy]


async def test_statements_are_compiled_once(here: Room) -> None:
    """One type that cannot be cached would compile every call anew and never let go of the memory."""

    async def a_day() -> None:
        by = here.as_(OFFICER)
        for n in range(3):
            busy = await oven(by, f"Oven {time.monotonic_ns()} {n}")
            await loaf(by, busy, hours=1)
            await by.post(f"/v1/ovens/{busy}/stoke")
            await by.get(f"/v1/ovens/{busy}")
        await here.tell(*deliveries(mills=4, each=4))
        await here.advance(hours=2)
        await here.running.facts()
        for consumer in here.running.consumers:
            await consumer.retry_due()

    store: Any = here.running.store
    log: Any = here.log.store
    await a_day()
    await a_day()
    before = [(each.statements.misses, each.statements.hits) for each in (store, log)]
    for _ in range(5):
        await a_day()
    after = [(each.statements.misses, each.statements.hits) for each in (store, log)]
    for (misses, hits), (misses_now, hits_now) in zip(before, after, strict=True):
        assert misses_now == misses
        assert hits_now > hits + 100
