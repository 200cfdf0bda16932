"""What a country decides about matching: competences, weights, deadlines and reasons."""

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from chassis.pack import ExtraField, Section
from contracts.refusals import Refusal
from contracts.values import Code, CompetenceNeeded, Sector

Kind = Literal[
    "assessment",
    "training",
    "technical_information",
    "investment_support",
    "policy_advice",
    "awareness",
    "follow_up",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Decision = Literal[
    "decline", "withdraw", "suspend", "cancel_need", "cancel_engagement", "return_report", "withdraw_competence"
]


class ReasonIsUnknown(Refusal):
    status = 422
    sentence = "{reason_code} is no reason to {decision}; known are {known}."


class CompetenceIsUnknown(Refusal):
    status = 422
    sentence = "The pack knows no competence {code}; known are {known}."


class KnownCompetence(Section):
    """A competence the centre grants and asks for."""

    code: Code
    name: str


class Requirement(Section):
    """What a kind of job requires; with `isic` (codes of wider sectors, digits only) in those sectors only."""

    kind: Kind
    isic: tuple[str, ...] = ()
    isic_revision: str = "4"
    competences: tuple[CompetenceNeeded, ...] = Field(min_length=1)

    def applies(self, kind: str, isic: Sector | None) -> bool:
        """Whether a job of this kind in this sector falls under it."""
        if kind != self.kind or not self.isic:
            return kind == self.kind
        digits = isic.code.lstrip("ABCDEFGHIJKLMNOPQRSTU") if isic else ""
        return isic is not None and isic.revision == self.isic_revision and digits.startswith(self.isic)


class Weights(Section):
    """How much each part of the score counts; 0 leaves it out."""

    sector: int = Field(ge=0, le=100)
    competence: int = Field(ge=0, le=100)
    home_country: int = Field(ge=0, le=100)
    province: int = Field(ge=0, le=100)
    spare_days: int = Field(ge=0, le=100)
    experience: int = Field(ge=0, le=100)
    rating: int = Field(ge=0, le=100)

    def used(self) -> dict[str, int]:
        """The parts that count, by name."""
        return {part: weight for part, weight in self.model_dump().items() if weight}

    @model_validator(mode="after")
    def _something_counts(self) -> Self:
        if not self.used():
            raise ValueError("at least one part of the score must have a weight")
        return self


class Scoring(Section):
    """The score: its weights, the jobs that earn half of the points for experience, the points of the unrated."""

    weights: Weights
    half_experience: int = Field(ge=1, le=1000)
    unrated_points: int = Field(ge=0, le=100)


class Offers(Section):
    """How offers go out, and how long they stand."""

    automatically: bool = Field(description="whether the next offer is made without an officer")
    deadline_business_days: int = Field(ge=1, le=60)
    reminder_business_days: int = Field(
        default=1,
        ge=0,
        le=10,
        description="the provider is reminded in the morning of the n-th last business day; 0: never",
    )
    reminder_hour: int = Field(default=8, ge=0, le=23)


class MatchingPack(Section):
    """The section `matching.toml`."""

    policy_version: Code
    offers: Offers
    scoring: Scoring
    competences: tuple[KnownCompetence, ...] = Field(min_length=1)
    required: tuple[Requirement, ...]
    reasons: dict[Decision, tuple[Code, ...]]
    provider_fields: tuple[ExtraField, ...] = ()

    def competences_for(self, kind: str, isic: Sector | None) -> tuple[CompetenceNeeded, ...]:
        """The competences a job requires, each at the highest level asked, in the order of their codes."""
        levels: dict[str, int] = {}
        for requirement in self.required:
            if requirement.applies(kind, isic):
                for needed in requirement.competences:
                    levels[needed.code] = max(needed.level, levels.get(needed.code, 0))
        return tuple(CompetenceNeeded(code=code, level=level) for code, level in sorted(levels.items()))

    def check_reason(self, decision: Decision, reason_code: str) -> None:
        """Refuse a reason that the pack does not list for a decision."""
        known = self.reasons[decision]
        if reason_code not in known:
            raise ReasonIsUnknown(reason_code=reason_code, decision=decision.replace("_", " "), known=", ".join(known))

    def check_competence(self, code: str) -> None:
        """Refuse a competence that the pack does not list."""
        known = [each.code for each in self.competences]
        if code not in known:
            raise CompetenceIsUnknown(code=code, known=", ".join(known))

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        known = {each.code for each in self.competences}
        unknown = sorted({each.code for rule in self.required for each in rule.competences} - known)
        if unknown:
            raise ValueError(f"jobs require unknown competences: {', '.join(unknown)}")
        covered = {rule.kind for rule in self.required if not rule.isic}
        if open_kinds := [kind for kind in KINDS if kind not in covered]:
            raise ValueError(f"no competence is required in every sector for {', '.join(open_kinds)}")
        if silent := [decision for decision in get_args(Decision) if not self.reasons.get(decision)]:
            raise ValueError(f"no reasons are listed for {', '.join(silent)}")
        return self
