"""Offers: one provider may take a job until the deadline; every answer is final."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from contracts.matching import OfferAccepted, OfferDeclined, OfferExpired, OfferMade, OfferWithdrawn
from contracts.refusals import Refusal
from services.matching.domain import hard_rules
from services.matching.domain.experts import ExpertIsRetired
from services.matching.domain.hard_rules import Profile, Search
from services.matching.domain.needs import Need, require_open
from services.matching.domain.shortlists import Candidate, require_offerable

OfferStatus = Literal["open", "accepted", "declined", "expired", "withdrawn"]


class OfferIsAnswered(Refusal):
    sentence = "This offer has its answer already: it was {status}."


class OfferHasExpired(Refusal):
    sentence = "This offer could be answered until {deadline_at}."


class OfferStands(Refusal):
    sentence = "This provider has an open offer for this need."


class ExpertIsNotYours(Refusal):
    status = 422
    sentence = "This person is no expert of the provider."


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer of a need to a provider; of the code in its link only the SHA-256 is kept."""

    id: UUID
    need_id: UUID
    shortlist_id: UUID
    provider_id: UUID
    made_at: datetime
    deadline_at: datetime
    link_sha256: str | None
    territory: str | None = None
    status: OfferStatus = "open"
    answered_at: datetime | None = None
    reason_code: str | None = None
    note: str | None = None
    engagement_id: UUID | None = None
    version: int = 0


def make(
    need: Need, candidate: Candidate, *, offer_id: UUID, deadline_at: datetime, link_sha256: str | None, at: datetime
) -> tuple[Offer, OfferMade]:
    """Offer an open need to a candidate of its shortlist whom no hard rule excludes."""
    require_open(need)
    require_offerable(candidate)
    offer = Offer(
        id=offer_id,
        need_id=need.id,
        shortlist_id=candidate.shortlist_id,
        provider_id=candidate.provider_id,
        made_at=at,
        deadline_at=deadline_at,
        link_sha256=link_sha256,
        territory=need.territory,
    )
    return offer, OfferMade(**_ids(offer), shortlist_id=offer.shortlist_id, deadline_at=deadline_at)


def accept(
    offer: Offer, search: Search, profile: Profile, person_id: UUID, *, engagement_id: UUID, at: datetime
) -> tuple[Offer, OfferAccepted]:
    """Take the job with an active expert of the firm who holds the competences; the hard rules hold once more."""
    _require_open(offer, at)
    member = next((each for each in profile.team if each.expert.person_id == person_id), None)
    if member is None:
        raise ExpertIsNotYours(person_id=str(person_id))
    if member.expert.status != "active":
        raise ExpertIsRetired(person_id=str(person_id))
    hard_rules.require_all(search, profile)
    hard_rules.require_competences(search.need, member)
    accepted = replace(offer, status="accepted", answered_at=at, engagement_id=engagement_id)
    return accepted, OfferAccepted(**_ids(offer), engagement_id=engagement_id, person_id=person_id)


def decline(offer: Offer, reason_code: str, note: str | None, *, at: datetime) -> tuple[Offer, OfferDeclined]:
    """Say no, with a reason."""
    _require_open(offer, at)
    declined = replace(offer, status="declined", answered_at=at, reason_code=reason_code, note=note)
    return declined, OfferDeclined(**_ids(offer), reason_code=reason_code)


def expire(offer: Offer, *, at: datetime) -> tuple[Offer, OfferExpired] | None:
    """No answer came before the deadline; None if one did, or there still is time."""
    if offer.status != "open" or at < offer.deadline_at:
        return None
    return replace(offer, status="expired", answered_at=at), OfferExpired(**_ids(offer))


def withdraw(offer: Offer, reason_code: str, *, at: datetime) -> tuple[Offer, OfferWithdrawn]:
    """Take an unanswered offer back."""
    _require_unanswered(offer)
    withdrawn = replace(offer, status="withdrawn", answered_at=at, reason_code=reason_code)
    return withdrawn, OfferWithdrawn(**_ids(offer), reason_code=reason_code)


def _require_open(offer: Offer, at: datetime) -> None:
    if offer.status == "expired" or (offer.status == "open" and at >= offer.deadline_at):
        raise OfferHasExpired(deadline_at=offer.deadline_at.isoformat())
    _require_unanswered(offer)


def _require_unanswered(offer: Offer) -> None:
    if offer.status != "open":
        raise OfferIsAnswered(status=offer.status)


def _ids(offer: Offer) -> dict[str, Any]:
    return {"offer_id": offer.id, "need_id": offer.need_id, "provider_id": offer.provider_id}
