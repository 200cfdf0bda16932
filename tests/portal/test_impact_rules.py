"""What an address asks of the results, and what of a group is known: rules without a system."""

from typing import Any

import pytest

from portal.impact.asking import Asked
from portal.impact.drawings import widths
from portal.impact.rows import SUPPRESSED, by_status, row_of, row_of_report, unmeasured

VERDICTS = {"demonstrated": 0, "not_demonstrated": 2, "increase_demonstrated": 1, "refused": 0}


def figures(**facts: Any) -> dict[str, Any]:
    unknown = ("investment", "annual_saving", "energy", "water", "material", "waste", "emission")
    quantities = ("energy_mj", "water_m3", "material_t", "waste_t", "emission_t_co2e")
    empty: dict[str, Any] = {"count": 10, "clients": 5, "investment": [], "annual_saving": [], "verdicts": VERDICTS}
    empty |= dict.fromkeys(quantities) | {f"{each}_unknown": 0 for each in unknown}
    return empty | facts


def test_an_address_that_says_nonsense_asks_for_everything() -> None:
    asked = Asked.of({"by": "country", "basis": "mine", "figure": "gold", "all": "please", "cursor": "x"})
    assert (asked.filter, asked.by, asked.basis, asked.figure) == (None, "province", "current", "count")
    assert (asked.grouping, asked.funnel, asked.training, asked.is_whole) == ("status", {}, "programme", False)


@pytest.mark.parametrize(
    ("address", "grouping", "funnel", "training"),
    [
        ({"province": "XA-N"}, "province", {"province": "XA-N"}, "province"),
        ({"year": "2026"}, "year", {"year": "2026"}, "year"),
        ({"programme": "G"}, "programme", {"programme": "G"}, "programme"),
        ({"isic_division": "10"}, "isic_division", {}, "programme"),
    ],
)
def test_one_filter_asks_for_the_group_that_is_meant(
    address: dict[str, str], grouping: str, funnel: dict[str, str], training: str
) -> None:
    asked = Asked.of(address)
    assert (asked.grouping, asked.funnel, asked.training, asked.is_crossed) == (grouping, funnel, training, False)


def test_crossed_filters_narrow_nothing() -> None:
    asked = Asked.of({"province": "XA-N", "year": "2026"})
    assert (asked.is_crossed, asked.filter, asked.funnel) == (True, None, {})


def test_a_year_is_meant_however_it_is_written() -> None:
    asked = Asked.of({"year": "2026"})
    assert asked.is_meant(2026)
    assert not asked.is_meant(2025)
    assert not asked.is_meant(None)


def test_currencies_stay_apart_and_unknown_is_counted_beside_them() -> None:
    money = [{"currency": "USD", "amount": "5"}, {"currency": "XTS", "amount": SUPPRESSED}]
    row = row_of("verified", figures(annual_saving=money, annual_saving_unknown=3, energy_mj="0.0000"))
    assert [(each.currency, each.value) for each in row.all_of("annual_saving")] == [("USD", "5"), ("XTS", SUPPRESSED)]
    assert row.unknown["annual_saving"] == 3
    assert row.amount("energy_mj") == "0.0000"
    assert row.amount("water_m3") is None
    assert row.all_of("water_m3") == ()


def test_a_suppressed_group_tells_nothing_and_an_absent_one_is_empty() -> None:
    verified, *_ = reversed(by_status([{"status": "verified", "figures": SUPPRESSED}], "reached"))
    assert (verified.options, verified.clients, verified.amount("energy_mj")) == (SUPPRESSED, SUPPRESSED, SUPPRESSED)
    assert [each.options for each in by_status([], "reached")] == [0, 0, 0, 0]


def test_what_nobody_measured_is_the_rest_and_not_told_where_a_part_is_not() -> None:
    assert unmeasured(row_of("implemented", figures())) == 7
    hidden = VERDICTS | {"not_demonstrated": SUPPRESSED}
    assert unmeasured(row_of("implemented", figures(verdicts=hidden))) == SUPPRESSED
    assert unmeasured(row_of("implemented", SUPPRESSED)) == SUPPRESSED


def test_a_report_tells_no_figures_of_a_group_that_is_not_shown() -> None:
    row = row_of_report({"stage": "verified", "method": None, "options": SUPPRESSED, "figures": []})
    assert (row.is_hidden, row.amount("energy_mj")) == (True, SUPPRESSED)
    saved = [
        {"figure": "investment", "currency": each, "value": "1", "records": 1, "unknown": 2} for each in ("USD", "XTS")
    ]
    row = row_of_report({"stage": "verified", "method": "two_annual_totals", "options": 4, "figures": saved})
    assert (row.name, [each.currency for each in row.all_of("investment")]) == ("two_annual_totals", ["USD", "XTS"])
    assert row.unknown == {"investment": 2}


def test_bars_beside_figures_are_in_proportion_and_none_where_nothing_is_told() -> None:
    assert widths([10, 5, 0, SUPPRESSED, None]) == [100, 50, 0, None, None]
    assert widths([0, 0]) == [None, None]
    assert widths([]) == []
