"""What is wrong with one field, by the API's code for it, in a sentence of ours."""

import re
from collections.abc import Mapping
from typing import Any

from portal.words import N_, Words

_NUMBER = N_("Write a number.")
_DATE = N_("Write the date as year-month-day, e.g. 2026-11-25.")
_ONE_OF = N_("Choose one of what is offered.")
_UNKNOWN = N_("This is not known here.")
_TOO_LARGE = N_("This number is too large.")
_ADDRESS = N_("Write a whole address, e.g. https://centre.example.")
FAULTS: Mapping[str, str] = {
    "missing": N_("Fill this in."),
    "string_type": N_("Fill this in."),
    "string_too_short": N_("Write at least %(number)s characters."),
    "string_too_long": N_("Write at most %(number)s characters."),
    "too_short": N_("Give at least %(number)s."),
    "too_long": N_("Give at most %(number)s."),
    "greater_than": N_("Write more than %(number)s."),
    "greater_than_equal": N_("Write %(number)s or more."),
    "less_than": N_("Write less than %(number)s."),
    "less_than_equal": N_("Write %(number)s or less."),
    "decimal_max_places": N_("Write at most %(number)s digits behind the point."),
    "decimal_max_digits": _TOO_LARGE,
    "decimal_whole_digits": _TOO_LARGE,
    "decimal_parsing": _NUMBER,
    "decimal_type": _NUMBER,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "int_parsing": N_("Write a whole number."),
    "int_type": N_("Write a whole number."),
    "int_from_float": N_("Write a whole number."),
    "date_parsing": _DATE,
    "date_type": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
    "uuid_parsing": _UNKNOWN,
    "uuid_type": _UNKNOWN,
    "url_parsing": _ADDRESS,
    "url_scheme": _ADDRESS,
    "url_type": _ADDRESS,
}
A_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def fault_in_words(error: Mapping[str, Any], words: Words) -> tuple[str, str | None]:
    """One of a problem's `errors` in the language of the page; else as the API has it, with its language."""
    detail = str(error.get("detail", ""))
    known = FAULTS.get(str(error.get("code")))
    limit = A_NUMBER.search(detail)
    if known is None or ("%(number)s" in known and limit is None):
        return detail, None if words.language == "en" else "en"
    return words(known, number=limit[0] if limit else ""), None
