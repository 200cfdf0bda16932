"""Providers, experts, competences, reports: who may record what, and what is refused."""

from uuid import UUID

import httpx2
import pytest

from chassis.clock import new_id
from contracts.matching import CompetenceGranted, ExpertAdded, ProviderRegistered
from tests.kit import people
from tests.services.matching.stage import Stage, accepting, made, refused

FIRM = {"name": "Canary Engineers", "kind": "firm", "country": "XA", "places": [{"country": "XA"}], "languages": ["en"]}


async def test_no_name_and_no_contact_leaves_in_an_event(stage: Stage) -> None:
    contact = {"full_name": "Canary Person", "email": "canary@example.org"}
    provider = await made(stage.officer.post("/v1/providers", json=FIRM | {"contact": contact}))
    assert provider["contact"]["email"] == "canary@example.org"
    expert = {"provider_id": provider["provider_id"], "full_name": "Canary Person"}
    await made(stage.officer.post("/v1/experts", json=expert))
    told = "".join(each.model_dump_json() for each in await stage.here.events())
    assert len(await stage.here.events(ProviderRegistered)) == len(await stage.here.events(ExpertAdded)) == 1
    assert "anary" not in told


async def test_a_provider_changes_its_own_diary_but_not_its_name(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    path, match = f"/v1/providers/{firm.provider_id}", {"If-Match": '"2"'}
    leave = [{"starts_on": "2026-04-01", "ends_on": "2026-04-30"}]
    diary = {"leave": leave, "day_rate": {"amount": "300", "currency": "USD"}}
    changed = await made(firm.http.patch(path, json=diary, headers=match), 200)
    assert (changed["version"], changed["leave"], changed["day_rate"]["amount"]) == (3, leave, "300")
    assert changed["languages"] == ["en"]
    cleared = await made(firm.http.patch(path, json={"day_rate": None}, headers={"If-Match": '"3"'}), 200)
    assert cleared["day_rate"] is None
    named = firm.http.patch(path, json={"name": "Beta"}, headers={"If-Match": '"4"'})
    assert await refused(named) == (403, "fields_are_the_officers")
    assert (await stage.need(await stage.ask()))["status"] == "unmet"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"places": [{"country": "XA", "province": "XA-O"}]}, 422, "province_is_unknown"),
        ({"places": []}, 422, "body_is_invalid"),
        ({"days_per_week": 8}, 422, "body_is_invalid"),
        ({"languages": ["english"]}, 422, "body_is_invalid"),
        ({"extra": {"unheard": 1}}, 422, "extra_does_not_fit"),
        ({"leave": [{"starts_on": "2026-04-02", "ends_on": "2026-04-01"}]}, 422, "leave_ends_before_it_starts"),
        ({"status": "approved"}, 422, "body_is_invalid"),
        ({"kind": "committee"}, 422, "body_is_invalid"),
    ],
)
async def test_a_provider_that_does_not_fit_is_refused(
    stage: Stage, change: dict[str, object], status: int, code: str
) -> None:
    assert await refused(stage.officer.post("/v1/providers", json=FIRM | change)) == (status, code)
    assert await stage.items("/v1/providers") == []


async def test_a_foreign_province_is_taken_as_it_comes(stage: Stage) -> None:
    foreign = FIRM | {"places": [{"country": "XB", "province": "7"}]}
    provider = await made(stage.officer.post("/v1/providers", json=foreign))
    assert provider["places"] == [{"country": "XB", "province": "7", "scheme": "XB"}]


