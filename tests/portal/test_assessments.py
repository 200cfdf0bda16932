"""An assessment on the web: recorded by its assessor, looked over by a reviewer, read by who may."""

from typing import Any

import pytest

from tests.kit.house import OpenHouse
from tests.portal.assessing import Plant, typed
from tests.portal.conftest import Visitors


@pytest.fixture
async def plant(house: OpenHouse, visit: Visitors) -> Plant:
    return await Plant(house, visit).opened()


async def test_an_assessor_takes_it_from_the_baseline_to_the_reviewer(plant: Plant) -> None:
    assessor = await plant.as_("assessor")
    assert "Go on with an assessment" in (await assessor.see("/work")).text
    page = await assessor.see((await assessor.see("/assessments")).link("Quokka Mill"))
    assert page.h1 == "Quokka Mill In progress"
    assert "Begin with it" in page.text
    page = await assessor.see(page.link("Record the baseline"))
    page = await assessor.send(
        page,
        f"{plant.path}/baseline",
        **typed(
            {
                "period.starts_on": "2025-01-01",
                "period.ends_on": "2025-12-31",
                "output.quantity": "1200",
                "output.unit": "t",
                "energy.0.carrier": "electricity",
                "energy.0.quantity": "500.5",
                "energy.0.unit": "MWh",
                "material_t": "1 500",
                "water_m3": "6000",
                "waste_water_m3": "9000",
            }
        ),
    )
    assert (page.status, page.path) == (200, f"{plant.path}/baseline")
    assert "The baseline is recorded." in page.text
    assert "does rain, well water or a raw material add to it?" in page.text
    page = await assessor.send(
        await assessor.see(page.link("Add an option")),
        "/options",
        title="Mend the <b>leaks</b>",
        option_class="good_housekeeping",
        **typed(
            {
                "investment.amount": "0",
                "annual_saving.amount": "1.250,50",
                "streams.0.resource": "energy:electricity",
                "streams.0.saving": "12900",
                "streams.0.unit": "kWh",
            }
        ),
    )
    assert (page.status, page.h1) == (200, "Mend the <b>leaks</b> Identified")
    assert "Electricity from the grid: 12,900 kWh a year" in page.text
    page = await assessor.send(await assessor.see(plant.path), f"{plant.path}/complete")
    assert "The assessment is with the reviewer now." in page.text
    assert not [each for each in page.forms if each.action.startswith(plant.path)]
    (option,) = await plant.options()
    assert option["annual_saving"] == {"amount": "1250.50", "currency": "USD"}
    assert option["profitability"]["payback_years"]["word"] == "immediate"


async def test_a_reviewer_returns_with_a_reason_and_approves_what_was_mended(plant: Plant) -> None:
    await plant.with_option()
    assessor, reviewer = await plant.as_("assessor"), await plant.as_("reviewer")
    await assessor.send(await assessor.see(plant.path), f"{plant.path}/complete")
    assert "Review an assessment Quokka Mill" in (await reviewer.see("/work")).text
    page = await reviewer.send(await reviewer.see(plant.path), f"{plant.path}/return", note="Which meter?")
    assert (page.status, page.title[:7]) == (422, "Error: ")
    assert "Choose one." in page.text
    assert page.form(f"{plant.path}/return").fields["note"] == ["Which meter?"]
    page = await reviewer.send(page, f"{plant.path}/return", reason_code="source_missing")
    assert "back with its assessor" in page.text
    assert "Correct a returned assessment" in (await assessor.see("/work")).text
    page = await assessor.see(plant.path)
    assert "Returned by the reviewer: A source or a reading is missing" in page.text
    assert "Which meter?" in page.text
    await assessor.send(page, f"{plant.path}/complete")
    page = await reviewer.send(await reviewer.see(plant.path), f"{plant.path}/approve")
    assert (page.status, page.h1) == (200, "Quokka Mill Approved")


