"""Sessions are held at a time and place; moving or cancelling one reaches everybody in it."""

from collections import Counter
from typing import Any

import pytest

from chassis.clock import new_id
from contracts.training import (
    EnrolmentCancelled,
    SeatOffered,
    SessionCancelled,
    SessionChanged,
    SessionCompleted,
    SessionScheduled,
)
from tests.services.training.school import SESSION, School, made, refused


async def test_the_dates_of_a_session_are_those_at_its_venue(school: School) -> None:
    session = await school.session(
        starts_at="2026-03-28T23:30:00Z",  # half past midnight in Paris, on the night the clocks go forward
        ends_at="2026-03-29T22:15:00Z",  # a quarter past midnight of the 30th, in summer time
        time_zone="Europe/Paris",
    )
    assert (session["starts_on"], session["ends_on"]) == ("2026-03-29", "2026-03-30")
    assert session["starts_at"] == "2026-03-28T23:30:00Z"
    (event,) = await school.here.events(SessionScheduled)
    assert (str(event.starts_on), str(event.ends_on)) == ("2026-03-29", "2026-03-30")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"ends_at": SESSION["starts_at"]}, "session_ends_before_it_starts"),
        ({"starts_at": "2026-03-01T09:00:00+07:00"}, "session_starts_in_the_past"),
        ({"time_zone": "Asia/Atlantis"}, "time_zone_is_unknown"),
        ({"time_zone": "../../etc/passwd"}, "time_zone_is_unknown"),
        ({"time_zone": "localtime"}, "time_zone_is_unknown"),
        ({"province": "XA-Z"}, "province_is_unknown"),
        ({"province": "XA-O"}, "province_is_unknown"),  # valid until 2019
        ({"programme_code": "NO-SUCH"}, "programme_is_unknown"),
        ({"seats": 0}, "body_is_invalid"),
        ({"starts_at": "2026-04-06T09:00:00"}, "body_is_invalid"),  # no offset: nobody knows when that is
        ({"starts_at": "9999-12-31T23:59:59-12:00", "ends_at": "9999-12-31T23:59:59-13:00"}, "body_is_invalid"),
        ({"trainers": ["x"]}, "body_is_invalid"),
    ],
)
async def test_what_no_session_can_be_is_refused(school: School, facts: dict[str, Any], code: str) -> None:
    course = await school.course()
    body = SESSION | {"course_id": course["course_id"]} | facts
    assert await refused(school.officer.post("/v1/sessions", json=body)) == (422, code)
    session = await school.session()
    changed = await school.change(session, **facts)
    assert (changed.status_code, changed.json()["code"]) == (422, code)


async def test_a_session_of_no_course_is_refused(school: School) -> None:
    asked = school.officer.post("/v1/sessions", json=SESSION | {"course_id": str(new_id())})
    assert await refused(asked) == (404, "not_found")


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "booked"),
    [
        ("2026-04-07T15:59:00+07:00", "2026-04-07T18:00:00+07:00", True),  # a minute too early
        ("2026-04-07T16:00:00+07:00", "2026-04-07T18:00:00+07:00", False),  # back to back
        ("2026-04-06T07:00:00+07:00", "2026-04-06T09:01:00+07:00", True),  # a minute too late
        ("2026-04-06T07:00:00+07:00", "2026-04-06T09:00:00+07:00", False),
        ("2026-04-06T10:00:00+07:00", "2026-04-06T11:00:00+07:00", True),  # within
        ("2026-04-01T10:00:00+07:00", "2026-04-20T11:00:00+07:00", True),  # around
        ("2026-04-07T05:00:00-04:00", "2026-04-07T10:00:00-04:00", False),  # 16:00 at the other venue
    ],
)
async def test_a_trainer_teaches_one_session_at_a_time(
    school: School, starts_at: str, ends_at: str, booked: bool
) -> None:
    trainer, colleague = str(new_id()), str(new_id())
    first = await school.session(trainers=[colleague, trainer])
    times = {"starts_at": starts_at, "ends_at": ends_at}
    body = SESSION | {"course_id": first["course_id"], "trainers": [trainer], **times}
    answer = await school.officer.post("/v1/sessions", json=body)
    elsewhere = await school.session(
        trainers=[trainer], starts_at="2026-06-01T09:00:00+07:00", ends_at="2026-06-01T10:00:00+07:00"
    )
    if not booked:
        assert answer.status_code == 201, answer.text
        return
    moved = await school.change(elsewhere, **times)
    taken_on = await school.change(await school.session(**times), trainers=[str(new_id()), trainer])
    for refusal in (answer, moved, taken_on):
        assert (refusal.status_code, refusal.json()["code"]) == (409, "trainer_is_booked")
        params = refusal.json()["params"]
        assert (params["session_id"], params["person_id"]) == (first["session_id"], trainer)


