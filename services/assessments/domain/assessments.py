"""The assessment: opened for an engagement or by an officer, completed by its assessor, approved by another."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from contracts.assessments import (
    AssessmentApproved,
    AssessmentAssigned,
    AssessmentCancelled,
    AssessmentChanged,
    AssessmentCompleted,
    AssessmentOpened,
    AssessmentReturned,
    AssessmentUnassigned,
    BaselineRecorded,
)
from contracts.matching import EngagementCancelled, EngagementStarted
from contracts.principals import Principal
from contracts.refusals import OutsideTerritory, Refusal
from services.assessments.domain.baselines import Baseline, Inputs, baseline_of
from services.assessments.domain.occurrence import Occurrence
from services.assessments.domain.rules import Rules

RECORDED_ELSEWHERE = "recorded_elsewhere"


class AssessmentStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    APPROVED = "approved"
    CANCELLED = "cancelled"


class AssessmentOfNeedExists(Refusal):
    sentence = "Need {need_id} has an assessment already."


class RowIsAlreadyImported(Refusal):
    sentence = "Row {row_key} of {sender} was imported before."


class ProgrammeIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no programme {programme_code}."


class SiteIsOfAnotherClient(Refusal):
    status = 422
    sentence = "The site belongs to another client."


class SiteIsClosed(Refusal):
    sentence = "The site is closed."


class AssessmentIsNotOpen(Refusal):
    sentence = "Assessment {assessment_id} is {status}; only an open one can be worked on."


class AssessmentIsIncomplete(Refusal):
    sentence = "Assessment {assessment_id} cannot be completed yet: {missing} missing."


class AssessmentIsNotCompleted(Refusal):
    sentence = "Assessment {assessment_id} is {status}; a reviewer decides on a completed one."


class EngagementIsActive(Refusal):
    sentence = "Engagement {engagement_id} is active: cancel it first, then the assessment."


class ReviewerIsUnnamed(Refusal):
    status = 403
    sentence = "A review is the word of a person: this key stands for none."


class ReviewerIsAssessor(Refusal):
    sentence = "You assessed this plant yourself: another person has to review it."


class ReviewerIsOfAssessorsFirm(Refusal):
    sentence = "You work for the assessor's firm: somebody from outside has to review it."


class ReturnReasonIsUnknown(Refusal):
    status = 422
    sentence = "{reason_code} is no reason to return an assessment here."


@dataclass(frozen=True, slots=True)
class Assessor:
    """Who did the work: a person, and its firm if it has one."""

    person_id: UUID
    provider_id: UUID | None


@dataclass(frozen=True, slots=True)
class Plant:
    """The site to assess: whose it is, where it stands, and the province whose officers see it."""

    client_id: UUID
    site_id: UUID
    country: str
    province: str | None
    territory: str | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The assessment of one site. `territory` is the province that decides which officers may see it, null where
    it is none of this country; `engagement_id` stands only while that engagement is active."""

    id: UUID
    client_id: UUID
    site_id: UUID
    country: str
    province: str | None
    territory: str | None
    status: AssessmentStatus
    opened_at: datetime
    assessor_id: UUID | None = None
    provider_id: UUID | None = None
    need_id: UUID | None = None
    engagement_id: UUID | None = None
    request_id: UUID | None = None
    programme_code: str | None = None
    visited_on: date | None = None
    baseline: Baseline | None = None
    completed_by: Assessor | None = None
    completed_at: datetime | None = None
    return_reason_code: str | None = None
    return_note: str | None = None
    reviewer_id: UUID | None = None
    approved_on: date | None = None
    label: str | None = None
    sender: str | None = None
    row_key: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    version: int = 0

    @property
    def recorded_elsewhere(self) -> bool:
        """Whether it was imported as finished work, with nobody here who assessed or reviewed it."""
        return self.label == RECORDED_ELSEWHERE

    def assessors(self, by: Principal | None = None) -> tuple[Assessor, ...]:
        """Everybody whose work it is; `by` adds the firm of an assessor who acts for itself."""
        firm = self.provider_id
        if firm is None and by is not None and by.person_id == self.assessor_id:
            firm = by.provider_id
        present = (Assessor(self.assessor_id, firm),) if self.assessor_id else ()
        return present + ((self.completed_by,) if self.completed_by else ())


