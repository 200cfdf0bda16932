"""Who is shown a form, and what is said when the API does not take it."""

import secrets
from collections.abc import Mapping

from api_client import Trouble
from portal.forms import Form, sentence_of
from portal.visit import Visit

ONE_FIELD = {
    "period_is_not_whole_months": ("period.starts_on",),
    "day_is_in_the_future": (
        "occurred_on",
        "started_on",
        "commissioned_on",
        "visited_on",
        "period.ends_on",
        "reporting.ends_on",
    ),
    "return_reason_is_unknown": ("reason_code",),
    "refusal_reason_is_unknown": ("reason_code",),
    "option_class_is_unknown": ("option_class",),
    "programme_is_unknown": ("programme_code",),
    "site_is_closed": ("site_id",),
    "stream_is_unknown": ("stream_no",),
}
"""Refusals that speak of one field, by the fields they may speak of."""
ONE_ROW = {"unit_is_unknown": "unit", "no_density": "density_kg_per_m3"}
"""Refusals that speak of the unit of a row."""


def only(visit: Visit, *roles: str) -> None:
    """Forms are shown to those who may send them."""
    if not visit.has(*roles):
        raise Trouble(403, {"code": "not_for_your_role"})


def refused(form: Form, trouble: Trouble, fields: Mapping[str, str] | None = None) -> None:
    """Note on the form what the API said; trouble that no other input would mend is raised again.

    A form that was taken, gone back to and sent with other words gets a new key, and its sender is told.
    """
    if trouble.status not in (409, 422):
        raise trouble
    if trouble.code == "key_was_used_otherwise":
        form.once = secrets.token_urlsafe(18)
        said = form.words("This form was sent before, with other words in it. Look at what was saved before you go on.")
        form.wrong(None, said)
        return
    place = None if trouble.errors else _place(form, trouble)
    if place is None:
        form.refused(trouble, fields)
    else:
        form.wrong(place, *sentence_of(trouble, form.words))


def _place(form: Form, trouble: Trouble) -> str | None:
    """The field a refusal speaks of, None if it speaks of the whole form."""
    if trouble.code == "extra_does_not_fit":
        return f"extra.{trouble.params.get('name')}"
    if trouble.code in ONE_ROW:
        return _row(form, str(trouble.params.get("unit")), ONE_ROW[trouble.code])
    here = [each for each in ONE_FIELD.get(trouble.code, ()) if each in form.values]
    meant = [each for each in here if form[each] == trouble.params.get("day")]
    return next(iter(meant or here), None)


def _row(form: Form, unit: str, field: str) -> str | None:
    """The field of the first row in that unit."""
    found = (name for name in form.values if name.endswith(".unit") and form[name] == unit)
    row = next((name.removesuffix(".unit") for name in found), None)
    place = f"{row}.{field}"
    return place if place in form.values else None
