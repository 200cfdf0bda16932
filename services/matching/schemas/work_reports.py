"""Work reports."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field

from chassis.http import Body, Out
from contracts.values import Amount, Period, Sha256
from services.matching.domain.work_reports import Deliverable, WorkReport, WorkReportStatus
from services.matching.schemas.fields import Name, Note, Reference, sent, shown

Days = Annotated[Amount, Field(gt=0, le=366), AfterValidator(lambda days: days.quantize(Decimal("0.0001")))]
"""Days of work, with the places they are kept with: the answer to a report says what a later look says."""
Link = Annotated[str, Field(max_length=2_000, pattern=r"^https?://[^\s]+$")]


class DeliverableBody(Body):
    title: Name
    link: Link
    sha256: Sha256 | None = None

    def value(self) -> Deliverable:
        return Deliverable(self.title, self.link, self.sha256)


Deliverables = Annotated[tuple[DeliverableBody, ...], Field(max_length=100)]


class SubmitWorkReport(Body):
    """Work done in a period; `final` ends the engagement once it is approved."""

    engagement_id: UUID
    period: Period
    days: Days
    deliverables: Deliverables = ()
    findings: Note
    final: bool
    external_ref: Reference | None = None


class ChangeWorkReport(Body):
    """Only what is sent changes; null clears the reference."""

    period: Period | None = None
    days: Days | None = None
    deliverables: Deliverables | None = None
    findings: Note | None = None
    final: bool | None = None
    external_ref: Reference | None = None

    def changes(self, by: UUID) -> dict[str, Any]:
        """The fields that were sent, as the report keeps them."""
        changes = sent(self, "external_ref")
        if self.deliverables is not None:
            changes["deliverables"] = tuple(each.value() for each in self.deliverables)
        if "external_ref" in changes:
            changes["ref_owner"] = by if self.external_ref else None
        return changes


class DeliverableOut(Out):
    title: str
    link: str
    sha256: str | None


class WorkReportOut(Out):
    report_id: UUID
    version: int
    status: WorkReportStatus
    need_id: UUID
    engagement_id: UUID
    provider_id: UUID
    period: Period
    days: Amount
    deliverables: tuple[DeliverableOut, ...]
    findings: str
    final: bool
    submitted_at: datetime
    answered_at: datetime | None
    return_reason: str | None
    external_ref: str | None

    @classmethod
    def of(cls, report: WorkReport) -> "WorkReportOut":
        deliverables = tuple(DeliverableOut(**shown(DeliverableOut, each)) for each in report.deliverables)
        return cls(report_id=report.id, deliverables=deliverables, **shown(cls, report, "report_id", "deliverables"))
