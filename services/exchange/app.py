"""The exchange service, wired."""

from pathlib import Path

from chassis.service import Service
from services.exchange import api
from services.exchange.domain import Subscription
from services.exchange.loops import Deliveries
from services.exchange.models import metadata
from services.exchange.projections import projections
from services.exchange.queries import of_owner

service = Service(
    name="exchange",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(api.routes, api.subscription_routes),
    scopes={Subscription: of_owner},
    projections=projections,
    loops=(Deliveries,),
)
