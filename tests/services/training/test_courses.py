"""Courses are offered, changed and withdrawn; their sessions keep what they were announced with."""

import pytest

from chassis.clock import new_id
from contracts.principals import SIGNED_IN
from contracts.training import CourseChanged, CourseOffered, CourseWithdrawn
from tests.kit import people
from tests.services.training.school import COURSE, School, made, refused


async def test_a_course_is_offered_and_read_by_every_role(school: School) -> None:
    course = await made(school.trainer.post("/v1/courses", json=COURSE))
    assert (course["status"], course["hours"], course["evaluator_apart"]) == ("offered", "16", False)
    for role in SIGNED_IN:
        reader = school.here.as_(people.person(role, provider_id=new_id(), client_id=new_id()))
        assert await made(reader.get(f"/v1/courses/{course['course_id']}"), 200) == course
        assert len((await made(reader.get("/v1/courses"), 200))["items"]) == 1
    (event,) = await school.here.events(CourseOffered)
    assert (str(event.course_id), event.validity_months) == (course["course_id"], 24)


async def test_a_session_keeps_the_terms_it_was_announced_with(school: School) -> None:
    course = await school.course()
    before = await school.session(course_id=course["course_id"])
    path, gives = f"/v1/courses/{course['course_id']}", [{"code": "chemical_safety", "level": 2}]
    changes = {"title": "Solvents", "competences": gives, "validity_months": None, "evaluator_apart": True}
    changed = await made(school.officer.patch(path, json=changes, headers={"If-Match": '"1"'}), 200)
    assert (changed["version"], changed["course_version"], changed["validity_months"]) == (2, 2, None)
    after = await school.session(course_id=course["course_id"])
    assert (before["title"], before["course_version"]) == ("Steam and condensate", 1)
    assert (after["title"], after["course_version"], after["competences"]) == ("Solvents", 2, gives)
    kept = await made(school.officer.get(f"/v1/sessions/{before['session_id']}"), 200)
    assert kept == before
    assert len(await school.here.events(CourseChanged)) == 1


async def test_a_change_of_a_course_says_which_version_it_changes(school: School) -> None:
    course = await school.course()
    path = f"/v1/courses/{course['course_id']}"
    assert await refused(school.officer.patch(path, json={"title": "X"})) == (428, "if_match_is_missing")
    late = school.officer.patch(path, json={"title": "X"}, headers={"If-Match": '"2"'})
    assert await refused(late) == (412, "stale_version")


async def test_a_withdrawn_course_gets_no_session_and_those_scheduled_are_held(school: School) -> None:
    course = await school.course()
    session = await school.session(course_id=course["course_id"])
    await made(school.trainer.post(f"/v1/courses/{course['course_id']}/withdraw"), 200)
    again = {name: session[name] for name in ("starts_at", "ends_at", "time_zone", "province", "language", "seats")}
    asked = school.officer.post("/v1/sessions", json={**again, "course_id": course["course_id"]})
    assert await refused(asked) == (409, "course_is_withdrawn")
    assert await refused(school.officer.post(f"/v1/courses/{course['course_id']}/withdraw")) == (
        409,
        "course_is_withdrawn",
    )
    assert (await school.enrol(session, "Late Example"))["status"] == "confirmed"
    assert len(await school.here.events(CourseWithdrawn)) == 1


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"competences": [{"code": "juggling", "level": 1}]}, "competence_is_unknown"),
        (
            {"competences": [{"code": "recp_assessment", "level": 1}, {"code": "recp_assessment", "level": 2}]},
            "competence_stands_twice",
        ),
        ({"hours": "0"}, "body_is_invalid"),
        ({"validity_months": 0}, "body_is_invalid"),
        ({"title": ""}, "body_is_invalid"),
    ],
)
async def test_what_no_course_can_be_is_refused(school: School, facts: dict[str, object], code: str) -> None:
    assert await refused(school.officer.post("/v1/courses", json=COURSE | facts)) == (422, code)
    course = await school.course()
    path, version = f"/v1/courses/{course['course_id']}", {"If-Match": '"1"'}
    assert await refused(school.officer.patch(path, json=facts, headers=version)) == (422, code)


async def test_only_officers_and_trainers_change_what_is_taught(school: School) -> None:
    course = await school.course()
    for http in (school.provider, school.client):
        assert await refused(http.post("/v1/courses", json=COURSE)) == (403, "not_allowed")
        assert await refused(http.post(f"/v1/courses/{course['course_id']}/withdraw")) == (403, "not_allowed")
