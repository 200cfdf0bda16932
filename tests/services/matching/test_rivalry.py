"""Many at once: one winner, clear refusals for the others, and nobody learns of a rival."""

import asyncio
import json
from collections import Counter
from typing import Any
from uuid import UUID

import pytest

from chassis.clock import new_id
from contracts.matching import EngagementStarted, NeedFilled, OfferAccepted, ProviderBooked
from tests.kit import people
from tests.services.matching.stage import Firm, Stage, accepting, made, refused


async def _answers(*asked: Any) -> Counter[tuple[int, str | None]]:
    answers = await asyncio.gather(*asked)
    return Counter((each.status_code, each.json().get("code")) for each in answers)


async def test_of_fifty_acceptances_of_one_offer_one_wins(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    offer = await stage.open_offer(await stage.ask())
    path = f"/v1/offers/{offer['offer_id']}/accept"
    answers = await _answers(*(firm.http.post(path, json=accepting(firm)) for _ in range(50)))
    assert answers == {(200, None): 1, (409, "offer_is_answered"): 49}
    for kind in (OfferAccepted, NeedFilled, EngagementStarted, ProviderBooked):
        assert len(await stage.here.events(kind)) == 1


async def test_of_fifty_acceptances_of_two_offers_for_the_same_days_one_wins(stage: Stage) -> None:
    firm = await stage.firm("Alpha", days_per_week=2)  # 9 of the working days of April 2026
    offers = [await stage.open_offer(await stage.ask()) for _ in range(2)]
    paths = [f"/v1/offers/{offer['offer_id']}/accept" for offer in offers]
    answers = await _answers(*(firm.http.post(paths[n % 2], json=accepting(firm)) for n in range(50)))
    assert answers == {(200, None): 1, (409, "offer_is_answered"): 24, (409, "provider_lacks_free_days"): 25}
    assert len((await made(firm.http.get(f"/v1/providers/{firm.provider_id}"), 200))["bookings"]) == 1


async def test_fifty_offers_for_a_provider_with_nineteen_days_are_accepted_nineteen_times(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    jobs = [stage.request(new_id(), days=1, wanted_until="2026-04-27") for _ in range(50)]
    await stage.here.tell(*jobs)
    offers = await stage.items("/v1/offers", firm.http)
    asked = (firm.http.post(f"/v1/offers/{each['offer_id']}/accept", json=accepting(firm)) for each in offers)
    assert await _answers(*asked) == {(200, None): 19, (409, "provider_lacks_free_days"): 31}
    bookings = (await made(firm.http.get(f"/v1/providers/{firm.provider_id}"), 200))["bookings"]
    assert len({each["starts_on"] for each in bookings}) == 19


async def test_accepting_and_declining_at_once_has_one_outcome(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    path = f"/v1/offers/{(await stage.open_offer(await stage.ask()))['offer_id']}"
    no = {"reason_code": "too_far"}
    yes = [firm.http.post(f"{path}/accept", json=accepting(firm)) for _ in range(10)]
    answers = await _answers(*yes, *(firm.http.post(f"{path}/decline", json=no) for _ in range(10)))
    assert answers == {(200, None): 1, (409, "offer_is_answered"): 19}


@pytest.mark.parametrize("_", range(12))  # a refusal out of two moments came up in one of seven
async def test_a_suspension_at_the_moment_of_acceptance_leaves_one_outcome(stage: Stage, _: int) -> None:
    firm = await stage.firm("Alpha")
    offer = await stage.open_offer(await stage.ask())
    accept = firm.http.post(f"/v1/offers/{offer['offer_id']}/accept", json=accepting(firm))
    suspend = stage.officer.post(f"/v1/providers/{firm.provider_id}/suspend", json={"reason_code": "quality"})
    accepted, suspended = await asyncio.gather(accept, suspend)
    assert suspended.status_code == 200, suspended.text
    (after,) = await stage.offers(UUID(offer["need_id"]))
    assert (accepted.status_code, after["status"]) in {(200, "accepted"), (409, "withdrawn")}


async def test_the_same_key_accepts_once_and_answers_twice(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    path = f"/v1/offers/{(await stage.open_offer(await stage.ask()))['offer_id']}/accept"
    key = {"Idempotency-Key": "once"}
    twins = await asyncio.gather(*(firm.http.post(path, json=accepting(firm), headers=key) for _ in range(5)))
    assert {twin.status_code for twin in twins} == {200}
    assert len({twin.text for twin in twins}) == 1


@pytest.fixture
async def rivals(stage: Stage) -> tuple[Firm, Firm, UUID]:
    """Two firms judged for one job; the first is asked and says no, then the second."""
    first = await stage.firm("Canary One", {"recp_assessment": 5, "wet_processing": 5})
    second = await stage.firm("Canary Two")
    need_id = await stage.ask()
    offer = await stage.open_offer(need_id)
    await made(first.http.post(f"/v1/offers/{offer['offer_id']}/decline", json={"reason_code": "too_far"}), 200)
    return first, second, need_id


async def test_a_provider_reads_nothing_about_its_rival(rivals: tuple[Firm, Firm, UUID], stage: Stage) -> None:
    first, second, _ = rivals
    paths = ["/v1/providers", "/v1/experts", "/v1/competences", "/v1/offers", "/v1/shortlists", "/v1/engagements"]
    lists = [f"/v1/shortlists/{each['shortlist_id']}" for each in await stage.items("/v1/shortlists", second.http)]
    assert len(lists) == 2
    for path in [*paths, *lists, *(f"{each}/candidates" for each in lists)]:
        seen = (await second.http.get(path)).text
        assert first.provider_id not in seen, path
        assert first.person_id not in seen, path
        assert "Canary One" not in seen, path


async def test_a_provider_reads_no_rank_and_no_counts(rivals: tuple[Firm, Firm, UUID], stage: Stage) -> None:
    _, second, _ = rivals
    shortlist = (await stage.items("/v1/shortlists", second.http))[0]
    assert (shortlist["eligible"], shortlist["excluded"], shortlist["need_version"]) == (None, None, None)
    page = await made(second.http.get(f"/v1/shortlists/{shortlist['shortlist_id']}/candidates"), 200)
    assert (page["items"][0]["rank"], page["next"]) == (None, None)
    assert "position" not in json.dumps(page)
    whole = await stage.items(f"/v1/shortlists/{shortlist['shortlist_id']}/candidates")
    assert [each["rank"] for each in whole] == [1, 2]


async def test_what_is_anothers_is_not_found(rivals: tuple[Firm, Firm, UUID], stage: Stage) -> None:
    first, second, need_id = rivals
    (theirs,) = await stage.offers(need_id, provider_id=first.provider_id)
    (expert,) = await stage.items("/v1/experts", provider_id=first.provider_id)
    competence = (await stage.items("/v1/competences", provider_id=first.provider_id))[0]
    for path in (
        f"/v1/providers/{first.provider_id}",
        f"/v1/offers/{theirs['offer_id']}",
        f"/v1/experts/{expert['expert_id']}",
        f"/v1/competences/{competence['competence_id']}",
    ):
        assert await refused(second.http.get(path)) == (404, "not_found")
    answer = second.http.post(f"/v1/offers/{theirs['offer_id']}/accept", json=accepting(second))
    assert await refused(answer) == (404, "not_found")
    assert await refused(second.http.get(f"/v1/needs/{need_id}")) == (403, "not_allowed")


async def test_an_offer_does_not_say_who_the_client_is(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    await stage.ask()
    seen = (await firm.http.get("/v1/offers")).text
    assert str(stage.client_id) not in seen
    assert str(stage.site_id) not in seen


async def test_a_lost_offer_does_not_say_that_another_took_the_job(stage: Stage) -> None:
    winner, loser = await stage.firm("Winner", {"recp_assessment": 5, "wet_processing": 5}), await stage.firm("Loser")
    need_id = await stage.ask()
    offer = await stage.open_offer(need_id)
    (shortlist,) = await stage.items("/v1/shortlists", need_id=str(need_id))
    parallel = {"shortlist_id": shortlist["shortlist_id"], "provider_id": loser.provider_id}
    await made(stage.officer.post("/v1/offers", json=parallel))
    await made(winner.http.post(f"/v1/offers/{offer['offer_id']}/accept", json=accepting(winner)), 200)
    (lost,) = await stage.items("/v1/offers", loser.http)
    assert (lost["status"], lost["reason_code"]) == ("withdrawn", "job_no_longer_open")


async def test_officers_see_the_jobs_of_their_territory_only(stage: Stage) -> None:
    firm = await stage.firm("Alpha")
    engagement_id = await stage.engage(firm)
    report = await stage.report(firm, engagement_id)
    (offer,) = await stage.items("/v1/offers")
    (shortlist,) = await stage.items("/v1/shortlists")
    other = stage.here.as_(people.officer("XA-N"))
    for path in (
        f"/v1/needs/{offer['need_id']}",
        f"/v1/shortlists/{shortlist['shortlist_id']}",
        f"/v1/shortlists/{shortlist['shortlist_id']}/candidates",
        f"/v1/offers/{offer['offer_id']}",
        f"/v1/engagements/{engagement_id}",
        f"/v1/work-reports/{report['report_id']}",
    ):
        assert (await stage.officer.get(path)).status_code == 200
        assert await refused(other.get(path)) == (404, "not_found")
    for path in ("/v1/needs", "/v1/shortlists", "/v1/offers", "/v1/engagements", "/v1/work-reports"):
        assert await stage.items(path, other) == []
    assert len(await stage.items("/v1/providers", other)) == 1
