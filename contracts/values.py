"""Values shared by events and rules: exact amounts, money, places, sectors and saving streams."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
)

Amount = Annotated[
    Decimal,
    Field(max_digits=18, decimal_places=4, allow_inf_nan=False),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]{1,14}(\.[0-9]+)?$"}, mode="serialization"),
]
"""An exact figure with at most 18 digits, four of them after the point; a string in JSON."""

Ratio = Annotated[
    Decimal,
    Field(max_digits=18, decimal_places=8, allow_inf_nan=False),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]{1,10}(\.[0-9]+)?$"}, mode="serialization"),
]
"""An exact share or relative change, eight places after the point; a string in JSON."""

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]*$")]
Scheme = Annotated[str, Field(min_length=1, max_length=32)]
"""The list a code stands in: a pack's own code, a country, a classification."""
Unit = Annotated[str, Field(min_length=1, max_length=32)]
"""A unit as the field writes it: kWh, t, m3, 1000 pieces."""
Version = Annotated[str, Field(min_length=1, max_length=64)]
"""The version of a list, a price or a factor."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _written(kind: Any, pattern: str) -> Callable[[Any], Any]:
    """Reads a date or a moment from its text; pydantic alone takes a bare number for seconds since 1970."""
    reading = TypeAdapter(kind)

    def read(value: Any) -> Any:
        if not isinstance(value, str):
            return None if isinstance(value, int | float) else value
        if not re.fullmatch(pattern, value):
            return None
        try:
            return reading.validate_python(value)
        except ValidationError:
            return None

    return read


Day = Annotated[
    date,
    Field(ge=date(1900, 1, 1), le=date(2200, 12, 31)),
    BeforeValidator(_written(date, r"[0-9]{4}-[0-9]{2}-[0-9]{2}")),
]
"""A date in the centre's zone."""
WRITTEN_MOMENT = BeforeValidator(_written(datetime, r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9].*"))
"""Stands after the limits of a moment."""
Moment = Annotated[AwareDatetime, WRITTEN_MOMENT]
"""A moment with its offset."""


def personal(**field: Any) -> Any:
    """Mark a field as personal data; no event may carry such a field."""
    return Field(json_schema_extra={"x-personal": True}, **field)


class Value(BaseModel):
    """An immutable value: readers ignore fields that a later version adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Money(Value):
    amount: Amount
    currency: Currency


class Place(Value):
    """Country (ISO 3166-1), province code and the scheme of that code (pack code or `US`)."""

    country: CountryCode
    province: Code | None = None
    scheme: Scheme | None = None


class Sector(Value):
    """An ISIC code with its revision, as text so that a leading zero survives."""

    code: str = Field(pattern=r"^[A-U]?[0-9]{0,4}$", min_length=1, max_length=5)
    revision: str = Field(pattern=r"^[45]$", description="ISIC revision")


class Period(Value):
    """First and last day, both included."""

    starts_on: Day
    ends_on: Day


class CompetenceNeeded(Value):
    """A competence a need asks for, at this level or above."""

    code: Code
    level: int = Field(ge=1, le=5)


class ProgrammeShare(Value):
    """The part of an option that a programme may claim; shares of one option sum to at most 1."""

    programme_code: Code
    share: Ratio


class Evidence(Value):
    """A document outside the system, pinned by its hash."""

    evidence_id: Code
    sha256: Sha256


class StreamFigures(Value):
    """The figures of one stream at one stage (SAVINGS.md 10); what is not computed is null.

    Uses are per year in the stream's unit; fractions are of the adjusted baseline or of use_per_year.
    """

    use_per_year: Amount | None = None
    estimate_low: Amount | None = None
    estimate: Amount | None = None
    estimate_high: Amount | None = None
    money: Money | None = Field(default=None, description="net saving a year")
    price_version: Version | None = None
    co2e_t: Amount | None = None
    factor_version: Version | None = None
    measured: Amount | None = None
    adjusted_baseline: Amount | None = None
    non_routine: Amount | None = None
    saving: Amount | None = None
    saving_low: Amount | None = None
    saving_high: Amount | None = None
    fraction: Ratio | None = None
    fraction_low: Ratio | None = None
    fraction_high: Ratio | None = None
    raw_change: Ratio | None = None
    intensity_change: Ratio | None = None
    normalised: Amount | None = None
    standard_output: Amount | None = None
    annualised: Amount | None = None
    annualised_label: Code | None = None


class Stream(Value):
    """One resource and carrier an option saves; `energy_mj`, `water_m3`, `material_t`, `waste_t`, `emission_t_co2e`
    hold the saving a year in the reporting unit of that resource, null where it does not apply."""

    stream_no: int = Field(ge=1, le=4)
    resource: Code = Field(description="energy, water, material, waste, other")
    carrier: Code
    unit: Unit
    figures: StreamFigures | None = None
    band: Code | None = None
    energy_mj: Amount | None = None
    water_m3: Amount | None = None
    material_t: Amount | None = None
    waste_t: Amount | None = None
    emission_t_co2e: Amount | None = None


class VersionRef(Value):
    """A thing by its code and the version of the list it stands in."""

    code: Code
    version: Version | None = None


class DatasetPeriod(Value):
    """A measured period: from, to, months used and left out."""

    starts_on: Day
    ends_on: Day
    months_used: int | None = None
    months_left_out: int | None = None


class MvPlan(Value):
    plan_id: UUID | None = None
    version: int | None = None
    sha256: Sha256 | None = None
    signed_on: Day | None = None
    timing: Code | None = Field(default=None, description="prior or retrospective")
