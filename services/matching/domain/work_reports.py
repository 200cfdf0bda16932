"""Work reports: what a provider has done in a period, and the officer's answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from contracts.matching import (
    WorkReportApproved,
    WorkReportChanged,
    WorkReportResubmitted,
    WorkReportReturned,
    WorkReportSubmitted,
)
from contracts.refusals import Refusal
from contracts.values import Period
from services.matching.domain.engagements import Engagement, require_active

WorkReportStatus = Literal["submitted", "approved", "returned"]


class WorkReportIsNotSubmitted(Refusal):
    sentence = "Only a submitted report can be answered; this one is {status}."


class WorkReportIsNotReturned(Refusal):
    sentence = "Only a returned report can be changed; this one is {status}."


class PeriodEndsBeforeItStarts(Refusal):
    status = 422
    sentence = "A period that starts on {starts_on} cannot end on {ends_on}."


class PeriodIsNotOver(Refusal):
    status = 422
    sentence = "Work is reported once it is done: the period ends on {ends_on}, after today."


class FinalReportStands(Refusal):
    sentence = "This engagement has a final report already."


class ReportsAwaitAnswer(Refusal):
    sentence = "Approve or return the earlier reports first: {count} wait for an answer."


class AssessmentIsNotApproved(Refusal):
    sentence = "The final report can be approved once the assessment of this engagement is approved."


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A document outside the system; its hash, where it is known, shows whether it is still the same."""

    title: str
    link: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class WorkReport:
    """What a provider did in a period; the final one ends the engagement when it is approved."""

    id: UUID
    need_id: UUID
    engagement_id: UUID
    provider_id: UUID
    period: Period
    days: Decimal
    deliverables: tuple[Deliverable, ...]
    findings: str
    final: bool
    submitted_at: datetime
    territory: str | None = None
    external_ref: str | None = None
    ref_owner: UUID | None = None
    status: WorkReportStatus = "submitted"
    answered_at: datetime | None = None
    return_reason: str | None = None
    version: int = 0


def submit(report: WorkReport, engagement: Engagement, *, today: date) -> tuple[WorkReport, WorkReportSubmitted]:
    """Report work on a running engagement."""
    require_active(engagement)
    _check_period(report.period, today)
    return report, WorkReportSubmitted(**_facts(report))


def change(
    report: WorkReport, changes: Mapping[str, Any], engagement: Engagement, *, today: date
) -> tuple[WorkReport, WorkReportChanged]:
    """Correct a returned report."""
    require_active(engagement)
    _require_returned(report)
    changed = replace(report, **changes)
    _check_period(changed.period, today)
    return changed, WorkReportChanged(**_facts(changed))


def resubmit(report: WorkReport, engagement: Engagement, *, at: datetime) -> tuple[WorkReport, WorkReportResubmitted]:
    """Ask for an answer again."""
    require_active(engagement)
    _require_returned(report)
    return replace(report, status="submitted", submitted_at=at), WorkReportResubmitted(**_facts(report))


def approve(
    report: WorkReport,
    engagement: Engagement,
    others: Iterable[WorkReport],
    *,
    assessment_approved: bool,
    at: datetime,
) -> tuple[WorkReport, WorkReportApproved]:
    """Agree with the work reported. A final report comes last, and for an assessment after its approval."""
    _require_submitted(report)
    if report.final:
        require_active(engagement)
        if engagement.kind == "assessment" and not assessment_approved:
            raise AssessmentIsNotApproved(engagement_id=str(engagement.id))
        waiting = sum(other.status == "submitted" for other in others if other.id != report.id)
        if waiting:
            raise ReportsAwaitAnswer(count=waiting)
    return replace(report, status="approved", answered_at=at), WorkReportApproved(**_facts(report))


def return_report(
    report: WorkReport, engagement: Engagement, reason_code: str, *, at: datetime
) -> tuple[WorkReport, WorkReportReturned]:
    """Ask the provider for a correction, while it can still give one."""
    require_active(engagement)
    _require_submitted(report)
    returned = replace(report, status="returned", answered_at=at, return_reason=reason_code)
    return returned, WorkReportReturned(**_ids(report), reason_code=reason_code)


def approved_days(reports: Iterable[WorkReport]) -> Decimal:
    """The days of an engagement that the officer has agreed with."""
    return sum((report.days for report in reports if report.status == "approved"), Decimal())


def _require_submitted(report: WorkReport) -> None:
    if report.status != "submitted":
        raise WorkReportIsNotSubmitted(status=report.status)


def _require_returned(report: WorkReport) -> None:
    if report.status != "returned":
        raise WorkReportIsNotReturned(status=report.status)


def _check_period(period: Period, today: date) -> None:
    if period.ends_on < period.starts_on:
        raise PeriodEndsBeforeItStarts(starts_on=str(period.starts_on), ends_on=str(period.ends_on))
    if period.ends_on > today:
        raise PeriodIsNotOver(ends_on=str(period.ends_on))


def _facts(report: WorkReport) -> dict[str, Any]:
    return {**_ids(report), "period": report.period, "days": report.days, "final": report.final}


def _ids(report: WorkReport) -> dict[str, Any]:
    return {
        "report_id": report.id,
        "need_id": report.need_id,
        "engagement_id": report.engagement_id,
        "provider_id": report.provider_id,
    }
