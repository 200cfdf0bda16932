"""What the options of an assessment add up to, and what each row of its baseline says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

Option = Mapping[str, Any]
GJ = Decimal(1000)


@dataclass(frozen=True)
class Total:
    """A sum over what is known; `unknown` options have said nothing. `value` None: nobody has."""

    value: Decimal | None
    unknown: int = 0


@dataclass(frozen=True)
class Money:
    """Sums per currency, never converted."""

    sums: tuple[tuple[str, Decimal], ...]
    unknown: int


@dataclass(frozen=True)
class Line:
    """One row of a baseline; `per_output` for each unit of output, None where it makes no sense or is not known."""

    kind: str
    name: str
    amount: Decimal | None
    unit: str
    per_output: Decimal | None = None
    cost: Mapping[str, Any] | None = None
    is_part: bool = False


def money(options: Iterable[Option], field: str) -> Money:
    """`investment` or `annual_saving` of these options, per currency."""
    sums: dict[str, Decimal] = {}
    unknown = 0
    for option in options:
        stated = option[field]
        if stated is None:
            unknown += 1
            continue
        sums[stated["currency"]] = sums.get(stated["currency"], Decimal(0)) + Decimal(stated["amount"])
    return Money(tuple(sorted(sums.items())), unknown)


def saved(options: Iterable[Option], field: str, resource: str) -> Total:
    """What these options save a year of one resource, e.g. `water_m3` of the streams of water."""
    figures = [stream[field] for option in options for stream in option["streams"] if stream["resource"] == resource]
    known = [Decimal(each) for each in figures if each is not None]
    return Total(sum(known, Decimal(0)) if known else None, len(figures) - len(known))


def of_option(option: Option, field: str) -> Decimal | None:
    """What one option saves a year in a reporting unit, all its streams together."""
    known = [Decimal(stream[field]) for stream in option["streams"] if stream[field] is not None]
    return sum(known, Decimal(0)) if known else None


def share(part: Decimal | None, whole: Any, period: Mapping[str, str]) -> Decimal | None:
    """A year's saving as a share of a year's use; None where the baseline is no year, or not known, or nothing."""
    if part is None or whole is None or not Decimal(whole) or not is_a_year(period):
        return None
    return part / Decimal(whole)


def is_a_year(period: Mapping[str, str]) -> bool:
    starts_on, ends_on = date.fromisoformat(period["starts_on"]), date.fromisoformat(period["ends_on"])
    return (ends_on.year - starts_on.year) * 12 + ends_on.month - starts_on.month == 11


def energy_lines(baseline: Mapping[str, Any], names: Sequence[str]) -> list[Line]:
    """The carriers as they stand on their bills."""
    output = output_of(baseline)
    found = []
    for line, name in zip(baseline["energy"], names, strict=True):
        stated = line["stated"]
        amount = Decimal(stated["quantity"])
        found.append(Line("energy", name, amount, stated["unit"], _per(amount, output), stated["cost"], is_part=True))
    return found


def total_lines(baseline: Mapping[str, Any], names: Mapping[str, str]) -> list[Line]:
    """The absolute indicators; `names` gives the words for those that are shown."""
    output = output_of(baseline)
    plain = (
        ("energy_mj", "energy", "GJ", GJ),
        ("material_t", "material", "t", 1),
        ("water_m3", "water", "m3", 1),
        ("waste_water_m3", "water", "m3", 1),
        ("waste_t", "waste", "t", 1),
        ("emission_t_co2e", "", "t_co2e", 1),
        ("biogenic_t_co2", "", "t_co2e", 1),
    )
    found = []
    for field, kind, unit, divisor in plain:
        amount = None if baseline[field] is None else Decimal(baseline[field]) / divisor
        if field != "biogenic_t_co2" or amount:
            found.append(Line(kind, names[field], amount, unit, _per(amount, output)))
    if baseline["operating_hours"] is not None:
        found.append(Line("", names["operating_hours"], Decimal(baseline["operating_hours"]), "h"))
    return found


def output_of(baseline: Mapping[str, Any]) -> Decimal | None:
    """What may be divided by."""
    output = baseline["output"]
    return Decimal(output["quantity"]) or None if output else None


def _per(amount: Decimal | None, output: Decimal | None) -> Decimal | None:
    return None if amount is None or output is None else amount / output
