"""Retrofit isolation (IPMVP options A and B): a rate measured before and after, times hours."""

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from contracts.values import Period
from services.assessments.domain.figures import Number, amount, ratio
from services.assessments.domain.measurements import Result, Verdict, Work, timing_faults, verdict_of
from services.assessments.domain.occurrence import days_of
from services.assessments.domain.rules import VerificationRules

METHOD = "retrofit_isolation"
HOURS_A_YEAR = Decimal(8_760)
RateUnit = Literal["kW", "m3/h", "l/h", "kg/h", "t/h"]
RATE_UNITS: dict[RateUnit, str] = {"kW": "kWh", "m3/h": "m3", "l/h": "l", "kg/h": "kg", "t/h": "t"}
"""What a meter shows → the unit that an hour of it makes."""


@dataclass(frozen=True, slots=True)
class Readings:
    """Readings of one instrument in one state; `instrument_uncertainty` is its relative standard uncertainty."""

    mean: Number
    sd: Number
    count: int
    instrument_id: str
    instrument_uncertainty: Number
    taken: Period

    @property
    def uncertainty(self) -> Decimal:
        """Standard uncertainty of the mean: u² = sd² / k + (relative instrument u x mean)²."""
        return (self.sd**2 / self.count + (self.instrument_uncertainty * self.mean) ** 2).sqrt()


def readings_of(
    values: Sequence[Decimal], *, instrument_id: str, instrument_uncertainty: Decimal, taken: Period
) -> Readings | None:
    """Mean and sample deviation of single readings; None where there are none."""
    if not values:
        return None
    return Readings(
        mean=statistics.mean(values),
        sd=statistics.stdev(values) if len(values) > 1 else Decimal(0),
        count=len(values),
        instrument_id=instrument_id,
        instrument_uncertainty=instrument_uncertainty,
        taken=taken,
    )


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours by a counter (a value) or stipulated (a value within a declared range), and where they come from."""

    value: Number
    source: str
    low: Number | None = None
    high: Number | None = None


@dataclass(frozen=True, slots=True)
class Isolation:
    """Option B: `hours` counted in the reporting period. Option A: `hours` a year, stipulated with a range.

    `hours_a_year` lets option B, measured over less than a year, also state an annual figure.
    """

    ipmvp_option: Literal["A", "B"]
    rate_unit: RateUnit
    before: Readings | None
    after: Readings | None
    hours: Hours
    reporting: Period
    hours_a_year: Hours | None = None
    method: Literal["retrofit_isolation"] = "retrofit_isolation"


def isolate(isolation: Isolation, *, work: Work, rules: VerificationRules) -> Result:
    """S = (rate before - rate after) x hours, with its interval; refused where the record cannot carry it."""
    unit = RATE_UNITS[isolation.rate_unit]
    faults = tuple(_faults(isolation, work, rules))
    before, after = isolation.before, isolation.after
    if faults or before is None or after is None:
        return Result(METHOD, isolation.ipmvp_option, Verdict.REFUSED, unit, reasons=faults)
    difference = before.mean - after.mean
    half_width = _coverage(rules.confidence) * (before.uncertainty**2 + after.uncertainty**2).sqrt()
    low, high = _interval(difference, half_width, isolation.hours)
    hours = isolation.hours.value
    annualised, label = _a_year(isolation, difference)
    return Result(
        method=METHOD,
        ipmvp_option=isolation.ipmvp_option,
        verdict=verdict_of(low, high),
        unit=unit,
        flags=tuple(_flags(isolation, difference * hours, low, high, rules)),
        basis="stipulated" if isolation.ipmvp_option == "A" else "measured",
        confidence=rules.confidence,
        measured=amount(after.mean * hours),
        adjusted_baseline=amount(before.mean * hours),
        saving=amount(difference * hours),
        saving_low=amount(low),
        saving_high=amount(high),
        fraction=ratio(difference / before.mean) if before.mean else None,
        annualised=None if annualised is None else amount(annualised),
        annualised_label=label,
    )


def _faults(isolation: Isolation, work: Work, rules: VerificationRules) -> Iterator[str]:
    sides = (isolation.before, isolation.after)
    if any(side is None for side in sides):
        yield "nothing_measured"
    if any(side is not None and side.mean < 0 for side in sides):
        yield "negative_use"
    if any(side is not None and side.count < rules.min_readings for side in sides):
        yield "too_few_readings"
    if isolation.ipmvp_option == "A":
        yield from _stipulation_faults(isolation.hours)
    elif isolation.hours.value > days_of(isolation.reporting) * 24:
        yield "hours_exceed_period"
    if isolation.hours_a_year is not None:
        yield from _stipulation_faults(isolation.hours_a_year)
    yield from timing_faults(isolation.before.taken if isolation.before else None, isolation.reporting, work)
    if isolation.after is not None and not _within(isolation.after.taken, isolation.reporting):
        yield "readings_outside_reporting"


def _stipulation_faults(hours: Hours) -> Iterator[str]:
    if hours.low is None or hours.high is None:
        yield "stipulation_without_range"
    elif not hours.low <= hours.value <= hours.high:
        yield "stipulation_outside_range"
    if max(hours.value, hours.high or 0) > HOURS_A_YEAR:
        yield "hours_exceed_period"


def _interval(difference: Decimal, half_width: Decimal, hours: Hours) -> tuple[Decimal, Decimal]:
    """The measured interval times the hours; a stipulation is a second range, and the outer pair is signed."""
    ends = [
        rate * each
        for rate in (difference - half_width, difference + half_width)
        for each in (hours.value, hours.low, hours.high)
        if each is not None
    ]
    return min(ends), max(ends)


def _a_year(isolation: Isolation, difference: Decimal) -> tuple[Decimal | None, str | None]:
    """The saving a year: stipulated hours are annual, a measured year is one; never saving x 12/m."""
    if isolation.ipmvp_option == "A":
        return difference * isolation.hours.value, "hours_stipulated"
    days = days_of(isolation.reporting)
    if days >= 365:
        return difference * isolation.hours.value * 365 / days, None
    if isolation.hours_a_year is not None:
        return difference * isolation.hours_a_year.value, f"annualised_from_{days}_days"
    return None, None


def _flags(
    isolation: Isolation, saving: Decimal, low: Decimal, high: Decimal, rules: VerificationRules
) -> Iterator[str]:
    if isolation.ipmvp_option == "A":
        yield "hours_stipulated"
    if (high - low) / 2 > abs(saving) * rules.weak_half_width:
        yield "weak"


def _coverage(confidence: Decimal) -> Decimal:
    """The normal quantile of a two-sided interval: 1.645 at 90 %."""
    return Decimal(repr(statistics.NormalDist().inv_cdf((1 + float(confidence)) / 2)))


def _within(inner: Period, outer: Period) -> bool:
    return outer.starts_on <= inner.starts_on and inner.ends_on <= outer.ends_on
