"""The impact service, wired."""

from pathlib import Path

from chassis.service import Service
from services.impact.api import export_mappings, exports, options, programmes, training
from services.impact.models import metadata
from services.impact.pack import ImpactPack
from services.impact.projections import projections
from services.impact.queries.exports import scopes

service = Service(
    name="impact",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(options.routes, training.routes, programmes.routes, exports.routes, export_mappings.routes),
    scopes=scopes,
    projections=projections,
    section=ImpactPack,
)
