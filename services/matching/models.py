"""The tables of the matching service, and what it keeps of its neighbours."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from chassis.store.mapping import Unique, table
from contracts.values import Sector
from services.matching.domain.competences import Competence, CompetenceIsGranted, HeldCertificate
from services.matching.domain.engagements import Engagement, ExternalRefIsTaken
from services.matching.domain.experts import Expert, ExpertIsKnown
from services.matching.domain.needs import Need
from services.matching.domain.offers import Offer, OfferStands
from services.matching.domain.providers import Provider
from services.matching.domain.shortlists import Candidate, Shortlist
from services.matching.domain.work_reports import FinalReportStands, WorkReport

metadata = sa.MetaData()


@dataclass(frozen=True, slots=True)
class KnownClient:
    """The sector of a client."""

    client_id: UUID
    isic: Sector | None


@dataclass(frozen=True, slots=True)
class KnownSite:
    """The place of a client's plant."""

    site_id: UUID
    client_id: UUID
    country: str
    province: str | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """A client agreed to share its requests with providers; `until` is the last day, if there is one."""

    consent_id: UUID
    client_id: UUID
    until: date | None


@dataclass(frozen=True, slots=True)
class EndedAgreement:
    """An agreement that was withdrawn or has expired; a row of its own, so that the order of news does not matter."""

    consent_id: UUID


@dataclass(frozen=True, slots=True)
class ApprovedAssessment:
    """The assessment of a need is approved."""

    need_id: UUID
    assessment_id: UUID


providers = table(metadata, Provider, "providers", indexes=[("status",)])
experts = table(
    metadata,
    Expert,
    "experts",
    root=(Provider, "provider_id"),
    unique=[Unique(("provider_id", "person_id"), ExpertIsKnown)],
)
competences = table(
    metadata,
    Competence,
    "competences",
    root=(Provider, "provider_id"),
    unique=[Unique(("certificate_id", "code"), CompetenceIsGranted)],
    indexes=[("provider_id",), ("code", "status")],
)
needs = table(metadata, Need, "needs", indexes=[("request_id",), ("client_id", "status"), ("status",)])
shortlists = table(metadata, Shortlist, "shortlists", root=(Need, "need_id"), indexes=[("need_id",)])
candidates = table(
    metadata,
    Candidate,
    "candidates",
    key=("shortlist_id", "provider_id"),
    indexes=[("shortlist_id", "position"), ("provider_id",)],
)
offers = table(
    metadata,
    Offer,
    "offers",
    root=(Need, "need_id"),
    unique=[
        Unique(("need_id", "provider_id"), OfferStands, where="status = 'open'"),
        Unique(("link_sha256",), OfferStands),
    ],
    indexes=[("need_id",), ("provider_id", "status"), ("status", "deadline_at")],
)
engagements = table(
    metadata,
    Engagement,
    "engagements",
    root=(Need, "need_id"),
    unique=[Unique(("ref_owner", "external_ref"), ExternalRefIsTaken)],
    indexes=[("need_id",), ("provider_id", "status"), ("client_id",), ("kind", "status", "provider_id")],
)
_RATED = sa.text("client_rating IS NOT NULL AND provider_rating IS NOT NULL")
sa.Index("ix_engagements_rated", engagements.table.c.provider_id, sqlite_where=_RATED, postgresql_where=_RATED)
work_reports = table(
    metadata,
    WorkReport,
    "work_reports",
    root=(Need, "need_id"),
    unique=[
        Unique(("ref_owner", "external_ref"), ExternalRefIsTaken),
        Unique(("engagement_id",), FinalReportStands, where="final"),
    ],
    indexes=[("engagement_id", "status"), ("provider_id",)],
)
known_clients = table(metadata, KnownClient, "known_clients", key=("client_id",))
known_sites = table(metadata, KnownSite, "known_sites", key=("site_id",))
agreements = table(metadata, Agreement, "agreements", key=("consent_id",), indexes=[("client_id",)])
ended_agreements = table(metadata, EndedAgreement, "ended_agreements", key=("consent_id",))
approved_assessments = table(metadata, ApprovedAssessment, "approved_assessments", key=("need_id",))
held_certificates = table(
    metadata, HeldCertificate, "held_certificates", key=("certificate_id",), indexes=[("person_id",)]
)
