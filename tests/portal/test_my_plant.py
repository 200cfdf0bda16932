"""A client at its own plant: what it decides, what follows, and what nobody else sees."""

import re
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.kit.house import OpenHouse
from tests.kit.portal import Browser, Page
from tests.portal.conftest import Visitors
from tests.portal.plants import DRYER, FAN, HUSK, RINSE, Centre, Plant, done


@dataclass
class Mill:
    """A plant with four options, whoever speaks for it, and its centre."""

    centre: Centre
    plant: Plant
    browser: Browser
    http: httpx2.AsyncClient

    def path(self, option: dict[str, Any], verb: str) -> str:
        return f"/my-plant/options/{self.plant.options[option['title']]}/{verb}"

    async def option(self, option: dict[str, Any]) -> Any:
        """The option as the API has it."""
        return (await self.http.get(f"/v1/options/{self.plant.options[option['title']]}")).json()

    async def status(self, option: dict[str, Any]) -> str:
        return str((await self.option(option))["status"])


@pytest.fixture
async def mill(house: OpenHouse, visit: Visitors) -> Mill:
    centre = await Centre.of(house)
    plant = await centre.take_in("Quokka Mill")
    await centre.assess(plant, DRYER, HUSK, FAN, RINSE)
    await centre.approve(plant)
    await house.settle()
    browser = await visit("client", client_id=plant.client_id)
    return Mill(centre, plant, browser, await house.hire("client", client_id=plant.client_id))


def cards(page: Page) -> list[str]:
    """The text of each option to decide on, in their order."""
    found = re.findall(r'<li class="panel" id="option-.*?</li>', page.answer.text, re.S)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", each)).replace("\xa0", " ") for each in found]


async def test_three_options_stand_first_at_the_plants_own_figures_the_shortest_payback_before(mill: Mill) -> None:
    page = await mill.browser.see("/my-plant")
    assert page.h1 == "Quokka Mill"
    rinse, fan, dryer, husk = cards(page)
    assert ("1. Close the rinse water cycle" in rinse, "at once" in rinse, "900 m³" in rinse) == (True, True, True)
    for figure in ("2. Control the fan", "1.5 years", "USD 2,800", "USD 4,200", "16.6 t", "93,600 MJ"):
        assert figure in fan
    for figure in ("3. Insulate the dryer", "2.4 years", "USD 7,400", "USD 18,000"):
        assert figure in dryer
    assert ("4. Sell the husk" in husk, "not known" in husk) == (True, True)
    assert "One more option" in page.text
    assert page.link("Control the fan's speed") == f"/options/{mill.plant.options[FAN['title']]}"


async def test_who_has_to_act_next_is_the_company_once_the_assessment_is_approved(mill: Mill) -> None:
    page = await mill.browser.see("/my-plant")
    assert "You The assessment is approved. Its options wait for your decision." in page.text
    assert page.link("The assessment") == f"/assessments/{mill.plant.assessment_id}"


async def test_approving_says_first_what_it_means_and_takes_effect_once(mill: Mill, house: OpenHouse) -> None:
    path = mill.path(FAN, "approve")
    asked = await mill.browser.see(path)
    assert asked.h1 == "Approve this option?"
    assert "your centre counts it as decided" in asked.text
    assert await mill.status(FAN) == "identified"
    page = await mill.browser.send(asked, path)
    assert (page.path, "You have approved the option." in page.text) == ("/my-plant", True)
    again = await mill.browser.send(asked, path)
    assert (again.status, again.path) == (200, "/my-plant")
    assert await mill.status(FAN) == "approved"
    feed = await house.administrator.get("/v1/events", params={"type": "org.openrecp.assessments.option_approved.v1"})
    assert len(feed.json()["items"]) == 1


async def test_deciding_later_is_one_tap(mill: Mill) -> None:
    path = mill.path(DRYER, "postpone")
    page = await mill.browser.send(await mill.browser.see("/my-plant"), path)
    assert (page.path, await mill.status(DRYER)) == ("/my-plant", "pending")
    (card,) = [each for each in cards(page) if "Insulate" in each]
    assert ("decided later" in card, "Approve" in card, "Decide later" in card) == (True, True, False)


