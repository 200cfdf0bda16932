"""People get a seat or a place in the queue, and a freed seat goes to whoever waited longest."""

from tests.services.training.school import School


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


async def test_a_freed_seat_is_offered_to_whoever_waited_longest(school: School) -> None:
    session = await school.session(seats=1)
    first = await school.enrol(session, "First Example")
    await school.enrol(session, "Second Example")
    await school.enrol(session, "Third Example")
    await school.cancel(first)
    assert await school.statuses(session) == {
        "First Example": "cancelled",
        "Second Example": "seat_offered",
        "Third Example": "waitlisted",
    }
