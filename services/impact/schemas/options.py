"""Answers about companies and options, as JSON and as tables."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from chassis.http import Out
from services.impact.domain.stages import FUNNEL, QUANTITIES, VERDICTS, Basis, By, Status
from services.impact.schemas.figures import SUPPRESSED, Covered, FiguresOut, Suppressed, Table


class OptionGroupOut(BaseModel):
    """The options under a heading and a status. A heading is null where it is unknown, or without a programme."""

    model_config = ConfigDict(frozen=True)
    heading: str | int | None
    status: Status
    figures: FiguresOut | Suppressed


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
