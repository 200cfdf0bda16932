"""Working days that are left to a provider."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Period
from services.matching.domain.bookings import Booking, free_days, planned_period, weeks_of
from tests.unit.matching.examples import MONDAY, uid, working_days

WEEKS = weeks_of(working_days())


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def test_an_empty_diary_has_the_agreed_days_of_every_week() -> None:
    free = free_days(WEEKS, 2, (), ())
    assert free.days == (day(0), day(1), day(7), day(8), day(14), day(15), day(21), day(22))
    assert (free.on_leave, free.booked) == (0, 0)


def test_leave_takes_its_working_days_with_both_ends() -> None:
    free = free_days(WEEKS, 5, (Period(starts_on=day(3), ends_on=day(7)),), ())
    assert free.on_leave == 3  # Thursday, Friday and the Monday after
    assert len(free.days) == 17
    assert not {day(3), day(4), day(7)} & set(free.days)


def test_a_booked_day_cannot_be_had_twice() -> None:
    free = free_days(WEEKS, 5, (), (Booking(uid(1), (day(0), day(1))),))
    assert free.booked == 2
    assert len(free.days) == 18
    assert free.days[0] == day(2)


def test_a_booked_day_counts_towards_the_limit_of_its_week() -> None:
    free = free_days(WEEKS, 2, (), (Booking(uid(1), (day(4),)),))
    assert [each for each in free.days if each < day(7)] == [day(0)]


def test_a_day_booked_before_the_period_counts_towards_the_limit_of_its_week() -> None:
    weeks = weeks_of(working_days(first=day(2), days=5))  # from Wednesday
    assert free_days(weeks, 3, (), (Booking(uid(1), (day(0), day(1))),)).days == (day(2),)


def test_a_day_on_leave_that_is_booked_is_counted_as_booked_only() -> None:
    free = free_days(WEEKS, 5, (Period(starts_on=day(0), ends_on=day(1)),), (Booking(uid(1), (day(0),)),))
    assert (free.booked, free.on_leave, len(free.days)) == (1, 1, 18)


def test_a_week_booked_beyond_its_limit_has_nothing_left() -> None:
    booked = Booking(uid(1), (day(0), day(1), day(2)))
    assert not [each for each in free_days(WEEKS, 2, (), (booked,)).days if each < day(7)]


def test_planning_begins_today_at_the_earliest() -> None:
    assert planned_period(day(0), day(9), day(4)) == Period(starts_on=day(4), ends_on=day(9))
    assert planned_period(day(4), day(9), day(0)) == Period(starts_on=day(4), ends_on=day(9))


def test_a_period_that_is_over_has_nothing_to_plan() -> None:
    assert planned_period(day(0), day(9), day(10)) is None
    assert planned_period(day(0), day(9), day(9)) == Period(starts_on=day(9), ends_on=day(9))


def test_no_more_than_a_year_is_planned() -> None:
    planned = planned_period(day(0), date(2200, 1, 1), day(0))
    assert planned is not None
    assert planned.ends_on == day(366)


days_in_march = st.sets(st.integers(0, 27).map(day), max_size=12).map(lambda days: tuple(sorted(days)))
leaves = st.lists(
    st.tuples(st.integers(-5, 30), st.integers(0, 10)).map(
        lambda span: Period(starts_on=day(span[0]), ends_on=day(span[0] + span[1]))
    ),
    max_size=3,
)


@given(days_in_march, leaves, st.integers(1, 7))
def test_free_days_are_working_days_off_leave_unbooked_and_within_the_week(
    booked: tuple[date, ...], leave: list[Period], limit: int
) -> None:
    free = free_days(WEEKS, limit, tuple(leave), (Booking(uid(1), booked),))
    assert set(free.days) <= set(working_days()) - set(booked)
    assert not any(period.starts_on <= each <= period.ends_on for each in free.days for period in leave)
    for monday in (day(0), day(7), day(14), day(21)):
        here = [each for each in (*free.days, *booked) if monday <= each < monday + timedelta(days=7)]
        in_booking = [each for each in booked if monday <= each < monday + timedelta(days=7)]
        assert len(here) <= max(limit, len(in_booking))
    assert list(free.days) == sorted(set(free.days))


@given(st.lists(st.integers(1, 6), max_size=8), st.integers(1, 5))
def test_bookings_made_one_after_the_other_never_share_a_day(jobs: list[int], limit: int) -> None:
    bookings: tuple[Booking, ...] = ()
    for number, needed in enumerate(jobs):
        free = free_days(WEEKS, limit, (), bookings).days
        if len(free) >= needed:
            bookings += (Booking(uid(number), free[:needed]),)
    taken = [each for booking in bookings for each in booking.days]
    assert len(taken) == len(set(taken))
    assert len(taken) <= 4 * limit
