"""Needs, shortlists and their candidates."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from chassis.http import Body, Out
from contracts.clients import Kind
from contracts.matching import Language
from contracts.values import Amount, Code, CompetenceNeeded, Day, Sector
from services.matching.domain.needs import Need, NeedStatus
from services.matching.domain.shortlists import Candidate, Shortlist
from services.matching.schemas.fields import shown


class OpenNeed(Body):
    """A job without a service request; without `competences` those of the pack are required."""

    client_id: UUID
    site_id: UUID
    kind: Kind
    programme_code: Code | None = None
    language: Language
    starts_on: Day
    ends_on: Day
    days: int = Field(ge=1, le=366)
    competences: Annotated[tuple[CompetenceNeeded, ...], Field(max_length=20)] = ()


class MakeShortlist(Body):
    need_id: UUID


class JobOut(Out):
    """What a provider needs to know to answer an offer; who the client is it learns when it accepts."""

    kind: str
    programme_code: str | None
    competences: tuple[CompetenceNeeded, ...]
    isic: Sector | None
    country: str
    province: str | None
    language: str
    starts_on: date
    ends_on: date
    days: int

    @classmethod
    def of(cls, need: Need) -> "JobOut":
        return cls(**shown(cls, need))


class NeedOut(Out):
    need_id: UUID
    version: int
    status: NeedStatus
    request_id: UUID | None
    client_id: UUID
    site_id: UUID
    kind: str
    programme_code: str | None
    competences: tuple[CompetenceNeeded, ...]
    isic: Sector | None
    country: str
    province: str | None
    language: str
    starts_on: date
    ends_on: date
    days: int
    opened_at: datetime
    engagement_id: UUID | None
    cancellation_reason: str | None

    @classmethod
    def of(cls, need: Need) -> "NeedOut":
        return cls(need_id=need.id, **shown(cls, need, "need_id"))


class ShortlistOut(Out):
    """A scoring run; a provider reads no counts, for they would tell of others."""

    shortlist_id: UUID
    version: int
    need_id: UUID
    need_version: int | None
    policy_version: str
    weights: dict[str, int]
    working_days: int
    made_at: datetime
    eligible: int | None
    excluded: dict[str, int] | None

    @classmethod
    def of(cls, shortlist: Shortlist, *, whole: bool) -> "ShortlistOut":
        facts = shown(cls, shortlist, "shortlist_id")
        hidden = {} if whole else {"need_version": None, "eligible": None, "excluded": None}
        return cls(shortlist_id=shortlist.id, **(facts | hidden))


class RuleOut(Out):
    code: str
    passed: bool
    facts: dict[str, Any]


class PartOut(Out):
    code: str
    points: int
    weight: int
    facts: dict[str, Any]


class CandidateOut(Out):
    """How a provider fared, by which facts; its own row tells a provider no rank."""

    provider_id: UUID
    provider_version: int
    eligible: bool
    rank: int | None
    score: Amount | None
    rules: tuple[RuleOut, ...]
    parts: tuple[PartOut, ...]

    @classmethod
    def of(cls, candidate: Candidate, *, whole: bool) -> "CandidateOut":
        return cls(
            provider_id=candidate.provider_id,
            provider_version=candidate.provider_version,
            eligible=candidate.score is not None,
            rank=candidate.rank if whole else None,
            score=candidate.score,
            rules=tuple(RuleOut(**each._asdict()) for each in candidate.rules),
            parts=tuple(PartOut(**each._asdict()) for each in candidate.parts),
        )
