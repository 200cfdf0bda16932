"""The company itself: taken in as the first step of an intake, corrected later."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypedDict, cast
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.clients import words as called
from portal.clients.forms import code, extra_of, extra_values, only, refused
from portal.clients.intake import client_of, shown_step, step_of
from portal.figures import NONE
from portal.forms import Form
from portal.rooms import N_
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

ISIC = re.compile(r"[A-U]?[0-9]{1,4}|[A-U]")
COUNTRY = re.compile(r"[A-Z]{2}")
FIELDS = {"/isic/code": "isic_code", "/isic/revision": "isic_revision", "/isic": "isic_code"}
LABELS = {
    "name": N_("Name of the company"),
    "country": N_("Country"),
    "province": N_("Province"),
    "isic": N_("Sector"),
    "national_code": N_("National code"),
    "national_scheme": N_("List of the national code"),
    "no_isic_reason": N_("Why no single ISIC code fits"),
    "size_class": N_("Size class"),
    "tax_code": N_("Tax code"),
}
"""Facts by their names at the API."""


class WhereItIs(TypedDict):
    """A place as the API takes it: its scheme is the pack's."""

    country: str
    province: str | None


async def show_new(visit: Visit, form: Form | None = None) -> Response:
    """An empty form for a company that comes for the first time."""
    only(visit, "officer")
    own = visit.me and visit.me["provinces"]
    given = form or visit.form(isic_revision="4", province=own[0] if own and len(own) == 1 else None)
    return await _form_page(visit, given, "/clients/new", None)


async def register_client(visit: Visit) -> Response:
    """Take the company in, then go on to its sites."""
    form = visit.sent_form
    facts = all_facts_in(form, visit)
    if not form.fits:
        return await show_new(visit, form)
    try:
        client = await visit.api.register_client(facts, once=form.once)
    except Trouble as trouble:
        return await show_new(visit, refused(form, trouble, FIELDS))
    return visit.to(step_of(client, "change").onward, said="client_registered")


async def show_change(visit: Visit, client_id: UUID) -> Response:
    """What is known of the company, to be corrected."""
    only(visit, "officer", "client")
    client = await client_of(visit, client_id)
    return await _form_page(visit, visit.form(**_values(client, visit)), f"/clients/{client_id}/change", client)


async def change_client(visit: Visit, client_id: UUID) -> Response:
    """Correct it, unless somebody else has done so since the form was shown."""
    form, client = visit.sent_form, await client_of(visit, client_id)
    facts = facts_in(form, visit)
    if not form.fits:
        return await _form_page(visit, form, visit.path, client)
    try:
        await visit.api.change_client(client_id, facts, version=form["version"])
    except Trouble as trouble:
        if trouble.status != 412:
            return await _form_page(visit, refused(form, trouble, FIELDS), visit.path, client)
        now = await client_of(visit, client_id)
        differences = differing(visit, now, facts)
        if differences:  # else it was this very form, sent twice
            return await _conflict_page(visit, form, now, differences)
    return visit.to(step_of(client, "change").onward, said="client_changed")


def facts_in(form: Form, visit: Visit) -> "models.ChangeClient":
    """What the form says of the company, as the API takes it; the company itself says its further facts only."""
    if not visit.has("officer"):
        return {"extra": extra_of(form, visit.pack["extra_fields"]["client"])}
    facts = all_facts_in(form, visit)
    return cast("models.ChangeClient", facts)  # what is said at first may be corrected later, all of it


def all_facts_in(form: Form, visit: Visit) -> "models.RegisterClient":
    """What an officer says of a company."""
    place, extra = place_in(form, visit), extra_of(form, visit.pack["extra_fields"]["client"])
    return {
        "name": form.text("name"),
        "country": place["country"],
        "province": place["province"],
        "isic": _isic_in(form),
        "national_code": form.text("national_code", needed=False),
        "national_scheme": code(form, "national_scheme", needed=False),
        "no_isic_reason": form.text("no_isic_reason", needed=False),
        "size_class": form.choice("size_class", needed=False),
        "tax_code": form.text("tax_code", needed=False),
        "extra": extra,
    }


