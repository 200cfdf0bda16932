"""Engagements: started, completed or cancelled, and rated by both sides."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from contracts.matching import (
    EngagementCancelled,
    EngagementChanged,
    EngagementCompleted,
    EngagementRated,
    EngagementStarted,
)
from contracts.principals import Principal, Role
from contracts.refusals import NotFound
from services.matching.domain import engagements
from services.matching.domain.engagements import (
    AssessmentIsApproved,
    Engagement,
    EngagementIsActive,
    EngagementIsNotActive,
    RatingIsGiven,
)
from tests.unit.matching.examples import (
    ANNA,
    CLIENT,
    CLIENT_USER,
    ENGAGEMENT,
    FIRM,
    MONDAY,
    NEED,
    NOW,
    OFFICER,
    PROVIDER,
    SITE,
    need,
    uid,
)

IDS = {"engagement_id": ENGAGEMENT, "need_id": NEED, "request_id": uid(4), "client_id": CLIENT, "provider_id": FIRM}


def started(**changes: Any) -> Engagement:
    engagement, _ = engagements.start(
        need(programme_code="GREEN"),
        engagement_id=ENGAGEMENT,
        provider_id=FIRM,
        person_id=ANNA,
        starts_on=MONDAY,
        at=NOW,
    )
    return replace(engagement, **changes)


def ended() -> Engagement:
    return engagements.complete(started(), Decimal(8), on=MONDAY, at=NOW)[0]


def test_starting_tells_who_works_where_on_what() -> None:
    _, event = engagements.start(
        need(programme_code="GREEN"),
        engagement_id=ENGAGEMENT,
        provider_id=FIRM,
        person_id=ANNA,
        starts_on=MONDAY,
        at=NOW,
    )
    assert event == EngagementStarted(
        **IDS,
        site_id=SITE,
        person_id=ANNA,
        kind="assessment",
        programme_code="GREEN",
        country="XA",
        province="XA-N",
        starts_on=MONDAY,
    )
    assert started().territory == "XA-N"


def test_the_provider_notes_its_own_reference() -> None:
    changed, event = engagements.change(started(), "2026/17", by=PROVIDER)
    assert (changed.external_ref, changed.ref_owner) == ("2026/17", PROVIDER.principal_id)
    assert event == EngagementChanged(**IDS)
    assert engagements.change(changed, None, by=PROVIDER)[0].ref_owner is None


def test_completing_keeps_the_days_and_happens_once() -> None:
    completed, event = engagements.complete(started(), Decimal("7.5"), on=MONDAY, at=NOW)
    assert (completed.status, completed.reported_days, completed.ended_on) == ("completed", Decimal("7.5"), MONDAY)
    assert event == EngagementCompleted(**IDS, days=Decimal("7.5"), occurred_on=MONDAY)
    with pytest.raises(EngagementIsNotActive):
        engagements.complete(completed, Decimal(8), on=MONDAY, at=NOW)


def test_cancelling_keeps_the_reason_and_happens_once() -> None:
    cancelled, event = engagements.cancel(started(), "quality", assessment_approved=False, on=MONDAY, at=NOW)
    assert (cancelled.status, cancelled.cancellation_reason) == ("cancelled", "quality")
    assert event == EngagementCancelled(**IDS, reason_code="quality", occurred_on=MONDAY)
    with pytest.raises(EngagementIsNotActive):
        engagements.cancel(cancelled, "quality", assessment_approved=False, on=MONDAY, at=NOW)


def test_an_engagement_with_an_approved_assessment_is_not_cancelled() -> None:
    with pytest.raises(AssessmentIsApproved):
        engagements.cancel(started(), "quality", assessment_approved=True, on=MONDAY, at=NOW)


def test_nobody_rates_before_the_end() -> None:
    with pytest.raises(EngagementIsActive):
        engagements.rate(started(), 4, None, by=CLIENT_USER, at=NOW)


def test_each_side_rates_once() -> None:
    rated, event = engagements.rate(ended(), 4, "Careful work", by=CLIENT_USER, at=NOW)
    assert event == EngagementRated(**IDS, side="client")
    with pytest.raises(RatingIsGiven):
        engagements.rate(rated, 5, None, by=CLIENT_USER, at=NOW)
    both, event = engagements.rate(rated, 2, None, by=PROVIDER, at=NOW)
    assert event == EngagementRated(**IDS, side="provider")
    assert both.client_rating is not None
    assert both.provider_rating is not None
    assert (both.client_rating.score, both.client_rating.comment, both.provider_rating.score) == (4, "Careful work", 2)


def test_a_cancelled_engagement_may_be_rated_too() -> None:
    cancelled, _ = engagements.cancel(started(), "quality", assessment_approved=False, on=MONDAY, at=NOW)
    assert engagements.rate(cancelled, 1, None, by=CLIENT_USER, at=NOW)[0].client_rating is not None


def test_who_took_no_part_rates_nothing() -> None:
    other = Principal(principal_id=uid(95), roles=frozenset({Role.PROVIDER}), provider_id=uid(11))
    role_lost = Principal(principal_id=uid(96), roles=frozenset({Role.OFFICER}), client_id=CLIENT)
    for stranger in (OFFICER, other, role_lost):
        with pytest.raises(NotFound):
            engagements.rate(ended(), 5, None, by=stranger, at=NOW)


def test_a_rating_is_shown_to_the_other_side_only_when_both_are_given() -> None:
    rated, _ = engagements.rate(ended(), 4, None, by=CLIENT_USER, at=NOW)
    assert rated.rating_shown_to("client", "client") == rated.client_rating
    assert rated.rating_shown_to("provider", "client") is None
    assert rated.rating_shown_to(None, "client") is None
    both, _ = engagements.rate(rated, 2, None, by=PROVIDER, at=NOW)
    assert both.rating_shown_to("provider", "client") == rated.client_rating
    assert both.rating_shown_to("client", "provider") == both.provider_rating
    assert both.rating_shown_to(None, "provider") == both.provider_rating
