"""Rules and parts of a score in words: every fact a sentence, none invented where one is not known."""

from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from portal.figures import Figures
from portal.matching.lists import Listed
from portal.matching.names import country_name, place_name, reason_name
from portal.matching.providers import mean_rating
from portal.matching.reasons import Reason, count_words, held_by, refused, scored, standing
from portal.visit import Visit
from portal.words import words_of

PACK: dict[str, Any] = {
    "country": "XA",
    "name": "Sundara",
    "provinces": [{"code": "XA-N", "name": "Northern Hills"}],
    "competences": [{"code": "food_hygiene", "name": "Hygiene in food plants"}],
    "reasons": {"decline_offer": [{"code": "too_far", "name": "Too far"}]},
}


@pytest.fixture
def visit() -> Visit:
    """A visit of which only words, figures and the pack are asked."""
    words, nobody = words_of("en"), cast("Any", None)
    return Visit(nobody, nobody, None, words, Figures(words, ZoneInfo("Asia/Bangkok")), nobody, PACK)


@pytest.mark.parametrize(
    ("code", "points", "facts", "said"),
    [
        ("sector", 100, {"isic": "1061", "named": ["10", "106"]}, "Works in this sector (ISIC 10, 106)"),
        ("sector", 0, {"isic": "1061", "named": []}, "Names no sector that fits ISIC 1061"),
        ("sector", 0, {"isic": None, "named": []}, "The client's sector is not known"),
        (
            "competence",
            50,
            {"levels_above": 2, "levels_possible": 4},
            "Stands 2 levels above those needed, of 4 possible",
        ),
        (
            "competence",
            25,
            {"levels_above": 1, "levels_possible": 4},
            "Stands one level above those needed, of 4 possible",
        ),
        ("competence", 0, {"levels_above": 0, "levels_possible": 4}, "Holds just the levels needed"),
        ("competence", 100, {"levels_above": 0, "levels_possible": 0}, "Holds the highest levels, which are needed"),
        ("home_country", 100, {"country": "XA"}, "At home in the country of the job, Sundara"),
        ("home_country", 0, {"country": "VN"}, "At home in another country, Vietnam"),
        ("province", 100, {"province": "XA-N", "named": True}, "Works in Northern Hills in particular"),
        (
            "province",
            0,
            {"province": "XA-N", "named": False},
            "Serves the whole country, not Northern Hills in particular",
        ),
        ("province", 0, {"province": None, "named": False}, "The province of the job is not known"),
        ("spare_days", 79, {"free_days": 29, "needed_days": 6}, "Free days: 29, needed: 6"),
        ("experience", 25, {"completed": 1}, "One job of this kind completed here"),
        ("experience", 40, {"completed": 2}, "2 jobs of this kind completed here"),
        ("experience", 0, {"completed": 0}, "No job of this kind completed here yet"),
        ("rating", 88, {"ratings": 2, "rating_sum": 9}, "Rated 4.5 of 5, 2 ratings"),
        ("rating", 60, {"ratings": 0}, "Not rated yet, so it counts as the pack decides"),
        ("of_tomorrow", 10, {}, "of_tomorrow"),
    ],
)
def test_each_part_of_a_score_is_a_sentence(
    visit: Visit, code: str, points: int, facts: dict[str, Any], said: str
) -> None:
    (reason,) = scored(visit, [{"code": code, "points": points, "weight": 25, "facts": facts}])
    assert (reason.sentence, reason.mark) == (said, "" if points else "even")


def test_what_the_parts_add_is_the_weighted_mean(visit: Visit) -> None:
    parts = [
        {"code": "experience", "points": 25, "weight": 30, "facts": {"completed": 1}},
        {"code": "rating", "points": 60, "weight": 10, "facts": {"ratings": 0}},
    ]
    assert [str(each.counts) for each in scored(visit, parts)] == ["18.75", "15"]


