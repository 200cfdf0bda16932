"""What the pack decides for assessments: every parameter a rule here asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from contracts.values import VersionRef
from services.assessments.domain.energy import EnergyTables


@dataclass(frozen=True, slots=True)
class Plausibility:
    """Limits beyond which a record is labelled, never refused and never corrected."""

    max_hours_a_year: Decimal
    max_waste_water_share: Decimal
    max_life_years: int
    max_payback_years: Decimal


@dataclass(frozen=True, slots=True)
class OptionRules:
    """Classes of options, reasons to refuse one, and how long one may stay pending."""

    classes: Mapping[str, str]
    refusal_reasons: Mapping[str, str]
    pending_years: int
    pending_reason: str


@dataclass(frozen=True, slots=True)
class VerificationRules:
    """Thresholds of retrofit isolation and of two totals."""

    confidence: Decimal
    min_readings: int
    weak_half_width: Decimal
    tier_threshold: Decimal


@dataclass(frozen=True, slots=True)
class Rules:
    """One version of one pack's decisions, named in every event that rests on them."""

    pack: VersionRef
    rules_version: str
    discount_rate: Decimal
    return_reasons: Mapping[str, str]
    energy: EnergyTables
    plausibility: Plausibility
    options: OptionRules
    verification: VerificationRules
