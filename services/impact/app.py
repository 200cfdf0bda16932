"""The impact service, wired."""

from pathlib import Path

from chassis.service import Service
from services.impact.api import options, programmes, training
from services.impact.models import metadata
from services.impact.pack import ImpactPack
from services.impact.projections import projections

service = Service(
    name="impact",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(options.routes, training.routes, programmes.routes),
    projections=projections,
    section=ImpactPack,
)
