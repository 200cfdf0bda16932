"""The exchange service, wired."""

from pathlib import Path

from chassis.service import Service
from services.exchange import api
from services.exchange.models import metadata
from services.exchange.projections import projections

service = Service(
    name="exchange",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(api.routes,),
    projections=projections,
)
