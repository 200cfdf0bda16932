"""Jobs that look for a provider: who may be asked and why, who may not and why, offers made and taken back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.world import START, ask, done
from tests.kit.house import OpenHouse, opened
from tests.portal.conftest import Visitors
from tests.portal.matching import Stage, stage_of


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    async with opened(tmp_path, at=START) as open_house:
        yield open_house


@pytest.fixture
async def stage(house: OpenHouse) -> Stage:
    return await stage_of(house)


async def test_who_may_be_asked_stands_in_order_with_what_makes_the_score(visit: Visitors, stage: Stage) -> None:
    await stage.firm("Hill Consultants")
    need = await stage.need()
    officer = await visit("officer", provinces=["XA-R"])
    page = await officer.see(f"/needs/{need['need_id']}")
    assert page.h1 == "Policy advice for Quokka Mill looking for a provider"
    for said in (
        "1. Quokka Engineers",
        "Quokka expert holds Advice to authorities at level 4",
        "Stands one level above those needed, of 2 possible +12.5",
        "At home in the country of the job, Sundara (made up) +5.0",
        "Works in River Plain in particular +10.0",
        "No job of this kind completed here yet",
        "Not rated yet, so it counts as the pack decides +6.0",
        "2. Hill Consultants",
        "Serves the whole country, not River Plain in particular",
        "Names no sector that fits ISIC 1061",
    ):
        assert said in page.text, said
    assert "Quokka Engineers has the offer and can answer until Mon, 9 Mar 2026, 24:00." in page.text
    assert "by this shortlist Hill Consultants would be next." in page.text
    assert page.text.index("1. Quokka Engineers") < page.text.index("2. Hill Consultants")
    candidates = [words for words, path in page.links if "make-offer" in path]
    assert candidates == ["Make an offer Hill Consultants"]  # the other one has the offer


async def test_the_parts_add_up_to_the_score(visit: Visitors, stage: Stage) -> None:
    need = await stage.need()
    officer = await visit("officer")
    page = await officer.see(f"/needs/{need['need_id']}")
    parts = [
        float(each) for each in page.answer.text.split('<span class="unit">+')[1:] for each in [each.split("<")[0]]
    ]
    (score,) = [each.split("<")[0] for each in page.answer.text.split("<b>")[1:] if "of 100" in each[:60]]
    assert sum(parts) == pytest.approx(float(score), abs=0.15)


async def test_who_may_not_be_asked_stands_with_the_rule_and_its_facts(visit: Visitors, stage: Stage) -> None:
    suspended = await stage.firm("Suspended Firm")
    await done(stage.officer, "POST", f"/v1/providers/{suspended}/suspend", {"reason_code": "quality"})
    await stage.firm("Unskilled Firm", level=None)
    await stage.firm("Junior Firm", level=1)
    await stage.firm("Northern Firm", places=[{"country": "XA", "province": "XA-N"}])
    await stage.firm("French Firm", languages=["fr"])
    await stage.firm("Absent Firm", leave=[{"starts_on": "2026-04-01", "ends_on": "2026-06-29"}])
    await stage.firm("Cousin Firm", conflicts=[stage.side.ids["client"]])
    need = await stage.need()
    (offer,) = await stage.offers(need["need_id"])
    answer = {"reason_code": "no_capacity", "note": "Not before June"}
    await done(stage.side.people["provider"], "POST", f"/v1/offers/{offer['offer_id']}/decline", answer)
    officer = await visit("officer")
    page = await officer.see(f"/needs/{need['need_id']}")
    assert "No provider may be asked now." in page.text
    for name, said in (
        ("Quokka Engineers", "Was asked for this job before."),
        ("Suspended Firm", "Is suspended."),
        ("Unskilled Firm", "No expert holds Advice to authorities on every day of the job; needed is level 3."),
        ("Junior Firm", "Advice to authorities is held at level 1 on every day of the job; needed is level 3."),
        ("Northern Firm", "Does not serve River Plain."),
        ("French Firm", "Does not work in this language: English."),
        ("Absent Firm", "Free days in the job's period: 1, needed: 3."),
        ("Cousin Firm", "Has declared a conflict of interest with this client."),
    ):
        assert f"{name} {said}" in page.text.replace("Ask again Quokka Engineers ", ""), name
    assert "8 providers (competence: 2; free days: 1; language: 1;" in page.text
    assert "declined" in page.text
    assert "No capacity Not before June" in page.text
    assert [words for words, path in page.links if "make-offer" in path] == ["Ask again Quokka Engineers"]


async def test_a_long_shortlist_shows_the_first_and_the_others_on_request(visit: Visitors, stage: Stage) -> None:
    for n in range(12):
        await stage.firm(f"Firm {n}")
    for n in range(27):
        await stage.firm(f"Unskilled {n}", level=None)
    need = await stage.need()
    officer = await visit("officer")
    page = await officer.see(f"/needs/{need['need_id']}")
    assert ("10. " in page.text, "11. " in page.text) == (True, False)
    assert page.text.count("No expert holds") == 25
    assert "27 providers (competence: 27)" in page.text
    page = await officer.see(page.path + page.link("Show 5 more"))
    assert "13. " in page.text
    assert page.text.count("No expert holds") == 27
    assert "more" not in [words for words, _ in page.links]


async def test_an_offer_by_hand_is_asked_once_more_and_shows_its_link_once(visit: Visitors, stage: Stage) -> None:
    hill = await stage.firm("Hill Consultants")
    need = await stage.need()
    officer = await visit("officer")
    page = await officer.see((await officer.see(f"/needs/{need['need_id']}")).link("Make an offer Hill Consultants"))
    assert page.h1 == "Offer the job to Hill Consultants"
    assert "An acceptance binds: it books the provider's days and begins the engagement." in page.text
    form = f"/needs/{need['need_id']}/make-offer"
    made = await officer.send(page, form)
    assert (made.status, made.h1) == (200, "The offer is made")
    assert "until Mon, 9 Mar 2026, 24:00" in made.text
    link = made.text.split("http://house")[1].split(" ")[0]
    assert link.startswith("/offer-links/")
    told = await done(await stage.house.with_key(None), "GET", f"/v1{link}")
    assert told["status"] == "open"
    again = await officer.send(page, form)
    assert (again.status, "/offer-links/" in again.text) == (200, False)
    assert "is not shown again" in again.text
    assert [each["provider_id"] for each in await stage.offers(need["need_id"])].count(hill) == 1
    assert (await officer.see(form)).path == f"/needs/{need['need_id']}"


async def test_an_offer_that_is_refused_says_why_and_keeps_whom(visit: Visitors, stage: Stage) -> None:
    hill = await stage.firm("Hill Consultants")
    need = await stage.need()
    officer = await visit("officer")
    page = await officer.see((await officer.see(f"/needs/{need['need_id']}")).link("Make an offer Hill Consultants"))
    await done(stage.officer, "POST", f"/v1/providers/{hill}/suspend", {"reason_code": "quality"})
    refused = await officer.send(page, f"/needs/{need['need_id']}/make-offer")
    assert (refused.status, refused.title.startswith("Error: ")) == (422, True)
    assert "The provider is not approved: it is suspended." in refused.text
    assert refused.form(".*/make-offer").fields["provider_id"] == [hill]
    assert len(await stage.offers(need["need_id"])) == 1


async def test_a_candidate_that_is_none_has_no_page(visit: Visitors, stage: Stage) -> None:
    need, other = await stage.need(), await stage.firm("Late Firm")
    (offer,) = await stage.offers(need["need_id"])
    officer, path = await visit("officer"), f"/needs/{need['need_id']}/make-offer"
    page = await officer.see(path, shortlist_id=offer["shortlist_id"], provider_id=other)
    assert page.status == 404


async def test_a_withdrawn_offer_goes_to_the_next(visit: Visitors, stage: Stage) -> None:
    await stage.firm("Hill Consultants")
    need = await stage.need()
    officer = await visit("officer")
    page = await officer.see((await officer.see(f"/needs/{need['need_id']}")).link("Withdraw Quokka Engineers"))
    assert page.h1 == "Withdraw the offer to Quokka Engineers"
    empty = await officer.send(page, "/offers/.*/withdraw")
    assert (empty.status, "Choose one." in empty.text) == (422, True)
    page = await officer.send(page, "/offers/.*/withdraw", reason_code="job_changed")
    assert page.path == f"/needs/{need['need_id']}"
    assert "The offer was withdrawn." in page.text
    assert "Job changed" in page.text
    assert "Hill Consultants has the offer" in page.text
    assert "By this shortlist nobody would be next." in page.text
    (first, _) = await stage.offers(need["need_id"])
    assert (await officer.see(f"/offers/{first['offer_id']}/withdraw")).path == f"/needs/{need['need_id']}"


async def test_an_offer_answered_meanwhile_is_said_to_be_so(visit: Visitors, stage: Stage) -> None:
    need = await stage.need()
    (offer,) = await stage.offers(need["need_id"])
    officer = await visit("officer")
    page = await officer.see(f"/offers/{offer['offer_id']}/withdraw")
    person = {"person_id": stage.side.ids["expert_person"]}
    await done(stage.side.people["provider"], "POST", f"/v1/offers/{offer['offer_id']}/accept", person)
    late = await officer.send(page, "/offers/.*/withdraw", reason_code="job_changed")
    assert (late.status, "This offer has its answer already: it was accepted." in late.text) == (422, True)
    assert late.form(".*/withdraw").fields["reason_code"] == ["job_changed"]
    page = await officer.see(f"/needs/{need['need_id']}")
    assert "Quokka Engineers took the job and is at work." in page.text
    assert page.link("To the engagement").startswith("/engagements/")


async def test_a_new_shortlist_finds_who_came_meanwhile(visit: Visitors, stage: Stage) -> None:
    need = await stage.need(language="km")
    officer = await visit("officer")
    listed = await officer.see("/needs", status="unmet")
    assert ("Policy advice , Quokka Mill", f"/needs/{need['need_id']}") in listed.links
    assert "Nobody found for a job" in (await officer.see("/work")).text
    page = await officer.see(f"/needs/{need['need_id']}")
    assert "Does not work in this language: Khmer." in page.text
    await stage.firm("Khmer Firm", languages=["km"])
    page = await officer.send(page, ".*/make-shortlist")
    assert (page.path, "All providers were judged anew." in page.text) == (f"/needs/{need['need_id']}", True)
    assert "It is shortlist number 2 of this job." in page.text
    assert "Khmer Firm has the offer" in page.text


async def test_a_request_nobody_can_meet_stands_in_the_queue_once(
    visit: Visitors, house: OpenHouse, stage: Stage
) -> None:
    await done(stage.officer, "POST", f"/v1/providers/{stage.side.ids['provider']}/suspend", {"reason_code": "quality"})
    wish = {"client_id": stage.side.ids["client"], "site_id": stage.side.ids["site"], "kind": "policy_advice"}
    when = {"language": "en", "wanted_from": "2026-04-01", "wanted_until": "2026-06-30", "days": 3}
    await done(stage.officer, "POST", "/v1/service-requests", wish | when)
    await house.settle()
    officer = await visit("officer")
    queue = await officer.see("/work")
    assert queue.text.count("Policy advice for Quokka Mill") == 1
    assert "nobody found" in (await officer.see(queue.link("Nobody found for a job"))).h1


async def test_a_shortlist_asked_for_twice_is_made_once(visit: Visitors, stage: Stage) -> None:
    need = await stage.need()
    officer = await visit("officer")
    page = await officer.see(f"/needs/{need['need_id']}")
    await officer.send(page, ".*/make-shortlist")
    page = await officer.send(page, ".*/make-shortlist")
    assert "It is shortlist number 2 of this job." in page.text


async def test_the_search_ends_with_a_reason(visit: Visitors, stage: Stage) -> None:
    need = await stage.need()
    officer = await visit("officer")
    path = f"/needs/{need['need_id']}"
    page = await officer.see((await officer.see(path)).link("Stop looking"))
    assert page.h1 == "Stop looking for a provider"
    assert "Offers that wait for an answer are withdrawn" in page.text
    empty = await officer.send(page, f"{path}/cancel")
    assert (empty.status, empty.title.startswith("Error: "), "Choose one." in empty.text) == (422, True, True)
    page = await officer.send(empty, f"{path}/cancel", reason_code="done_elsewhere")
    assert page.path == path
    assert "The search has ended. Done elsewhere" in page.text
    assert "The job is no longer open." in page.text
    assert not [path for _, path in page.links if "make-offer" in path or "cancel" in path]
    assert (await officer.see(f"{path}/cancel")).path == path
    assert ("Policy advice , Quokka Mill", path) in (await officer.see("/needs", status="cancelled")).links


async def test_jobs_stand_by_state_and_kind_and_an_empty_list_says_why(visit: Visitors, stage: Stage) -> None:
    officer = await visit("officer", provinces=["XA-R"])
    assert "There is none now" in (await officer.see("/needs")).text
    need = await stage.need()
    page = await officer.see("/needs", kind="policy_advice")
    assert ("Policy advice , Quokka Mill", f"/needs/{need['need_id']}") in page.links
    assert "Quokka Engineers has the offer until Mon, 9 Mar 2026, 24:00" in page.text
    page = await officer.see("/needs", kind="training")
    assert "No job of this kind is in this state." in page.text
    assert "kind" not in page.link("Remove filters")
    assert (await officer.see("/needs", status="nonsense")).link("Policy advice") == f"/needs/{need['need_id']}"
    task = (await officer.see("/work")).link("Offer without an answer")
    assert task == f"/needs/{need['need_id']}"


async def test_a_long_list_has_pages(visit: Visitors, stage: Stage) -> None:
    for _ in range(27):
        await stage.need(language="km")
    officer = await visit("officer")
    page = await officer.see("/needs", status="unmet")
    assert len([path for _, path in page.links if path.startswith("/needs/")]) == 25
    assert "Page 1 of 2, 27 in all" in page.text
    page = await officer.see("/needs" + page.link("Next page"))
    assert len([path for _, path in page.links if path.startswith("/needs/")]) == 2
    assert "status=unmet" in page.link("Previous page")
    assert "12 more like these Nobody found for a job" in (await officer.see("/work")).text


async def test_a_reviewer_sees_how_providers_were_judged_and_no_offers(visit: Visitors, stage: Stage) -> None:
    need = await stage.need()
    reviewer = await visit("reviewer")
    page = await reviewer.see("/needs")
    assert ("policy" in page.text, "not taken" in page.text) == (False, True)
    (path,) = [path for _, path in page.links if path.startswith("/needs/")]
    assert path == f"/needs/{need['need_id']}"
    page = await reviewer.see(path)
    assert page.h1 == "Shortlist"
    assert "1. Quokka Engineers" in page.text
    assert "Advice to authorities at level 4" in page.text
    for hidden in ("Offers made", "Quokka expert", "Make an offer", "Stop looking"):
        assert hidden not in page.text
    assert page.forms == [] or [each.action for each in page.forms] == ["/sign-out"]
    assert (await reviewer.see(f"{path}/cancel")).status == 403
    assert (await reviewer.see(f"/needs/{stage.side.ids['site']}")).status == 404


async def test_others_see_nothing_of_a_job(visit: Visitors, stage: Stage) -> None:
    need = await stage.need()
    path = f"/needs/{need['need_id']}"
    north = await visit("officer", provinces=["XA-N"])
    assert (await north.see(path)).status == 404
    assert need["need_id"] not in (await north.see("/needs")).answer.text
    about = {"provider_id": stage.side.ids["provider"], "person_id": stage.side.ids["expert_person"]}
    for role, facts in (
        ("client", {"client_id": stage.side.ids["client"]}),
        ("ministry", {}),
        ("donor", {"programmes": ["GREEN-MILLS"]}),
    ):
        other = await visit(role, **facts)
        assert (await other.see("/needs")).status == 403
        assert (await other.see(path)).status == 403
    firm = await visit("provider", **about)
    assert (await firm.see("/needs")).status == 403
    assert "/needs" not in [path for _, path in (await firm.see("/work")).links]
    assert (await (await visit()).see(path)).path == "/sign-in"


async def test_the_job_of_a_request_leads_to_it(visit: Visitors, house: OpenHouse, stage: Stage) -> None:
    ids = await ask(house, stage.side, "policy_advice")
    page = await (await visit("officer")).see(f"/needs/{ids['need']}")
    assert (
        next(path for words, path in page.links if words == "Service request") == f"/service-requests/{ids['request']}"
    )
    assert page.link("Quokka Mill") == f"/clients/{stage.side.ids['client']}"
    for said in ("Green Mills", "Quokka site", "ISIC 1061", "English", "1 Apr – 30 Jun 2026", "3 days"):
        assert said in page.text, said
