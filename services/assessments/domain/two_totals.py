"""Two annual totals: changes, both ends and the break-even share, but never a verified saving."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from contracts.values import Period
from services.assessments.domain.figures import Number, amount, ratio
from services.assessments.domain.measurements import Bounds, DeclaredShare, Result, Verdict, Work, timing_faults
from services.assessments.domain.rules import VerificationRules

METHOD = "two_annual_totals"


@dataclass(frozen=True, slots=True)
class Total:
    """Use and output of one year."""

    use: Number
    output: Number
    output_unit: str
    period: Period


@dataclass(frozen=True, slots=True)
class TwoTotals:
    """A year before and a year after in `unit`; `fixed_share` is the plan's, if it declares one."""

    unit: str
    before: Total
    after: Total
    fixed_share: Number | None = None
    method: Literal["two_annual_totals"] = "two_annual_totals"


def compare(totals: TwoTotals, *, work: Work, rules: VerificationRules) -> Result:
    """Always refused: two totals cannot part a saving from a change of output. What they do tell stands beside it."""
    reasons = tuple(_reasons(totals, work))
    unusable = {"output_unit_changed", "negative_use", "total_is_zero"} & set(reasons)
    if unusable:
        return Result(METHOD, "C", Verdict.REFUSED, totals.unit, reasons=reasons)
    before, after = totals.before, totals.after
    return Result(
        method=METHOD,
        ipmvp_option="C",
        verdict=Verdict.REFUSED,
        unit=totals.unit,
        reasons=reasons,
        measured=amount(after.use),
        raw_change=ratio(after.use / before.use - 1),
        intensity_change=ratio(_intensity(after) / _intensity(before) - 1),
        output_change=ratio(after.output / before.output - 1),
        output_unit=after.output_unit,
        bounds=bounds(totals, rules.tier_threshold),
    )


def bounds(totals: TwoTotals, threshold: Decimal) -> Bounds:
    """The saving at both ends of the fixed share f, with A(f) = E0 (f + (1 - f) P1/P0), and where it turns."""
    before, after = totals.before, totals.after
    proportional, fixed = _adjusted(totals, Decimal(0)), _adjusted(totals, Decimal(1))
    return Bounds(
        intensity_before=_intensity(before),
        intensity_after=_intensity(after),
        productivity_change=ratio(_intensity(before) / _intensity(after) - 1),
        adjusted_share_0=amount(proportional),
        adjusted_share_1=amount(fixed),
        saving_share_0=amount(proportional - after.use),
        saving_share_1=amount(fixed - after.use),
        fraction_share_0=ratio(1 - after.use / proportional),
        fraction_share_1=ratio(1 - after.use / fixed),
        break_even_fixed_share=_share_for(totals, Decimal(0)),
        fixed_share_needed_for_threshold=_share_for(totals, threshold),
        reaches_threshold_by_raw_change=1 - after.use / before.use >= threshold,
        declared=None if totals.fixed_share is None else _declared(totals, totals.fixed_share),
    )


def _declared(totals: TwoTotals, share: Decimal) -> DeclaredShare:
    adjusted = _adjusted(totals, share)
    from_growth = adjusted / totals.after.output
    return DeclaredShare(
        fixed_share=share,
        adjusted_baseline=amount(adjusted),
        saving=amount(adjusted - totals.after.use),
        fraction=ratio(1 - totals.after.use / adjusted),
        intensity_from_growth_alone=from_growth,
        intensity_change_from_growth_alone=ratio(from_growth / _intensity(totals.before) - 1),
    )


def _adjusted(totals: TwoTotals, share: Decimal) -> Decimal:
    growth = totals.after.output / totals.before.output
    return totals.before.use * (share + (1 - share) * growth)


def _share_for(totals: TwoTotals, fraction: Decimal) -> Decimal | None:
    """The fixed share at which exactly this fraction was saved; 0 gives f* = (E1/E0 - P1/P0) / (1 - P1/P0)."""
    growth = totals.after.output / totals.before.output
    if growth == 1:
        return None
    return ratio((totals.after.use / totals.before.use / (1 - fraction) - growth) / (1 - growth))


def _intensity(total: Total) -> Decimal:
    return total.use / total.output


def _reasons(totals: TwoTotals, work: Work) -> Iterator[str]:
    before, after = totals.before, totals.after
    yield "two_totals_only"
    if before.output_unit != after.output_unit:
        yield "output_unit_changed"
    if min(before.use, after.use) < 0:
        yield "negative_use"
    if 0 in (before.use, after.use) or min(before.output, after.output) <= 0:
        yield "total_is_zero"
    yield from timing_faults(before.period, after.period, work)
