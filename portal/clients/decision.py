"""The last step of an intake: look everything over, then qualify the company or decline it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble, whole
from portal.clients import words as called
from portal.clients.forms import only, refused
from portal.clients.intake import client_of, shown_step
from portal.forms import Form
from portal.rooms import N_
from portal.visit import Visit


@dataclass(frozen=True)
class Check:
    """A fact to look at: where it is entered, whether it is there, whether nothing goes without it."""

    label: str
    step: str
    is_there: bool
    is_needed: bool


def checks(client: Mapping[str, Any], *, sites: int, contacts: int, shares: bool) -> list[Check]:
    """What a decision rests on; what is not needed for it is needed for a service later."""
    by_nation = client["national_code"] is not None and client["no_isic_reason"] is not None
    return [
        Check(N_("The province is known"), "change", client["province"] is not None, True),
        Check(
            N_("The sector is known: ISIC, or a national code and why no single ISIC code fits"),
            "change",
            client["isic"] is not None or by_nation,
            True,
        ),
        Check(N_("There is a site to go to"), "sites", sites > 0, False),
        Check(N_("There is somebody to speak to"), "contacts", contacts > 0, False),
        Check(N_("The company agrees that providers see its name and contacts"), "consents", shares, False),
    ]


async def show_decision(visit: Visit, client_id: UUID, form: Form | None = None) -> Response:
    """Everything known at a glance, and both answers."""
    only(visit, "officer")
    client = await client_of(visit, client_id)
    sites = await whole(visit.api.list_sites, client_id=client_id, status="open")
    contacts = (await visit.api.read_contacts(client_id))["contacts"]
    agreed = await whole(
        visit.api.list_consents, client_id=client_id, status="given", purpose=called.SHARE_WITH_PROVIDERS
    )
    found = checks(client, sites=len(sites), contacts=len(contacts), shares=bool(agreed))
    given = form or visit.form()
    return visit.show(
        "clients/decision.html",
        422 if given.faults else 200,
        form=given,
        client=client,
        step=await shown_step(visit, client, "decision"),
        state=called.state(visit, client["status"]),
        place=called.place(visit, client),
        sector=called.sector(visit, client),
        size=visit.name("size_classes", client["size_class"]),
        checks=found,
        can_qualify=all(each.is_there for each in found if each.is_needed),
        reasons=called.reasons(visit),
    )


async def qualify_client(visit: Visit, client_id: UUID) -> Response:
    """The centre may serve it."""
    try:
        await visit.api.qualify_client(client_id, once=visit.sent_form.once)
    except Trouble as trouble:
        return await show_decision(visit, client_id, refused(visit.sent_form, trouble))
    return visit.to(f"/clients/{client_id}", said="client_qualified")


async def decline_client(visit: Visit, client_id: UUID) -> Response:
    """The centre will not serve it, for a reason."""
    form = visit.sent_form
    reason = form.choice("reason_code")
    if not form.fits:
        return await show_decision(visit, client_id, form)
    try:
        await visit.api.decline_client(client_id, {"reason_code": reason}, once=form.once)
    except Trouble as trouble:
        return await show_decision(visit, client_id, refused(form, trouble))
    return visit.to(f"/clients/{client_id}", said="client_declined")
