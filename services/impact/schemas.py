"""Answers of the impact service, as JSON and as tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from chassis.http import Out
from chassis.pack import Programme
from services.impact.domain.readers import Reach
from services.impact.domain.results import Actual, OptionGroup
from services.impact.domain.stages import FUNNEL, QUANTITIES, VERDICTS, Basis, By, Status
from services.impact.domain.tables import money
from services.impact.pack import Indicator
from services.impact.queries import UNKNOWN

SUPPRESSED: Literal["suppressed"] = "suppressed"
Suppressed = Literal["suppressed"]
Figure = Annotated[Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json")]
"""An exact figure; a string in JSON."""
Table = tuple[Sequence[str], Iterable[Sequence[Any]]]


class Sum(BaseModel):
    """Amounts of one currency, never converted."""

    model_config = ConfigDict(frozen=True)
    currency: str
    amount: Figure | Suppressed


class Verdicts(BaseModel):
    """How many options carry each verdict of a measurement."""

    model_config = ConfigDict(frozen=True)
    demonstrated: int | Suppressed
    not_demonstrated: int | Suppressed
    increase_demonstrated: int | Suppressed
    refused: int | Suppressed


class FiguresOut(BaseModel):
    """A group of options: how many, of how many clients, what they cost once and save a year.

    A sum is null where no option of the group has the figure; `_unknown` counts the options where it is missing.
    """

    model_config = ConfigDict(frozen=True)
    count: int
    clients: int
    investment: list[Sum]
    investment_unknown: int
    annual_saving: list[Sum]
    annual_saving_unknown: int
    energy_mj: Figure | Suppressed | None
    energy_unknown: int
    water_m3: Figure | Suppressed | None
    water_unknown: int
    material_t: Figure | Suppressed | None
    material_unknown: int
    waste_t: Figure | Suppressed | None
    waste_unknown: int
    verdicts: Verdicts

    @classmethod
    def of(cls, group: OptionGroup, hidden: frozenset[str] = frozenset()) -> "FiguresOut":
        """The figures of a group but for those too few clients stand behind."""

        def shown(figure: str, value: Any) -> Any:
            return SUPPRESSED if figure in hidden else value

        def sums(name: str, amounts: Mapping[str, Decimal]) -> list[Sum]:
            known = sorted(amounts.items())
            return [Sum(currency=each, amount=shown(money(name, each), amount)) for each, amount in known]

        return cls(
            count=group.count,
            clients=group.clients,
            investment=sums("investment", group.investment),
            annual_saving=sums("annual_saving", group.annual_saving),
            **{name: shown(name, group.quantities.get(name)) for name in QUANTITIES},
            **{f"{name}_unknown": group.unknown.get(name, 0) for name in UNKNOWN},
            verdicts=Verdicts(**{name: shown(name, group.verdicts.get(name, 0)) for name in VERDICTS}),
        )

    def cells(self, currencies: Sequence[str]) -> list[Any]:
        """The figures in one row, an amount per currency."""
        cells: list[Any] = [self.count, self.clients]
        for sums_, unknown in (
            (self.investment, self.investment_unknown),
            (self.annual_saving, self.annual_saving_unknown),
        ):
            amounts = {each.currency: each.amount for each in sums_}
            cells += [*(amounts.get(currency) for currency in currencies), unknown]
        for name, resource in QUANTITIES.items():
            cells += [getattr(self, name), getattr(self, f"{resource}_unknown")]
        return cells + [getattr(self.verdicts, name) for name in VERDICTS]


class OptionGroupOut(BaseModel):
    """The options under a heading and a status. A heading is null where it is unknown, or without a programme."""

    model_config = ConfigDict(frozen=True)
    heading: str | int | None
    status: Status
    figures: FiguresOut | Suppressed


class Covered(BaseModel):
    """What the figures of an answer cover, and below how many clients they are suppressed; null is no limit."""

    model_config = ConfigDict(frozen=True)
    provinces: list[str] | None
    programmes: list[str] | None
    minimum_cell: int | None

    @classmethod
    def by(cls, reach: Reach, minimum: int) -> "Covered":
        return cls(
            provinces=None if reach.provinces is None else sorted(reach.provinces),
            programmes=None if reach.programmes is None else sorted(reach.programmes),
            minimum_cell=minimum if reach.is_guarded else None,
        )


class OptionsOut(Out):
    """Options by status and, unless `by` is status, by a heading."""

    by: By
    basis: Basis
    covered: Covered
    items: list[OptionGroupOut]

    def table(self) -> Table:
        shown = [item.figures for item in self.items if isinstance(item.figures, FiguresOut)]
        sums_ = [each for figures in shown for each in (*figures.investment, *figures.annual_saving)]
        currencies = sorted({each.currency for each in sums_})
        header = ["status", "count", "clients"] if self.by == "status" else [self.by, "status", "count", "clients"]
        for name in ("investment", "annual_saving"):
            header += [*(f"{name}_{currency.lower()}" for currency in currencies), f"{name}_unknown"]
        for name, resource in QUANTITIES.items():
            header += [name, f"{resource}_unknown"]
        header += VERDICTS
        return header, [self._row(item, currencies, len(header)) for item in self.items]

    def _row(self, item: OptionGroupOut, currencies: Sequence[str], width: int) -> list[Any]:
        none = "none" if self.by == "programme" else "unknown"
        head = [item.status] if self.by == "status" else [none if item.heading is None else item.heading, item.status]
        if not isinstance(item.figures, FiguresOut):
            return head + [SUPPRESSED] * (width - len(head))
        return head + item.figures.cells(currencies)


class FunnelOut(Out):
    """Different clients at each stage. `registered` is null where a programme is asked for."""

    registered: int | Suppressed | None
    requested: int | Suppressed
    assessed: int | Suppressed
    implemented: int | Suppressed
    verified: int | Suppressed
    province: str | None
    programme: str | None
    year: int | None
    covered: Covered

    def table(self) -> Table:
        return ("stage", "clients"), [(stage, getattr(self, stage)) for stage in FUNNEL]


class IndicatorOut(BaseModel):
    """A programme's target and what it has come to. Money is in the programme's currency, other currencies apart."""

    model_config = ConfigDict(frozen=True)
    code: str
    name: str
    unit: str
    target: Figure | None
    actual: Figure | Suppressed | None
    unknown: int | Suppressed | None = Field(description="options that count here and state no figure")
    other_currencies: list[Sum]

    @classmethod
    def of(cls, indicator: Indicator, target: Decimal | None, actual: Actual | None) -> "IndicatorOut":
        """`actual` None is suppressed."""
        return cls(
            code=indicator.code,
            name=indicator.name,
            unit=indicator.unit,
            target=target,
            actual=actual.value if actual else SUPPRESSED,
            unknown=actual.unknown if actual else SUPPRESSED,
            other_currencies=[
                Sum(currency=currency, amount=SUPPRESSED if amount is None else amount)
                for currency, amount in sorted(actual.others.items() if actual else ())
            ],
        )


class ProgrammeOut(Out):
    """A programme's targets beside what has been attributed to it so far."""

    code: str
    name: str
    donor: str
    starts_on: date
    ends_on: date
    currency: str
    covered: Covered
    indicators: list[IndicatorOut]

    @classmethod
    def of(cls, programme: Programme, covered: Covered, indicators: list[IndicatorOut]) -> "ProgrammeOut":
        facts = programme.model_dump(include={"code", "name", "donor", "starts_on", "ends_on", "currency"})
        return cls(**facts, covered=covered, indicators=indicators)

    def table(self) -> Table:
        header = ("indicator", "name", "unit", "target", "actual", "unknown", "other_currencies")
        return header, [
            (
                each.code,
                each.name,
                each.unit,
                each.target,
                each.actual,
                each.unknown,
                "; ".join(f"{other.currency} {other.amount}" for other in each.other_currencies),
            )
            for each in self.indicators
        ]
