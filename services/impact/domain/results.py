"""What has come out: groups of options, work done, and a programme's figures against its targets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from services.impact.domain.stages import QUANTITIES
from services.impact.domain.tables import COUNT, money


@dataclass(slots=True)
class OptionGroup:
    """What a group of options costs and saves a year; what nobody stated is counted apart, never as 0.

    `stated` is how many options stand behind each figure.
    """

    count: int = 0
    clients: int = 0
    investment: dict[str, Decimal] = field(default_factory=dict)
    annual_saving: dict[str, Decimal] = field(default_factory=dict)
    quantities: dict[str, Decimal] = field(default_factory=dict)
    stated: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkDone:
    """Completed engagements, their days (and of how many they are known), and for how many clients."""

    engagements: int
    days: Decimal | None
    with_days: int
    clients: int


@dataclass(frozen=True, slots=True)
class Actual:
    """What an indicator has come to, and how many records stand behind it.

    Money also in the currencies beside the programme's own (None: suppressed).
    """

    value: Decimal | None
    records: int
    unknown: int | None = None
    others: Mapping[str, Decimal | None] = field(default_factory=dict)


def of_work(measure: str, work: WorkDone) -> Actual:
    """Engagements completed, or the days they took."""
    if measure == "engagements":
        return Actual(Decimal(work.engagements), work.engagements)
    return Actual(work.days, work.with_days)


def of_options(measure: str, group: OptionGroup, currency: str, hidden: frozenset[str]) -> Actual | None:
    """Options counted, or a figure of theirs added up; None is suppressed."""
    if not hidden.isdisjoint({COUNT, measure, money(measure, currency)}):
        return None
    if measure == "options":
        return Actual(Decimal(group.count), group.count)
    if measure in ("investment", "annual_saving"):
        sums: dict[str, Decimal] = getattr(group, measure)
        others = {
            each: None if money(measure, each) in hidden else amount
            for each, amount in sums.items()
            if each != currency
        }
        own = money(measure, currency)
        return Actual(sums.get(currency), group.stated.get(own, 0), group.unknown.get(measure, 0), others)
    resource = next(resource for quantity, resource in QUANTITIES.items() if quantity == measure)
    return Actual(group.quantities.get(measure), group.stated.get(measure, 0), group.unknown.get(resource, 0))
