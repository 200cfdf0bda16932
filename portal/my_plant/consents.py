"""Giving a consent and taking it back."""

from typing import TYPE_CHECKING
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.forms import Form
from portal.my_plant.agreements import MEANINGS, TEXT_VERSION, after
from portal.my_plant.ownership import own_client
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models


async def show_new_consent(visit: Visit, form: Form | None = None) -> Response:
    """What the company agrees to, and until when."""
    own_client(visit)
    given = form or visit.form(purpose=visit.asked.get("purpose"))
    purposes = [(each["code"], each["name"]) for each in visit.pack["consent_purposes"]]
    meanings = [
        (each["name"], MEANINGS[each["code"]]) for each in visit.pack["consent_purposes"] if each["code"] in MEANINGS
    ]
    view = {"form": given, "purposes": purposes, "meanings": meanings}
    return visit.show("my_plant/give_consent.html", 422 if given.faults else 200, **view)


async def give_consent(visit: Visit) -> Response:
    """Agree, in the words that stand on the page."""
    form = visit.sent_form
    until = form.day("until", needed=False)
    body: models.GiveConsent = {
        "client_id": own_client(visit),
        "purpose": form.choice("purpose"),
        "text_version": TEXT_VERSION,
        "until": str(until) if until else None,
    }
    if form.fits:
        try:
            await visit.api.give_consent(body, once=form.once)
            return visit.to("/my-plant", said="my_consent_given")
        except Trouble as trouble:
            if trouble.status not in (409, 422):
                raise
            form.refused(trouble)
    return await show_new_consent(visit, form)


async def show_withdrawal(visit: Visit, consent_id: UUID, form: Form | None = None) -> Response:
    """What follows, before it is done."""
    own_client(visit)
    consent = await visit.api.read_consent(consent_id)
    given = form or visit.form()
    view = {"form": given, "consent": consent, "after": after(consent["purpose"])}
    return visit.show("my_plant/withdraw_consent.html", 422 if given.faults else 200, **view)


async def withdraw_consent(visit: Visit, consent_id: UUID) -> Response:
    own_client(visit)
    form = visit.sent_form
    try:
        await visit.api.withdraw_consent(consent_id, once=form.once)
    except Trouble as trouble:
        if trouble.status not in (409, 422):
            raise
        return await show_withdrawal(visit, consent_id, form.refused(trouble))
    return visit.to("/my-plant", said="my_consent_withdrawn")