async def test_a_trainer_of_a_cancelled_session_is_free(school: School) -> None:
    trainer = str(new_id())
    first = await school.session(trainers=[trainer])
    path = f"/v1/sessions/{first['session_id']}"
    await made(school.trainer.post(f"{path}/cancel", json={"reason_code": "trainer_not_available"}), 200)
    await school.session(trainers=[trainer])


async def test_a_trainer_who_stands_twice_is_one(school: School) -> None:
    trainer = str(new_id())
    assert (await school.session(trainers=[trainer, trainer]))["trainers"] == [trainer]


async def test_a_moved_session_tells_where_to_and_keeps_who_is_in_it(school: School) -> None:
    session = await school.session()
    await school.enrol(session, "Comes Example")
    answer = await school.change(
        session, starts_at="2026-05-04T09:00:00+07:00", ends_at="2026-05-05T16:00:00+07:00", venue="Hall 2"
    )
    assert (answer.json()["starts_on"], answer.json()["venue"], answer.json()["version"]) == (
        "2026-05-04",
        "Hall 2",
        2,
    )
    (event,) = await school.here.events(SessionChanged)
    assert str(event.starts_on) == "2026-05-04"
    assert await school.statuses(session) == {"Comes Example": "confirmed"}


async def test_fewer_seats_than_are_taken_or_offered_are_refused_with_the_number(school: School) -> None:
    session = await school.session(seats=3)
    first = await school.enrol(session, "Person 0")
    for n in range(1, 4):
        await school.enrol(session, f"Person {n}")
    await school.cancel(first)  # two are confirmed, and the one who waited is offered the third seat
    answer = await school.change(session, seats=2)
    assert (answer.status_code, answer.json()["code"], answer.json()["params"]) == (
        409,
        "seats_are_taken",
        {"taken": 3, "seats": 2},
    )
    assert (await school.change(session, seats=3)).status_code == 200


async def test_seats_gained_are_offered_at_once_to_those_who_waited_longest(school: School) -> None:
    session = await school.session(seats=1)
    for n in range(4):
        await school.enrol(session, f"Person {n}")
    await school.change(session, seats=3)
    assert list((await school.statuses(session)).values()) == [
        "confirmed",
        "seat_offered",
        "seat_offered",
        "waitlisted",
    ]
    changed, *offers = (await school.here.events())[-3:]
    assert isinstance(changed, SessionChanged)
    assert all(isinstance(each, SeatOffered) for each in offers)


async def test_a_session_that_begins_earlier_leaves_less_time_to_answer(school: School) -> None:
    session = await school.session(seats=1)
    first = await school.enrol(session, "First Example")
    await school.enrol(session, "Second Example")
    await school.cancel(first)
    await school.change(session, starts_at="2026-03-03T09:00:00+07:00")
    (offered,) = await school.enrolled(session, status="seat_offered")
    assert offered["deadline_at"] == "2026-03-03T02:00:00Z"
    assert [str(each.deadline_at) for each in await school.here.events(SeatOffered)] == [
        "2026-03-04 17:00:00+00:00",
        "2026-03-03 02:00:00+00:00",
    ]


