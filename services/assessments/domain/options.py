"""The option: a recommended measure, and what is known of it from identified to verified."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from contracts.assessments import OptionChanged, OptionIdentified
from contracts.principals import Principal
from contracts.values import Evidence, Money, MvPlan
from services.assessments.domain.assessments import Assessment, require_growing, require_open
from services.assessments.domain.figures import Number
from services.assessments.domain.hashes import sha256_of
from services.assessments.domain.isolation import Isolation
from services.assessments.domain.measurements import Result, Work
from services.assessments.domain.occurrence import Occurrence, Precision
from services.assessments.domain.proposals import Proposal, for_programme, labels_of, require_sound
from services.assessments.domain.rules import Rules
from services.assessments.domain.two_totals import TwoTotals


class OptionStatus(StrEnum):
    IDENTIFIED = "identified"
    APPROVED = "approved"
    REFUSED = "refused"
    PENDING = "pending"
    IMPLEMENTED = "implemented"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Implementation:
    """What somebody states about the work done; `investment` is what it really cost."""

    occurrence: Occurrence
    reported_by_role: str
    investment: Money | None = None
    annual_saving: Money | None = None
    started_on: date | None = None
    commissioned_on: date | None = None
    scope_fraction: Number | None = None
    mv_plan: MvPlan | None = None
    deviations: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def work(self) -> Work:
        """Doubtful dates widen the installation: it lasts from the earliest to the latest day stated."""
        days = [each for each in (self.started_on, self.commissioned_on, self.occurrence.on) if each is not None]
        return Work(began_on=min(days), in_service_on=self.commissioned_on or self.occurrence.on)


@dataclass(frozen=True, slots=True)
class Verification:
    """One measurement of one stream with its data, its result and the hashes of both; never changed."""

    verification_id: UUID
    stream_no: int
    data: Isolation | TwoTotals
    result: Result
    dataset_hash: str
    result_hash: str
    method_version: str
    verifier_id: UUID
    occurred_on: date
    recorded_at: datetime
    mv_plan: MvPlan | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """`occurred_on` and `recorded_at` tell when it came into its present state, and when that was noted here."""

    id: UUID
    assessment_id: UUID
    client_id: UUID
    site_id: UUID
    status: OptionStatus
    proposal: Proposal
    identified_on: date
    occurred_on: date
    occurred_on_precision: Precision
    recorded_at: datetime
    assessor_id: UUID | None = None
    assessor_provider_id: UUID | None = None
    reason_code: str | None = None
    pending_until: datetime | None = None
    implementation: Implementation | None = None
    verified_by: UUID | None = None
    verifications: tuple[Verification, ...] = ()
    labels: tuple[str, ...] = ()
    sender: str | None = None
    row_key: str | None = None
    version: int = 0


def identify(
    option_id: UUID,
    assessment: Assessment,
    proposal: Proposal,
    *,
    occurrence: Occurrence,
    imported_as: tuple[str, str] | None = None,
    labels: tuple[str, ...] = (),
    rules: Rules,
    by: Principal,
    at: datetime,
) -> tuple[Option, OptionIdentified]:
    """Recommend a measure, while the assessment is open; `labels` are the oddities of where it comes from."""
    require_growing(assessment, imported_as)
    proposal = for_programme(proposal, assessment.programme_code)
    require_sound(proposal, rules)
    assessor = next(iter(assessment.assessors(by)), None)
    sender, row_key = imported_as or (None, None)
    option = Option(
        id=option_id,
        assessment_id=assessment.id,
        client_id=assessment.client_id,
        site_id=assessment.site_id,
        status=OptionStatus.IDENTIFIED,
        proposal=proposal,
        identified_on=occurrence.on,
        occurred_on=occurrence.on,
        occurred_on_precision=occurrence.precision,
        recorded_at=at,
        assessor_id=assessor.person_id if assessor else None,
        assessor_provider_id=assessor.provider_id if assessor else None,
        labels=(*labels, *labels_of(proposal, rules.plausibility)),
        sender=sender,
        row_key=row_key,
    )
    return option, OptionIdentified(**thread(option, rules), **_facts(option, assessment))


def change(option: Option, assessment: Assessment, proposal: Proposal, *, rules: Rules) -> tuple[Option, OptionChanged]:
    """Correct a recommendation, while the assessment is open; it stays the work of who identified it."""
    require_open(assessment)
    require_sound(proposal, rules)
    changed = replace(option, proposal=proposal, labels=tuple(labels_of(proposal, rules.plausibility)))
    return changed, OptionChanged(**thread(changed, rules), **_facts(changed, assessment))


def moved(option: Option, status: OptionStatus, occurrence: Occurrence, at: datetime) -> Option:
    """The option in another state, since a day and noted at a moment."""
    return replace(
        option,
        status=status,
        occurred_on=occurrence.on,
        occurred_on_precision=occurrence.precision,
        recorded_at=at,
        pending_until=None,
    )


def thread(option: Option, rules: Rules | None = None) -> dict[str, Any]:
    """What every event of an option carries; `rules` where the event rests on the pack's decisions."""
    proposal = option.proposal
    return {
        "option_id": option.id,
        "assessment_id": option.assessment_id,
        "client_id": option.client_id,
        "site_id": option.site_id,
        "boundary_id": proposal.boundary_id,
        "occurred_on": option.occurred_on,
        "occurred_on_precision": option.occurred_on_precision,
        "pack": rules.pack if rules else None,
        "rules_version": rules.rules_version if rules else None,
        "option_code": proposal.code,
        "option_code_scheme": proposal.code_scheme,
        "option_code_version": proposal.code_version,
        "option_class": proposal.option_class,
        "programme_shares": proposal.programme_shares,
        "streams": proposal.streams,
        "labels": option.labels,
    }


def _facts(option: Option, assessment: Assessment) -> dict[str, Any]:
    proposal, baseline = option.proposal, assessment.baseline
    output = baseline.output if baseline else None
    return {
        "identified_by": option.assessor_id,
        "dataset_hash": sha256_of(baseline.stated) if baseline else None,
        "baseline_period": baseline.stated.period if baseline else None,
        "output_unit": output.unit if output else None,
        "estimate_method": proposal.estimate_method,
        "data_quality": proposal.data_quality,
        "investment": proposal.investment,
        "annual_saving": proposal.annual_saving,
        "life_years": None if proposal.life_years is None else Decimal(proposal.life_years),
        "relations": proposal.relations,
        "loading_order": proposal.loading_order,
        "sender": option.sender,
        "row_key": option.row_key,
    }