async def test_a_refusal_needs_its_reason(mill: Mill) -> None:
    path = mill.path(HUSK, "refuse")
    page = await mill.browser.send(await mill.browser.see(path), path)
    assert (page.status, page.title.startswith("Error: "), "Choose one." in page.text) == (422, True, True)
    assert await mill.status(HUSK) == "identified"
    page = await mill.browser.send(page, path, reason_code="not_worthwhile")
    assert (page.path, "You have refused the option." in page.text) == ("/my-plant", True)
    found = await mill.option(HUSK)
    assert (found["status"], found["reason_code"]) == ("refused", "not_worthwhile")
    assert all("husk" not in each for each in cards(page))


async def test_what_is_done_is_noted_with_its_day_and_cost_even_if_nobody_had_approved_it(mill: Mill) -> None:
    path = mill.path(FAN, "implement")
    asked = await mill.browser.see(path)
    page = await mill.browser.send(asked, path, cost="4.350")
    assert page.status == 422
    assert "Fill this in." in page.text
    assert "Is this 4350 or" in page.text
    assert page.form(path).fields["cost"] == ["4.350"]
    assert await mill.status(FAN) == "identified"
    for _ in range(2):
        done_ = await mill.browser.send(page, path, occurred_on="2026-01-15", cost="4350.50")
        assert (done_.path, "Only a measurement makes it a verified saving." in done_.text) == ("/my-plant", True)
    found = await mill.option(FAN)
    assert found["status"] == "implemented"
    assert found["implementation"]["occurrence"]["on"] == "2026-01-15"
    assert found["implementation"]["investment"] == {"amount": "4350.50", "currency": "USD"}
    assert found["implementation"]["reported_by_role"] == "client_stated"


async def test_what_cannot_be_any_more_is_said_above_the_same_page(mill: Mill) -> None:
    path = mill.path(FAN, "approve")
    asked = await mill.browser.see(path)
    await done(mill.http, f"/v1/options/{mill.plant.options[FAN['title']]}/refuse", {"reason_code": "other"})
    page = await mill.browser.send(asked, path)
    assert (page.status, page.h1) == (422, "Approve this option?")
    assert "it can be approved no longer" in page.text


async def test_nothing_is_decided_before_the_assessment_is_approved(house: OpenHouse, visit: Visitors) -> None:
    centre = await Centre.of(house)
    plant = await centre.take_in("Narwhal Mill")
    await centre.assess(plant, FAN)
    await house.settle()
    browser = await visit("client", client_id=plant.client_id)
    page = await browser.see("/my-plant")
    assert "being checked" in page.text
    assert "You decide on it once your centre has approved the assessment." in page.text
    assert "Your centre The assessment is written. Your centre is checking it." in page.text
    assert not [path for _, path in page.links if path.endswith("/approve")]
    assert "Nothing waits for you." in (await browser.see("/work")).text


async def test_a_plant_without_anything_says_what_will_stand_there(house: OpenHouse, visit: Visitors) -> None:
    plant = await (await Centre.of(house)).take_in("Okapi Mill")
    page = await (await visit("client", client_id=plant.client_id)).see("/my-plant")
    assert "Here the options will stand that an assessor finds in your plant." in page.text
    assert page.link("Ask for an assessment") == f"/service-requests/new?client_id={plant.client_id}"
    assert "Nothing is under way, and nobody waits for you." in page.text


async def test_what_waits_for_the_client_stands_in_its_work(mill: Mill) -> None:
    page = await mill.browser.see("/work")
    assert "4 things wait for you." in page.text
    assert page.link("Decide on an option").startswith("/my-plant#option-")


