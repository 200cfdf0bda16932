"""When a session is, by the clock of its venue, and what it keeps its trainers from."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.training.domain.sessions import (
    SeatsAreTaken,
    SessionHasNotEnded,
    SessionStartsInThePast,
    SessionWasAttended,
    TrainerHasJudged,
    TrainerHasTaught,
    TrainerIsBooked,
    cancel,
    change,
    complete,
    overlaps,
    schedule,
)
from tests.unit.training.examples import BEGINS, ENDS, EXAMINER, SESSION, TRAINER

LONG_BEFORE = BEGINS - timedelta(days=30)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "shared"),
    [
        (BEGINS - MINUTE, BEGINS, False),
        (BEGINS - MINUTE, BEGINS + MINUTE, True),
        (ENDS, ENDS + MINUTE, False),
        (ENDS - MINUTE, ENDS + MINUTE, True),
        (BEGINS + MINUTE, ENDS - MINUTE, True),
        (BEGINS - MINUTE, ENDS + MINUTE, True),
    ],
)
def test_sessions_back_to_back_share_no_moment(starts_at: datetime, ends_at: datetime, shared: bool) -> None:
    other = replace(SESSION, id=UUID(int=99), starts_at=starts_at, ends_at=ends_at)
    assert overlaps(SESSION, other) is shared
    assert overlaps(other, SESSION) is shared
    if shared:
        with pytest.raises(TrainerIsBooked) as refusal:
            schedule(SESSION, [other])
        assert refusal.value.params["session_id"] == str(other.id)
        assert refusal.value.params["person_id"] == str(TRAINER)
    else:
        schedule(SESSION, [other])


def test_a_trainer_is_kept_by_no_cancelled_session_by_no_other_trainers_and_not_by_the_same() -> None:
    other = replace(SESSION, id=UUID(int=99))
    schedule(SESSION, [replace(other, status="cancelled"), replace(other, trainers=(UUID(int=98),)), SESSION])


def test_the_dates_are_those_at_the_venue() -> None:
    new_year = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)
    held = replace(SESSION, starts_at=new_year, ends_at=new_year + timedelta(hours=2))
    assert replace(held, time_zone="Asia/Tokyo").starts_on == date(2027, 1, 1)
    assert replace(held, time_zone="America/New_York").ends_on == date(2026, 12, 31)


def test_a_session_begins_after_now() -> None:
    schedule(replace(SESSION, changed_at=BEGINS - MINUTE), [])
    with pytest.raises(SessionStartsInThePast):
        schedule(replace(SESSION, changed_at=BEGINS), [])


def test_seats_may_be_fewer_but_not_fewer_than_are_taken() -> None:
    change(SESSION, {"seats": 1}, taken=1, others=(), at=LONG_BEFORE)
    with pytest.raises(SeatsAreTaken):
        change(SESSION, {"seats": 1}, taken=2, others=(), at=LONG_BEFORE)


def test_a_session_is_completed_from_its_last_moment_on() -> None:
    assert complete(SESSION, at=ENDS)[0].status == "completed"
    with pytest.raises(SessionHasNotEnded):
        complete(SESSION, at=ENDS - MINUTE)


def test_a_session_that_people_came_to_is_not_cancelled() -> None:
    assert cancel(SESSION, "other", was_attended=False, at=ENDS)[0].status == "cancelled"
    with pytest.raises(SessionWasAttended):
        cancel(SESSION, "other", was_attended=True, at=ENDS)


def test_nobody_is_struck_from_the_trainers_to_judge_its_own_teaching() -> None:
    struck: dict[str, Any] = {"trainers": ()}
    change(SESSION, struck, taken=0, others=(), at=LONG_BEFORE)
    with pytest.raises(TrainerHasTaught):
        change(SESSION, struck, taken=0, others=(), at=BEGINS)
    more, _ = change(SESSION, {"trainers": (TRAINER, EXAMINER)}, taken=0, others=(), at=BEGINS)
    assert more.trainers == (TRAINER, EXAMINER)


def test_whoever_has_judged_is_not_put_among_the_trainers() -> None:
    with pytest.raises(TrainerHasJudged):
        change(SESSION, {"trainers": (TRAINER, EXAMINER)}, taken=1, others=(), at=ENDS, evaluators={None, EXAMINER})


def test_where_evaluators_may_be_trainers_trainers_are_corrected_at_any_time() -> None:
    together = replace(SESSION, terms=replace(SESSION.terms, evaluator_apart=False))
    change(together, {"trainers": ()}, taken=0, others=(), at=ENDS, evaluators={TRAINER})
    change(together, {"trainers": (EXAMINER,)}, taken=0, others=(), at=ENDS, evaluators={EXAMINER})
