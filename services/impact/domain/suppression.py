"""Small groups stay hidden, and enough beside them that no subtraction gives them back."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


class Cell(NamedTuple):
    """A place in a table of results: under a heading, in a column. `heading` None is unknown, `TOTAL` all together."""

    heading: object
    column: str


TOTAL = "total of all headings"
PRIME = 2**61 - 1


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
    while sum(map(table.protect, known)) or table.protect_together(known):
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
        free = [cell for cell in cells if cell in self.clients and not (cell in self.hidden or cell in self.settled)]
        if free:
            self.hidden.add(min(free, key=lambda cell: (self.clients[cell], str(cell))))
        return bool(free)

    def _is_small(self, cell: Cell) -> bool:
        return self.clients[cell] < self.minimum


def determined(hidden: Collection[Cell], sums: Iterable[Sum]) -> set[Cell]:
    """The hidden cells whose value follows from everything shown.

    Tables that look the same outside differ by a vector that every sum maps to nothing. Where a generic one of these
    vectors is zero, all of them are, and the cell is known. Computed modulo a prime; short sums first keep rows short.
    """
    rows: dict[Cell, dict[Cell, int]] = {}
    for each in sorted(sums, key=lambda sum_: len(sum_.parts)):
        row = {part: 1 for part in each.parts if part in hidden}
        if each.total in hidden:
            row[each.total] = PRIME - 1
        while (known := next((cell for cell in row if cell in rows), None)) is not None:
            _replace(row, known, rows[known])
        if row:
            pivot, factor = row.popitem()
            scale = -pow(factor, -1, PRIME)
            rows[pivot] = {cell: value * scale % PRIME for cell, value in row.items()}
    free = sorted({cell for row in rows.values() for cell in row} - rows.keys(), key=str)
    values = {cell: pow(7, number, PRIME) for number, cell in enumerate(free, start=1)}
    for pivot, row in reversed(rows.items()):
        values[pivot] = sum(values[cell] * factor for cell, factor in row.items()) % PRIME
    return {cell for cell, value in values.items() if value == 0}


def _replace(row: dict[Cell, int], known: Cell, by: Mapping[Cell, int]) -> None:
    """Put in place of a cell what another row says it is."""
    factor = row.pop(known)
    for cell, value in by.items():
        row[cell] = (row.get(cell, 0) + factor * value) % PRIME
        if not row[cell]:
            del row[cell]
