"""Offers: jobs offered to providers, and their answers."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Officer
from contracts.principals import Provider as ProviderRole
from contracts.refusals import NotFound
from services.matching import use_cases
from services.matching.domain import hard_rules, offers
from services.matching.domain.experts import ExpertIsRetired
from services.matching.domain.needs import ConsentIsMissing, Need, NeedIsNotOpen
from services.matching.domain.offers import Offer, OfferStatus
from services.matching.domain.providers import ProviderIsNotApproved, ProviderLacksFreeDays
from services.matching.domain.shortlists import ProviderIsExcluded, Shortlist
from services.matching.pack import ReasonIsUnknown
from services.matching.queries import candidate_of, missing_of, needs_of
from services.matching.schemas.fields import Reason
from services.matching.schemas.offers import AcceptOffer, DeclineOffer, MakeOffer, OfferMadeOut, OfferOut

routes = Routes("/v1/offers")
HARD_RULES = (
    ProviderIsNotApproved,
    hard_rules.ProviderLacksCompetence,
    hard_rules.PlaceIsNotServed,
    hard_rules.LanguageIsNotSpoken,
    ProviderLacksFreeDays,
    hard_rules.ProviderHasConflict,
)
ANSWERED = (offers.OfferIsAnswered, offers.OfferHasExpired)
ACCEPTANCE = (
    *ANSWERED,
    *HARD_RULES,
    offers.ExpertIsNotYours,
    ExpertIsRetired,
    hard_rules.ExpertLacksCompetence,
    ConsentIsMissing,
)


@routes.get("", dependencies=allow(Officer, ProviderRole))
async def list_offers(
    uow: Uow,
    need_id: UUID | None = None,
    provider_id: UUID | None = None,
    status: OfferStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OfferOut]:
    """The offers you may see."""
    wanted = equal(Offer, need_id=need_id, provider_id=provider_id, status=status)
    found, more = await page_of(uow, Offer, *wanted, cursor=cursor, limit=limit)
    jobs = await needs_of(uow, found)
    missing = await missing_of(uow, found, jobs)
    shown = [OfferOut.of(each, jobs[each.need_id], missing.get(each.id, ())) for each in found]
    return Page(items=shown, next=more)


@routes.post(
    "",
    dependencies=allow(Officer),
    responses=problems(NeedIsNotOpen, ProviderIsExcluded, offers.OfferStands, ConsentIsMissing, *HARD_RULES),
)
async def make_offer(body: MakeOffer, uow: Uow) -> OfferMadeOut:
    """Offer the job to a provider of your choice, whom no hard rule excludes; it may have been asked before."""
    shortlist = await uow.read(Shortlist, body.shortlist_id)
    candidate = await candidate_of(uow, shortlist.id, body.provider_id)
    if candidate is None:
        raise NotFound(thing="candidate", id=str(body.provider_id))
    offer, code = await use_cases.make_offer_by_hand(uow, shortlist, candidate)
    need = await uow.read(Need, offer.need_id)
    return OfferMadeOut(**OfferOut.of(offer, need).model_dump(), link_code=code)


@routes.get("/{offer_id}", dependencies=allow(Officer, ProviderRole))
async def read_offer(offer_id: UUID, uow: Uow) -> OfferOut:
    """One offer."""
    return await _shown(uow, await uow.read(Offer, offer_id))


@routes.post("/{offer_id}/accept", dependencies=allow(ProviderRole), responses=problems(*ACCEPTANCE))
async def accept_offer(offer_id: UUID, body: AcceptOffer, uow: Uow) -> OfferOut:
    """Take the job with the expert you name: its days are booked, the engagement begins."""
    return await _shown(uow, await use_cases.start_engagement(uow, offer_id, body.person_id))


@routes.post("/{offer_id}/decline", dependencies=allow(ProviderRole), responses=problems(*ANSWERED, ReasonIsUnknown))
async def decline_offer(offer_id: UUID, body: DeclineOffer, uow: Uow) -> OfferOut:
    """Say no, with a reason."""
    return await _shown(uow, await use_cases.decline_offer(uow, offer_id, body.reason_code, body.note))


@routes.post(
    "/{offer_id}/withdraw", dependencies=allow(Officer), responses=problems(offers.OfferIsAnswered, ReasonIsUnknown)
)
async def withdraw_offer(offer_id: UUID, body: Reason, uow: Uow) -> OfferOut:
    """Take an offer back; the next provider is asked."""
    use_cases.pack_of(uow).check_reason("withdraw", body.reason_code)
    return await _shown(uow, await use_cases.withdraw_offer(uow, offer_id, body.reason_code))


async def _shown(uow: Uow, offer: Offer) -> OfferOut:
    need = await uow.read(Need, offer.need_id)
    missing = await missing_of(uow, [offer], {need.id: need})
    return OfferOut.of(offer, need, missing.get(offer.id, ()))
