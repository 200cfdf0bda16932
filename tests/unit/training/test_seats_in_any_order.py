"""Whatever happens in a session, in whatever order: no seat too many, none left empty, nobody overtaken."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.training.domain.enrolments import (
    WAITS,
    Enrolment,
    Occupancy,
    accept_seat,
    cancel,
    decline_seat,
    enrol,
    lapse,
    next_in_line,
    offer_seat,
    taken,
)
from services.training.domain.sessions import Session, change
from tests.unit.training.examples import BEGINS, SESSION, enrolled

PATIENCE = timedelta(days=2)


class SeatsInAnyOrder(RuleBasedStateMachine):
    """The rules as use cases put them together: after whatever frees a seat, it is offered at once."""

    def __init__(self) -> None:
        super().__init__()
        self.session: Session = replace(SESSION, seats=2)
        self.now = BEGINS - timedelta(days=30)
        self.all: dict[UUID, Enrolment] = {}
        self.offered: list[int] = []

    def keep(self, enrolment: Enrolment) -> None:
        self.all[enrolment.id] = replace(enrolment, version=enrolment.version + 1)

    def offer_next(self) -> None:
        if self.now >= self.session.starts_at:
            return
        for each in next_in_line(self.session, self.all.values()):
            self.keep(offer_seat(each, self.session, self.now + PATIENCE)[0])
            self.offered.append(each.place or 0)

    def of(self, *statuses: str) -> list[Enrolment]:
        return [each for each in self.all.values() if each.status in statuses]

    def to_come(self) -> bool:
        return self.now < self.session.starts_at

    @precondition(lambda self: self.to_come())
    @rule(people=st.integers(1, 4))
    def enrol_some(self, people: int) -> None:
        places = [each.place or 0 for each in self.all.values()]
        occupancy = Occupancy(taken(self.all.values()), len(self.of("waitlisted")), max(places, default=0))
        for _ in range(people):
            asked = enrolled(id=UUID(int=len(self.all)), enrolled_at=self.now)
            enrolment, _ = enrol(self.session, asked, occupancy)
            occupancy = occupancy.after(enrolment)
            self.keep(enrolment)

    @precondition(lambda self: self.to_come() and self.of("confirmed", "waitlisted"))
    @rule(data=st.data())
    def cancel_one(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(self.of("confirmed", "waitlisted")))
        self.keep(cancel(chosen, self.session, "other", at=self.now)[0])
        self.offer_next()

    @precondition(lambda self: self.to_come() and self.of("seat_offered"))
    @rule(data=st.data(), accepts=st.booleans())
    def answer_one(self, data: st.DataObject, accepts: bool) -> None:
        chosen = data.draw(st.sampled_from(self.of("seat_offered")))
        answer = accept_seat if accepts else decline_seat
        self.keep(answer(chosen, self.session, at=self.now)[0])
        self.offer_next()

    @rule(hours=st.sampled_from((1, 47, 49, 24 * 12, 24 * 730)))
    def let_time_pass(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        for each in self.of("seat_offered"):
            lapsed = lapse(each, at=self.now)
            if lapsed is not None:
                self.keep(lapsed[0])
                self.offer_next()

    @precondition(lambda self: self.to_come())
    @rule(seats=st.integers(1, 5))
    def change_seats(self, seats: int) -> None:
        held = taken(self.all.values())
        if held <= seats or seats >= self.session.seats:
            self.session, _ = change(self.session, {"seats": seats}, taken=held, others=(), at=self.now)
            self.offer_next()

    @invariant()
    def no_seat_is_given_twice(self) -> None:
        assert taken(self.all.values()) <= self.session.seats

    @invariant()
    def nobody_waits_beside_an_empty_seat(self) -> None:
        assert not self.to_come() or not next_in_line(self.session, self.all.values())

    @invariant()
    def nobody_is_overtaken(self) -> None:
        assert self.offered == sorted(self.offered)
        waiting = [each.place or 0 for each in self.of("waitlisted")]
        assert not waiting or not self.offered or max(self.offered) < min(waiting)
        given = [each.place for each in self.all.values() if each.place is not None]
        assert sorted(given) == list(range(1, len(given) + 1))

    @invariant()
    def an_offer_has_its_time(self) -> None:
        for each in self.of(*WAITS):
            has_deadline = each.deadline_at is not None
            assert has_deadline is (each.status == "seat_offered")
            assert each.deadline_at is None or self.now < each.deadline_at <= self.session.starts_at


TestSeatsInAnyOrder = SeatsInAnyOrder.TestCase
TestSeatsInAnyOrder.settings = settings(max_examples=60, stateful_step_count=30, deadline=None, database=None)
