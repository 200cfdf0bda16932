"""Sessions with their enrolments and certificates, as API.md's state lists have them: a machine and its model."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.journeys.machine import Watched

SEATS = 2
PATIENCE = 60
TAKES_A_SEAT = ("confirmed", "seat_offered", "attended", "absent", "passed", "failed")
RECORDED = ("attended", "absent", "passed", "failed")
STRANGERS = st.sampled_from(("nobody", "ministry", "integrator", "reviewer", "stranger firm", "stranger client"))


@dataclass
class Trainee:
    """Where a person should stand; `place` in the order of asking among those who had to wait."""

    status: str
    place: int = 0
    certificate: str | None = None
    standing: str | None = None
    code: str = ""

    @property
    def is_certified(self) -> bool:
        """A certificate that was revoked may be followed by another."""
        return self.standing not in (None, "revoked")


@dataclass
class Class:
    """A session, and everybody who was ever in it by enrolment."""

    session_id: str
    starts_at: datetime
    ends_at: datetime
    status: str = "scheduled"
    seats: int = SEATS
    trainees: dict[str, Trainee] = field(default_factory=dict)

    @property
    def taken(self) -> int:
        return sum(each.status in TAKES_A_SEAT for each in self.trainees.values())

    @property
    def waiting(self) -> list[Trainee]:
        return sorted(
            (each for each in self.trainees.values() if each.status == "waitlisted"), key=lambda each: each.place
        )

    def refill(self) -> None:
        """A free seat is offered to whoever waited longest."""
        while self.waiting and self.taken < self.seats:
            self.waiting[0].status = "seat_offered"

    def of(self, *statuses: str) -> list[str]:
        return [id for id, each in self.trainees.items() if each.status in statuses]


class TrainingMachine(Watched):
    """One session after the other: people come and go, are judged, certified, and lose it again."""

    here: Class

    @initialize()
    def begin(self) -> None:
        self.people = self.stand.people
        self.trainer, self.officer = self.people["trainer"], self.people["officer"]
        self.firm = self.stand.own.people["provider"]
        self.schedule()

    def schedule(self) -> None:
        """A session in two months, of a course whose certificates hold for a month."""
        course = {"title": "Steam", "competences": [], "hours": "8", "language": "en", "validity_months": 1}
        course_id = self.command(self.officer, "/v1/courses", course, allowed=True).json()["course_id"]
        starts_at = self._now() + timedelta(days=60)
        times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=8)).isoformat()}
        body = {"course_id": course_id, "time_zone": "Asia/Bangkok", "province": "XA-R", "language": "en"}
        made = self.command(self.trainer, "/v1/sessions", body | times | {"seats": SEATS}, allowed=True).json()
        self.here = Class(made["session_id"], starts_at, starts_at + timedelta(hours=8))

    def _now(self) -> datetime:
        return self.stand.house.house.clock.now()

    def _has_begun(self) -> bool:
        return self._now() >= self.here.starts_at

    def _to_come(self) -> bool:
        return self.here.status == "scheduled" and not self._has_begun()

    # seats

    @rule(own=st.integers(0, 5))
    def enrol(self, own: int) -> None:
        """By the firm; now and then by somebody who may not, or for a firm that is not its own."""
        here, person = self.here, {"full_name": f"Somebody New {len(self.here.trainees)}"}
        body: dict[str, Any] = {"session_id": here.session_id, "participant": person}
        if not own:
            body["provider_id"] = self.stand.second.ids["provider"]
        answer = self.command(self.firm, "/v1/enrolments", body, allowed=self._to_come() and bool(own))
        if answer.status_code != 201:
            return
        free = here.taken < here.seats and not here.waiting
        place = 1 + max((each.place for each in here.trainees.values()), default=0)
        made = answer.json()
        here.trainees[made["enrolment_id"]] = Trainee("confirmed") if free else Trainee("waitlisted", place)

    @precondition(lambda self: self.here.trainees)
    @rule(data=st.data(), verb=st.sampled_from(("cancel", "accept-seat", "decline-seat")), own=st.integers(0, 4))
    def answer(self, data: st.DataObject, verb: str, own: int) -> None:
        wanted = ("confirmed", "waitlisted") if verb == "cancel" else ("seat_offered",)
        id = data.draw(st.sampled_from(self.here.of(*wanted) or list(self.here.trainees)))
        trainee = self.here.trainees[id]
        allowed = self._to_come() and trainee.status in wanted and bool(own)
        body = {"reason_code": "other"} if verb == "cancel" else None
        who = self.firm if own else self.people["stranger firm"]
        self.command(who, f"/v1/enrolments/{id}/{verb}", body, allowed=allowed)
        if allowed:
            trainee.status = {"cancel": "cancelled", "accept-seat": "confirmed", "decline-seat": "declined"}[verb]
            self.here.refill()

    @precondition(lambda self: self._to_come() and self.here.of("seat_offered"))
    @rule()
    def let_the_seats_lapse(self) -> None:
        late = self.here.of("seat_offered")
        if self._now() + timedelta(days=12) >= self.here.starts_at:
            return
        self._advance(timedelta(days=12), late)  # two business days, over weekends and holidays
        for id in late:
            self.here.trainees[id].status = "lapsed"
        self.here.refill()

    @rule()
    def add_a_seat(self) -> None:
        path = f"/v1/sessions/{self.here.session_id}"
        etag = self.ask(self.trainer, "GET", path).headers["etag"]
        answer = self.ask(self.trainer, "PATCH", path, {"seats": self.here.seats + 1}, headers={"If-Match": etag})
        assert (answer.status_code == 200) is (self.here.status == "scheduled"), answer.text
        self.stand.run(self.stand.house.settle())
        if answer.status_code == 200:
            self.here.seats += 1
            if self._to_come():
                self.here.refill()

    # time

    @precondition(lambda self: self._to_come() and self.here.trainees)
    @rule()
    def let_it_begin(self) -> None:
        left = self.here.of("waitlisted", "seat_offered")
        self._advance(self.here.starts_at - self._now() + timedelta(minutes=1), left)
        for id in left:
            # An offered seat has its own deadline: whoever let that pass has lapsed, the next is too late.
            self.here.trainees[id].status = self._status(id)
            assert self.here.trainees[id].status in ("cancelled", "lapsed")

    @precondition(lambda self: self.here.status == "scheduled" and self._has_begun())
    @rule()
    def let_it_end(self) -> None:
        if self._now() < self.here.ends_at:
            self._advance(self.here.ends_at - self._now() + timedelta(minutes=1), [])

    @precondition(lambda self: any(each.standing == "valid" for each in self.here.trainees.values()))
    @rule()
    def let_certificates_expire(self) -> None:
        self._advance(timedelta(days=32), [])
        for each in self.here.trainees.values():
            if each.standing == "valid":
                each.standing = "expired"
                self._until(lambda each=each: self._certificate(each)["status"] == "expired")

    @rule(verb=st.sampled_from(("cancel", "complete", "complete")))
    def end(self, verb: str) -> None:
        here, body = self.here, {"reason_code": "other"} if verb == "cancel" else None
        over = self._now() >= here.ends_at
        attended = bool(here.of(*RECORDED))
        allowed = here.status == "scheduled" and (over if verb == "complete" else not attended)
        self.command(self.officer, f"/v1/sessions/{here.session_id}/{verb}", body, allowed=allowed)
        if not allowed:
            return
        here.status = "completed" if verb == "complete" else "cancelled"
        if verb == "cancel":
            for id in here.of(*TAKES_A_SEAT, "waitlisted"):
                here.trainees[id].status = "cancelled"

    # judgement

    @precondition(lambda self: self.here.trainees)
    @rule(data=st.data(), attended=st.sampled_from((True, True, False)))
    def record_attendance(self, data: st.DataObject, attended: bool) -> None:
        id = data.draw(st.sampled_from(self.here.of("confirmed", *RECORDED) or list(self.here.trainees)))
        trainee = self.here.trainees[id]
        news = trainee.status == "confirmed" or attended is (trainee.status == "absent")
        correction = trainee.status in RECORDED
        allowed = (
            self._has_begun()
            and trainee.status in ("confirmed", *RECORDED)
            and news
            and not (correction and (self.here.status == "completed" or trainee.is_certified))
        )
        path = f"/v1/enrolments/{id}/record-attendance"
        self.command(self.trainer, path, {"attended": attended}, allowed=allowed)
        if allowed:
            trainee.status = "attended" if attended else "absent"

    @precondition(lambda self: self.here.of(*RECORDED))
    @rule(data=st.data(), passed=st.sampled_from((True, True, False)))
    def record_result(self, data: st.DataObject, passed: bool) -> None:
        id = data.draw(st.sampled_from(self.here.of(*RECORDED)))
        trainee, aim = self.here.trainees[id], "passed" if passed else "failed"
        correction = trainee.status in ("passed", "failed")
        closed = self.here.status == "completed" or trainee.is_certified
        allowed = trainee.status not in ("absent", aim) and not (correction and closed)
        self.command(self.trainer, f"/v1/enrolments/{id}/record-result", {"passed": passed}, allowed=allowed)
        if allowed:
            trainee.status = aim

    @precondition(lambda self: self.here.of(*RECORDED))
    @rule(data=st.data(), who=st.sampled_from(("trainer", "trainer", "trainer", "officer")))
    def issue(self, data: st.DataObject, who: str) -> None:
        id = data.draw(st.sampled_from(self.here.of("passed") or self.here.of(*RECORDED)))
        trainee = self.here.trainees[id]
        allowed = trainee.status == "passed" and not trainee.is_certified and who == "trainer"
        answer = self.command(self.people[who], "/v1/certificates", {"enrolment_id": id}, allowed=allowed)
        if allowed:
            made = answer.json()
            trainee.certificate, trainee.code, trainee.standing = made["certificate_id"], made["check_code"], "valid"

    @precondition(lambda self: self._certified())
    @rule(data=st.data(), who=st.sampled_from(("trainer", "officer", "own firm")))
    def revoke(self, data: st.DataObject, who: str) -> None:
        trainee = data.draw(st.sampled_from(self._certified()))
        allowed = trainee.standing == "valid" and who != "own firm"
        http = self.firm if who == "own firm" else self.people[who]
        path = f"/v1/certificates/{trainee.certificate}/revoke"
        self.command(http, path, {"reason_code": "other"}, allowed=allowed)
        if allowed:
            trainee.standing = "revoked"

    @precondition(lambda self: self.here.trainees)
    @rule(data=st.data(), who=STRANGERS, verb=st.sampled_from(("record-attendance", "cancel", "issue", "complete")))
    def trespass(self, data: st.DataObject, who: str, verb: str) -> None:
        """Those who may never do it, at whatever time."""
        id = data.draw(st.sampled_from(list(self.here.trainees)))
        path, body = {
            "record-attendance": (f"/v1/enrolments/{id}/record-attendance", {"attended": True}),
            "cancel": (f"/v1/enrolments/{id}/cancel", {"reason_code": "other"}),
            "issue": ("/v1/certificates", {"enrolment_id": id}),
            "complete": (f"/v1/sessions/{self.here.session_id}/complete", None),
        }[verb]
        assert self.ask(self.people[who], "POST", path, body).status_code in (401, 403, 404)

    @rule()
    def go_on(self) -> None:
        self._go_on()

    @rule()
    def go_further(self) -> None:
        self._go_on()

    def _go_on(self) -> None:
        """What usually comes next, so that plays get far."""
        here = self.here
        if here.status == "cancelled" or (here.status == "completed" and self._certified()):
            self.schedule()
        elif self._to_come() and len(here.trainees) <= SEATS:
            self.enrol(own=1)
        elif self._to_come() and here.of("seat_offered"):
            self._give(here.of("seat_offered")[0], "accept-seat", "confirmed")
        elif self._to_come() and here.waiting and not here.of("cancelled"):
            self._give(here.of("confirmed")[0], "cancel", "cancelled")
        elif self._to_come():
            self.let_it_begin()
        elif here.of("confirmed"):
            self._straight(here.of("confirmed")[0], "record-attendance", {"attended": True}, "attended")
        elif here.of("attended"):
            self._straight(here.of("attended")[0], "record-result", {"passed": True}, "passed")
        elif self._now() < here.ends_at:
            self.let_it_end()

    def _give(self, id: str, verb: str, status: str) -> None:
        body = {"reason_code": "other"} if verb == "cancel" else None
        self.command(self.firm, f"/v1/enrolments/{id}/{verb}", body, allowed=True)
        self.here.trainees[id].status = status
        self.here.refill()

    def _straight(self, id: str, verb: str, body: dict[str, Any], status: str) -> None:
        self.command(self.trainer, f"/v1/enrolments/{id}/{verb}", body, allowed=True)
        self.here.trainees[id].status = status

    # what must hold after every step

    @invariant()
    def everybody_stands_where_they_should(self) -> None:
        self.follow()
        here = self.here
        found = self.show(self.officer, "/v1/enrolments", session_id=here.session_id, limit=200)["items"]
        assert {each["enrolment_id"]: each["status"] for each in found} == {
            id: each.status for id, each in here.trainees.items()
        }
        assert here.taken <= here.seats
        for each in found:
            self.counted(each, each["enrolment_id"])
        session = self.show(self.trainer, f"/v1/sessions/{here.session_id}")
        assert session["status"] == here.status
        self.counted(session, here.session_id)

    @invariant()
    def certificates_say_what_is_true(self) -> None:
        self.follow()
        for trainee in self._certified():
            certificate = self._certificate(trainee)
            assert certificate["status"] == {"valid": "issued"}.get(trainee.standing or "", trainee.standing)
            self.counted(certificate, certificate["certificate_id"])
            checked = self.show(self.people["nobody"], f"/v1/certificate-checks/{trainee.code}")
            assert checked["standing"] == trainee.standing

    def _certified(self) -> list[Trainee]:
        return [each for each in self.here.trainees.values() if each.certificate is not None]

    def _certificate(self, trainee: Trainee) -> dict[str, Any]:
        shown: dict[str, Any] = self.show(self.trainer, f"/v1/certificates/{trainee.certificate}")
        return shown

    def _status(self, id: str) -> str:
        status: str = self.show(self.officer, f"/v1/enrolments/{id}")["status"]
        return status

    def _advance(self, step: timedelta, until_changed: list[str]) -> None:
        """Let time pass, and what is due be done: the service's own sweep may be the one that is at it."""
        before = {id: self._status(id) for id in until_changed}
        self.stand.run(self.stand.house.advance(seconds=step.total_seconds()))
        self._until(lambda: all(self._status(id) != before[id] for id in until_changed))
        self.stand.run(self.stand.house.settle())

    def _until(self, look: Any) -> None:
        for _ in range(PATIENCE):
            if look():
                return
            time.sleep(0.05)
