"""The tables of the training service, and what it keeps of its neighbours."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from chassis.store.mapping import Unique, table
from services.training.domain.certificates import Certificate, CertificateIsIssued
from services.training.domain.courses import Course
from services.training.domain.enrolments import STANDING, Enrolment, PersonIsEnrolled
from services.training.domain.participants import Participant
from services.training.domain.session_calendars import CalendarCodeIsTaken, SessionCalendar
from services.training.domain.sessions import Session

metadata = sa.MetaData()


@dataclass(frozen=True, slots=True)
class KnownExpert:
    """A person works for a provider, or did."""

    expert_id: UUID
    person_id: UUID
    provider_id: UUID
    is_active: bool


@dataclass(frozen=True, slots=True)
class KnownProvider:
    """A firm or person the centre may offer work to."""

    provider_id: UUID


@dataclass(frozen=True, slots=True)
class KnownClient:
    """A client of the centre."""

    client_id: UUID


_standing = ", ".join(f"'{status}'" for status in STANDING)
courses = table(metadata, Course, "courses", indexes=[("status",)])
sessions = table(
    metadata,
    Session,
    "sessions",
    indexes=[("course_id",), ("status", "starts_at"), ("ends_at",), ("programme_code",), ("province",)],
)
enrolments = table(
    metadata,
    Enrolment,
    "enrolments",
    root=(Session, "session_id"),
    unique=[Unique(("session_id", "person_id"), PersonIsEnrolled, where=f"status IN ({_standing})")],
    indexes=[
        ("session_id", "status", "place"),
        ("person_id",),
        ("provider_id",),
        ("client_id",),
        ("status", "deadline_at"),
    ],
)
participants = table(metadata, Participant, "participants", key=("person_id",), indexes=[("name_key",)])
certificates = table(
    metadata,
    Certificate,
    "certificates",
    root=(Session, "session_id"),
    unique=[
        Unique(("enrolment_id",), CertificateIsIssued, where="status <> 'revoked'"),
        Unique(("check_code",), CertificateIsIssued),
    ],
    indexes=[("session_id",), ("person_id",), ("provider_id",), ("status", "ends_at")],
)
known_experts = table(
    metadata, KnownExpert, "known_experts", key=("expert_id",), indexes=[("person_id",), ("provider_id",)]
)
known_providers = table(metadata, KnownProvider, "known_providers", key=("provider_id",))
known_clients = table(metadata, KnownClient, "known_clients", key=("client_id",))
session_calendars = table(
    metadata,
    SessionCalendar,
    "session_calendars",
    unique=[Unique(("code_sha256",), CalendarCodeIsTaken)],
    indexes=[("provider_id",), ("made_by",)],
)
