"""The baseline: what a site used, made and gave off in whole months, before anything is improved."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from contracts.assessments import Output
from contracts.refusals import Refusal
from contracts.values import Money, Period
from services.assessments.domain.energy import EnergyTables
from services.assessments.domain.figures import Number, amount
from services.assessments.domain.rules import Plausibility, Rules


class PeriodIsNotWholeMonths(Refusal):
    status = 422
    sentence = "A baseline runs from the first day of a month to the last of one: {starts_on} to {ends_on} does not."


@dataclass(frozen=True, slots=True)
class EnergyInput:
    """One carrier as it was bought or made, in the unit of its bill or meter."""

    carrier: str
    quantity: Number
    unit: str
    density_kg_per_m3: Number | None = None
    cost: Money | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the assessor states about a period; what is not known is null, never 0."""

    period: Period
    output: Output | None = None
    energy: tuple[EnergyInput, ...] = ()
    material_t: Number | None = None
    water_m3: Number | None = None
    waste_water_m3: Number | None = None
    waste_t: Number | None = None
    operating_hours: Number | None = None


@dataclass(frozen=True, slots=True)
class EnergyLine:
    """An energy input in MJ, with the factor that is frozen into it; `emission_t` null = no factor known."""

    stated: EnergyInput
    energy_mj: Number
    factor_id: str | None
    emission_t: Number | None
    biogenic: bool


@dataclass(frozen=True, slots=True)
class Baseline:
    """Inputs with the totals computed from them; biogenic CO2 stands apart from the emission."""

    stated: Inputs
    energy: tuple[EnergyLine, ...]
    energy_mj: Number | None
    emission_t_co2e: Number | None
    biogenic_t_co2: Number | None
    factor_ids: tuple[str, ...]
    labels: tuple[str, ...]

    @property
    def output(self) -> Output | None:
        """The output a figure may be divided by: none where it is missing or zero."""
        output = self.stated.output
        return output if output is not None and output.quantity != 0 else None


def months_of(period: Period) -> int:
    """How many whole months a baseline covers; a period of broken months is refused."""
    last = calendar.monthrange(period.ends_on.year, period.ends_on.month)[1]
    if period.starts_on.day != 1 or period.ends_on.day != last or period.ends_on < period.starts_on:
        raise PeriodIsNotWholeMonths(starts_on=period.starts_on, ends_on=period.ends_on)
    years = period.ends_on.year - period.starts_on.year
    return years * 12 + period.ends_on.month - period.starts_on.month + 1


def baseline_of(stated: Inputs, *, country: str, rules: Rules, labels: tuple[str, ...] = ()) -> Baseline:
    """Convert, add up and label: the rule behind recording one. `labels` are the oddities of where it comes from."""
    months = months_of(stated.period)
    lines = tuple(_line(each, stated, country, rules.energy) for each in stated.energy)
    factor_ids = dict.fromkeys(each.factor_id for each in lines if each.factor_id)
    return Baseline(
        stated=stated,
        energy=lines,
        energy_mj=_sum([each.energy_mj for each in lines]),
        emission_t_co2e=_sum([_emission(each, biogenic=False) for each in lines]),
        biogenic_t_co2=_sum([_emission(each, biogenic=True) for each in lines]),
        factor_ids=tuple(factor_ids),
        labels=(*labels, *_labels(stated, lines, months, rules.plausibility)),
    )


def _line(stated: EnergyInput, inputs: Inputs, country: str, tables: EnergyTables) -> EnergyLine:
    exact = tables.mj(stated.carrier, stated.quantity, stated.unit, stated.density_kg_per_m3)
    factor = tables.factor(stated.carrier, country=country, on=inputs.period.ends_on)
    return EnergyLine(
        stated=stated,
        energy_mj=amount(exact),
        factor_id=factor.factor_id if factor else None,
        emission_t=amount(exact * factor.t_per_mj) if factor else None,
        biogenic=factor.biogenic if factor else False,
    )


def _emission(line: EnergyLine, *, biogenic: bool) -> Decimal | None:
    """What a line adds to one of the two sums; a line without a factor leaves both unknown."""
    if line.emission_t is None or line.biogenic == biogenic:
        return line.emission_t
    return Decimal(0)


def _sum(figures: list[Decimal] | list[Decimal | None]) -> Decimal | None:
    """The sum, unknown as soon as one part is, and where there is no part at all."""
    known = [each for each in figures if each is not None]
    return amount(sum(known, Decimal(0))) if known and len(known) == len(figures) else None


def _labels(stated: Inputs, lines: tuple[EnergyLine, ...], months: int, limits: Plausibility) -> Iterator[str]:
    if stated.output is None:
        yield "output_missing"
    elif stated.output.quantity == 0:
        yield "output_zero"
    if months != 12:
        yield "not_a_year"
    hours = stated.operating_hours
    if hours is not None and hours > limits.max_hours_a_year * months / 12:
        yield "hours_exceed_period"
    water, waste_water = stated.water_m3, stated.waste_water_m3
    if water is not None and waste_water is not None and waste_water > water * limits.max_waste_water_share:
        yield "waste_water_exceeds_water"
    if any(each is not None and each < 0 for each in _quantities(stated)):
        yield "negative_quantity"
    if any(each.factor_id is None for each in lines):
        yield "emission_factor_missing"


def _quantities(stated: Inputs) -> Iterator[Decimal | None]:
    yield from (each.quantity for each in stated.energy)
    yield from (stated.material_t, stated.water_m3, stated.waste_water_m3, stated.waste_t, stated.operating_hours)
    yield stated.output.quantity if stated.output else None