async def test_a_cancelled_session_leaves_nobody_enrolled(school: School) -> None:
    session = await school.session(seats=150)
    for part in range(3):
        group = [{"full_name": f"Person {part}-{n}"} for n in range(100)]
        body = {"session_id": session["session_id"], "participants": group}
        await made(school.officer.post("/v1/enrolments", json=body))
    first = (await school.enrolled(session))[0]
    await school.cancel(first)  # so that somebody has an offer
    path = f"/v1/sessions/{session['session_id']}/cancel"
    cancelled = await made(school.officer.post(path, json={"reason_code": "too_few_people"}), 200)
    assert (cancelled["status"], cancelled["reason_code"]) == ("cancelled", "too_few_people")
    counts: Counter[str] = Counter()
    page: dict[str, Any] = {"next": None}
    while counts.total() == 0 or page["next"]:
        onward = {"cursor": page["next"]} if page["next"] else {}
        wanted = {"session_id": session["session_id"], "limit": 200, **onward}
        page = await made(school.officer.get("/v1/enrolments", params=wanted), 200)
        counts.update(f"{each['status']} {each['reason_code']}" for each in page["items"])
    assert counts == {"cancelled session_cancelled": 299, "cancelled cannot_come": 1}
    assert len({each.enrolment_id for each in await school.here.events(EnrolmentCancelled)}) == 300
    assert len(await school.here.events(SessionCancelled)) == 1
    assert await refused(school.officer.post(path, json={"reason_code": "other"})) == (409, "session_is_over")
    late = {"session_id": session["session_id"], "participant": {"full_name": "Late Example"}}
    assert await refused(school.officer.post("/v1/enrolments", json=late)) == (409, "session_is_over")


async def test_a_session_is_cancelled_for_a_reason_of_the_pack(school: School) -> None:
    session = await school.session()
    asked = school.officer.post(f"/v1/sessions/{session['session_id']}/cancel", json={"reason_code": "whim"})
    assert await refused(asked) == (422, "reason_is_unknown")


async def test_a_session_is_completed_when_it_has_ended_and_not_a_moment_before(school: School) -> None:
    session = await school.session()
    path = f"/v1/sessions/{session['session_id']}/complete"
    await school.here.advance(days=36, hours=6, minutes=59)  # 15:59 of 7 April at the venue
    assert await refused(school.trainer.post(path)) == (409, "session_has_not_ended")
    await school.here.advance(minutes=1, seconds=1)
    assert (await made(school.trainer.post(path), 200))["status"] == "completed"
    (event,) = await school.here.events(SessionCompleted)
    assert str(event.occurred_on) == "2026-04-07"
    assert await refused(school.trainer.post(path)) == (409, "session_is_over")


async def test_what_has_begun_is_not_moved_but_may_get_another_end(school: School) -> None:
    session = await school.session()
    await school.here.advance(days=35)
    moved = await school.change(session, starts_at="2026-04-08T09:00:00+07:00", ends_at="2026-04-09T09:00:00+07:00")
    assert (moved.status_code, moved.json()["code"]) == (409, "session_has_begun")
    assert (await school.change(session, ends_at="2026-04-08T12:00:00+07:00")).status_code == 200


async def test_sessions_are_found_by_course_programme_province_state_and_time(school: School) -> None:
    first = await school.session()
    second = await school.session(
        province="XA-C",
        programme_code=None,
        starts_at="2026-05-04T09:00:00+07:00",
        ends_at="2026-05-05T16:00:00+07:00",
    )
    for filters, expected in [
        ({"course_id": first["course_id"]}, [first]),
        ({"programme_code": "GREEN-MILLS"}, [first]),
        ({"province": "XA-C"}, [second]),
        ({"status": "scheduled"}, [first, second]),
        ({"status": "cancelled"}, []),
        ({"starts_from": "2026-04-06T09:00:01+07:00"}, [second]),
        ({"starts_before": "2026-05-04T09:00:00+07:00"}, [first]),
        ({"starts_from": second["starts_at"]}, [second]),
    ]:
        found = await made(school.client.get("/v1/sessions", params=filters), 200)
        assert found["items"] == expected, filters
