"""Exact figures: rounded where they are made, refused where they do not fit."""

from decimal import Decimal

import pytest

from contracts.values import Money
from services.assessments.domain.figures import FigureIsTooLarge, amount, ratio


def test_figures_are_rounded_to_their_places() -> None:
    assert str(amount(Decimal("12074.04852"))) == "12074.0485"
    assert str(ratio(Decimal(1) / 3)) == "0.33333333"


@pytest.mark.parametrize("sign", [1, -1])
def test_the_largest_figure_fits_the_published_language_and_the_next_does_not(sign: int) -> None:
    largest = sign * (Decimal(10) ** 14 - Decimal("0.0002"))
    assert Money(amount=amount(largest), currency="USD").amount == largest
    for beyond in (sign * (Decimal(10) ** 14 - Decimal("0.00001")), sign * Decimal(10) ** 14, sign * Decimal(10) ** 40):
        with pytest.raises(FigureIsTooLarge):
            amount(beyond)
    with pytest.raises(FigureIsTooLarge):
        ratio(sign * Decimal(10) ** 10)
