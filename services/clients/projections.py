"""Who may read a client because it works for it now."""

import dataclasses

from chassis.consumer import Projections, View
from contracts.assessments import (
    AssessmentApproved,
    AssessmentAssigned,
    AssessmentCancelled,
    AssessmentOpened,
    AssessmentUnassigned,
)
from contracts.matching import EngagementCancelled, EngagementCompleted, EngagementStarted
from services.clients.models import Reader

projections = Projections(Reader)


@projections.on(EngagementStarted)
async def grant_engaged(event: EngagementStarted, view: View) -> None:
    view.put(Reader(event.engagement_id, event.client_id, event.provider_id, event.person_id, is_active=True))


@projections.on(EngagementCompleted, EngagementCancelled)
async def end_engaged(event: EngagementCompleted | EngagementCancelled, view: View) -> None:
    reader = await view.find(Reader, grant_id=event.engagement_id)
    if reader is not None:
        view.put(dataclasses.replace(reader, is_active=False))


@projections.on(AssessmentOpened, AssessmentAssigned)
async def grant_assessor(event: AssessmentOpened | AssessmentAssigned, view: View) -> None:
    if event.assessor_id is not None:
        view.put(Reader(event.assessment_id, event.client_id, None, event.assessor_id, is_active=True))


@projections.on(AssessmentUnassigned, AssessmentApproved, AssessmentCancelled)
async def end_assessor(event: AssessmentUnassigned | AssessmentApproved | AssessmentCancelled, view: View) -> None:
    reader = await view.find(Reader, grant_id=event.assessment_id)
    if reader is not None:
        view.put(dataclasses.replace(reader, is_active=False))
