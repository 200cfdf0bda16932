"""Offers, and the links that answer them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field

from chassis.http import Body, Out
from contracts.values import Code, CompetenceNeeded
from services.matching.domain.experts import Expert
from services.matching.domain.needs import Need
from services.matching.domain.offers import Offer, OfferStatus
from services.matching.domain.shortlists import Candidate
from services.matching.schemas.fields import Note, shown
from services.matching.schemas.needs import CandidateOut, JobOut


class MakeOffer(Body):
    shortlist_id: UUID
    provider_id: UUID


class AcceptOffer(Body):
    """The expert who will do the job."""

    person_id: UUID


class DeclineOffer(Body):
    reason_code: Code
    note: Note | None = None


class OfferOut(Out):
    offer_id: UUID
    version: int
    status: OfferStatus
    need_id: UUID
    shortlist_id: UUID
    provider_id: UUID
    job: JobOut
    made_at: datetime
    deadline_at: datetime
    answered_at: datetime | None
    reason_code: str | None
    note: str | None
    engagement_id: UUID | None
    missing_competences: tuple[CompetenceNeeded, ...] = Field(
        default=(),
        description="while it is open: what the job needs and no expert of the provider holds any more, as when a "
        "certificate was revoked or has expired",
    )

    @classmethod
    def of(cls, offer: Offer, need: Need, missing: tuple[CompetenceNeeded, ...] = ()) -> "OfferOut":
        own = {"offer_id": offer.id, "job": JobOut.of(need), "missing_competences": missing}
        return cls(**own, **shown(cls, offer, *own))


class OfferMadeOut(OfferOut):
    """`link_code` answers this one offer without signing in; it is shown this once, and null when the request is
    repeated under its Idempotency-Key."""

    link_code: str | None

    def kept(self) -> "OfferMadeOut":
        return self.model_copy(update={"link_code": None})


class NamedExpertOut(Out):
    person_id: UUID
    full_name: str


class OfferLinkOut(Out):
    """An offer as whoever holds the code of its link sees it: why the provider was asked (its own row of the shortlist,
    without a rank), and while it is open the experts it can name."""

    offer_id: UUID
    version: int
    status: OfferStatus
    job: JobOut
    made_at: datetime
    deadline_at: datetime
    answered_at: datetime | None
    reason_code: str | None
    candidate: CandidateOut | None
    experts: tuple[NamedExpertOut, ...]

    @classmethod
    def of(cls, offer: Offer, need: Need, candidate: Candidate | None, experts: Sequence[Expert]) -> "OfferLinkOut":
        named = tuple(NamedExpertOut(person_id=each.person_id, full_name=each.full_name) for each in experts)
        judged = CandidateOut.of(candidate, whole=False) if candidate else None
        own = {"offer_id": offer.id, "job": JobOut.of(need), "candidate": judged, "experts": named}
        return cls(**own, **shown(cls, offer, *own))
