"""The client: its three best options to decide on, what it agrees to, what is going on, and how the work was."""

from typing import NamedTuple

import pytest

from tests.browser.conftest import Browse
from tests.browser.deployment import Deployment
from tests.browser.furniture import OPTIONS, Furniture
from tests.browser.hands import follow, has, is_headed, is_told, press, put, with_and_without_scripts


class Plant(NamedTuple):
    """A company of its own for one test, with an approved assessment of four options."""

    key: str
    client: str
    options: dict[str, str]


@pytest.fixture
def plant(furniture: Furniture, deployment: Deployment, scripts: bool) -> Plant:
    name = f"Hillside Dairy {'A' if scripts else 'B'} (made up)"
    usual = {each: furniture.ids[each] for each in ("client", "site", "consent")}
    client = furniture.client(name)
    site = furniture["site"]
    furniture.ids |= usual
    person = deployment.hire(name, "client", client_id=client)
    where = {"client_id": client, "site_id": site, "programme_code": "GREEN-MILLS"}
    assessment = furniture.officer.post("/v1/assessments", where)["assessment_id"]
    furniture.officer.post(f"/v1/assessments/{assessment}/assign", {"person_id": furniture["expert"]})
    assessor = furniture.person("delta_assessor")
    furniture.record_baseline(assessment)
    made = {
        name: assessor.post("/v1/options", option | {"assessment_id": assessment})["option_id"]
        for name, option in OPTIONS.items()
    }
    assessor.post(f"/v1/assessments/{assessment}/complete")
    furniture.person("reviewer").post(f"/v1/assessments/{assessment}/approve")
    return Plant(person.key, client, made)


@with_and_without_scripts
def test_the_options_are_decided_one_by_one(
    scripts: bool, browse: Browse, deployment: Deployment, plant: Plant
) -> None:
    visitor = browse(scripts=scripts)
    visitor.watch.expected = {422}
    page = visitor.sign_in(plant.key)
    follow(page, "My plant")
    is_headed(page, "Hillside Dairy")
    titles = page.locator(".cards").first.get_by_role("heading", level=3).all_inner_texts()
    assert [each.split(". ", 1)[1] for each in titles] == [
        "Find and repair compressed air leaks",
        "Insulate 420 m of bare steam pipe",
        "Counter-current rinsing on lines 2 and 3",
    ]
    follow(page, "Approve")
    has(page, "Approve this option?", "USD 1,100".replace(" ", "\u00a0"))
    press(page, "Approve it")
    is_told(page, "You have approved the option")
    page.get_by_role("button", name="Decide later Insulate 420 m").click()
    is_told(page, "You decide on this option later")
    page.get_by_role("link", name="Refuse Counter-current rinsing").click()
    press(page, "Refuse it")
    has(page, "Choose one.")
    put(page, {"reason_code": "operating_change_unacceptable"})
    press(page, "Refuse it")
    is_told(page, "You have refused the option")
    page.get_by_role("link", name="We have done it Find and repair").click()
    put(page, {"occurred_on": deployment.day(-1), "cost": "1,250.50"})
    press(page, "We have done it")
    is_told(page, "Only a measurement makes it a verified saving.")
    client = deployment.people["officer"]
    states = {name: client.get(f"/v1/options/{option}")["status"] for name, option in plant.options.items()}
    assert states == {"leaks": "implemented", "pipe": "pending", "rinse": "refused", "heat": "identified"}


@with_and_without_scripts
def test_a_consent_is_withdrawn_and_given(scripts: bool, browse: Browse, deployment: Deployment, plant: Plant) -> None:
    page = browse(scripts=scripts).sign_in(plant.key)
    follow(page, "My plant")
    follow(page, "Withdraw")
    has(page, "What follows")
    press(page, "Withdraw it")
    is_told(page, "Your consent is withdrawn")
    page.get_by_role("link", name="Give your consent").first.click()
    put(page, {"purpose": "share_with_providers", "until": deployment.day(300)})
    press(page, "I agree, for my company")
    is_told(page, "Your consent is noted")
    given = deployment.people["officer"].items("/v1/consents", client_id=plant.client)
    assert sorted(each["status"] for each in given) == ["given", "withdrawn"]


@with_and_without_scripts
def test_what_is_going_on_and_how_it_was(
    scripts: bool, browse: Browse, deployment: Deployment, furniture: Furniture
) -> None:
    page = browse(scripts=scripts).sign_in(deployment.people["works"].key)
    follow(page, "My plant")
    has(page, "What is going on")
    engagement = furniture.engagement(90)
    report = furniture.report(engagement, f"RATED-{scripts}", final=True)
    furniture.officer.post(f"/v1/work-reports/{report}/approve")
    page.goto(f"{deployment.url}/my-plant/engagements/{engagement}/rate")
    put(page, {"score": "5", "comment": "Practical and on time."})
    press(page, "Send the rating")
    is_told(page, "Thank you for your rating")
    rated = deployment.people["works"].get(f"/v1/engagements/{engagement}")["client_rating"]
    assert (rated["score"], rated["comment"]) == (5, "Practical and on time.")