def open_assessment(
    assessment_id: UUID,
    plant: Plant,
    *,
    programme_code: str | None = None,
    extra: Mapping[str, Any] | None = None,
    imported_as: tuple[str, str] | None = None,
    by: Principal,
    at: datetime,
) -> tuple[Assessment, AssessmentOpened]:
    """Open one without an engagement; `imported_as` (sender, row key) labels it recorded elsewhere."""
    if not by.covers(plant.territory):
        raise OutsideTerritory(province=plant.province or plant.country)
    sender, row_key = imported_as or (None, None)
    assessment = Assessment(
        id=assessment_id,
        client_id=plant.client_id,
        site_id=plant.site_id,
        country=plant.country,
        province=plant.province,
        territory=plant.territory,
        status=AssessmentStatus.OPEN,
        opened_at=at,
        programme_code=programme_code,
        label=RECORDED_ELSEWHERE if imported_as else None,
        sender=sender,
        row_key=row_key,
        extra=dict(extra or {}),
    )
    return assessment, _opened(assessment)


def open_for_engagement(
    engagement: EngagementStarted, *, assessment_id: UUID, territory: str | None, at: datetime
) -> tuple[Assessment, AssessmentOpened]:
    """A provider begins to work: its expert assesses the site."""
    assessment = Assessment(
        id=assessment_id,
        client_id=engagement.client_id,
        site_id=engagement.site_id,
        country=engagement.country,
        province=engagement.province,
        territory=territory,
        status=AssessmentStatus.OPEN,
        opened_at=at,
        assessor_id=engagement.person_id,
        provider_id=engagement.provider_id,
        need_id=engagement.need_id,
        engagement_id=engagement.engagement_id,
        request_id=engagement.request_id,
        programme_code=engagement.programme_code,
    )
    return assessment, _opened(assessment)


def change(
    assessment: Assessment, *, visited_on: date | None, extra: Mapping[str, Any]
) -> tuple[Assessment, AssessmentChanged]:
    """Correct the day of the visit or the country's own fields."""
    require_open(assessment)
    changed = replace(assessment, visited_on=visited_on, extra=dict(extra))
    return changed, AssessmentChanged(**_thread(changed))


def assign(assessment: Assessment, person_id: UUID) -> tuple[Assessment, AssessmentAssigned]:
    """Make a person responsible: another expert of the engaged firm, or centre staff."""
    require_open(assessment)
    assigned = replace(assessment, assessor_id=person_id)
    return assigned, AssessmentAssigned(**_thread(assigned), assessor_id=person_id)


def reassign(assessment: Assessment, engagement: EngagementStarted) -> tuple[Assessment, AssessmentAssigned] | None:
    """The next engagement of the same need goes on with the work that is there; None if nothing is left to do."""
    finished = assessment.status in (AssessmentStatus.APPROVED, AssessmentStatus.CANCELLED)
    if finished or assessment.engagement_id == engagement.engagement_id:
        return None
    taken = replace(
        assessment,
        engagement_id=engagement.engagement_id,
        provider_id=engagement.provider_id,
        assessor_id=engagement.person_id,
    )
    return taken, AssessmentAssigned(**_thread(taken), assessor_id=engagement.person_id)


def unassign(assessment: Assessment, engagement: EngagementCancelled) -> tuple[Assessment, AssessmentUnassigned] | None:
    """Its engagement ended early: the work is kept and waits; None if it is approved or another's by now."""
    working = assessment.status in (AssessmentStatus.OPEN, AssessmentStatus.COMPLETED)
    if not working or assessment.engagement_id != engagement.engagement_id:
        return None
    left = replace(assessment, engagement_id=None, provider_id=None, assessor_id=None)
    return left, AssessmentUnassigned(**_thread(assessment))


def record_baseline(
    assessment: Assessment, stated: Inputs, *, rules: Rules, labels: tuple[str, ...] = ()
) -> tuple[Assessment, BaselineRecorded]:
    """Record what the site used, made and gave off; a second recording replaces the first while it is open."""
    require_open(assessment)
    baseline = baseline_of(stated, country=assessment.country, rules=rules, labels=labels)
    recorded = replace(assessment, baseline=baseline)
    return recorded, BaselineRecorded(
        **_thread(recorded),
        period=stated.period,
        output=stated.output,
        energy_mj=baseline.energy_mj,
        material_t=stated.material_t,
        water_m3=stated.water_m3,
        waste_water_m3=stated.waste_water_m3,
        waste_t=stated.waste_t,
        emission_t_co2e=baseline.emission_t_co2e,
        factor_ids=baseline.factor_ids,
        labels=baseline.labels,
    )


