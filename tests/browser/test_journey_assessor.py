"""Assessor, reviewer and verifier: from the baseline to what a measurement shows, and what it does not."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browse
from tests.browser.deployment import Deployment
from tests.browser.furniture import Furniture
from tests.browser.hands import follow, has, is_headed, is_told, press, put, with_and_without_scripts


@pytest.fixture
def opened(furniture: Furniture) -> str:
    """An assessment without anything in it, in the hands of the firm's expert."""
    where = {"client_id": furniture["client"], "site_id": furniture["site"], "programme_code": "GREEN-MILLS"}
    made: str = furniture.officer.post("/v1/assessments", where)["assessment_id"]
    furniture.officer.post(f"/v1/assessments/{made}/assign", {"person_id": furniture["expert"]})
    return made


@with_and_without_scripts
def test_from_the_baseline_to_the_approved_assessment(
    scripts: bool, browse: Browse, deployment: Deployment, opened: str
) -> None:
    visitor = browse(scripts=scripts)
    visitor.watch.expected = {422}
    page = visitor.sign_in(deployment.people["delta_assessor"].key)
    visitor.goto(f"/assessments/{opened}")
    follow(page, "Record the baseline")
    _baseline(page, deployment.now.year - 1)
    _option(page, opened, visitor.watch.home)
    has(page, "Insulate the ring main", "USD\u00a09,200")
    expect(page.get_by_role("img").first).to_be_visible()
    page.get_by_text("Show the flows as a table").first.click()
    press(page, "Complete the assessment")
    is_told(page, "with the reviewer now")
    reviewer = browse("reviewer", scripts=scripts)
    page = reviewer.goto(f"/assessments/{opened}")
    put(page, {"reason_code": "source_missing", "note": "Which meter?"})
    press(page, "Return it to the assessor")
    is_told(page, "back with its assessor")
    page = visitor.goto(f"/assessments/{opened}")
    has(page, "Returned by the reviewer", "Which meter?")
    press(page, "Complete the assessment")
    page = reviewer.goto(f"/assessments/{opened}")
    press(page, "Approve the assessment")
    is_told(page, "The company can decide on its options.")


def _baseline(page: Page, year: int) -> None:
    put(page, {"period.starts_on": f"{year}-01-01", "period.ends_on": f"{year}-12-31"})
    put(page, {"output.quantity": "3,420.5", "output.unit": "t", "material_t": "1.234", "water_m3": "410400"})
    put(page, {"energy.0.carrier": "electricity", "energy.0.quantity": "8640", "energy.0.unit": "MWh"})
    put(page, {"waste_water_m3": "369000", "waste_t": "684"})
    press(page, "Record the baseline")
    expect(page.get_by_role("alert").locator("visible=true")).to_contain_text("Is this 1234 or 1.2340?")
    put(page, {"material_t": "4917"})
    press(page, "Record the baseline")
    is_told(page, "The baseline is recorded")


def _option(page: Page, assessment: str, home: str) -> None:
    page.goto(f"{home}/options/new?assessment_id={assessment}")
    put(page, {"title": "Insulate the ring main", "option_class": "good_housekeeping"})
    put(page, {"investment.amount": "9200", "annual_saving.amount": "12800", "life_years": "8"})
    put(page, {"investment.currency": "USD", "annual_saving.currency": "USD"})
    put(page, {"streams.0.resource": "energy:bituminous_coal", "streams.0.saving": "140", "streams.0.unit": "t"})
    press(page, "Record the option")
    is_told(page, "The option is recorded")
    page.goto(f"{home}/assessments/{assessment}")


@pytest.fixture
def implemented(furniture: Furniture, opened: str) -> dict[str, Any]:
    """An option of the firm's that is in place since a year and a half, and not measured yet."""
    assessor, deployment = furniture.person("delta_assessor"), furniture.deployment
    body = {
        "title": "Control the fan's speed",
        "assessment_id": opened,
        "option_class": "equipment_modification",
        "investment": {"amount": "4200", "currency": "USD"},
        "annual_saving": {"amount": "2800", "currency": "USD"},
        "life_years": 10,
        "streams": [{"stream_no": 1, "resource": "energy", "carrier": "electricity", "unit": "kWh", "saving": "13000"}],
        "boundary_id": "fan",
    }
    made: dict[str, Any] = assessor.post("/v1/options", body)
    furniture.record_baseline(opened)
    assessor.post(f"/v1/assessments/{opened}/complete")
    furniture.person("reviewer").post(f"/v1/assessments/{opened}/approve")
    works = furniture.person("works")
    works.post(f"/v1/options/{made['option_id']}/approve")
    works.post(f"/v1/options/{made['option_id']}/implement", {"occurred_on": deployment.day(-400)})
    return made


@with_and_without_scripts
def test_a_measurement_shows_its_interval(
    scripts: bool, browse: Browse, deployment: Deployment, implemented: dict[str, Any]
) -> None:
    visitor = browse("verifier", scripts=scripts)
    page = visitor.goto(f"/options/{implemented['option_id']}")
    follow(page, "Record a measurement")
    put(page, {"ipmvp_option": "B", "rate_unit": "kW", "hours.value": "3050", "hours.source": "hour counter"})
    for side, first, last, mean, sd in (
        ("baseline", -440, -420, "13.2", "0.3"),
        ("reporting", -380, -15, "8.9", "0.35"),
    ):
        put(page, {f"{side}.starts_on": deployment.day(first), f"{side}.ends_on": deployment.day(last)})
        put(page, {f"{side}.instrument_id": "clamp-07", f"{side}.instrument_uncertainty": "1"})
        put(page, {f"{side}.count": "12", f"{side}.mean": mean, f"{side}.sd": sd})
    press(page, "Record the measurement")
    is_told(page, "The measurement is recorded")
    has(page, "Both periods", "13,115", "12,074", "14,156")
    expect(page.get_by_role("img").first).to_be_visible()


@with_and_without_scripts
def test_two_totals_say_why_they_show_nothing(
    scripts: bool, browse: Browse, deployment: Deployment, implemented: dict[str, Any]
) -> None:
    year = deployment.now.year
    page = browse("verifier", scripts=scripts).goto(f"/options/{implemented['option_id']}/verify")
    follow(page, "Two ")
    put(page, {"unit": "kWh"})
    for side, at, use, output in (("baseline", year - 3, "100000", "100"), ("reporting", year - 1, "70000", "60")):
        put(page, {f"{side}.starts_on": f"{at}-01-01", f"{side}.ends_on": f"{at}-12-31"})
        put(page, {f"{side}.use": use, f"{side}.output": output, f"{side}.output_unit": "t"})
    press(page, "Record the measurement")
    is_headed(page, "Control the fan's speed")
    has(page, "Both periods")
    assert page.locator(".reasons .no").count() >= 1
    option = deployment.people["verifier"].get(f"/v1/options/{implemented['option_id']}")
    assert option["status"] == "implemented"
