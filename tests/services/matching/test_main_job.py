"""The main job: asked, declined, expired, accepted, reported, completed, rated."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from contracts.event import Event
from contracts.matching import (
    EngagementCompleted,
    EngagementStarted,
    NeedFilled,
    NeedOpened,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferMade,
    ProviderBooked,
    ProviderReleased,
    ShortlistMade,
    WorkReportApproved,
    WorkReportReturned,
)
from tests.kit import people
from tests.services.matching.stage import Firm, Stage, accepting, made, refused


async def test_a_request_opens_a_need_with_the_competences_of_kind_and_sector(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    need = await stage.need(await stage.ask())
    assert need["status"] == "open"
    assert need["competences"] == [{"code": "recp_assessment", "level": 3}, {"code": "wet_processing", "level": 2}]
    (opened,) = await stage.here.events(NeedOpened)
    assert (opened.client_id, opened.programme_code, opened.days) == (stage.client_id, "GREEN-MILLS", 8)
    offer = await stage.open_offer(UUID(need["need_id"]))
    assert offer["provider_id"] == firm.provider_id
    assert offer["deadline_at"] == "2026-03-09T17:00:00Z"  # the end of the fifth business day in Bangkok


async def test_declined_expired_accepted_each_time_the_next_is_asked(stage: Stage) -> None:
    first = await stage.firm("First", {"recp_assessment": 5, "wet_processing": 5})
    second = await stage.firm("Second", {"recp_assessment": 4, "wet_processing": 4})
    third = await stage.firm("Third", country="XB", places=[{"country": "XA"}, {"country": "XB"}])
    fourth = await stage.firm("Fourth", {"recp_assessment": 5, "wet_processing": 1})
    need_id = await stage.ask()

    offer = await stage.open_offer(need_id)
    assert offer["provider_id"] == first.provider_id
    no = {"reason_code": "no_capacity", "note": "Two audits in April"}
    declined = await made(first.http.post(f"/v1/offers/{offer['offer_id']}/decline", json=no), 200)
    assert (declined["status"], declined["reason_code"]) == ("declined", "no_capacity")

    offer = await stage.open_offer(need_id)
    assert offer["provider_id"] == second.provider_id
    await stage.here.advance(days=8)
    assert [each["status"] for each in await stage.offers(need_id, provider_id=second.provider_id)] == ["expired"]

    offer = await stage.open_offer(need_id)
    assert offer["provider_id"] == third.provider_id
    accepted = await made(third.http.post(f"/v1/offers/{offer['offer_id']}/accept", json=accepting(third)), 200)
    assert accepted["status"] == "accepted"
    assert (await stage.need(need_id))["engagement_id"] == accepted["engagement_id"]
    assert len(await stage.here.events(ShortlistMade)) == 3
    assert [each.reason_code for each in await stage.here.events(OfferDeclined)] == ["no_capacity"]
    assert len(await stage.here.events(OfferExpired)) == 1
    await _says_what_is_missing(stage, fourth)


async def _says_what_is_missing(stage: Stage, firm: Firm) -> None:
    for shortlist in await stage.items("/v1/shortlists", firm.http):
        (row,) = await stage.items(f"/v1/shortlists/{shortlist['shortlist_id']}/candidates", firm.http)
        rules = {rule["code"]: rule for rule in row["rules"]}
        assert [code for code, rule in rules.items() if not rule["passed"]] == ["competence_valid"]
        assert rules["competence_valid"]["facts"]["missing"] == {"wet_processing": 2}
        assert (row["provider_id"], row["eligible"], row["score"]) == (firm.provider_id, False, None)


async def test_an_acceptance_fills_books_and_starts_in_one_transaction(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    engagement_id = await stage.engage(firm)
    kinds: list[type[Event]] = [OfferMade, OfferAccepted, NeedFilled, ProviderBooked, EngagementStarted]
    assert [len(await stage.here.events(kind)) for kind in kinds] == [1, 1, 1, 1, 1]
    (started,) = await stage.here.events(EngagementStarted)
    assert str(started.engagement_id) == engagement_id
    assert (str(started.person_id), started.starts_on.isoformat()) == (firm.person_id, "2026-04-01")
    (booking,) = (await made(firm.http.get(f"/v1/providers/{firm.provider_id}"), 200))["bookings"]
    assert booking == {
        "engagement_id": engagement_id,
        "starts_on": "2026-04-01",
        "ends_on": "2026-04-10",
        "days": 8,
    }


async def test_a_report_is_returned_once_then_completes_the_engagement(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    engagement_id = await stage.engage(firm)
    report = await stage.report(firm, engagement_id, external_ref="2026/17")
    path = f"/v1/work-reports/{report['report_id']}"
    returned = await made(stage.officer.post(f"{path}/return", json={"reason_code": "days_unclear"}), 200)
    assert (returned["status"], returned["return_reason"]) == ("returned", "days_unclear")
    changed = await made(firm.http.patch(path, json={"days": "8"}, headers={"If-Match": '"2"'}), 200)
    assert (changed["days"], changed["findings"], changed["external_ref"]) == ("8.0000", report["findings"], "2026/17")
    assert (await made(firm.http.post(f"{path}/resubmit"), 200))["status"] == "submitted"

    assert await refused(stage.officer.post(f"{path}/approve")) == (409, "assessment_is_not_approved")
    await stage.approve_assessment(engagement_id)
    assert (await made(stage.officer.post(f"{path}/approve"), 200))["status"] == "approved"

    engagement = await made(firm.http.get(f"/v1/engagements/{engagement_id}"), 200)
    assert (engagement["status"], engagement["reported_days"]) == ("completed", "8.0000")
    assert (await made(firm.http.get(f"/v1/providers/{firm.provider_id}"), 200))["bookings"] == []
    (completed,) = await stage.here.events(EngagementCompleted)
    assert completed.days == Decimal(8)
    for kind in (WorkReportReturned, WorkReportApproved, ProviderReleased):
        assert len(await stage.here.events(kind)) == 1


async def test_policy_advice_completes_by_its_report_alone(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    engagement_id = await stage.engage(firm, "policy_advice")
    report = await stage.report(firm, engagement_id)
    await made(stage.officer.post(f"/v1/work-reports/{report['report_id']}/approve"), 200)
    assert (await made(firm.http.get(f"/v1/engagements/{engagement_id}"), 200))["status"] == "completed"


async def test_each_side_reads_the_others_rating_when_both_are_given(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    company = stage.here.as_(people.client(stage.client_id))
    engagement_id = await stage.engage(firm, "policy_advice")
    path = f"/v1/engagements/{engagement_id}"
    assert await refused(company.post(f"{path}/rate", json={"score": 4})) == (409, "engagement_is_active")
    report = await stage.report(firm, engagement_id)
    await made(stage.officer.post(f"/v1/work-reports/{report['report_id']}/approve"), 200)

    rated = await made(company.post(f"{path}/rate", json={"score": 4, "comment": "Careful"}), 200)
    assert rated["client_rating"]["score"] == 4
    assert await refused(company.post(f"{path}/rate", json={"score": 5})) == (409, "rating_is_given")
    for reader in (firm.http, stage.officer):
        assert (await made(reader.get(path), 200))["client_rating"] is None
    seen = await made(firm.http.post(f"{path}/rate", json={"score": 2}), 200)
    assert (seen["client_rating"]["comment"], seen["provider_rating"]["score"]) == ("Careful", 2)
    assert (await made(company.get(path), 200))["provider_rating"]["score"] == 2


async def test_both_ratings_and_completed_jobs_count_in_the_next_score(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    company = stage.here.as_(people.client(stage.client_id))
    engagement_id = await stage.engage(firm, "policy_advice")
    report = await stage.report(firm, engagement_id)
    await made(stage.officer.post(f"/v1/work-reports/{report['report_id']}/approve"), 200)
    await made(company.post(f"/v1/engagements/{engagement_id}/rate", json={"score": 5}), 200)
    assert await _facts(stage, "rating") == {"ratings": 0}
    await made(firm.http.post(f"/v1/engagements/{engagement_id}/rate", json={"score": 3}), 200)
    assert await _facts(stage, "rating") == {"ratings": 1, "rating_sum": 5}
    assert await _facts(stage, "experience") == {"completed": 1}


async def _facts(stage: Stage, part: str) -> dict[str, int]:
    need_id = await stage.ask("policy_advice")
    (shortlist,) = await stage.items("/v1/shortlists", need_id=str(need_id))
    (row,) = await stage.items(f"/v1/shortlists/{shortlist['shortlist_id']}/candidates")
    facts: dict[str, int] = {each["code"]: each["facts"] for each in row["parts"]}[part]
    return facts


async def test_the_answer_comes_until_the_deadline_and_not_after(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    offer = await stage.open_offer(await stage.ask())
    stage.here.clock.advance(stage.here.clock.now() + timedelta(days=8))
    answer = firm.http.post(f"/v1/offers/{offer['offer_id']}/accept", json=accepting(firm))
    assert await refused(answer) == (409, "offer_has_expired")
