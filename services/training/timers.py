"""Deadlines of the training service."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.timers import Timers, passed
from chassis.unit_of_work import UnitOfWork
from services.training import use_cases
from services.training.domain import certificates as domain
from services.training.domain.certificates import Certificate
from services.training.domain.enrolments import WAITS
from services.training.models import certificates, enrolments, sessions

timers = Timers()


@timers.due(passed(enrolments.table, "deadline_at", status="seat_offered"))
async def lapse_seat(enrolment_id: UUID, uow: UnitOfWork) -> None:
    await use_cases.lapse_seat(uow, enrolment_id)


def begun(now: datetime) -> sa.Select[Any]:
    """Sessions that have begun while somebody still waits."""
    columns = enrolments.table.c
    waiting = sa.exists().where(columns.session_id == sessions.table.c.id, columns.status.in_(WAITS))
    return (
        sa.select(sessions.table.c.id)
        .where(sessions.table.c.status == "scheduled", sessions.table.c.starts_at <= now, waiting)
        .order_by(sessions.table.c.starts_at)
    )


@timers.due(begun)
async def end_waiting(session_id: UUID, uow: UnitOfWork) -> None:
    await use_cases.end_waiting(uow, session_id)


@timers.due(passed(certificates.table, "ends_at", status="issued"))
async def expire_certificate(certificate_id: UUID, uow: UnitOfWork) -> None:
    change = domain.expire(await uow.get(Certificate, certificate_id), at=uow.now())
    if change is not None:
        uow.save(*change)
