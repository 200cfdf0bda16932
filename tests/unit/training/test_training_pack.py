"""The training section of a pack: what it must say, and what it decides."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from chassis.pack import Pack
from chassis.settings import ROOT
from contracts.values import CompetenceNeeded
from services.training.pack import CompetenceIsUnknown, Decision, ReasonIsUnknown, SeatOffers, TrainingPack

REASONS = {decision: ["other"] for decision in get_args(Decision)}
SECTION: dict[str, Any] = {
    "competences": ["recp_assessment"],
    "evaluator_apart": True,
    "seat_offers": {"deadline_hours": 48},
    "reasons": REASONS,
}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"competences": []}, "at least 1 item"),
        ({"seat_offers": {}}, "either in business days or in hours"),
        ({"seat_offers": {"deadline_hours": 1, "deadline_business_days": 1}}, "either in business days or in hours"),
        ({"seat_offers": {"deadline_hours": 0}}, "greater than or equal to 1"),
        ({"reasons": REASONS | {"cancel_session": []}}, "no reasons are listed for cancel_session"),
        ({"colour": "green"}, "Extra inputs"),
    ],
)
def test_what_no_section_can_say_is_named(changes: dict[str, Any], words: str) -> None:
    TrainingPack.model_validate(SECTION)
    with pytest.raises(ValidationError, match=words):
        TrainingPack.model_validate(SECTION | changes)


def test_a_seat_is_kept_for_business_days_of_the_calendar_or_for_hours() -> None:
    calendar, friday = Pack(ROOT / "packs" / "demo").calendar, datetime(2026, 3, 6, 3, 0, tzinfo=UTC)
    assert SeatOffers(deadline_hours=48).deadline(calendar, friday) == friday + timedelta(hours=48)
    monday_ends = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)
    assert SeatOffers(deadline_business_days=1).deadline(calendar, friday) == monday_ends


def test_codes_that_the_pack_does_not_list_are_refused_with_those_it_lists() -> None:
    section = TrainingPack.model_validate(SECTION)
    section.check_reason("cancel_session", "other")
    with pytest.raises(ReasonIsUnknown) as refusal:
        section.check_reason("cancel_session", "whim")
    assert str(refusal.value) == "whim is no reason to cancel session; known are other."
    with pytest.raises(CompetenceIsUnknown):
        section.check_competences((CompetenceNeeded(code="juggling", level=1),))
