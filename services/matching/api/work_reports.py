"""Work reports: what providers have done, and the officer's answer."""

from uuid import UUID

from chassis.auth import allow
from chassis.http import Cursor, Limit, Page, problems
from chassis.paging import equal, page_of
from chassis.route import Routes, Uow
from contracts.principals import Officer
from contracts.principals import Provider as ProviderRole
from services.matching import use_cases
from services.matching.domain import work_reports as domain
from services.matching.domain.engagements import Engagement, EngagementIsNotActive, ExternalRefIsTaken
from services.matching.domain.work_reports import WorkReport, WorkReportStatus
from services.matching.pack import ReasonIsUnknown
from services.matching.schemas.fields import Reason
from services.matching.schemas.work_reports import ChangeWorkReport, SubmitWorkReport, WorkReportOut

routes = Routes("/v1/work-reports")
UNFIT = (
    EngagementIsNotActive,
    domain.PeriodEndsBeforeItStarts,
    domain.PeriodIsNotOver,
    domain.FinalReportStands,
    ExternalRefIsTaken,
)


@routes.get("", dependencies=allow(Officer, ProviderRole))
async def list_work_reports(
    uow: Uow,
    engagement_id: UUID | None = None,
    provider_id: UUID | None = None,
    status: WorkReportStatus | None = None,
    external_ref: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[WorkReportOut]:
    """The reports you may see; by `external_ref` the one you have given that reference."""
    wanted = equal(WorkReport, engagement_id=engagement_id, provider_id=provider_id, status=status)
    if external_ref is not None:
        wanted += equal(WorkReport, external_ref=external_ref, ref_owner=uow.principal.principal_id)
    found, more = await page_of(uow, WorkReport, *wanted, cursor=cursor, limit=limit)
    return Page(items=[WorkReportOut.of(each) for each in found], next=more)


@routes.post("", dependencies=allow(ProviderRole), responses=problems(*UNFIT))
async def submit_work_report(body: SubmitWorkReport, uow: Uow) -> WorkReportOut:
    """Report work on a running engagement."""
    engagement = await uow.get(Engagement, body.engagement_id)  # in turn with the approval of a final report
    await uow.alone_on(engagement.id)  # which must not overlook this one in another process either
    report = WorkReport(
        id=uow.new_id(),
        need_id=engagement.need_id,
        engagement_id=engagement.id,
        provider_id=engagement.provider_id,
        period=body.period,
        days=body.days,
        deliverables=tuple(each.value() for each in body.deliverables),
        findings=body.findings,
        final=body.final,
        submitted_at=uow.now(),
        territory=engagement.territory,
        external_ref=body.external_ref,
        ref_owner=uow.principal.principal_id if body.external_ref else None,
    )
    return WorkReportOut.of(uow.save(*domain.submit(report, engagement, today=uow.today())))


@routes.get("/{report_id}", dependencies=allow(Officer, ProviderRole))
async def read_work_report(report_id: UUID, uow: Uow) -> WorkReportOut:
    """One report."""
    return WorkReportOut.of(await uow.read(WorkReport, report_id))


@routes.patch(
    "/{report_id}", dependencies=allow(ProviderRole), responses=problems(domain.WorkReportIsNotReturned, *UNFIT)
)
async def change_work_report(report_id: UUID, body: ChangeWorkReport, uow: Uow) -> WorkReportOut:
    """Correct a returned report."""
    report = await uow.get(WorkReport, report_id)
    engagement = await uow.read(Engagement, report.engagement_id)
    changes = body.changes(uow.principal.principal_id)
    return WorkReportOut.of(uow.save(*domain.change(report, changes, engagement, today=uow.today())))


@routes.post(
    "/{report_id}/resubmit",
    dependencies=allow(ProviderRole),
    responses=problems(domain.WorkReportIsNotReturned, EngagementIsNotActive),
)
async def resubmit_work_report(report_id: UUID, uow: Uow) -> WorkReportOut:
    """Ask for an answer again."""
    report = await uow.get(WorkReport, report_id)
    await uow.alone_on(report.engagement_id)  # the approval of a final report must not overlook it
    engagement = await uow.read(Engagement, report.engagement_id)
    return WorkReportOut.of(uow.save(*domain.resubmit(report, engagement, at=uow.now())))


@routes.post(
    "/{report_id}/approve",
    dependencies=allow(Officer),
    responses=problems(
        domain.WorkReportIsNotSubmitted,
        domain.AssessmentIsNotApproved,
        domain.ReportsAwaitAnswer,
        EngagementIsNotActive,
    ),
)
async def approve_work_report(report_id: UUID, uow: Uow) -> WorkReportOut:
    """Agree with the work; the final report completes the engagement."""
    return WorkReportOut.of(await use_cases.approve_report(uow, report_id))


@routes.post(
    "/{report_id}/return",
    dependencies=allow(Officer),
    responses=problems(domain.WorkReportIsNotSubmitted, EngagementIsNotActive, ReasonIsUnknown),
)
async def return_work_report(report_id: UUID, body: Reason, uow: Uow) -> WorkReportOut:
    """Ask for a correction."""
    return WorkReportOut.of(await use_cases.return_report(uow, report_id, body.reason_code))
