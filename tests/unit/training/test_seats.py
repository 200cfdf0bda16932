"""Who has a seat, who waits, and who is next."""

from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.training import EnrolmentConfirmed, EnrolmentWaitlisted, SeatOffered
from services.training.domain.enrolments import (
    EnrolmentIsAnother,
    EnrolmentStatus,
    Occupancy,
    SeatOfferHasLapsed,
    accept_seat,
    cancel,
    decline_seat,
    enrol,
    lapse,
    next_in_line,
    offer_seat,
    taken,
)
from services.training.domain.sessions import SessionHasBegun, SessionIsOver
from tests.unit.training.examples import BEGINS, SESSION, enrolled

BEFORE = BEGINS - timedelta(days=5)
DEADLINE = BEGINS - timedelta(days=3)
OFFERED = enrolled(status="seat_offered", place=1, deadline_at=DEADLINE)


@pytest.mark.parametrize(
    ("occupancy", "status", "place"),
    [
        (Occupancy(taken=0), "confirmed", None),
        (Occupancy(taken=1), "confirmed", None),
        (Occupancy(taken=2), "waitlisted", 1),
        (Occupancy(taken=2, waiting=3, last_place=7), "waitlisted", 8),
        (Occupancy(taken=1, waiting=1, last_place=4), "waitlisted", 5),  # nobody overtakes who waits
        (Occupancy(taken=1, waiting=0, last_place=4), "confirmed", None),
    ],
)
def test_a_seat_is_given_while_one_is_free_and_nobody_waits(
    occupancy: Occupancy, status: str, place: int | None
) -> None:
    enrolment, event = enrol(SESSION, enrolled(), occupancy)
    assert (enrolment.status, enrolment.place) == (status, place)
    assert isinstance(event, EnrolmentConfirmed if status == "confirmed" else EnrolmentWaitlisted)
    after = occupancy.after(enrolment)
    assert after.taken + after.waiting == occupancy.taken + occupancy.waiting + 1
    assert after.last_place == (place or occupancy.last_place)


def test_nobody_enrols_when_the_first_minute_has_come() -> None:
    enrol(SESSION, enrolled(enrolled_at=BEGINS - timedelta(microseconds=1)), Occupancy())
    with pytest.raises(SessionHasBegun):
        enrol(SESSION, enrolled(enrolled_at=BEGINS), Occupancy())
    with pytest.raises(SessionIsOver):
        enrol(replace(SESSION, status="cancelled"), enrolled(), Occupancy())


def test_free_seats_go_to_those_who_waited_longest() -> None:
    waiting = [enrolled(status="waitlisted", place=place) for place in (9, 2, 5)]
    gone = [enrolled(status=status) for status in ("cancelled", "declined", "lapsed")]
    assert [each.place for each in next_in_line(SESSION, [*waiting, *gone])] == [2, 5]
    assert [each.place for each in next_in_line(SESSION, [*waiting, enrolled()])] == [2]
    assert next_in_line(SESSION, [*waiting, enrolled(), OFFERED]) == []
    assert next_in_line(replace(SESSION, seats=1), [*waiting, enrolled(), enrolled()]) == []


def test_a_seat_is_taken_by_whoever_has_it_or_may_still_answer() -> None:
    seated: tuple[EnrolmentStatus, ...] = ("confirmed", "seat_offered", "attended", "absent", "passed", "failed")
    gone: tuple[EnrolmentStatus, ...] = ("waitlisted", "declined", "lapsed", "cancelled")
    assert taken(enrolled(status=status) for status in seated) == 6
    assert taken(enrolled(status=status) for status in gone) == 0


def test_an_offer_never_outlasts_the_beginning() -> None:
    offered, event = offer_seat(enrolled(status="waitlisted", place=1), SESSION, BEGINS + timedelta(days=1))
    assert isinstance(event, SeatOffered)
    assert offered.deadline_at == event.deadline_at == BEGINS


def test_an_offer_is_answered_before_its_deadline() -> None:
    last = DEADLINE - timedelta(microseconds=1)
    assert accept_seat(OFFERED, SESSION, at=last)[0].status == "confirmed"
    assert decline_seat(OFFERED, SESSION, at=last)[0].status == "declined"
    assert lapse(OFFERED, at=last) is None
    for answer in (accept_seat, decline_seat):
        with pytest.raises(SeatOfferHasLapsed):
            answer(OFFERED, SESSION, at=DEADLINE)
    change = lapse(OFFERED, at=DEADLINE)
    assert change is not None
    assert change[0].status == "lapsed"
    assert lapse(change[0], at=DEADLINE) is None


def test_what_is_no_offer_has_no_answer() -> None:
    for status in ("confirmed", "waitlisted", "declined", "cancelled"):
        with pytest.raises(EnrolmentIsAnother):
            accept_seat(enrolled(status=status), SESSION, at=BEFORE)
        with pytest.raises(EnrolmentIsAnother):
            decline_seat(enrolled(status=status), SESSION, at=BEFORE)
    with pytest.raises(EnrolmentIsAnother, match="The enrolment is declined: this is for one that is seat offered"):
        accept_seat(enrolled(status="declined"), SESSION, at=BEFORE)


def test_who_is_confirmed_or_waits_may_cancel_before_the_beginning() -> None:
    for status in ("confirmed", "waitlisted"):
        assert cancel(enrolled(status=status), SESSION, "other", at=BEFORE)[0].status == "cancelled"
        with pytest.raises(SessionHasBegun):
            cancel(enrolled(status=status), SESSION, "other", at=BEGINS)
    for status in ("seat_offered", "declined", "lapsed", "cancelled", "attended", "passed"):
        with pytest.raises(EnrolmentIsAnother):
            cancel(enrolled(status=status), SESSION, "other", at=BEFORE)
