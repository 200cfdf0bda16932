"""What assessments do when matching has put somebody to work, or ended it."""

from chassis.consumer import Reactions
from chassis.unit_of_work import UnitOfWork
from contracts.matching import EngagementCancelled, EngagementStarted
from services.assessments.domain import assessments as domain
from services.assessments.queries import assessment_of_engagement, assessment_of_need
from services.assessments.use_cases import territory_of

reactions = Reactions()


@reactions.on(EngagementStarted)
async def open_or_reassign(event: EngagementStarted, uow: UnitOfWork) -> None:
    if event.kind != "assessment":
        return
    known = await assessment_of_need(uow, event.need_id)
    if known is None:
        territory = territory_of(uow, event.country, event.province)
        uow.save(*domain.open_for_engagement(event, assessment_id=uow.new_id(), territory=territory, at=uow.now()))
        return
    change = domain.reassign(known, event)
    if change is not None:
        uow.save(*change)


@reactions.on(EngagementCancelled)
async def unassign(event: EngagementCancelled, uow: UnitOfWork) -> None:
    known = await assessment_of_engagement(uow, event.engagement_id)
    change = domain.unassign(known, event) if known is not None else None
    if change is not None:
        uow.save(*change)
