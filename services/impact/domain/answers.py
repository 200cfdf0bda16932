"""Counts of people who may be in several groups at once: what of them can be told without telling of a few."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.impact.domain.suppression import PRIME, Cell

Question = tuple[Cell, frozenset[Hashable]]
Row = dict[int, int]


def itself(person: Hashable) -> Hashable:
    """Whose record a person is."""
    return person


def unanswered(
    questions: Sequence[Question], minimum: int, whose: Callable[[Hashable], Hashable] = itself
) -> frozenset[Cell]:
    """The questions "how many are there?" that get no answer, decided one by one in their order.

    Counted are people, or records of which one person may have several: `whose` says which person's a record is.

    Those that cannot be told apart by the answers given form a class. A question is answered if the answers, counted
    over the classes of at least `minimum` people alone, still do not follow from each other: then whatever is computed
    from them, by any sums and differences, speaks of at least one such class. An empty group is answered, and so is
    what follows from the answers before it.
    """
    people, groups = _atoms(questions, whose)
    answers = _Answers(people, minimum)
    asked = zip(questions, groups, strict=True)
    return frozenset(cell for (cell, records), group in asked if records and not answers.take(group))


def _atoms(
    questions: Sequence[Question], whose: Callable[[Hashable], Hashable]
) -> tuple[list[set[Hashable]], list[frozenset[int]]]:
    """Records that no question tells apart as one, the people behind each, and the questions over them."""
    asked: dict[Hashable, tuple[int, ...]] = {}
    for number, (_, records) in enumerate(questions):
        for record in records:
            asked[record] = (*asked.get(record, ()), number)
    atoms: dict[tuple[int, ...], set[Hashable]] = {}
    for record, numbers in asked.items():
        atoms.setdefault(numbers, set()).add(whose(record))
    groups: list[set[int]] = [set() for _ in questions]
    for atom, numbers in enumerate(atoms):
        for number in numbers:
            groups[number].add(atom)
    return list(atoms.values()), [frozenset(each) for each in groups]


Class = set[int]
"""Records that no answer tells apart: their atoms."""
Inside = Mapping[int, Class]
"""What of each class is in a group."""


@dataclass
class _Answers:
    """The answers given so far, as rows over the classes, brought to a form in which each has a large class of its own.

    Row and class at a pivot are 1, and no other row has that class: so they depend on each other nowhere. Modulo a
    prime, each row is a combination of the counts told.
    """

    people: Sequence[set[Hashable]]
    minimum: int
    classes: list[Class] = field(default_factory=list)
    of: list[int] = field(default_factory=list)
    rows: dict[int, Row] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.classes = [set(range(len(self.people)))]
        self.of = [0] * len(self.people)

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

    def _inside(self, group: frozenset[int]) -> dict[int, Class]:
        """What of each class is in the group."""
        found: dict[int, Class] = {}
        for atom in group:
            found.setdefault(self.of[atom], set()).add(atom)
        return found

    def _are_many(self, atoms: Iterable[int]) -> bool:
        """Whether at least `minimum` people stand behind these atoms."""
        people: set[Hashable] = set()
        for atom in atoms:
            people |= self.people[atom]
            if len(people) >= self.minimum:
                return True
        return False

    def _is_large(self, part: tuple[int, bool], inside: Inside) -> bool:
        """Whether what of a class is inside the group, or outside it, is large."""
        number, is_inside = part
        within = inside.get(number, set())
        return self._are_many(within if is_inside else (each for each in self.classes[number] if each not in within))

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
            within, value = len(inside.get(number, ())), known.get(number, 0)
            if within:
                yield (number, True), (1 - value) % PRIME
            if within < len(self.classes[number]):
                yield (number, False), -value % PRIME

    def _split(self, inside: Inside) -> dict[tuple[int, bool], int]:
        """Tell the parts of classes apart; returns the number of each part."""
        numbers = {(number, is_inside): number for number in range(len(self.classes)) for is_inside in (False, True)}
        for number, within in inside.items():
            whole = self.classes[number]
            if len(within) == len(whole):
                continue
            fresh = numbers[number, True] = len(self.classes)
            whole -= within
            self.classes.append(within)
            for atom in within:
                self.of[atom] = fresh
            for row in self.rows.values():
                if number in row:
                    row[fresh] = row[number]
        self.rows = {self._pivot(pivot, numbers): row for pivot, row in self.rows.items()}
        return numbers

    def _pivot(self, number: int, numbers: Mapping[tuple[int, bool], int]) -> int:
        """The part of a pivot that is large."""
        return number if self._are_many(self.classes[number]) else numbers[number, True]

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
