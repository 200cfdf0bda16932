"""Deadlines of the assessments service."""

from uuid import UUID

from chassis.timers import Timers, passed
from chassis.unit_of_work import UnitOfWork
from services.assessments.domain import decisions
from services.assessments.domain.options import Option
from services.assessments.models import options
from services.assessments.use_cases import rules

timers = Timers()


@timers.due(passed(options.table, "pending_until", status="pending"))
async def refuse_pending_option(option_id: UUID, uow: UnitOfWork) -> None:
    option = await uow.get(Option, option_id)
    reason_code = rules(uow).options.pending_reason
    change = decisions.lapse(option, reason_code=reason_code, today=uow.today(), at=uow.now())
    if change is not None:
        uow.save(*change)
