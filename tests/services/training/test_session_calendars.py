"""Calendar programs read feeds that follow every change, by an address that only their reader knows."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
from icalendar import Calendar, Component

from chassis.clock import new_id
from chassis.tables import answers
from contracts.matching import ExpertAdded
from services.training.models import session_calendars
from tests.kit import people
from tests.kit.room import rows
from tests.services.training.school import School, a_provider, made, refused


async def feed(school: School, http: httpx2.AsyncClient, **of: Any) -> str:
    """The path of a new feed."""
    answer = await made(http.post("/v1/session-calendars", json={name: str(id) for name, id in of.items()}))
    path: str = answer["path"]
    return path


async def read(school: School, path: str, http: httpx2.AsyncClient | None = None) -> Calendar:
    answer = await (http or nobody(school)).get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8"), answer.text
    return Calendar.from_ical(answer.content)


def nobody(school: School) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=school.here.running.app), base_url="http://room", trust_env=False
    )


def event_of(calendar: Calendar) -> Component:
    (event,) = calendar.walk("VEVENT")
    return event


async def test_a_feed_shows_a_session_in_the_time_of_its_venue(school: School) -> None:
    session = await school.session(
        starts_at="2026-10-23T07:00:00Z",  # before the clocks of Berlin go back on 25 October, and after
        ends_at="2026-10-26T08:00:00Z",
        time_zone="Europe/Berlin",
        venue="Hall 2",
    )
    event = event_of(await read(school, await feed(school, school.client, session_id=session["session_id"])))
    assert str(event["UID"]) == f"{session['session_id']}@openrecp"
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Steam and condensate", "Hall 2")
    assert (event["SEQUENCE"], str(event["STATUS"])) == (1, "CONFIRMED")
    berlin = ZoneInfo("Europe/Berlin")
    assert event.decoded("DTSTART").replace(tzinfo=berlin) == datetime(2026, 10, 23, 9, tzinfo=berlin)
    assert event.decoded("DTEND").replace(tzinfo=berlin) == datetime(2026, 10, 26, 9, tzinfo=berlin)
    assert event["DTSTART"].params["TZID"] == "Europe/Berlin"


async def test_the_zone_in_a_feed_says_when_its_clocks_change(school: School) -> None:
    session = await school.session(time_zone="Europe/Berlin")
    calendar = await read(school, f"/v1/sessions/{session['session_id']}/calendar", school.client)
    (zone,) = calendar.walk("VTIMEZONE")
    assert str(zone["TZID"]) == "Europe/Berlin"
    assert zone.walk("DAYLIGHT")
    assert zone.walk("STANDARD")


async def test_a_moved_session_shows_its_new_times_and_a_cancelled_one_says_so(school: School) -> None:
    session = await school.session()
    path = await feed(school, school.officer, session_id=session["session_id"])
    before = event_of(await read(school, path))
    await school.change(session, starts_at="2026-04-13T09:00:00+07:00", ends_at="2026-04-14T16:00:00+07:00")
    moved = event_of(await read(school, path))
    assert moved.decoded("DTSTART").isoformat() == "2026-04-13T09:00:00+07:00"
    await made(school.officer.post(f"/v1/sessions/{session['session_id']}/cancel", json={"reason_code": "other"}), 200)
    cancelled = event_of(await read(school, path))
    assert str(cancelled["STATUS"]) == "CANCELLED"
    assert before["UID"] == moved["UID"] == cancelled["UID"]
    assert [each["SEQUENCE"] for each in (before, moved, cancelled)] == [1, 2, 3]


async def test_a_feed_that_has_not_changed_is_not_sent_again(school: School) -> None:
    session = await school.session()
    path = await feed(school, school.officer, session_id=session["session_id"])
    etag = (await nobody(school).get(path)).headers["etag"]
    again = await nobody(school).get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    await school.change(session, venue="Elsewhere")
    assert (await nobody(school).get(path, headers={"If-None-Match": etag})).status_code == 200


async def test_a_providers_feed_holds_what_its_people_come_to_wait_for_and_teach_and_nobodys_name(
    school: School,
) -> None:
    expert = {"person_id": str(school.person_id)}
    comes = await school.session(venue="comes", seats=1)
    await school.enrol(comes, "Secret Name", school.provider, **expert)
    waits = await school.session(venue="waits", seats=1)
    await school.enrol(waits, "Somebody Else")
    await school.enrol(waits, "Secret Name", school.provider, **expert)
    await school.session(venue="teaches", trainers=[str(school.person_id)])
    left = await school.session(venue="left")
    await school.cancel(await school.enrol(left, "Secret Name", school.provider, **expert))
    called_off = await school.session(venue="called off")
    await school.enrol(called_off, "Secret Name", school.provider, **expert)
    await made(
        school.officer.post(f"/v1/sessions/{called_off['session_id']}/cancel", json={"reason_code": "other"}), 200
    )
    await school.session(venue="strange")
    path = await feed(school, school.provider, provider_id=school.provider_id)
    calendar = await read(school, path)
    assert {str(each["LOCATION"]): str(each["STATUS"]) for each in calendar.walk("VEVENT")} == {
        "comes": "CONFIRMED",
        "waits": "TENTATIVE",
        "teaches": "CONFIRMED",
        "called off": "CANCELLED",
    }
    assert b"Secret" not in calendar.to_ical()


async def test_no_line_can_be_put_into_a_feed_through_a_title(school: School) -> None:
    title = "Steam\r\nATTENDEE:mailto:x@example.org\rBEGIN:VALARM\n\u2028;\x0b,\\\x07end"
    course = await school.course(title=title)
    session = await school.session(course_id=course["course_id"], venue="Hall\r\nURL:https://example.org")
    answer = await school.client.get(f"/v1/sessions/{session['session_id']}/calendar")
    event = event_of(Calendar.from_ical(answer.content))
    assert str(event["SUMMARY"]) == "Steam ATTENDEE:mailto:x@example.org BEGIN:VALARM ; ,\\ end"
    assert str(event["LOCATION"]) == "Hall URL:https://example.org"
    assert not {"ATTENDEE", "URL"} & set(event)
    assert not event.subcomponents
    starts = {line.split(b":")[0].split(b";")[0] for line in answer.content.split(b"\r\n")}
    assert not {b"ATTENDEE", b"URL"} & starts
    assert b"\r" not in answer.content.replace(b"\r\n", b"")


async def test_a_code_is_shown_once_kept_as_a_hash_and_leads_nowhere_when_it_is_revoked(school: School) -> None:
    session = await school.session()
    body, key = {"session_id": session["session_id"]}, {"Idempotency-Key": "a feed"}
    first = await school.provider.post("/v1/session-calendars", json=body, headers=key)
    calendar = first.json()
    assert "location" not in first.headers
    again = await made(school.provider.post("/v1/session-calendars", json=body, headers=key))
    assert again == calendar | {"code": None, "path": None}
    kept = [*await rows(school.here, session_calendars.table), *await rows(school.here, answers.table)]
    assert len(kept) == 2
    assert calendar["code"] not in str(kept)
    listed = await made(school.provider.get("/v1/session-calendars"), 200)
    assert [each["calendar_id"] for each in listed["items"]] == [calendar["calendar_id"]]
    revoke = f"/v1/session-calendars/{calendar['calendar_id']}/revoke"
    assert await refused(school.client.post(revoke)) == (404, "not_found")
    revoked = await made(school.provider.post(revoke), 200)
    assert revoked["revoked_at"]
    assert await made(school.officer.post(revoke), 200) == revoked
    assert await refused(nobody(school).get(calendar["path"])) == (404, "not_found")


async def test_a_provider_makes_a_feed_of_its_own_only_and_nobody_reads_one_without_its_code(school: School) -> None:
    other = new_id()
    await school.here.tell(a_provider(other), ExpertAdded(expert_id=new_id(), provider_id=other, person_id=new_id()))
    for http in (school.provider, school.client):
        asked = http.post("/v1/session-calendars", json={"provider_id": str(other)})
        assert await refused(asked) == (404, "not_found")
    path = await feed(school, school.here.as_(people.provider(other)), provider_id=other)
    assert await refused(school.provider.get(path[:-1] + ("A" if path[-1] != "A" else "B"))) == (404, "not_found")
    both = {"provider_id": str(other), "session_id": str(new_id())}
    assert await refused(school.officer.post("/v1/session-calendars", json=both)) == (422, "body_is_invalid")
    assert await refused(school.officer.post("/v1/session-calendars", json={})) == (422, "body_is_invalid")
    unknown = {"session_id": str(new_id())}
    assert await refused(school.officer.post("/v1/session-calendars", json=unknown)) == (404, "not_found")
