"""Counts of people who may be in several groups at once: what of them can be told without telling of a few."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence

from services.impact.domain.suppression import PRIME, Cell

Question = tuple[Cell, frozenset[Hashable]]


def unanswered(questions: Sequence[Question], minimum: int) -> frozenset[Cell]:
    """The questions "how many are there?" that get no answer, decided one by one in their order.

    Those that cannot be told apart by the answers given form a class. A question is answered if the answers, counted
    over the classes of at least `minimum` people alone, still do not follow from each other: then whatever is computed
    from them, by any sums and differences, speaks of at least one such class. An empty group is answered, and so is
    what follows from the answers before it.
    """
    sizes, groups = _atoms(questions)
    told: list[frozenset[int]] = []
    silent: set[Cell] = set()
    for (cell, people), group in zip(questions, groups, strict=True):
        if not people:
            continue
        asked = [*told, group]
        classes = _classes(asked, sizes)
        if _rank(asked, classes, 1) == len(told):
            continue
        if _rank(asked, classes, minimum) == len(asked):
            told = asked
        else:
            silent.add(cell)
    return frozenset(silent)


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


def _classes(asked: Sequence[frozenset[int]], sizes: Sequence[int]) -> Mapping[tuple[int, ...], int]:
    """How many people each pattern of answers has in it."""
    patterns: dict[int, list[int]] = {}
    for number, group in enumerate(asked):
        for atom in group:
            patterns.setdefault(atom, []).append(number)
    classes: dict[tuple[int, ...], int] = {}
    for atom, numbers in patterns.items():
        pattern = tuple(numbers)
        classes[pattern] = classes.get(pattern, 0) + sizes[atom]
    return classes


def _rank(asked: Sequence[frozenset[int]], classes: Mapping[tuple[int, ...], int], least: int) -> int:
    """How many of the questions do not follow from the others over the classes of at least this size."""
    rows: list[dict[int, int]] = [{} for _ in asked]
    for number, (pattern, size) in enumerate(classes.items()):
        if size >= least:
            for each in pattern:
                rows[each][number] = 1
    return _independent(rows)


def _independent(rows: Iterable[dict[int, int]]) -> int:
    """The rank of a matrix of sparse rows, modulo a prime; short rows first keep them short."""
    pivots: dict[int, dict[int, int]] = {}
    for given in sorted(rows, key=len):
        row = dict(given)
        while (known := next((place for place in row if place in pivots), None)) is not None:
            factor = row[known]
            for place, value in pivots[known].items():
                left = (row.get(place, 0) - factor * value) % PRIME
                if left:
                    row[place] = left
                else:
                    row.pop(place, None)
        if row:
            pivot = next(iter(row))
            scale = pow(row[pivot], -1, PRIME)
            pivots[pivot] = {place: value * scale % PRIME for place, value in row.items()}
    return len(pivots)
