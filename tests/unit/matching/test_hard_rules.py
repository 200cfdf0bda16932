"""The hard rules: each excludes for its own reason and says by which facts."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from contracts.refusals import Refusal
from contracts.values import Period, Place
from services.matching.domain.hard_rules import (
    HARD_RULES,
    ExpertLacksCompetence,
    LanguageIsNotSpoken,
    PlaceIsNotServed,
    Profile,
    ProviderHasConflict,
    ProviderLacksCompetence,
    RuleResult,
    Search,
    best_fit,
    require_all,
    require_competences,
)
from services.matching.domain.providers import ProviderIsNotApproved, ProviderLacksFreeDays
from tests.unit.matching.examples import (
    ANNA,
    BEN,
    CLIENT,
    FIRM,
    MONDAY,
    anna,
    competence,
    member,
    need,
    profile,
    search,
    uid,
)


def results(question: Search, asked: Profile) -> dict[str, RuleResult]:
    standing = question.standing(asked)
    return {result.code: result for result in (rule(question, standing) for rule in HARD_RULES)}


def failed(question: Search, asked: Profile) -> list[str]:
    return [code for code, result in results(question, asked).items() if not result.passed]


def test_the_rules_stand_in_the_order_of_the_map() -> None:
    assert list(results(search(), profile())) == [
        "not_asked_before",
        "provider_approved",
        "competence_valid",
        "place_served",
        "language_spoken",
        "days_free",
        "no_conflict",
    ]


def test_a_fitting_provider_passes_them_all() -> None:
    assert failed(search(), profile()) == []


Case = tuple[str, Callable[[], Profile], type[Refusal]]
CASES: list[Case] = [
    ("provider_approved", lambda: profile(status="suspended"), ProviderIsNotApproved),
    ("competence_valid", lambda: profile(member(competence("recp", 3))), ProviderLacksCompetence),
    ("place_served", lambda: profile(places=(Place(country="XA", province="XA-R"),)), PlaceIsNotServed),
    ("language_spoken", lambda: profile(languages=("vi",)), LanguageIsNotSpoken),
    ("days_free", lambda: profile(days_per_week=1), ProviderLacksFreeDays),
    ("no_conflict", lambda: profile(conflicts=(CLIENT,)), ProviderHasConflict),
]


@pytest.mark.parametrize(("code", "asked", "refusal"), CASES)
def test_each_rule_excludes_alone_and_refuses_the_acceptance(
    code: str, asked: Callable[[], Profile], refusal: type[Refusal]
) -> None:
    assert failed(search(), asked()) == [code]
    with pytest.raises(refusal) as raised:
        require_all(search(), asked())
    assert "(" not in str(raised.value), "every parameter of the sentence is known"


def test_who_was_asked_before_is_excluded_but_may_accept_what_it_was_offered() -> None:
    question = search(asked=(FIRM,))
    assert failed(question, profile()) == ["not_asked_before"]
    assert failed(search(asked=(uid(11),)), profile()) == []
    require_all(question, profile())


def test_every_rule_is_kept_also_after_the_first_that_fails() -> None:
    nothing = profile(status="registered", languages=(), places=(), days_per_week=1, conflicts=(CLIENT,))
    assert failed(search(), nothing) == [
        "provider_approved",
        "place_served",
        "language_spoken",
        "days_free",
        "no_conflict",
    ]


def test_a_missing_competence_is_named_with_its_level() -> None:
    facts = results(search(), profile(member(competence("recp", 3), competence("wet", 1))))["competence_valid"].facts
    assert facts == {"person_id": str(ANNA), "held": {"recp": 3, "wet": 1}, "missing": {"wet": 2}}


def test_one_expert_must_hold_all_competences() -> None:
    ben = member(competence("wet", 2, person_id=BEN), person_id=BEN)
    assert failed(search(), profile(member(competence("recp", 3)), ben)) == ["competence_valid"]


def test_a_retired_expert_does_not_count() -> None:
    retired = member(competence("recp", 3), competence("wet", 2), status="retired")
    facts = results(search(), profile(retired))["competence_valid"].facts
    assert facts == {"person_id": None, "held": {}, "missing": {"recp": 3, "wet": 2}}


def test_a_competence_that_ends_within_the_job_does_not_count() -> None:
    ending = member(competence("recp", 3, valid_until=date(2026, 3, 28)), competence("wet", 2))
    assert failed(search(), profile(ending)) == ["competence_valid"]


def test_the_expert_who_misses_least_then_holds_most_stands_for_the_firm() -> None:
    weak = member(competence("recp", 5))
    able = member(competence("recp", 3, person_id=BEN), competence("wet", 2, person_id=BEN), person_id=BEN)
    assert best_fit(need(), [weak, able]).person_id == BEN
    better = member(competence("recp", 4), competence("wet", 2))
    assert best_fit(need(), [able, better]).person_id == ANNA


def test_between_equal_experts_the_lower_id_decides() -> None:
    ben = member(competence("recp", 3, person_id=BEN), competence("wet", 2, person_id=BEN), person_id=BEN)
    assert best_fit(need(), [ben, anna()]).person_id == ANNA
    assert best_fit(need(), [anna(), ben]).person_id == ANNA


@pytest.mark.parametrize(
    ("served", "province", "passes"),
    [
        (Place(country="XA"), "XA-N", True),
        (Place(country="XA"), None, True),
        (Place(country="XA", province="XA-N"), "XA-N", True),
        (Place(country="XA", province="XA-N"), None, False),
        (Place(country="XB", province="XA-N"), "XA-N", False),
        (Place(country="XB"), "XA-N", False),
    ],
)
def test_a_place_is_served_by_country_or_by_its_very_province(
    served: Place, province: str | None, passes: bool
) -> None:
    result = results(search(province=province), profile(places=(served,)))["place_served"]
    assert result.passed is passes


def test_free_days_tell_what_took_the_others() -> None:
    busy = profile(days_per_week=3, leave=(Period(starts_on=MONDAY, ends_on=MONDAY + timedelta(days=4)),))
    facts = results(search(), busy)["days_free"].facts
    assert facts == {
        "needed_days": 8,
        "free_days": 9,
        "working_days": 20,
        "days_per_week": 3,
        "on_leave": 5,
        "booked": 0,
    }


def test_exactly_the_days_needed_are_enough() -> None:
    assert failed(search(), profile(days_per_week=2)) == []
    assert failed(search(days=9), profile(days_per_week=2)) == ["days_free"]


def test_the_named_expert_must_hold_every_competence() -> None:
    require_competences(need(), anna())
    with pytest.raises(ExpertLacksCompetence) as refusal:
        require_competences(need(), member(competence("recp", 3)))
    params: dict[str, Any] = refusal.value.params
    assert (params["code"], params["level"], params["person_id"]) == ("wet", 2, str(ANNA))
