"""Facts about assessments, their baselines and the options they recommend."""

from uuid import UUID

from pydantic import Field

from contracts.event import Event
from contracts.values import (
    Amount,
    Code,
    CountryCode,
    Currency,
    DatasetPeriod,
    Day,
    Evidence,
    Money,
    MvPlan,
    Period,
    ProgrammeShare,
    Ratio,
    Scheme,
    Sha256,
    Stream,
    Unit,
    Value,
    Version,
    VersionRef,
)


class AssessmentEvent(Event, subject="assessment_id", abstract=True):
    assessment_id: UUID
    client_id: UUID
    site_id: UUID
    need_id: UUID | None = None
    engagement_id: UUID | None = None
    request_id: UUID | None = None


class AssessmentOpened(AssessmentEvent):
    """The assessment of a site began."""

    programme_code: Code | None
    assessor_id: UUID | None
    country: CountryCode | None = None
    province: Code | None = None
    sender: Code | None = None
    row_key: str | None = Field(default=None, max_length=128)


class AssessmentChanged(AssessmentEvent):
    """Facts of an open assessment were corrected."""


class AssessmentAssigned(AssessmentEvent):
    """An assessor is responsible for it."""

    assessor_id: UUID


class AssessmentUnassigned(AssessmentEvent):
    """Nobody is responsible for it for now; the work done is kept."""


class AssessmentCompleted(AssessmentEvent):
    """The assessor hands it to the reviewer."""


class AssessmentReturned(AssessmentEvent):
    """The reviewer asks for a correction."""

    reason_code: Code


class AssessmentApproved(AssessmentEvent):
    """The reviewer agrees: the client counts as assessed."""

    occurred_on: Day
    label: Code | None = Field(default=None, description="recorded_elsewhere for imported work")


class AssessmentCancelled(AssessmentEvent):
    """The assessment is off."""


class Output(Value):
    """Product output of a period in its functional unit."""

    quantity: Amount
    unit: Unit


class BaselineRecorded(AssessmentEvent):
    """What the site used, made and emitted in a period of whole months; unknown is null."""

    period: Period
    output: Output | None
    energy_mj: Amount | None
    material_t: Amount | None
    water_m3: Amount | None
    waste_water_m3: Amount | None
    waste_t: Amount | None
    emission_t_co2e: Amount | None
    factor_ids: tuple[Code, ...] = ()
    labels: tuple[Code, ...] = ()


class OptionEvent(Event, subject="option_id", root="assessment_id", abstract=True):
    """What every fact about an option carries (SAVINGS.md 10); what is not computed yet is null."""

    option_id: UUID
    assessment_id: UUID
    client_id: UUID
    site_id: UUID
    boundary_id: Code | None = None
    occurred_on: Day
    occurred_on_precision: Code = Field(default="day", description="day or year")
    pack: VersionRef | None = None
    rules_version: Code | None = None
    option_code: Code | None = None
    option_code_scheme: Scheme | None = None
    option_code_version: Version | None = None
    option_class: Code | None = None
    programme_shares: tuple[ProgrammeShare, ...] = ()
    claim_window: Period | None = None
    disclosure_level: Code = Field(default="full", description="full, banded or none")
    agreement_id: UUID | None = None
    supersedes: UUID | None = None
    streams: tuple[Stream, ...] = ()
    labels: tuple[Code, ...] = ()


class OptionRelation(Value):
    option_id: UUID
    relation: Code = Field(description="exclusive, depends or overlaps")


class OptionFacts(OptionEvent, abstract=True):
    identified_by: UUID | None = None
    baseline_id: UUID | None = None
    baseline_version: int | None = None
    dataset_hash: Sha256 | None = None
    baseline_period: Period | None = None
    output_unit: Unit | None = None
    estimate_method: Code | None = None
    data_quality: Code | None = None
    investment: Money | None = None
    annual_saving: Money | None = Field(default=None, description="net money saved a year, as estimated")
    life_years: Amount | None = None
    relations: tuple[OptionRelation, ...] = ()
    loading_order: int | None = None
    sender: Code | None = None
    row_key: str | None = Field(default=None, max_length=128)


class OptionIdentified(OptionFacts):
    """A measure was recommended, with its estimated saving."""


class OptionChanged(OptionFacts):
    """A recommended measure was corrected."""


class OptionApproved(OptionEvent):
    """The company decided to do it."""


class OptionRefused(OptionEvent):
    """The company will not do it."""

    reason_code: Code


class OptionPostponed(OptionEvent):
    """The company will decide later."""


class OptionImplemented(OptionEvent):
    """It was done, as somebody states."""

    started_on: Day | None = None
    commissioned_on: Day | None = None
    reporting_earliest_on: Day | None = None
    status: VersionRef | None = None
    reported_by_role: Code = Field(description="client_stated, assessor_seen or officer_stated")
    scope_fraction: Ratio | None = None
    package_id: UUID | None = None
    investment: Money | None = Field(default=None, description="actual investment")
    annual_saving: Money | None = None
    mv_plan: MvPlan | None = None
    deviations: tuple[Code, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Tier(Value):
    """A pack's threshold and how the measured fraction stands to it."""

    tier_id: Code
    boundary: Code | None = None
    threshold: Ratio
    rule: Code
    met_point: bool | None = None
    met_low: bool | None = None
    met: bool | None = None


class OptionVerified(OptionEvent):
    """A verifier measured it; only the verdict `demonstrated` makes it a verified saving."""

    verification_id: UUID
    kind: Code = Field(default="first", description="first, persistence, correction or restated")
    verdict: Code = Field(description="demonstrated, not_demonstrated, increase_demonstrated or refused")
    reasons: tuple[Code, ...] = ()
    flags: tuple[Code, ...] = ()
    assessor_id: UUID | None = None
    verifier_id: UUID
    ipmvp_option: Code | None = None
    method: Code
    model_form: Code | None = None
    confidence: Ratio | None = None
    mv_plan: MvPlan | None = None
    dataset_hash: Sha256 | None = None
    result_hash: Sha256 | None = None
    method_version: Code | None = None
    baseline: DatasetPeriod | None = None
    reporting: DatasetPeriod | None = None
    months_since_commissioning: int | None = None
    output_unit: Unit | None = None
    output_change: Ratio | None = None
    package_id: UUID | None = None
    basis: Code | None = Field(default=None, description="measured, stipulated or allocated")
    evidence: tuple[Evidence, ...] = ()
    tier: Tier | None = None
    valid_until: Day | None = None
    next_check_due: Day | None = None
    currency: Currency | None = None
    investment: Money | None = None
    annual_saving: Money | None = None
