"""When something happened, as far as anybody knows: a day, or only the year around it."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from contracts.refusals import Refusal
from contracts.values import Period

Precision = Literal["day", "year"]


class DayIsInTheFuture(Refusal):
    status = 422
    sentence = "{day} has not come yet: today is {today}."


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A date in the centre's zone and how exactly it is known."""

    on: date
    precision: Precision = "day"


def occurred(on: date | None, *, today: date, precision: Precision = "day") -> Occurrence:
    """The day somebody states, today if they state none; never a day to come."""
    day = on or today
    if day > today:
        raise DayIsInTheFuture(day=day, today=today)
    return Occurrence(day, precision)


def years_after(moment: datetime, years: int) -> datetime:
    """The same day and time some years later; 29 February becomes the 28th."""
    year = moment.year + years
    last = calendar.monthrange(year, moment.month)[1]
    return moment.replace(year=year, day=min(moment.day, last))


def days_of(period: Period) -> int:
    """Days of a period, both ends included."""
    return (period.ends_on - period.starts_on).days + 1


def months_between(first: date, last: date) -> int:
    """Full months from one day to another, 0 if the second is not later."""
    months = (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day)
    return max(months, 0)
