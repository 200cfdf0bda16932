"""Bodies and answers about assessments and their baselines."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from chassis.http import Body, Out
from contracts.assessments import Output
from contracts.values import Amount, Code, Day, Money, Period
from services.assessments.domain.assessments import Assessment, AssessmentStatus
from services.assessments.domain.baselines import Baseline, EnergyInput, EnergyLine, Inputs
from services.assessments.domain.figures import Number
from services.assessments.domain.indicators import Indicators, indicators
from services.assessments.schemas.values import Extra, Note, PeriodBody, Unit


class OpenAssessment(Body):
    """A site to assess without an engagement."""

    client_id: UUID
    site_id: UUID
    programme_code: Code | None = None
    extra: Extra = Field(default_factory=dict)


class ChangeAssessment(Body):
    """Only what is sent changes."""

    visited_on: Day | None = None
    extra: Extra | None = None


class AssignAssessment(Body):
    person_id: UUID


class ReturnAssessment(Body):
    """What has to be corrected; the note is for the assessor alone."""

    reason_code: Code
    note: Note | None = None


class EnergyBody(Body):
    """One carrier in the unit of its bill or meter; a volume needs its density."""

    carrier: Code
    quantity: Amount
    unit: Unit
    density_kg_per_m3: Annotated[Amount, Field(gt=0)] | None = None
    cost: Money | None = None

    def input(self) -> EnergyInput:
        return EnergyInput(**{name: getattr(self, name) for name in type(self).model_fields})


class RecordBaseline(Body):
    """What the site used, made and gave off in whole months; leave out what is not known, never send 0 for it."""

    period: PeriodBody
    output: Output | None = None
    energy: Annotated[tuple[EnergyBody, ...], Field(max_length=50)] = ()
    material_t: Amount | None = None
    water_m3: Amount | None = None
    waste_water_m3: Amount | None = None
    waste_t: Amount | None = None
    operating_hours: Amount | None = None

    def inputs(self) -> Inputs:
        plain = {name: getattr(self, name) for name in type(self).model_fields if name != "energy"}
        return Inputs(**plain, energy=tuple(each.input() for each in self.energy))


class BaselineTotals(Out):
    """The absolute indicators of a baseline and the relative ones computed from them."""

    period: Period
    output: Output | None
    energy_mj: Number | None
    material_t: Number | None
    water_m3: Number | None
    waste_water_m3: Number | None
    waste_t: Number | None
    operating_hours: Number | None
    emission_t_co2e: Number | None
    biogenic_t_co2: Number | None
    factor_ids: tuple[str, ...]
    labels: tuple[str, ...]
    indicators: Indicators

    @classmethod
    def of(cls, baseline: Baseline) -> "BaselineTotals":
        return cls(**_totals(baseline))


class BaselineOut(BaselineTotals):
    assessment_id: UUID
    version: int
    energy: tuple[EnergyLine, ...]

    @classmethod
    def of_assessment(cls, assessment: Assessment, baseline: Baseline) -> "BaselineOut":
        own = {"assessment_id": assessment.id, "version": assessment.version, "energy": baseline.energy}
        return cls(**own, **_totals(baseline))


def _totals(baseline: Baseline) -> dict[str, Any]:
    names = set(BaselineTotals.model_fields) - {"indicators"}
    known = {name: getattr(baseline, name, None) for name in names - set(Inputs.__dataclass_fields__)}
    stated = {name: getattr(baseline.stated, name) for name in names & set(Inputs.__dataclass_fields__)}
    return {**known, **stated, "indicators": indicators(baseline)}


class AssessmentOut(Out):
    assessment_id: UUID
    version: int
    status: AssessmentStatus
    client_id: UUID
    site_id: UUID
    country: str
    province: str | None
    programme_code: str | None
    assessor_id: UUID | None
    provider_id: UUID | None
    need_id: UUID | None
    engagement_id: UUID | None
    request_id: UUID | None
    opened_at: datetime
    visited_on: date | None
    completed_at: datetime | None
    return_reason_code: str | None
    return_note: str | None
    reviewer_id: UUID | None
    approved_on: date | None
    label: str | None
    sender: str | None
    row_key: str | None
    extra: dict[str, Any]
    baseline: BaselineTotals | None

    @classmethod
    def of(cls, assessment: Assessment) -> "AssessmentOut":
        names = set(cls.model_fields) - {"assessment_id", "baseline"}
        baseline = BaselineTotals.of(assessment.baseline) if assessment.baseline else None
        shown = {name: getattr(assessment, name) for name in names}
        return cls(assessment_id=assessment.id, baseline=baseline, **shown)
