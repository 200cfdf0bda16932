"""Competences and the days on which they are held."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.matching import CompetenceGranted, CompetenceWithdrawn, ExpertAdded, ExpertRetired
from services.matching.domain import competences, experts
from services.matching.domain.competences import (
    Competence,
    CompetenceEndsBeforeItStarts,
    CompetenceIsWithdrawn,
    level_held,
)
from services.matching.domain.experts import Expert, ExpertIsRetired
from tests.unit.matching.examples import ANNA, FIRM, competence, uid

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 29)
EXPERT = Expert(id=uid(41), provider_id=FIRM, person_id=ANNA, full_name="Anna Sample")


def held(level: int, valid_from: date, valid_until: date | None) -> Competence:
    return competence("recp", level, valid_from=valid_from, valid_until=valid_until)


def test_an_expert_is_added_and_retired_once() -> None:
    added, event = experts.add(EXPERT)
    assert event == ExpertAdded(expert_id=EXPERT.id, provider_id=FIRM, person_id=ANNA)
    retired, event_of_retirement = experts.retire(added)
    assert retired.status == "retired"
    assert event_of_retirement == ExpertRetired(expert_id=EXPERT.id, provider_id=FIRM, person_id=ANNA)
    with pytest.raises(ExpertIsRetired):
        experts.retire(retired)


def test_a_competence_is_granted_to_an_active_expert() -> None:
    granted, event = competences.grant(competence("recp", 4, certificate_id=uid(7)), EXPERT)
    assert granted.status == "granted"
    assert event == CompetenceGranted(
        competence_id=granted.id,
        provider_id=FIRM,
        person_id=ANNA,
        code="recp",
        level=4,
        valid_from=date(2025, 1, 1),
        valid_until=date(2026, 12, 31),
        certificate_id=uid(7),
    )


def test_a_retired_expert_is_granted_nothing() -> None:
    with pytest.raises(ExpertIsRetired):
        competences.grant(competence("recp", 4), replace(EXPERT, status="retired"))


def test_a_validity_cannot_end_before_it_starts() -> None:
    with pytest.raises(CompetenceEndsBeforeItStarts):
        competences.grant(held(3, FIRST, FIRST - timedelta(days=1)), EXPERT)
    granted, _ = competences.grant(held(3, FIRST, FIRST), EXPERT)
    assert granted.valid_until == FIRST


def test_a_withdrawn_competence_is_held_on_no_day_and_withdrawn_once() -> None:
    withdrawn, event = competences.withdraw(competence("recp", 4), "quality")
    assert isinstance(event, CompetenceWithdrawn)
    assert event.reason_code == "quality"
    assert level_held([withdrawn], FIRST, LAST) == 0
    assert level_held([withdrawn, withdrawn], FIRST, LAST) == 0
    with pytest.raises(CompetenceIsWithdrawn):
        competences.withdraw(withdrawn, "quality")


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "level"),
    [
        (FIRST, LAST, 3),
        (FIRST, None, 3),
        (FIRST + timedelta(days=1), LAST, 0),
        (FIRST, LAST - timedelta(days=1), 0),
    ],
)
def test_a_competence_must_be_valid_on_every_day(valid_from: date, valid_until: date | None, level: int) -> None:
    assert level_held([held(3, valid_from, valid_until)], FIRST, LAST) == level


def test_a_renewal_without_a_gap_counts_as_one() -> None:
    middle = date(2026, 3, 15)
    first, renewed = held(3, date(2025, 1, 1), middle), held(4, middle + timedelta(days=1), None)
    assert level_held([renewed, first], FIRST, LAST) == 3
    assert level_held([first, replace(renewed, valid_from=middle + timedelta(days=2))], FIRST, LAST) == 0


def test_the_highest_level_held_throughout_counts() -> None:
    short = held(5, FIRST, FIRST + timedelta(days=3))
    assert level_held([held(2, FIRST, LAST), short, held(4, FIRST, LAST)], FIRST, LAST) == 4
    assert level_held([held(2, FIRST, LAST), short], FIRST, LAST) == 2


spans = st.lists(st.tuples(st.integers(-3, 12), st.integers(0, 12), st.integers(1, 5)), max_size=5)


@given(spans)
def test_the_level_held_is_that_of_the_worst_day(spans: list[tuple[int, int, int]]) -> None:
    last = FIRST + timedelta(days=9)
    owned = [held(level, FIRST + timedelta(start), FIRST + timedelta(start + length)) for start, length, level in spans]
    by_day = [
        max((each.level for each in owned if each.covers(day, day)), default=0)
        for day in (FIRST + timedelta(days=n) for n in range(10))
    ]
    assert level_held(owned, FIRST, last) == min(by_day)
