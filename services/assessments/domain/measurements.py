"""What a verifier measured and what it shows: the record every method fills, and its verdict."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from contracts.values import Period
from services.assessments.domain.figures import Number


class Verdict(StrEnum):
    """`not_demonstrated` is not "no saving"; `refused` means the data cannot tell."""

    DEMONSTRATED = "demonstrated"
    NOT_DEMONSTRATED = "not_demonstrated"
    INCREASE_DEMONSTRATED = "increase_demonstrated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Work:
    """When an option was put in: readings before it end before `began_on`, readings after start at `in_service_on`."""

    began_on: date
    in_service_on: date


@dataclass(frozen=True, slots=True)
class DeclaredShare:
    """What two totals would say if this share of the use is fixed; told beside the verdict, never part of it."""

    fixed_share: Number
    adjusted_baseline: Number
    saving: Number
    fraction: Number
    intensity_from_growth_alone: Number
    intensity_change_from_growth_alone: Number


@dataclass(frozen=True, slots=True)
class Bounds:
    """What two totals do tell: changes, and the saving if nothing (share 0) or everything (share 1) is fixed."""

    intensity_before: Number
    intensity_after: Number
    productivity_change: Number
    adjusted_share_0: Number
    adjusted_share_1: Number
    saving_share_0: Number
    saving_share_1: Number
    fraction_share_0: Number
    fraction_share_1: Number
    break_even_fixed_share: Number | None
    fixed_share_needed_for_threshold: Number | None
    reaches_threshold_by_raw_change: bool
    declared: DeclaredShare | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """Figures in `unit`; fractions of the adjusted baseline of the measured boundary; what is not computed is null."""

    method: str
    ipmvp_option: str
    verdict: Verdict
    unit: str
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    basis: str | None = None
    confidence: Number | None = None
    measured: Number | None = None
    adjusted_baseline: Number | None = None
    saving: Number | None = None
    saving_low: Number | None = None
    saving_high: Number | None = None
    fraction: Number | None = None
    raw_change: Number | None = None
    intensity_change: Number | None = None
    output_change: Number | None = None
    output_unit: str | None = None
    annualised: Number | None = None
    annualised_label: str | None = None
    bounds: Bounds | None = None


def verdict_of(low: Decimal, high: Decimal) -> Verdict:
    """Low end above zero: demonstrated; high end below: an increase is; else neither."""
    if low > 0:
        return Verdict.DEMONSTRATED
    return Verdict.INCREASE_DEMONSTRATED if high < 0 else Verdict.NOT_DEMONSTRATED


def timing_faults(before: Period | None, reporting: Period, work: Work) -> Iterator[str]:
    """Reasons why periods cannot stand for before and after: both must keep clear of the installation."""
    if before is not None and before.starts_on >= work.in_service_on:
        yield "before_taken_after_change"
    elif before is not None and before.ends_on >= work.began_on:
        yield "baseline_contains_installation"
    if reporting.starts_on < work.in_service_on:
        yield "reporting_before_implementation"
