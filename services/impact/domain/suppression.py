"""Small groups stay hidden, and enough beside them that no subtraction gives them back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple


class Cell(NamedTuple):
    """A place in a table of results: under a heading, in a column. `heading` None is unknown, `TOTAL` all together."""

    heading: object
    column: str


TOTAL = "total of all headings"


@dataclass(frozen=True, slots=True)
class Sum:
    """What a reader can subtract along: the total is the sum of its parts."""

    total: Cell
    parts: tuple[Cell, ...]


def hide(
    clients: Mapping[Cell, int], sums: Sequence[Sum], minimum: int, *, settled: Mapping[Cell, bool] | None = None
) -> frozenset[Cell]:
    """The cells nobody shall see, by how many clients stand behind each.

    First those with fewer than `minimum` clients. Then, until nothing changes, the smallest cell beside them in every
    sum that would give them back, alone or together with other sums. `settled` cells were decided before
    (True: hidden). An empty cell hides nobody.
    """
    table = _Table({cell: count for cell, count in clients.items() if count > 0}, minimum, settled or {})
    known = [each for each in sums if each.total in table.clients]
    while any(table.protect(each) for each in known) or table.protect_together(known):
        pass
    return frozenset(table.hidden)


@dataclass
class _Table:
    clients: Mapping[Cell, int]
    minimum: int
    settled: Mapping[Cell, bool]
    hidden: set[Cell] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.hidden = {cell for cell in self.clients if self.settled.get(cell, self._is_small(cell))}

    def protect(self, sum_: Sum) -> bool:
        """Hide one cell more of a sum that gives away a small group; whether there was one."""
        parts = [cell for cell in sum_.parts if cell in self.clients]
        hidden = [cell for cell in (sum_.total, *parts) if cell in self.hidden]
        if not hidden or self._covers(hidden):
            return False
        if all(part in self.hidden for part in parts) and (sum_.total in self.hidden or len(parts) > 1):
            return False  # what is left is the whole, and the whole was judged by itself
        return self._hide_smallest(parts) or self._hide_smallest([sum_.total])

    def protect_together(self, sums: Sequence[Sum]) -> bool:
        """The same for what only several sums together give away."""
        more = False
        for cell in sorted(filter(self._is_small, determined(self.hidden, sums)), key=str):
            beside = [each for each in sums if cell in (each.total, *each.parts)]
            more |= (
                self._hide_smallest(part for each in beside for part in each.parts)
                or self._hide_smallest(each.total for each in beside)
                or self._hide_smallest(part for each in sums for part in each.parts)
            )
        return more

    def _covers(self, hidden: Collection[Cell]) -> bool:
        """Whether what a subtraction leaves speaks of several cells, and of enough clients."""
        return len(hidden) > 1 and any(not self._is_small(cell) for cell in hidden)

    def _hide_smallest(self, cells: Iterable[Cell]) -> bool:
        free = [cell for cell in cells if cell in self.clients and cell not in self.hidden | self.settled.keys()]
        if free:
            self.hidden.add(min(free, key=lambda cell: (self.clients[cell], str(cell))))
        return bool(free)

    def _is_small(self, cell: Cell) -> bool:
        return self.clients[cell] < self.minimum


def determined(hidden: Collection[Cell], sums: Iterable[Sum]) -> set[Cell]:
    """The hidden cells whose value follows from everything shown (Gauss-Jordan elimination over the sums)."""
    rows: dict[Cell, dict[Cell, Fraction]] = {}
    for each in sums:
        row = {part: Fraction(1) for part in each.parts if part in hidden}
        if each.total in hidden:
            row[each.total] = Fraction(-1)
        for known in [cell for cell in row if cell in rows]:
            _subtract(row, rows[known], row[known])
        if row:
            pivot = next(iter(row))
            row = {cell: factor / row[pivot] for cell, factor in row.items()}
            for other in rows.values():
                if pivot in other:
                    _subtract(other, row, other[pivot])
            rows[pivot] = row
    return {pivot for pivot, row in rows.items() if len(row) == 1}


def _subtract(row: dict[Cell, Fraction], other: Mapping[Cell, Fraction], factor: Fraction) -> None:
    for cell, value in other.items():
        row[cell] = row.get(cell, Fraction(0)) - factor * value
        if not row[cell]:
            del row[cell]