def place_in(form: Form, visit: Visit) -> WhereItIs:
    """Province and country: one of the pack's own, or a code of another country."""
    home = visit.pack["country"]
    country = (form.text("country", needed=False) or home).upper()
    province, abroad = form.choice("province", needed=False), code(form, "province_abroad", needed=False)
    if COUNTRY.fullmatch(country) is None:
        form.wrong("country", visit.words("Write the two letters of the country, e.g. KH."))
    elif country == home and abroad is not None:
        form.wrong("country", visit.words("Write which country this is."))
    elif country != home and province is not None:
        form.wrong("province", visit.words("Leave this empty for a company in another country."))
    return {"country": country, "province": province if country == home else abroad}


def place_values(where: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
    """A place as the form shows it."""
    if where["country"] == visit.pack["country"]:
        return {"province": where["province"]}
    return {"country": where["country"], "province_abroad": where["province"]}


def _isic_in(form: Form) -> "models.Sector | None":
    given = form.text("isic_code", needed=False)
    if given is None:
        return None
    if ISIC.fullmatch(given.upper()) is None:
        form.wrong("isic_code", form.words("An ISIC code has up to four digits, e.g. 1313."))
    return {"code": given.upper(), "revision": form["isic_revision"] or "4"}


def _values(client: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
    isic = client["isic"] or {}
    same = ("version", "name", "national_code", "national_scheme", "no_isic_reason", "size_class", "tax_code")
    return {
        **{name: client[name] for name in same},
        **place_values(client, visit),
        "isic_code": isic.get("code"),
        "isic_revision": isic.get("revision", "4"),
        **extra_values(client["extra"]),
    }


def differing(visit: Visit, now: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """What another change left otherwise than this form wants it: the fact, how it is now, how it is here."""
    found = [
        (visit.words(LABELS[name]), _said(visit, name, now), _said(visit, name, {**now, **wanted}))
        for name in LABELS
        if name in wanted and wanted[name] != now[name]
    ]
    for field in visit.pack["extra_fields"]["client"]:
        here, there = (facts["extra"].get(field["name"]) for facts in (wanted, now))
        if here != there:
            said = (called.further_value(visit, field, value) for value in (there, here))
            found.append((field["label"], *said))
    return found


def _said(visit: Visit, name: str, client: Mapping[str, Any]) -> str:
    match name:
        case "isic":
            return called.sector(visit, {**client, "national_code": None})
        case "province":
            return visit.name("provinces", client["province"])
        case "country":
            return called.country_name(visit, client["country"])
        case "size_class":
            return visit.name("size_classes", client["size_class"])
    return str(client[name] or NONE)


async def _conflict_page(
    visit: Visit, form: Form, now: Mapping[str, Any], differences: list[tuple[str, str, str]]
) -> Response:
    """Both versions, and the form to send on top of the other one."""
    form.values = {**form.values, "version": [str(now["version"])]}
    form.wrong(None, visit.words("Somebody changed this client while you did. Look at both before you save again."))
    return await _form_page(visit, form, visit.path, now, differences=differences, status=412)


async def _form_page(
    visit: Visit,
    form: Form,
    action: str,
    client: Mapping[str, Any] | None,
    *,
    differences: list[tuple[str, str, str]] | None = None,
    status: int = 422,
) -> Response:
    return visit.show(
        "clients/company.html",
        status if form.faults else 200,
        form=form,
        action=action,
        client=client,
        step=await shown_step(visit, client, "change"),
        home=called.country_name(visit, visit.pack["country"]),
        provinces=called.provinces(visit),
        sizes=called.choices(visit, "size_classes"),
        fields=called.further_fields(visit, "client"),
        differences=differences or [],
    )
