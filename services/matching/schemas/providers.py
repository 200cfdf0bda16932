"""Providers, their experts and competences."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from chassis.http import Body, Out
from contracts.matching import Language
from contracts.values import Code, CountryCode, Day, Money, Period, Place, Sector
from services.matching.domain.competences import Competence, CompetenceStatus
from services.matching.domain.experts import Expert, ExpertStatus
from services.matching.domain.providers import Contact, Provider, ProviderKind, ProviderStatus
from services.matching.schemas.fields import Level, Name, Note, shown

Languages = Annotated[tuple[Language, ...], Field(min_length=1, max_length=20)]
Sectors = Annotated[tuple[Sector, ...], Field(max_length=200)]
DaysPerWeek = Annotated[int, Field(ge=1, le=7)]
Leave = Annotated[tuple[Period, ...], Field(max_length=100)]
Conflicts = Annotated[tuple[UUID, ...], Field(max_length=1_000)]
Extra = Annotated[dict[str, Any], Field(max_length=100)]


class Served(Body):
    """A place a provider serves: a province, or with null the whole country."""

    country: CountryCode
    province: Code | None = None


Places = Annotated[tuple[Served, ...], Field(min_length=1, max_length=200)]


class RegisterProvider(Body):
    """A firm or person that offers its work: where, in which languages and sectors, on how many days a week."""

    name: Name
    kind: ProviderKind
    country: CountryCode
    places: Places
    languages: Languages
    sectors: Sectors = ()
    days_per_week: DaysPerWeek = 5
    leave: Leave = ()
    conflicts: Conflicts = ()
    day_rate: Money | None = None
    contact: Contact | None = None
    extra: Extra = Field(default_factory=dict)


class ChangeProvider(Body):
    """Only what is sent changes; null clears the day rate or the contact."""

    name: Name | None = None
    kind: ProviderKind | None = None
    country: CountryCode | None = None
    places: Places | None = None
    languages: Languages | None = None
    sectors: Sectors | None = None
    days_per_week: DaysPerWeek | None = None
    leave: Leave | None = None
    conflicts: Conflicts | None = None
    day_rate: Money | None = None
    contact: Contact | None = None
    extra: Extra | None = None


class AddExpert(Body):
    """A person who works for a provider; an officer names the `person_id` of one already known elsewhere."""

    provider_id: UUID
    full_name: Name
    person_id: UUID | None = None


class GrantCompetence(Body):
    """`provider_id` is needed only for a person who works for more than one provider."""

    person_id: UUID
    provider_id: UUID | None = None
    code: Code
    level: Level
    valid_from: Day
    valid_until: Day | None = None
    evidence: Note | None = None


class BookingOut(Out):
    engagement_id: UUID
    starts_on: date
    ends_on: date
    days: int


class ProviderOut(Out):
    provider_id: UUID
    version: int
    status: ProviderStatus
    name: str
    kind: ProviderKind
    country: str
    places: tuple[Place, ...]
    languages: tuple[str, ...]
    sectors: tuple[Sector, ...]
    days_per_week: int
    leave: tuple[Period, ...]
    conflicts: tuple[UUID, ...]
    day_rate: Money | None
    contact: Contact | None
    extra: dict[str, Any]
    suspension_reason: str | None
    bookings: tuple[BookingOut, ...]

    @classmethod
    def of(cls, provider: Provider) -> "ProviderOut":
        bookings = tuple(
            BookingOut(
                engagement_id=each.engagement_id, starts_on=each.days[0], ends_on=each.days[-1], days=len(each.days)
            )
            for each in provider.bookings
        )
        return cls(provider_id=provider.id, bookings=bookings, **shown(cls, provider, "provider_id", "bookings"))


class ExpertOut(Out):
    expert_id: UUID
    version: int
    status: ExpertStatus
    provider_id: UUID
    person_id: UUID
    full_name: str

    @classmethod
    def of(cls, expert: Expert) -> "ExpertOut":
        return cls(expert_id=expert.id, **shown(cls, expert, "expert_id"))


class CompetenceOut(Out):
    """`expired` is derived from `valid_until` and today."""

    competence_id: UUID
    version: int
    status: CompetenceStatus
    expired: bool
    provider_id: UUID
    person_id: UUID
    code: str
    level: int
    valid_from: date
    valid_until: date | None
    evidence: str | None
    certificate_id: UUID | None
    withdrawal_reason: str | None

    @classmethod
    def of(cls, competence: Competence, today: date) -> "CompetenceOut":
        expired = competence.valid_until is not None and competence.valid_until < today
        return cls(competence_id=competence.id, expired=expired, **shown(cls, competence, "competence_id", "expired"))
