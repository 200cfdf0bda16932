"""What a programme has come to: its targets and actuals, and everything its donor's report says."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from chassis.http import Out
from chassis.pack import Programme
from services.impact.domain.definitions import FIGURES, FUNNEL, SAVINGS, TRAINING, of_indicator
from services.impact.domain.periods import Period
from services.impact.domain.programmes import Results
from services.impact.domain.results import Actual, OptionGroup
from services.impact.domain.stages import QUANTITIES
from services.impact.domain.tables import COUNT, money
from services.impact.pack import Indicator
from services.impact.schemas.figures import SUPPRESSED, Covered, Figure, Sum, Suppressed, Table
from services.impact.schemas.training import TrainingFiguresOut

_HUNDREDTH = Decimal("0.01")


class IndicatorOut(BaseModel):
    """A programme's target and what it has come to. Money is in the programme's currency, other currencies apart."""

    model_config = ConfigDict(frozen=True)
    code: str
    name: str
    unit: str
    currency: str | None = Field(description="of target and actual, where they are money")
    target: Figure | None
    actual: Figure | Suppressed | None
    unknown: int | Suppressed | None = Field(description="records that count here and state no figure")
    other_currencies: list[Sum]
    reached_percent: Figure | Suppressed | None = Field(description="actual in percent of the whole target")
    records: int | Suppressed = Field(description="how many records stand behind the actual")
    definition: str

    @classmethod
    def of(cls, indicator: Indicator, currency: str, target: Decimal | None, actual: Actual | None) -> "IndicatorOut":
        """`actual` None is suppressed."""
        return cls(
            code=indicator.code,
            name=indicator.name,
            unit=indicator.unit,
            currency=currency if indicator.measure in ("investment", "annual_saving") else None,
            target=target,
            actual=actual.value if actual else SUPPRESSED,
            unknown=actual.unknown if actual else SUPPRESSED,
            other_currencies=[
                Sum(currency=currency, amount=SUPPRESSED if amount is None else amount)
                for currency, amount in sorted(actual.others.items() if actual else ())
            ],
            reached_percent=_percent(actual.value, target) if actual else SUPPRESSED,
            records=actual.records if actual else SUPPRESSED,
            definition=of_indicator(indicator.measure, indicator.stage),
        )


def _percent(actual: Decimal | None, target: Decimal | None) -> Decimal | None:
    if actual is None or not target:
        return None
    return (actual * 100 / target).quantize(_HUNDREDTH, ROUND_HALF_UP)


class StepOut(BaseModel):
    """How many different companies came to a stage of the funnel."""

    model_config = ConfigDict(frozen=True)
    stage: str
    clients: int | Suppressed


class SavedOut(BaseModel):
    """A figure of a group of options, how many options state it, and of how many it is unknown."""

    model_config = ConfigDict(frozen=True)
    figure: str
    currency: str | None
    value: Figure | Suppressed
    records: int | Suppressed
    unknown: int


class SavingsOut(BaseModel):
    """What the options at a stage cost and save; by a method, those of them whose figures came about by it."""

    model_config = ConfigDict(frozen=True)
    stage: str
    method: str | None
    options: int | Suppressed
    figures: list[SavedOut]

    @classmethod
    def of(cls, stage: str, method: str | None, group: OptionGroup, hidden: frozenset[str]) -> "SavingsOut":
        """The figures of a group but for those too few clients stand behind."""
        if COUNT in hidden:
            return cls(stage=stage, method=method, options=SUPPRESSED, figures=[])
        sums: list[tuple[str, str | None, str, Decimal]] = []
        for name, amounts in (("investment", group.investment), ("annual_saving", group.annual_saving)):
            sums += [(name, currency, money(name, currency), amounts[currency]) for currency in sorted(amounts)]
        sums += [(name, None, name, group.quantities[name]) for name in QUANTITIES if name in group.quantities]
        return cls(
            stage=stage,
            method=method,
            options=group.count,
            figures=[
                SavedOut(
                    figure=name,
                    currency=currency,
                    value=SUPPRESSED if figure in hidden else amount,
                    records=SUPPRESSED if figure in hidden else group.stated.get(figure, 0),
                    unknown=group.unknown.get(QUANTITIES.get(name, name), 0),  # type: ignore[call-overload]
                )
                for name, currency, figure, amount in sums
            ],
        )


class PeriodOut(BaseModel):
    """Whole calendar years, the first and the last."""

    model_config = ConfigDict(frozen=True)
    first: int
    last: int


class MadeOut(BaseModel):
    """When an answer was made, for whom, and from which data."""

    model_config = ConfigDict(frozen=True)
    at: datetime
    by: str = Field(description="the deployment it comes from")
    readers: str = Field(description="centre: every figure; outside: without those of few companies or people")
    data: str


class ProgrammeOut(Out):
    """A programme's targets beside what has been attributed to it, in a period or (null) altogether so far."""

    code: str
    name: str
    donor: str
    starts_on: date
    ends_on: date
    currency: str
    period: PeriodOut | None
    made: MadeOut
    covered: Covered
    indicators: list[IndicatorOut]
    funnel: list[StepOut]
    savings: list[SavingsOut] = Field(description="what is not verified first")
    training: TrainingFiguresOut
    definitions: dict[str, str]

    @classmethod
    def of(
        cls,
        programme: Programme,
        period: Period | None,
        covered: Covered,
        made: MadeOut,
        indicators: list[IndicatorOut],
        results: Results,
    ) -> "ProgrammeOut":
        facts = programme.model_dump(include={"code", "name", "donor", "starts_on", "ends_on", "currency"})
        return cls(
            **facts,
            period=PeriodOut(first=period.first, last=period.last) if period else None,
            made=made,
            covered=covered,
            indicators=indicators,
            funnel=[StepOut(stage=stage, clients=_shown(results.funnel.get(stage, 0))) for stage in FUNNEL],
            savings=_savings(results),
            training=TrainingFiguresOut.of(results.training, results.hidden_training),
            definitions=_definitions(indicators),
        )

    def table(self) -> Table:
        header = ("indicator", "name", "unit", "target", "actual", "unknown", "other_currencies")
        return (*header, "reached_percent", "records", "definition"), [
            (
                each.code,
                each.name,
                each.unit,
                each.target,
                each.actual,
                each.unknown,
                "; ".join(f"{other.currency} {other.amount}" for other in each.other_currencies),
                each.reached_percent,
                each.records,
                each.definition,
            )
            for each in self.indicators
        ]


def _shown(clients: int | None) -> int | Suppressed:
    return SUPPRESSED if clients is None else clients


def _savings(results: Results) -> list[SavingsOut]:
    """Every stage, and after it its parts by method."""
    found: list[SavingsOut] = []
    for stage, (column, _, _) in SAVINGS.items():
        parts = sorted(name for name in results.options if name.startswith(f"{column}/"))
        for at in (column, *parts):
            method = at.rpartition("/")[2] if at != column else None
            group = results.options.get(at, OptionGroup())
            found.append(SavingsOut.of(stage, method, group, results.hidden_at(at)))
    return found


def _definitions(indicators: list[IndicatorOut]) -> dict[str, str]:
    """Every figure by the name it bears in the answer."""
    found: dict[str, str] = {f"indicators.{each.code}": each.definition for each in indicators}
    parts: Mapping[str, Mapping[str, Any]] = {
        "funnel": FUNNEL,
        "savings": {stage: meaning for stage, (_, _, meaning) in SAVINGS.items()},
        "figures": FIGURES,
        "training": TRAINING,
    }
    return found | {f"{part}.{name}": text for part, texts in parts.items() for name, text in texts.items()}
