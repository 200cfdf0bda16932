"""One offer: what it asks, why you, until when; and its answer, which is final. By key, or by the link of a notice."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble, whole
from portal.forms import Form
from portal.offers.endings import Ending, ending_of
from portal.offers.jobs import Answer, Job, competence_of, job_of, own_provider, reasons_to
from portal.offers.reasons import Why, why
from portal.offers.refusals import refused
from portal.offers.work import provider_of
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

OVER = ("offer_is_answered", "offer_has_expired")
NOBODY = Why((), ())


@dataclass(frozen=True)
class Shown:
    """An offer as its pages show it. `here` is its address; by `accept` and `decline` it is answered."""

    here: str
    accept: Callable[["models.AcceptOffer", str], Awaitable[object]]
    decline: Callable[["models.DeclineOffer", str], Awaitable[object]]
    offer: Answer
    job: Job
    why: Why
    ending: Ending | None
    experts: Sequence[tuple[str, str]] = ()
    best: str | None = None
    by_link: bool = False

    @property
    def missing(self) -> Sequence[Answer]:
        """Competences lost since the offer was made."""
        return tuple(self.offer.get("missing_competences", ()))


async def show_offer(visit: Visit, offer_id: UUID) -> Response:
    return offer_page(visit, await _by_key(visit, offer_id))


async def show_acceptance(visit: Visit, offer_id: UUID) -> Response:
    return acceptance_page(visit, await _by_key(visit, offer_id, named=True))


async def show_declining(visit: Visit, offer_id: UUID) -> Response:
    return declining_page(visit, await _by_key(visit, offer_id))


async def accept_offer(visit: Visit, offer_id: UUID) -> Response:
    return await accepted(visit, await _by_key(visit, offer_id, named=True))


async def decline_offer(visit: Visit, offer_id: UUID) -> Response:
    return await declined(visit, await _by_key(visit, offer_id))


def offer_page(visit: Visit, its: Shown) -> Response:
    """Scope, reasons and deadline; or what became of it."""
    lacks = [competence_of(visit, each) for each in its.missing]
    return visit.show("offers/offer.html", its=its, lacks=lacks)


def acceptance_page(visit: Visit, its: Shown, form: Form | None = None) -> Response:
    """The one confirmation: it says what an acceptance binds, and asks who will do the work."""
    if its.ending is not None:
        return visit.to(its.here)
    first = its.best or (its.experts[0][0] if len(its.experts) == 1 else None)
    given = form or visit.form(person_id=first)
    return visit.show("offers/accept.html", 422 if given.faults else 200, its=its, form=given)


def declining_page(visit: Visit, its: Shown, form: Form | None = None) -> Response:
    """One reason, and a word to the centre if one likes."""
    if its.ending is not None:
        return visit.to(its.here)
    given, reasons = form or visit.form(), reasons_to(visit, "decline_offer")
    return visit.show("offers/decline.html", 422 if given.faults else 200, its=its, form=given, reasons=reasons)


async def accepted(visit: Visit, its: Shown) -> Response:
    """Take the job."""
    form = visit.sent_form
    person_id = form.choice("person_id")
    if not form.fits:
        return acceptance_page(visit, its, form)
    try:
        await its.accept({"person_id": person_id}, form.once)
    except Trouble as trouble:
        return _too_late(visit, its, trouble) or acceptance_page(visit, its, refused(form, trouble))
    return visit.to(its.here, said="offer_accepted")


async def declined(visit: Visit, its: Shown) -> Response:
    """Say no."""
    form = visit.sent_form
    body: models.DeclineOffer = {"reason_code": form.choice("reason_code"), "note": form.text("note", needed=False)}
    if not form.fits:
        return declining_page(visit, its, form)
    try:
        await its.decline(body, form.once)
    except Trouble as trouble:
        return _too_late(visit, its, trouble) or declining_page(visit, its, refused(form, trouble))
    return visit.to(its.here, said="offer_declined")


def shown(visit: Visit, here: str, offer: Answer, candidate: Answer | None, **more: Any) -> Shown:
    """An offer with everything its pages say of it; `job` is what it is about, if that is in words already."""
    job = more.pop("job", None) or job_of(visit, offer["job"])
    reasons = why(visit, candidate) if candidate else NOBODY
    ending = ending_of(visit, offer, visit.now)
    best = _best(candidate) if candidate else None
    return Shown(here, offer=offer, job=job, why=reasons, ending=ending, best=best, **more)


async def own_row(visit: Visit, offer: Answer) -> Answer | None:
    """How the provider fared in the shortlist that an offer came from."""
    page = await visit.api.list_candidates(offer["shortlist_id"], limit=200)
    return next((each for each in page["items"] if each["provider_id"] == offer["provider_id"]), None)


async def _by_key(visit: Visit, offer_id: UUID, *, named: bool = False) -> Shown:
    provider_id, api = own_provider(visit), visit.api
    offer = await api.read_offer(offer_id)
    provider, row = await provider_of(visit, provider_id), await own_row(visit, offer)
    job = job_of(visit, offer["job"], provider["day_rate"])
    found = await whole(visit.api.list_experts, provider_id=provider_id, status="active") if named else []
    experts = [(each["person_id"], each["full_name"]) for each in found]
    return shown(
        visit,
        f"/offers/{offer_id}",
        offer,
        row,
        job=job,
        experts=experts,
        accept=lambda body, once: api.accept_offer(offer_id, body, once=once),
        decline=lambda body, once: api.decline_offer(offer_id, body, once=once),
    )


def _best(candidate: Answer) -> str | None:
    """The expert who fitted best when the shortlist was made."""
    judged: Answer = next((each["facts"] for each in candidate["rules"] if each["code"] == "competence_valid"), {})
    return judged.get("person_id")


def _too_late(visit: Visit, its: Shown, trouble: Trouble) -> Response | None:
    return visit.to(its.here, said="offer_was_over") if trouble.code in OVER else None
