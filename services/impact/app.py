"""The impact service, wired."""

from pathlib import Path

from chassis.service import Service
from services.impact import api
from services.impact.models import metadata
from services.impact.pack import ImpactPack
from services.impact.projections import projections

service = Service(
    name="impact",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(api.routes,),
    projections=projections,
    section=ImpactPack,
)
