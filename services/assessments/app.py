"""The assessments service, wired."""

from pathlib import Path

from chassis.service import Service
from services.assessments.api import (
    assessment_import_mappings,
    assessment_imports,
    assessments,
    baselines,
    options,
    savings,
)
from services.assessments.imports import jobs
from services.assessments.models import metadata
from services.assessments.notices import notices
from services.assessments.pack import AssessmentsPack
from services.assessments.projections import projections
from services.assessments.queries import scopes
from services.assessments.reactions import reactions
from services.assessments.timers import timers

service = Service(
    name="assessments",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(
        assessments.routes,
        baselines.routes,
        options.routes,
        savings.routes,
        assessment_imports.routes,
        assessment_import_mappings.routes,
    ),
    scopes=scopes,
    reactions=reactions,
    projections=projections,
    timers=timers,
    jobs=jobs,
    notices=notices,
    section=AssessmentsPack,
)