async def test_a_person_is_an_expert_of_a_firm_once(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    again = {"provider_id": firm.provider_id, "full_name": "Again", "person_id": firm.person_id}
    assert await refused(stage.officer.post("/v1/experts", json=again)) == (409, "expert_is_known")


async def test_a_provider_adds_its_own_experts_but_names_no_known_person(stage: Stage) -> None:
    firm, other = await stage.firm("Alpha"), await stage.firm("Beta")
    new = {"provider_id": firm.provider_id, "full_name": "New Expert"}
    assert (await made(firm.http.post("/v1/experts", json=new)))["status"] == "active"
    foreign = firm.http.post("/v1/experts", json=new | {"provider_id": other.provider_id})
    assert await refused(foreign) == (404, "not_found")
    known = firm.http.post("/v1/experts", json=new | {"person_id": other.person_id})
    assert await refused(known) == (403, "person_is_named_by_the_officer")


async def test_a_person_of_two_firms_is_granted_a_competence_in_one(stage: Stage) -> None:
    one, two = await stage.firm("One", {}), await stage.firm("Two", {})
    shared = {"provider_id": two.provider_id, "full_name": "Shared Expert", "person_id": one.person_id}
    await made(stage.officer.post("/v1/experts", json=shared))
    grant = {"person_id": one.person_id, "code": "recp_assessment", "level": 3, "valid_from": "2026-01-01"}
    assert await refused(stage.officer.post("/v1/competences", json=grant)) == (422, "provider_is_ambiguous")
    granted = await made(stage.officer.post("/v1/competences", json=grant | {"provider_id": two.provider_id}))
    assert granted["provider_id"] == two.provider_id
    assert len(await stage.here.events(CompetenceGranted)) == 1


async def test_a_competence_expires_by_its_date_alone_and_is_withdrawn_with_a_reason(stage: Stage) -> None:
    firm = await stage.firm("Alpha", {})
    grant = {
        "person_id": firm.person_id,
        "code": "chemical_safety",
        "level": 3,
        "valid_from": "2025-03-03",
        "valid_until": "2026-03-02",
    }
    granted = await made(stage.officer.post("/v1/competences", json=grant))
    path = f"/v1/competences/{granted['competence_id']}"
    assert (granted["status"], granted["expired"]) == ("granted", False)
    await stage.here.advance(days=1)
    later = await made(firm.http.get(path), 200)
    assert (later["status"], later["expired"], later["version"]) == ("granted", True, 1)
    gone = await made(stage.officer.post(f"{path}/withdraw", json={"reason_code": "quality"}), 200)
    assert (gone["status"], gone["withdrawal_reason"]) == ("withdrawn", "quality")
    assert await refused(firm.http.post(f"{path}/withdraw", json={"reason_code": "quality"})) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"code": "magic"}, 422, "competence_is_unknown"),
        ({"level": 6}, 422, "body_is_invalid"),
        ({"valid_until": "2025-12-31"}, 422, "competence_ends_before_it_starts"),
        ({"person_id": "01890000-0000-7000-8000-000000000000"}, 404, "not_found"),
    ],
)
async def test_a_competence_that_does_not_fit_is_refused(
    stage: Stage, change: dict[str, object], status: int, code: str
) -> None:
    firm = await stage.firm("Alpha", {})
    grant = {"person_id": firm.person_id, "code": "recp_assessment", "level": 3, "valid_from": "2026-01-01"}
    assert await refused(stage.officer.post("/v1/competences", json=grant | change)) == (status, code)


