"""Deadlines of the clients service."""

from uuid import UUID

from chassis.timers import Timers, passed
from chassis.unit_of_work import UnitOfWork
from services.clients.domain import consents as domain
from services.clients.domain.consents import Consent
from services.clients.models import consents

timers = Timers()


@timers.due(passed(consents.table, "ends_at", status="given"))
async def expire_consent(consent_id: UUID, uow: UnitOfWork) -> None:
    change = domain.expire(await uow.get(Consent, consent_id), at=uow.now())
    if change is not None:
        uow.save(*change)