async def test_nobody_reviews_their_own_work(plant: Plant, visit: Visitors) -> None:
    await plant.with_option()
    both = await visit("assessor", "reviewer", person_id=plant.assessor_id)
    page = await both.send(await both.see(plant.path), f"{plant.path}/complete")
    page = await both.send(page, f"{plant.path}/approve")
    assert page.status == 422
    assert "You assessed this plant yourself" in page.text
    assert "Review an assessment" not in (await both.see("/work")).text


async def test_one_page_tells_the_figures_and_what_is_missing(plant: Plant) -> None:
    await plant.with_option()
    page = await plant.see("client")
    for said in (
        "Possible saving USD 2,000 a year",
        "Investment USD 1,000 1 option",
        "Payback, all together 0.5 years",
        "Water saved – a year",
        "Energy saved 46.4 GJ 2 % of the baseline",
        "1 Jan – 31 Dec 2025, for 1,200 t made",
        "Energy, all carriers 2,230 GJ 1.86 GJ/t",
        "Waste 90 t 0.0750 t/t",
        "Of 1,500 t of materials, 210 t are recorded neither as product nor as waste.",
        "Of 6,000 m³ of water, 4,800 m³ leave as waste water.",
    ):
        assert said in page.text, said
    assert "Complete the assessment" not in page.text


async def test_what_nobody_knows_is_a_dash_and_not_drawn(plant: Plant) -> None:
    empty = await plant.see("reviewer")
    assert "The assessor has not recorded it yet." in empty.text
    period = {"starts_on": "2025-01-01", "ends_on": "2025-06-30"}
    body = {"period": period, "water_m3": "6000", "energy": []}
    await plant.api["assessor"].put(f"/v1{plant.path}/baseline", json=body)
    page = await plant.see("reviewer")
    assert "Materials –" in page.text
    assert "Waste water –" in page.text
    assert "output not known" in page.text
    assert "The period is not a year: is it typical of one?" in page.text
    assert "Material flows" not in page.text
    assert "Water flows" not in page.text


async def test_a_refused_baseline_keeps_what_was_typed(plant: Plant) -> None:
    assessor = await plant.as_("assessor")
    sent: dict[str, Any] = {
        "period.starts_on": "2025-01-02",
        "period.ends_on": "2025-12-31",
        "energy.1.carrier": "diesel",
        "energy.1.quantity": "1.234",
        "energy.1.unit": "l",
    }
    page = await assessor.send(await assessor.see(f"{plant.path}/baseline"), f"{plant.path}/baseline", **sent)
    assert page.status == 422
    assert "Is this 1234 or 1.2340? Write it so." in page.text
    page = await assessor.send(page, f"{plant.path}/baseline", **typed({"energy.1.quantity": "1234"}))
    assert "A baseline runs from the first day of a month to the last of one" in page.text
    assert "#f-period.starts_on" in [to for _, to in page.links]
    assert page.form(f"{plant.path}/baseline").fields["energy.1.quantity"] == ["1234"]
    page = await assessor.send(page, f"{plant.path}/baseline", **typed({"period.starts_on": "2025-01-01"}))
    assert "become tonnes only with a stated density" in page.text
    assert "#f-energy.1.density_kg_per_m3" in [to for _, to in page.links]
    page = await assessor.send(page, f"{plant.path}/baseline", **typed({"energy.1.density_kg_per_m3": "840"}))
    assert page.status == 200
    assert "Gas or diesel oil" in (await plant.see("assessor")).text


async def test_a_form_grows_by_a_carrier_without_losing_the_others(plant: Plant) -> None:
    assessor = await plant.as_("assessor")
    page = await assessor.see(f"{plant.path}/baseline")
    page = await assessor.send(page, f"{plant.path}/baseline", more="3", **typed({"energy.0.quantity": "500"}))
    fields = page.form(f"{plant.path}/baseline").fields
    assert (page.status, fields["rows"], fields["energy.0.quantity"]) == (200, ["3"], ["500"])
    assert "energy.2.quantity" in fields


