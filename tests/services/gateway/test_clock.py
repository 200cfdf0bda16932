"""The settable clock: forward only, the same for everybody, and still there after a restart."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chassis.clock import new_id, wall_now
from gateway.clock import step
from tests.kit.door import Door, door


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_business_time_moves_forward_for_the_services_too(here: Door) -> None:
    before = (await here.administrator.get("/v1/clock")).json()
    assert abs((_moment(before["now"]) - wall_now()).total_seconds()) < 5
    to = (wall_now() + timedelta(days=400)).replace(microsecond=0)
    moved = await here.administrator.post("/v1/clock/advance", json={"to": to.isoformat()})
    assert moved.status_code == 200
    assert _moment(moved.json()["now"]) == to
    assert timedelta(0) <= here.behind.clock.now() - to < timedelta(seconds=5)
    by = await here.officer()
    made = await by.post("/v1/clients", json={"name": "Mill", "country": "XA", "province": "XA-R"})
    assert _moment(made.json()["registered_at"]) >= to


async def test_it_goes_on_after_a_restart(tmp_path: Path) -> None:
    to = wall_now() + timedelta(days=365)
    async with door(tmp_path) as first:
        await first.administrator.post("/v1/clock/advance", json={"to": to.isoformat()})
    async with door(tmp_path) as again:
        assert _moment((await again.administrator.get("/v1/clock")).json()["now"]) >= to
        assert again.behind.clock.now() >= to
    async with door(tmp_path, clock="wall") as plain:
        assert plain.behind.clock.now() < wall_now() + timedelta(seconds=1)


async def test_it_never_goes_back(here: Door) -> None:
    past = {"to": (wall_now() - timedelta(hours=1)).isoformat()}
    refused = await here.administrator.post("/v1/clock/advance", json=past)
    assert (refused.status_code, refused.json()["code"]) == (409, "clock_does_not_go_back")
    assert abs(here.behind.clock.offset) < timedelta(seconds=1)


async def test_the_furthest_of_steps_at_the_same_moment_holds(here: Door, tmp_path: Path) -> None:
    days = [300, 100, 400, 200]
    at = [{"to": (wall_now() + timedelta(days=each)).isoformat()} for each in days]
    answers = await asyncio.gather(*(here.administrator.post("/v1/clock/advance", json=each) for each in at))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert here.behind.clock.now() > wall_now() + timedelta(days=399)


async def test_a_repeated_step_is_one(here: Door) -> None:
    body = {"to": (wall_now() + timedelta(days=10)).isoformat()}
    headers = {"Idempotency-Key": "step-1"}
    first = await here.administrator.post("/v1/clock/advance", json=body, headers=headers)
    again = await here.administrator.post("/v1/clock/advance", json=body, headers=headers)
    assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())


async def test_where_the_clock_is_not_settable_its_paths_do_not_exist(tmp_path: Path) -> None:
    async with door(tmp_path, clock="wall") as opened:
        for key in (opened.administrator_key, None):
            by = opened.as_(key)
            for answer in (await by.get("/v1/clock"), await by.post("/v1/clock/advance", json={})):
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_only_an_administrator_moves_it_and_not_beyond_reason(here: Door) -> None:
    by = await here.officer()
    assert (await by.get("/v1/clock")).status_code == 403
    assert (await by.post("/v1/clock/advance", json={"to": "2031-01-01T00:00:00Z"})).status_code == 403
    for bad in ("9999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "2031-01-01T00:00:00", "tomorrow", 1, None):
        refused = await here.administrator.post("/v1/clock/advance", json={"to": bad})
        assert (refused.status_code, refused.json()["code"]) == (422, "body_is_invalid"), bad


def test_a_step_keeps_the_moment_to_the_microsecond() -> None:
    wall = datetime(2026, 11, 24, 8, 0, 0, 123_457, tzinfo=UTC)
    to = datetime(2028, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)
    made = step(new_id(), to, business=wall, wall=wall, by=new_id())
    assert wall + timedelta(microseconds=made.offset_us) == to
