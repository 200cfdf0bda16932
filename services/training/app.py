"""The training service, wired."""

from pathlib import Path

from chassis.service import Service
from services.training.api import courses, enrolments, sessions
from services.training.models import metadata
from services.training.pack import TrainingPack
from services.training.projections import projections
from services.training.queries import scopes
from services.training.timers import timers

service = Service(
    name="training",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(courses.routes, sessions.routes, enrolments.routes),
    scopes=scopes,
    projections=projections,
    timers=timers,
    section=TrainingPack,
)
