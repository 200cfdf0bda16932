"""Heat values, units and emission factors."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.assessments.domain.energy import CarrierIsUnknown, NoDensity, UnitIsUnknown, cubic_metres, tonnes
from services.assessments.domain.rules import Rules


@pytest.mark.parametrize(
    ("carrier", "quantity", "unit", "mj"),
    [
        ("electricity", "500", "MWh", "1800000"),
        ("electricity", "1", "kWh", "3.6"),
        ("diesel", "10", "t", "430000"),
        ("diesel", "250", "kg", "10750"),
        ("natural_gas", "2", "MMBtu", "2110.11170524"),
        ("wood", "1000", "lb", "7076.040972"),
    ],
)
def test_a_quantity_becomes_mj(rules: Rules, carrier: str, quantity: str, unit: str, mj: str) -> None:
    assert rules.energy.mj(carrier, Decimal(quantity), unit) == Decimal(mj)


def test_litres_become_energy_only_with_a_stated_density(rules: Rules) -> None:
    with pytest.raises(NoDensity):
        rules.energy.mj("diesel", Decimal(1000), "l")
    assert rules.energy.mj("diesel", Decimal(1000), "l", Decimal(840)) == Decimal(36120)


def test_a_carrier_outside_the_list_is_refused(rules: Rules) -> None:
    with pytest.raises(CarrierIsUnknown):
        rules.energy.mj("plutonium", Decimal(1), "t")


@pytest.mark.parametrize(("carrier", "unit"), [("electricity", "t"), ("diesel", "hour"), ("heat", "m3")])
def test_a_unit_that_says_nothing_about_energy_is_refused(rules: Rules, carrier: str, unit: str) -> None:
    with pytest.raises(UnitIsUnknown):
        rules.energy.mj(carrier, Decimal(1), unit)


def test_a_factor_holds_for_its_country_and_its_time(rules: Rules) -> None:
    def grid(country: str, on: date) -> str | None:
        factor = rules.energy.factor("electricity", country=country, on=on)
        return factor.factor_id if factor else None

    assert grid("XA", date(2024, 12, 31)) == "xa-grid-2022"
    assert grid("XA", date(2025, 1, 1)) == "xa-grid-2024"
    assert grid("US", date(2025, 1, 1)) is None


def test_a_countrys_own_factor_goes_before_a_newer_general_one(rules: Rules) -> None:
    grid = rules.energy.factor("electricity", country="XA", on=date(2025, 1, 1))
    assert grid is not None
    general = replace(grid, factor_id="world", country=None, year=2030)
    tables = replace(rules.energy, factors=(general, grid))
    own = tables.factor("electricity", country="XA", on=date(2025, 1, 1))
    other = tables.factor("electricity", country="US", on=date(2025, 1, 1))
    assert [each and each.factor_id for each in (own, other)] == ["xa-grid-2024", "world"]


def test_a_factor_of_another_purpose_is_not_taken(rules: Rules) -> None:
    assert rules.energy.factor("diesel", country="US", on=date(2025, 1, 1)) is not None
    assert rules.energy.factor("diesel", country="US", on=date(2025, 1, 1), purpose="project") is None


def test_masses_and_volumes() -> None:
    assert tonnes("sludge", Decimal(2500), "kg") == Decimal("2.5")
    assert tonnes("sludge", Decimal(2), "m3", Decimal(1100)) == Decimal("2.2")
    assert cubic_metres("water", Decimal(35), "hl") == Decimal("3.5")
    with pytest.raises(UnitIsUnknown):
        cubic_metres("water", Decimal(1), "t")
    with pytest.raises(UnitIsUnknown):
        tonnes("sludge", Decimal(1), "kWh")
