"""What the clients service does when matching has decided about a request."""

from typing import Any
from uuid import UUID

from chassis.consumer import Reactions
from chassis.unit_of_work import UnitOfWork
from contracts.matching import EngagementCompleted, EngagementStarted, NeedCancelled, NeedReopened, NeedUnmet
from services.clients.domain import service_requests as domain
from services.clients.domain.service_requests import ServiceRequest

reactions = Reactions()
ASSESSMENT_APPROVED = "assessment_approved"


async def _settle(uow: UnitOfWork, request_id: UUID | None, rule: Any) -> None:
    """Apply a rule to the request an event speaks of; a need without a request, or nothing to do, is fine."""
    if request_id is None:
        return
    change = rule(await uow.get(ServiceRequest, request_id))
    if change is not None:
        uow.save(*change)


@reactions.on(EngagementStarted)
async def start_request(event: EngagementStarted, uow: UnitOfWork) -> None:
    await _settle(uow, event.request_id, lambda request: domain.start(request, event.engagement_id))


@reactions.on(NeedUnmet)
async def find_request_unmet(event: NeedUnmet, uow: UnitOfWork) -> None:
    await _settle(uow, event.request_id, domain.find_unmet)


@reactions.on(NeedReopened)
async def resume_request(event: NeedReopened, uow: UnitOfWork) -> None:
    await _settle(uow, event.request_id, domain.resume)


@reactions.on(NeedCancelled)
async def end_request(event: NeedCancelled, uow: UnitOfWork) -> None:
    """Off, unless nobody is sought any more because the work was approved while its engagement was cancelled."""
    done = event.reason_code == ASSESSMENT_APPROVED
    await _settle(uow, event.request_id, (lambda request: domain.complete(request, None)) if done else domain.end)


@reactions.on(EngagementCompleted)
async def complete_request(event: EngagementCompleted, uow: UnitOfWork) -> None:
    await _settle(uow, event.request_id, lambda request: domain.complete(request, event.engagement_id))
