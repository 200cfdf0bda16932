"""The plants of a company: recorded, corrected, closed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble, whole
from portal.clients import words as called
from portal.clients.company import place_in, place_values
from portal.clients.forms import only, refused
from portal.clients.intake import client_of, shown_step, step_of
from portal.figures import NONE
from portal.forms import Form
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models


async def show_sites(visit: Visit, client_id: UUID, form: Form | None = None) -> Response:
    """What plants there are, and a form for another one; the first is filled in with what the company's place is."""
    only(visit, "officer")
    client = await client_of(visit, client_id)
    sites = await whole(visit.api.list_sites, client_id=client_id, status="open")
    given = form or visit.form(**({} if sites else {"name": client["name"], **place_values(client, visit)}))
    return visit.show(
        "clients/sites.html",
        422 if given.faults else 200,
        form=given,
        client=client,
        step=await shown_step(visit, client, "sites"),
        sites=[(each, called.place(visit, each)) for each in sites],
        **_places(visit),
    )


async def open_site(visit: Visit, client_id: UUID) -> Response:
    """Record a plant; then another one, or on to the contacts."""
    form = visit.sent_form
    facts = _facts_in(form, visit)
    if not form.fits:
        return await show_sites(visit, client_id, form)
    try:
        await visit.api.open_site({"client_id": str(client_id), **facts}, once=form.once)
    except Trouble as trouble:
        return await show_sites(visit, client_id, refused(form, trouble))
    if form["then"] == "another":
        return visit.to(visit.path, said="site_opened")
    return visit.to(step_of(await client_of(visit, client_id), "sites").onward, said="site_opened")


async def show_site(visit: Visit, client_id: UUID, site_id: UUID, form: Form | None = None) -> Response:
    """One plant, to be corrected or closed."""
    only(visit, "officer")
    client, site = await client_of(visit, client_id), await visit.api.read_site(site_id)
    if site["client_id"] != client["client_id"]:
        raise Trouble(404, {"code": "page_not_found"})
    known = {"version": site["version"], "name": site["name"], "address": site["address"]}
    given = form or visit.form(**known, **place_values(site, visit))
    return visit.show(
        "clients/site.html",
        422 if given.faults else 200,
        form=given,
        closing=visit.form(),
        client=client,
        site=site,
        **_places(visit),
    )


async def change_site(visit: Visit, client_id: UUID, site_id: UUID) -> Response:
    """Correct it, unless somebody else has done so since the form was shown."""
    form = visit.sent_form
    facts = _facts_in(form, visit)
    if not form.fits:
        return await show_site(visit, client_id, site_id, form)
    try:
        await visit.api.change_site(site_id, facts, version=form["version"])
    except Trouble as trouble:
        if trouble.status != 412:
            return await show_site(visit, client_id, site_id, refused(form, trouble))
        now: Mapping[str, Any] = await visit.api.read_site(site_id)
        if any(now[name] != value for name, value in facts.items()):  # else it was this very form, sent twice
            return await _show_conflict(visit, client_id, form, now)
    return visit.to(f"/clients/{client_id}", said="site_changed")


async def close_site(visit: Visit, client_id: UUID, site_id: UUID) -> Response:
    """The plant no longer works."""
    try:
        await visit.api.close_site(site_id, once=visit.sent_form.once)
    except Trouble as trouble:
        return await show_site(visit, client_id, site_id, refused(visit.form(), trouble))
    return visit.to(f"/clients/{client_id}", said="site_closed")


async def _show_conflict(visit: Visit, client_id: UUID, form: Form, now: Mapping[str, Any]) -> Response:
    form.values = {**form.values, "version": [str(now["version"])]}
    now_so = {"name": now["name"], "address": now["address"] or NONE, "place": called.place(visit, now)}
    form.wrong(None, visit.words("Somebody changed this site while you did. Look at both before you save again."))
    form.wrong(None, visit.words("Stored now: %(name)s, %(address)s, %(place)s.", **now_so))
    return await show_site(visit, client_id, UUID(now["site_id"]), form)


def _facts_in(form: Form, visit: Visit) -> "models.ChangeSite":
    return {"name": form.text("name"), "address": form.text("address", needed=False), **place_in(form, visit)}


def _places(visit: Visit) -> dict[str, Any]:
    home = called.country_name(visit, visit.pack["country"])
    return {"provinces": called.provinces(visit), "home": home}
