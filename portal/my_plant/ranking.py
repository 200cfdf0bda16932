"""A company's options in the order in which it decides: what pays back soonest comes first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

DECIDED_LATER, DECIDED, DONE = ("identified", "pending"), ("approved",), ("implemented", "verified")
SHOWN = 3
QUANTITIES = {"energy_mj": "energy", "water_m3": "water", "material_t": "material", "waste_t": "waste"}
_AFTER_ALL = Decimal("Infinity")


@dataclass(frozen=True)
class Saved:
    """What an option saves of one resource in a year, in its reporting unit."""

    resource: str
    figure: str
    amount: Decimal


@dataclass(frozen=True)
class Choice:
    """An option as its company sees it. `verbs` are what the company may do with it now."""

    option_id: str
    title: str
    option_class: str
    status: str
    payback: Mapping[str, Any]
    saving: Mapping[str, Any] | None
    investment: Mapping[str, Any] | None
    saved: tuple[Saved, ...]
    emission: Decimal | None
    emission_is_whole: bool
    """Whether the factor of every carrier is known, so that the emissions are all there are."""
    verbs: tuple[str, ...]
    done_on: str | None
    verdict: str | None

    @property
    def rank(self) -> tuple[int, Decimal, str, str]:
        """At once, then by years, then what never pays back, then what nobody knows."""
        word, years = self.payback["word"], self.payback.get("value")
        order = {"immediate": 0, "value": 1, "none": 2}.get(word, 3)
        return order, Decimal(years) if years is not None else _AFTER_ALL, self.title, self.option_id


@dataclass(frozen=True)
class Choices:
    """All options of a company: those still open by rank, then what was done, then what was refused."""

    open: tuple[Choice, ...]
    done: tuple[Choice, ...]
    refused: tuple[Choice, ...]

    @classmethod
    def of(cls, options: Iterable[Mapping[str, Any]], approved: frozenset[str]) -> "Choices":
        """`approved` are the assessments whose options are decided on now."""
        every = sorted((choice_of(each, approved) for each in options), key=lambda each: each.rank)
        return cls(
            open=tuple(each for each in every if each.status in (*DECIDED_LATER, *DECIDED)),
            done=tuple(each for each in every if each.status in DONE),
            refused=tuple(each for each in every if each.status == "refused"),
        )

    @property
    def first(self) -> tuple[Choice, ...]:
        """The few to look at now."""
        return self.open[:SHOWN]

    @property
    def later(self) -> tuple[Choice, ...]:
        return self.open[SHOWN:]

    @property
    def waiting(self) -> tuple[Choice, ...]:
        """Those that nobody has said anything about yet."""
        return tuple(each for each in self.open if each.status == "identified" and each.verbs)

    @property
    def to_do(self) -> tuple[Choice, ...]:
        return tuple(each for each in self.open if each.status == "approved")

    @property
    def verified(self) -> tuple[Choice, ...]:
        return tuple(each for each in self.done if each.status == "verified")


def choice_of(option: Mapping[str, Any], approved: frozenset[str]) -> Choice:
    """An option of the API's as its company sees it."""
    streams, done = option["streams"], option["implementation"]
    factors = [Decimal(each["emission_t_co2e"]) for each in streams if each["emission_t_co2e"] is not None]
    verdicts = [each["result"]["verdict"] for each in option["verifications"]]
    return Choice(
        option_id=option["option_id"],
        title=option["title"],
        option_class=option["option_class"],
        status=option["status"],
        payback=option["profitability"]["payback_years"],
        saving=option["annual_saving"],
        investment=(done or {}).get("investment") or option["investment"],
        saved=tuple(
            Saved(resource, figure, sum(amounts, Decimal(0)))
            for figure, resource in QUANTITIES.items()
            if (amounts := [Decimal(each[figure]) for each in streams if each[figure] is not None])
        ),
        emission=sum(factors, Decimal(0)) if factors else None,
        emission_is_whole=all(each["emission_t_co2e"] is not None for each in streams if each["energy_mj"] is not None),
        verbs=verbs_of(option["status"], decided=option["assessment_id"] in approved),
        done_on=done["occurrence"]["on"] if done else None,
        verdict=verdicts[-1] if verdicts else None,
    )


def verbs_of(status: str, *, decided: bool) -> tuple[str, ...]:
    """What a company may do with an option; nothing before its assessment is approved."""
    if not decided:
        return ()
    match status:
        case "identified":
            return ("approve", "postpone", "implement", "refuse")
        case "pending":
            return ("approve", "implement", "refuse")
        case "approved":
            return ("implement", "refuse")
        case _:
            return ()
