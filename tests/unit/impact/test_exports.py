"""Exports: which years, figures as text, and two figures in one place."""

from datetime import date
from decimal import Decimal

import pytest

from services.impact.domain.exports import (
    PeriodIsNoYear,
    Place,
    YearHasNotBegun,
    as_text,
    collisions,
    remark,
    year_of,
)
from services.impact.domain.periods import Period
from services.impact.domain.results import Actual

TODAY = date(2026, 1, 1)


def test_a_year_is_exported_from_its_first_day() -> None:
    assert (year_of("2025", TODAY), year_of("2026", TODAY)) == (Period(2025, 2025), Period(2026, 2026))
    with pytest.raises(YearHasNotBegun):
        year_of("2027", TODAY)


@pytest.mark.parametrize("text", ["2025Q1", "202501", "2025..2026", "２０２５", "-202", "", "2025 "])
def test_what_is_no_year_is_refused(text: str) -> None:
    with pytest.raises(PeriodIsNoYear):
        year_of(text, TODAY)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("6003.00010", "6003.0001"),
        ("7.0000", "7"),
        ("700", "700"),
        ("1E+3", "1000"),
        ("-0.0000", "0"),
        ("-12.50", "-12.5"),
        ("12345678901234567890123456789012345.1234", "12345678901234567890123456789012345.1234"),
    ],
)
def test_a_figure_is_written_exactly_and_without_exponent(value: str, text: str) -> None:
    assert as_text(Decimal(value)) == text


def test_two_figures_in_one_place_are_told_in_words() -> None:
    here, there = Place("a", "b", None, None), Place("a", "b", "c", None)
    assert collisions([("one", here), ("two", there)]) == []
    assert collisions([("one", here), ("two", there), ("three", here)]) == [
        "one and three would stand in the same place and overwrite each other"
    ]


def test_what_must_be_known_beside_a_figure() -> None:
    others = {"XTS": Decimal("5.50"), "EUR": None}
    assert remark(Actual(Decimal(1), 1, 2, others)) == "2 more without this figure; besides 5.5 XTS"
    assert remark(Actual(Decimal(1), 1, 0)) is None
