"""Bodies and answers about options and their saving lines."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from chassis.http import Body, Out, Page
from contracts.assessments import OptionRelation
from contracts.values import Amount, Code, Day, Evidence, Money, MvPlan, ProgrammeShare, Stream
from services.assessments.domain.occurrence import Occurrence
from services.assessments.domain.options import Implementation, Option, OptionStatus, Verification
from services.assessments.domain.profitability import Portfolio, Profitability, profitability
from services.assessments.domain.proposals import Proposal
from services.assessments.domain.savings import SavingLine, Stage
from services.assessments.domain.streams import Estimate, Resource
from services.assessments.schemas.values import ProgrammeShareBody, Share, Unit

Title = Annotated[str, Field(min_length=1, max_length=300)]


class EstimateBody(Body):
    """What one resource and carrier is expected to save a year, with its range."""

    stream_no: int = Field(ge=1, le=4)
    resource: Resource
    carrier: Code
    unit: Unit
    saving: Amount | None = None
    low: Amount | None = None
    high: Amount | None = None
    use_per_year: Amount | None = None
    density_kg_per_m3: Annotated[Amount, Field(gt=0)] | None = None
    money: Money | None = None
    price_version: Annotated[str, Field(min_length=1, max_length=64)] | None = None

    def estimate(self) -> Estimate:
        return Estimate(**{name: getattr(self, name) for name in type(self).model_fields})


class OptionFacts(Body):
    """What is recommended: its cost, its net saving a year, its life, its streams."""

    description: Annotated[str, Field(max_length=10_000)] = ""
    tags: Annotated[tuple[Code, ...], Field(max_length=8)] = ()
    code: Code | None = None
    code_scheme: Code | None = None
    code_version: Code | None = None
    investment: Money | None = None
    annual_saving: Money | None = None
    life_years: Annotated[int, Field(ge=1, le=100)] | None = None
    salvage: Money | None = None
    streams: Annotated[tuple[EstimateBody, ...], Field(max_length=4)] = ()
    programme_shares: Annotated[tuple[ProgrammeShareBody, ...], Field(max_length=20)] = ()
    boundary_id: Code | None = None
    estimate_method: Code | None = None
    data_quality: Code | None = None
    relations: Annotated[tuple[OptionRelation, ...], Field(max_length=50)] = ()
    loading_order: Annotated[int, Field(ge=1, le=1_000)] | None = None

    def estimates(self) -> tuple[Estimate, ...]:
        return tuple(each.estimate() for each in self.streams)


class IdentifyOption(OptionFacts):
    """A measure to recommend in an open assessment."""

    assessment_id: UUID
    title: Title
    option_class: Code

    def proposal(self, streams: tuple[Stream, ...]) -> Proposal:
        plain = set(type(self).model_fields) - {"assessment_id", "streams"}
        return Proposal(**{name: getattr(self, name) for name in plain}, streams=streams)


class ChangeOption(OptionFacts):
    """Only what is sent changes; null clears a fact that may be unknown, lists are replaced as a whole."""

    title: Title | None = None
    option_class: Code | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that were sent but the streams; title and class are never cleared."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"streams"}}
        return {name: value for name, value in sent.items() if value is not None or name not in _NEVER_NULL}


_NEVER_NULL = ("title", "option_class")


class RefuseOption(Body):
    reason_code: Code


class ImplementOption(Body):
    """What was done and when; `cost` is what it really cost, left out while nobody knows."""

    occurred_on: Day
    cost: Money | None = None
    annual_saving: Money | None = None
    started_on: Day | None = None
    commissioned_on: Day | None = None
    scope_fraction: Share | None = None
    mv_plan: MvPlan | None = None
    deviations: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=50)] = ()

    def implementation(self, reported_by_role: str) -> Implementation:
        names = set(type(self).model_fields) - {"occurred_on", "cost"}
        return Implementation(
            occurrence=Occurrence(self.occurred_on),
            reported_by_role=reported_by_role,
            investment=self.cost,
            **{name: getattr(self, name) for name in names},
        )


class OptionOut(Out):
    """An option with what it earns as estimated; what it really cost stands in its implementation."""

    option_id: UUID
    version: int
    status: OptionStatus
    assessment_id: UUID
    client_id: UUID
    site_id: UUID
    title: str
    description: str
    option_class: str
    tags: tuple[str, ...]
    code: str | None
    code_scheme: str | None
    code_version: str | None
    investment: Money | None
    annual_saving: Money | None
    life_years: int | None
    salvage: Money | None
    streams: tuple[Stream, ...]
    programme_shares: tuple[ProgrammeShare, ...]
    boundary_id: str | None
    estimate_method: str | None
    data_quality: str | None
    relations: tuple[OptionRelation, ...]
    loading_order: int | None
    profitability: Profitability
    identified_on: date
    occurred_on: date
    occurred_on_precision: str
    recorded_at: datetime
    assessor_id: UUID | None
    reason_code: str | None
    pending_until: datetime | None
    implementation: Implementation | None
    verified_by: UUID | None
    verifications: tuple[Verification, ...]
    labels: tuple[str, ...]
    sender: str | None
    row_key: str | None

    @classmethod
    def of(cls, option: Option, *, discount_rate: Decimal) -> "OptionOut":
        own = (set(cls.model_fields) & set(Option.__dataclass_fields__)) - {"id"}
        proposed = set(cls.model_fields) & set(Proposal.__dataclass_fields__)
        earned = profitability(
            option.proposal.investment,
            option.proposal.annual_saving,
            life_years=option.proposal.life_years,
            salvage=option.proposal.salvage,
            rate=discount_rate,
        )
        return cls(
            option_id=option.id,
            profitability=earned,
            **{name: getattr(option, name) for name in own},
            **{name: getattr(option.proposal, name) for name in proposed},
        )


class OptionPage(Page[OptionOut]):
    """`portfolios`, where one assessment was asked for: payback of all its options that were not refused."""

    portfolios: tuple[Portfolio, ...] | None = None


class SavingLineOut(Out):
    line_id: UUID
    option_id: UUID
    assessment_id: UUID
    client_id: UUID
    stage: Stage
    occurred_on: date
    recorded_at: datetime
    streams: tuple[Stream, ...]
    investment: Money | None
    annual_saving: Money | None
    reported_by_role: str | None
    verification_id: UUID | None

    @classmethod
    def of(cls, line: SavingLine) -> "SavingLineOut":
        names = set(cls.model_fields) - {"line_id"}
        return cls(line_id=line.id, **{name: getattr(line, name) for name in names})
