"""People get a seat or a place in the queue, and a freed seat goes to whoever waited longest."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id
from contracts.matching import ExpertAdded, ExpertRetired
from contracts.training import (
    EnrolmentCancelled,
    EnrolmentConfirmed,
    EnrolmentWaitlisted,
    SeatDeclined,
    SeatLapsed,
    SeatOffered,
)
from services.training.models import participants
from tests.kit import people
from tests.kit.room import rows
from tests.services.training.school import School, made, refused

Session = dict[str, Any]


@pytest.fixture
async def full(school: School) -> Session:
    """A session whose only seat is taken, and for which three people wait."""
    session = await school.session(seats=1)
    for name in ("First", "Second", "Third", "Fourth"):
        await school.enrol(session, f"{name} Example")
    return session


async def named(school: School, session: Session, first_name: str) -> dict[str, Any]:
    return next(each for each in await school.enrolled(session) if each["full_name"].startswith(first_name))


async def seats(school: School, session: Session) -> str:
    """The first letters of the states, in the order of enrolment: c(onfirmed), w(aiting), s(eat offered), …"""
    marks = {"cancelled": "x", "declined": "d", "lapsed": "l"}
    return "".join(marks.get(each["status"], each["status"][0]) for each in await school.enrolled(session))


async def answer(school: School, enrolment: dict[str, Any], verb: str, status: int = 200) -> dict[str, Any]:
    return await made(school.officer.post(f"/v1/enrolments/{enrolment['enrolment_id']}/{verb}"), status)


# seats and the queue


async def test_whoever_comes_first_has_a_seat_and_the_others_wait_in_order(school: School) -> None:
    session = await school.session(seats=1)
    first = await school.enrol(session, "First Example", school.provider, person_id=str(school.person_id))
    second = await school.enrol(session, "Second Example", school.client)
    third = await school.enrol(session, "Third Example")
    assert [(each["status"], each["place"]) for each in (first, second, third)] == [
        ("confirmed", None),
        ("waitlisted", 1),
        ("waitlisted", 2),
    ]
    assert (first["provider_id"], second["client_id"]) == (str(school.provider_id), str(school.client_id))
    confirmed, waits, also_waits = (await school.here.events())[-3:]
    assert isinstance(confirmed, EnrolmentConfirmed)
    assert isinstance(waits, EnrolmentWaitlisted)
    assert [str(each.enrolment_id) for each in (waits, also_waits)] == [second["enrolment_id"], third["enrolment_id"]]


async def test_a_freed_seat_is_offered_in_the_same_moment_to_whoever_waited_longest(
    school: School, full: Session
) -> None:
    await school.cancel(await named(school, full, "First"))
    assert await seats(school, full) == "xsww"
    cancelled, offered = (await school.here.events())[-2:]
    assert isinstance(cancelled, EnrolmentCancelled)
    assert isinstance(offered, SeatOffered)
    assert offered.deadline_at == datetime(2026, 3, 4, 17, 0, tzinfo=UTC)  # the end of the second business day


async def test_a_seat_is_accepted_by_whom_it_was_offered_to(school: School, full: Session) -> None:
    await school.cancel(await named(school, full, "First"))
    accepted = await answer(school, await named(school, full, "Second"), "accept-seat")
    assert (accepted["status"], accepted["deadline_at"]) == ("confirmed", None)
    assert await seats(school, full) == "xcww"
    assert await refused(school.officer.post(f"/v1/enrolments/{accepted['enrolment_id']}/accept-seat")) == (
        409,
        "enrolment_is_another",
    )


async def test_a_declined_seat_goes_to_the_next_and_who_declined_does_not_return(school: School, full: Session) -> None:
    await school.cancel(await named(school, full, "First"))
    await answer(school, await named(school, full, "Second"), "decline-seat")
    assert await seats(school, full) == "xdsw"
    await answer(school, await named(school, full, "Third"), "decline-seat")
    await answer(school, await named(school, full, "Fourth"), "decline-seat")
    assert await seats(school, full) == "xddd"
    assert len(await school.here.events(SeatDeclined)) == 3
    again = await school.enrol(full, "Second Example")
    assert (again["status"], await seats(school, full)) == ("confirmed", "xdddc")


async def test_who_gives_up_waiting_frees_no_seat(school: School, full: Session) -> None:
    await school.cancel(await named(school, full, "Second"), reason="no_longer_wanted")
    assert await seats(school, full) == "cxww"
    await school.cancel(await named(school, full, "First"))
    assert await seats(school, full) == "xxsw"


async def test_nobody_overtakes_who_waits(school: School, full: Session) -> None:
    await school.cancel(await named(school, full, "First"))
    late = await school.enrol(full, "Late Example")
    assert (late["status"], late["place"]) == ("waitlisted", 4)


# deadlines


async def test_a_seat_lapses_at_its_deadline_and_is_offered_to_the_next_at_once(school: School, full: Session) -> None:
    await school.cancel(await named(school, full, "First"))
    second = await named(school, full, "Second")
    await school.here.advance(days=2, hours=14, minutes=59)  # 23:59 of the second business day
    assert await seats(school, full) == "xsww"
    await school.here.advance(minutes=1)
    assert await seats(school, full) == "xlsw"
    lapsed, offered = (await school.here.events())[-2:]
    assert isinstance(lapsed, SeatLapsed)
    assert offered.deadline_at == datetime(2026, 3, 9, 17, 0, tzinfo=UTC)  # Friday and Monday
    late = school.officer.post(f"/v1/enrolments/{second['enrolment_id']}/accept-seat")
    assert await refused(late) == (409, "seat_offer_has_lapsed")


async def test_a_seat_is_offered_until_the_session_begins_at_the_latest(school: School, full: Session) -> None:
    await school.here.advance(days=34, hours=22)
    await school.cancel(await named(school, full, "First"))
    assert (await named(school, full, "Second"))["deadline_at"] == full["starts_at"]


async def test_when_a_session_begins_nobody_waits_any_more(school: School, full: Session) -> None:
    await school.here.advance(days=34, hours=22)
    await school.cancel(await named(school, full, "First"))
    await school.here.advance(hours=2, seconds=1)
    enrolled = {each["full_name"]: (each["status"], each["reason_code"]) for each in await school.enrolled(full)}
    assert enrolled == {
        "First Example": ("cancelled", "cannot_come"),
        "Second Example": ("lapsed", None),
        "Third Example": ("cancelled", "session_begun"),
        "Fourth Example": ("cancelled", "session_begun"),
    }


async def test_a_jump_of_two_years_makes_one_lapse_each_and_leaves_nobody_waiting(
    school: School, full: Session
) -> None:
    other = await school.session(seats=1)
    for name in ("Fifth", "Sixth", "Seventh"):
        await school.enrol(other, f"{name} Example")
    for session, name in ((full, "First"), (other, "Fifth")):
        await school.cancel(await named(school, session, name))
    await school.here.advance(days=730)
    await school.here.advance(days=1)
    assert (await seats(school, full), await seats(school, other)) == ("xlxx", "xlx")
    assert len(await school.here.events(SeatLapsed)) == 2
    assert len(await school.here.events(SeatOffered)) == 2


async def test_after_the_beginning_nobody_enrols_cancels_or_answers(school: School, full: Session) -> None:
    first = await named(school, full, "First")
    await school.here.advance(days=35)
    path = f"/v1/enrolments/{first['enrolment_id']}"
    asked = [
        school.officer.post(f"{path}/cancel", json={"reason_code": "cannot_come"}),
        school.officer.post(f"{path}/accept-seat"),
        school.officer.post(f"{path}/decline-seat"),
        school.officer.post(
            "/v1/enrolments", json={"session_id": full["session_id"], "participant": {"full_name": "Late Example"}}
        ),
    ]
    for each in asked:
        assert await refused(each) == (409, "session_has_begun")


async def test_an_enrolment_is_cancelled_for_a_reason_of_the_pack(school: School, full: Session) -> None:
    first = await named(school, full, "First")
    asked = school.officer.post(f"/v1/enrolments/{first['enrolment_id']}/cancel", json={"reason_code": "whim"})
    assert await refused(asked) == (422, "reason_is_unknown")


# groups


async def test_several_people_are_enrolled_together_in_the_order_of_the_request(school: School) -> None:
    session = await school.session(seats=2)
    group = [{"full_name": f"{name} Example", "sex": "female"} for name in ("First", "Second", "Third")]
    page = await made(
        school.client.post("/v1/enrolments", json={"session_id": session["session_id"], "participants": group})
    )
    assert [(each["full_name"], each["status"], each["place"]) for each in page["items"]] == [
        ("First Example", "confirmed", None),
        ("Second Example", "confirmed", None),
        ("Third Example", "waitlisted", 1),
    ]
    assert len({each["person_id"] for each in page["items"]}) == 3


@pytest.mark.parametrize(
    ("group", "status", "code", "params"),
    [
        (
            [{"full_name": "Ana Example"}, {"full_name": "Bo Example"}, {"full_name": "  ANA \u200bexample "}],
            422,
            "person_is_named_twice",
            {"full_name": "  ANA \u200bexample ", "first": 1, "second": 3},
        ),
        (
            [
                {"full_name": "Ana Example", "person_id": "{expert}"},
                {"full_name": "An Exmple", "person_id": "{expert}"},
            ],
            422,
            "person_is_named_twice",
            {"full_name": "An Exmple", "first": 1, "second": 2},
        ),
        ([{"full_name": "Ana Example"}, {"full_name": "\u200b "}], 422, "person_has_no_name", {}),
        ([{"full_name": "Ana Example"}, {"full_name": "Known Example"}], 409, "person_is_enrolled", None),
    ],
)
async def test_a_group_with_one_who_cannot_be_enrolled_is_refused_as_a_whole(
    school: School, group: list[dict[str, str]], status: int, code: str, params: dict[str, Any] | None
) -> None:
    session = await school.session(seats=9)
    await school.enrol(session, "Known Example", school.provider)
    for each in group:
        if "person_id" in each:
            each["person_id"] = str(school.person_id)
    answer = await school.provider.post(
        "/v1/enrolments", json={"session_id": session["session_id"], "participants": group}
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert params is None or answer.json()["params"] == params
    assert list(await school.statuses(session)) == ["Known Example"]


async def test_two_people_of_one_name_are_told_apart_by_an_address(school: School) -> None:
    session = await school.session(seats=9)
    body = {"session_id": session["session_id"]}
    twins = [{"full_name": "Ana Example", "email": f"ana{n}@example.org"} for n in (1, 2)]
    page = await made(school.client.post("/v1/enrolments", json=body | {"participants": twins}))
    assert len({each["person_id"] for each in page["items"]}) == 2
    same = {"participant": {"full_name": "ana example", "email": "ANA1@example.org"}}
    assert await refused(school.client.post("/v1/enrolments", json=body | same)) == (409, "person_is_enrolled")
    await made(school.provider.post("/v1/enrolments", json=body | {"participant": {"full_name": "Ana Example"}}))


@pytest.mark.parametrize(
    "people_given", [{}, {"participant": {"full_name": "A"}, "participants": [{"full_name": "B"}]}]
)
async def test_either_one_or_several_people_are_named(school: School, people_given: dict[str, Any]) -> None:
    session = await school.session()
    asked = school.officer.post("/v1/enrolments", json={"session_id": session["session_id"], **people_given})
    assert await refused(asked) == (422, "body_is_invalid")


# who is who


async def test_a_person_has_at_most_one_place_in_a_session(school: School) -> None:
    session = await school.session()
    await school.enrol(session, "Expert Example", school.provider, person_id=str(school.person_id))
    again = {"full_name": "expert  EXAMPLE", "person_id": str(school.person_id)}
    asked = await school.provider.post(
        "/v1/enrolments", json={"session_id": session["session_id"], "participant": again}
    )
    assert (asked.status_code, asked.json()["code"]) == (409, "person_is_enrolled")
    assert asked.json()["params"]["person_id"] == str(school.person_id)
    other = await school.session()
    assert (await school.enrol(other, "Expert Example", school.provider, person_id=str(school.person_id)))[
        "status"
    ] == "confirmed"


async def test_a_person_known_by_another_name_is_refused_without_that_name(school: School) -> None:
    await school.confirmed("Nguyễn Văn Ví Dụ")
    session = await school.session()
    body = {"session_id": session["session_id"]}
    other = {"participant": {"full_name": "Somebody Else", "person_id": str(school.person_id)}}
    for http in (school.provider, school.officer):
        answer = await http.post("/v1/enrolments", json=body | other)
        assert (answer.status_code, answer.json()["code"]) == (409, "person_is_known_by_another_name")
        assert "Nguy" not in answer.text
    unmarked = {"full_name": "Nguyen Van Vi Du", "person_id": str(school.person_id)}
    await made(school.provider.post("/v1/enrolments", json=body | {"participant": unmarked}))


async def test_what_a_later_enrolment_leaves_out_of_the_person_stays_known(school: School) -> None:
    who = {"person_id": str(school.person_id)}
    enrolled = await school.confirmed()
    facts = {"sex": "female", "name_may_be_shown": True}
    await school.enrol(await school.session(), "Expert Example", school.provider, **who, **facts)
    await school.enrol(await school.session(), "EXPERT Example", school.provider, **who)
    known = await school.enrolment(enrolled["enrolment_id"])
    assert {name: known[name] for name in ("full_name", *facts)} == {"full_name": "EXPERT Example", **facts}
    await school.enrol(await school.session(), "EXPERT Example", school.provider, **who, name_may_be_shown=False)
    assert (await school.enrolment(enrolled["enrolment_id"]))["name_may_be_shown"] is False


async def test_an_enrolment_keeps_the_address_it_was_made_with(school: School) -> None:
    who, names = {"person_id": str(school.person_id)}, ("email", "phone", "language")
    given = ("a@example.org", "+66812345678", "vi")
    first = await school.enrol(
        await school.session(), "Expert Example", school.provider, **who, **dict(zip(names, given, strict=True))
    )
    other = await school.enrol(await school.session(), "Expert Example", **who, email="b@example.org")
    third = await school.enrol(await school.session(), "Expert Example", school.provider, **who)

    async def address(enrolment: dict[str, Any]) -> tuple[str | None, ...]:
        shown = await school.enrolment(enrolment["enrolment_id"])
        return tuple(shown[name] for name in names)

    assert await address(first) == given
    assert await address(other) == ("b@example.org", None, None)
    assert await address(third) == (None, None, None)


async def test_staff_get_an_id_when_they_are_first_met_and_keep_it(school: School) -> None:
    first = await school.enrol(await school.session(), "Worker Example", school.client)
    second = await school.session()
    again = await school.enrol(second, "Worker Example", school.client, person_id=first["person_id"])
    assert again["person_id"] == first["person_id"]
    assert len(await rows(school.here, participants.table)) == 1


async def test_personal_data_stay_in_their_table_and_addresses_with_the_centre(school: School) -> None:
    session = await school.session()
    facts = {"email": "secret@example.org", "phone": "+66812345678"}
    enrolled = await school.enrol(session, "Secret Name", school.client, **facts)
    assert (enrolled["email"], enrolled["phone"]) == (None, None)
    assert (await school.enrolment(enrolled["enrolment_id"]))["email"] == "secret@example.org"
    told = " ".join([each.model_dump_json() for each in await school.here.events()])
    assert not any(word in told for word in ("Secret", "secret", "6681"))


# who may


async def test_a_provider_enrols_its_own_experts_and_staff_only(school: School) -> None:
    session = await school.session(seats=9)
    stranger, retired, provider = new_id(), new_id(), school.provider
    expert = {"expert_id": new_id(), "provider_id": school.provider_id}
    await school.here.tell(ExpertAdded(**expert, person_id=retired), ExpertRetired(**expert, person_id=retired))
    for person_id in (stranger, retired):
        body = {"session_id": session["session_id"], "participant": {"full_name": "X", "person_id": str(person_id)}}
        answer = await provider.post("/v1/enrolments", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "person_is_not_yours")
        assert "within seconds" in answer.json()["detail"]
    newcomer = new_id()
    await school.here.tell(ExpertAdded(expert_id=new_id(), provider_id=school.provider_id, person_id=newcomer))
    await school.enrol(session, "Newcomer Example", provider, person_id=str(newcomer))
    await school.enrol(session, "Staff Example", provider)


@pytest.mark.parametrize("wrong", ["provider_id", "client_id"])
async def test_a_firm_or_client_enrols_for_itself_only(school: School, wrong: str) -> None:
    session = await school.session()
    body = {"session_id": session["session_id"], "participant": {"full_name": "X"}, wrong: str(new_id())}
    for http in (school.provider, school.client):
        assert await refused(http.post("/v1/enrolments", json=body)) == (403, "enrols_for_another")
    assert (await refused(school.officer.post("/v1/enrolments", json=body)))[0] == 422
    assert await school.statuses(session) == {}


async def test_an_officer_enrols_anybody_also_for_a_provider(school: School) -> None:
    session = await school.session(seats=9)
    of_provider = await school.enrol(session, "Staff Example", provider_id=str(school.provider_id))
    await school.enrol(session, "Private Example")
    await school.enrol(session, "Known Elsewhere", person_id=str(new_id()))
    mine = await made(school.provider.get("/v1/enrolments"), 200)
    assert [each["enrolment_id"] for each in mine["items"]] == [of_provider["enrolment_id"]]
    await school.cancel(of_provider, school.provider)


async def test_the_enrolment_of_another_is_not_found(school: School) -> None:
    session = await school.session(seats=1)
    theirs = await school.enrol(session, "Worker Example", school.client)
    path = f"/v1/enrolments/{theirs['enrolment_id']}"
    stranger = school.here.as_(people.client(UUID(int=7)))
    for http in (school.provider, stranger):
        assert await refused(http.get(path)) == (404, "not_found")
        assert await refused(http.post(f"{path}/cancel", json={"reason_code": "cannot_come"})) == (404, "not_found")
        assert await refused(http.post(f"{path}/accept-seat")) == (404, "not_found")
    assert await refused(school.trainer.post(f"{path}/cancel", json={"reason_code": "other"})) == (403, "not_allowed")
    assert (await made(school.trainer.get(path), 200))["full_name"] == "Worker Example"
