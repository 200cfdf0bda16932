"""Asking for a service: for one plant of a qualified company that agrees to share."""

from typing import TYPE_CHECKING
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble, whole
from portal.clients import words as called
from portal.clients.forms import extra_of, only, refused
from portal.clients.intake import client_of
from portal.forms import Form
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

LONGEST_DAYS = 366


async def show_new_request(visit: Visit, form: Form | None = None) -> Response:
    """The form for one company; what still stands in the way is said before it is filled in."""
    only(visit, "officer", "client")
    client_id = _client_id(visit)
    if client_id is None:
        return visit.show("clients/choose.html")
    client = await client_of(visit, client_id)
    sites = await whole(visit.api.list_sites, client_id=client_id, status="open")
    agreed = await visit.api.list_consents(
        client_id=client_id, status="given", purpose=called.SHARE_WITH_PROVIDERS, limit=1
    )
    spoken = [(each, called.language(visit, each)) for each in visit.pack["languages"]]
    given = form or visit.form(
        site_id=sites[0]["site_id"] if len(sites) == 1 else None, language=visit.pack["languages"][0]
    )
    return visit.show(
        "clients/ask.html",
        422 if given.faults else 200,
        form=given,
        client=client,
        is_ready=client["status"] == "qualified" and bool(sites) and bool(agreed["items"]),
        is_qualified=client["status"] == "qualified",
        shares=bool(agreed["items"]),
        sites=[(each["site_id"], f"{each['name']}, {called.place(visit, each)}") for each in sites],
        kinds=called.choices(visit, "kinds"),
        programmes=_programmes(visit),
        spoken=spoken,
        fields=called.further_fields(visit, "service_request"),
    )


async def submit_service_request(visit: Visit) -> Response:
    """Ask; the centre's matching begins at once."""
    form = visit.sent_form
    wish = wish_in(form, visit)
    if not form.fits:
        return await show_new_request(visit, form)
    try:
        made = await visit.api.submit_service_request(wish, once=form.once)
    except Trouble as trouble:
        return await show_new_request(visit, refused(form, trouble))
    return visit.to(f"/service-requests/{made['request_id']}", said="request_submitted")


def wish_in(form: Form, visit: Visit) -> "models.SubmitServiceRequest":
    """What the form asks for, as the API takes it."""
    kind, site_id = form.choice("kind"), form.choice("site_id")
    programme_code = form.choice("programme_code", needed=False)
    first, last, days = form.day("wanted_from"), form.day("wanted_until"), form.number("days", whole=True)
    if first and last and last < first:
        form.wrong("wanted_until", form.words("The last day is before the first one."))
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        form.wrong("days", form.words("Write a number from 1 to %(most)s.", most=LONGEST_DAYS))
    return {
        "client_id": str(_client_id(visit)),
        "kind": kind,
        "site_id": site_id,
        "programme_code": programme_code,
        "wanted_from": first.isoformat() if first else "",
        "wanted_until": last.isoformat() if last else "",
        "days": int(days or 0),
        "language": form.choice("language"),
        "note": form.text("note", needed=False),
        "extra": extra_of(form, visit.pack["extra_fields"]["service_request"]),
    }


def _client_id(visit: Visit) -> UUID | None:
    """The company of the address, or a client's own."""
    try:
        return UUID(visit.asked.get("client_id") or (visit.me or {}).get("client_id") or "")
    except ValueError:
        return None


def _programmes(visit: Visit) -> list[tuple[str, str]]:
    """Programmes that still run."""
    today = visit.now.astimezone(visit.figures.zone).date().isoformat()
    return [(each["code"], each["name"]) for each in visit.pack["programmes"] if (each["ends_on"] or today) >= today]
