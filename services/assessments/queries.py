"""Which rows of the assessments service belong to whom, and what its rules need to know beside them."""

from uuid import UUID

import sqlalchemy as sa

from chassis.auth import inside, own, rows_of
from chassis.unit_of_work import Scope, UnitOfWork
from contracts.principals import Principal, Role
from services.assessments.domain.assessments import Assessment, AssessmentStatus
from services.assessments.domain.options import Option
from services.assessments.domain.savings import SavingLine
from services.assessments.models import assessments, options, savings

EVERYWHERE = (Role.REVIEWER, Role.VERIFIER, Role.ADMINISTRATOR, Role.SYSTEM)


def assessment_scope(who: Principal) -> sa.ColumnElement[bool]:
    """Officers by territory, assessors what they are assigned to, firms what they are engaged for, clients theirs."""
    columns = assessments.table.c
    return rows_of(
        who,
        EVERYWHERE,
        (Role.OFFICER, inside(who, columns.territory)),
        (Role.ASSESSOR, own(columns.assessor_id, who.person_id)),
        (Role.PROVIDER, own(columns.provider_id, who.provider_id)),
        (Role.CLIENT, own(columns.client_id, who.client_id)),
    )


def member_scope(table: sa.Table) -> Scope:
    """Rows of an assessment's thread: whoever sees the assessment."""

    def scope(who: Principal) -> sa.ColumnElement[bool]:
        if who.has(*EVERYWHERE):
            return sa.true()
        return table.c.assessment_id.in_(sa.select(assessments.table.c.id).where(assessment_scope(who)))

    return scope


scopes: dict[type[object], Scope] = {
    Assessment: assessment_scope,
    Option: member_scope(options.table),
    SavingLine: member_scope(savings.table),
}


async def assessment_of_need(uow: UnitOfWork, need_id: UUID) -> Assessment | None:
    """The one assessment of a need that was not called off, to be changed."""
    columns = assessments.table.c
    found = await uow.fetch(
        sa.select(columns.id).where(columns.need_id == need_id, columns.status != AssessmentStatus.CANCELLED)
    )
    return await uow.get(Assessment, found[0][0]) if found else None


async def assessment_of_engagement(uow: UnitOfWork, engagement_id: UUID) -> Assessment | None:
    """The assessment an engagement works on, to be changed."""
    columns = assessments.table.c
    found = await uow.fetch(sa.select(columns.id).where(columns.engagement_id == engagement_id))
    return await uow.get(Assessment, found[0][0]) if found else None


async def count_options(uow: UnitOfWork, assessment_id: UUID) -> int:
    """How many options an assessment recommends, those of this unit included."""
    return len(await uow.all(Option, assessment_id=assessment_id))


async def identified_line(uow: UnitOfWork, option_id: UUID) -> UUID | None:
    """The line of an option's estimate, which a correction replaces while the assessment is open."""
    columns = savings.table.c
    found = await uow.fetch(sa.select(columns.id).where(columns.option_id == option_id, columns.stage == "identified"))
    return found[0][0] if found else None