async def test_a_retired_expert_cannot_be_named_for_a_job(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    offer = await stage.open_offer(await stage.ask())
    (expert,) = await stage.items("/v1/experts", firm.http)
    await made(firm.http.post(f"/v1/experts/{expert['expert_id']}/retire"), 200)
    path = f"/v1/offers/{offer['offer_id']}/accept"
    assert await refused(firm.http.post(path, json=accepting(firm))) == (409, "expert_is_retired")
    stranger = firm.http.post(path, json={"person_id": str(new_id())})
    assert await refused(stranger) == (422, "expert_is_not_yours")


async def test_a_withdrawn_competence_fails_the_acceptance(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    offer = await stage.open_offer(await stage.ask())
    (competence,) = await stage.items("/v1/competences", code="wet_processing")
    path = f"/v1/competences/{competence['competence_id']}/withdraw"
    await made(stage.officer.post(path, json={"reason_code": "quality"}), 200)
    answer = await firm.http.post(f"/v1/offers/{offer['offer_id']}/accept", json=accepting(firm))
    assert (answer.status_code, answer.json()["code"]) == (409, "provider_lacks_competence")
    assert answer.json()["params"]["missing"] == {"wet_processing": 2}


async def test_an_offer_made_by_hand_has_a_link_that_answers_it_without_signing_in(stage: Stage) -> None:
    one, two = await stage.firm("One", {"recp_assessment": 5, "wet_processing": 5}), await stage.firm("Two")
    need_id = await stage.ask()
    offer = await stage.open_offer(need_id)
    (shortlist,) = await stage.items("/v1/shortlists", need_id=str(need_id))
    body = {"shortlist_id": shortlist["shortlist_id"], "provider_id": two.provider_id}
    code = (await made(stage.officer.post("/v1/offers", json=body)))["link_code"]
    transport = httpx2.ASGITransport(app=stage.here.running.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://room", trust_env=False) as nobody:
        seen = await made(nobody.get(f"/v1/offer-links/{code}"), 200)
        assert (seen["status"], seen["version"], seen["job"]["days"]) == ("open", 1, 8)
        assert [each["person_id"] for each in seen["experts"]] == [two.person_id]
        assert (seen["candidate"]["provider_id"], seen["candidate"]["rank"]) == (two.provider_id, None)
        assert all(rule["passed"] for rule in seen["candidate"]["rules"])
        assert one.provider_id not in str(seen)
        assert str(stage.client_id) not in str(seen)
        assert (await made(nobody.get(f"/v1/offer-links/{code}"), 200))["version"] == 1

        accepted = await made(nobody.post(f"/v1/offer-links/{code}/accept", json=accepting(two)), 200)
        assert accepted["status"] == "accepted"
        after = await made(nobody.get(f"/v1/offer-links/{code}"), 200)
        assert (after["experts"], after["answered_at"]) == ([], accepted["answered_at"])
        assert after["answered_at"] is not None
        again = nobody.post(f"/v1/offer-links/{code}/decline", json={"reason_code": "too_far"})
        assert await refused(again) == (409, "offer_is_answered")
        assert await refused(nobody.get("/v1/offer-links/guessed")) == (404, "not_found")
        assert await refused(nobody.get(f"/v1/offers/{offer['offer_id']}")) == (401, "sign_in_needed")
        assert (await stage.need(need_id))["status"] == "filled"


async def test_an_offer_is_declined_by_its_link_and_the_next_is_asked(stage: Stage) -> None:
    firm = await stage.firm("One")
    need_id = await stage.ask()
    offer = await stage.open_offer(need_id)
    await made(stage.officer.post(f"/v1/offers/{offer['offer_id']}/withdraw", json={"reason_code": "other"}), 200)
    latest = (await stage.items("/v1/shortlists", need_id=str(need_id)))[-1]
    body = {"shortlist_id": latest["shortlist_id"], "provider_id": firm.provider_id}
    code = (await made(stage.officer.post("/v1/offers", json=body)))["link_code"]
    declined = await made(
        stage.here.as_(people.person()).post(f"/v1/offer-links/{code}/decline", json={"reason_code": "too_far"}), 200
    )
    assert declined["status"] == "declined"
    assert (await stage.need(need_id))["status"] == "unmet"


async def test_a_report_belongs_to_the_provider_of_a_running_engagement(stage: Stage) -> None:
    firm, other = await stage.firm("Alpha", {"recp_assessment": 5, "wet_processing": 5}), await stage.firm("Beta")
    engagement_id = await stage.engage(firm)
    body = {
        "engagement_id": engagement_id,
        "period": {"starts_on": "2026-02-01", "ends_on": "2026-02-28"},
        "days": "3",
        "findings": "Leaks.",
        "final": False,
        "external_ref": "A-1",
    }
    assert await refused(other.http.post("/v1/work-reports", json=body)) == (404, "not_found")
    report = await made(firm.http.post("/v1/work-reports", json=body))
    assert await refused(firm.http.post("/v1/work-reports", json=body)) == (409, "external_ref_is_taken")
    (found,) = await stage.items("/v1/work-reports", firm.http, external_ref="A-1")
    assert found["report_id"] == report["report_id"]
    assert await stage.items("/v1/work-reports", stage.officer, external_ref="A-1") == []
    assert await refused(other.http.get(f"/v1/work-reports/{report['report_id']}")) == (404, "not_found")

    final = await stage.report(firm, engagement_id)
    twice = body | {"final": True, "external_ref": None}
    assert await refused(firm.http.post("/v1/work-reports", json=twice)) == (409, "final_report_stands")
    await stage.approve_assessment(engagement_id)
    path = f"/v1/work-reports/{final['report_id']}/approve"
    assert await refused(stage.officer.post(path)) == (409, "reports_await_answer")
    await made(stage.officer.post(f"/v1/work-reports/{report['report_id']}/approve"), 200)
    await made(stage.officer.post(path), 200)
    engagement = await made(firm.http.get(f"/v1/engagements/{engagement_id}"), 200)
    assert engagement["reported_days"] == "10.5000"
    late = body | {"external_ref": "A-2"}
    assert await refused(firm.http.post("/v1/work-reports", json=late)) == (409, "engagement_is_not_active")


async def test_a_deliverable_whose_hash_nobody_knows_is_one_too(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    link = {"title": "R", "link": "https://example.org/r"}
    report = await stage.report(firm, await stage.engage(firm), deliverables=[link])
    assert report["deliverables"] == [link | {"sha256": None}]
    found = await made(stage.officer.get(f"/v1/work-reports/{report['report_id']}"), 200)
    assert found["deliverables"] == [link | {"sha256": None}]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"period": {"starts_on": "2026-03-01", "ends_on": "2026-03-31"}}, 422, "period_is_not_over"),
        ({"period": {"starts_on": "2026-02-28", "ends_on": "2026-02-01"}}, 422, "period_ends_before_it_starts"),
        ({"days": "0"}, 422, "body_is_invalid"),
        ({"days": "1e400"}, 422, "body_is_invalid"),
        ({"deliverables": [{"title": "R", "link": "ftp://x", "sha256": "a" * 64}]}, 422, "body_is_invalid"),
        ({"deliverables": [{"title": "R", "link": "https://x", "sha256": "A" * 64}]}, 422, "body_is_invalid"),
    ],
)
async def test_a_report_that_does_not_fit_is_refused(
    stage: Stage, change: dict[str, object], status: int, code: str
) -> None:
    firm = await stage.firm("Alpha")
    body = {
        "engagement_id": await stage.engage(firm),
        "period": {"starts_on": "2026-02-01", "ends_on": "2026-02-28"},
        "days": "3",
        "findings": "Leaks.",
        "final": False,
    }
    assert await refused(firm.http.post("/v1/work-reports", json=body | change)) == (status, code)


