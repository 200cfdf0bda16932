"""The training service, wired."""

from pathlib import Path

from chassis.service import Service
from services.training.api import courses
from services.training.models import metadata
from services.training.projections import projections
from services.training.queries import scopes

service = Service(
    name="training",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(courses.routes,),
    scopes=scopes,
    projections=projections,
)
