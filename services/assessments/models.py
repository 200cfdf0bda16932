"""The tables of the assessments service."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from chassis.store.mapping import Unique, table
from services.assessments.domain.assessments import Assessment, AssessmentOfNeedExists, RowIsAlreadyImported
from services.assessments.domain.options import Option
from services.assessments.domain.savings import SavingLine

metadata = sa.MetaData()


@dataclass(frozen=True, slots=True)
class KnownClient:
    """Where a client is, as the clients service tells it, and which row of an import it came from."""

    client_id: UUID
    country: str
    province: str | None
    sender: str | None
    row_key: str | None


@dataclass(frozen=True, slots=True)
class KnownSite:
    """Whose a site is, where it stands and whether it works."""

    site_id: UUID
    client_id: UUID
    country: str
    province: str | None
    is_open: bool


assessments = table(
    metadata,
    Assessment,
    "assessments",
    unique=[
        Unique(("need_id",), AssessmentOfNeedExists, where="status <> 'cancelled'"),
        Unique(("sender", "row_key"), RowIsAlreadyImported),
    ],
    indexes=[("client_id",), ("territory",), ("assessor_id",), ("provider_id",), ("engagement_id",)],
)
options = table(
    metadata,
    Option,
    "options",
    root=(Assessment, "assessment_id"),
    unique=[Unique(("sender", "row_key"), RowIsAlreadyImported)],
    indexes=[("assessment_id",), ("client_id",), ("status", "pending_until")],
)
savings = table(
    metadata,
    SavingLine,
    "savings",
    indexes=[("assessment_id",), ("option_id", "stage")],
)
known_clients = table(metadata, KnownClient, "known_clients", key=("client_id",), indexes=[("sender", "row_key")])
known_sites = table(metadata, KnownSite, "known_sites", key=("site_id",), indexes=[("client_id",)])
