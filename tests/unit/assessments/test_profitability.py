"""Payback, net present value and rate of return, and the words where there is no number."""

from decimal import Decimal

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import Money
from services.assessments.domain.profitability import Cash, Figure, Word, irr, npv, payback, portfolios, profitability

RATE = Decimal("0.1")


def money(amount: str, currency: str = "USD") -> Money:
    return Money(amount=Decimal(amount), currency=currency)


@pytest.mark.parametrize(
    ("investment", "saving", "expected"),
    [
        ("1000", "500", Figure(Word.VALUE, Decimal(2))),
        ("23700000", "15600000", Figure(Word.VALUE, Decimal("1.5192"))),
        ("0", "500", Figure(Word.IMMEDIATE)),
        ("-3", "500", Figure(Word.IMMEDIATE)),
        ("0", "0", Figure(Word.IMMEDIATE)),
        ("1000", "0", Figure(Word.NONE)),
        ("1000", "-10", Figure(Word.NONE)),
        ("0", "-10", Figure(Word.NONE)),
        (None, "500", Figure(Word.UNKNOWN)),
        ("1000", None, Figure(Word.UNKNOWN)),
    ],
)
def test_payback_has_a_number_or_an_honest_word(investment: str | None, saving: str | None, expected: Figure) -> None:
    known = [None if each is None else Decimal(each) for each in (investment, saving)]
    assert payback(*known) == expected


def test_net_present_value_counts_the_years_and_the_salvage() -> None:
    assert npv(Cash(Decimal(1000), Decimal(500), 3), RATE) == Figure(Word.VALUE, Decimal("243.4260"))
    with_salvage = Cash(Decimal(1000), Decimal(500), 3, salvage=Decimal(133))
    assert npv(with_salvage, RATE) == Figure(Word.VALUE, Decimal("343.3509"))  # + 133 / 1.331
    assert npv(Cash(Decimal(1000), Decimal(500), None), RATE) == Figure(Word.UNKNOWN)
    assert npv(Cash(None, Decimal(500), 3), RATE) == Figure(Word.UNKNOWN)


@pytest.mark.parametrize(
    ("cash", "word"),
    [
        (Cash(Decimal(0), Decimal(500), 3), Word.IMMEDIATE),
        (Cash(Decimal(1000), Decimal(-5), 3), Word.NONE),
        (Cash(Decimal(1000), Decimal(0), 3), Word.NONE),
        (Cash(Decimal(0), Decimal(0), 3), Word.NONE),
        (Cash(Decimal(1000), None, 3), Word.UNKNOWN),
        (Cash(Decimal(1000), Decimal(500), None), Word.UNKNOWN),
        # -100, +230, -132 has its roots at 10 % and 20 %
        (Cash(Decimal(100), Decimal(230), 2, salvage=Decimal(-362)), Word.NOT_UNIQUE),
        # -100, +50, -10 has none
        (Cash(Decimal(100), Decimal(50), 2, salvage=Decimal(-60)), Word.NONE),
    ],
)
def test_a_rate_of_return_may_not_exist_or_not_be_unique(cash: Cash, word: Word) -> None:
    assert irr(cash) == Figure(word)


def test_a_rate_of_return_is_found_whatever_the_currency() -> None:
    """100 for 60 and 60 is 13.07 %; in a currency with many zeros it still is."""
    small = irr(Cash(Decimal(100), Decimal(60), 2))
    large = irr(Cash(Decimal(10) ** 13, Decimal(6) * 10**12, 2))
    assert small == large == Figure(Word.VALUE, Decimal("0.1307"))


positive = st.decimals("0.01", "10000000000000", places=2)


@given(positive, positive, st.integers(1, 60))
def test_a_rate_of_return_makes_the_present_value_nothing(
    investment: Decimal, saving: Decimal, life_years: int
) -> None:
    found = irr(Cash(investment, saving, life_years))
    assert found.word is Word.VALUE
    assert found.value is not None
    step, cent = Decimal("0.0001"), Decimal("0.01")
    if found.value < Decimal("-0.99"):
        return  # so close to losing everything that four places cannot tell
    lower = npv(Cash(investment, saving, life_years), max(found.value - step, Decimal("-0.9999")))
    higher = npv(Cash(investment, saving, life_years), found.value + step)
    assert lower.value is not None
    assert higher.value is not None
    assert higher.value <= cent
    assert lower.value >= -cent


@given(positive, positive, st.integers(1, 60), st.decimals("0", "0.5", places=3))
def test_net_present_value_is_what_the_library_says(
    investment: Decimal, saving: Decimal, life_years: int, rate: Decimal
) -> None:
    found = npv(Cash(investment, saving, life_years), rate).value
    known = pyxirr.npv(float(rate), [-float(investment)] + [float(saving)] * life_years)
    assert found is not None
    assert known is not None
    assert abs(float(found) - known) <= 1e-9 * (float(investment) + float(saving) * life_years) + 1e-4


def test_figures_in_different_currencies_are_never_converted() -> None:
    mixed = profitability(money("1000"), money("500", "XTS"), life_years=3, salvage=None, rate=RATE)
    assert {mixed.payback_years, mixed.npv, mixed.irr} == {Figure(Word.UNKNOWN)}
    foreign = profitability(money("1000"), money("500"), life_years=3, salvage=money("1", "XTS"), rate=RATE)
    assert foreign.npv == Figure(Word.UNKNOWN)


def test_an_option_is_told_by_all_three() -> None:
    found = profitability(money("1000"), money("500"), life_years=3, salvage=None, rate=RATE)
    assert found.payback_years.value == 2
    assert found.npv.value == Decimal("243.4260")
    assert found.irr.value == Decimal("0.2338")
    unknown = profitability(None, money("500"), life_years=3, salvage=None, rate=RATE)
    assert unknown.payback_years == Figure(Word.UNKNOWN)


def test_a_portfolio_divides_the_sums_and_leaves_the_unknown_out() -> None:
    """23.7 / 15.6 M = 1.52, not the mean of the paybacks."""
    usd, xts = portfolios(
        [
            (money("20000000"), money("15000000")),
            (money("3700000"), money("600000")),
            (None, money("9")),
            (money("9"), None),
            (money("9"), money("9", "XTS")),
            (money("10", "XTS"), money("5", "XTS")),
        ]
    )
    assert (usd.currency, usd.options) == ("USD", 2)
    assert usd.payback_years == Figure(Word.VALUE, Decimal("1.5192"))
    assert (xts.currency, xts.options, xts.payback_years.value) == ("XTS", 1, Decimal(2))


def test_an_empty_portfolio_says_nothing() -> None:
    assert portfolios([(None, None)]) == ()
