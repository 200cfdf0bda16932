"""What a provider decides alone and shortlists go by: days a week, leave, languages, and whom to reach."""

from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import Response

from api_client import Trouble
from portal.forms import Form
from portal.offers.changes import changed
from portal.offers.jobs import Answer, language_of, own_provider
from portal.offers.refusals import refused
from portal.offers.work import provider_of
from portal.visit import Visit
from portal.words import LANGUAGES

if TYPE_CHECKING:
    from api_client import models

SPARE = 1
"""Empty rows for leave to come."""
AT_MOST = 40
CONTACT = {"full_name": "contact_name", "email": "email", "phone": "phone", "language": "contact_language"}
PLACES = {f"/contact/{name}": field for name, field in CONTACT.items()} | {"/contact": "contact_name"}


async def show_capacity(visit: Visit, form: Form | None = None) -> Response:
    provider = await provider_of(visit, own_provider(visit))
    given = form or _filled(visit, provider)
    return visit.show(
        "offers/capacity.html",
        422 if given.faults else 200,
        provider=provider,
        form=given,
        rows=_rows(given),
        languages_known=_languages(visit, provider),
    )


async def change_provider(visit: Visit) -> Response:
    """Save it, as a change of what was shown."""
    provider_id, form = own_provider(visit), visit.sent_form
    body, places = _body(form)
    if not form.fits:
        return await show_capacity(visit, form)
    try:
        await changed(
            body,
            partial(visit.api.change_provider, provider_id, body, version=form["version"]),
            partial(visit.api.read_provider, provider_id),
        )
    except Trouble as trouble:
        return await show_capacity(visit, refused(form, trouble, places))
    return visit.to("/capacity", said="capacity_saved")


def _filled(visit: Visit, provider: Answer) -> Form:
    contact = provider["contact"] or {}
    leave = {
        f"{name}_{number}": each[name]
        for number, each in enumerate(provider["leave"], start=1)
        for name in ("starts_on", "ends_on")
    }
    form = visit.form(
        version=provider["version"],
        days_per_week=provider["days_per_week"],
        rows=min(len(provider["leave"]) + SPARE, AT_MOST),
        **leave,
        **{field: contact.get(name) for name, field in CONTACT.items()},
    )
    form.values = {**form.values, "languages": provider["languages"]}
    return form


def _body(form: Form) -> tuple["models.ChangeProvider", dict[str, str]]:
    """What the API is told, and where on the form its places are."""
    days = form.choice("days_per_week")
    languages = form.chosen("languages")
    if not languages:
        form.wrong("languages", form.words("Choose at least one."))
    leave, places = _leave(form)
    body: models.ChangeProvider = {
        "days_per_week": int(days) if days and days.isascii() and days.isdigit() else None,
        "languages": languages,
        "leave": leave,
        "contact": _contact(form),
    }
    if days and body["days_per_week"] is None:
        form.wrong("days_per_week", form.words("Choose one."))
    return body, places


def _leave(form: Form) -> tuple[list["models.Period"], dict[str, str]]:
    """The rows that are filled in; one that was emptied is taken away."""
    found: list[models.Period] = []
    places = dict(PLACES)
    for row in range(1, _rows(form) + 1):
        if not form[f"starts_on_{row}"].strip() and not form[f"ends_on_{row}"].strip():
            continue
        starts_on, ends_on = form.day(f"starts_on_{row}"), form.day(f"ends_on_{row}")
        places |= {f"/leave/{len(found)}/{name}": f"{name}_{row}" for name in ("starts_on", "ends_on")}
        found.append({"starts_on": str(starts_on), "ends_on": str(ends_on)})
    return found, places


def _contact(form: Form) -> "models.MatchingContact | None":
    """Whom to reach; None if every field was emptied."""
    email, phone = form.text(CONTACT["email"], needed=False), form.text(CONTACT["phone"], needed=False)
    if email is None and phone is None and not form[CONTACT["full_name"]].strip():
        return None
    language = form.text(CONTACT["language"], needed=False)
    return {"full_name": form.text(CONTACT["full_name"]), "email": email, "phone": phone, "language": language}


def _rows(form: Form) -> int:
    given = form["rows"]
    return min(int(given), AT_MOST) if given.isascii() and given.isdigit() and len(given) < 4 else SPARE


def _languages(visit: Visit, provider: Answer) -> list[tuple[str, str]]:
    """The languages one may choose from: of the country, of these pages, and those chosen already."""
    codes = dict.fromkeys([*visit.pack["languages"], *LANGUAGES, *provider["languages"]])
    return [(code, language_of(visit, code)) for code in codes]
