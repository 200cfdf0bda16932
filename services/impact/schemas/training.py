"""Answers about training, as JSON and as a table."""

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from chassis.http import Out
from services.impact.domain.people import FIGURES, SHARE_RESTS_ON, Group
from services.impact.domain.stages import TrainingBy
from services.impact.schemas.figures import SUPPRESSED, Covered, Figure, Suppressed, Table

COLUMNS = (
    "sessions",
    "people",
    "women",
    "sex_unstated",
    "women_share",
    "certificates_issued",
    "certificates_valid",
    "certificates_revoked",
    "certificates_expired",
)


class TrainingFiguresOut(BaseModel):
    """Sessions held, different people trained, and certificates issued with what became of them."""

    model_config = ConfigDict(frozen=True)
    sessions: int
    people: int | Suppressed
    women: int | Suppressed
    sex_unstated: int | Suppressed
    women_share: Figure | Suppressed | None = Field(description="percent of the people whose sex is stated")
    certificates_issued: int | Suppressed
    certificates_valid: int | Suppressed
    certificates_revoked: int | Suppressed
    certificates_expired: int | Suppressed

    @classmethod
    def of(cls, group: Group, hidden: Collection[str] = ()) -> "TrainingFiguresOut":
        """The figures of a group but for those that would tell of too few people."""
        counts: dict[str, Any] = {name: SUPPRESSED if name in hidden else group.count(name) for name in FIGURES}
        share = group.women_share if SHARE_RESTS_ON.isdisjoint(hidden) else SUPPRESSED
        return cls(sessions=group.sessions, women_share=share, **counts)

    def records(self, figure: str) -> int | Suppressed:
        """How many records stand behind a figure: sessions, people or certificates."""
        if figure != "women_share":
            return int(found) if (found := getattr(self, figure)) != SUPPRESSED else SUPPRESSED
        if isinstance(self.people, str) or isinstance(self.sex_unstated, str) or self.women_share == SUPPRESSED:
            return SUPPRESSED
        return self.people - self.sex_unstated


class TrainingGroupOut(BaseModel):
    """Training under a heading; null is unknown, or without a programme."""

    model_config = ConfigDict(frozen=True)
    heading: str | int | None
    figures: TrainingFiguresOut


class TrainingOut(Out):
    """Training by a heading, and altogether. In `covered`, the minimum counts people."""

    by: TrainingBy
    covered: Covered
    total: TrainingFiguresOut
    items: list[TrainingGroupOut]

    def table(self) -> Table:
        none = "none" if self.by == "programme" else "unknown"
        named = [(none if each.heading is None else each.heading, each.figures) for each in self.items]
        rows = [(heading, *_cells(figures)) for heading, figures in [*named, ("total", self.total)]]
        return (self.by, *COLUMNS), rows


def _cells(figures: TrainingFiguresOut) -> list[Any]:
    return [getattr(figures, name) for name in COLUMNS]
