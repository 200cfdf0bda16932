"""Engagements and their ratings."""

from datetime import date, datetime
from uuid import UUID

from chassis.http import Body, Out
from contracts.values import Amount
from services.matching.domain.engagements import Engagement, EngagementStatus, Rating, Side
from services.matching.schemas.fields import Level, Note, Reference, shown


class ChangeEngagement(Body):
    """The provider's own reference; null clears it."""

    external_ref: Reference | None


class Rate(Body):
    """1 (poor) to 5 (excellent)."""

    score: Level
    comment: Note | None = None


class RatingOut(Out):
    score: int
    comment: str | None
    given_at: datetime

    @classmethod
    def of(cls, rating: Rating | None) -> "RatingOut | None":
        return None if rating is None else cls(**shown(cls, rating))


class EngagementOut(Out):
    engagement_id: UUID
    version: int
    status: EngagementStatus
    need_id: UUID
    request_id: UUID | None
    client_id: UUID
    site_id: UUID
    provider_id: UUID
    person_id: UUID
    kind: str
    programme_code: str | None
    country: str
    province: str | None
    starts_on: date
    started_at: datetime
    ended_on: date | None
    cancellation_reason: str | None
    reported_days: Amount | None
    external_ref: str | None
    client_rating: RatingOut | None
    provider_rating: RatingOut | None

    @classmethod
    def of(cls, engagement: Engagement, viewer: Side | None) -> "EngagementOut":
        """As one side sees it, or with None the centre."""
        facts = shown(cls, engagement, "engagement_id", "client_rating", "provider_rating")
        if viewer == "client":
            facts["external_ref"] = None
        return cls(
            engagement_id=engagement.id,
            client_rating=RatingOut.of(engagement.rating_shown_to(viewer, "client")),
            provider_rating=RatingOut.of(engagement.rating_shown_to(viewer, "provider")),
            **facts,
        )
