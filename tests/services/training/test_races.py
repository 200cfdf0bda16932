"""Many at once, in one process and in two, on both stores: each seat once, each place once, nobody lost."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from chassis.clock import new_id
from contracts.training import EnrolmentConfirmed, EnrolmentWaitlisted, SeatOffered
from services.training.app import service
from tests.kit import people
from tests.kit.room import Room, room
from tests.services.training.school import SESSION, START, School, open_school

Open = Callable[[], AbstractAsyncContextManager[Room]]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def open_room(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same service once more, as another process would."""
    dsn = request.getfixturevalue("postgres_dsn")() if request.param == "postgres" else None
    return lambda: room(service, tmp_path, at=START, dsn=dsn)


@pytest.fixture
async def school(open_room: Open) -> AsyncIterator[School]:
    async with open_room() as here:
        yield await open_school(here)


async def race(
    school: School, session: dict[str, Any], desks: list[Room], bodies: list[dict[str, Any]]
) -> Counter[Any]:
    """Everybody asks at once, each at the next desk; how often each answer came."""
    officer = people.officer()
    asked = (
        desk.as_(officer).post("/v1/enrolments", json={"session_id": session["session_id"], **body})
        for desk, body in zip(itertools.cycle(desks), bodies, strict=False)
    )
    answers = await asyncio.gather(*asked)
    return Counter((each.status_code, each.json().get("code")) for each in answers)


async def fifty_for_the_last_seat(school: School, desks: list[Room]) -> None:
    session = await school.session(seats=1)
    bodies = [{"participant": {"full_name": f"Person {n}"}} for n in range(50)]
    assert await race(school, session, desks, bodies) == {(201, None): 50}
    enrolled = await school.enrolled(session)
    assert Counter(each["status"] for each in enrolled) == {"confirmed": 1, "waitlisted": 49}
    assert sorted(each["place"] for each in enrolled if each["place"]) == list(range(1, 50))
    assert {each["full_name"] for each in enrolled} == {f"Person {n}" for n in range(50)}
    assert len(await school.here.events(EnrolmentConfirmed)) == 1
    told = await school.here.events(EnrolmentWaitlisted)
    by_id = {each["enrolment_id"]: each["place"] for each in enrolled}
    assert [by_id[str(each.enrolment_id)] for each in told] == list(range(1, 50))


async def test_of_fifty_who_race_for_the_last_seat_one_has_it_and_the_others_wait_in_order(school: School) -> None:
    await fifty_for_the_last_seat(school, [school.here])


async def test_fifty_race_for_the_last_seat_in_two_processes(school: School, open_room: Open) -> None:
    async with open_room() as other:
        await fifty_for_the_last_seat(school, [school.here, other])


async def test_groups_in_a_race_are_enrolled_together_or_not_at_all(school: School, open_room: Open) -> None:
    session = await school.session(seats=7)
    expert = {"full_name": "Expert Example", "person_id": str(school.person_id)}
    groups = [[{"full_name": f"Person {n}-{each}"} for each in range(4)] for n in range(10)]
    spoilt = [[{"full_name": f"Spoilt {n}-{each}"} for each in range(3)] + [expert] for n in range(10)]
    async with open_room() as other:
        answers = await race(
            school, session, [school.here, other], [{"participants": each} for each in [*groups, *spoilt]]
        )
    assert answers == {(201, None): 11, (409, "person_is_enrolled"): 9}
    enrolled = await school.enrolled(session)
    names = Counter(each["full_name"].rpartition("-")[0] or each["full_name"] for each in enrolled)
    spoilt_in = [name for name in names if name.startswith("Spoilt")]
    assert names == {"Expert Example": 1, spoilt_in[0]: 3, **{f"Person {n}": 4 for n in range(10)}}
    assert Counter(each["status"] for each in enrolled) == {"confirmed": 7, "waitlisted": 37}
    assert sorted(each["place"] for each in enrolled if each["place"]) == list(range(1, 38))


async def test_seats_freed_and_asked_for_at_once_never_leave_one_empty_while_somebody_waits(
    school: School, open_room: Open
) -> None:
    session = await school.session(seats=5)
    first = [await school.enrol(session, f"Early {n}") for n in range(10)]
    officer, reason = people.officer(), {"reason_code": "cannot_come"}
    async with open_room() as other:
        desks = [school.here, other]
        leaving = [
            desk.as_(officer).post(f"/v1/enrolments/{each['enrolment_id']}/cancel", json=reason)
            for desk, each in zip(itertools.cycle(desks), first, strict=False)
        ]
        coming = [
            desk.as_(officer).post(
                "/v1/enrolments",
                json={"session_id": session["session_id"], "participant": {"full_name": f"Late {n}"}},
            )
            for n, desk in zip(range(10), itertools.cycle(desks), strict=False)
        ]
        answers = await asyncio.gather(*(each for pair in zip(leaving, coming, strict=True) for each in pair))
    allowed = {(200, None), (201, None), (409, "enrolment_is_another")}
    assert {(each.status_code, each.json().get("code")) for each in answers} <= allowed
    enrolled = await school.enrolled(session)
    held = Counter(each["status"] for each in enrolled)
    assert held["confirmed"] + held["seat_offered"] == 5
    waiting = [each["place"] for each in enrolled if each["status"] == "waitlisted"]
    offered = [each["place"] for each in enrolled if each["status"] == "seat_offered"]
    assert not waiting or not offered or max(offered) < min(waiting)
    assert len(await school.here.events(SeatOffered)) >= len(offered)


async def test_of_two_sessions_of_one_trainer_at_the_same_time_one_is_scheduled(
    school: School, open_room: Open
) -> None:
    course, trainer, officer = await school.course(), str(new_id()), people.officer()
    async with open_room() as other:
        asked = [
            desk.as_(officer).post(
                "/v1/sessions", json={**SESSION, "course_id": course["course_id"], "trainers": [trainer]}
            )
            for desk in (school.here, other) * 5
        ]
        answers = Counter((each.status_code, each.json().get("code")) for each in await asyncio.gather(*asked))
    assert answers == {(201, None): 1, (409, "trainer_is_booked"): 9}
