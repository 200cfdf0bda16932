"""The parts of a score, each by hand."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import CompetenceNeeded, Place, Sector
from services.matching.domain import scores
from services.matching.domain.hard_rules import Profile, Search, TrackRecord
from services.matching.domain.scores import ScorePart
from services.matching.domain.sectors import lineage
from tests.unit.matching.examples import POLICY, competence, member, profile, search


def points(part: str, asked: Profile, question: Search | None = None) -> int:
    question = question or search()
    return scores.PARTS[part](question, question.standing(asked), POLICY)[0]


@pytest.mark.parametrize(
    ("named", "expected"),
    [("13", 100), ("1311", 100), ("C", 100), ("C13", 100), ("1312", 0), ("14", 0), ("D", 0)],
)
def test_the_sector_or_a_wider_one_counts_in_full(named: str, expected: int) -> None:
    assert points("sector", profile(sectors=(Sector(code=named, revision="4"),))) == expected


def test_sectors_of_another_revision_or_of_an_unknown_job_do_not_count() -> None:
    assert points("sector", profile(sectors=(Sector(code="13", revision="5"),))) == 0
    assert points("sector", profile(), search(isic=None)) == 0


def test_levels_above_the_ones_needed_count_up_to_the_highest() -> None:
    assert points("competence", profile()) == 0
    above = member(competence("recp", 4), competence("wet", 3))
    assert points("competence", profile(above)) == 40  # 2 of the 5 levels above 3 and 2
    assert points("competence", profile(member(competence("recp", 5), competence("wet", 5)))) == 100
    highest = search(competences=(CompetenceNeeded(code="recp", level=5),))
    assert points("competence", profile(member(competence("recp", 5))), highest) == 100


def test_the_home_country_and_the_very_province_count() -> None:
    assert points("home_country", profile()) == 100
    assert points("home_country", profile(country="XB")) == 0
    assert points("province", profile()) == 100
    assert points("province", profile(places=(Place(country="XA"),))) == 0
    assert points("province", profile(places=(Place(country="XB", province="XA-N"),))) == 0
    assert points("province", profile(places=(Place(country="XA"),)), search(province=None)) == 0


def test_days_left_over_count_as_their_share_of_the_free_ones() -> None:
    assert points("spare_days", profile()) == 60  # 20 free, 8 needed
    assert points("spare_days", profile(days_per_week=2)) == 0


def test_experience_counts_less_with_every_job() -> None:
    assert [points("experience", profile(record=TrackRecord(completed=n))) for n in (0, 1, 3, 9)] == [0, 25, 50, 75]


def test_ratings_count_by_their_mean_and_newcomers_by_the_pack() -> None:
    assert points("rating", profile()) == 60
    assert points("rating", profile(record=TrackRecord(ratings=2, rating_sum=10))) == 100
    assert points("rating", profile(record=TrackRecord(ratings=2, rating_sum=7))) == 62
    assert points("rating", profile(record=TrackRecord(ratings=1, rating_sum=1))) == 0


def test_every_part_keeps_its_weight_and_facts() -> None:
    question = search()
    parts = scores.parts_of(question, question.standing(profile()), POLICY)
    assert {each.code: each.weight for each in parts} == POLICY.weights
    assert parts[0] == ScorePart("sector", 100, 30, {"isic": "1311", "named": ["13"]})
    assert parts[4].facts == {"free_days": 20, "needed_days": 8}


def test_the_total_is_the_weighted_mean() -> None:
    # 30·100 + 20·0 + 10·100 + 10·100 + 10·60 + 10·0 + 10·60 = 6,200
    question = search()
    assert scores.total(scores.parts_of(question, question.standing(profile()), POLICY)) == Decimal("62.00")


def test_the_total_is_rounded_half_up_to_the_cent() -> None:
    assert scores.total((ScorePart("a", 100, 1, {}), ScorePart("b", 0, 2, {}))) == Decimal("33.33")
    assert scores.total((ScorePart("a", 100, 2, {}), ScorePart("b", 0, 1, {}))) == Decimal("66.67")
    assert scores.total((ScorePart("a", 1, 1, {}), ScorePart("b", 0, 7, {}))) == Decimal("0.13")
    assert scores.total(()) == 0


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(1, 100)), min_size=1, max_size=7))
def test_the_total_lies_between_the_worst_and_the_best_part(given_parts: list[tuple[int, int]]) -> None:
    total = scores.total(tuple(ScorePart("part", each, weight, {}) for each, weight in given_parts))
    assert min(each for each, _ in given_parts) <= total <= max(each for each, _ in given_parts)


@pytest.mark.parametrize(
    ("isic", "names"),
    [
        (Sector(code="1311", revision="4"), {"C", "13", "C13", "131", "C131", "1311", "C1311"}),
        (Sector(code="C13", revision="4"), {"C", "13", "C13"}),
        (Sector(code="0111", revision="4"), {"A", "01", "A01", "011", "A011", "0111", "A0111"}),
        (Sector(code="62", revision="4"), {"J", "62", "J62"}),
        (Sector(code="62", revision="5"), {"K", "62", "K62"}),
        (Sector(code="C", revision="4"), {"C"}),
        (None, set()),
    ],
)
def test_a_sector_goes_by_every_wider_name(isic: Sector | None, names: set[str]) -> None:
    assert lineage(isic) == names
