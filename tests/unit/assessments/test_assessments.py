"""The life of an assessment, and who may not be the second pair of eyes."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from contracts.assessments import AssessmentOpened
from contracts.matching import EngagementCancelled, EngagementStarted
from contracts.principals import Principal, Role
from contracts.refusals import OutsideTerritory
from services.assessments.domain import assessments
from services.assessments.domain.assessments import (
    Assessment,
    AssessmentIsIncomplete,
    AssessmentIsNotCompleted,
    AssessmentIsNotOpen,
    AssessmentStatus,
    EngagementIsActive,
    Plant,
    ReturnReasonIsUnknown,
    ReviewerIsAssessor,
    ReviewerIsOfAssessorsFirm,
    ReviewerIsUnnamed,
)
from services.assessments.domain.occurrence import Occurrence
from services.assessments.domain.rules import Rules
from tests.unit.assessments.plant import AT, FIRM, People

TODAY = Occurrence(date(2025, 6, 2))


def cancelled_engagement(engagement: EngagementStarted, engagement_id: UUID | None = None) -> EngagementCancelled:
    return EngagementCancelled(
        engagement_id=engagement_id or engagement.engagement_id,
        need_id=engagement.need_id,
        request_id=engagement.request_id,
        client_id=engagement.client_id,
        provider_id=engagement.provider_id,
        reason_code="client_withdrew",
        occurred_on=date(2025, 6, 1),
    )


def next_engagement(engagement: EngagementStarted) -> EngagementStarted:
    return engagement.model_copy(
        update={"engagement_id": UUID(int=25), "provider_id": UUID(int=502), "person_id": UUID(int=7)}
    )


def test_an_engagement_opens_one_for_its_expert(engagement: EngagementStarted) -> None:
    opened, event = assessments.open_for_engagement(engagement, assessment_id=UUID(int=30), territory="XA-N", at=AT)
    assert opened.status is AssessmentStatus.OPEN
    assert (opened.assessor_id, opened.provider_id) == (engagement.person_id, FIRM)
    assert event.programme_code == "GREEN-MILLS"
    assert (event.need_id, event.engagement_id, event.request_id) == (UUID(int=21), UUID(int=20), UUID(int=22))


def opening(by: Principal, territory: str | None = "XA-N") -> tuple[Assessment, AssessmentOpened]:
    plant = Plant(UUID(int=10), UUID(int=11), "XA", "XA-N", territory)
    return assessments.open_assessment(UUID(int=30), plant, by=by, at=AT)


def test_an_officer_opens_one_without_an_engagement(people: People) -> None:
    opened, event = opening(people.officer)
    assert (opened.assessor_id, opened.engagement_id, opened.label) == (None, None, None)
    assert event.need_id is None


def test_an_officer_opens_none_outside_its_provinces(people: People) -> None:
    local = people.officer.model_copy(update={"provinces": frozenset({"XA-R"})})
    for territory in ("XA-N", None):
        with pytest.raises(OutsideTerritory) as refused:
            opening(local, territory)
        assert refused.value.params == {"province": "XA-N"}
    abroad = Plant(UUID(int=10), UUID(int=11), "US", None, None)
    with pytest.raises(OutsideTerritory) as refused:
        assessments.open_assessment(UUID(int=30), abroad, by=local, at=AT)
    assert refused.value.params == {"province": "US"}


def test_imported_work_says_that_it_was_recorded_elsewhere(people: People) -> None:
    opened, event = assessments.open_assessment(
        UUID(int=30),
        Plant(UUID(int=10), UUID(int=11), "US", None, None),
        imported_as=("iac", "AM0480"),
        by=people.officer,
        at=AT,
    )
    assert opened.recorded_elsewhere
    assert (event.sender, event.row_key) == ("iac", "AM0480")


def test_the_day_of_the_visit_is_corrected_while_it_is_open(opened: Assessment, completed: Assessment) -> None:
    changed, event = assessments.change(opened, visited_on=date(2025, 5, 6), extra={"shift": "two"})
    assert (changed.visited_on, changed.extra) == (date(2025, 5, 6), {"shift": "two"})
    assert event.assessment_id == opened.id
    with pytest.raises(AssessmentIsNotOpen):
        assessments.change(completed, visited_on=None, extra={})


def test_an_officer_assigns_somebody(opened: Assessment, completed: Assessment) -> None:
    assigned, event = assessments.assign(opened, UUID(int=9))
    assert assigned.assessor_id == event.assessor_id == UUID(int=9)
    assert assigned.provider_id == FIRM
    with pytest.raises(AssessmentIsNotOpen):
        assessments.assign(completed, UUID(int=9))


def test_a_cancelled_engagement_leaves_the_work_there(working: Assessment, engagement: EngagementStarted) -> None:
    decided = assessments.unassign(working, cancelled_engagement(engagement))
    assert decided is not None
    left, event = decided
    assert (left.assessor_id, left.provider_id, left.engagement_id) == (None, None, None)
    assert left.baseline == working.baseline
    assert event.engagement_id == engagement.engagement_id


def test_a_cancellation_of_another_engagement_changes_nothing(
    working: Assessment, engagement: EngagementStarted
) -> None:
    assert assessments.unassign(working, cancelled_engagement(engagement, UUID(int=99))) is None


def test_a_cancellation_that_crossed_with_the_approval_changes_nothing(
    approved: Assessment, engagement: EngagementStarted
) -> None:
    assert assessments.unassign(approved, cancelled_engagement(engagement)) is None


def test_the_next_engagement_goes_on_with_the_work(working: Assessment, engagement: EngagementStarted) -> None:
    left = assessments.unassign(working, cancelled_engagement(engagement))
    assert left is not None
    taken = assessments.reassign(left[0], next_engagement(engagement))
    assert taken is not None
    assert (taken[0].assessor_id, taken[0].provider_id) == (UUID(int=7), UUID(int=502))
    assert taken[0].baseline == working.baseline
    assert taken[1].assessor_id == UUID(int=7)


def test_an_engagement_is_taken_over_once(
    opened: Assessment, approved: Assessment, engagement: EngagementStarted
) -> None:
    assert assessments.reassign(opened, engagement) is None
    assert assessments.reassign(approved, next_engagement(engagement)) is None


@pytest.mark.parametrize(
    ("lacking", "options", "missing"),
    [({"baseline": None}, 1, "baseline"), ({}, 0, "option"), ({"assessor_id": None}, 1, "assessor")],
)
def test_an_incomplete_one_says_what_is_missing(
    working: Assessment, people: People, lacking: dict[str, None], options: int, missing: str
) -> None:
    with pytest.raises(AssessmentIsIncomplete) as refused:
        assessments.complete(replace(working, **lacking), options, by=people.assessor, at=AT)  # type: ignore[arg-type]
    assert refused.value.params["missing"] == missing


def test_imported_work_needs_no_assessor_here(working: Assessment, people: People) -> None:
    imported = replace(working, assessor_id=None, provider_id=None, label="recorded_elsewhere")
    completed, _ = assessments.complete(imported, 1, by=people.officer, at=AT)
    approved, event = assessments.approve(completed, occurrence=Occurrence(date(2005, 9, 30)), by=people.officer)
    assert (approved.reviewer_id, approved.completed_by) == (None, None)
    assert (event.label, event.occurred_on) == ("recorded_elsewhere", date(2005, 9, 30))


def test_completing_twice_is_refused(completed: Assessment, people: People) -> None:
    with pytest.raises(AssessmentIsNotOpen):
        assessments.complete(completed, 1, by=people.assessor, at=AT)


def test_another_person_approves(completed: Assessment, people: People) -> None:
    approved, event = assessments.approve(completed, occurrence=TODAY, by=people.reviewer)
    assert approved.status is AssessmentStatus.APPROVED
    assert approved.reviewer_id == people.reviewer.person_id
    assert event.occurred_on == date(2025, 6, 2)
    with pytest.raises(AssessmentIsNotCompleted):
        assessments.approve(approved, occurrence=TODAY, by=people.reviewer)


def reviewing(person_id: UUID | None, firm: UUID | None = None) -> Principal:
    return Principal(principal_id=UUID(int=1), roles=frozenset({Role.REVIEWER}), person_id=person_id, provider_id=firm)


def test_the_assessor_cannot_review_its_own_work(completed: Assessment, people: People) -> None:
    own = reviewing(people.assessor.person_id)
    with pytest.raises(ReviewerIsAssessor):
        assessments.approve(completed, occurrence=TODAY, by=own)
    with pytest.raises(ReviewerIsAssessor):
        assessments.return_assessment(completed, "incomplete", note=None, reasons={"incomplete": ""}, by=own)


def test_a_colleague_cannot_review_and_two_without_a_firm_may(completed: Assessment) -> None:
    with pytest.raises(ReviewerIsOfAssessorsFirm):
        assessments.approve(completed, occurrence=TODAY, by=reviewing(UUID(int=8), FIRM))
    freelance = replace(completed, provider_id=None, completed_by=None)
    approved, _ = assessments.approve(freelance, occurrence=TODAY, by=reviewing(UUID(int=8)))
    assert approved.status is AssessmentStatus.APPROVED


def test_a_key_without_a_person_cannot_review(completed: Assessment) -> None:
    with pytest.raises(ReviewerIsUnnamed):
        assessments.approve(completed, occurrence=TODAY, by=reviewing(None))


def test_who_completed_it_cannot_review_it_after_the_engagement_ended(
    completed: Assessment, engagement: EngagementStarted, people: People
) -> None:
    left = assessments.unassign(completed, cancelled_engagement(engagement))
    assert left is not None
    with pytest.raises(ReviewerIsAssessor):
        assessments.approve(left[0], occurrence=TODAY, by=reviewing(people.assessor.person_id))


def test_the_firm_of_centre_staff_is_remembered(working: Assessment, people: People) -> None:
    staff = replace(working, provider_id=None)
    completed, _ = assessments.complete(staff, 1, by=people.assessor, at=AT)
    with pytest.raises(ReviewerIsOfAssessorsFirm):
        assessments.approve(completed, occurrence=TODAY, by=reviewing(UUID(int=8), FIRM))


def test_a_returned_one_is_open_again_with_its_reason(completed: Assessment, people: People, rules: Rules) -> None:
    returned, event = assessments.return_assessment(
        completed, "source_missing", note="Page 3", reasons=rules.return_reasons, by=people.reviewer
    )
    assert returned.status is AssessmentStatus.OPEN
    assert (returned.return_reason_code, returned.return_note) == ("source_missing", "Page 3")
    assert event.reason_code == "source_missing"
    again, _ = assessments.complete(returned, 1, by=people.assessor, at=AT)
    assert again.return_reason_code is None


def test_a_return_needs_a_known_reason_and_a_completed_assessment(
    completed: Assessment, opened: Assessment, people: People, rules: Rules
) -> None:
    with pytest.raises(ReturnReasonIsUnknown):
        assessments.return_assessment(completed, "mood", note=None, reasons=rules.return_reasons, by=people.reviewer)
    with pytest.raises(AssessmentIsNotCompleted):
        assessments.return_assessment(opened, "incomplete", note=None, reasons=rules.return_reasons, by=people.reviewer)


def test_one_with_an_active_engagement_cannot_be_cancelled(opened: Assessment, engagement: EngagementStarted) -> None:
    with pytest.raises(EngagementIsActive):
        assessments.cancel(opened)
    left = assessments.unassign(opened, cancelled_engagement(engagement))
    assert left is not None
    cancelled, event = assessments.cancel(left[0])
    assert cancelled.status is AssessmentStatus.CANCELLED
    assert event.need_id == engagement.need_id
    with pytest.raises(AssessmentIsNotOpen):
        assessments.cancel(cancelled)
