"""Facts about clients, their sites, consents and service requests."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from contracts.event import Event
from contracts.values import Code, CountryCode, Day, Scheme, Sector

Kind = Annotated[
    str,
    Field(
        pattern="^(assessment|training|technical_information|investment_support|policy_advice|awareness|follow_up)$",
        description="kind of service asked for",
    ),
]


class ClientEvent(Event, subject="client_id", abstract=True):
    client_id: UUID


class ClientFacts(ClientEvent, abstract=True):
    country: CountryCode
    province: Code | None
    province_scheme: Scheme | None = None
    isic: Sector | None
    national_code: Annotated[str, Field(max_length=32)] | None = None
    national_scheme: Scheme | None = None
    size_class: Code | None = None
    sender: Code | None = None
    row_key: str | None = Field(default=None, max_length=128)


class ClientRegistered(ClientFacts):
    """A company was taken in."""


class ClientChanged(ClientFacts):
    """Facts of a company were corrected or completed."""


class ClientQualified(ClientEvent):
    """The centre may serve this company."""


class ClientDeclined(ClientEvent):
    """The centre will not serve this company."""

    reason_code: Code


class ClientContactsChanged(ClientEvent):
    """The contacts changed; who they are stays inside."""


class ConsentEvent(Event, subject="consent_id", root="client_id", abstract=True):
    consent_id: UUID
    client_id: UUID
    purpose: Code


class ConsentGiven(ConsentEvent):
    """The company agreed to a purpose."""

    recipient: Code | None
    text_version: Code
    until: Day | None


class ConsentWithdrawn(ConsentEvent):
    """The company took its agreement back."""


class ConsentExpired(ConsentEvent):
    """An agreement reached its last day."""


class SiteEvent(Event, subject="site_id", root="client_id", abstract=True):
    site_id: UUID
    client_id: UUID


class SiteFacts(SiteEvent, abstract=True):
    country: CountryCode
    province: Code | None
    province_scheme: Scheme | None = None


class SiteOpened(SiteFacts):
    """A plant of the company was recorded."""


class SiteChanged(SiteFacts):
    """The place of a plant was corrected."""


class SiteClosed(SiteEvent):
    """A plant no longer works."""


class ServiceRequestEvent(Event, subject="request_id", root="client_id", abstract=True):
    request_id: UUID
    client_id: UUID


class ServiceRequestFacts(ServiceRequestEvent, abstract=True):
    site_id: UUID
    kind: Kind
    programme_code: Code | None
    isic: Sector | None
    country: CountryCode
    province: Code | None
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")]
    wanted_from: Day
    wanted_until: Day
    days: int = Field(ge=1, le=366, description="working days")


class ServiceRequestSubmitted(ServiceRequestFacts):
    """A company asks for a service."""


class ServiceRequestStarted(ServiceRequestEvent):
    """A provider has begun to work on it."""

    engagement_id: UUID


class ServiceRequestUnmet(ServiceRequestEvent):
    """Nobody suitable was found for now."""


class ServiceRequestResumed(ServiceRequestEvent):
    """The search goes on."""


class ServiceRequestCancelAsked(ServiceRequestEvent):
    """The company or the centre wants to cancel; matching decides."""


class ServiceRequestCancelled(ServiceRequestEvent):
    """It is off."""


class ServiceRequestCompleted(ServiceRequestEvent):
    """The service was given."""

    engagement_id: UUID | None = None
