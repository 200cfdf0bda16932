"""The mapping of assessments done elsewhere, and what a sender's row becomes by it."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from fastapi import UploadFile
from pydantic import Field

from chassis.imports.mappings import Reading, Take
from chassis.imports.requests import ImportRequest, SheetName
from chassis.pack import Section
from contracts.assessments import Output
from contracts.refusals import Refusal
from contracts.values import Code, Currency, Money, Stream, Unit
from services.assessments.domain.energy import tonnes
from services.assessments.domain.figures import amount
from services.assessments.domain.occurrence import Occurrence
from services.assessments.domain.proposals import Proposal
from services.assessments.domain.streams import Resource
from services.assessments.schemas.assessments import EnergyBody, RecordBaseline
from services.assessments.schemas.options import EstimateBody, OptionFacts, Title
from services.assessments.schemas.values import PeriodBody

Decision = Literal["identified", "approved", "refused", "pending", "implemented"]
PERIOD_IS_ASSUMED = "period_is_the_reported_year"


class YearIsMissing(Refusal):
    status = 422
    sentence = "The row names no year between 1901 and 2200."


class ImportAssessments(ImportRequest):
    """A file of assessments, one of their recommendations (CSV, XLSX or JSON), and the mapping: TOML, or a name.
    One workbook can be sent as both, each with its sheet."""

    assessments: UploadFile
    recommendations: UploadFile
    assessments_sheet: SheetName | None = None
    recommendations_sheet: SheetName | None = None


class QuantityTake(Section):
    """A quantity in a unit, and what it cost."""

    quantity: Take
    unit: Unit
    cost: Take | None = None


class EnergyTake(QuantityTake):
    carrier: Code


class BaselineMapping(Section):
    """What the plant used, made and gave off in the year. `left_out` names, by the label they earn, columns that
    cannot be told exactly."""

    output: Take | None = None
    output_unit: Take | None = None
    operating_hours: Take | None = None
    energy: tuple[EnergyTake, ...] = ()
    waste: tuple[QuantityTake, ...] = ()
    left_out: dict[Code, tuple[Take, ...]] = Field(default_factory=dict)

    def record(self, reading: Reading, year: PeriodBody, currency: str) -> RecordBaseline:
        """The baseline of a row; what is odd stands in the reading's labels."""
        lines = [self._energy(reading, take, currency) for take in self.energy]
        for label, takes in self.left_out.items():
            if any(reading.text(label, take) for take in takes):
                reading.labels.append(label)
        reading.labels.append(PERIOD_IS_ASSUMED)
        return RecordBaseline(
            period=year,
            output=self._output(reading),
            energy=tuple(line for line in lines if line is not None),
            waste_t=self._waste(reading),
            operating_hours=reading.number("operating_hours", self.operating_hours),
        )

    def _output(self, reading: Reading) -> Output | None:
        """None where the quantity or its unit is missing: nothing could be divided by it."""
        quantity = reading.number("output", self.output)
        unit = reading.text("output_unit", self.output_unit)
        if quantity == 0:
            reading.labels.append("output_zero")
        return Output(quantity=quantity, unit=unit) if quantity and unit else None

    @staticmethod
    def _energy(reading: Reading, take: EnergyTake, currency: str) -> EnergyBody | None:
        quantity = reading.number(f"energy.{take.carrier}", take.quantity)
        cost = reading.number(f"energy.{take.carrier}", take.cost)
        if quantity is None:
            reading.labels += ["energy_incomplete"] if cost else []
            return None
        money = None if cost is None else Money(amount=cost, currency=currency)
        return EnergyBody(carrier=take.carrier, quantity=quantity, unit=take.unit, cost=money)

    def _waste(self, reading: Reading) -> Decimal | None:
        stated = [(reading.number("waste", take.quantity), take.unit) for take in self.waste]
        known = [tonnes("waste", quantity, unit) for quantity, unit in stated if quantity is not None]
        return amount(sum(known, Decimal(0))) if known else None


class AssessmentMapping(Section):
    """A row of the assessments' file; `client_key` is the row key its client bears under the same sender."""

    row_key: Take
    client_key: Take
    year: Take
    baseline: BaselineMapping


class StreamMapping(Section):
    """The resource a recommendation saves: by its code one of `kinds`, each a resource, a carrier and a unit."""

    code: Take
    quantity: Take
    kinds: dict[str, tuple[Resource, Code, Unit]]


