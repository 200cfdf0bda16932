"""A measurement on the web: recorded by a verifier, and shown as what it shows and no more."""

from typing import Any

import pytest

from tests.kit.house import OpenHouse
from tests.kit.portal import Page
from tests.portal.assessing import Plant
from tests.portal.conftest import Visitors


@pytest.fixture
async def plant(house: OpenHouse, visit: Visitors) -> Plant:
    return await Plant(house, visit).opened()


def rates(plant: Plant, **other: Any) -> dict[str, Any]:
    """SAVINGS.md's motor (V16): 13.2 and 8.9 kW, 3,050 counted hours."""
    meter = {"instrument_id": "clamp 7", "instrument_uncertainty": "1", "count": "12"}
    before = meter | {"mean": "13.2", "sd": "0.3", "starts_on": plant.day(-260), "ends_on": plant.day(-240)}
    after = meter | {"mean": "8.9", "sd": "0.35", "starts_on": plant.day(-180), "ends_on": plant.day(-10)}
    sides = {"baseline": before, "reporting": after}
    both = {f"{side}.{name}": value for side, fields in sides.items() for name, value in fields.items()}
    return both | {"ipmvp_option": "B", "hours.value": "3050", "hours.source": "counter"} | other


async def measured(plant: Plant, option: str, method: str = "retrofit_isolation", **sent: Any) -> Page:
    verifier = await plant.as_("verifier")
    page = await verifier.see(f"{option}/verify", method=method)
    return await verifier.send(page, f"{option}/verify", **sent)


async def test_a_demonstrated_saving_is_told_with_its_interval_and_both_periods(plant: Plant) -> None:
    option = await plant.implemented()
    verifier = await plant.as_("verifier")
    page = await verifier.see((await verifier.see(option)).link("Record a measurement"))
    page = await verifier.send(page, f"{option}/verify", **rates(plant))
    assert page.h1 == "Replace the motor of the husker Verified"
    for said in (
        "Saving demonstrated",
        "In the measured period 13,115 kWh were saved: with 90 % confidence between 12,074 and 14,156 kWh.",
        "Use without the option, same hours 40,260 kWh",
        "Use measured after 27,145 kWh",
        "Share of what this boundary would have used 32.6 %",
        "clamp_7",
        "13.2 kW 8.9 kW",
    ):
        assert said in page.text, said
    assert "Measure an implemented option" not in (await verifier.see("/work")).text


async def test_what_is_not_demonstrated_is_never_called_saved(plant: Plant) -> None:
    option = await plant.implemented()
    page = await measured(plant, option, **rates(plant, **{"reporting.mean": "13.1"}))
    assert page.h1.endswith("Implemented")
    assert "Saving not demonstrated" in page.text
    assert "That is not the same as no saving" in page.text
    assert "Difference, no saving demonstrated" in page.text
    assert "were saved" not in page.text
    assert "Share of what this boundary would have used" not in page.text
    overview = await plant.see("client")
    assert "Implemented Saving not demonstrated" in overview.text


async def test_a_rise_is_told_as_a_rise(plant: Plant) -> None:
    option = await plant.implemented()
    page = await measured(plant, option, **rates(plant, **{"reporting.mean": "15.2"}))
    assert "Increase demonstrated" in page.text
    assert "More is used than before: 4,889 to 7,311 kWh, with 90 % confidence." in page.text
    assert "were saved" not in page.text


async def test_data_that_cannot_tell_are_refused_with_every_reason_in_words(plant: Plant) -> None:
    option = await plant.implemented()
    wrong = {"baseline.starts_on": plant.day(-150), "baseline.ends_on": plant.day(-140), "baseline.count": "2"}
    page = await measured(plant, option, **rates(plant, **wrong))
    assert "No verdict: the data cannot tell" in page.text
    assert "There are too few readings before or after." in page.text
    assert "The readings before were taken when the option was in service already." in page.text
    assert "Use measured after" not in page.text


