"""Offers: made to the eligible, answered once, by the deadline."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.matching import OfferAccepted, OfferDeclined, OfferExpired, OfferMade, OfferWithdrawn
from services.matching.domain import offers
from services.matching.domain.experts import ExpertIsRetired
from services.matching.domain.hard_rules import ExpertLacksCompetence, Profile
from services.matching.domain.needs import NeedIsNotOpen
from services.matching.domain.offers import ExpertIsNotYours, Offer, OfferHasExpired, OfferIsAnswered
from services.matching.domain.providers import ProviderIsNotApproved, ProviderLacksFreeDays
from services.matching.domain.shortlists import ProviderIsExcluded
from tests.unit.matching.examples import (
    ANNA,
    BEN,
    ENGAGEMENT,
    FIRM,
    NEED,
    NOW,
    OFFER,
    SHORTLIST,
    anna,
    candidate,
    competence,
    member,
    need,
    offer,
    profile,
    search,
)

IDS = {"offer_id": OFFER, "need_id": NEED, "provider_id": FIRM}
DEADLINE = NOW + timedelta(days=7)


def accept(answered: Offer, asked: Profile | None = None, person_id: UUID = ANNA, **at: Any) -> Any:
    return offers.accept(
        answered, search(), asked or profile(), person_id, engagement_id=ENGAGEMENT, at=at.get("at", NOW)
    )


def make(job: Any, to: Any) -> Any:
    return offers.make(job, to, offer_id=OFFER, deadline_at=DEADLINE, link_sha256="0" * 64, at=NOW)


def test_an_offer_goes_to_a_candidate_with_a_deadline() -> None:
    made, event = make(need(), candidate())
    assert (made.status, made.provider_id, made.shortlist_id, made.territory) == ("open", FIRM, SHORTLIST, "XA-N")
    assert event == OfferMade(**IDS, shortlist_id=SHORTLIST, deadline_at=DEADLINE)


def test_an_excluded_candidate_gets_no_offer() -> None:
    with pytest.raises(ProviderIsExcluded):
        make(need(), candidate(languages=()))


@pytest.mark.parametrize("status", ["filled", "unmet", "cancelled"])
def test_a_need_that_is_not_open_is_not_offered(status: str) -> None:
    with pytest.raises(NeedIsNotOpen):
        make(need(status=status), candidate())


def test_accepting_names_the_expert_and_the_engagement() -> None:
    accepted, event = accept(offer())
    assert (accepted.status, accepted.answered_at, accepted.engagement_id) == ("accepted", NOW, ENGAGEMENT)
    assert event == OfferAccepted(**IDS, engagement_id=ENGAGEMENT, person_id=ANNA)


def test_a_stranger_cannot_be_named() -> None:
    with pytest.raises(ExpertIsNotYours):
        accept(offer(), person_id=BEN)


def test_a_retired_expert_cannot_be_named() -> None:
    team = (anna(), member(competence("recp", 3, person_id=BEN), person_id=BEN, status="retired"))
    with pytest.raises(ExpertIsRetired):
        accept(offer(), profile(*team), person_id=BEN)


def test_the_named_expert_must_hold_the_competences_whoever_else_does() -> None:
    team = (anna(), member(competence("recp", 3, person_id=BEN), person_id=BEN))
    with pytest.raises(ExpertLacksCompetence) as refusal:
        accept(offer(), profile(*team), person_id=BEN)
    assert refusal.value.params["code"] == "wet"


def test_the_hard_rules_hold_once_more_on_acceptance() -> None:
    with pytest.raises(ProviderIsNotApproved):
        accept(offer(), profile(status="suspended"))
    with pytest.raises(ProviderLacksFreeDays):
        accept(offer(), profile(days_per_week=1))


def test_declining_keeps_reason_and_note_but_tells_only_the_reason() -> None:
    declined, event = offers.decline(offer(), "too_far", "Two days of travel", at=NOW)
    assert (declined.status, declined.reason_code, declined.note) == ("declined", "too_far", "Two days of travel")
    assert event == OfferDeclined(**IDS, reason_code="too_far")


def test_the_last_moment_before_the_deadline_still_counts() -> None:
    assert accept(offer(), at=DEADLINE - timedelta(microseconds=1))[0].status == "accepted"
    with pytest.raises(OfferHasExpired):
        accept(offer(), at=DEADLINE)
    with pytest.raises(OfferHasExpired):
        offers.decline(offer(), "too_far", None, at=DEADLINE)


def test_an_offer_expires_at_its_deadline_and_not_before() -> None:
    assert offers.expire(offer(), at=DEADLINE - timedelta(microseconds=1)) is None
    change = offers.expire(offer(), at=DEADLINE)
    assert change is not None
    assert change[0].status == "expired"
    assert change[1] == OfferExpired(**IDS)


def test_an_answered_offer_does_not_expire() -> None:
    assert offers.expire(accept(offer())[0], at=DEADLINE) is None


def test_the_centre_takes_an_unanswered_offer_back() -> None:
    withdrawn, event = offers.withdraw(offer(), "job_changed", at=NOW)
    assert (withdrawn.status, withdrawn.reason_code) == ("withdrawn", "job_changed")
    assert event == OfferWithdrawn(**IDS, reason_code="job_changed")


def test_an_expired_offer_says_until_when_it_could_be_answered() -> None:
    expired = replace(offer(), status="expired")
    with pytest.raises(OfferHasExpired) as refusal:
        accept(expired)
    assert refusal.value.params == {"deadline_at": DEADLINE.isoformat()}


ANSWERS: dict[str, Callable[[Offer], Any]] = {
    "accept": accept,
    "decline": lambda each: offers.decline(each, "too_far", None, at=NOW),
    "withdraw": lambda each: offers.withdraw(each, "job_changed", at=NOW),
    "expire": lambda each: offers.expire(each, at=DEADLINE),
}


@given(st.lists(st.sampled_from(sorted(ANSWERS)), min_size=2, max_size=6))
def test_the_first_answer_is_final_whatever_follows(answers: list[str]) -> None:
    answered = ANSWERS[answers[0]](offer())[0]
    for later in answers[1:]:
        if later == "expire":
            assert ANSWERS[later](answered) is None
        else:
            with pytest.raises((OfferIsAnswered, OfferHasExpired)):
                ANSWERS[later](answered)