async def test_a_consent_is_given_until_a_day_and_withdrawn_with_what_follows(mill: Mill, house: OpenHouse) -> None:
    page = await mill.browser.see("/my-plant")
    assert "until you withdraw it." in page.text
    give = await mill.browser.see("/my-plant/consents/give", purpose="publish_case")
    assert give.form("/my-plant/consents/give").fields["purpose"] == ["publish_case"]
    page = await mill.browser.send(give, "/my-plant/consents/give", until="2020-01-31")
    assert page.status == 422
    assert "is over" in page.text
    assert page.form("/my-plant/consents/give").fields["until"] == ["2020-01-31"]
    until = (house.house.clock.now().date()).replace(year=house.house.clock.now().year + 1)
    for _ in range(2):
        told = await mill.browser.send(page, "/my-plant/consents/give", until=str(until))
        assert (told.path, "Your consent is noted." in told.text) == ("/my-plant", True)
    given = (await mill.http.get("/v1/consents", params={"purpose": "publish_case"})).json()["items"]
    assert [(each["status"], each["until"], each["text_version"]) for each in given] == [
        ("given", str(until), "portal-1")
    ]

    share = (await mill.http.get("/v1/consents", params={"purpose": "share_with_providers"})).json()["items"][0]
    path = f"/my-plant/consents/{share['consent_id']}/withdraw"
    asked = await mill.browser.see(path)
    assert "Your open requests end and no new ones are taken." in asked.text
    page = await mill.browser.send(asked, path)
    assert "Your consent is withdrawn, from now on." in page.text
    assert "You withdrew it." in page.text
    page = await mill.browser.send(await mill.browser.see(path), path)
    assert (page.status, "The consent is withdrawn." in page.text) == (422, True)


async def test_a_consent_about_to_end_is_work(mill: Mill, house: OpenHouse) -> None:
    now = house.house.clock.now()
    agreed = {"client_id": mill.plant.client_id, "purpose": "share_with_donor", "text_version": "1"}
    await done(mill.http, "/v1/consents", agreed | {"until": str(now.date().replace(year=now.year + 2))}, 201)
    assert "Give your consent again" not in (await mill.browser.see("/work")).text
    await house.advance(days=2 * 365 - 20)
    key = (
        await house.administrator.post(
            "/v1/keys", json={"label": "c", "roles": ["client"], "client_id": mill.plant.client_id}
        )
    ).json()["key"]
    browser = mill.browser
    browser.client.cookies.clear()
    await browser.sign_in(key)
    page = await browser.see("/work")
    assert page.link("Give your consent again") == "/my-plant#consents"


async def test_another_company_sees_and_decides_nothing_of_it(mill: Mill, visit: Visitors) -> None:
    other = await mill.centre.take_in("Tapir Mill")
    stranger = await visit("client", client_id=other.client_id)
    assert "Control the fan" not in (await stranger.see("/my-plant")).text
    for verb in ("approve", "refuse", "implement"):
        assert (await stranger.see(mill.path(FAN, verb))).status == 404
    token = (await stranger.see("/my-plant/consents/give")).form("/my-plant/consents/give").fields
    for verb in ("approve", "postpone", "refuse", "implement"):
        sent = token | {"reason_code": ["other"], "occurred_on": ["2026-01-15"]}
        assert (await stranger.send_fields(mill.path(FAN, verb), sent)).status == 404
    assert await mill.status(FAN) == "identified"


async def test_only_a_client_has_a_plant(mill: Mill, visit: Visitors) -> None:
    for role in ("officer", "reviewer", "ministry"):
        browser = await visit(role)
        page = await browser.see("/my-plant")
        assert (page.status, page.h1) == (403, "This is not for your role")
        assert "My plant" not in (await browser.see("/work")).text
        assert (await browser.see(mill.path(FAN, "approve"))).status == 403


async def test_titles_of_options_are_shown_as_they_were_written(house: OpenHouse, visit: Visitors) -> None:
    centre = await Centre.of(house)
    plant = await centre.take_in("<script>alert(1)</script>")
    await centre.assess(plant, FAN | {"title": '"><img src=x onerror=alert(1)>'})
    await centre.approve(plant)
    await house.settle()
    page = await (await visit("client", client_id=plant.client_id)).see("/my-plant")
    assert page.h1 == "<script>alert(1)</script>"
    assert "<img src=x" not in page.answer.text