async def test_two_totals_show_changes_and_both_bounds_but_no_saving(plant: Plant) -> None:
    option = await plant.implemented()
    year = {"baseline.starts_on": "2025-01-01", "baseline.ends_on": "2025-12-31"}
    sent: dict[str, Any] = {
        "baseline.starts_on": plant.day(-600),
        "baseline.ends_on": plant.day(-236),
        "baseline.use": "100000",
        "baseline.output": "100",
        "reporting.starts_on": plant.day(-199),
        "reporting.ends_on": plant.day(-1),
        "reporting.use": "70000",
        "reporting.output": "60",
    }
    verifier = await plant.as_("verifier")
    form = (await verifier.see(f"{option}/verify", method="two_annual_totals")).form(f"{option}/verify").fields
    assert {name: form[name][0] for name in year} == year
    assert (form["baseline.output"], form["unit"]) == (["1200"], ["kWh"])
    page = await measured(plant, option, "two_annual_totals", **sent)
    assert page.h1.endswith("Implemented")
    for said in (
        "No verdict: the data cannot tell",
        "nobody knows how much of the use is fixed",
        "Change of the use -30.0 %",
        "Change of the use per unit of output +16.7 %",
        "Without the option, if nothing is fixed 60,000 kWh",
        "between -10,000 and 30,000 kWh",
        "Nothing is saved if the fixed share is 25.0 %",
    ):
        assert said in page.text, said
    assert "were saved" not in page.text


async def test_single_readings_are_read_as_they_are_typed(plant: Plant) -> None:
    option = await plant.implemented()
    none = {"baseline.count": "", "baseline.mean": "", "baseline.sd": ""}
    page = await measured(plant, option, **rates(plant, **none, **{"baseline.readings": "13.1\n13,2\n13.3 kW\n"}))
    assert (page.status, "“13.3 kW” is no clear number." in page.text) == (422, True)
    fields = page.form(f"{option}/verify").fields
    assert (fields["hours.value"], fields["reporting.mean"]) == (["3050"], ["8.9"])
    verifier = await plant.as_("verifier")
    good: dict[str, Any] = {"baseline.readings": "13.1\n13,2\n13.3; 13.2\n13.2"}
    page = await verifier.send(page, f"{option}/verify", **good)
    assert "Saving demonstrated" in page.text


async def test_readings_and_a_mean_together_are_refused_at_their_place(plant: Plant) -> None:
    option = await plant.implemented()
    page = await measured(plant, option, **rates(plant, **{"baseline.readings": "13.1"}))
    assert (page.status, "give single readings, or mean, sd and count" in page.text) == (422, True)
    page = await measured(plant, option, **rates(plant, **{"baseline.instrument_uncertainty": "120"}))
    assert page.status == 422
    assert page.form(f"{option}/verify").fields["baseline.instrument_uncertainty"] == ["120"]


async def test_hours_of_a_year_are_labelled_and_a_form_sent_twice_measures_once(plant: Plant) -> None:
    option = await plant.implemented()
    verifier = await plant.as_("verifier")
    page = await verifier.see(f"{option}/verify")
    a_year = {"hours_a_year.value": "6000", "hours_a_year.low": "5400", "hours_a_year.high": "6300"}
    signed = {"mv_plan.signed_on": plant.day(-5), "evidence": f"report-7 {'a' * 64}"}
    sent = rates(plant, **a_year, **signed, **{"hours_a_year.source": "shift plan"})
    fields = page.form(f"{option}/verify").fields | {name: [value] for name, value in sent.items()}
    first = await verifier.send_fields(f"{option}/verify", fields)
    await verifier.send_fields(f"{option}/verify", fields)
    assert "A year 25,800 kWh (annualised from 171 days)" in first.text
    assert "The measurement plan was signed only after the work had begun." in first.text
    (shown,) = await plant.options()
    assert [each["evidence"][0]["evidence_id"] for each in shown["verifications"]] == ["report-7"]


async def test_whoever_assessed_it_may_not_measure_it(plant: Plant, visit: Visitors) -> None:
    option = await plant.implemented()
    both = await visit("assessor", "verifier", person_id=plant.assessor_id)
    page = await both.send(await both.see(f"{option}/verify"), f"{option}/verify", **rates(plant))
    assert (page.status, "You assessed this option yourself" in page.text) == (422, True)
    assert page.form(f"{option}/verify").fields["hours.source"] == ["counter"]
