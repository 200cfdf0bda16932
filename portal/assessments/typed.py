"""Figures of the API as a form shows them to be typed over, and what was typed as the API takes it."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, overload

from portal.forms import Form

if TYPE_CHECKING:
    from api_client import models


def typed(value: Any) -> str | None:
    """A number as anybody would type it: without grouping, and never to be taken for thousands."""
    if value is None:
        return None
    number = Decimal(str(value))
    plain = format(number.normalize(), "f")
    _, mark, decimals = plain.partition(".")
    return plain + "0" if mark and len(decimals) == 3 else plain


def percent_typed(value: Any) -> str | None:
    """A share as per cent."""
    return None if value is None else typed(Decimal(str(value)) * 100)


@overload
def number(form: Form, name: str, *, needed: Literal[True]) -> str: ...
@overload
def number(form: Form, name: str, *, needed: bool = False) -> str | None: ...
def number(form: Form, name: str, *, needed: bool = False) -> str | None:
    """A number for the API: exact, as text; empty where it is needed and there is none."""
    found = form.number(name, needed=needed)
    return _nothing(needed) if found is None else format(found, "f")


@overload
def share(form: Form, name: str, *, needed: Literal[True]) -> str: ...
@overload
def share(form: Form, name: str, *, needed: bool = False) -> str | None: ...
def share(form: Form, name: str, *, needed: bool = False) -> str | None:
    """Per cent as a share of one."""
    found = form.number(name, needed=needed)
    return _nothing(needed) if found is None else format(found / 100, "f")


def money(form: Form, name: str, currency: str) -> "models.MoneyInput | None":
    """An amount beside its currency; None where nobody knows it."""
    amount = number(form, name)
    return None if amount is None else {"amount": amount, "currency": currency}


@overload
def code(form: Form, name: str, *, needed: Literal[True]) -> str: ...
@overload
def code(form: Form, name: str, *, needed: bool = False) -> str | None: ...
def code(form: Form, name: str, *, needed: bool = False) -> str | None:
    """A short name as the API keeps it: spaces become underscores."""
    found = form.text(name, needed=needed)
    return None if found is None else re.sub(r"\s+", "_", found)


@overload
def day(form: Form, name: str, *, needed: Literal[True] = True) -> str: ...
@overload
def day(form: Form, name: str, *, needed: bool) -> str | None: ...
def day(form: Form, name: str, *, needed: bool = True) -> str | None:
    found = form.day(name, needed=needed)
    return _nothing(needed) if found is None else found.isoformat()


def _nothing(needed: bool) -> str | None:
    """What stands for something that was not filled in: what is needed then is noted as a fault, and never sent."""
    return "" if needed else None
