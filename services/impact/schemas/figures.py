"""Figures as JSON and as cells, and what they cover."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from services.impact.domain.readers import Reach
from services.impact.domain.results import OptionGroup
from services.impact.domain.stages import QUANTITIES, VERDICTS
from services.impact.domain.tables import money
from services.impact.queries.options import UNKNOWN

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
    emission_t_co2e: Figure | Suppressed | None = Field(description="of the energy saved")
    emission_unknown: int
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