async def test_the_provider_notes_its_reference_and_the_client_does_not_read_it(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    engagement_id = await stage.engage(firm)
    path = f"/v1/engagements/{engagement_id}"
    noted = await made(firm.http.patch(path, json={"external_ref": "2026/17"}, headers={"If-Match": '"1"'}), 200)
    assert (noted["external_ref"], noted["version"]) == ("2026/17", 2)
    assert len(await stage.items("/v1/engagements", firm.http, external_ref="2026/17")) == 1
    company = stage.here.as_(people.client(stage.client_id))
    assert (await made(company.get(path), 200))["external_ref"] is None
    stale = firm.http.patch(path, json={"external_ref": "x"}, headers={"If-Match": '"1"'})
    assert await refused(stale) == (412, "stale_version")
    foreign = stage.here.as_(people.client(new_id()))
    assert await refused(foreign.get(path)) == (404, "not_found")


async def test_candidates_come_in_pages_the_best_first(stage: Stage) -> None:
    for number in range(5):
        await stage.firm(f"Firm {number}", {"recp_assessment": 3 + number % 3, "wet_processing": 2})
    await stage.firm("Mute", languages=["fr"])
    need_id = await stage.ask()
    (shortlist,) = await stage.items("/v1/shortlists", need_id=str(need_id))
    path, seen = f"/v1/shortlists/{shortlist['shortlist_id']}/candidates", []
    cursor: dict[str, str] = {}
    while True:
        answer = await stage.officer.get(path, params={"limit": "2", **cursor})
        page = answer.json()
        seen += page["items"]
        if page["next"] is None:
            break
        assert 'rel="next"' in answer.headers["link"]
        cursor = {"cursor": page["next"]}
    assert [each["rank"] for each in seen] == [1, 2, 3, 4, 5, None]
    scores = [float(each["score"]) for each in seen[:5]]
    assert scores == sorted(scores, reverse=True)
    assert await refused(stage.officer.get(path, params={"cursor": "-1"})) == (400, "cursor_is_invalid")


async def test_roles_that_have_no_part_in_it_are_refused(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    need_id = await stage.ask()
    offer = await stage.open_offer(need_id)
    accept = f"/v1/offers/{offer['offer_id']}/accept"
    company = stage.here.as_(people.client(stage.client_id))
    assert await refused(stage.officer.post(accept, json=accepting(firm))) == (403, "not_allowed")
    assert await refused(company.get("/v1/offers")) == (403, "not_allowed")
    assert await refused(company.get("/v1/providers")) == (403, "not_allowed")
    assert await refused(firm.http.post("/v1/providers", json=FIRM)) == (403, "not_allowed")
    assert await stage.items("/v1/shortlists", stage.here.as_(people.reviewer())) != []
    assert UUID(firm.provider_id)
