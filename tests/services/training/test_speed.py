"""Twenty enrol at once: what that takes, beside a bare route of the same service in the same run."""

import asyncio
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from tests.services.training.school import COURSE, School, made

AT_ONCE, EACH, ROUNDS = 20, 3, 5
AT_MOST = 8.0
Ask = Callable[[int], Awaitable[httpx2.Response]]


async def p95_ms(ask: Ask) -> float:
    """Twenty callers, each with one request after the other; the 95th percentile of what they waited."""
    waited: list[float] = []

    async def caller(number: int) -> None:
        for _ in range(EACH):
            began = time.perf_counter()
            answer = await ask(number)
            waited.append((time.perf_counter() - began) * 1000)
            assert answer.status_code in (200, 201), answer.text

    await asyncio.gather(*(caller(number) for number in range(AT_ONCE)))
    return statistics.quantiles(waited, n=20)[-1]


async def compared(bare: Ask, enrol: Ask) -> tuple[float, list[tuple[float, float]]]:
    """The median over the rounds of how many times as long enrolling took, and both figures of each round."""
    await p95_ms(bare), await p95_ms(enrol)  # everything is compiled and loaded
    rounds = [(await p95_ms(bare), await p95_ms(enrol)) for _ in range(ROUNDS)]
    return statistics.median(enrolling / barely for barely, enrolling in rounds), rounds


@pytest.mark.slow
@pytest.mark.parametrize("sessions", [AT_ONCE, 1])
async def test_twenty_who_enrol_at_once_wait_at_most_eight_times_as_long_as_at_a_bare_route(
    school: School, sessions: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """In sessions of their own, beside a route that reads nothing and writes one row; all in one session, beside a
    route whose callers take turns on one row as they do."""
    course, number = await school.course(), itertools.count()
    held = [await school.session(course_id=course["course_id"], seats=9_999) for _ in range(sessions)]
    feed: dict[str, Any] = await made(
        school.officer.post("/v1/session-calendars", json={"session_id": held[0]["session_id"]})
    )
    revoke = f"/v1/session-calendars/{feed['calendar_id']}/revoke"

    async def bare(_: int) -> httpx2.Response:
        return await (school.officer.post("/v1/courses", json=COURSE) if sessions > 1 else school.officer.post(revoke))

    async def enrol(caller: int) -> httpx2.Response:
        session_id = held[caller % sessions]["session_id"]
        body = {"session_id": session_id, "participant": {"full_name": f"Person {next(number)}"}}
        return await school.officer.post("/v1/enrolments", json=body)

    times, rounds = await compared(bare, enrol)
    with capsys.disabled():
        figures = ", ".join(f"{enrolling:.0f}/{barely:.0f}" for barely, enrolling in rounds)
        print(f"\nenrolling in {sessions} session(s): p95 {times:.1f} times a bare route's ({figures} ms)")
    assert times <= AT_MOST