@pytest.mark.parametrize(
    ("code", "facts", "said"),
    [
        ("not_asked_before", {"asked_before": True}, "Was asked for this job before."),
        ("provider_approved", {"status": "registered"}, "Is registered, but not approved yet."),
        ("provider_approved", {"status": "suspended"}, "Is suspended."),
        ("place_served", {"country": "XA", "province": None}, "Does not serve the whole of Sundara."),
        ("place_served", {"country": "XA", "province": "XA-N"}, "Does not serve Northern Hills."),
        ("place_served", {"country": "KH", "province": "KH-12"}, "Does not serve KH-12, KH."),
        ("language_spoken", {"language": "lo", "spoken": False}, "Does not work in this language: Lao."),
        ("no_conflict", {"conflict_declared": True}, "Has declared a conflict of interest with this client."),
        (
            "days_free",
            {"needed_days": 6, "free_days": 4, "working_days": 20, "days_per_week": 2, "on_leave": 10, "booked": 3},
            "Free days in the job's period: 4, needed: 6. Of its 20 working days 10 are leave and 3 are booked, at "
            "2 days a week.",
        ),
        ("of_tomorrow", {}, "of_tomorrow"),
    ],
)
def test_each_rule_that_is_not_met_is_a_sentence(visit: Visit, code: str, facts: dict[str, Any], said: str) -> None:
    assert refused(visit, {"code": code, "facts": facts}) == [Reason(said, "no")]


def test_each_competence_that_is_missing_is_named_with_what_is_held(visit: Visit) -> None:
    facts = {"person_id": None, "held": {"food_hygiene": 1}, "missing": {"food_hygiene": 2, "other": 3}}
    assert [each.sentence for each in refused(visit, {"code": "competence_valid", "facts": facts})] == [
        "Hygiene in food plants is held at level 1 on every day of the job; needed is level 2.",
        "No expert holds other on every day of the job; needed is level 3.",
    ]


def test_the_expert_is_named_to_those_who_may_know(visit: Visit) -> None:
    rules = [{"code": "competence_valid", "facts": {"person_id": "p", "held": {"food_hygiene": 3}, "missing": {}}}]
    (named,) = held_by(visit, rules, {"p": "An Expert"})
    (unnamed,) = held_by(visit, rules, {})
    assert named.sentence == "An Expert holds Hygiene in food plants at level 3"
    assert unnamed.sentence == "Hygiene in food plants at level 3"
    assert held_by(visit, [], {}) == []


def test_only_having_been_asked_may_be_passed_over_by_hand(visit: Visit) -> None:
    def row(*failed: str) -> dict[str, Any]:
        facts = {"status": "suspended"}
        rules = [{"code": code, "passed": False, "facts": facts} for code in failed]
        return {"provider_id": "x", "eligible": False, "rank": None, "score": None, "rules": rules, "parts": []}

    asked = standing(visit, row("not_asked_before"), {"x": "Firm"}, {})
    both = standing(visit, row("not_asked_before", "provider_approved"), {}, {})
    assert (asked.name, asked.asked_before, asked.can_be_asked) == ("Firm", True, True)
    assert (both.name, both.asked_before, both.can_be_asked) == ("–", True, False)


def test_the_commonest_rule_comes_first(visit: Visit) -> None:
    counts = {"days_free": 1, "competence_valid": 12, "no_conflict": 1}
    assert count_words(visit, counts) == ["competence: 12", "free days: 1", "conflict of interest: 1"]


def test_places_and_reasons_have_names_where_there_are_any(visit: Visit) -> None:
    assert [country_name(visit, each) for each in ("XA", "XB", "LA")] == ["Sundara", "XB", "Laos"]
    assert [place_name(visit, "XA", each) for each in ("XA-N", "XA-Z", None)] == ["Northern Hills", "XA-Z", "Sundara"]
    assert reason_name(visit, "decline_offer", "too_far") == "Too far"
    assert reason_name(visit, "decline_offer", "of_old_times") == "of old times"
    assert reason_name(visit, "withdraw_offer", "provider_suspended") == "The provider was suspended."
    assert reason_name(visit, "withdraw_offer", None) is None


@pytest.mark.parametrize(("asked", "page"), [(None, 1), ("2", 2), ("9", 3), ("0", 1), ("-1", 1), ("two", 1), ("២", 1)])
def test_a_page_that_is_none_is_the_nearest(asked: str | None, page: int) -> None:
    found = Listed.of(list(range(60)), asked)
    assert (found.page, found.pages, found.total) == (page, 3, 60)
    assert list(found.items) == list(range(60))[(page - 1) * 25 : page * 25]


def test_a_mean_of_no_ratings_is_none() -> None:
    assert mean_rating([{"client_rating": None}]) is None
    assert (
        mean_rating([{"client_rating": {"score": 4}}, {"client_rating": {"score": 5}}, {"client_rating": None}]) == 4.5
    )
