"""What one transaction holds: withdrawals, suspensions, cancellations, consent, and news that cross."""

from typing import Any
from uuid import UUID

from chassis.clock import new_id
from chassis.rebuild import rebuild
from contracts.clients import ConsentExpired, ConsentWithdrawn, ServiceRequestCancelAsked, SiteClosed
from contracts.matching import (
    EngagementCancelled,
    NeedCancelled,
    NeedReopened,
    NeedUnmet,
    OfferWithdrawn,
    ProviderReleased,
    ShortlistMade,
)
from services.matching.models import (
    agreements,
    approved_assessments,
    ended_agreements,
    known_clients,
    known_sites,
)
from tests.kit import people
from tests.kit.room import Room, rows
from tests.services.matching.stage import Stage, accepting, given, made, refused, set_up


def withdrawn(stage: Stage) -> ConsentWithdrawn:
    return ConsentWithdrawn(consent_id=stage.consent_id, client_id=stage.client_id, purpose="share_with_providers")


async def test_without_anybody_eligible_a_need_is_unmet_and_says_why(stage: Stage) -> None:
    await stage.firm("Mute", languages=["fr"])
    await stage.firm("Far", languages=["fr"], places=[{"country": "XB"}])
    need_id = await stage.ask()
    assert (await stage.need(need_id))["status"] == "unmet"
    (unmet,) = await stage.here.events(NeedUnmet)
    assert unmet.excluded == {"language_spoken": 2, "place_served": 1}


async def test_a_new_shortlist_reopens_an_unmet_need_once_somebody_fits(stage: Stage) -> None:
    firm = await stage.firm("Mute", languages=["fr"])
    need_id = await stage.ask()
    still = await made(stage.officer.post("/v1/shortlists", json={"need_id": str(need_id)}))
    assert (still["eligible"], (await stage.need(need_id))["status"]) == (0, "unmet")
    provider = f"/v1/providers/{firm.provider_id}"
    await made(firm.http.patch(provider, json={"languages": ["fr", "en"]}, headers={"If-Match": '"2"'}), 200)
    again = await made(stage.officer.post("/v1/shortlists", json={"need_id": str(need_id)}))
    assert (again["eligible"], (await stage.need(need_id))["status"]) == (1, "open")
    assert (await stage.open_offer(need_id))["shortlist_id"] == again["shortlist_id"]
    assert len(await stage.here.events(NeedReopened)) == 1


