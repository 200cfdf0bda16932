"""What the pages of an assessment reckon themselves: sums, shares, steps, flows. Expectations by hand."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.assessments import sums
from portal.assessments.flows import material_flows, water_flows
from portal.assessments.overview import small, steps
from portal.assessments.typed import typed
from portal.figures import Figures, parsed
from portal.words import words_of

FIGURES = Figures(words_of("en"), ZoneInfo("Asia/Bangkok"))
YEAR = {"starts_on": "2025-01-01", "ends_on": "2025-12-31"}


def option(status: str = "identified", saving: str | None = "100", currency: str = "USD", **streams: Any) -> Any:
    money = None if saving is None else {"amount": saving, "currency": currency}
    return {"status": status, "annual_saving": money, "streams": [{"resource": "water", **streams}]}


def baseline(**figures: Any) -> dict[str, Any]:
    return {"output": None, "material_t": None, "waste_t": None, "water_m3": None, "waste_water_m3": None} | figures


def test_money_is_added_up_per_currency_and_what_is_unknown_is_counted() -> None:
    found = sums.money([option(), option(), option(saving="7", currency="XTS"), option(saving=None)], "annual_saving")
    assert found == sums.Money((("USD", Decimal(200)), ("XTS", Decimal(7))), 1)


def test_a_resource_nobody_estimates_is_unknown_and_not_zero() -> None:
    assert sums.saved([option(water_m3=None), option(water_m3="900")], "water_m3", "water") == sums.Total(
        Decimal(900), 1
    )
    assert sums.saved([option(water_m3=None)], "water_m3", "water") == sums.Total(None, 1)
    assert sums.saved([option(water_m3="900")], "energy_mj", "energy") == sums.Total(None, 0)


def test_a_share_of_the_baseline_needs_a_year() -> None:
    assert sums.share(Decimal(900), "9000", YEAR) == Decimal("0.1")
    assert sums.share(Decimal(900), "9000", YEAR | {"ends_on": "2025-06-30"}) is None
    assert sums.share(Decimal(900), "0", YEAR) is None
    assert sums.share(Decimal(900), None, YEAR) is None
    across = {"starts_on": "2023-11-01", "ends_on": "2024-10-31"}
    assert sums.share(Decimal(900), "9000", across) == Decimal("0.1")


@pytest.mark.parametrize(
    ("status", "has_baseline", "options", "now"),
    [
        ("open", False, [], "Baseline"),
        ("open", True, ["identified"], "Options"),
        ("completed", True, ["identified"], "Review"),
        ("approved", True, ["implemented", "approved"], "Implementation"),
        ("approved", True, ["implemented", "refused"], "Measurement"),
        ("approved", True, ["verified", "refused"], None),
    ],
)
def test_the_first_step_that_is_not_done_is_the_present_one(
    status: str, has_baseline: bool, options: list[str], now: str | None
) -> None:
    assessment: dict[str, Any] = {"status": status, "baseline": {} if has_baseline else None}
    found = steps(assessment, [option(each) for each in options])
    assert [each.name for each in found if each.state == "now"] == ([now] if now else [])


def test_what_is_neither_product_nor_waste_is_a_flow_of_its_own() -> None:
    plant = baseline(output={"quantity": "12000000", "unit": "kg"}, material_t="18500", waste_t="410")
    drawn = material_flows(plant, FIGURES)
    assert drawn is not None
    assert drawn.drawing.rows.cells == (
        ("Materials", "Plant", "18,500"),
        ("Plant", "Product", "12,000"),
        ("Plant", "Waste", "410"),
        ("Plant", "Not accounted for", "6,090"),
    )


def test_more_out_than_in_is_said_and_not_hidden() -> None:
    plant = baseline(output={"quantity": "100", "unit": "t"}, material_t="90", waste_t="5")
    drawn = material_flows(plant, FIGURES)
    assert drawn is not None
    assert drawn.finding == "15 t more come out than the 90 t of materials that are recorded."
    assert ("Not recorded", "Plant", "15") in drawn.drawing.rows.cells


def test_an_output_in_pieces_is_no_flow_in_tonnes() -> None:
    pieces = {"quantity": "4000", "unit": "pieces"}
    drawn = material_flows(baseline(output=pieces, material_t="90", waste_t="5"), FIGURES)
    assert drawn is not None
    assert drawn.drawing.rows.cells[1:] == (
        ("Plant", "Waste", "5"),
        ("Plant", "In the product, or not accounted for", "85"),
    )
    assert material_flows(baseline(output=pieces, material_t="90"), FIGURES) is None
    assert material_flows(baseline(output=pieces, material_t="90", waste_t="-5"), FIGURES) is None


def test_water_that_is_not_known_is_not_drawn() -> None:
    assert water_flows(baseline(water_m3="100"), FIGURES) is None
    assert water_flows(baseline(waste_water_m3="100"), FIGURES) is None
    assert water_flows(baseline(water_m3="100", waste_water_m3="100"), FIGURES) is not None


@pytest.mark.parametrize("figure", ["12.345", "610000", "0.125", "1234567.8", "-12.345", "1E+3", "9.9990"])
@pytest.mark.parametrize("language", ["en", "vi", "fr"])
def test_a_figure_shown_to_be_typed_over_is_read_as_the_same(figure: str, language: str) -> None:
    shown = typed(figure)
    assert shown is not None
    assert parsed(shown, words_of(language).locale) == Decimal(figure)


def test_small_figures_keep_three_digits() -> None:
    assert [small(Decimal(each), FIGURES) for each in ("0.0035", "0.0341666", "0.5", "1.5", "0")] == [
        "0.00350",
        "0.0342",
        "0.500",
        "1.50",
        "0",
    ]
