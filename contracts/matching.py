"""Facts about providers, needs, offers, engagements and work reports."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.clients import Kind
from contracts.event import Event
from contracts.values import Amount, Code, CompetenceNeeded, CountryCode, Day, Period, Place, Sector

Language = Annotated[str, Field(pattern="^[a-z]{2,3}$")]


class ProviderEvent(Event, subject="provider_id", abstract=True):
    provider_id: UUID


class ProviderFacts(ProviderEvent, abstract=True):
    kind: Code = Field(description="firm or person")
    country: CountryCode = Field(description="where it is at home")
    places: tuple[Place, ...] = Field(description="countries and provinces served; province null = the whole country")
    languages: tuple[Language, ...]
    sectors: tuple[Sector, ...]


class ProviderRegistered(ProviderFacts):
    """A firm or person offers its work."""


class ProviderChanged(ProviderFacts):
    """What a provider serves, speaks or charges changed."""


class ProviderApproved(ProviderEvent):
    """The centre may send it offers."""


class ProviderSuspended(ProviderEvent):
    """No offers for now."""

    reason_code: Code


class ProviderReinstated(ProviderEvent):
    """Offers again."""


class ProviderBooked(ProviderEvent):
    """Days of a provider were taken by an engagement."""

    engagement_id: UUID
    starts_on: Day
    ends_on: Day
    days: int


class ProviderReleased(ProviderEvent):
    """Days of a provider are free again."""

    engagement_id: UUID
    starts_on: Day
    ends_on: Day
    days: int


class ExpertAdded(Event, subject="expert_id", root="provider_id"):
    """A person works for a provider."""

    expert_id: UUID
    provider_id: UUID
    person_id: UUID


class ExpertRetired(Event, subject="expert_id", root="provider_id"):
    """A person no longer works for a provider."""

    expert_id: UUID
    provider_id: UUID
    person_id: UUID


class CompetenceEvent(Event, subject="competence_id", root="provider_id", abstract=True):
    competence_id: UUID
    provider_id: UUID
    person_id: UUID
    code: Code


class CompetenceGranted(CompetenceEvent):
    """An expert holds a competence at a level for a time."""

    level: int
    valid_from: Day
    valid_until: Day | None
    certificate_id: UUID | None = None


class CompetenceWithdrawn(CompetenceEvent):
    """An expert no longer holds a competence."""

    reason_code: Code


class NeedEvent(Event, subject="need_id", abstract=True):
    need_id: UUID
    request_id: UUID | None = None
    client_id: UUID


class NeedOpened(NeedEvent):
    """A job looks for a provider."""

    site_id: UUID
    kind: Kind
    programme_code: Code | None
    competences: tuple[CompetenceNeeded, ...]
    isic: Sector | None
    country: CountryCode
    province: Code | None
    language: Language
    starts_on: Day
    ends_on: Day
    days: int


class NeedFilled(NeedEvent):
    """A provider took the job."""

    engagement_id: UUID
    provider_id: UUID


class NeedUnmet(NeedEvent):
    """Nobody is eligible any more."""

    excluded: dict[Code, int] = Field(description="failed rule code → candidates it excluded")


class NeedReopened(NeedEvent):
    """The job looks for a provider again."""


class NeedCancelled(NeedEvent):
    """The job is no longer wanted."""

    reason_code: Code


class ShortlistMade(Event, subject="shortlist_id", root="need_id"):
    """One scoring run over all providers."""

    shortlist_id: UUID
    need_id: UUID
    policy_version: Code
    eligible: int
    excluded: dict[Code, int]


class OfferEvent(Event, subject="offer_id", root="need_id", abstract=True):
    offer_id: UUID
    need_id: UUID
    provider_id: UUID


class OfferMade(OfferEvent):
    """A provider may take the job until the deadline."""

    shortlist_id: UUID
    deadline_at: datetime


class OfferAccepted(OfferEvent):
    """The provider takes the job with the expert it names."""

    engagement_id: UUID
    person_id: UUID


class OfferDeclined(OfferEvent):
    """The provider says no."""

    reason_code: Code


class OfferExpired(OfferEvent):
    """No answer before the deadline."""


class OfferWithdrawn(OfferEvent):
    """The centre took the offer back."""

    reason_code: Code


class EngagementEvent(Event, subject="engagement_id", root="need_id", abstract=True):
    engagement_id: UUID
    need_id: UUID
    request_id: UUID | None = None
    client_id: UUID
    provider_id: UUID


class EngagementStarted(EngagementEvent):
    """A provider begins to work for a client."""

    site_id: UUID
    person_id: UUID
    kind: Kind
    programme_code: Code | None
    country: CountryCode
    province: Code | None
    starts_on: Day


class EngagementChanged(EngagementEvent):
    """The provider noted its own reference."""


class EngagementCompleted(EngagementEvent):
    """The work is done and its final report approved."""

    days: Amount = Field(description="days in the approved reports")
    occurred_on: Day


class EngagementCancelled(EngagementEvent):
    """The work ended before it was done."""

    reason_code: Code
    occurred_on: Day


class EngagementRated(EngagementEvent):
    """One side gave its rating; the score stays inside until both did."""

    side: Code = Field(description="client or provider")


class WorkReportEvent(Event, subject="report_id", root="need_id", abstract=True):
    report_id: UUID
    need_id: UUID
    engagement_id: UUID
    provider_id: UUID


class WorkReportFacts(WorkReportEvent, abstract=True):
    period: Period
    days: Amount
    final: bool


class WorkReportSubmitted(WorkReportFacts):
    """A provider reports days and deliverables."""


class WorkReportChanged(WorkReportFacts):
    """A returned report was corrected."""


class WorkReportResubmitted(WorkReportFacts):
    """A returned report is up for approval again."""


class WorkReportReturned(WorkReportEvent):
    """The officer asks for a correction."""

    reason_code: Code


class WorkReportApproved(WorkReportFacts):
    """The officer agrees with the reported work."""
