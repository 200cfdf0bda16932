"""A rebuild: the same rows from zero, and readers who notice nothing meanwhile."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.rebuild import fingerprint, rebuild
from chassis.store.mapping import Mapped, mapped
from tests.kit import people
from tests.kit.room import Room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import OFFICER, deliveries, found, loaf, oven, until
from tests.unit.chassis.bakery import Day, Stock, spoilt

ADMIN = people.administrator()
PATH = "/v1/admin/bakery/rebuild"
TABLES: list[Mapped[Any]] = [mapped(Stock), mapped(Day)]


async def _a_busy_week(here: Room) -> None:
    by = here.as_(OFFICER)
    for n in range(3):
        busy = await oven(by, f"Oven {n}")
        for _ in range(n + 1):
            await loaf(by, busy)
    await here.tell(*deliveries(mills=20, each=40))


async def _done(here: Room) -> dict[str, Any]:
    by = here.as_(ADMIN)

    async def ended() -> bool:
        return bool((await by.get(PATH)).json()["state"] != "running")

    await until(ended)
    result: dict[str, Any] = (await by.get(PATH)).json()
    return result


async def test_a_rebuild_from_zero_has_the_same_hash(here: Room) -> None:
    await _a_busy_week(here)
    live = await fingerprint(here.running.store, TABLES)
    answer = await here.as_(ADMIN).post(PATH)
    assert (answer.status_code, answer.json()["state"]) == (202, "running")
    done = await _done(here)
    assert done["state"] == "finished"
    assert done["result"] == {"before": live, "after": live, "same": True, "events": 806}


async def test_a_row_that_was_tampered_with_is_told_and_mended(here: Room) -> None:
    await _a_busy_week(here)
    live = await found(here.running.store, bakery.stocks)
    await here.running.store.execute(sa.update(bakery.stocks.table).values(kg=1))
    await here.running.store.execute(sa.delete(bakery.days.table))
    await here.as_(ADMIN).post(PATH)
    assert (await _done(here))["result"]["same"] is False
    assert await found(here.running.store, bakery.stocks) == live
    assert [each.loaves for each in await found(here.running.store, bakery.days, "loaves")] == [1, 2, 3]


async def test_readers_see_the_old_rows_until_all_new_ones_are_there(here: Room) -> None:
    await _a_busy_week(here)
    whole = await found(here.running.store, bakery.stocks)
    seen: list[int] = []

    async def read() -> None:
        while True:
            rows = await found(here.running.store, bakery.stocks)
            assert rows == whole
            seen.append(len(rows))
            await asyncio.sleep(0)

    reader = asyncio.create_task(read())
    for _ in range(3):
        await here.as_(ADMIN).post(PATH)
        assert (await _done(here))["result"]["same"] is True
    assert not reader.done()
    reader.cancel()
    assert len(seen) > 20


async def test_what_arrives_meanwhile_is_taken_in_afterwards(here: Room) -> None:
    await _a_busy_week(here)
    more = deliveries(mills=5, each=20)
    await here.as_(ADMIN).post(PATH)
    await here.tell(*more)
    assert (await _done(here))["state"] == "finished"
    await here.settle()
    stocks = await found(here.running.store, bakery.stocks)
    assert sum(each.deliveries for each in stocks) == 900
    assert (await _again(here))["same"] is True


async def _again(here: Room) -> dict[str, Any]:
    await here.as_(ADMIN).post(PATH)
    result: dict[str, Any] = (await _done(here))["result"]
    return result


async def test_reactions_are_not_replayed(here: Room) -> None:
    await _a_busy_week(here)
    before = await here.log.ends(["bakery"])
    await here.as_(ADMIN).post(PATH)
    await _done(here)
    await here.settle()
    assert await here.log.ends(["bakery"]) == before
    assert len(await found(here.running.store, bakery.arrivals)) == 800


async def test_a_rebuild_that_died_on_the_way_leaves_the_old_rows_and_can_be_repeated(here: Room) -> None:
    await _a_busy_week(here)
    projector = here.running.projector
    assert projector is not None
    live = await fingerprint(here.running.store, TABLES)
    for moment in range(1, 40, 6):
        dying = asyncio.create_task(rebuild(projector, here.log))
        for _ in range(moment):
            await asyncio.sleep(0)
        dying.cancel()
        with pytest.raises(asyncio.CancelledError):
            await dying
        assert await fingerprint(here.running.store, TABLES) == live
    assert (await _again(here))["same"] is True


async def test_what_is_parked_or_given_up_is_left_out_as_it_is_live(here: Room) -> None:
    events = deliveries(mills=3, each=4)
    spoilt.add(events[1].delivery_id)
    spoilt.add(events[2].delivery_id)
    await here.tell(*events)
    by = here.as_(ADMIN)
    listed = (await by.get("/v1/admin/bakery/failed-deliveries", params={"limit": 200})).json()["items"]
    one = next(each for each in listed if each["consumer"] == "bakery.projections" and each["attempts"] == 1)
    await by.post(f"/v1/admin/bakery/failed-deliveries/{one['delivery_id']}/skip", json={"reason": "eaten by mice"})
    done = await _again(here)
    assert done["same"] is True
    assert {each.deliveries for each in await found(here.running.store, bakery.stocks)} == {4}


async def test_a_rebuild_waits_for_the_process_whose_projector_reads(here: Room) -> None:
    """Whoever answers requests need not be who takes records in; nor need it be alive when it was asked."""
    await _a_busy_week(here)
    live = await fingerprint(here.running.store, TABLES)
    await here.running.supervisor.stop()
    assert (await here.as_(ADMIN).post(PATH)).json()["state"] == "running"
    await asyncio.sleep(0.2)
    assert (await here.as_(ADMIN).get(PATH)).json()["state"] == "running"
    await here.running.start()
    done = await _done(here)
    assert (done["state"], done["result"]["after"]) == ("finished", live)


async def test_a_failed_rebuild_says_so_and_changes_nothing(here: Room) -> None:
    await _a_busy_week(here)
    live = await fingerprint(here.running.store, TABLES)
    records = await here.log.read(["mill"], {}, 1_000)
    spoilt.add(records[5].event().subject)
    await here.as_(ADMIN).post(PATH)
    assert (await _done(here))["state"] == "failed"
    assert await fingerprint(here.running.store, TABLES) == live
