"""Shortlists: one run over all providers, ranked, explained and kept."""

import random
from dataclasses import replace
from time import perf_counter
from typing import Any

import pytest

from contracts.matching import ShortlistMade
from contracts.values import CompetenceNeeded
from services.matching.domain import shortlists
from services.matching.domain.hard_rules import Profile, TrackRecord
from services.matching.domain.shortlists import ProviderIsExcluded, ScoringRun, require_offerable
from tests.unit.matching.examples import (
    CLIENT,
    FIRM,
    NEED,
    NOW,
    POLICY,
    SHORTLIST,
    candidate,
    competence,
    member,
    profile,
    search,
    uid,
)


def run(*profiles: Profile, **need_changes: Any) -> ScoringRun:
    return shortlists.make(search(version=3, **need_changes), profiles, POLICY, shortlist_id=SHORTLIST, at=NOW)


def test_the_eligible_are_ranked_by_score_and_the_excluded_kept_unranked() -> None:
    good = profile(id=uid(12), record=TrackRecord(completed=9))
    fair, out = profile(id=uid(11)), profile(id=uid(10), status="suspended")
    made = run(out, fair, good)
    assert [(each.provider_id, each.rank) for each in made.candidates] == [(uid(12), 1), (uid(11), 2), (uid(10), None)]
    assert made.candidates[2].score is None
    assert made.candidates[2].parts == ()
    assert len(made.candidates[2].rules) == 7
    assert made.best == made.candidates[0]


def test_equal_scores_are_ranked_by_provider_id_whatever_the_order_asked() -> None:
    profiles = [profile(id=uid(number)) for number in range(10, 30)]
    random.Random(7).shuffle(profiles)
    assert [each.provider_id for each in run(*profiles).candidates] == [uid(number) for number in range(10, 30)]


def test_the_head_keeps_inputs_policy_and_counts() -> None:
    made = run(profile(), profile(id=uid(11), languages=(), conflicts=(CLIENT,)), profile(id=uid(12), languages=()))
    shortlist, event = made.shortlist, made.event
    assert (shortlist.need_id, shortlist.need_version, shortlist.working_days) == (NEED, 3, 20)
    assert (shortlist.policy_version, shortlist.weights) == (POLICY.version, POLICY.weights)
    assert (shortlist.eligible, shortlist.excluded) == (1, {"language_spoken": 2, "no_conflict": 1})
    assert event == ShortlistMade(
        shortlist_id=SHORTLIST,
        need_id=NEED,
        policy_version=POLICY.version,
        eligible=1,
        excluded={"language_spoken": 2, "no_conflict": 1},
    )


def test_a_row_remembers_the_version_of_the_provider_it_judged() -> None:
    assert run(profile(version=8)).candidates[0].provider_version == 8


def test_without_anybody_eligible_there_is_no_best() -> None:
    assert run().best is None
    assert run(profile(status="registered")).best is None


def test_an_excluded_candidate_cannot_be_offered_the_job() -> None:
    with pytest.raises(ProviderIsExcluded) as refusal:
        require_offerable(candidate(languages=(), status="suspended"))
    assert refusal.value.params == {"rules": "provider_approved, language_spoken"}


def test_having_been_asked_before_may_be_passed_over_by_hand() -> None:
    asked = candidate(asked=(FIRM,))
    assert asked.failed_rules == ("not_asked_before",)
    assert asked.rank is None
    require_offerable(asked)


def test_two_thousand_providers_are_scored_in_a_fraction_of_a_second() -> None:
    team = (member(competence("recp", 4), competence("wet", 3)), member(competence("recp", 3), person_id=uid(23)))
    profiles = [replace_id(profile(*team), number) for number in range(2_000)]
    began = perf_counter()
    made = run(*profiles, competences=(CompetenceNeeded(code="recp", level=3),))
    took = perf_counter() - began
    assert made.shortlist.eligible == 2_000
    assert took < 1.0  # 0.07 s alone on one core; a square of the number would take minutes


def replace_id(asked: Profile, number: int) -> Profile:
    return asked._replace(provider=replace(asked.provider, id=uid(1_000 + number)))
