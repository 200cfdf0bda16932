"""The clients service, wired."""

from pathlib import Path

from chassis.imports.notices import IMPORT_FINISHED
from chassis.service import Service
from services.clients.api import client_import_mappings, client_imports, clients, consents, service_requests, sites
from services.clients.imports import jobs
from services.clients.models import metadata
from services.clients.pack import ClientsPack
from services.clients.projections import projections
from services.clients.queries import scopes
from services.clients.reactions import reactions
from services.clients.timers import timers

service = Service(
    name="clients",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(
        clients.routes,
        consents.routes,
        sites.routes,
        service_requests.routes,
        client_imports.routes,
        client_import_mappings.routes,
    ),
    scopes=scopes,
    reactions=reactions,
    projections=projections,
    timers=timers,
    jobs=jobs,
    notices=(IMPORT_FINISHED,),
    section=ClientsPack,
)
