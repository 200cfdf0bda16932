"""Limits: so many requests a minute for a key, and for an address without one."""

import threading
from pathlib import Path

import pytest

from gateway import counters
from gateway.settings import DoorSettings
from tests.kit.door import How, door
from tests.kit.house import opened

FEW = DoorSettings(requests_per_minute=5, anonymous_per_minute=3)


async def test_a_key_may_ask_so_often_and_is_told_what_is_left(tmp_path: Path, how: How) -> None:
    async with door(tmp_path, how, settings=FEW) as opened:
        by = await opened.officer()
        answers = [await by.get("/v1/clients") for _ in range(7)]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
        left = [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers]
        assert left == [f'"key";r={each}' for each in (4, 3, 2, 1, 0, 0, 0)]
        assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"key";q=5;w=60'}
        refused = answers[-1]
        assert refused.json()["code"] == "too_many_requests"
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert refused.headers["correlation-id"]


async def test_one_key_does_not_use_up_anothers(tmp_path: Path) -> None:
    async with door(tmp_path, settings=FEW) as opened:
        one, other = await opened.officer(), await opened.officer()
        for _ in range(6):
            last = await one.get("/v1/me")
        assert last.status_code == 429
        assert (await other.get("/v1/me")).status_code == 200


async def test_an_operation_that_is_refused_counts_too(tmp_path: Path) -> None:
    async with door(tmp_path, settings=FEW) as opened:
        by = await opened.officer()
        assert [(await by.get("/v1/keys")).status_code for _ in range(6)] == [403] * 5 + [429]


async def test_guessing_is_counted_by_address_and_harms_no_key(tmp_path: Path) -> None:
    async with door(tmp_path, settings=FEW) as opened:
        by = await opened.officer()
        guesses = [await opened.as_(f"orc_{each:043d}").get("/v1/me") for each in range(5)]
        assert [answer.status_code for answer in guesses] == [401] * 3 + [429] * 2
        assert guesses[0].headers["ratelimit-policy"] == '"address";q=3;w=60'
        assert (await opened.as_(None).get("/v1/workshop/headers")).status_code == 429
        assert (await by.get("/v1/me")).status_code == 200


def test_counting_starts_no_thread_and_forgets_windows_that_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "MANY", 10)
    threads = threading.active_count()
    counts = counters.Counters()
    for each in range(10):
        counts.incr(f"over {each}", expiry=-1)
    assert [counts.incr("mine", expiry=60) for _ in range(3)] == [1, 2, 3]
    assert (counts.get("mine"), counts.get("over 3"), counts.reset()) == (3, 0, 1)
    assert threading.active_count() <= threads


def test_a_crowd_of_living_windows_is_not_gone_through_for_each_newcomer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "MANY", 10)
    rounds: list[float] = []

    class Watched(counters.Counters):
        def _put_away(self, now: float) -> None:
            rounds.append(now)
            super()._put_away(now)

    counts = Watched()
    assert {counts.incr(f"alive {each}", expiry=60) for each in range(80)} == {1}
    assert len(rounds) == 3  # at 10, 20 and 40; the next would come at 80


async def test_pages_are_counted_by_the_address_of_their_visitor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENRECP_DOOR_PAGES_PER_MINUTE", "2")
    async with opened(tmp_path) as house:
        visitor = await house.with_key(None)
        assert [(await visitor.get("/sign-in")).status_code for _ in range(4)] == [200, 200, 429, 429]
        assert (await house.administrator.get("/v1/me")).status_code == 200
