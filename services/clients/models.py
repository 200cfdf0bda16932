"""The tables of the clients service."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from chassis.store.mapping import Unique, table
from services.clients.domain.clients import Client, ReferenceIsTaken, RowIsAlreadyImported
from services.clients.domain.consents import Consent
from services.clients.domain.service_requests import ServiceRequest
from services.clients.domain.sites import Site

metadata = sa.MetaData()


@dataclass(frozen=True, slots=True)
class Reader:
    """A provider or expert who may read a client while the work that grants it (`grant_id`) goes on."""

    grant_id: UUID
    client_id: UUID
    provider_id: UUID | None
    person_id: UUID | None
    is_active: bool


clients = table(
    metadata,
    Client,
    "clients",
    unique=[
        Unique(("sender", "row_key"), RowIsAlreadyImported),
        Unique(("ref_owner", "external_ref"), ReferenceIsTaken),
    ],
    indexes=[("country", "province"), ("name_key",)],
)
sites = table(metadata, Site, "sites", root=(Client, "client_id"), indexes=[("client_id",)])
consents = table(
    metadata, Consent, "consents", root=(Client, "client_id"), indexes=[("client_id",), ("status", "ends_at")]
)
service_requests = table(
    metadata,
    ServiceRequest,
    "service_requests",
    root=(Client, "client_id"),
    unique=[Unique(("ref_owner", "external_ref"), ReferenceIsTaken)],
    indexes=[("client_id",), ("status",)],
)
readers = table(metadata, Reader, "readers", key=("grant_id",), indexes=[("client_id",)])
