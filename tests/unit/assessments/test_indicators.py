"""Productivity, intensity and the identities between their changes."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.assessments import Output
from contracts.values import Period
from services.assessments.domain.baselines import Baseline, Inputs, baseline_of
from services.assessments.domain.indicators import OutputUnitChanged, PeriodsDifferInLength, change, indicators
from services.assessments.domain.rules import Rules

Figures = tuple[Decimal, Decimal, Decimal, Decimal]
amounts = st.decimals("1", "1000000", places=2)


def period_with(
    output: Decimal, energy: Decimal, water: Decimal, waste: Decimal, year: int = 2024, unit: str = "t"
) -> Baseline:
    return Baseline(
        stated=Inputs(
            period=Period(starts_on=date(year, 1, 1), ends_on=date(year, 12, 31)),
            output=Output(quantity=output, unit=unit),
            material_t=water,
            water_m3=water,
            waste_water_m3=waste,
            waste_t=waste,
        ),
        energy=(),
        energy_mj=energy,
        emission_t_co2e=energy,
        biogenic_t_co2=None,
        factor_ids=(),
        labels=(),
    )


def test_productivity_and_intensity_of_a_year(year: Inputs, rules: Rules) -> None:
    found = indicators(baseline_of(year, country="XA", rules=rules))
    assert found.material_productivity == Decimal("0.8")
    assert found.water_productivity == Decimal("0.2")
    assert found.energy_productivity == Decimal(1200) / Decimal(2_230_000)
    assert found.waste_water_intensity == Decimal(4)
    assert found.waste_intensity == Decimal("0.075")
    assert found.emission_intensity == Decimal("351.863") / 1200


def test_without_output_or_input_an_indicator_is_unknown(year: Inputs, rules: Rules) -> None:
    without = baseline_of(replace(year, output=None, water_m3=Decimal(0)), country="XA", rules=rules)
    found = indicators(without)
    assert all(getattr(found, each.name) is None for each in fields(found))


def test_a_brewery_saves_water_by_litre_of_beer() -> None:
    """6 to 3.2 hl/hl: -46.7 % intensity is +87.5 % productivity; both are told, neither is the other."""
    before = period_with(Decimal(1000), Decimal(1), Decimal(6000), Decimal(6000))
    after = period_with(Decimal(2000), Decimal(1), Decimal(6400), Decimal(6400), year=2025)
    found = change(before, after)
    assert found.indicators.water_productivity == Decimal("0.875")
    assert found.indicators.waste_water_intensity is not None
    assert round(found.indicators.waste_water_intensity, 3) == Decimal("-0.467")
    assert found.output == 1


@given(st.tuples(amounts, amounts, amounts, amounts), st.tuples(amounts, amounts, amounts, amounts))
def test_the_identities_between_changes_hold(first: Figures, then: Figures) -> None:
    """(1 + dRP)(1 + dX) = (1 + dP) and (1 + dPI)(1 + dP) = (1 + dX)."""
    found = change(period_with(*first), period_with(*then, year=2025))
    output = one_plus(found.output)
    for productivity, used in (
        (found.indicators.energy_productivity, found.energy),
        (found.indicators.material_productivity, found.material),
        (found.indicators.water_productivity, found.water),
    ):
        assert abs(one_plus(productivity) * one_plus(used) / output - 1) < Decimal("1e-12")
    for intensity, given_off in (
        (found.indicators.emission_intensity, found.emission),
        (found.indicators.waste_water_intensity, found.waste_water),
        (found.indicators.waste_intensity, found.waste),
    ):
        assert abs(one_plus(intensity) * output / one_plus(given_off) - 1) < Decimal("1e-12")


def one_plus(relative: Decimal | None) -> Decimal:
    assert relative is not None
    return 1 + relative


def test_another_functional_unit_cannot_be_compared() -> None:
    ones = (Decimal(1),) * 4
    with pytest.raises(OutputUnitChanged):
        change(period_with(*ones), period_with(*ones, year=2025, unit="pieces"))


def test_periods_of_other_length_cannot_be_compared() -> None:
    year = period_with(*(Decimal(1),) * 4)
    half = replace(
        year, stated=replace(year.stated, period=Period(starts_on=date(2025, 1, 1), ends_on=date(2025, 6, 30)))
    )
    with pytest.raises(PeriodsDifferInLength):
        change(year, half)


def test_a_change_from_the_unknown_is_unknown() -> None:
    known = period_with(*(Decimal(1),) * 4)
    unknown = replace(known, energy_mj=None, stated=replace(known.stated, output=None))
    found = change(unknown, known)
    assert found.energy is None
    assert found.output is None
    assert found.water == 0
