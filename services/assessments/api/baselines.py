"""Baselines: what a site used, made and gave off."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import problems
from chassis.route import Routes, Uow
from contracts.principals import Assessor
from contracts.refusals import NotFound
from services.assessments import use_cases
from services.assessments.api.assessments import READERS
from services.assessments.domain import assessments as domain
from services.assessments.domain.assessments import Assessment
from services.assessments.domain.baselines import PeriodIsNotWholeMonths
from services.assessments.domain.energy import CarrierIsUnknown, NoDensity, UnitIsUnknown
from services.assessments.domain.figures import FigureIsTooLarge
from services.assessments.domain.occurrence import DayIsInTheFuture
from services.assessments.schemas.assessments import BaselineOut, RecordBaseline

routes = Routes("/v1/assessments")


def _shown(assessment: Assessment) -> BaselineOut:
    if assessment.baseline is None:
        raise NotFound(thing="baseline", id=str(assessment.id))
    return BaselineOut.of_assessment(assessment, assessment.baseline)


@routes.get("/{assessment_id}/baseline", dependencies=allow(*READERS))
async def read_baseline(assessment_id: UUID, uow: Uow) -> BaselineOut:
    """The baseline of an assessment, line by line, with productivity and intensity."""
    return _shown(await uow.read(Assessment, assessment_id))


@routes.put(
    "/{assessment_id}/baseline",
    dependencies=allow(Assessor),
    responses=problems(
        domain.AssessmentIsNotOpen,
        PeriodIsNotWholeMonths,
        DayIsInTheFuture,
        CarrierIsUnknown,
        UnitIsUnknown,
        NoDensity,
        FigureIsTooLarge,
    ),
)
async def record_baseline(assessment_id: UUID, body: RecordBaseline, uow: Uow) -> BaselineOut:
    """Record the baseline; recorded again while the assessment is open, it replaces the first."""
    assessment = await uow.get(Assessment, assessment_id)
    use_cases.past(uow, body.period.ends_on)
    return _shown(uow.save(*domain.record_baseline(assessment, body.inputs(), rules=use_cases.rules(uow))))
