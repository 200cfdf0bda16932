"""Productivity and intensity, computed on read."""

from dataclasses import dataclass
from decimal import Decimal

from contracts.refusals import Refusal
from services.assessments.domain.baselines import Baseline, months_of
from services.assessments.domain.figures import Number


class OutputUnitChanged(Refusal):
    status = 422
    sentence = "Output was counted in {before} and then in {after}: these periods cannot be compared."


class PeriodsDifferInLength(Refusal):
    status = 422
    sentence = "One period has {before} months, the other {after}: these periods cannot be compared."


@dataclass(frozen=True, slots=True)
class Indicators:
    """Productivity P/E, P/M, P/W per MJ, t and m3; intensity G/P, L/P, S/P per unit of output; null = unknown.

    P output, E energy, M materials, W water, G emissions, L waste water, S waste (UNIDO/UNEP primer).
    """

    energy_productivity: Number | None
    material_productivity: Number | None
    water_productivity: Number | None
    emission_intensity: Number | None
    waste_water_intensity: Number | None
    waste_intensity: Number | None


@dataclass(frozen=True, slots=True)
class Change:
    """Relative changes X1/X0 - 1 of the absolute figures and of their indicators; null = unknown."""

    output: Number | None
    energy: Number | None
    material: Number | None
    water: Number | None
    emission: Number | None
    waste_water: Number | None
    waste: Number | None
    indicators: Indicators


def indicators(baseline: Baseline) -> Indicators:
    """The relative indicators of one period."""
    output = baseline.output.quantity if baseline.output else None
    stated = baseline.stated
    return Indicators(
        energy_productivity=_quotient(output, baseline.energy_mj),
        material_productivity=_quotient(output, stated.material_t),
        water_productivity=_quotient(output, stated.water_m3),
        emission_intensity=_quotient(baseline.emission_t_co2e, output),
        waste_water_intensity=_quotient(stated.waste_water_m3, output),
        waste_intensity=_quotient(stated.waste_t, output),
    )


def change(before: Baseline, after: Baseline) -> Change:
    """How a period stands to an earlier one of the same length and functional unit."""
    _require_comparable(before, after)
    first, then = indicators(before), indicators(after)
    return Change(
        output=_relative(
            before.output.quantity if before.output else None, after.output.quantity if after.output else None
        ),
        energy=_relative(before.energy_mj, after.energy_mj),
        material=_relative(before.stated.material_t, after.stated.material_t),
        water=_relative(before.stated.water_m3, after.stated.water_m3),
        emission=_relative(before.emission_t_co2e, after.emission_t_co2e),
        waste_water=_relative(before.stated.waste_water_m3, after.stated.waste_water_m3),
        waste=_relative(before.stated.waste_t, after.stated.waste_t),
        indicators=Indicators(
            energy_productivity=_relative(first.energy_productivity, then.energy_productivity),
            material_productivity=_relative(first.material_productivity, then.material_productivity),
            water_productivity=_relative(first.water_productivity, then.water_productivity),
            emission_intensity=_relative(first.emission_intensity, then.emission_intensity),
            waste_water_intensity=_relative(first.waste_water_intensity, then.waste_water_intensity),
            waste_intensity=_relative(first.waste_intensity, then.waste_intensity),
        ),
    )


def _require_comparable(before: Baseline, after: Baseline) -> None:
    if before.stated.output and after.stated.output and before.stated.output.unit != after.stated.output.unit:
        raise OutputUnitChanged(before=before.stated.output.unit, after=after.stated.output.unit)
    months = months_of(before.stated.period), months_of(after.stated.period)
    if months[0] != months[1]:
        raise PeriodsDifferInLength(before=months[0], after=months[1])


def _quotient(above: Decimal | None, below: Decimal | None) -> Decimal | None:
    return None if above is None or not below else above / below


def _relative(first: Decimal | None, then: Decimal | None) -> Decimal | None:
    quotient = _quotient(then, first)
    return None if quotient is None else quotient - 1
