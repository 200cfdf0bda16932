"""Intake: a company is taken in, placed, agrees, is qualified and asks for a service."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chassis.clock import new_id
from contracts.assessments import AssessmentOpened
from contracts.clients import ConsentExpired, ServiceRequestStarted, ServiceRequestSubmitted
from contracts.matching import EngagementStarted, NeedCancelled
from contracts.principals import Role
from services.clients.app import service
from tests.kit import people
from tests.kit.room import Room, room

MILL = {
    "name": "Sundara Rice Mill",
    "country": "XA",
    "province": "XA-R",
    "isic": {"code": "1061", "revision": "4"},
    "size_class": "medium",
}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(service, tmp_path) as opened:
        yield opened


async def _qualified(here: Room) -> tuple[Any, str, str]:
    by = here.as_(people.officer("XA-R"))
    client = (await by.post("/v1/clients", json=MILL)).json()["client_id"]
    place = {"client_id": client, "name": "Mill 1", "country": "XA", "province": "XA-R"}
    site = (await by.post("/v1/sites", json=place)).json()["site_id"]
    consent = {"client_id": client, "purpose": "share_with_providers", "text_version": "2026-1"}
    assert (await by.post("/v1/consents", json=consent)).status_code == 201
    assert (await by.post(f"/v1/clients/{client}/qualify")).status_code == 200
    return by, client, site


def _wish(client: str, site: str) -> dict[str, Any]:
    return {
        "client_id": client,
        "site_id": site,
        "kind": "assessment",
        "programme_code": "GREEN-MILLS",
        "language": "en",
        "wanted_from": "2026-12-01",
        "wanted_until": "2027-01-31",
        "days": 8,
    }


async def test_a_company_is_taken_in_with_location_and_etag(here: Room) -> None:
    answer = await here.as_(people.officer("XA-R")).post("/v1/clients", json=MILL)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/clients/{answer.json()['client_id']}"
    assert answer.headers["etag"] == '"1"'
    assert answer.json()["status"] == "registered"


async def test_the_main_path_leads_to_a_submitted_request(here: Room) -> None:
    by, client, site = await _qualified(here)
    answer = await by.post("/v1/service-requests", json=_wish(client, site))
    assert answer.status_code == 201, answer.text
    submitted = await here.events(ServiceRequestSubmitted)
    assert [str(each.client_id) for each in submitted] == [client]
    assert submitted[0].province == "XA-R"
    assert submitted[0].isic.code == "1061"


async def test_an_officer_of_another_province_sees_nothing(here: Room) -> None:
    _, client, site = await _qualified(here)
    other = here.as_(people.officer("XA-N"))
    assert (await other.get(f"/v1/clients/{client}")).status_code == 404
    assert (await other.get(f"/v1/sites/{site}")).status_code == 404
    assert (await other.get("/v1/clients")).json()["items"] == []
    refused = await other.post("/v1/clients", json=MILL)
    assert (refused.status_code, refused.json()["code"]) == (403, "outside_territory")


async def test_a_client_without_sector_cannot_be_qualified(here: Room) -> None:
    by = here.as_(people.officer())
    bare = {"name": "No Sector Ltd", "country": "XA", "province": "XA-R"}
    client = (await by.post("/v1/clients", json=bare)).json()["client_id"]
    answer = await by.post(f"/v1/clients/{client}/qualify")
    assert (answer.status_code, answer.json()["code"]) == (409, "client_lacks_facts")
    assert "sector" in answer.json()["detail"]


async def test_a_request_needs_the_consent_to_share(here: Room) -> None:
    by, client, site = await _qualified(here)
    given = (await by.get("/v1/consents", params={"client_id": client})).json()["items"][0]["consent_id"]
    assert (await by.post(f"/v1/consents/{given}/withdraw")).status_code == 200
    answer = await by.post("/v1/service-requests", json=_wish(client, site))
    assert (answer.status_code, answer.json()["code"]) == (409, "consent_is_missing")


async def test_a_consent_expires_on_the_settable_clock(here: Room) -> None:
    by, client, _ = await _qualified(here)
    until = here.running.ground.pack.calendar.day_of(here.clock.now()).isoformat()  # the centre's day, not ours
    body = {"client_id": client, "purpose": "publish_case", "text_version": "1", "until": until}
    consent = (await by.post("/v1/consents", json=body)).json()["consent_id"]
    await here.advance(days=3)
    assert (await by.get(f"/v1/consents/{consent}")).json()["status"] == "expired"
    assert len(await here.events(ConsentExpired)) == 1


async def test_matching_starts_and_ends_a_request(here: Room) -> None:
    by, client, site = await _qualified(here)
    request = (await by.post("/v1/service-requests", json=_wish(client, site))).json()["request_id"]
    need, engagement = new_id(), new_id()
    await here.tell(
        EngagementStarted(
            engagement_id=engagement,
            need_id=need,
            request_id=request,
            client_id=client,
            provider_id=new_id(),
            site_id=site,
            person_id=new_id(),
            kind="assessment",
            programme_code=None,
            country="XA",
            province="XA-R",
            starts_on="2026-12-01",
        )
    )
    assert (await by.get(f"/v1/service-requests/{request}")).json()["status"] == "started"
    assert len(await here.events(ServiceRequestStarted)) == 1


async def test_a_cancelled_request_is_off_only_when_matching_says_so(here: Room) -> None:
    by, client, site = await _qualified(here)
    request = (await by.post("/v1/service-requests", json=_wish(client, site))).json()["request_id"]
    assert (await by.post(f"/v1/service-requests/{request}/cancel")).json()["status"] == "cancelling"
    await here.tell(NeedCancelled(need_id=new_id(), request_id=request, client_id=client, reason_code="cancel_asked"))
    assert (await by.get(f"/v1/service-requests/{request}")).json()["status"] == "cancelled"


async def test_a_request_is_completed_when_its_work_was_approved_while_the_engagement_was_cancelled(here: Room) -> None:
    by, client, site = await _qualified(here)
    request = (await by.post("/v1/service-requests", json=_wish(client, site))).json()["request_id"]
    await here.tell(
        NeedCancelled(need_id=new_id(), request_id=request, client_id=client, reason_code="assessment_approved")
    )
    assert (await by.get(f"/v1/service-requests/{request}")).json()["status"] == "completed"


async def test_a_provider_reads_its_client_only_while_it_works_for_it(here: Room) -> None:
    by, client, site = await _qualified(here)
    await by.put(f"/v1/clients/{client}/contacts", json={"contacts": [{"name": "Made-up Person", "is_main": True}]})
    firm = new_id()
    mine = here.as_(people.provider(firm))
    assert (await mine.get(f"/v1/clients/{client}")).status_code == 404
    await here.tell(
        EngagementStarted(
            engagement_id=new_id(),
            need_id=new_id(),
            client_id=client,
            provider_id=firm,
            site_id=site,
            person_id=new_id(),
            kind="assessment",
            programme_code=None,
            country="XA",
            province="XA-R",
            starts_on="2026-12-01",
        )
    )
    assert (await mine.get(f"/v1/clients/{client}/contacts")).json()["contacts"][0]["name"] == "Made-up Person"
    consent = (await by.get("/v1/consents", params={"client_id": client})).json()["items"][0]["consent_id"]
    await by.post(f"/v1/consents/{consent}/withdraw")
    answer = await mine.get(f"/v1/clients/{client}/contacts")
    assert (answer.status_code, answer.json()["code"]) == (409, "consent_is_missing")


async def test_a_key_that_stands_for_nobody_reads_no_client(here: Room) -> None:
    by, client, site = await _qualified(here)
    assigned = AssessmentOpened(
        assessment_id=new_id(), client_id=client, site_id=site, programme_code=None, assessor_id=new_id()
    )
    await here.tell(assigned)
    for role in (Role.PROVIDER, Role.ASSESSOR, Role.CLIENT):
        assert (await here.as_(people.person(role)).get(f"/v1/clients/{client}")).status_code == 404
    assert (await by.get(f"/v1/clients/{client}")).status_code == 200


async def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(here: Room) -> None:
    by = here.as_(people.officer())
    headers = {"Idempotency-Key": "intake-1"}
    twins = await asyncio.gather(*(by.post("/v1/clients", json=MILL, headers=headers) for _ in range(5)))
    assert {twin.status_code for twin in twins} == {201}
    assert len({twin.json()["client_id"] for twin in twins}) == 1
    assert len((await by.get("/v1/clients")).json()["items"]) == 1
    other = await by.post("/v1/clients", json={**MILL, "name": "Other"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key_was_used_otherwise")


async def test_a_null_character_in_a_query_is_refused(here: Room) -> None:
    answer = await here.as_(people.officer()).get("/v1/clients?external_ref=%00")
    assert (answer.status_code, answer.json()["code"]) == (400, "request_is_malformed")


async def test_a_change_needs_the_version_it_was_based_on(here: Room) -> None:
    by = here.as_(people.officer())
    client = (await by.post("/v1/clients", json=MILL)).json()["client_id"]
    path = f"/v1/clients/{client}"
    assert (await by.patch(path, json={"name": "B"})).status_code == 428
    assert (await by.patch(path, json={"name": "B"}, headers={"If-Match": '"1"'})).status_code == 200
    assert (await by.patch(path, json={"name": "C"}, headers={"If-Match": '"1"'})).status_code == 412
    assert (await by.get(path)).json()["name"] == "B"
    assert (await by.get(path, headers={"If-None-Match": '"2"'})).status_code == 304


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"name": 1, "country": "XA"}', 422, "body_is_invalid"),
        (b'{"name": "A", "country": "XA", "status": "qualified"}', 422, "body_is_invalid"),
        (b'{"name": "A", "country": "XA", "isic": {"code": "1061", "revision": "4", "x": 1}}', 422, "body_is_invalid"),
        (b'{"name": "A\\u0000", "country": "XA"}', 422, "body_is_invalid"),
        (b'{"name": "\\ud800", "country": "XA"}', 422, "body_is_invalid"),
        (b"[" * 10_000, 422, "body_is_invalid"),
        (b"", 422, "body_is_invalid"),
        (b"x" * 1_000_001, 413, "body_is_too_large"),
        (b'{"name": "A", "country": "XA", "province": "XA-O"}', 422, "province_is_unknown"),
        (b'{"name": "A", "country": "XA", "extra": {"unheard": 1}}', 422, "extra_does_not_fit"),
        (b'{"name": "A", "country": "XA", "extra": {"employees": 1e400}}', 422, "extra_does_not_fit"),
    ],
)
async def test_a_bad_body_is_a_problem_with_a_code(here: Room, body: bytes, status: int, code: str) -> None:
    by = here.as_(people.officer())
    answer = await by.post("/v1/clients", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await by.get("/v1/clients")).json()["items"] == []
