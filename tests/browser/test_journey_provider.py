"""The provider, on a phone: an offer by the one-time link of its notice, then by key, until its work is reported."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE
from tests.browser.conftest import Browse
from tests.browser.deployment import Deployment
from tests.browser.furniture import EXPERT, Furniture
from tests.browser.hands import follow, has, is_headed, is_told, press, put, with_and_without_scripts

HIGH = 740


def _offered(furniture: Furniture) -> tuple[str, str]:
    """A new offer to the firm: its id, and the code of the link in its notice."""
    offer = furniture.offer_of(furniture.request(after=35))
    return offer, furniture.links[offer]


@with_and_without_scripts
def test_an_offer_is_accepted_by_its_link_without_a_key(
    scripts: bool, browse: Browse, furniture: Furniture, deployment: Deployment
) -> None:
    offer, code = _offered(furniture)
    visitor = browse(width=PHONE, height=HIGH, scripts=scripts)
    visitor.watch.expected = {422}
    page = visitor.goto(f"/offer-links/{code}")
    has(page, "days left", "until", "3 working days", "Why you")
    follow(page, "Accept offer")
    is_headed(page, "Accept this offer?")
    has(page, "What it binds you to", "Your answer is final.")
    page.get_by_label(EXPERT).check()
    press(page, "Accept, this is final")
    has(page, "What happened")
    assert furniture.person("delta").get(f"/v1/offers/{offer}")["status"] == "accepted"
    page.goto(f"{deployment.url}/offer-links/{code}")
    has(page, "What happened")
    assert page.get_by_role("link", name="Accept offer").count() == 0


@with_and_without_scripts
def test_an_offer_is_declined_by_its_link_with_a_reason(scripts: bool, browse: Browse, furniture: Furniture) -> None:
    offer, code = _offered(furniture)
    visitor = browse(width=PHONE, height=HIGH, scripts=scripts)
    visitor.watch.expected = {422}
    page = visitor.goto(f"/offer-links/{code}")
    follow(page, "Decline")
    put(page, {"note": "Our people are on leave."})
    press(page, "Decline the offer")
    expect(page.get_by_role("alert").locator("visible=true")).to_contain_text("Choose one.")
    assert page.locator("[name=note]").input_value() == "Our people are on leave."
    put(page, {"reason_code": "no_capacity"})
    press(page, "Decline the offer")
    has(page, "What happened")
    answer = furniture.person("delta").get(f"/v1/offers/{offer}")
    assert (answer["status"], answer["reason_code"], answer["note"]) == (
        "declined",
        "no_capacity",
        "Our people are on leave.",
    )


@with_and_without_scripts
def test_work_is_reported_corrected_and_rated_by_key(
    scripts: bool, browse: Browse, furniture: Furniture, deployment: Deployment
) -> None:
    visitor = browse(width=PHONE, height=HIGH, scripts=scripts)
    visitor.watch.expected = {422}
    page = visitor.sign_in(deployment.people["delta"].key)
    offer, _ = _offered(furniture)
    visitor.goto(f"/offers/{offer}")
    follow(page, "Accept offer")
    page.get_by_label(EXPERT).check()
    press(page, "Accept, this is final")
    is_told(page, "You have accepted")
    engagement = furniture.person("delta").get(f"/v1/offers/{offer}")["engagement_id"]
    visitor.goto(f"/my-engagements/{engagement}")
    follow(page, "Report work")
    reference = f"OWN-{scripts}"
    _report(page, deployment, reference)
    is_told(page, "Your report is with the centre")
    (sent,) = furniture.person("delta").items("/v1/work-reports", engagement_id=engagement)
    assert (sent["days"], sent["external_ref"], sent["deliverables"][0]["title"]) == ("2.5000", reference, "Loan file")
    furniture.officer.post(f"/v1/work-reports/{sent['report_id']}/return", {"reason_code": "days_unclear"})
    visitor.goto(f"/my-engagements/{engagement}")
    follow(page, "Correct and send again")
    has(page, "It came back")
    put(page, {"findings": "Two days at the plant, half a day at the desk."})
    press(page, "Send it again")
    is_told(page, "corrected report is with the centre again")
    furniture.officer.post(f"/v1/work-reports/{sent['report_id']}/approve")
    visitor.goto(f"/my-engagements/{engagement}")
    put(page, {"score": "4", "comment": "Everything was ready."})
    press(page, "Give this rating")
    is_told(page, "Your rating is given")


def _report(page: Page, deployment: Deployment, reference: str) -> None:
    put(page, {"starts_on": deployment.day(-3), "ends_on": deployment.day(-1), "days": "two"})
    put(page, {"findings": "The bank wants a guarantee.", "final": "yes", "external_ref": reference})
    put(page, {"title_1": "Loan file", "link_1": "https://example.org/file.pdf"})
    press(page, "Send the report")
    expect(page.get_by_role("alert").locator("visible=true")).to_contain_text("Write a number.")
    assert page.locator("[name=findings]").input_value() == "The bank wants a guarantee."
    put(page, {"days": "2.5"})
    press(page, "Send the report")


@pytest.mark.parametrize("code", ["no-such-link", "A" * 43, "x%00y", "<script>"])
def test_a_forged_link_leads_to_no_offer(code: str, browse: Browse) -> None:
    visitor = browse(width=PHONE, height=HIGH)
    visitor.watch.expected = {404}
    is_headed(visitor.goto(f"/offer-links/{code}"), "This link leads to no offer")


def test_a_link_of_an_offer_that_was_taken_back_says_so(browse: Browse, furniture: Furniture) -> None:
    offer, code = _offered(furniture)
    furniture.officer.post(f"/v1/offers/{offer}/withdraw", {"reason_code": "job_changed"})
    page = browse(width=PHONE, height=HIGH).goto(f"/offer-links/{code}")
    has(page, "What happened")
    assert page.get_by_role("link", name="Accept offer").count() == 0
    page = browse(width=PHONE, height=HIGH).goto(f"/offer-links/{code}/accept")
    assert page.get_by_role("button", name="Accept, this is final").count() == 0