def complete(
    assessment: Assessment, options: int, *, by: Principal, at: datetime
) -> tuple[Assessment, AssessmentCompleted]:
    """Hand it to the reviewer: that needs an assessor, a baseline and at least one option."""
    require_open(assessment)
    needed = {
        "assessor": bool(assessment.assessor_id) or assessment.recorded_elsewhere,
        "baseline": assessment.baseline is not None,
        "option": options > 0,
    }
    missing = [name for name, there in needed.items() if not there]
    if missing:
        raise AssessmentIsIncomplete(assessment_id=assessment.id, missing=", ".join(missing))
    completed_by = next(iter(assessment.assessors(by)), None)
    completed = replace(
        assessment,
        status=AssessmentStatus.COMPLETED,
        completed_by=completed_by,
        completed_at=at,
        return_reason_code=None,
        return_note=None,
    )
    return completed, AssessmentCompleted(**_thread(completed))


def return_assessment(
    assessment: Assessment,
    reason_code: str,
    *,
    note: str | None,
    reasons: Mapping[str, str],
    by: Principal,
) -> tuple[Assessment, AssessmentReturned]:
    """Ask the assessor for a correction; the note stays inside."""
    _require_completed(assessment)
    _require_other_eyes(assessment, by)
    if reason_code not in reasons:
        raise ReturnReasonIsUnknown(reason_code=reason_code)
    returned = replace(
        assessment, status=AssessmentStatus.OPEN, return_reason_code=reason_code, return_note=note, completed_at=None
    )
    return returned, AssessmentReturned(**_thread(returned), reason_code=reason_code)


def approve(assessment: Assessment, *, occurrence: Occurrence, by: Principal) -> tuple[Assessment, AssessmentApproved]:
    """Agree with it: the client counts as assessed. Imported work keeps no reviewer and says so."""
    _require_completed(assessment)
    if not assessment.recorded_elsewhere:
        _require_other_eyes(assessment, by)
    approved = replace(
        assessment,
        status=AssessmentStatus.APPROVED,
        approved_on=occurrence.on,
        reviewer_id=None if assessment.recorded_elsewhere else by.person_id,
    )
    return approved, AssessmentApproved(**_thread(approved), occurred_on=occurrence.on, label=approved.label)


def cancel(assessment: Assessment) -> tuple[Assessment, AssessmentCancelled]:
    """Call it off; while its engagement is active, that one has to end first."""
    require_open(assessment)
    if assessment.engagement_id is not None:
        raise EngagementIsActive(engagement_id=assessment.engagement_id)
    cancelled = replace(assessment, status=AssessmentStatus.CANCELLED)
    return cancelled, AssessmentCancelled(**_thread(cancelled))


def require_growing(assessment: Assessment, imported_as: tuple[str, str] | None) -> None:
    """Options join an open assessment; imported work may still grow by further rows of its sender."""
    if imported_as is None or not assessment.recorded_elsewhere or assessment.sender != imported_as[0]:
        require_open(assessment)


def require_open(assessment: Assessment) -> None:
    """Baselines and options change only while their assessment is open."""
    if assessment.status is not AssessmentStatus.OPEN:
        raise AssessmentIsNotOpen(assessment_id=assessment.id, status=assessment.status)


def _require_completed(assessment: Assessment) -> None:
    if assessment.status is not AssessmentStatus.COMPLETED:
        raise AssessmentIsNotCompleted(assessment_id=assessment.id, status=assessment.status)


def _require_other_eyes(assessment: Assessment, by: Principal) -> None:
    if by.person_id is None:
        raise ReviewerIsUnnamed
    for assessor in assessment.assessors():
        if assessor.person_id == by.person_id:
            raise ReviewerIsAssessor(assessment_id=assessment.id)
        if assessor.provider_id is not None and assessor.provider_id == by.provider_id:
            raise ReviewerIsOfAssessorsFirm(assessment_id=assessment.id)


def _opened(assessment: Assessment) -> AssessmentOpened:
    return AssessmentOpened(
        **_thread(assessment),
        programme_code=assessment.programme_code,
        assessor_id=assessment.assessor_id,
        country=assessment.country,
        province=assessment.province,
        sender=assessment.sender,
        row_key=assessment.row_key,
    )


def _thread(assessment: Assessment) -> dict[str, Any]:
    return {
        "assessment_id": assessment.id,
        "client_id": assessment.client_id,
        "site_id": assessment.site_id,
        "need_id": assessment.need_id,
        "engagement_id": assessment.engagement_id,
        "request_id": assessment.request_id,
    }
