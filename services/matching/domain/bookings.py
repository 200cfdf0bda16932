"""Working days a provider still has: its week, its leave and the days its engagements hold."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, groupby
from typing import NamedTuple
from uuid import UUID

from contracts.values import Period

HORIZON = timedelta(days=366)
"""How far ahead days are planned: a later day of a longer period is not looked at."""


@dataclass(frozen=True, slots=True)
class Booking:
    """The very days an engagement holds, in order: proof that all bookings of a provider can be kept."""

    engagement_id: UUID
    days: tuple[date, ...]


class Week(NamedTuple):
    """The working days of a period that lie in one week; weeks are counted from Monday."""

    number: int
    days: tuple[date, ...]


class FreeDays(NamedTuple):
    """What is left to a provider in a period, and why it is not more."""

    days: tuple[date, ...]
    on_leave: int = 0
    booked: int = 0


def planned_period(starts_on: date, ends_on: date, today: date) -> Period | None:
    """The part of a period that can still be worked, at most a year of it; None when it is over."""
    first = max(starts_on, today)
    return Period(starts_on=first, ends_on=min(ends_on, first + HORIZON)) if first <= ends_on else None


def weeks_of(working_days: Iterable[date]) -> tuple[Week, ...]:
    """Working days in their order, week by week."""
    return tuple(Week(number, tuple(days)) for number, days in groupby(working_days, _week_number))


def free_days(
    weeks: tuple[Week, ...], days_per_week: int, leave: tuple[Period, ...], bookings: tuple[Booking, ...]
) -> FreeDays:
    """The days of these weeks that are neither on leave nor booked, at most `days_per_week` in any week.

    A week's limit counts every day booked in it, also one outside the period.
    """
    if not leave and not bookings:
        return FreeDays(tuple(chain.from_iterable([days[:days_per_week] for _, days in weeks])))
    taken = {day for booking in bookings for day in booking.days}
    worked = Counter(map(_week_number, taken))
    free: list[date] = []
    on_leave = booked = 0
    for number, days in weeks:
        untaken = [day for day in days if day not in taken]
        here = _without(untaken, leave)
        booked += len(days) - len(untaken)
        on_leave += len(untaken) - len(here)
        free += here[: max(0, days_per_week - worked[number])]
    return FreeDays(tuple(free), on_leave, booked)


def _without(days: list[date], periods: tuple[Period, ...]) -> list[date]:
    for period in periods:
        if days and period.starts_on <= days[-1] and days[0] <= period.ends_on:
            days = [day for day in days if not period.starts_on <= day <= period.ends_on]
    return days


def _week_number(day: date) -> int:
    return (day.toordinal() - 1) // 7  # day 1 of the calendar is a Monday
