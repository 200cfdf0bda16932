"""Groups of options as rows of a table: nothing added, what is unknown and what is not told kept apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

SUPPRESSED = "suppressed"
MONEY = ("investment", "annual_saving")
QUANTITIES = {
    "energy_mj": "energy",
    "water_m3": "water",
    "material_t": "material",
    "waste_t": "waste",
    "emission_t_co2e": "emission",
}
FIGURES = (*MONEY, *QUANTITIES)
STANDING = ("identified", "pending", "refused", "approved", "implemented", "verified")
"""Where options stand now, each once; what is verified comes last and apart."""
PASSED = ("identified", "approved", "implemented", "verified")
NOT_VERIFIED = ("implemented_unmeasured", "not_demonstrated", "increase_demonstrated", "measurement_refused")
"""What was implemented, by what is known of its saving."""


@dataclass(frozen=True)
class Amount:
    """One figure: a number, None for unknown, or `suppressed`; money with its currency."""

    value: Any
    currency: str | None = None


@dataclass(frozen=True)
class Row:
    """A group of options. `unknown` counts those that do not state a figure; None where that is not said."""

    name: str
    options: Any
    clients: Any = None
    amounts: Mapping[str, tuple[Amount, ...]] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    verdicts: Mapping[str, Any] | None = None

    @property
    def is_hidden(self) -> bool:
        return bool(self.options == SUPPRESSED)

    def all_of(self, figure: str) -> tuple[Amount, ...]:
        """A figure in every currency in which it is stated."""
        return self.amounts.get(figure, ())

    def amount(self, figure: str) -> Any:
        """One figure as it is drawn: how many options, or a quantity."""
        if figure == "count" or self.is_hidden:
            return self.options
        return next((each.value for each in self.all_of(figure)), None)


def empty(name: str) -> Row:
    """A group in which there is no option."""
    return Row(name, 0, 0, {}, {})


def row_of(name: str, figures: Any) -> Row:
    """A group as the results tell it; nothing of it where it is suppressed."""
    if figures == SUPPRESSED:
        return Row(name, SUPPRESSED, SUPPRESSED, {}, {})
    amounts = {each: tuple(Amount(sum_["amount"], sum_["currency"]) for sum_ in figures[each]) for each in MONEY}
    amounts |= {each: (Amount(figures[each]),) for each in QUANTITIES if figures[each] is not None}
    unknown = {each: figures[f"{each}_unknown"] for each in MONEY}
    unknown |= {each: figures[f"{resource}_unknown"] for each, resource in QUANTITIES.items()}
    return Row(name, figures["count"], figures["clients"], amounts, unknown, figures["verdicts"])


def row_of_report(group: Mapping[str, Any]) -> Row:
    """A group as a programme's report tells it."""
    amounts: dict[str, tuple[Amount, ...]] = {}
    for each in group["figures"]:
        amounts[each["figure"]] = (*amounts.get(each["figure"], ()), Amount(each["value"], each["currency"]))
    unknown = {each["figure"]: each["unknown"] for each in group["figures"]}
    return Row(group["method"] or group["stage"], group["options"], None, amounts, unknown)


def by_status(items: Iterable[Mapping[str, Any]], basis: str) -> list[Row]:
    """A row for every status, in our order; a status nobody stands at has no options."""
    found = {each["status"]: each["figures"] for each in items}
    wanted = STANDING if basis == "current" else PASSED
    return [row_of(each, found[each]) if each in found else empty(each) for each in wanted]


def by_heading(items: Iterable[Mapping[str, Any]]) -> dict[Any, dict[str, Row]]:
    """The rows under each heading, by status."""
    found: dict[Any, dict[str, Row]] = {}
    for each in items:
        found.setdefault(each["heading"], {})[each["status"]] = row_of(each["status"], each["figures"])
    return found


def unmeasured(row: Row) -> Any:
    """How many of the implemented options nobody has measured, where all verdicts are told."""
    if row.verdicts is None or row.is_hidden:
        return SUPPRESSED if row.is_hidden else None
    told = [row.verdicts[each] for each in ("not_demonstrated", "increase_demonstrated", "refused")]
    return SUPPRESSED if SUPPRESSED in told else row.options - sum(told)
