"""Offers made by hand and taken back."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble, whole
from portal.forms import Form
from portal.matching.deciding import Decision, ask, carried_out, decided
from portal.matching.names import expert_names, provider_names
from portal.matching.needs import title_of
from portal.matching.reasons import Standing, standing
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models


async def ask_make_offer(visit: Visit, need_id: UUID, form: Form | None = None) -> Response:
    """To whom a job is about to be offered, why this provider, and what an offer means."""
    if form is None and "provider_id" not in visit.asked:
        return visit.to(f"/needs/{need_id}")  # the page of an offer just made, loaded anew
    given = form or visit.form(provider_id=visit.asked.get("provider_id"), shortlist_id=visit.asked.get("shortlist_id"))
    need = await visit.api.read_need(need_id)
    chosen = await _chosen(visit, given)
    view = {"need": need, "title": await title_of(visit, need), "chosen": chosen, "form": given}
    return visit.show("matching/make_offer.html", 422 if given.faults else 200, **view)


async def make_offer(visit: Visit, need_id: UUID) -> Response:
    """Offer the job; the link that answers it is shown this once."""
    form = visit.sent_form
    body: models.MakeOffer = {"shortlist_id": form["shortlist_id"], "provider_id": form["provider_id"]}
    offer = await carried_out(form, visit.api.make_offer(body, once=form.once))
    if offer is None:
        return await ask_make_offer(visit, need_id, form)
    names = await provider_names(visit, [offer])
    here = visit.request.base_url.replace(scheme="https") if visit.house.secure else visit.request.base_url
    link = f"{here}offer-links/{offer['link_code']}" if offer["link_code"] else None
    provider = names.get(offer["provider_id"], "–")
    return visit.show("matching/offer_made.html", need_id=need_id, offer=offer, provider=provider, link=link)


async def ask_withdraw_offer(visit: Visit, offer_id: UUID, form: Form | None = None) -> Response:
    """What it means to take an offer back."""
    offer = await visit.api.read_offer(offer_id)
    need_page = f"/needs/{offer['need_id']}"
    if form is None and offer["status"] != "open":
        return visit.to(need_page)
    names = await provider_names(visit, [offer])
    decision = Decision(
        title=visit.words("Withdraw the offer to %(provider)s", provider=names.get(offer["provider_id"], "–")),
        about=visit.name("kinds", offer["job"]["kind"]),
        meaning=(
            visit.words("The provider can no longer accept it."),
            visit.words("All providers are judged again, and the first in line is next."),
        ),
        action=f"/offers/{offer_id}/withdraw",
        button=visit.words("Withdraw the offer"),
        back=need_page,
        back_words=visit.words("Back to the job"),
        reasons="withdraw_offer",
    )
    return ask(visit, decision, form)


async def withdraw_offer(visit: Visit, offer_id: UUID) -> Response:
    offer = await decided(visit, lambda why, once: visit.api.withdraw_offer(offer_id, why, once=once))
    if offer is None:
        return await ask_withdraw_offer(visit, offer_id, visit.sent_form)
    return visit.to(f"/needs/{offer['need_id']}", said="offer_withdrawn")


async def _chosen(visit: Visit, form: Form) -> Standing:
    """The candidate a form names; a shortlist or a candidate that is none is no page."""
    run, provider_id = form["shortlist_id"], form["provider_id"]
    rows = await whole(visit.api.list_candidates, run or "none")
    row = next((each for each in rows if each["provider_id"] == provider_id), None)
    if row is None:
        raise Trouble(404, {"code": "candidate_not_found"})
    names = await provider_names(visit, [row])
    return standing(visit, row, names, await expert_names(visit, _best(row)))


def _best(row: Mapping[str, Any]) -> set[str]:
    persons = (each["facts"].get("person_id") for each in row["rules"] if each["code"] == "competence_valid")
    return {each for each in persons if each}
