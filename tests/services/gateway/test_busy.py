"""Busy: so much is worked on at once, a few wait in fair turns, the rest is told when to come again."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.admission import Admission, Bounds, DoorIsBusy
from gateway.settings import DoorSettings
from tests.kit.door import How, door


async def _waits(gate: Admission, caller: str, told: list[str], mark: str = "") -> None:
    with suppress(DoorIsBusy):
        await gate.enter(caller)
        told.append(caller + mark)


async def _standing(gate: Admission, told: list[str], *callers: str) -> list[asyncio.Task[None]]:
    """Callers who came one after the other and wait now."""
    tasks = []
    for caller in callers:
        tasks.append(asyncio.create_task(_waits(gate, caller, told)))
        await asyncio.sleep(0)
    return tasks


async def test_lines_have_their_turn_one_after_the_other_however_long_they_are() -> None:
    gate, told = Admission(Bounds(at_once=1, each=1, waiting=9, wait_s=9)), list[str]()
    await gate.enter("first")
    tasks = await _standing(gate, told, "loud", "loud", "loud", "quiet", "other")
    gate.leave("first")
    for _ in range(5):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gate.leave(told[-1])
    await asyncio.gather(*tasks)
    assert told == ["loud", "quiet", "other", "loud", "loud"]


async def test_nobody_has_more_than_its_share_of_the_places() -> None:
    gate, told = Admission(Bounds(at_once=4, each=2, waiting=9, wait_s=9)), list[str]()
    tasks = await _standing(gate, told, "loud", "loud", "loud", "quiet")
    await asyncio.sleep(0)
    assert told == ["loud", "loud", "quiet"]
    gate.leave("loud")
    await asyncio.gather(*tasks)
    assert told[-1] == "loud"


async def test_when_all_places_to_wait_are_taken_the_longest_line_gives_one_up() -> None:
    gate, told = Admission(Bounds(at_once=1, each=1, waiting=3, wait_s=9)), list[str]()
    await gate.enter("first")
    tasks = await _standing(gate, told, "loud", "loud", "loud")
    with pytest.raises(DoorIsBusy):
        await gate.enter("loud")
    assert (gate.full("loud"), gate.full("quiet")) == (True, False)
    tasks += await _standing(gate, told, "quiet")
    for leaving in ("first", "loud", "quiet", "loud"):
        gate.leave(leaving)
        await asyncio.sleep(0.01)
    await asyncio.gather(*tasks)
    assert told == ["loud", "quiet", "loud"]
    await gate.enter("anybody")  # all places are free again


async def test_who_waited_long_enough_is_told_to_come_again() -> None:
    gate = Admission(Bounds(at_once=1, each=1, waiting=3, wait_s=0.05))
    await gate.enter("first")
    with pytest.raises(DoorIsBusy) as refused:
        await gate.enter("second")
    assert 1 <= refused.value.params["retry_after_s"] <= 4
    gate.leave("first")
    await gate.enter("third")


async def test_who_leaves_the_line_takes_no_place_with_it() -> None:
    gate, told = Admission(Bounds(at_once=1, each=1, waiting=3, wait_s=9)), list[str]()
    await gate.enter("first")
    gone, called, stays = await _standing(gate, told, "gone", "called", "stays")
    gone.cancel()
    await asyncio.sleep(0)
    gate.leave("first")
    called.cancel()  # called in at the very moment in which it goes away
    await asyncio.gather(gone, called, stays, return_exceptions=True)
    assert told == ["stays"]
    gate.leave("stays")
    await gate.enter("anybody")


FEW = DoorSettings(at_once=1, waiting=1, wait_s=0.3)


async def test_beyond_what_can_be_done_a_request_is_told_when_to_come_again(tmp_path: Path, how: How) -> None:
    async with door(tmp_path, how, settings=FEW) as opened:
        by = await opened.officer()
        slow = asyncio.create_task(by.get("/v1/workshop/slow"))
        await asyncio.wait_for(opened.workshop.arrived.wait(), 5)
        answers = await asyncio.gather(*(by.get("/v1/workshop/headers") for _ in range(4)))
        assert {(each.status_code, each.json()["code"]) for each in answers} == {(503, "door_is_busy")}
        assert all(1 <= int(each.headers["retry-after"]) <= 4 for each in answers)
        assert all(each.headers["correlation-id"] and each.headers["x-content-type-options"] for each in answers)
        assert (await opened.as_(None).get("/health/live")).status_code == 200  # nobody takes it for dead
        slow.cancel()
        await asyncio.wait_for(opened.workshop.let_go.wait(), 5)
        assert (await by.get("/v1/workshop/headers")).status_code == 200


async def test_a_service_that_stands_still_holds_up_no_other(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http", settings=FEW) as opened:
        by = await opened.officer()
        slow = asyncio.create_task(by.get("/v1/workshop/slow"))
        await asyncio.wait_for(opened.workshop.arrived.wait(), 5)
        assert (await by.get("/v1/clients")).status_code == 200
        slow.cancel()


async def test_a_good_key_is_not_sent_away_for_what_others_did_from_its_address(tmp_path: Path) -> None:
    async with door(tmp_path, settings=DoorSettings(anonymous_per_minute=2)) as opened:
        key = (await opened.key("officer"))["key"]
        guesses = [await opened.as_(None).get("/v1/me") for _ in range(4)]
        assert [each.status_code for each in guesses] == [401, 401, 429, 429]
        assert guesses[-1].headers["ratelimit-policy"] == '"address";q=2;w=60'
        assert (await opened.as_(key).get("/v1/me")).status_code == 200
