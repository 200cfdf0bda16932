"""Periods of reports: whole calendar years, and when one may be told outside the centre."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from contracts.refusals import Refusal
from services.impact.domain.readers import Reach
from services.impact.domain.suppression import TOTAL, Cell

PATTERN = r"^\d{4}(\.\.\d{4})?$"


class PeriodRunsBackwards(Refusal):
    status = 422
    sentence = "A period runs from a year to the same or a later one, e.g. 2025 or 2025..2026."


class PeriodCrossesProgrammes(Refusal):
    status = 422
    sentence = (
        "Beside other programmes, a period of {programme} could be subtracted: ask for the whole programme, or with a "
        "key that reads this programme alone."
    )


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day of a year to the last day of the same or a later one."""

    first: int
    last: int

    def __contains__(self, year: object) -> bool:
        return isinstance(year, int) and self.first <= year <= self.last

    def __str__(self) -> str:
        return f"{self.first}..{self.last}" if self.last > self.first else str(self.first)


def period_of(text: str) -> Period:
    """`2025` or `2025..2026`; raises `PeriodRunsBackwards`."""
    years = [int(each) for each in re.findall(r"\d{4}", text)]
    period = Period(years[0], years[-1])
    if period.last < period.first:
        raise PeriodRunsBackwards
    return period


def require_own_period(reach: Reach, programme: str, period: Period | None) -> None:
    """A guarded reader reads periods of a programme only where it is all there is to subtract from."""
    if period is not None and reach.is_guarded and reach.programmes != frozenset({programme}):
        raise PeriodCrossesProgrammes(programme=programme)


def hidden_in(period: Period, hidden: Collection[Cell], years: Collection[object]) -> frozenset[str]:
    """The columns of a table by year that a period does not show, under the heading of all years together.

    A period tells nothing that its years do not tell one by one: it is their sum, and hidden with any of them. A
    period that holds all `years` with something in them is the whole, which was judged by itself.
    """
    if all(year in period for year in years):
        return frozenset(cell.column for cell in hidden if cell.heading == TOTAL)
    return frozenset(cell.column for cell in hidden if cell.heading in period)
