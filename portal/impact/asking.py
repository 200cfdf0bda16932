"""What of the results a visitor asks to see: the filters in the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

By = Literal["status", "province", "isic_division", "year", "programme"]
Basis = Literal["current", "reached"]
OfTraining = Literal["programme", "province", "year"]
Word = TypeVar("Word", bound=str)
FILTERS: tuple[By, ...] = ("province", "isic_division", "year", "programme")
"""One at a time: crossed ones make groups so small that nothing could be told of them."""
OF_FUNNEL = ("province", "year", "programme")
OF_TRAINING: tuple[OfTraining, ...] = ("programme", "province", "year")
"""The first is what training is told by where nothing else is asked for."""
COMPARED: tuple[By, ...] = ("province", "isic_division", "programme")
BASES: tuple[Basis, ...] = ("current", "reached")
FIGURES = ("count", "energy_mj", "water_m3", "material_t", "waste_t", "emission_t_co2e")
"""What can be drawn by year: amounts of money cannot, for each currency stands for itself."""


@dataclass(frozen=True)
class Asked:
    """`filter` and `value`: what the results are narrowed to; `by` what is compared, `is_whole` without an end;
    `figure` what is drawn by year."""

    filter: By | None
    value: str | None
    is_crossed: bool
    by: By
    basis: Basis
    figure: str
    is_whole: bool

    @classmethod
    def of(cls, address: Mapping[str, str]) -> "Asked":
        """Whatever an address says that is none of ours is not there. Crossed filters narrow nothing."""
        given = [(name, address[name]) for name in FILTERS if address.get(name)]
        name, value = given[0] if len(given) == 1 else (None, None)
        return cls(
            filter=name,
            value=value,
            is_crossed=len(given) > 1,
            by=_one_of(COMPARED, address.get("by")),
            basis=_one_of(BASES, address.get("basis")),
            figure=_one_of(FIGURES, address.get("figure")),
            is_whole=address.get("all") == "yes",
        )

    @property
    def funnel(self) -> dict[str, Any]:
        """How the funnel is asked for."""
        return {self.filter: self.value} if self.filter in OF_FUNNEL else {}

    @property
    def grouping(self) -> By:
        """By what options are asked for, so that the group that is meant is among them."""
        return self.filter or "status"

    @property
    def training(self) -> OfTraining:
        return _one_of(OF_TRAINING, self.filter)

    def is_meant(self, heading: object) -> bool:
        """Whether a heading of the answer is the one that the results are narrowed to."""
        return self.filter is None or str(heading) == self.value


def _one_of(words: tuple[Word, ...], asked: str | None) -> Word:
    return next((each for each in words if each == asked), words[0])
