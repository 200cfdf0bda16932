"""What leaves for the statistics system of somebody else: which years, and what stands in one place there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from contracts.refusals import Refusal
from services.impact.domain.periods import Period
from services.impact.domain.results import Actual

YEAR_DIGITS = 4


class PeriodIsNoYear(Refusal):
    status = 422
    sentence = (
        "{period} is no calendar year. Figures count in whole years so far, not in quarters or months: "
        "ask for a year such as 2025."
    )


class YearHasNotBegun(Refusal):
    status = 422
    sentence = "The year {period} has not begun: there is nothing to export."


class CodesAreNotMapped(Refusal):
    status = 422
    sentence = (
        "The mapping does not know everything the figures of {period} are filed under, so nothing was made: {codes}. "
        'Name each in the mapping; with an empty text (code = "") it is left out on purpose.'
    )


def year_of(text: str, today: date) -> Period:
    """The year an export asks for; raises `PeriodIsNoYear`, and `YearHasNotBegun` for one that lies ahead."""
    if len(text) != YEAR_DIGITS or not (text.isascii() and text.isdigit()):
        raise PeriodIsNoYear(period=text)
    year = int(text)
    if year > today.year:
        raise YearHasNotBegun(period=text)
    return Period(year, year)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a figure stands in DHIS2: a second figure of the same period there overwrites the first."""

    data_element: str
    org_unit: str
    category_option_combo: str | None
    attribute_option_combo: str | None


@dataclass(frozen=True, slots=True)
class Exported:
    """A figure in its place, exact."""

    place: Place
    value: Decimal
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A code that has figures and no place: a province, sector, programme, indicator or currency."""

    kind: str
    code: str
    sentence: str


def collisions(places: Iterable[tuple[str, Place]]) -> list[str]:
    """Figures that would overwrite each other, in words, a sentence for each pair."""
    first: dict[Place, str] = {}
    found: list[str] = []
    for words, place in places:
        if place in first:
            found.append(f"{first[place]} and {words} would stand in the same place and overwrite each other")
        first.setdefault(place, words)
    return found


def as_text(value: Decimal) -> str:
    """Exactly this figure without an exponent and without zeros at its end; DHIS2 knows no minus zero."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if value == 0 else text


def remark(actual: Actual) -> str | None:
    """What must be known beside a figure: how many records state none, and what stands in other currencies."""
    parts = [f"{actual.unknown} more without this figure"] if actual.unknown else []
    others = {currency: amount for currency, amount in sorted(actual.others.items()) if amount is not None}
    parts += [f"besides {as_text(amount)} {currency}" for currency, amount in others.items()]
    return "; ".join(parts) or None
