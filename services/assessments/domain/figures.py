"""Exact figures as the events carry them: four places for amounts, eight for ratios."""

from decimal import Decimal
from typing import Annotated

from pydantic import PlainSerializer

from contracts.refusals import Refusal

Number = Annotated[Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json")]
"""An exact figure of any size; a plain string in JSON, never with an exponent."""

_AMOUNT, _RATIO = Decimal("0.0001"), Decimal("0.00000001")
_AMOUNT_LIMIT, _RATIO_LIMIT = Decimal(10) ** 14, Decimal(10) ** 10


class FigureIsTooLarge(Refusal):
    status = 422
    sentence = "A figure of {figure} is beyond what can be recorded: check its unit."


def amount(value: Decimal) -> Decimal:
    """A computed quantity or sum, rounded to four places."""
    return _rounded(value, _AMOUNT, _AMOUNT_LIMIT)


def ratio(value: Decimal) -> Decimal:
    """A computed share or relative change, rounded to eight places."""
    return _rounded(value, _RATIO, _RATIO_LIMIT)


def _rounded(value: Decimal, places: Decimal, limit: Decimal) -> Decimal:
    if abs(value) >= limit - places:
        raise FigureIsTooLarge(figure=f"{value:.3E}")
    return value.quantize(places)