class RecommendedOption(OptionFacts):
    """A recommendation as an assessor would have put it."""

    title: Title
    option_class: Code

    def proposal(self, streams: tuple[Stream, ...]) -> Proposal:
        plain = set(type(self).model_fields) - {"streams"}
        return Proposal(**{name: getattr(self, name) for name in plain}, streams=streams)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A recommendation with what the company decided on it, and the labels of its row."""

    key: str
    option: RecommendedOption
    decision: Decision
    reason_code: str | None
    occurrence: Occurrence
    labels: tuple[str, ...]
    understood: dict[str, Any]


class RecommendationMapping(Section):
    """A row of the recommendations' file; `decisions` says what each status means here, `` for an empty one."""

    row_key: Take
    assessment_key: Take
    year: Take
    title: Take
    option_class: Take
    code: Take | None = None
    code_scheme: Take | None = None
    investment: Take | None = None
    annual_saving: Take | None = None
    status: Take
    decisions: dict[str, Decision]
    refusal_reason: Take
    stream: StreamMapping | None = None

    def recommendation(self, reading: Reading, key: str, mapping: "AssessmentsMapping") -> Recommendation:
        """What a row recommends and what became of it; raises `YearIsMissing`, or pydantic's error."""
        saving = self._money(reading, "annual_saving", mapping.currency)
        code = reading.code("code", self.code)
        option = RecommendedOption(
            title=reading.text("title", self.title) or key,
            option_class=reading.code("option_class", self.option_class) or "",
            code=code,
            code_scheme=reading.code("code_scheme", self.code_scheme) if code else None,
            investment=self._money(reading, "investment", mapping.currency),
            annual_saving=saving,
            streams=self._streams(reading, saving),
        )
        decision = self._decision(reading)
        reason = reading.text("refusal_reason", self.refusal_reason) if decision == "refused" else None
        year = mapping.year(reading, self.year)
        reading.understood |= {"decision": decision, "occurred_on": year.ends_on.isoformat()}
        labels, occurrence = tuple(dict.fromkeys(reading.labels)), Occurrence(year.ends_on, "year")
        return Recommendation(key, option, decision, reason, occurrence, labels, reading.understood)

    def _decision(self, reading: Reading) -> Decision:
        """A status nobody has given a meaning leaves the option identified."""
        status = reading.text("status", self.status) or ""
        if status and status not in self.decisions:
            reading.label("status", "not_in_table")
        return self.decisions.get(status, "identified")

    def _money(self, reading: Reading, field: str, currency: str) -> Money | None:
        figure = reading.number(field, getattr(self, field))
        if figure is None:
            return None
        reading.understood[field] = f"{figure:f} {currency}"
        return Money(amount=figure, currency=currency)

    def _streams(self, reading: Reading, saving: Money | None) -> tuple[EstimateBody, ...]:
        """What is saved, in its own unit; an unknown code is kept as a stream that nothing is computed from."""
        if self.stream is None:
            return ()
        code = reading.text("stream", self.stream.code)
        if code is None:
            return ()
        if code not in self.stream.kinds:
            reading.label("stream", "not_in_table")
        resource, carrier, unit = self.stream.kinds.get(code, (Resource.OTHER, code, "unknown"))
        quantity = reading.number("stream", self.stream.quantity)
        estimate = EstimateBody(
            stream_no=1, resource=resource, carrier=carrier, unit=unit, saving=quantity, money=saving
        )
        return (estimate,)


class AssessmentsMapping(Section):
    """`[assessments]` of a mapping: all money is in `currency`, a year ends with its `last_month`."""

    currency: Currency
    last_month: int = Field(default=12, ge=1, le=12)
    assessment: AssessmentMapping
    recommendation: RecommendationMapping

    def year(self, reading: Reading, take: Take) -> PeriodBody:
        """The twelve months that end in the year a row names; raises `YearIsMissing`."""
        text = reading.text("year", take) or ""
        if not text.isdecimal() or not 1901 <= int(text) <= 2200:
            raise YearIsMissing(year=text)
        before, last = (_month_end(year, self.last_month) for year in (int(text) - 1, int(text)))
        return PeriodBody(starts_on=before + timedelta(days=1), ends_on=last)


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
