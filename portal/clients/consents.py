"""What a company agrees to: given for a purpose until a day, taken back with what follows from it said before."""

from typing import TYPE_CHECKING
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble, whole
from portal.clients import words as called
from portal.clients.forms import code, only, refused
from portal.clients.intake import client_of, shown_step, step_of
from portal.forms import Form
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models


async def show_consents(visit: Visit, client_id: UUID, form: Form | None = None) -> Response:
    """What was agreed so far, and a form for more."""
    only(visit, "officer", "client")
    client = await client_of(visit, client_id)
    given = await whole(visit.api.list_consents, client_id=client_id, status="given")
    shares = any(each["purpose"] == called.SHARE_WITH_PROVIDERS for each in given)
    shown = form or visit.form(purpose=None if shares else called.SHARE_WITH_PROVIDERS)
    return visit.show(
        "clients/consents.html",
        422 if shown.faults else 200,
        form=shown,
        client=client,
        step=await shown_step(visit, client, "consents"),
        purposes=called.choices(visit, "consent_purposes"),
        meanings=[
            (named, visit.words(called.MEANINGS[each]))
            for each, named in called.choices(visit, "consent_purposes")
            if each in called.MEANINGS
        ],
        given=[(visit.name("consent_purposes", each["purpose"]), each) for each in given],
    )


async def give_consent(visit: Visit, client_id: UUID) -> Response:
    """Record what was signed; then one more, or on to the decision."""
    form = visit.sent_form
    signed: models.GiveConsent = {
        "client_id": str(client_id),
        "purpose": form.choice("purpose"),
        "text_version": code(form, "text_version"),
        "recipient": code(form, "recipient", needed=False),
    }
    if until := form.day("until", needed=False):
        signed["until"] = until.isoformat()
    if not form.fits:
        return await show_consents(visit, client_id, form)
    try:
        await visit.api.give_consent(signed, once=form.once)
    except Trouble as trouble:
        return await show_consents(visit, client_id, refused(form, trouble))
    if form["then"] == "another":
        return visit.to(visit.path, said="consent_given")
    return visit.to(step_of(await client_of(visit, client_id), "consents").onward, said="consent_given")


async def show_withdrawal(visit: Visit, client_id: UUID, consent_id: UUID, form: Form | None = None) -> Response:
    """What follows from taking it back, before it is done."""
    only(visit, "officer", "client")
    client, consent = await client_of(visit, client_id), await visit.api.read_consent(consent_id)
    if consent["client_id"] != client["client_id"]:
        raise Trouble(404, {"code": "page_not_found"})
    shown = form or visit.form()
    return visit.show(
        "clients/withdrawal.html",
        422 if shown.faults else 200,
        form=shown,
        client=client,
        consent=consent,
        purpose=visit.name("consent_purposes", consent["purpose"]),
        ends_requests=consent["purpose"] == called.SHARE_WITH_PROVIDERS,
        state=called.state(visit, consent["status"]),
    )


async def withdraw_consent(visit: Visit, client_id: UUID, consent_id: UUID) -> Response:
    form = visit.sent_form
    try:
        await visit.api.withdraw_consent(consent_id, once=form.once)
    except Trouble as trouble:
        return await show_withdrawal(visit, client_id, consent_id, refused(form, trouble))
    return visit.to(f"/clients/{client_id}", said="consent_withdrawn")
