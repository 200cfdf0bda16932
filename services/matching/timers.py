"""Deadlines of the matching service."""

from uuid import UUID

from chassis.timers import Timers, passed
from chassis.unit_of_work import UnitOfWork
from services.matching.domain import offers as domain
from services.matching.domain.needs import Need
from services.matching.domain.offers import Offer
from services.matching.models import offers
from services.matching.notices import call_off_offer
from services.matching.use_cases import offer_next

timers = Timers()


@timers.due(passed(offers.table, "deadline_at", status="open"))
async def expire_offer(offer_id: UUID, uow: UnitOfWork) -> None:
    change = domain.expire(await uow.get(Offer, offer_id), at=uow.now())
    if change is not None:
        offer = uow.save(*change)
        await call_off_offer(uow, offer)
        await offer_next(uow, await uow.get(Need, offer.need_id))
