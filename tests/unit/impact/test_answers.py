"""Counts of people in several groups: no combination of answers speaks of few of them."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.impact.domain.answers import Question, unanswered
from services.impact.domain.suppression import TOTAL, Cell


def questions(**groups: Iterable[object]) -> list[Question]:
    return [(Cell(name, "people"), frozenset(people)) for name, people in groups.items()]


def silent(minimum: int = 3, **groups: Iterable[object]) -> set[object]:
    return {cell.heading for cell in unanswered(questions(**groups), minimum)}


def test_large_groups_are_told_and_small_ones_not() -> None:
    assert silent(all=range(12), north=range(5), river=range(5, 12)) == set()
    assert silent(all=range(2)) == {"all"}


def test_what_is_left_of_all_is_not_told_either() -> None:
    """Ten less eight."""
    assert silent(all=range(10), river=range(8)) == {"river"}


def test_the_rest_of_several_is_not_told() -> None:
    assert silent(all=range(12), river=range(6), coast=range(6, 10), hills=range(10, 12)) == {"coast", "hills"}


def test_who_is_in_two_groups_is_not_told_by_their_overlap() -> None:
    """5 and 5 are nine people: one is in both."""
    assert silent(all=range(9), a=range(5), b=range(4, 9)) == {"b"}


def test_an_answer_given_before_keeps_a_large_class_of_its_own() -> None:
    """Three are told; the next question would cut them into one and two."""
    assert silent(a=range(3), b=range(1, 8)) == {"b"}


def test_an_empty_group_and_what_follows_from_other_answers_are_told() -> None:
    assert silent(all=range(9), nobody=(), a=range(4), b=range(4, 9), again=range(9)) == set()


def test_the_same_group_under_two_names_is_told_twice_or_never() -> None:
    assert silent(all=range(9), a=range(8), b=range(8)) == {"a", "b"}


def rank(rows: Sequence[Sequence[int]]) -> int:
    """Over fractions; written apart from the rule it checks."""
    left = [[Fraction(value) for value in row] for row in rows]
    found = 0
    for place in range(len(left[0]) if left else 0):
        pivot = next((row for row in left[found:] if row[place]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(found, pivot)
        for row in left[found + 1 :]:
            factor = row[place] / pivot[place]
            row[:] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
        found += 1
    return found


def speaks_of_few(groups: Sequence[frozenset[int]], everybody: Sequence[int], minimum: int) -> bool:
    """Whether some combination of these counts is zero for all but fewer than `minimum` people.

    There is one if the counts depend on each other more without those people than with them.
    """
    whole = rank([[person in group for person in everybody] for group in groups])
    for few in combinations(everybody, min(minimum - 1, len(everybody))):
        others = [person for person in everybody if person not in few]
        if rank([[person in group for person in others] for group in groups]) < whole:
            return True
    return False


PEOPLE = st.integers(1, 9)


@st.composite
def asked(draw: st.DrawFn) -> tuple[int, list[frozenset[int]]]:
    number = draw(PEOPLE)
    group = st.frozensets(st.integers(0, number - 1), max_size=number)
    first = draw(st.sampled_from([[], [frozenset(range(number))]]))
    return number, [*first, *draw(st.lists(group, min_size=1, max_size=5))]


@settings(max_examples=150, deadline=None)
@given(asked(), st.sampled_from([2, 3, 4]))
def test_no_sums_and_differences_of_answers_speak_of_few_people(
    given_: tuple[int, list[frozenset[int]]], minimum: int
) -> None:
    number, groups = given_
    hidden = unanswered([(Cell(n, "people"), group) for n, group in enumerate(groups)], minimum)
    told = [group for n, group in enumerate(groups) if Cell(n, "people") not in hidden]
    assert not speaks_of_few(told, range(number), minimum)


def by_definition(groups: Sequence[frozenset[int]], everybody: Sequence[int], minimum: int) -> set[int]:
    """The questions without an answer, by the words of the rule."""
    told: list[frozenset[int]] = []
    silent_ = set()
    for number, group in enumerate(groups):
        asked = [*told, group]
        patterns = [tuple(person in each for each in asked) for person in everybody]
        large = [pattern for pattern in patterns if patterns.count(pattern) >= minimum]
        if rank(list(zip(*patterns, strict=True))) == len(told):
            continue
        if rank(list(zip(*large, strict=True))) == len(asked):
            told = asked
        else:
            silent_.add(number)
    return silent_


@settings(max_examples=150, deadline=None)
@given(asked(), st.sampled_from([2, 3, 4]))
def test_no_answer_is_withheld_without_need(given_: tuple[int, list[frozenset[int]]], minimum: int) -> None:
    number, groups = given_
    hidden = unanswered([(Cell(n, "people"), group) for n, group in enumerate(groups)], minimum)
    assert {cell.heading for cell in hidden} == by_definition(groups, range(number), minimum)


def test_the_search_for_few_people_finds_them() -> None:
    assert speaks_of_few([frozenset(range(9)), frozenset(range(5)), frozenset(range(4, 9))], range(9), 3)
    assert not speaks_of_few([frozenset(range(9)), frozenset(range(5))], range(9), 3)


@pytest.mark.parametrize("minimum", [2, 3, 5])
def test_all_together_is_judged_before_its_parts(minimum: int) -> None:
    groups = [(Cell(TOTAL, "people"), frozenset(range(9)))]
    assert unanswered([*groups, (Cell("x", "people"), frozenset(range(8)))], minimum) == {Cell("x", "people")}
