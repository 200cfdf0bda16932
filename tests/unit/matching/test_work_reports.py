"""Work reports: submitted, returned, corrected, approved; the final one comes last."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts.matching import (
    WorkReportApproved,
    WorkReportChanged,
    WorkReportResubmitted,
    WorkReportReturned,
    WorkReportSubmitted,
)
from contracts.values import Period
from services.matching.domain import engagements, work_reports
from services.matching.domain.engagements import Engagement, EngagementIsNotActive
from services.matching.domain.work_reports import (
    AssessmentIsNotApproved,
    Deliverable,
    PeriodEndsBeforeItStarts,
    PeriodIsNotOver,
    ReportsAwaitAnswer,
    WorkReport,
    WorkReportIsNotReturned,
    WorkReportIsNotSubmitted,
)
from tests.unit.matching.examples import ANNA, ENGAGEMENT, FIRM, MONDAY, NEED, NOW, REPORT, need, uid

FRIDAY = MONDAY + timedelta(days=4)
IDS = {"report_id": REPORT, "need_id": NEED, "engagement_id": ENGAGEMENT, "provider_id": FIRM}
FACTS = {**IDS, "period": Period(starts_on=MONDAY, ends_on=FRIDAY), "days": Decimal("4.5")}


def engagement(**changes: Any) -> Engagement:
    started, _ = engagements.start(
        need(), engagement_id=ENGAGEMENT, provider_id=FIRM, person_id=ANNA, starts_on=MONDAY, at=NOW
    )
    return replace(started, **changes)


def report(**changes: Any) -> WorkReport:
    example = WorkReport(
        id=REPORT,
        need_id=NEED,
        engagement_id=ENGAGEMENT,
        provider_id=FIRM,
        period=Period(starts_on=MONDAY, ends_on=FRIDAY),
        days=Decimal("4.5"),
        deliverables=(Deliverable("Walk-through", "https://example.org/1.pdf", "a" * 64),),
        findings="Steam leaks in the dye house.",
        final=False,
        submitted_at=NOW,
    )
    return replace(example, **changes)


def approve(answered: WorkReport, *others: WorkReport, approved: bool = False, **changes: Any) -> Any:
    return work_reports.approve(answered, engagement(**changes), others, assessment_approved=approved, at=NOW)


def test_submitting_tells_period_and_days_but_no_text() -> None:
    submitted, event = work_reports.submit(report(), engagement(), today=FRIDAY)
    assert submitted.status == "submitted"
    assert event == WorkReportSubmitted(**FACTS, final=False)
    assert "Steam" not in event.model_dump_json()


@pytest.mark.parametrize("status", ["completed", "cancelled"])
def test_an_ended_engagement_takes_no_reports(status: str) -> None:
    over, returned = engagement(status=status), report(status="returned")
    with pytest.raises(EngagementIsNotActive):
        work_reports.submit(report(), over, today=FRIDAY)
    with pytest.raises(EngagementIsNotActive):
        work_reports.change(returned, {}, over, today=FRIDAY)
    with pytest.raises(EngagementIsNotActive):
        work_reports.resubmit(returned, over, at=NOW)
    with pytest.raises(EngagementIsNotActive):
        work_reports.return_report(report(), over, "days_unclear", at=NOW)


def test_work_is_reported_once_it_is_done() -> None:
    with pytest.raises(PeriodIsNotOver):
        work_reports.submit(report(), engagement(), today=FRIDAY - timedelta(days=1))
    with pytest.raises(PeriodEndsBeforeItStarts):
        work_reports.submit(report(period=Period(starts_on=FRIDAY, ends_on=MONDAY)), engagement(), today=FRIDAY)
    one_day = Period(starts_on=FRIDAY, ends_on=FRIDAY)
    assert work_reports.submit(report(period=one_day), engagement(), today=FRIDAY)[0].period == one_day


def test_a_report_is_returned_with_a_reason_corrected_and_resubmitted() -> None:
    returned, event = work_reports.return_report(report(), engagement(), "days_unclear", at=NOW)
    assert (returned.status, returned.return_reason) == ("returned", "days_unclear")
    assert event == WorkReportReturned(**IDS, reason_code="days_unclear")
    changed, corrected = work_reports.change(returned, {"days": Decimal(4)}, engagement(), today=FRIDAY)
    assert corrected == WorkReportChanged(**{**FACTS, "days": Decimal(4)}, final=False)
    submitted, again = work_reports.resubmit(changed, engagement(), at=NOW)
    assert (submitted.status, submitted.days) == ("submitted", Decimal(4))
    assert again == WorkReportResubmitted(**{**FACTS, "days": Decimal(4)}, final=False)


def test_a_corrected_period_is_checked_too() -> None:
    with pytest.raises(PeriodIsNotOver):
        work_reports.change(report(status="returned"), {}, engagement(), today=MONDAY)


@pytest.mark.parametrize("status", ["submitted", "approved"])
def test_only_a_returned_report_is_changed_or_resubmitted(status: str) -> None:
    with pytest.raises(WorkReportIsNotReturned):
        work_reports.change(report(status=status), {}, engagement(), today=FRIDAY)
    with pytest.raises(WorkReportIsNotReturned):
        work_reports.resubmit(report(status=status), engagement(), at=NOW)


@pytest.mark.parametrize("status", ["returned", "approved"])
def test_only_a_submitted_report_is_answered(status: str) -> None:
    with pytest.raises(WorkReportIsNotSubmitted):
        approve(report(status=status))
    with pytest.raises(WorkReportIsNotSubmitted):
        work_reports.return_report(report(status=status), engagement(), "days_unclear", at=NOW)


def test_approving_tells_the_days_agreed() -> None:
    approved, event = approve(report())
    assert (approved.status, approved.answered_at) == ("approved", NOW)
    assert event == WorkReportApproved(**FACTS, final=False)


def test_the_final_report_of_an_assessment_waits_for_its_approval() -> None:
    with pytest.raises(AssessmentIsNotApproved):
        approve(report(final=True))
    assert approve(report(final=True), approved=True)[0].status == "approved"
    assert approve(report(final=True), kind="policy_advice")[0].status == "approved"


def test_an_interim_report_of_an_assessment_waits_for_nothing() -> None:
    assert approve(report(), status="cancelled")[0].status == "approved"


def test_the_final_report_of_an_ended_engagement_is_not_approved() -> None:
    with pytest.raises(EngagementIsNotActive):
        approve(report(final=True), approved=True, status="cancelled")


def test_the_final_report_waits_until_the_earlier_ones_are_answered() -> None:
    earlier = report(id=uid(35))
    with pytest.raises(ReportsAwaitAnswer) as refusal:
        approve(report(final=True), earlier, report(id=uid(37)), report(final=True), approved=True)
    assert refusal.value.params == {"count": 2}
    settled = (replace(earlier, status="approved"), report(id=uid(36), status="returned"))
    assert approve(report(final=True), *settled, approved=True)[0].status == "approved"


def test_only_approved_days_count() -> None:
    reports = [
        report(status="approved", days=Decimal("2.5")),
        report(status="approved", days=Decimal(3)),
        report(status="returned", days=Decimal(9)),
        report(days=Decimal(9)),
    ]
    assert work_reports.approved_days(reports) == Decimal("5.5")
    assert work_reports.approved_days([]) == 0
