"""Recording what a site used, made and gave off."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from contracts.assessments import Output
from contracts.values import Period
from services.assessments.domain import assessments
from services.assessments.domain.assessments import Assessment, AssessmentIsNotOpen
from services.assessments.domain.baselines import EnergyInput, Inputs, PeriodIsNotWholeMonths, baseline_of, months_of
from services.assessments.domain.figures import FigureIsTooLarge
from services.assessments.domain.rules import Rules


def test_energy_and_emission_are_added_up_with_their_factors(year: Inputs, rules: Rules) -> None:
    baseline = baseline_of(year, country="XA", rules=rules)
    assert baseline.energy_mj == Decimal(2_230_000)  # 500 MWh x 3,600 + 10 t x 43,000
    assert baseline.emission_t_co2e == Decimal("351.863")  # 500 x 0.640 + 0.43 TJ x 74.1
    assert baseline.biogenic_t_co2 == 0
    assert baseline.factor_ids == ("xa-grid-2022", "ipcc2006-diesel")
    assert baseline.labels == ()


def test_biogenic_carbon_stands_apart(year: Inputs, rules: Rules) -> None:
    wood = replace(year, energy=(EnergyInput("wood", Decimal(100), "t"),))
    baseline = baseline_of(wood, country="XA", rules=rules)
    assert baseline.emission_t_co2e == 0
    assert baseline.biogenic_t_co2 == Decimal("174.72")  # 1.56 TJ x 112


def test_what_is_unknown_stays_unknown(rules: Rules) -> None:
    empty = Inputs(period=Period(starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31)))
    baseline = baseline_of(empty, country="XA", rules=rules)
    assert baseline.energy_mj is None
    assert baseline.emission_t_co2e is None
    assert baseline.output is None
    assert baseline.labels == ("output_missing",)


def test_a_line_without_a_factor_leaves_the_emission_unknown(year: Inputs, rules: Rules) -> None:
    baseline = baseline_of(year, country="US", rules=rules)
    assert baseline.energy_mj == Decimal(2_230_000)
    assert baseline.emission_t_co2e is None
    assert baseline.biogenic_t_co2 is None
    assert "emission_factor_missing" in baseline.labels


@pytest.mark.parametrize(
    ("odd", "label"),
    [
        ({"operating_hours": Decimal(8765)}, "hours_exceed_period"),
        ({"waste_water_m3": Decimal(7000)}, "waste_water_exceeds_water"),
        ({"waste_t": Decimal(-1)}, "negative_quantity"),
        ({"output": None}, "output_missing"),
        ({"output": Output(quantity=Decimal(0), unit="t")}, "output_zero"),
        ({"period": Period(starts_on=date(2024, 1, 1), ends_on=date(2024, 6, 30))}, "not_a_year"),
    ],
)
def test_what_is_odd_is_labelled_and_kept(year: Inputs, rules: Rules, odd: dict[str, object], label: str) -> None:
    strange = replace(year, **odd)  # type: ignore[arg-type]
    baseline = baseline_of(strange, country="XA", rules=rules)
    assert label in baseline.labels
    assert baseline.stated == strange


def test_what_is_at_the_limit_is_plausible(year: Inputs, rules: Rules) -> None:
    full = replace(year, waste_water_m3=Decimal(6600), waste_t=Decimal(0), operating_hours=Decimal(8760))
    assert baseline_of(full, country="XA", rules=rules).labels == ()


def test_hours_up_to_a_year_are_plausible(year: Inputs, rules: Rules) -> None:
    full = baseline_of(replace(year, operating_hours=Decimal(8760)), country="XA", rules=rules)
    assert "hours_exceed_period" not in full.labels
    half = replace(
        year,
        period=Period(starts_on=date(2024, 1, 1), ends_on=date(2024, 6, 30)),
        operating_hours=Decimal(4381),
    )
    assert "hours_exceed_period" in baseline_of(half, country="XA", rules=rules).labels


@pytest.mark.parametrize(
    ("starts_on", "ends_on"),
    [
        (date(2024, 1, 2), date(2024, 12, 31)),
        (date(2024, 1, 1), date(2024, 12, 30)),
        (date(2024, 2, 1), date(2024, 1, 31)),
        (date(2024, 2, 1), date(2024, 2, 28)),
    ],
)
def test_broken_months_are_refused(starts_on: date, ends_on: date) -> None:
    with pytest.raises(PeriodIsNotWholeMonths):
        months_of(Period(starts_on=starts_on, ends_on=ends_on))


def test_months_are_counted_over_years() -> None:
    assert months_of(Period(starts_on=date(2023, 10, 1), ends_on=date(2024, 9, 30))) == 12
    assert months_of(Period(starts_on=date(2024, 2, 1), ends_on=date(2024, 2, 29))) == 1


def test_a_figure_beyond_measure_is_refused_and_not_rounded(year: Inputs, rules: Rules) -> None:
    giant = replace(year, energy=(EnergyInput("diesel", Decimal(10) ** 13, "t"),))
    with pytest.raises(FigureIsTooLarge):
        baseline_of(giant, country="XA", rules=rules)


def test_a_baseline_is_recorded_with_its_event(opened: Assessment, year: Inputs, rules: Rules) -> None:
    recorded, event = assessments.record_baseline(opened, year, rules=rules)
    assert recorded.baseline is not None
    assert event.energy_mj == Decimal(2_230_000)
    assert event.output == Output(quantity=Decimal(1200), unit="t")
    assert event.factor_ids == ("xa-grid-2022", "ipcc2006-diesel")
    assert event.subject == opened.id


def test_a_baseline_is_closed_with_its_assessment(completed: Assessment, year: Inputs, rules: Rules) -> None:
    with pytest.raises(AssessmentIsNotOpen):
        assessments.record_baseline(completed, year, rules=rules)
