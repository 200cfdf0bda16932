"""Assessments: opened, assigned, completed, reviewed."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.pack import ExtraDoesNotFit
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Assessor, Officer, Provider, Reviewer, Verifier
from contracts.principals import Client as ClientRole
from contracts.refusals import OutsideTerritory
from services.assessments import use_cases
from services.assessments.domain import assessments as domain
from services.assessments.domain.assessments import Assessment, AssessmentStatus
from services.assessments.domain.occurrence import DayIsInTheFuture
from services.assessments.schemas.assessments import (
    AssessmentOut,
    AssignAssessment,
    ChangeAssessment,
    OpenAssessment,
    ReturnAssessment,
)

routes = Routes("/v1/assessments")
READERS = (Officer, Reviewer, Verifier, Assessor, ClientRole, Provider)
FOUR_EYES = (domain.ReviewerIsUnnamed, domain.ReviewerIsAssessor, domain.ReviewerIsOfAssessorsFirm)


@routes.get("", dependencies=allow(*READERS))
async def list_assessments(
    uow: Uow,
    client_id: UUID | None = None,
    site_id: UUID | None = None,
    need_id: UUID | None = None,
    engagement_id: UUID | None = None,
    programme_code: str | None = None,
    status: AssessmentStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AssessmentOut]:
    """The assessments you may see."""
    wanted = equal(
        Assessment,
        client_id=client_id,
        site_id=site_id,
        need_id=need_id,
        engagement_id=engagement_id,
        programme_code=programme_code,
        status=status,
    )
    found, more = await page_of(uow, Assessment, *wanted, cursor=cursor, limit=limit)
    return Page(items=[AssessmentOut.of(each) for each in found], next=more)


@routes.post(
    "",
    dependencies=allow(Officer),
    responses=problems(
        OutsideTerritory,
        domain.SiteIsOfAnotherClient,
        domain.SiteIsClosed,
        domain.ProgrammeIsUnknown,
        ExtraDoesNotFit,
    ),
)
async def open_assessment(body: OpenAssessment, uow: Uow) -> AssessmentOut:
    """Open an assessment that no engagement has opened; assign an assessor next."""
    plant = await use_cases.plant(uow, body.client_id, body.site_id)
    return AssessmentOut.of(
        await use_cases.open_assessment(uow, plant, programme_code=body.programme_code, extra=body.extra)
    )


@routes.get("/{assessment_id}", dependencies=allow(*READERS))
async def read_assessment(assessment_id: UUID, uow: Uow) -> AssessmentOut:
    """One assessment with the totals and indicators of its baseline."""
    return AssessmentOut.of(await uow.read(Assessment, assessment_id))


@routes.patch(
    "/{assessment_id}",
    dependencies=allow(Assessor),
    responses=problems(domain.AssessmentIsNotOpen, DayIsInTheFuture, ExtraDoesNotFit),
)
async def change_assessment(assessment_id: UUID, body: ChangeAssessment, uow: Uow) -> AssessmentOut:
    """Correct the day of the visit or the country's own fields."""
    assessment = await uow.get(Assessment, assessment_id)
    visited_on = body.visited_on if "visited_on" in body.model_fields_set else assessment.visited_on
    use_cases.past(uow, visited_on)
    extra = assessment.extra if body.extra is None else use_cases.check_extra(uow, body.extra)
    return AssessmentOut.of(uow.save(*domain.change(assessment, visited_on=visited_on, extra=extra)))


@routes.post("/{assessment_id}/assign", dependencies=allow(Officer), responses=problems(domain.AssessmentIsNotOpen))
async def assign_assessment(assessment_id: UUID, body: AssignAssessment, uow: Uow) -> AssessmentOut:
    """Make a person responsible for it."""
    assessment = await uow.get(Assessment, assessment_id)
    return AssessmentOut.of(uow.save(*domain.assign(assessment, body.person_id)))


@routes.post(
    "/{assessment_id}/complete",
    dependencies=allow(Assessor),
    responses=problems(domain.AssessmentIsNotOpen, domain.AssessmentIsIncomplete),
)
async def complete_assessment(assessment_id: UUID, uow: Uow) -> AssessmentOut:
    """Hand it to the reviewer, with its baseline and at least one option."""
    return AssessmentOut.of(await use_cases.complete(uow, await uow.get(Assessment, assessment_id)))


@routes.post(
    "/{assessment_id}/approve",
    dependencies=allow(Reviewer),
    responses=problems(domain.AssessmentIsNotCompleted, *FOUR_EYES),
)
async def approve_assessment(assessment_id: UUID, uow: Uow) -> AssessmentOut:
    """Agree with it: the company can decide on its options, and counts as assessed."""
    assessment = await uow.get(Assessment, assessment_id)
    return AssessmentOut.of(uow.save(*domain.approve(assessment, occurrence=use_cases.today(uow), by=uow.principal)))


@routes.post(
    "/{assessment_id}/return",
    dependencies=allow(Reviewer),
    responses=problems(domain.AssessmentIsNotCompleted, domain.ReturnReasonIsUnknown, *FOUR_EYES),
)
async def return_assessment(assessment_id: UUID, body: ReturnAssessment, uow: Uow) -> AssessmentOut:
    """Ask the assessor for a correction."""
    assessment = await uow.get(Assessment, assessment_id)
    reasons = use_cases.rules(uow).return_reasons
    return AssessmentOut.of(
        uow.save(
            *domain.return_assessment(assessment, body.reason_code, note=body.note, reasons=reasons, by=uow.principal)
        )
    )


@routes.post(
    "/{assessment_id}/cancel",
    dependencies=allow(Officer),
    responses=problems(domain.AssessmentIsNotOpen, domain.EngagementIsActive),
)
async def cancel_assessment(assessment_id: UUID, uow: Uow) -> AssessmentOut:
    """Call it off; an active engagement has to be cancelled first."""
    return AssessmentOut.of(uow.save(*domain.cancel(await uow.get(Assessment, assessment_id))))
