"""Numbers, money and times as a language writes them, and numbers as people type them."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, format_time
from babel.numbers import format_currency, format_decimal, format_percent

from portal.words import Words

NONE = "–"
SUPPRESSED = "suppressed"
SOON = timedelta(hours=48)
DIGITS = str.maketrans({chr(base + n): str(n) for base in (0x17E0, 0x0ED0) for n in range(10)})
"""Khmer and Lao digits are as good as any."""
NUMBER = re.compile(r"[-+]?[0-9.,\u00a0\u202f ]*[0-9]")


class NumberIsAmbiguous(ValueError):
    """`1.234` may be a thousand or a little more than one: only whoever wrote it knows."""


class NumberIsNone(ValueError):
    """What was typed is no number."""


@dataclass(frozen=True)
class Deadline:
    """A moment until which something is to be done, in both forms."""

    left: str
    until: str
    state: str
    """`past`, `soon` (under 48 hours) or `later`."""


@dataclass(frozen=True)
class Figures:
    """How one language writes figures; `zone` is the centre's own, in which its days end."""

    words: Words
    zone: ZoneInfo

    @property
    def locale(self) -> Locale:
        return self.words.locale

    def number(self, value: Any, digits: int | None = None) -> str:
        """A number as exact as it came, or rounded to so many digits behind the point; a dash for none."""
        if value is None:
            return NONE
        if value == SUPPRESSED:
            return self.words("not shown")  # a complement is hidden too, however large it is
        exact = Decimal(str(value))
        if digits is not None:
            exact = round(exact, digits)
        places = max(0, -int(exact.normalize().as_tuple().exponent)) if digits is None else digits
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return str(format_decimal(exact, pattern, locale=self.locale))

    def brief(self, value: Any) -> str:
        """A figure of measured quantity with three or four digits that matter: whole from a hundred on, or if it is."""
        if value is None or value == SUPPRESSED:
            return self.number(value)
        size = abs(Decimal(str(value)))
        is_whole = size >= 100 or size == size.to_integral_value()
        return self.number(value, 0 if is_whole else 1 if size >= 10 else 2)

    def percent(self, share: Any, digits: int = 0) -> str:
        if share is None or share == SUPPRESSED:
            return self.number(share)
        pattern = "#,##0" + ("." + "0" * digits if digits else "") + "\u00a0%"
        return str(format_percent(Decimal(str(share)), pattern, locale=self.locale))

    def money(self, value: Any, currency: str | None = None) -> str:
        """An amount with its ISO code in front: `{"amount", "currency"}`, or the amount with the currency beside it."""
        if value is None:
            return NONE
        if isinstance(value, dict):
            value, currency = value["amount"], value["currency"]
        if value == SUPPRESSED:
            return self.number(value)
        exact = Decimal(str(value))
        pattern = "¤¤\u00a0#,##0" + (".00" if exact != exact.to_integral_value() and abs(exact) < 1_000 else "")
        return str(format_currency(exact, currency or "", pattern, locale=self.locale, currency_digits=False))

    def day(self, value: Any) -> str:
        """A date: `25 Nov 2026`."""
        if value is None:
            return NONE
        return str(format_date(_date(value), "medium", locale=self.locale))

    def days(self, first: Any, last: Any) -> str:
        """A span of days, both ends in it: `8–26 Dec 2026`."""
        return str(format_interval(_date(first), _date(last), "yMMMd", locale=self.locale))

    def moment(self, value: Any) -> str:
        """A moment in the centre's zone: `Wed 25 Nov, 17:00`. The end of a day is said as that day, 24:00."""
        at = _moment(value).astimezone(self.zone)
        if (at.hour, at.minute, at.second) == (0, 0, 0):
            day = at.date() - timedelta(days=1)
            return f"{format_skeleton('yMMMEd', day, locale=self.locale)}, 24:00"
        time = format_time(at.time(), "HH:mm", locale=self.locale)
        return f"{format_skeleton('yMMMEd', at.date(), locale=self.locale)}, {time}"

    def deadline(self, value: Any, now: datetime) -> Deadline:
        """How long there is left, and until when."""
        at = _moment(value)
        left = at - now
        if left <= timedelta(0):
            return Deadline(self.words("time is up"), self.moment(at), "past")
        hours = int(left.total_seconds() // 3600)
        if hours < 1:
            minutes = max(1, int(left.total_seconds() // 60))
            said = self.words.counted("%(num)s minute left", "%(num)s minutes left", minutes)
        elif hours < 48:
            said = self.words.counted("%(num)s hour left", "%(num)s hours left", hours)
        else:
            said = self.words.counted("%(num)s day left", "%(num)s days left", left.days)
        return Deadline(said, self.moment(at), "soon" if left < SOON else "later")


def parsed(text: str, locale: Locale, *, whole: bool = False) -> Decimal:
    """A number as people of this locale type it; raises `NumberIsAmbiguous` or `NumberIsNone`.

    Both `1.234,5` and `1,234.5` are understood everywhere, because the last of two different marks is the decimal
    one; a single mark followed by three digits is only understood as the locale has it where that is beyond doubt.
    """
    given = re.sub(r"[\u00a0\u202f\u200b\s']", "", text.translate(DIGITS).replace("−", "-"))
    if not given or NUMBER.fullmatch(given) is None:
        raise NumberIsNone(text)
    marks = [each for each in given if each in ".,"]
    decimal = _decimal_mark(given, marks, whole=whole)
    others = {".", ","} - {decimal}
    for each in others:
        given = given.replace(each, "")
    try:
        number = Decimal(given.replace(decimal, ".") if decimal else given)
    except InvalidOperation:
        raise NumberIsNone(text) from None
    if whole and number != number.to_integral_value():
        raise NumberIsNone(text)
    return number


def _decimal_mark(given: str, marks: list[str], *, whole: bool) -> str | None:
    if not marks:
        return None
    if len(set(marks)) == 2:
        if marks.count(marks[-1]) > 1:
            raise NumberIsNone(given)
        return marks[-1]
    if len(marks) > 1:  # 1.234.567
        if not re.fullmatch(r"[-+]?\d{1,3}([.,]\d{3})+", given):
            raise NumberIsNone(given)
        return None
    head, _, tail = given.partition(marks[0])
    if len(tail) != 3 or len(head.lstrip("+-")) > 3 or head.lstrip("+-") in ("", "0"):
        return marks[0]
    if whole:
        return None
    raise NumberIsAmbiguous(given)


def _date(value: Any) -> date:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
