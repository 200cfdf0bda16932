"""Needs: jobs that look for a provider."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Officer
from contracts.refusals import OutsideTerritory
from services.matching import use_cases
from services.matching.domain import needs as domain
from services.matching.domain.needs import Need, NeedStatus
from services.matching.pack import CompetenceIsUnknown, ReasonIsUnknown
from services.matching.schemas.fields import Reason
from services.matching.schemas.needs import NeedOut, OpenNeed

routes = Routes("/v1/needs")


@routes.get("", dependencies=allow(Officer))
async def list_needs(
    uow: Uow,
    status: NeedStatus | None = None,
    client_id: UUID | None = None,
    request_id: UUID | None = None,
    kind: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[NeedOut]:
    """The jobs of your territory."""
    wanted = equal(Need, status=status, client_id=client_id, request_id=request_id, kind=kind)
    found, more = await page_of(uow, Need, *wanted, cursor=cursor, limit=limit)
    return Page(items=[NeedOut.of(each) for each in found], next=more)


@routes.post(
    "",
    dependencies=allow(Officer),
    responses=problems(
        OutsideTerritory,
        domain.ConsentIsMissing,
        domain.SiteIsUnknown,
        domain.ProgrammeIsUnknown,
        domain.NeedEndsBeforeItStarts,
        CompetenceIsUnknown,
    ),
)
async def open_need(body: OpenNeed, uow: Uow) -> NeedOut:
    """Look for a provider for a job nobody has asked for by a service request; the first is asked at once."""
    await uow.alone_on(body.client_id)  # of the end of its consent at the same moment, one sees the other
    job = await use_cases.job_of(uow, body)
    return NeedOut.of(await use_cases.open_need(uow, job, body.competences))


@routes.get("/{need_id}", dependencies=allow(Officer))
async def read_need(need_id: UUID, uow: Uow) -> NeedOut:
    """One job."""
    return NeedOut.of(await uow.read(Need, need_id))


@routes.post(
    "/{need_id}/cancel",
    dependencies=allow(Officer),
    responses=problems(domain.NeedIsFilled, domain.NeedIsCancelled, ReasonIsUnknown),
)
async def cancel_need(need_id: UUID, body: Reason, uow: Uow) -> NeedOut:
    """Stop looking; open offers are withdrawn."""
    use_cases.pack_of(uow).check_reason("cancel_need", body.reason_code)
    return NeedOut.of(await use_cases.cancel_need(uow, await uow.get(Need, need_id), body.reason_code))
