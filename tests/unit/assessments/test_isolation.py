"""Retrofit isolation: one motor measured before and after, and records that cannot carry a saving."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Period
from services.assessments.domain.isolation import Hours, Isolation, Readings, isolate, readings_of
from services.assessments.domain.measurements import Verdict, Work, timing_faults, verdict_of
from services.assessments.domain.rules import Rules, VerificationRules

Near = Callable[[Decimal | None, float], bool]

BEFORE = Period(starts_on=date(2025, 7, 1), ends_on=date(2025, 7, 31))
REPORTING = Period(starts_on=date(2025, 9, 15), ends_on=date(2026, 3, 14))  # 181 days
WORK = Work(began_on=date(2025, 8, 20), in_service_on=date(2025, 9, 1))


def kilowatts(mean: str, sd: str, taken: Period, count: int = 12) -> Readings:
    return Readings(Decimal(mean), Decimal(sd), count, "clamp meter 7", Decimal("0.01"), taken)


COUNTED = Isolation(
    ipmvp_option="B",
    rate_unit="kW",
    before=kilowatts("13.2", "0.3", BEFORE),
    after=kilowatts("8.9", "0.35", REPORTING),
    hours=Hours(Decimal(3050), "hour counter"),
    reporting=REPORTING,
)
STIPULATED = replace(
    COUNTED,
    ipmvp_option="A",
    hours=Hours(Decimal(6000), "shift plan, three shifts", low=Decimal(5400), high=Decimal(6300)),
)


def test_counted_hours_give_the_saving_of_the_period(rules: Rules, near: Near) -> None:
    result = isolate(COUNTED, work=WORK, rules=rules.verification)
    assert result.verdict is Verdict.DEMONSTRATED
    assert result.saving == Decimal(13115)
    assert near(result.saving_low, 12074.04852)
    assert near(result.saving_high, 14155.95148)
    assert near(result.fraction, 0.3257575758)
    assert (result.adjusted_baseline, result.measured) == (Decimal(40260), Decimal(27145))
    assert (result.unit, result.basis, result.reasons, result.flags) == ("kWh", "measured", (), ())
    assert result.annualised is None


def test_stipulated_hours_add_a_range_of_their_own(rules: Rules, near: Near) -> None:
    result = isolate(STIPULATED, work=WORK, rules=rules.verification)
    assert result.verdict is Verdict.DEMONSTRATED
    assert result.saving == result.annualised == Decimal(25800)
    assert near(result.saving_low, 21377.00394)
    assert near(result.saving_high, 29240.16207)
    assert (result.basis, result.flags, result.annualised_label) == (
        "stipulated",
        ("hours_stipulated",),
        "hours_stipulated",
    )


def test_an_annual_figure_needs_a_year_or_the_hours_of_one(rules: Rules) -> None:
    a_year = Hours(Decimal(6000), "shift plan", low=Decimal(5400), high=Decimal(6300))
    half = isolate(replace(COUNTED, hours_a_year=a_year), work=WORK, rules=rules.verification)
    assert (half.annualised, half.annualised_label) == (Decimal(25800), "annualised_from_181_days")
    year = Period(starts_on=date(2025, 9, 15), ends_on=date(2026, 9, 14))
    whole = isolate(replace(COUNTED, reporting=year), work=WORK, rules=rules.verification)
    assert (whole.annualised, whole.annualised_label) == (Decimal(13115), None)


def side(readings: Readings | None, **other: object) -> Readings | None:
    return readings and replace(readings, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (replace(COUNTED, before=None), "nothing_measured"),
        (replace(STIPULATED, after=None), "nothing_measured"),
        (replace(COUNTED, before=side(COUNTED.before, count=4)), "too_few_readings"),
        (replace(COUNTED, after=side(COUNTED.after, count=4)), "too_few_readings"),
        (replace(COUNTED, hours=Hours(Decimal(4345), "counter")), "hours_exceed_period"),
        (replace(STIPULATED, hours=Hours(Decimal(6000), "plan")), "stipulation_without_range"),
        (replace(STIPULATED, hours=Hours(Decimal(6000), "plan", low=Decimal(5000))), "stipulation_without_range"),
        (
            replace(STIPULATED, hours=Hours(Decimal(6000), "plan", low=Decimal(6100), high=Decimal(6300))),
            "stipulation_outside_range",
        ),
        (
            replace(STIPULATED, hours=Hours(Decimal(8000), "plan", low=Decimal(7000), high=Decimal(8761))),
            "hours_exceed_period",
        ),
        (replace(COUNTED, hours_a_year=Hours(Decimal(6000), "plan")), "stipulation_without_range"),
        (replace(COUNTED, before=side(COUNTED.before, taken=REPORTING)), "before_taken_after_change"),
        (
            replace(
                COUNTED,
                before=side(COUNTED.before, taken=Period(starts_on=BEFORE.starts_on, ends_on=WORK.began_on)),
            ),
            "baseline_contains_installation",
        ),
        (
            replace(
                COUNTED,
                reporting=Period(starts_on=date(2025, 8, 31), ends_on=date(2026, 3, 14)),
            ),
            "reporting_before_implementation",
        ),
        (replace(COUNTED, after=side(COUNTED.after, taken=BEFORE)), "readings_outside_reporting"),
    ],
)
def test_a_record_that_cannot_carry_a_saving_is_refused(record: Isolation, reason: str, rules: Rules) -> None:
    result = isolate(record, work=WORK, rules=rules.verification)
    assert (result.verdict, result.reasons) == (Verdict.REFUSED, (reason,))
    assert (result.saving, result.measured, result.annualised) == (None, None, None)


def test_five_readings_and_every_hour_of_a_year_are_enough(rules: Rules) -> None:
    record = replace(
        STIPULATED,
        before=side(STIPULATED.before, count=5),
        hours=Hours(Decimal(8760), "never off", low=Decimal(8700), high=Decimal(8760)),
    )
    assert isolate(record, work=WORK, rules=rules.verification).verdict is Verdict.DEMONSTRATED


@pytest.mark.parametrize(("high", "weak"), [(6000, False), (6002, True)])
def test_a_half_width_beyond_half_the_saving_is_weak(rules: Rules, high: int, weak: bool) -> None:
    """4,000 hours between 2,000 and 6,000 are just not weak."""
    sure = {"sd": Decimal(0), "instrument_uncertainty": Decimal(0)}
    record = replace(
        STIPULATED,
        before=side(STIPULATED.before, **sure),
        after=side(STIPULATED.after, **sure),
        hours=Hours(Decimal(4000), "plan", low=Decimal(2000), high=Decimal(high)),
    )
    assert ("weak" in isolate(record, work=WORK, rules=rules.verification).flags) is weak


def test_the_verdict_turns_at_zero() -> None:
    assert verdict_of(Decimal("0.0001"), Decimal(2)) is Verdict.DEMONSTRATED
    assert verdict_of(Decimal(0), Decimal(2)) is Verdict.NOT_DEMONSTRATED
    assert verdict_of(Decimal(-2), Decimal(0)) is Verdict.NOT_DEMONSTRATED
    assert verdict_of(Decimal(-2), Decimal("-0.0001")) is Verdict.INCREASE_DEMONSTRATED


def test_periods_keep_clear_of_the_work() -> None:
    def faults(before: Period, reporting: Period = REPORTING) -> list[str]:
        return list(timing_faults(before, reporting, WORK))

    def days(first: date, last: date) -> Period:
        return Period(starts_on=first, ends_on=last)

    assert faults(days(date(2025, 7, 1), date(2025, 8, 19))) == []
    assert faults(days(date(2025, 7, 1), date(2025, 8, 20))) == ["baseline_contains_installation"]
    assert faults(days(date(2025, 8, 31), date(2025, 9, 30))) == ["baseline_contains_installation"]
    assert faults(days(date(2025, 9, 1), date(2025, 9, 30))) == ["before_taken_after_change"]
    assert faults(BEFORE, days(date(2025, 9, 1), date(2026, 3, 1))) == []


def test_every_hour_of_the_period_may_be_counted(rules: Rules) -> None:
    always = replace(COUNTED, hours=Hours(Decimal(181 * 24), "counter"))
    assert isolate(always, work=WORK, rules=rules.verification).verdict is Verdict.DEMONSTRATED


def test_all_reasons_are_told_at_once(rules: Rules) -> None:
    bad = replace(COUNTED, before=side(COUNTED.before, count=1), hours=Hours(Decimal(9000), "counter"))
    assert isolate(bad, work=WORK, rules=rules.verification).reasons == ("too_few_readings", "hours_exceed_period")


def test_noise_that_hides_the_saving_is_not_a_saving(rules: Rules) -> None:
    noisy = replace(COUNTED, after=kilowatts("12.9", "1.5", REPORTING))
    result = isolate(noisy, work=WORK, rules=rules.verification)
    assert result.verdict is Verdict.NOT_DEMONSTRATED
    assert "weak" in result.flags
    assert result.saving == Decimal(915)


def test_a_rise_is_told_as_one(rules: Rules) -> None:
    worse = replace(STIPULATED, before=STIPULATED.after and kilowatts("8.9", "0.35", BEFORE))
    worse = replace(worse, after=kilowatts("13.2", "0.3", REPORTING))
    result = isolate(worse, work=WORK, rules=rules.verification)
    assert result.verdict is Verdict.INCREASE_DEMONSTRATED
    assert result.saving_low is not None
    assert result.saving_high is not None
    assert result.saving_low < Decimal(-25800) < result.saving_high < 0


def test_single_readings_become_mean_and_deviation(near: Near) -> None:
    values = [Decimal(each) for each in ("13.0", "13.5", "12.9", "13.4")]
    found = readings_of(values, instrument_id="m", instrument_uncertainty=Decimal("0.01"), taken=BEFORE)
    assert found is not None
    assert (found.mean, found.count) == (Decimal("13.2"), 4)
    assert near(found.sd, 0.29439202887759)
    assert near(found.uncertainty, 0.1977135976)  # sqrt(0.0866667 / 4 + 0.132²)


def test_no_readings_are_nothing_and_one_has_no_deviation() -> None:
    assert readings_of([], instrument_id="m", instrument_uncertainty=Decimal(0), taken=BEFORE) is None
    one = readings_of([Decimal(5)], instrument_id="m", instrument_uncertainty=Decimal(0), taken=BEFORE)
    assert one is not None
    assert (one.sd, one.count) == (Decimal(0), 1)


rates = st.decimals("0.01", "10000", places=2)
hours = st.integers(1, 4344).map(Decimal)


@given(before=rates, after=rates, sd=st.decimals("0", "100", places=2), counted=hours)
def test_the_verdict_follows_the_interval(before: Decimal, after: Decimal, sd: Decimal, counted: Decimal) -> None:
    record = replace(
        COUNTED,
        before=replace(kilowatts("1", "0", BEFORE), mean=before, sd=sd),
        after=replace(kilowatts("1", "0", REPORTING), mean=after, sd=sd),
        hours=Hours(counted, "counter"),
    )
    thresholds = VerificationRules(Decimal("0.9"), 5, Decimal("0.5"), Decimal("0.3"))
    result = isolate(record, work=WORK, rules=thresholds)
    assert result.saving_low is not None
    assert result.saving is not None
    assert result.saving_high is not None
    assert result.saving_low <= result.saving <= result.saving_high
    assert (result.verdict is Verdict.DEMONSTRATED) == (result.saving_low > 0)
    assert (result.verdict is Verdict.INCREASE_DEMONSTRATED) == (result.saving_high < 0)


@given(low=hours, high=hours, value=hours)
def test_a_wider_stipulation_never_narrows_the_interval(low: Decimal, high: Decimal, value: Decimal) -> None:
    low, value, high = sorted((low, value, high))
    thresholds = VerificationRules(Decimal("0.9"), 5, Decimal("0.5"), Decimal("0.3"))
    narrow = isolate(
        replace(STIPULATED, hours=Hours(value, "plan", low=value, high=value)), work=WORK, rules=thresholds
    )
    wide = isolate(replace(STIPULATED, hours=Hours(value, "plan", low=low, high=high)), work=WORK, rules=thresholds)
    assert narrow.saving_low is not None
    assert wide.saving_low is not None
    assert narrow.saving_high is not None
    assert wide.saving_high is not None
    assert wide.saving_low <= narrow.saving_low
    assert narrow.saving_high <= wide.saving_high


@pytest.mark.parametrize(("before", "after"), [("5", "-5"), ("-5", "-50")])
def test_a_motor_does_not_draw_less_than_nothing(before: str, after: str, rules: Rules) -> None:
    record = replace(COUNTED, before=kilowatts(before, "0.1", BEFORE), after=kilowatts(after, "0.1", REPORTING))
    result = isolate(record, work=WORK, rules=rules.verification)
    assert (result.verdict, result.reasons) == (Verdict.REFUSED, ("negative_use",))
