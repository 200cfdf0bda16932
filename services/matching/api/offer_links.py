"""Offer links: an offer answered by whoever holds the code of its link, without signing in."""

from chassis.auth import allow
from chassis.http import problems
from chassis.route import Routes, Uow
from contracts.principals import Principal, Public, Role
from contracts.refusals import NotFound
from services.matching import use_cases
from services.matching.api.offers import ACCEPTANCE, ANSWERED
from services.matching.domain.experts import Expert
from services.matching.domain.needs import Need
from services.matching.domain.offers import Offer
from services.matching.pack import ReasonIsUnknown
from services.matching.queries import candidate_of, offer_of_link
from services.matching.schemas.offers import AcceptOffer, DeclineOffer, OfferLinkOut

routes = Routes("/v1/offer-links")


@routes.get("/{code}", dependencies=allow(Public), responses=problems(NotFound))
async def read_offer_link(code: str, uow: Uow) -> OfferLinkOut:
    """The offer of a link; reading changes nothing."""
    offer = await _offer(uow, code)
    with uow.acting_as(_bearer(offer)):
        return await _shown(uow, offer)


@routes.post("/{code}/accept", dependencies=allow(Public), responses=problems(*ACCEPTANCE))
async def accept_offer_link(code: str, body: AcceptOffer, uow: Uow) -> OfferLinkOut:
    """Take the job with the expert you name."""
    offer = await _offer(uow, code)
    with uow.acting_as(_bearer(offer)):
        return await _shown(uow, await use_cases.start_engagement(uow, offer.id, body.person_id))


@routes.post("/{code}/decline", dependencies=allow(Public), responses=problems(*ANSWERED, ReasonIsUnknown))
async def decline_offer_link(code: str, body: DeclineOffer, uow: Uow) -> OfferLinkOut:
    """Say no, with a reason."""
    offer = await _offer(uow, code)
    with uow.acting_as(_bearer(offer)):
        return await _shown(uow, await use_cases.decline_offer(uow, offer.id, body.reason_code, body.note))


async def _offer(uow: Uow, code: str) -> Offer:
    offer = await offer_of_link(uow, use_cases.sha256(code))
    if offer is None:
        raise NotFound(thing="offer link")
    return offer


def _bearer(offer: Offer) -> Principal:
    """Whoever holds the code speaks for the provider, about this offer only."""
    return Principal(principal_id=offer.provider_id, roles=frozenset({Role.PROVIDER}), provider_id=offer.provider_id)


async def _shown(uow: Uow, offer: Offer) -> OfferLinkOut:
    experts = await uow.all(Expert, provider_id=offer.provider_id, status="active") if offer.status == "open" else []
    candidate = await candidate_of(uow, offer.shortlist_id, offer.provider_id)
    return OfferLinkOut.of(offer, await uow.read(Need, offer.need_id), candidate, experts)