async def test_who_may_not_see_it_does_not(plant: Plant, visit: Visitors) -> None:
    await plant.with_option()
    for role, facts, status in (
        ("assessor", {"person_id": "01900000-0000-7000-8000-000000000001"}, 404),
        ("officer", {"provinces": ["XA-N"]}, 404),
        ("client", {"client_id": "01900000-0000-7000-8000-000000000001"}, 404),
        ("ministry", {}, 403),
    ):
        stranger = await visit(role, **facts)
        assert (await stranger.see(plant.path)).status == status, role
        assert "Quokka" not in (await stranger.see("/assessments")).text
    page = await plant.see("reviewer", f"{plant.path}/baseline")
    assert page.path == plant.path
    assert "Add an option" not in page.text


async def test_an_officer_makes_somebody_responsible_or_calls_it_off(plant: Plant) -> None:
    officer, assessor = await plant.as_("officer"), await plant.as_("assessor")
    page = await officer.see(plant.path)
    assert page.form(f"{plant.path}/assign").fields["person_number"] == [plant.assessor_id]
    account = await assessor.see("/account")
    assert f"Your number as a person {plant.assessor_id}" in account.text
    assert "Your number " not in account.text.replace(
        "Your number as a person", ""
    )  # there is one to copy, and no other
    page = await officer.send(page, f"{plant.path}/assign", person_number="nobody")
    assert page.status == 422
    assert page.form(f"{plant.path}/assign").fields["person_number"] == ["nobody"]
    other = "01900000-0000-7000-8000-000000000001"
    page = await officer.send(page, f"{plant.path}/assign", person_number=other)
    assert "The assessment has its assessor." in page.text
    assert (await plant.see("assessor")).status == 404
    page = await officer.send(page, f"{plant.path}/cancel")
    assert page.h1 == "Quokka Mill Cancelled"


async def test_filters_that_find_nothing_say_so(plant: Plant) -> None:
    assert "Quokka Mill" in (await plant.see("reviewer", "/assessments", status="open")).text
    page = await plant.see("reviewer", "/assessments", status="approved", programme_code="CLEAN-RIVER")
    assert "No assessment fits these filters." in page.text
    assert page.link("Remove filters") == "/assessments"


async def test_an_officer_opens_one_for_the_centre_itself(plant: Plant) -> None:
    officer = await plant.as_("officer")
    assert "Choose a company that has one." in (await officer.see("/assessments/new")).text
    assert (await officer.see("/assessments")).link("Open an assessment") == "/assessments/new"
    page = await officer.see("/assessments", client_id=plant.client_id)
    assert page.link("Open an assessment") == (await officer.see(f"/clients/{plant.client_id}")).link("Open an assess")
    page = await officer.see(page.link("Open an assessment"))
    assert "Quokka Mill" in page.text
    page = await officer.send(page, "/assessments", programme_code="CLEAN-RIVER")
    assert "The assessment is open. Name its assessor below." in page.text
    assert page.path not in (plant.path, "/assessments")
    assert (await plant.see("reviewer", "/assessments/new")).status == 403


async def test_the_visit_and_the_countrys_own_fields_are_noted(plant: Plant) -> None:
    assessor = await plant.as_("assessor")
    change = f"{plant.path}/change"
    page = await assessor.see((await assessor.see(plant.path)).link("Visit and notes"))
    typed_ = typed({"extra.shifts": "two", "extra.plant_area_m2": "12 500,5"})
    page = await assessor.send(page, change, visited_on=plant.day(3), **typed_)
    assert (page.status, "has not come yet" in page.text) == (422, True)
    page = await assessor.send(page, change, visited_on=plant.day(-3))
    assert "Shifts a day two" in page.text
    assert "Plant area, square metres 12,500.5" in page.text
    assert "visited on" in page.text
    assert (await assessor.see(change)).form(change).fields["extra.plant_area_m2"] == ["12500.5"]
