"""What the forms of this room share: codes, the pack's further fields, and refusals at the field they speak of."""

import re
import secrets
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, overload

from api_client import Trouble
from portal.forms import Form, sentence_of
from portal.visit import Visit

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}")
ONE_FIELD = {
    "province_is_unknown": "province",
    "outside_territory": "province",
    "tax_code_does_not_fit": "tax_code",
    "size_class_is_unknown": "size_class",
    "purpose_is_unknown": "purpose",
    "consent_ends_in_the_past": "until",
    "programme_is_unknown": "programme_code",
    "period_is_reversed": "wanted_until",
    "site_is_closed": "site_id",
    "site_is_of_another_client": "site_id",
    "reason_is_unknown": "reason_code",
}
"""Refusals that speak of one field."""


def only(visit: Visit, *roles: str) -> None:
    """Forms are shown to those who may send them."""
    if not visit.has(*roles):
        raise Trouble(403, {"code": "not_for_your_role"})


def refused(form: Form, trouble: Trouble, fields: Mapping[str, str] | None = None) -> Form:
    """The form with what the API said; trouble that no other input would mend is raised again."""
    if trouble.status not in (409, 422) and trouble.code != "outside_territory":
        raise trouble
    if trouble.code == "key_was_used_otherwise":
        form.once = secrets.token_urlsafe(18)
        said = form.words("This form was sent before, with other words in it. Look at what was saved before you go on.")
        form.wrong(None, said)
        return form
    place = ONE_FIELD.get(trouble.code)
    if trouble.code == "extra_does_not_fit":
        place = f"extra.{trouble.params.get('name')}"
    if place is None or place not in form.values or trouble.errors:
        return form.refused(trouble, fields)
    form.wrong(place, *sentence_of(trouble, form.words))
    return form


@overload
def code(form: Form, name: str, *, needed: Literal[True] = True) -> str: ...
@overload
def code(form: Form, name: str, *, needed: bool) -> str | None: ...
def code(form: Form, name: str, *, needed: bool = True) -> str | None:
    """A short mark without spaces."""
    given = form.text(name, needed=needed)
    if given and CODE.fullmatch(given) is None:
        form.wrong(name, form.words("Use letters, digits and . _ : / - only, without spaces."))
    return given


def extra_values(extra: Mapping[str, Any]) -> dict[str, str]:
    """The further fields as a form shows them."""
    return {f"extra.{name}": typed(value) for name, value in extra.items()}


def typed(value: Any) -> str:
    """A value as one could have typed it; three digits behind a point would be asked about, four are not."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, int | float | Decimal):
        return str(value)
    text = format(Decimal(str(value)), "f")
    return text + "0" if len(text.partition(".")[2]) == 3 else text


def extra_of(form: Form, fields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What was filled in of the further fields, each as its kind asks."""
    found = {each["name"]: _extra(form, each["kind"], f"extra.{each['name']}") for each in fields}
    return {name: value for name, value in found.items() if value is not None}


def _extra(form: Form, kind: str, name: str) -> Any:
    if kind == "number":
        number = form.number(name, needed=False)
        return number if number is None else int(number) if number == number.to_integral_value() else float(number)
    if kind == "yes_no":
        return {"yes": True, "no": False}.get(form[name])
    return form.text(name, needed=False)
