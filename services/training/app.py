"""The training service, wired."""

from pathlib import Path

from chassis.service import Service
from services.training.api import (
    attendance_imports,
    certificate_checks,
    certificate_jobs,
    certificates,
    courses,
    enrolments,
    results,
    session_calendars,
    sessions,
)
from services.training.imports import jobs
from services.training.models import metadata
from services.training.notices import notices
from services.training.pack import TrainingPack
from services.training.projections import projections
from services.training.queries import scopes
from services.training.timers import timers

service = Service(
    name="training",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(
        courses.routes,
        sessions.routes,
        session_calendars.routes,
        session_calendars.of_session,
        enrolments.routes,
        results.routes,
        attendance_imports.routes,
        certificates.routes,
        certificate_jobs.routes,
        certificate_checks.routes,
    ),
    scopes=scopes,
    projections=projections,
    timers=timers,
    jobs=jobs,
    section=TrainingPack,
    notices=notices,
)
