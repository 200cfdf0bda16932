"""Bodies and answers of the clients service."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import UploadFile
from pydantic import Field

from chassis.http import Body, Out
from chassis.imports.mappings import Take
from chassis.imports.requests import ImportRequest, SheetName
from chassis.pack import Pack, Section
from contracts.clients import Kind
from contracts.values import Code, CountryCode, Day, Place, Sector
from services.clients.domain.clients import Client, ClientFacts, Contact, Origin
from services.clients.domain.consents import Consent
from services.clients.domain.service_requests import ServiceRequest, Wish
from services.clients.domain.sites import Site
from services.clients.pack import ClientsPack

Name = Annotated[str, Field(min_length=1, max_length=300)]
Note = Annotated[str, Field(min_length=1, max_length=4_000)]
Reference = Annotated[str, Field(min_length=1, max_length=128)]
Language = Annotated[str, Field(pattern="^[a-z]{2,3}$")]
Extra = Annotated[dict[str, Any], Field(max_length=100)]


class RegisterClient(Body):
    """A company to take in; its sector by ISIC with revision, or by a national code with the reason."""

    name: Name
    country: CountryCode
    province: Code | None = None
    isic: Sector | None = None
    national_code: Annotated[str, Field(max_length=32)] | None = None
    national_scheme: Code | None = None
    no_isic_reason: Note | None = None
    size_class: Code | None = None
    tax_code: Annotated[str, Field(max_length=40)] | None = None
    extra: Extra = Field(default_factory=dict)
    external_ref: Reference | None = None

    def facts(self, scheme: str) -> ClientFacts:
        return ClientFacts(
            name=self.name,
            place=Place(country=self.country, province=self.province, scheme=scheme if self.province else None),
            isic=self.isic,
            national_code=self.national_code,
            national_scheme=self.national_scheme,
            no_isic_reason=self.no_isic_reason,
            size_class=self.size_class,
            tax_code=self.tax_code,
            extra=self.extra,
        )

    def origin(self) -> Origin:
        return Origin(external_ref=self.external_ref)


class ChangeClient(Body):
    """Only what is sent changes; null clears a fact that may be unknown."""

    name: Name | None = None
    country: CountryCode | None = None
    province: Code | None = None
    isic: Sector | None = None
    national_code: Annotated[str, Field(max_length=32)] | None = None
    national_scheme: Code | None = None
    no_isic_reason: Note | None = None
    size_class: Code | None = None
    tax_code: Annotated[str, Field(max_length=40)] | None = None
    extra: Extra | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that were sent; name, country and extra are never cleared."""
        sent = {name: getattr(self, name) for name in self.model_fields_set}
        return {name: value for name, value in sent.items() if value is not None or name not in _NEVER_NULL}


_NEVER_NULL = ("name", "country", "extra")


class Decline(Body):
    reason_code: Code


class PutContacts(Body):
    contacts: Annotated[tuple[Contact, ...], Field(max_length=20)]


class GiveConsent(Body):
    """Consent text by its version; `until` is the last day it holds, null until it is withdrawn."""

    client_id: UUID
    purpose: Code
    recipient: Code | None = None
    text_version: Code
    until: Day | None = None


class OpenSite(Body):
    client_id: UUID
    name: Name
    address: Annotated[str, Field(max_length=500)] | None = None
    country: CountryCode
    province: Code | None = None


class ChangeSite(Body):
    name: Name
    address: Annotated[str, Field(max_length=500)] | None = None
    country: CountryCode
    province: Code | None = None


class SubmitServiceRequest(Body):
    """What is asked for: the period in which it is wanted and the working days it may take."""

    client_id: UUID
    site_id: UUID
    kind: Kind
    programme_code: Code | None = None
    language: Language
    wanted_from: Day
    wanted_until: Day
    days: int = Field(ge=1, le=366)
    note: Note | None = None
    extra: Extra = Field(default_factory=dict)
    external_ref: Reference | None = None

    def wish(self) -> Wish:
        return Wish(**{name: getattr(self, name) for name in Wish.__dataclass_fields__})


class ImportClients(ImportRequest):
    """A file of companies (CSV, XLSX or JSON), and the mapping of its columns: its text (TOML), or a name."""

    file: UploadFile
    sheet: SheetName | None = None


class SectorTake(Take):
    """A sector from a column: an ISIC code as it stands, or what a crosswalk of the pack makes of a national code."""

    crosswalk: Code | None = None
    revision: str = Field(default="4", pattern="^[45]$")


class SiteMapping(Section):
    """The plant of a company; its place is the company's where nothing else is said."""

    name: Take
    address: Take | None = None
    country: Take | None = None
    province: Take | None = None


class ClientMapping(Section):
    """`[clients]` of a mapping: where each fact of a company stands in a sender's row."""

    row_key: Take
    name: Take
    country: Take
    province: Take | None = None
    isic: SectorTake | None = None
    national_code: Take | None = None
    national_scheme: Take | None = None
    size_class: Take | None = None
    tax_code: Take | None = None
    extra: dict[str, Take] = Field(default_factory=dict)
    site: SiteMapping | None = None

    def missing_in(self, pack: Pack) -> list[str]:
        """Fields of its own that it fills and the pack does not have."""
        known = {field.name for field in pack.section("clients", ClientsPack).client_fields}
        return [f"clients.extra.{name}: the pack has no such field" for name in sorted(set(self.extra) - known)]


class ClientOut(Out):
    client_id: UUID
    version: int
    status: str
    name: str
    country: str
    province: str | None
    province_scheme: str | None
    isic: Sector | None
    national_code: str | None
    national_scheme: str | None
    no_isic_reason: str | None
    size_class: str | None
    tax_code: str | None
    declined_reason: str | None
    extra: dict[str, Any]
    sender: str | None
    row_key: str | None
    external_ref: str | None
    registered_at: datetime

    @classmethod
    def of(cls, client: Client) -> "ClientOut":
        names = set(cls.model_fields) - {"client_id"}
        return cls(client_id=client.id, **{name: getattr(client, name) for name in names})


class ContactsOut(Out):
    client_id: UUID
    version: int
    contacts: tuple[Contact, ...]


class ConsentOut(Out):
    consent_id: UUID
    version: int
    status: str
    client_id: UUID
    purpose: str
    recipient: str | None
    text_version: str
    given_at: datetime
    until: date | None

    @classmethod
    def of(cls, consent: Consent) -> "ConsentOut":
        names = set(cls.model_fields) - {"consent_id"}
        return cls(consent_id=consent.id, **{name: getattr(consent, name) for name in names})


class SiteOut(Out):
    site_id: UUID
    version: int
    status: str
    client_id: UUID
    name: str
    address: str | None
    country: str
    province: str | None
    province_scheme: str | None

    @classmethod
    def of(cls, site: Site) -> "SiteOut":
        names = set(cls.model_fields) - {"site_id"}
        return cls(site_id=site.id, **{name: getattr(site, name) for name in names})


class ServiceRequestOut(Out):
    request_id: UUID
    version: int
    status: str
    client_id: UUID
    site_id: UUID
    kind: str
    programme_code: str | None
    language: str
    wanted_from: date
    wanted_until: date
    days: int
    note: str | None
    engagement_id: UUID | None
    extra: dict[str, Any]
    external_ref: str | None

    @classmethod
    def of(cls, request: ServiceRequest) -> "ServiceRequestOut":
        names = set(cls.model_fields) - {"request_id"}
        return cls(request_id=request.id, **{name: getattr(request, name) for name in names})
