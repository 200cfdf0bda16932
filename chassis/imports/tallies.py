"""What became of the rows of an import: counts, oddities, refusals, and what a preview shows of the first of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.imports.rows import Fault, Row

REGISTERED, ALREADY_THERE, REFUSED = "registered", "already_there", "refused"
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A row as a preview shows it: what would become of it, and its values as they were understood."""

    row: int
    outcome: str
    values: Mapping[str, Any]
    labels: tuple[str, ...] = ()
    fault: Fault | None = None

    def shown(self) -> dict[str, Any]:
        fault = self.fault or Fault("", "")
        told = {"code": fault.code, "sentence": fault.sentence, "column": fault.column}
        labels, values = list(self.labels), dict(self.values)
        return {"row": self.row, "outcome": self.outcome, **told, "labels": labels, "values": values}


@dataclass
class Tally:
    """What became of rows: counts per file, oddities with the first rows that show them, rows refused, and what was
    `seen` of each row."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)
    oddities: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    refused: list[tuple[str, Row, Fault]] = field(default_factory=list)
    seen: list[tuple[str, Glimpse]] = field(default_factory=list)

    def count(
        self,
        file: str,
        outcome: str,
        labels: Iterable[str] = (),
        row: Row | None = None,
        understood: Mapping[str, Any] | None = None,
    ) -> None:
        """A row was taken in, or there already; its labels are counted where it is taken in."""
        self.counts.setdefault(file, Counter())[outcome] += 1
        labels = tuple(dict.fromkeys(labels))
        for label in labels:
            self._label(file, label, 1, [row.number] if row else [])
        if row is not None:
            self.seen.append((file, Glimpse(row.number, outcome, understood or {}, labels)))

    def refuse(self, file: str, row: Row, fault: Fault, understood: Mapping[str, Any] | None = None) -> None:
        """A row was refused."""
        self.counts.setdefault(file, Counter())[REFUSED] += 1
        self.refused.append((file, row, fault))
        self.seen.append((file, Glimpse(row.number, REFUSED, understood or {}, fault=fault)))

    def add(self, other: "Tally") -> None:
        """Go on with what another part of the rows came to."""
        self.refused += other.refused
        self.seen += other.seen
        for file, counts in other.counts.items():
            self.counts.setdefault(file, Counter()).update(counts)
        for file, labels in other.oddities.items():
            for label, (times, *examples) in labels.items():
                self._label(file, label, times, examples)

    def _label(self, file: str, label: str, times: int, examples: list[int]) -> None:
        known = self.oddities.setdefault(file, {}).setdefault(label, [0])
        known[0] += times
        known += examples[: EXAMPLES + 1 - len(known)]


class Preview:
    """The first rows of each file, as many as were asked for: rows need not be met in their order."""

    def __init__(self, most: int, kept: Mapping[str, list[dict[str, Any]]]) -> None:
        self._most = most
        self._rows = {file: {each["row"]: each for each in shown} for file, shown in kept.items()}

    def add(self, seen: Iterable[tuple[str, Glimpse]]) -> None:
        if self._most == 0:
            return
        for file, glimpse in seen:
            rows = self._rows.setdefault(file, {})
            if len(rows) < self._most or glimpse.row < max(rows):
                rows[glimpse.row] = glimpse.shown()
            if len(rows) > self._most:
                del rows[max(rows)]

    def shown(self) -> dict[str, list[dict[str, Any]]]:
        return {file: [rows[number] for number in sorted(rows)] for file, rows in self._rows.items()}