async def test_the_last_no_leaves_the_need_unmet(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    need_id = await stage.ask()
    offer = await stage.open_offer(need_id)
    await made(firm.http.post(f"/v1/offers/{offer['offer_id']}/decline", json={"reason_code": "too_far"}), 200)
    assert (await stage.need(need_id))["status"] == "unmet"
    (unmet,) = await stage.here.events(NeedUnmet)
    assert unmet.excluded == {"not_asked_before": 1}


async def test_an_officer_asks_again_by_hand_whom_the_run_left_out_as_asked(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    need_id = await stage.ask()
    offer = await stage.open_offer(need_id)
    await made(firm.http.post(f"/v1/offers/{offer['offer_id']}/decline", json={"reason_code": "too_far"}), 200)
    latest = (await stage.items("/v1/shortlists", need_id=str(need_id)))[-1]
    body = {"shortlist_id": latest["shortlist_id"], "provider_id": firm.provider_id}
    by_hand = await made(stage.officer.post("/v1/offers", json=body))
    assert (await stage.need(need_id))["status"] == "open"
    assert await refused(stage.officer.post("/v1/offers", json=body)) == (409, "offer_stands")
    answer = firm.http.post(f"/v1/offers/{by_hand['offer_id']}/accept", json=accepting(firm))
    assert (await made(answer, 200))["status"] == "accepted"


async def test_an_excluded_or_unknown_candidate_is_not_offered_the_job(stage: Stage) -> None:
    await stage.firm("Alpha")
    mute = await stage.firm("Mute", languages=["fr"])
    need_id = await stage.ask()
    (shortlist,) = await stage.items("/v1/shortlists", need_id=str(need_id))
    body = {"shortlist_id": shortlist["shortlist_id"], "provider_id": mute.provider_id}
    assert await refused(stage.officer.post("/v1/offers", json=body)) == (409, "language_is_not_spoken")
    provider = f"/v1/providers/{mute.provider_id}"
    await made(mute.http.patch(provider, json={"languages": ["en"]}, headers={"If-Match": '"2"'}), 200)
    assert await refused(stage.officer.post("/v1/offers", json=body)) == (409, "provider_is_excluded")
    unknown = body | {"provider_id": str(new_id())}
    assert await refused(stage.officer.post("/v1/offers", json=unknown)) == (404, "not_found")


async def test_a_withdrawn_offer_is_followed_by_the_next(stage: Stage) -> None:
    await stage.firm("One")
    await stage.firm("Two")
    need_id = await stage.ask()
    first = await stage.open_offer(need_id)
    reason = {"reason_code": "job_changed"}
    await made(stage.officer.post(f"/v1/offers/{first['offer_id']}/withdraw", json=reason), 200)
    assert (await stage.open_offer(need_id))["provider_id"] != first["provider_id"]
    unheard = stage.officer.post(f"/v1/offers/{first['offer_id']}/withdraw", json={"reason_code": "unheard"})
    assert await refused(unheard) == (422, "reason_is_unknown")


async def test_while_a_parallel_offer_stands_nobody_else_is_asked(stage: Stage) -> None:
    one, two = await stage.firm("One", {"recp_assessment": 5, "wet_processing": 5}), await stage.firm("Two")
    await stage.firm("Three")
    need_id = await stage.ask()
    offer = await stage.open_offer(need_id)
    (shortlist,) = await stage.items("/v1/shortlists", need_id=str(need_id))
    by_hand = {"shortlist_id": shortlist["shortlist_id"], "provider_id": two.provider_id}
    await made(stage.officer.post("/v1/offers", json=by_hand))
    await made(one.http.post(f"/v1/offers/{offer['offer_id']}/decline", json={"reason_code": "too_far"}), 200)
    assert (await stage.open_offer(need_id))["provider_id"] == two.provider_id
    assert len(await stage.here.events(ShortlistMade)) == 1


async def test_a_suspended_provider_loses_its_offers_and_the_next_are_asked(stage: Stage) -> None:
    first = await stage.firm("One", {"recp_assessment": 5, "wet_processing": 5})
    second = await stage.firm("Two")
    needs = [await stage.ask(), await stage.ask()]
    assert {(await stage.open_offer(each))["provider_id"] for each in needs} == {first.provider_id}
    path = f"/v1/providers/{first.provider_id}"
    await made(stage.officer.post(f"{path}/suspend", json={"reason_code": "complaint"}), 200)
    assert {(await stage.open_offer(each))["provider_id"] for each in needs} == {second.provider_id}
    assert [each.reason_code for each in await stage.here.events(OfferWithdrawn)] == ["provider_suspended"] * 2
    assert await refused(stage.officer.post(f"{path}/approve")) == (409, "provider_is_not_registered")
    assert (await made(stage.officer.post(f"{path}/reinstate"), 200))["status"] == "approved"


async def test_a_cancelled_need_takes_its_offer_back(stage: Stage) -> None:
    await stage.firm("Alpha")
    need_id = await stage.ask()
    cancelled = await made(stage.officer.post(f"/v1/needs/{need_id}/cancel", json={"reason_code": "other"}), 200)
    assert cancelled["status"] == "cancelled"
    assert [each["status"] for each in await stage.offers(need_id)] == ["withdrawn"]
    again = stage.officer.post(f"/v1/needs/{need_id}/cancel", json={"reason_code": "other"})
    assert await refused(again) == (409, "need_is_cancelled")


async def test_a_filled_need_ends_by_its_engagement(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    engagement_id = await stage.engage(firm)
    need_id = (await made(firm.http.get(f"/v1/engagements/{engagement_id}"), 200))["need_id"]
    answer = stage.officer.post(f"/v1/needs/{need_id}/cancel", json={"reason_code": "other"})
    assert await refused(answer) == (409, "need_is_filled")
    shortlist = stage.officer.post("/v1/shortlists", json={"need_id": need_id})
    assert await refused(shortlist) == (409, "need_is_not_open")


async def test_the_client_cancels_while_nobody_has_accepted(stage: Stage) -> None:
    await stage.firm("Alpha")
    need_id = await stage.ask()
    request_id = UUID((await stage.need(need_id))["request_id"])
    await stage.here.tell(ServiceRequestCancelAsked(request_id=request_id, client_id=stage.client_id))
    (cancelled,) = await stage.here.events(NeedCancelled)
    assert (cancelled.request_id, cancelled.reason_code) == (request_id, "cancel_asked")
    assert [each["status"] for each in await stage.offers(need_id)] == ["withdrawn"]


async def test_an_acceptance_that_came_first_stands(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    engagement_id = await stage.engage(firm)
    engagement = await made(firm.http.get(f"/v1/engagements/{engagement_id}"), 200)
    asked = ServiceRequestCancelAsked(request_id=UUID(engagement["request_id"]), client_id=stage.client_id)
    await stage.here.tell(asked)
    assert await stage.here.events(NeedCancelled) == []
    assert (await made(firm.http.get(f"/v1/engagements/{engagement_id}"), 200))["status"] == "active"


async def test_a_withdrawn_consent_ends_the_search_but_not_the_work(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    engagement_id = await stage.engage(firm, "policy_advice")
    looking, unmet = await stage.ask(), await stage.ask(language="fr")
    await stage.here.tell(withdrawn(stage))
    assert {(await stage.need(each))["status"] for each in (looking, unmet)} == {"cancelled"}
    assert [each["status"] for each in await stage.offers(looking)] == ["withdrawn"]
    assert (await made(firm.http.get(f"/v1/engagements/{engagement_id}"), 200))["status"] == "active"


async def test_another_consent_or_another_purpose_lets_the_search_go_on(stage: Stage) -> None:
    await stage.firm("Alpha")
    need_id, second = await stage.ask(), new_id()
    other = ConsentWithdrawn(consent_id=new_id(), client_id=stage.client_id, purpose="publish_case")
    await stage.here.tell(other, given(stage.client_id, second), withdrawn(stage))
    assert (await stage.need(need_id))["status"] == "open"
    last = ConsentExpired(consent_id=second, client_id=stage.client_id, purpose="share_with_providers")
    await stage.here.tell(last)
    assert (await stage.need(need_id))["status"] == "cancelled"


async def test_a_cancelled_engagement_frees_the_days_and_the_next_is_asked(stage: Stage) -> None:
    first = await stage.firm("One", {"recp_assessment": 5, "wet_processing": 5})
    second = await stage.firm("Two")
    engagement_id = await stage.engage(first)
    path = f"/v1/engagements/{engagement_id}"
    gone = await made(first.http.post(f"{path}/cancel", json={"reason_code": "expert_not_available"}), 200)
    assert gone["status"] == "cancelled"
    assert (await stage.open_offer(UUID(gone["need_id"])))["provider_id"] == second.provider_id
    assert (await made(first.http.get(f"/v1/providers/{first.provider_id}"), 200))["bookings"] == []
    for kind in (EngagementCancelled, ProviderReleased, NeedReopened):
        assert len(await stage.here.events(kind)) == 1


async def test_without_consent_a_cancelled_engagement_ends_the_need(stage: Stage) -> None:
    firm = await stage.firm("One")
    await stage.firm("Two")
    engagement_id = await stage.engage(firm)
    await stage.here.tell(withdrawn(stage))
    gone = await made(
        stage.officer.post(f"/v1/engagements/{engagement_id}/cancel", json={"reason_code": "quality"}), 200
    )
    need = await stage.need(UUID(gone["need_id"]))
    assert (need["status"], need["cancellation_reason"]) == ("cancelled", "consent_ended")
    assert len(await stage.offers(UUID(gone["need_id"]))) == 1


async def test_with_an_approved_assessment_an_engagement_is_not_cancelled(stage: Stage) -> None:
    firm = await stage.firm("One")
    engagement_id = await stage.engage(firm)
    await stage.approve_assessment(engagement_id)
    answer = stage.officer.post(f"/v1/engagements/{engagement_id}/cancel", json={"reason_code": "quality"})
    assert await refused(answer) == (409, "assessment_is_approved")


async def test_an_approval_that_crosses_a_cancellation_closes_the_reopened_need(stage: Stage) -> None:
    firm = await stage.firm("One")
    await stage.firm("Two")
    engagement_id = await stage.engage(firm)
    path = f"/v1/engagements/{engagement_id}/cancel"
    need_id = UUID((await made(firm.http.post(path, json={"reason_code": "quality"}), 200))["need_id"])
    assert (await stage.need(need_id))["status"] == "open"
    await stage.approve_assessment(engagement_id)
    need = await stage.need(need_id)
    assert (need["status"], need["cancellation_reason"]) == ("cancelled", "assessment_approved")
    assert await stage.offers(need_id, status="open") == []


async def test_an_officer_opens_a_need_where_client_and_site_are_known(stage: Stage) -> None:
    await stage.firm("Alpha")
    job = {
        "client_id": str(stage.client_id),
        "site_id": str(stage.site_id),
        "kind": "follow_up",
        "language": "en",
        "starts_on": "2026-04-01",
        "ends_on": "2026-04-30",
        "days": 2,
    }
    need = await made(stage.officer.post("/v1/needs", json=job))
    assert (need["status"], need["province"], need["isic"]["code"], need["request_id"]) == (
        "open",
        "XA-R",
        "1311",
        None,
    )
    assert need["competences"] == [{"code": "recp_assessment", "level": 2}]
    own = job | {"competences": [{"code": "chemical_safety", "level": 1}]}
    assert (await made(stage.officer.post("/v1/needs", json=own)))["status"] == "unmet"
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"site_id": str(new_id())}, 422, "site_is_unknown"),
        ({"client_id": str(new_id())}, 422, "site_is_unknown"),
        ({"programme_code": "NONE"}, 422, "programme_is_unknown"),
        ({"competences": [{"code": "magic", "level": 1}]}, 422, "competence_is_unknown"),
        ({"ends_on": "2026-03-31"}, 422, "need_ends_before_it_starts"),
        ({"days": 0}, 422, "body_is_invalid"),
    ]
    for change, status, code in wrong:
        assert await refused(stage.officer.post("/v1/needs", json=job | change)) == (status, code)
    await stage.here.tell(SiteClosed(site_id=stage.site_id, client_id=stage.client_id))
    assert await refused(stage.officer.post("/v1/needs", json=job)) == (422, "site_is_unknown")


async def test_without_consent_or_outside_the_territory_no_need_is_opened(here: Room) -> None:
    stage = await set_up(here, consent=False)
    job = {
        "client_id": str(stage.client_id),
        "site_id": str(stage.site_id),
        "kind": "awareness",
        "language": "en",
        "starts_on": "2026-04-01",
        "ends_on": "2026-04-30",
        "days": 2,
    }
    assert await refused(stage.officer.post("/v1/needs", json=job)) == (409, "consent_is_missing")
    other = here.as_(people.officer("XA-N"))
    assert await refused(other.post("/v1/needs", json=job)) == (403, "outside_territory")


async def test_a_consent_over_its_last_day_is_none(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    second = new_id()
    await stage.here.tell(given(stage.client_id, second, until="2026-03-03"), withdrawn(stage))
    offer = await stage.open_offer(await stage.ask())
    await stage.here.advance(days=3)
    answer = firm.http.post(f"/v1/offers/{offer['offer_id']}/accept", json=accepting(firm))
    assert await refused(answer) == (409, "consent_is_missing")


async def test_what_is_kept_of_the_neighbours_is_rebuilt_alike(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    await stage.approve_assessment(await stage.engage(firm))
    await stage.here.tell(withdrawn(stage), SiteClosed(site_id=stage.site_id, client_id=stage.client_id))
    running = stage.here.running
    assert running.projector is not None
    result = await rebuild(running.projector, stage.here.log)
    assert (result["same"], result["events"]) == (True, 6)
    for each in (known_clients, known_sites, agreements, ended_agreements, approved_assessments):
        assert len(await rows(stage.here, each.table)) == 1, each.table.name
