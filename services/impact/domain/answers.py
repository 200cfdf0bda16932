"""Counts of people who may be in several groups at once: what of them can be told without telling of a few."""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.impact.domain.suppression import PRIME, Cell

Question = tuple[Cell, frozenset[Hashable]]
Row = dict[int, int]


def unanswered(questions: Sequence[Question], minimum: int) -> frozenset[Cell]:
    """The questions "how many are there?" that get no answer, decided one by one in their order.

    Those that cannot be told apart by the answers given form a class. A question is answered if the answers, counted
    over the classes of at least `minimum` people alone, still do not follow from each other: then whatever is computed
    from them, by any sums and differences, speaks of at least one such class. An empty group is answered, and so is
    what follows from the answers before it.
    """
    sizes, groups = _atoms(questions)
    answers = _Answers(sizes, minimum)
    asked = zip(questions, groups, strict=True)
    return frozenset(cell for (cell, people), group in asked if people and not answers.take(group))


def _atoms(questions: Sequence[Question]) -> tuple[list[int], list[frozenset[int]]]:
    """People whom no question tells apart as one, how many each stands for, and the questions over them."""
    asked: dict[Hashable, list[int]] = {}
    for number, (_, people) in enumerate(questions):
        for person in people:
            asked.setdefault(person, []).append(number)
    atoms = Counter(tuple(numbers) for numbers in asked.values())
    groups: list[set[int]] = [set() for _ in questions]
    for atom, numbers in enumerate(atoms):
        for number in numbers:
            groups[number].add(atom)
    return list(atoms.values()), [frozenset(each) for each in groups]


@dataclass(slots=True)
class _Class:
    """People whom no answer tells apart: their atoms, and how many they are."""

    atoms: set[int] = field(default_factory=set)
    people: int = 0


Inside = Mapping[int, _Class]
"""What of each class is in a group."""


@dataclass
class _Answers:
    """The answers given so far, as rows over the classes, brought to a form in which each has a large class of its own.

    Row and class at a pivot are 1, and no other row has that class: so they depend on each other nowhere. Modulo a
    prime, each row is a combination of the counts told.
    """

    sizes: Sequence[int]
    minimum: int
    classes: list[_Class] = field(default_factory=list)
    of: list[int] = field(default_factory=list)
    rows: dict[int, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.classes = [_Class(set(range(len(self.sizes))), sum(self.sizes))]
        self.of = [0] * len(self.sizes)

    def take(self, group: frozenset[int]) -> bool:
        """Whether the question is answered; if so, the answer is one of those given."""
        inside = self._inside(group)
        if not self._keep_pivots(inside):
            return False
        rest = dict(self._rest(inside))
        large = [part for part, value in rest.items() if value and self._is_large(part, inside)]
        if not large:
            return not any(rest.values())
        numbers = self._split(inside)
        row = {numbers[part]: value for part, value in rest.items() if value}
        self._add(row, numbers[min(large)])
        return True

    def _inside(self, group: frozenset[int]) -> dict[int, _Class]:
        """What of each class is in the group."""
        found: dict[int, _Class] = {}
        for atom in group:
            part = found.setdefault(self.of[atom], _Class())
            part.atoms.add(atom)
            part.people += self.sizes[atom]
        return found

    def _is_large(self, part: tuple[int, bool], inside: Inside) -> bool:
        """Whether what of a class is inside the group, or outside it, is large."""
        number, is_inside = part
        within = inside[number].people if number in inside else 0
        return (within if is_inside else self.classes[number].people - within) >= self.minimum

    def _large_part(self, number: int, inside: Inside) -> tuple[int, bool] | None:
        """A part of a class that is still large."""
        return next((part for part in ((number, False), (number, True)) if self._is_large(part, inside)), None)

    def _keep_pivots(self, inside: Inside) -> bool:
        """Give every row a class of its own that stays large on one side; whether there are any."""
        for pivot in list(self.rows):
            if pivot in inside and self._large_part(pivot, inside) is None:
                row = self.rows[pivot]
                other = next((each for each in sorted(row) if self._large_part(each, inside) is not None), None)
                if other is None:
                    return False
                self._add(self.rows.pop(pivot), other)
        return True

    def _rest(self, inside: Inside) -> Iterator[tuple[tuple[int, bool], int]]:
        """What of the question does not follow from the rows, by the parts it splits the classes into."""
        known: Row = {}
        for pivot, row in self.rows.items():
            part = self._large_part(pivot, inside)
            if part is not None and part[1]:
                for number, value in row.items():
                    known[number] = (known.get(number, 0) + value) % PRIME
        for number in known.keys() | inside.keys():
            within, value = inside[number].people if number in inside else 0, known.get(number, 0)
            if within:
                yield (number, True), (1 - value) % PRIME
            if within < self.classes[number].people:
                yield (number, False), -value % PRIME

    def _split(self, inside: Inside) -> dict[tuple[int, bool], int]:
        """Tell the parts of classes apart; returns the number of each part."""
        numbers = {(number, is_inside): number for number in range(len(self.classes)) for is_inside in (False, True)}
        for number, within in inside.items():
            whole = self.classes[number]
            if within.people == whole.people:
                continue
            fresh = numbers[number, True] = len(self.classes)
            whole.atoms -= within.atoms
            whole.people -= within.people
            self.classes.append(within)
            for atom in within.atoms:
                self.of[atom] = fresh
            for row in self.rows.values():
                if number in row:
                    row[fresh] = row[number]
        self.rows = {self._pivot(pivot, numbers): row for pivot, row in self.rows.items()}
        return numbers

    def _pivot(self, number: int, numbers: Mapping[tuple[int, bool], int]) -> int:
        """The part of a pivot that is large."""
        return number if self.classes[number].people >= self.minimum else numbers[number, True]

    def _add(self, row: Row, pivot: int) -> None:
        """A row more, with this class of its own: it is taken out of the others."""
        scale = pow(row[pivot], -1, PRIME)
        own = {number: value * scale % PRIME for number, value in row.items()}
        for other in self.rows.values():
            factor = other.get(pivot, 0)
            if factor:
                for number, value in own.items():
                    left = (other.get(number, 0) - factor * value) % PRIME
                    if left:
                        other[number] = left
                    else:
                        other.pop(number, None)
        self.rows[pivot] = own
