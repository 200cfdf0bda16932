"""The read models of results, each row resting on one thread of events, so that no order matters; and exports."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.store.mapping import table
from services.impact.domain.exports import Unmapped
from services.impact.domain.figures import Figures
from services.impact.domain.places import Place

metadata = sa.MetaData()


@dataclass(frozen=True, slots=True)
class Client:
    """A company, and where its sites are."""

    client_id: UUID
    country: str
    province: str | None
    isic_division: str | None
    year: int
    sites: dict[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Registered:
    """How many companies were taken in in a year that work at exactly these places.

    A million companies are counted here without a look at one of them, for any choice of provinces.
    """

    places: str
    year: int
    clients: int


@dataclass(frozen=True, slots=True)
class Site:
    site_id: UUID
    client_id: UUID
    country: str
    province: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """A service a company asked for."""

    request_id: UUID
    client_id: UUID
    site_id: UUID
    programme_code: str
    year: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """An assessment; it counts from its approval, in that year."""

    assessment_id: UUID
    client_id: UUID
    site_id: UUID
    programme_code: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Engagement:
    """A provider's work for a company; it counts from its completion, in that year."""

    engagement_id: UUID
    client_id: UUID
    site_id: UUID
    programme_code: str
    year: int | None = None
    days: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """Where an option stands, with its figures there, what programmes claim of it and under whom its lines are."""

    option_id: UUID
    status: str
    shares: dict[str, Decimal]
    programmes: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Line:
    """What a programme (or none) claims of an option at a stage it came to; the lines of a stage add up to the option.

    `counts` is false for a claim that was taken back before the option went on. `method` is how the verdict came about,
    and before one, who states that it was implemented.
    """

    option_id: UUID
    stage: str
    programme_code: str
    client_id: UUID
    site_id: UUID
    year: int
    came_from: str | None
    is_current: bool
    counts: bool
    verdict: str | None
    investment: Decimal | None
    investment_currency: str | None
    annual_saving: Decimal | None
    saving_currency: str | None
    energy_mj: Decimal | None
    water_m3: Decimal | None
    material_t: Decimal | None
    waste_t: Decimal | None
    emission_t_co2e: Decimal | None
    energy_unknown: bool
    water_unknown: bool
    material_unknown: bool
    waste_unknown: bool
    emission_unknown: bool
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Where and in which programme a course is held; it counts as held when it was, in the year of its last day."""

    session_id: UUID
    programme_code: str
    country: str
    province: str | None
    year: int
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Attendance:
    """Whether a person was at a session, and the sex stated there."""

    enrolment_id: UUID
    session_id: UUID
    person_id: UUID
    attended: bool
    sex: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate, in the year it was issued, and whether it still holds."""

    certificate_id: UUID
    session_id: UUID
    person_id: UUID
    year: int
    state: str


@dataclass(frozen=True, slots=True)
class Export:
    """What was made for a statistics system elsewhere, by which mapping, and for whom; it is never rebuilt."""

    id: UUID
    version: int
    format: str
    period: str
    mapping_name: str | None
    mapping: str
    dry_run: bool
    made_by: UUID
    made_at: datetime
    covered: dict[str, Any]
    figures: int
    unmapped: tuple[Unmapped, ...] = ()
    suppressed: tuple[str, ...] = ()
    payload: dict[str, Any] | None = None


clients = table(metadata, Client, "clients", key=("client_id",))
registered = table(metadata, Registered, "registered", key=("places", "year"))
sites = table(metadata, Site, "sites", key=("site_id",))
requests = table(metadata, Request, "requests", key=("request_id",), indexes=[("programme_code",)])
assessments = table(metadata, Assessment, "assessments", key=("assessment_id",), indexes=[("programme_code",)])
engagements = table(metadata, Engagement, "engagements", key=("engagement_id",), indexes=[("programme_code",)])
options = table(metadata, Option, "options", key=("option_id",))
lines = table(
    metadata, Line, "lines", key=("option_id", "stage", "programme_code"), indexes=[("stage",), ("programme_code",)]
)
sessions = table(metadata, Session, "sessions", key=("session_id",))
attendances = table(metadata, Attendance, "attendances", key=("enrolment_id",))
certificates = table(metadata, Certificate, "certificates", key=("certificate_id",))
exports = table(metadata, Export, "exports")
