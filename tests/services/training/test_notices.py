"""People are told of their seats and sessions by their own address, and of nobody else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id
from chassis.notices.records import notices
from contracts.matching import ExpertAdded
from tests.kit import people
from tests.kit.room import rows
from tests.services.training.school import School, a_provider, made


async def states(school: School) -> list[tuple[str, str]]:
    """Kind and state of every notice, sorted."""
    return sorted((each.kind, each.state) for each in map(notices.state, await rows(school.here, notices.table)))


async def waiting_second(school: School, **facts: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A session with one seat, who has it and who waits for it."""
    session = await school.session(seats=1, venue="Hall 2", time_zone="Asia/Tokyo")
    first = await school.enrol(session, "First Example", email="first@example.org")
    second = await school.enrol(session, "Second Example", **facts)
    return session, first, second


async def test_whoever_is_offered_a_seat_is_told_where_when_and_until_when(school: School) -> None:
    _, first, second = await waiting_second(school, email="second@example.org")
    assert await school.here.told() == []
    await school.cancel(first)
    (text,) = await school.here.told()
    assert text.startswith("To: second@example.org\nLanguage: en\nSubject: A seat for you: Steam and condensate\n")
    assert "Dear Second Example," in text
    assert "Begins: 2026-04-06 11:00" in text  # nine in Bangkok is eleven in Tokyo
    assert "Venue: Hall 2" in text
    assert "please tell them, or the centre, by 2026-03-05 02:00 whether you want it; otherwise" in text
    assert "http" not in text  # a participant has no key to answer with
    assert second["enrolment_id"] in text
    assert "First" not in text


async def test_a_seat_is_told_by_the_address_of_its_enrolment_and_of_no_other_firm(school: School) -> None:
    session, first, second = await waiting_second(school, email="a@example.org", provider_id=str(school.provider_id))
    await enrolled_by_another_firm(school, second, email="b@example.org", phone="+66812345678", language="vi")
    await school.cancel(first)
    (text,) = await school.here.told()
    assert text.startswith("To: a@example.org\nLanguage: en\n")
    await school.change(session, venue="Hall 3")
    told = [text.splitlines()[0] for text in await school.here.told()]
    assert told == ["To: a@example.org", "To: a@example.org"]


async def test_who_was_enrolled_without_an_address_is_told_nothing_by_that_of_another_firm(school: School) -> None:
    _, first, second = await waiting_second(school, provider_id=str(school.provider_id))
    await enrolled_by_another_firm(school, second, email="b@example.org")
    await school.cancel(first)
    assert await school.here.told() == []


async def enrolled_by_another_firm(school: School, enrolment: dict[str, Any], **facts: Any) -> None:
    """The same person works for a second firm too, which enrols it in another session."""
    firm, person_id = new_id(), enrolment["person_id"]
    await school.here.tell(
        a_provider(firm), ExpertAdded(expert_id=new_id(), provider_id=firm, person_id=UUID(person_id))
    )
    elsewhere, desk = await school.session(), school.here.as_(people.provider(firm))
    await school.enrol(elsewhere, enrolment["full_name"], desk, person_id=person_id, **facts)


async def test_a_person_is_told_in_its_language_by_sms_without_mail_and_by_nothing_without_either(
    school: School,
) -> None:
    _, first, _ = await waiting_second(school, phone="+84912345678", language="vi")
    await school.cancel(first)
    (text,) = await school.here.told()
    assert text.startswith("To: +84912345678\nLanguage: vi\n")
    assert "Đã có chỗ cho bạn" in text
    _, first, _ = await waiting_second(school)
    await school.cancel(first)
    assert len(await school.here.told()) == 1


