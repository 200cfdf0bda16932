"""The inbox and its offers: what is offered and why, one confirmation, one answer, and what became of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.world import Side, done, engage_firm
from tests.kit.house import OpenHouse
from tests.portal.conftest import Visitors
from tests.portal.offering import Firm, firm_of, spring


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    async with spring(tmp_path) as made:
        yield made


@pytest.fixture
async def firm(house: OpenHouse, tmp_path: Path) -> Firm:
    return await firm_of(house, tmp_path)


async def test_the_inbox_says_what_is_offered_until_when_and_why(firm: Firm, visit: Visitors) -> None:
    offer = (await firm.offered())["offer"]
    path = f"/v1/providers/{firm.side.ids['provider']}"
    rate = {"day_rate": {"amount": "350", "currency": "USD"}}
    await done(firm.side.people["provider"], "PATCH", path, rate, headers={"if-match": '"2"'})
    provider = await firm.visitor(visit)
    page = await provider.see("/offers")
    assert page.h1 == "Offers"
    for said in (
        "1 offer waits for your answer.",
        "Policy advice, River Plain",
        "USD 1,050",
        "3 working days",
        "1 Apr – 30 Jun 2026",
        "7 days left until Mon, 9 Mar 2026, 24:00",
        "Your expert holds: Advice to authorities, level 4",
        "You serve River Plain",
        "You work in its language: English",
        "free days in the time of the job, 3 needed",
        "Nothing runs at present.",
    ):
        assert said in page.text, said
    assert "Quokka Mill" not in page.text  # who the client is one learns by accepting
    assert page.link("Accept offer") == f"/offers/{offer}/accept"
    assert page.link("Decline Policy advice") == f"/offers/{offer}/decline"
    work = await provider.see("/work")
    assert work.link("Answer an offer") == f"/offers/{offer}"


async def test_an_offer_is_accepted_behind_one_confirmation_that_says_what_it_binds(
    firm: Firm, visit: Visitors
) -> None:
    offer = (await firm.offered())["offer"]
    provider = await firm.visitor(visit)
    page = await provider.see(f"/offers/{offer}/accept")
    assert page.h1 == "Accept this offer?"
    assert "3 working days of yours are booked for it: 1 Apr – 30 Jun 2026." in page.text
    assert "Your answer is final." in page.text
    assert page.form(r"/offers/.*/accept").fields["person_id"] == [firm.expert]  # who fitted best
    assert (await firm.api(f"/v1/offers/{offer}"))["status"] == "open"  # looking accepts nothing
    page = await provider.send(page, r"/offers/.*/accept")
    assert (page.path, page.status) == (f"/offers/{offer}", 200)
    assert "You have accepted." in page.text
    assert "You accepted this offer on Mon, 2 Mar 2026" in page.text
    engagement = (await firm.api(f"/v1/offers/{offer}"))["engagement_id"]
    assert page.link("Open the engagement") == f"/my-engagements/{engagement}"
    assert (await firm.api(f"/v1/engagements/{engagement}"))["person_id"] == firm.expert
    assert "Policy advice, River Plain" in (await provider.see("/offers", show="accepted")).text


async def test_a_form_sent_twice_accepts_once(firm: Firm, visit: Visitors) -> None:
    offer = (await firm.offered())["offer"]
    provider = await firm.visitor(visit)
    page = await provider.see(f"/offers/{offer}/accept")
    first = await provider.send(page, r"/offers/.*/accept")
    again = await provider.send(page, r"/offers/.*/accept")
    for seen in (first, again):
        assert (seen.path, "You have accepted." in seen.text) == (f"/offers/{offer}", True)
    assert len((await firm.api("/v1/engagements"))["items"]) == 1


async def test_an_expert_who_may_not_is_refused_and_the_choice_kept(firm: Firm, visit: Visitors) -> None:
    offer = (await firm.offered())["offer"]
    provider = await firm.visitor(visit)
    page = await provider.see(f"/offers/{offer}/accept")
    spare = firm.side.ids["spare_expert_person"]
    page = await provider.send(page, r"/offers/.*/accept", person_id=spare)
    assert (page.status, page.title.startswith("Error: ")) == (422, True)
    assert "The expert does not hold policy_advice at level 3" in page.text
    assert page.form(r"/offers/.*/accept").fields["person_id"] == [spare]
    page = await provider.send(page, r"/offers/.*/accept", person_id="")
    assert (page.status, "Choose one." in page.text) == (422, True)
    page = await provider.send(page, r"/offers/.*/accept", person_id="<script>alert(1)</script>")
    assert (page.status, "<script>alert" in page.answer.text) == (422, False)
    assert (await firm.api(f"/v1/offers/{offer}"))["status"] == "open"


async def test_an_offer_is_declined_with_a_reason_and_a_word(firm: Firm, visit: Visitors) -> None:
    offer = (await firm.offered())["offer"]
    provider = await firm.visitor(visit)
    page = await provider.see(f"/offers/{offer}/decline")
    assert "until Mon, 9 Mar 2026, 24:00" in page.text
    page = await provider.send(page, r"/offers/.*/decline", note="All hands are elsewhere.")
    assert (page.status, "Choose one." in page.text) == (422, True)
    assert page.form(r"/offers/.*/decline").fields["note"] == ["All hands are elsewhere."]
    page = await provider.send(page, r"/offers/.*/decline", reason_code="no_capacity")
    assert "You have declined. Thank you for saying so in time." in page.text
    assert "Reason: No capacity" in page.text
    told = await firm.api(f"/v1/offers/{offer}")
    assert (told["status"], told["note"]) == ("declined", "All hands are elsewhere.")
    assert "You declined this offer on" in (await provider.see("/offers", show="ended")).text
    empty = await provider.see("/offers")
    assert "No offers wait for your answer." in empty.text
    assert empty.link("Update your capacity") == "/capacity"


async def test_an_offer_that_was_over_before_the_answer_came_says_so_kindly(
    firm: Firm, visit: Visitors, house: OpenHouse
) -> None:
    offer = (await firm.offered())["offer"]
    provider = await firm.visitor(visit)
    accepting, declining = await provider.see(f"/offers/{offer}/accept"), await provider.see(f"/offers/{offer}/decline")
    await done(firm.side.officer, "POST", f"/v1/offers/{offer}/withdraw", {"reason_code": "job_changed"})
    page = await provider.send(accepting, r"/offers/.*/accept")
    assert (page.path, page.status) == (f"/offers/{offer}", 200)
    assert "Nothing was changed: this offer was over before your answer came." in page.text
    assert "The centre took this offer back on Mon, 2 Mar 2026" in page.text
    assert "Reason: Job changed" in page.text
    page = await provider.send(declining, r"/offers/.*/decline", reason_code="too_far")
    assert "Nothing was changed" in page.text
    assert (await provider.see(f"/offers/{offer}/accept")).path == f"/offers/{offer}"

    offer = (await firm.offered())["offer"]
    accepting = await provider.see(f"/offers/{offer}/accept")
    await house.advance(days=10)
    page = await provider.send(accepting, r"/offers/.*/accept")
    assert "No answer had come when the time was up: Mon, 9 Mar 2026, 24:00." in page.text
    assert "Lapsed" in (await provider.see("/offers", show="ended")).text
    assert "Answered in time 0 / 1" in (await provider.see("/offers")).text


async def test_what_has_lapsed_since_is_said_before_an_acceptance_is_refused(firm: Firm, visit: Visitors) -> None:
    offer = (await firm.offered())["offer"]
    provider = await firm.visitor(visit)
    path = f"/v1/competences/{firm.side.ids['competence']}/withdraw"
    await done(firm.side.officer, "POST", path, {"reason_code": "other"})
    page = await provider.see(f"/offers/{offer}")
    assert "something that the job asks for has lapsed: Advice to authorities, level 3" in page.text
    assert "Something that the job asks for has lapsed." in (await provider.see("/offers")).text
    page = await provider.send(await provider.see(f"/offers/{offer}/accept"), r"/offers/.*/accept")
    assert (page.status, "missing is policy_advice at level 3" in page.text) == (422, True)


async def test_jobs_that_a_rule_kept_away_are_told_with_the_rule(firm: Firm, visit: Visitors) -> None:
    rival = Side("Narwhal", "XA-R", "en", "GREEN-MILLS", firm.side.officer)
    await engage_firm(firm.house, rival)
    path = f"/v1/providers/{firm.side.ids['provider']}"
    leave = {"leave": [{"starts_on": "2026-04-01", "ends_on": "2026-06-30"}], "languages": ["fr"]}
    await done(firm.side.people["provider"], "PATCH", path, leave, headers={"if-match": '"2"'})
    ids = firm.side.ids
    job = {"kind": "policy_advice", "language": "en", "starts_on": "2026-04-01", "ends_on": "2026-06-30", "days": 3}
    body = {"client_id": ids["client"], "site_id": ids["site"], **job}
    await done(firm.side.officer, "POST", "/v1/needs", body)
    page = await (await firm.visitor(visit)).see("/offers", show="not-asked")
    assert "A job in River Plain" in page.text
    assert "Too few free days: 0, and the job needs 3." in page.text
    assert "You do not work in its language: English." in page.text
    assert "Narwhal" not in page.text


async def test_offers_are_shown_to_their_provider_alone(firm: Firm, visit: Visitors) -> None:
    offer = (await firm.offered())["offer"]
    rival = Side("Narwhal", "XA-R", "fr", "GREEN-MILLS", firm.side.officer)
    await engage_firm(firm.house, rival)
    other = await visit("provider", provider_id=rival.ids["provider"])
    for path in (f"/offers/{offer}", f"/offers/{offer}/accept", f"/offers/{offer}/decline"):
        assert (await other.see(path)).status == 404
    officer = await visit("officer")
    for path in ("/offers", f"/offers/{offer}", "/my-engagements", "/capacity"):
        page = await officer.see(path)
        assert (page.status, page.h1) == (403, "This is not for your role")
    assert (await (await visit()).see(f"/offers/{offer}")).path == "/sign-in"
    firms = await firm.visitor(visit)
    theirs = (await firms.see(f"/offers/{offer}/decline")).form(r"/offers/.*/decline").fields
    answer = await other.send_fields(f"/offers/{offer}/decline", theirs | {"reason_code": ["too_far"]})
    assert (answer.status, answer.h1) == (403, "This form is not from here")
    cross = await firms.client.post(
        f"/offers/{offer}/decline", data=theirs | {"reason_code": ["too_far"]}, headers={"origin": "https://evil.test"}
    )
    assert cross.status_code == 403
    assert (await firm.api(f"/v1/offers/{offer}"))["status"] == "open"
