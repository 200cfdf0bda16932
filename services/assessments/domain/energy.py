"""Energy carriers, heat values and emission factors: what a quantity holds in MJ and gives off in t CO2e."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from contracts.refusals import Refusal

MASS_IN_T = {"t": Decimal(1), "kg": Decimal("0.001"), "g": Decimal("0.000001"), "lb": Decimal("0.00045359237")}
VOLUME_IN_M3 = {
    "m3": Decimal(1),
    "hl": Decimal("0.1"),
    "l": Decimal("0.001"),
    "gal_us": Decimal("0.003785411784"),
}


class CarrierIsUnknown(Refusal):
    status = 422
    sentence = "The energy carrier {carrier} is not in this country's list."


class UnitIsUnknown(Refusal):
    status = 422
    sentence = "{unit} is no unit of {resource} here."


class NoDensity(Refusal):
    status = 422
    sentence = "{unit} of {resource} become tonnes only with a stated density: give density_kg_per_m3."


@dataclass(frozen=True, slots=True)
class Carrier:
    """An energy carrier; `heat_value_mj_per_t` (net) is null where it is never weighed."""

    code: str
    name: str
    heat_value_mj_per_t: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """An emission factor and what makes it checkable; `country` null means it holds anywhere."""

    factor_id: str
    carrier: str
    value: Decimal
    unit: Literal["kg_co2_per_tj", "t_co2_per_mwh"]
    source: str
    year: int
    method: str
    purpose: str
    country: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    biogenic: bool = False

    @property
    def t_per_mj(self) -> Decimal:
        """Tonnes of CO2e per MJ: 1 TJ = 1e6 MJ, 1 MWh = 3,600 MJ."""
        return self.value / 1_000_000_000 if self.unit == "kg_co2_per_tj" else self.value / 3_600

    def holds(self, country: str, on: date) -> bool:
        """Whether it speaks of this country on that day."""
        in_time = (self.valid_from or date.min) <= on <= (self.valid_to or date.max)
        return in_time and self.country in (None, country)


@dataclass(frozen=True, slots=True)
class EnergyTables:
    """The pack's units (MJ in one), carriers and factors."""

    units: Mapping[str, Decimal]
    carriers: tuple[Carrier, ...]
    factors: tuple[Factor, ...]

    def mj(self, carrier: str, quantity: Decimal, unit: str, density_kg_per_m3: Decimal | None = None) -> Decimal:
        """The energy in a quantity: by its unit of energy, or by its mass and the carrier's heat value."""
        known = next((each for each in self.carriers if each.code == carrier), None)
        if known is None:
            raise CarrierIsUnknown(carrier=carrier)
        if unit in self.units:
            return quantity * self.units[unit]
        if known.heat_value_mj_per_t is None or unit not in MASS_IN_T | VOLUME_IN_M3:
            raise UnitIsUnknown(unit=unit, resource=carrier)
        return tonnes(carrier, quantity, unit, density_kg_per_m3) * known.heat_value_mj_per_t

    def factor(self, carrier: str, *, country: str, on: date, purpose: str = "inventory") -> Factor | None:
        """The newest factor of a carrier for that country, day and purpose."""
        holding = [
            each
            for each in self.factors
            if each.carrier == carrier and each.purpose == purpose and each.holds(country, on)
        ]
        return max(holding, key=lambda each: (each.country is not None, each.year), default=None)


def tonnes(resource: str, quantity: Decimal, unit: str, density_kg_per_m3: Decimal | None = None) -> Decimal:
    """A mass; a volume becomes one only with a stated density."""
    if unit in MASS_IN_T:
        return quantity * MASS_IN_T[unit]
    if unit not in VOLUME_IN_M3:
        raise UnitIsUnknown(unit=unit, resource=resource)
    if density_kg_per_m3 is None:
        raise NoDensity(unit=unit, resource=resource)
    return quantity * VOLUME_IN_M3[unit] * density_kg_per_m3 / 1_000


def cubic_metres(resource: str, quantity: Decimal, unit: str) -> Decimal:
    """A volume."""
    if unit not in VOLUME_IN_M3:
        raise UnitIsUnknown(unit=unit, resource=resource)
    return quantity * VOLUME_IN_M3[unit]
