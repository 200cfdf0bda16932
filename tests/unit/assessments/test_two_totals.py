"""Two annual totals tell changes and bounds, and never a saving."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Period
from services.assessments.domain.measurements import Verdict, Work
from services.assessments.domain.rules import Rules
from services.assessments.domain.two_totals import Total, TwoTotals, bounds, compare

Near = Callable[[Decimal | None, float], bool]

YEAR_BEFORE = Period(starts_on=date(2024, 1, 1), ends_on=date(2024, 12, 31))
YEAR_AFTER = Period(starts_on=date(2025, 3, 1), ends_on=date(2026, 2, 28))
WORK = Work(began_on=date(2025, 1, 10), in_service_on=date(2025, 2, 1))


def totals(use0: str, output0: str, use1: str, output1: str, share: str | None = None) -> TwoTotals:
    return TwoTotals(
        unit="MJ",
        before=Total(Decimal(use0), Decimal(output0), "t", YEAR_BEFORE),
        after=Total(Decimal(use1), Decimal(output1), "t", YEAR_AFTER),
        fixed_share=None if share is None else Decimal(share),
    )


def test_less_output_looks_like_a_saving_and_is_not_one(rules: Rules, near: Near) -> None:
    """Output -40 %, energy -30 %: per tonne the plant is 16.7 % worse."""
    result = compare(totals("100000", "100", "70000", "60"), work=WORK, rules=rules.verification)
    assert (result.verdict, result.reasons) == (Verdict.REFUSED, ("two_totals_only",))
    assert (result.saving, result.fraction, result.annualised) == (None, None, None)
    assert result.raw_change == Decimal("-0.3")
    assert near(result.intensity_change, 0.1666666667)
    assert result.output_change == Decimal("-0.4")
    found = result.bounds
    assert found is not None
    assert near(found.productivity_change, -0.1428571429)
    assert (found.adjusted_share_0, found.adjusted_share_1) == (Decimal(60000), Decimal(100000))
    assert (found.saving_share_0, found.saving_share_1) == (Decimal(-10000), Decimal(30000))
    assert near(found.fraction_share_0, -0.1666666667)
    assert found.fraction_share_1 == Decimal("0.3")
    assert found.break_even_fixed_share == Decimal("0.25")
    assert found.fixed_share_needed_for_threshold == 1
    assert found.reaches_threshold_by_raw_change
    assert found.declared is None


def test_a_declared_share_tells_what_growth_alone_would_do(rules: Rules, near: Near) -> None:
    """Brewery water 6.0 to 3.2 hl/hl while output doubles, share 0.40."""
    result = compare(totals("6000", "1000", "6400", "2000", "0.4"), work=WORK, rules=rules.verification)
    assert result.verdict is Verdict.REFUSED
    assert near(result.intensity_change, -0.4666666667)
    assert near(result.raw_change, 0.06666666667)
    found = result.bounds
    assert found is not None
    assert (found.intensity_before, found.intensity_after) == (Decimal(6), Decimal("3.2"))
    assert found.productivity_change == Decimal("0.875")
    assert (found.adjusted_share_0, found.saving_share_0) == (Decimal(12000), Decimal(5600))
    assert found.saving_share_1 == -400
    assert not found.reaches_threshold_by_raw_change
    assert near(found.fraction_share_0, 0.4666666667)
    assert found.declared is not None
    assert found.declared.adjusted_baseline == Decimal(9600)
    assert found.declared.saving == Decimal(3200)
    assert near(found.declared.fraction, 0.3333333333)
    assert found.declared.intensity_from_growth_alone == Decimal("4.8")
    assert found.declared.intensity_change_from_growth_alone == Decimal("-0.2")


def test_with_the_same_output_no_share_breaks_even() -> None:
    found = bounds(totals("100", "10", "90", "10"), Decimal("0.3"))
    assert (found.break_even_fixed_share, found.fixed_share_needed_for_threshold) == (None, None)
    assert found.saving_share_0 == found.saving_share_1 == 10


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (
            replace(totals("100", "10", "90", "10"), after=Total(Decimal(90), Decimal(10), "pieces", YEAR_AFTER)),
            "output_unit_changed",
        ),
        (totals("100", "10", "-5", "10"), "negative_use"),
        (totals("0", "10", "5", "10"), "total_is_zero"),
        (totals("100", "0", "5", "10"), "total_is_zero"),
        (totals("100", "10", "0", "10"), "total_is_zero"),
        (totals("100", "10", "5", "0"), "total_is_zero"),
    ],
)
def test_totals_that_cannot_be_compared_give_no_change(record: TwoTotals, reason: str, rules: Rules) -> None:
    result = compare(record, work=WORK, rules=rules.verification)
    assert result.reasons == ("two_totals_only", reason)
    assert (result.bounds, result.raw_change) == (None, None)


def test_periods_that_touch_the_work_are_told_beside_the_changes(rules: Rules) -> None:
    during = replace(totals("100", "10", "90", "10"), before=Total(Decimal(100), Decimal(10), "t", YEAR_AFTER))
    result = compare(during, work=WORK, rules=rules.verification)
    assert result.reasons == ("two_totals_only", "before_taken_after_change")
    assert result.raw_change == Decimal("-0.1")


positive = st.decimals("1", "10000", places=2)


@given(positive, positive, positive, positive)
def test_the_break_even_share_saves_exactly_nothing(
    use0: Decimal, output0: Decimal, use1: Decimal, output1: Decimal
) -> None:
    growth = output1 / output0
    if abs(growth - 1) < Decimal("0.01"):
        return
    record = totals(str(use0), str(output0), str(use1), str(output1))
    share = bounds(record, Decimal("0.3")).break_even_fixed_share
    assert share is not None
    adjusted = use0 * (share + (1 - share) * growth)
    assert abs(adjusted - use1) <= use0 * abs(growth - 1) * Decimal("1e-8")


@given(positive, positive, positive, positive, st.decimals("0", "1", places=3))
def test_any_declared_share_lies_between_the_ends(
    use0: Decimal, output0: Decimal, use1: Decimal, output1: Decimal, share: Decimal
) -> None:
    found = bounds(totals(str(use0), str(output0), str(use1), str(output1), str(share)), Decimal("0.3"))
    assert found.declared is not None
    low, high = sorted((found.saving_share_0, found.saving_share_1))
    assert low <= found.declared.saving <= high
