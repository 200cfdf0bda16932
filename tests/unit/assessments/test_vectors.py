"""The worked cases of measured savings that lie beside the repository, where they do."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.assessments.domain.isolation import Hours, Isolation, Readings, isolate
from services.assessments.domain.measurements import Result
from services.assessments.domain.rules import Rules
from services.assessments.domain.two_totals import Total, TwoTotals, bounds, compare
from tests.unit.assessments.test_isolation import BEFORE, REPORTING
from tests.unit.assessments.test_isolation import WORK as MOTOR_WORK
from tests.unit.assessments.test_two_totals import WORK, YEAR_AFTER, YEAR_BEFORE

Near = Callable[[Decimal | None, float], bool]

VECTORS = Path(__file__).parents[4] / "shared" / "data" / "savings" / "vectors.json"
pytestmark = pytest.mark.skipif(not VECTORS.exists(), reason="the worked cases are not beside this clone")


def case(case_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    cases = json.loads(VECTORS.read_text(encoding="utf-8"))["vectors"]
    found = next(each for each in cases if each["id"] == case_id)
    return found["input"], found["expect"]


def exact(number: float) -> Decimal:
    return Decimal(str(number))


def two_totals(given: dict[str, Any]) -> TwoTotals:
    return TwoTotals(
        unit=given["unit"],
        before=Total(exact(given["use0"]), exact(given["output0"]), given["output_unit"], YEAR_BEFORE),
        after=Total(exact(given["use1"]), exact(given["output1"]), given["output_unit"], YEAR_AFTER),
        fixed_share=exact(given["fixed_share"]) if "fixed_share" in given else None,
    )


def test_v01_two_totals(rules: Rules, near: Near) -> None:
    given, expected = case("V01")
    result = compare(two_totals(given), work=WORK, rules=rules.verification)
    found = bounds(two_totals(given), exact(given["threshold"]))
    for name, figure in {
        "raw_change": result.raw_change,
        "intensity_change": result.intensity_change,
        "productivity_change": found.productivity_change,
        "identity": (1 + found.productivity_change) * (1 + (result.raw_change or 0)),
        "adjusted_share_0": found.adjusted_share_0,
        "adjusted_share_1": found.adjusted_share_1,
        "saving_share_0": found.saving_share_0,
        "saving_share_1": found.saving_share_1,
        "fraction_share_0": found.fraction_share_0,
        "fraction_share_1": found.fraction_share_1,
        "break_even_fixed_share": found.break_even_fixed_share,
        "fixed_share_needed_for_threshold": found.fixed_share_needed_for_threshold,
    }.items():
        assert near(figure, expected[name]), name
    assert result.verdict == expected["verdict"]
    assert list(result.reasons) == expected["reasons"]
    assert found.reaches_threshold_by_raw_change is expected["tier_by_raw_change"]


def test_v02_two_totals_with_a_share(rules: Rules, near: Near) -> None:
    given, expected = case("V02")
    result = compare(two_totals(given), work=WORK, rules=rules.verification)
    found = result.bounds
    assert found is not None
    assert found.declared is not None
    for name, figure in {
        "intensity0": found.intensity_before,
        "intensity1": found.intensity_after,
        "intensity_change": result.intensity_change,
        "productivity_change": found.productivity_change,
        "raw_change": result.raw_change,
        "intensity_from_growth_alone": found.declared.intensity_from_growth_alone,
        "intensity_change_from_growth_alone": found.declared.intensity_change_from_growth_alone,
        "adjusted_share_0": found.adjusted_share_0,
        "adjusted_baseline": found.declared.adjusted_baseline,
        "saving": found.declared.saving,
        "fraction": found.declared.fraction,
        "saving_share_0": found.saving_share_0,
        "fraction_share_0": found.fraction_share_0,
        "saving_share_1": found.saving_share_1,
    }.items():
        assert near(figure, expected[name]), name


def measured(given: dict[str, Any], hours: Hours, rules: Rules) -> tuple[Isolation, Result]:
    def kilowatts(key: str) -> Readings:
        return Readings(
            exact(given[key]["mean"]),
            exact(given[key]["sd"]),
            given[key]["readings"],
            "meter",
            exact(given["instrument_relative_standard_uncertainty"]),
            BEFORE if key == "kw0" else REPORTING,
        )

    record = Isolation(given["option"], "kW", kilowatts("kw0"), kilowatts("kw1"), hours, REPORTING)
    return record, isolate(record, work=MOTOR_WORK, rules=rules.verification)


def test_v16_hours_by_counter(rules: Rules, near: Near) -> None:
    given, expected = case("V16")
    record, result = measured(given, Hours(exact(given["hours1"]), given["hours_source"]), rules)
    assert record.before is not None
    assert record.after is not None
    assert near(record.before.uncertainty, expected["u_kw0"])
    assert near(record.after.uncertainty, expected["u_kw1"])
    assert near(result.saving, expected["saving_kwh"])
    assert near(rules.energy.mj("electricity", result.saving or Decimal(0), "kWh"), expected["saving_mj"])
    assert near(result.saving_low, expected["saving_low_kwh"])
    assert near(result.saving_high, expected["saving_high_kwh"])
    assert near(((result.saving_high or 0) - (result.saving_low or Decimal(0))) / 2, expected["half_width_kwh"])
    assert near(result.fraction, expected["fraction_of_boundary"])
    assert result.verdict == expected["verdict"]


def test_v17_hours_stipulated(rules: Rules, near: Near) -> None:
    given, expected = case("V17")
    stipulated = {name: exact(given["hours_stipulated"][name]) for name in ("value", "low", "high")}
    hours = Hours(source=given["hours_stipulated"]["source"], **stipulated)
    record, result = measured(given, hours, rules)
    assert near(result.saving, expected["saving_kwh_per_year"])
    assert near(rules.energy.mj("electricity", result.saving or Decimal(0), "kWh"), expected["saving_mj_per_year"])
    assert near(result.saving_low, expected["low_kwh"])
    assert near(result.saving_high, expected["high_kwh"])
    fixed = replace(record, hours=replace(hours, low=hours.value, high=hours.value))
    only_measured = isolate(fixed, work=MOTOR_WORK, rules=rules.verification)
    assert near(only_measured.saving_low, expected["measured_part_low_kwh"])
    assert near(only_measured.saving_high, expected["measured_part_high_kwh"])
    assert result.verdict == expected["verdict"]
    assert result.flags == (expected["label"].replace(" ", "_"),)