@pytest.mark.parametrize("end", ["accept-seat", "decline-seat", "lapse", "cancel session", "begin"])
async def test_what_was_not_sent_before_the_seat_was_answered_is_not_sent_any_more(school: School, end: str) -> None:
    session, first, second = await waiting_second(school, email="second@example.org")
    await school.here.running.supervisor.stop()  # nobody sends
    await school.cancel(first)
    assert await states(school) == [("seat_offered", "waiting")]
    path = f"/v1/enrolments/{second['enrolment_id']}"
    match end:
        case "lapse":
            await sweep(school, days=4)
        case "begin":
            await school.change(session, starts_at="2026-03-02T10:00:00+07:00")
            await sweep(school, days=1)
        case "cancel session":
            body = {"reason_code": "other"}
            await made(school.officer.post(f"/v1/sessions/{session['session_id']}/cancel", json=body), 200)
        case _:
            await made(school.officer.post(f"{path}/{end}"), 200)
    assert {state for kind, state in await states(school) if kind == "seat_offered"} == {"called_off"}


async def sweep(school: School, **step: float) -> None:
    """Time passes and timers run, while nothing is sent."""
    clock, timers = school.here.clock, school.here.running.sweep
    clock.advance(clock.now() + timedelta(**step))
    assert timers is not None
    await timers.sweep()


async def test_everybody_in_a_moved_session_is_told_and_nobody_who_left(school: School) -> None:
    session, first, _ = await waiting_second(school, email="second@example.org")
    third = await school.enrol(session, "Third Example", email="third@example.org")
    await school.cancel(third)
    await school.change(session, seats=1, trainers=[])
    assert await school.here.told() == []
    await school.change(session, starts_at="2026-04-06T10:00:00+07:00", venue="Hall 3")
    texts = sorted(await school.here.told())
    assert [text.splitlines()[0] for text in texts] == ["To: first@example.org", "To: second@example.org"]
    assert all("Begins: 2026-04-06 12:00" in text and "Venue: Hall 3" in text for text in texts)
    assert "Second" not in texts[0]
    await school.change(session, venue="Hall 4")
    assert len(await school.here.told()) == 4
    assert first["status"] == "confirmed"


async def test_everybody_in_a_cancelled_session_is_told_why(school: School) -> None:
    session, first, _ = await waiting_second(school, email="second@example.org")
    await school.enrol(session, "Third Example", email="third@example.org")
    await school.cancel(first)
    body = {"reason_code": "too_few_people"}
    await made(school.officer.post(f"/v1/sessions/{session['session_id']}/cancel", json=body), 200)
    told = [text for text in await school.here.told() if "Subject: Cancelled" in text]
    assert sorted(text.splitlines()[0] for text in told) == ["To: second@example.org", "To: third@example.org"]
    assert all("Reason: too few people enrolled" in text for text in told)


async def test_a_moved_session_that_was_cancelled_before_anybody_heard_of_the_move_tells_only_that(
    school: School,
) -> None:
    session, _, _ = await waiting_second(school)
    await school.here.running.supervisor.stop()
    await school.change(session, venue="Hall 3")
    await school.change(session, venue="Hall 4")
    assert await states(school) == [("session_changed", "called_off"), ("session_changed", "waiting")]
    body = {"reason_code": "other"}
    await made(school.officer.post(f"/v1/sessions/{session['session_id']}/cancel", json=body), 200)
    assert await states(school) == [
        ("session_cancelled", "waiting"),
        ("session_changed", "called_off"),
        ("session_changed", "called_off"),
    ]


async def test_of_an_offer_that_was_shortened_only_the_new_deadline_is_told(school: School) -> None:
    session, first, _ = await waiting_second(school, email="second@example.org")
    await school.here.running.supervisor.stop()
    await school.cancel(first)
    await school.change(session, starts_at="2026-03-03T09:00:00+07:00")
    found = [each for each in map(notices.state, await rows(school.here, notices.table)) if each.kind == "seat_offered"]
    assert sorted(each.state for each in found) == ["called_off", "waiting"]
    (told,) = [each.text for each in found if each.state == "waiting"]
    assert "by 2026-03-03 11:00 whether" in told
