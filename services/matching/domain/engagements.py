"""Engagements: a provider works for a client, until the work is done or given up."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from contracts.matching import (
    EngagementCancelled,
    EngagementChanged,
    EngagementCompleted,
    EngagementRated,
    EngagementStarted,
)
from contracts.principals import Client, Principal, Provider
from contracts.refusals import NotFound, Refusal
from services.matching.domain.needs import Need

EngagementStatus = Literal["active", "completed", "cancelled"]
Side = Literal["client", "provider"]


class EngagementIsNotActive(Refusal):
    sentence = "This engagement has ended: it was {status}."


class EngagementIsActive(Refusal):
    sentence = "Each side may rate once the engagement has ended."


class AssessmentIsApproved(Refusal):
    sentence = "Its assessment is approved: the engagement can be completed, but no longer cancelled."


class RatingIsGiven(Refusal):
    sentence = "The {side} has given its rating already."


class ExternalRefIsTaken(Refusal):
    sentence = "You have given your reference {external_ref} to another one."


@dataclass(frozen=True, slots=True)
class Rating:
    """What one side thinks of the other: 1 (poor) to 5 (excellent), and why."""

    score: int
    comment: str | None
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Engagement:
    """A provider's work on a need, done by the expert it named; `external_ref` is the provider's own id for it."""

    id: UUID
    need_id: UUID
    client_id: UUID
    site_id: UUID
    provider_id: UUID
    person_id: UUID
    kind: str
    country: str
    province: str | None
    starts_on: date
    started_at: datetime
    territory: str | None = None
    request_id: UUID | None = None
    programme_code: str | None = None
    external_ref: str | None = None
    ref_owner: UUID | None = None
    status: EngagementStatus = "active"
    ended_at: datetime | None = None
    ended_on: date | None = None
    cancellation_reason: str | None = None
    reported_days: Decimal | None = None
    client_rating: Rating | None = None
    provider_rating: Rating | None = None
    version: int = 0

    def rating_shown_to(self, viewer: Side | None, of: Side) -> Rating | None:
        """A side always sees its own rating; everybody sees the other only when both are given."""
        both = self.client_rating is not None and self.provider_rating is not None
        rating = self.client_rating if of == "client" else self.provider_rating
        return rating if both or viewer == of else None


def start(
    need: Need, *, engagement_id: UUID, provider_id: UUID, person_id: UUID, starts_on: date, at: datetime
) -> tuple[Engagement, EngagementStarted]:
    """Begin to work on a need with the expert named."""
    engagement = Engagement(
        id=engagement_id,
        need_id=need.id,
        client_id=need.client_id,
        site_id=need.site_id,
        provider_id=provider_id,
        person_id=person_id,
        kind=need.kind,
        country=need.country,
        province=need.province,
        starts_on=starts_on,
        started_at=at,
        territory=need.territory,
        request_id=need.request_id,
        programme_code=need.programme_code,
    )
    return engagement, EngagementStarted(
        **_ids(engagement),
        site_id=engagement.site_id,
        person_id=engagement.person_id,
        kind=engagement.kind,
        programme_code=engagement.programme_code,
        country=engagement.country,
        province=engagement.province,
        starts_on=engagement.starts_on,
    )


def change(engagement: Engagement, external_ref: str | None, *, by: Principal) -> tuple[Engagement, EngagementChanged]:
    """Note the provider's own reference."""
    changed = replace(engagement, external_ref=external_ref, ref_owner=by.principal_id if external_ref else None)
    return changed, EngagementChanged(**_ids(engagement))


def complete(
    engagement: Engagement, days: Decimal, *, on: date, at: datetime
) -> tuple[Engagement, EngagementCompleted]:
    """The work is done; `days` is the sum of the approved reports."""
    require_active(engagement)
    completed = replace(engagement, status="completed", ended_on=on, ended_at=at, reported_days=days)
    return completed, EngagementCompleted(**_ids(engagement), days=days, occurred_on=on)


def cancel(
    engagement: Engagement, reason_code: str, *, assessment_approved: bool, on: date, at: datetime
) -> tuple[Engagement, EngagementCancelled]:
    """Give the work up; once its assessment is approved there is nothing left to give up."""
    require_active(engagement)
    if assessment_approved:
        raise AssessmentIsApproved(engagement_id=str(engagement.id))
    cancelled = replace(engagement, status="cancelled", ended_on=on, ended_at=at, cancellation_reason=reason_code)
    return cancelled, EngagementCancelled(**_ids(engagement), reason_code=reason_code, occurred_on=on)


def rate(
    engagement: Engagement, score: int, comment: str | None, *, by: Principal, at: datetime
) -> tuple[Engagement, EngagementRated]:
    """Say how the other side was, once, after the end."""
    side = side_of(engagement, by)
    if side is None:
        raise NotFound(thing="engagement", id=str(engagement.id))
    if engagement.status == "active":
        raise EngagementIsActive
    rating = Rating(score, comment, at)
    if side == "client":
        given, rated = engagement.client_rating, replace(engagement, client_rating=rating)
    else:
        given, rated = engagement.provider_rating, replace(engagement, provider_rating=rating)
    if given is not None:
        raise RatingIsGiven(side=side)
    return rated, EngagementRated(**_ids(engagement), side=side)


def side_of(engagement: Engagement, by: Principal) -> Side | None:
    """The side a principal speaks for, if any."""
    if by.has(Provider) and by.provider_id == engagement.provider_id:
        return "provider"
    if by.has(Client) and by.client_id == engagement.client_id:
        return "client"
    return None


def require_active(engagement: Engagement) -> None:
    """Refuse unless the work still goes on."""
    if engagement.status != "active":
        raise EngagementIsNotActive(status=engagement.status)


def _ids(engagement: Engagement) -> dict[str, Any]:
    return {
        "engagement_id": engagement.id,
        "need_id": engagement.need_id,
        "request_id": engagement.request_id,
        "client_id": engagement.client_id,
        "provider_id": engagement.provider_id,
    }
