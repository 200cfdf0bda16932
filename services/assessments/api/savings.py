"""Saving lines: the figures of options by the stage they have reached."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from services.assessments.api.assessments import READERS
from services.assessments.domain.savings import SavingLine, Stage
from services.assessments.schemas.options import SavingLineOut

routes = Routes("/v1/savings")


@routes.get("", dependencies=allow(*READERS))
async def list_savings(
    uow: Uow,
    assessment_id: UUID | None = None,
    option_id: UUID | None = None,
    client_id: UUID | None = None,
    stage: Stage | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[SavingLineOut]:
    """One line per option and stage; lines of different stages are never added up."""
    wanted = equal(SavingLine, assessment_id=assessment_id, option_id=option_id, client_id=client_id, stage=stage)
    found, more = await page_of(uow, SavingLine, *wanted, cursor=cursor, limit=limit)
    return Page(items=[SavingLineOut.of(each) for each in found], next=more)
