"""The officer: a company is taken in, asks, and finds its provider, whose report is answered; a sheet is taken in."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Browse
from tests.browser.deployment import Deployment, until
from tests.browser.furniture import FIRM, MAPPING, SHEET, Furniture
from tests.browser.hands import follow, has, is_headed, is_told, press, put, wait_for, with_and_without_scripts


@with_and_without_scripts
def test_from_a_new_client_to_an_approved_report(
    scripts: bool, browse: Browse, deployment: Deployment, furniture: Furniture
) -> None:
    visitor = browse(scripts=scripts)
    visitor.watch.expected = {422}
    page = visitor.sign_in(deployment.people["officer"].key)
    name = f"Riverside Cannery {'A' if scripts else 'B'} (made up)"
    _take_in(page, name)
    _ask(page, deployment)
    follow(page, "Search and offers")
    is_headed(page, name)
    has(page, FIRM, "has the offer", "May not be asked, and why", "Paddy Advice", "until")
    engagement = _offer_again(page, furniture)
    page.goto(f"{deployment.url}/engagements/{engagement}")
    is_headed(page, name)
    report = furniture.report(engagement, f"CAN-{scripts}", final=True)
    page.reload()
    follow(page, "Answer this report")
    follow(page, "Return it with a reason")
    put(page, {"reason_code": "figures_unclear"})
    press(page, "Return the report")
    is_told(page, "went back to the provider")
    furniture.person("delta").post(f"/v1/work-reports/{report}/resubmit")
    page.goto(f"{deployment.url}/work-reports/{report}")
    press(page, "Approve the report")
    is_told(page, "the engagement is completed")


def _take_in(page: Page, name: str) -> None:
    follow(page, "Clients")
    follow(page, "New client")
    put(page, {"isic_code": "1020", "isic_revision": "4", "province": "XA-R"})
    press(page, "Save and go on")
    expect(page.get_by_role("alert").locator("visible=true")).to_contain_text("Fill this in.")
    assert page.locator("[name=isic_code]").input_value() == "1020"
    put(page, {"name": name})
    press(page, "Save and go on")
    is_headed(page, "Sites")
    put(page, {"name": "Cannery at the quay", "province": "XA-R"})
    press(page, "Save and go on")
    is_headed(page, "Contacts")
    put(page, {"contacts.0.name": "Made-up Foreman", "contacts.0.email": "quay@example.org"})
    press(page, "Save and go on")
    is_headed(page, "Consent")
    put(page, {"purpose": "share_with_providers", "text_version": "2026-1"})
    press(page, "Save and go on")
    is_headed(page, "Decision")
    press(page, "Qualify the company")
    is_told(page, "it can ask for services now")


def _ask(page: Page, deployment: Deployment) -> None:
    follow(page, "Ask for a service")
    put(page, {"kind": "investment_support", "wanted_from": deployment.day(20), "wanted_until": deployment.day(70)})
    put(page, {"days": "4", "language": "en"})
    if page.locator("[name=site_id]").first.is_visible():
        page.get_by_label("Cannery at the quay").check()
    press(page, "Submit the request")
    is_told(page, "The search for a provider has begun")
    wait_for(page, "Search and offers")
    wait_for(page, FIRM)


def _offer_again(page: Page, furniture: Furniture) -> str:
    """The offer that went out by itself is withdrawn and made anew by hand; the firm accepts it."""
    furniture.new_link()
    follow(page, "Withdraw")
    put(page, {"reason_code": "job_changed"})
    press(page, "Withdraw the offer")
    is_told(page, "The offer was withdrawn")
    wait_for(page, "Ask again")
    page.get_by_role("link", name=f"Ask again {FIRM}").click()
    press(page, "Make the offer")
    has(page, "it is shown this once", f"/offer-links/{furniture.new_link()}")
    follow(page, "Back to the job")
    has(page, "has the offer")
    delta = furniture.person("delta")
    offer = until("the offer", lambda: delta.items("/v1/offers", status="open", need_id=page.url.split("/")[4][:36]))
    accepted = delta.post(f"/v1/offers/{offer[0]['offer_id']}/accept", {"person_id": furniture["expert"]})
    return str(accepted["engagement_id"])


@with_and_without_scripts
def test_a_sheet_is_tried_taken_in_and_what_is_refused_comes_back(
    scripts: bool, browse: Browse, deployment: Deployment, tmp_path: Path
) -> None:
    page = browse(scripts=scripts).sign_in(deployment.people["officer"].key)
    mark = "J" if scripts else "K"
    sheet = tmp_path / "from the chamber.csv"
    sheet.write_text(SHEET.replace("T-", f"{mark}-").replace("(made up)", f"{mark} (made up)"), encoding="utf-8")
    follow(page, "Imports")
    follow(page, "Take in")
    put(page, {"file": sheet, "own_name": f"chamber-{mark}", "own_text": MAPPING})
    press(page, "See what would happen")
    is_headed(page, "Trial of from the chamber.csv")
    _until_it_has_ended(page)
    has(page, f"Lotus Paper {mark} (made up)", "Nothing is written yet")
    assert deployment.people["officer"].items("/v1/clients", external_ref="none-such") == []
    put(page, {"file": sheet})
    page.get_by_role("button", name="Take in").click()
    is_headed(page, "Import of from the chamber.csv")
    _until_it_has_ended(page)
    has(page, "Refused rows of from the chamber.csv")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    back = download.value.path().read_text("utf-8-sig")
    assert "Harbour Cannery" in back
    assert "Lotus Paper" not in back


def _until_it_has_ended(page: Page) -> None:
    """With scripts the page goes on by itself, and without them too."""
    expect(page.get_by_role("link", name="Send another sheet")).to_be_visible(timeout=20_000)
