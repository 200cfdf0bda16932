"""Saving streams: one resource and carrier each, in its own unit and in the reporting unit of its resource."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from contracts.refusals import Refusal
from contracts.values import Money, Stream, StreamFigures
from services.assessments.domain.energy import EnergyTables, cubic_metres, tonnes
from services.assessments.domain.figures import amount, ratio


class Resource(StrEnum):
    ENERGY = "energy"
    WATER = "water"
    MATERIAL = "material"
    WASTE = "waste"
    OTHER = "other"


class StreamsAreNumberedTwice(Refusal):
    status = 422
    sentence = "Stream {stream_no} stands twice: number the streams of an option 1 to 4."


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the assessor expects a stream to save a year, in `unit`; what is not estimated is null."""

    stream_no: int
    resource: Resource
    carrier: str
    unit: str
    saving: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    use_per_year: Decimal | None = None
    density_kg_per_m3: Decimal | None = None
    money: Money | None = None
    price_version: str | None = None


def estimated(estimates: Sequence[Estimate], *, tables: EnergyTables, country: str, on: date) -> tuple[Stream, ...]:
    """The streams of an option as its assessor estimates them."""
    numbers = [each.stream_no for each in estimates]
    double = next((no for no in numbers if numbers.count(no) > 1), None)
    if double is not None:
        raise StreamsAreNumberedTwice(stream_no=double)
    return tuple(_estimated(each, tables, country, on) for each in estimates)


def _estimated(estimate: Estimate, tables: EnergyTables, country: str, on: date) -> Stream:
    saving, use = estimate.saving, estimate.use_per_year
    figures = StreamFigures(
        use_per_year=use,
        estimate=saving,
        estimate_low=estimate.low,
        estimate_high=estimate.high,
        fraction=ratio(saving / use) if saving is not None and use else None,
        money=estimate.money,
        price_version=estimate.price_version,
    )
    stream = Stream(
        stream_no=estimate.stream_no, resource=estimate.resource, carrier=estimate.carrier, unit=estimate.unit
    )
    return with_saving(
        stream, figures, saving, tables=tables, country=country, on=on, density=estimate.density_kg_per_m3
    )


def with_saving(
    stream: Stream,
    figures: StreamFigures,
    saving: Decimal | None,
    *,
    tables: EnergyTables,
    country: str,
    on: date,
    density: Decimal | None = None,
) -> Stream:
    """The stream with these figures, its saving a year also in MJ, m3 or t and, for energy, in t CO2e."""
    facts: dict[str, Any] = {"figures": figures, **dict.fromkeys((*_FIELD.values(), "emission_t_co2e"))}
    resource = Resource(stream.resource)
    if saving is not None and resource is not Resource.OTHER:
        exact = in_reporting_unit(resource, stream.carrier, saving, stream.unit, tables=tables, density=density)
        facts[_FIELD[resource]] = amount(exact)
        factor = tables.factor(stream.carrier, country=country, on=on) if resource is Resource.ENERGY else None
        if factor is not None and not factor.biogenic:
            emission = amount(exact * factor.t_per_mj)
            facts["emission_t_co2e"] = emission
            facts["figures"] = figures.model_copy(update={"co2e_t": emission, "factor_version": factor.factor_id})
    return stream.model_copy(update=facts)


def in_reporting_unit(
    resource: Resource,
    carrier: str,
    quantity: Decimal,
    unit: str,
    *,
    tables: EnergyTables,
    density: Decimal | None = None,
) -> Decimal:
    """MJ of energy, m3 of water, t of material or waste."""
    if resource is Resource.ENERGY:
        return tables.mj(carrier, quantity, unit, density)
    if resource is Resource.WATER:
        return cubic_metres(carrier, quantity, unit)
    return tonnes(carrier, quantity, unit, density)


_FIELD = {
    Resource.ENERGY: "energy_mj",
    Resource.WATER: "water_m3",
    Resource.MATERIAL: "material_t",
    Resource.WASTE: "waste_t",
}
