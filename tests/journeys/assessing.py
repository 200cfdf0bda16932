"""An assessment and its options, as API.md's state lists have them, from opened to verified."""

from datetime import timedelta
from typing import Any, ClassVar

import httpx2
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.journeys.machine import Watched
from tests.journeys.world import MOTOR, accept

JUMPS = 4  # of three years: the calendar of the pack does not reach for ever
DECISIONS = {
    "approve": (("identified", "pending"), "approved"),
    "refuse": (("identified", "pending", "approved"), "refused"),
    "postpone": (("identified",), "pending"),
}


class AssessmentMachine(Watched):
    """One assessment, with an engagement or without; two assessors, of whom one has it at a time."""

    jumps: ClassVar[int] = 0

    @initialize(engaged=st.booleans())
    def begin(self, engaged: bool) -> None:
        stand = self.stand
        self.people, self.own = stand.people, stand.own
        self.assessors = {"first": stand.own, "second": stand.second}
        self.status, self.baseline, self.engaged = "open", False, engaged
        self.options: dict[str, str] = {}
        self.has: str | None = "first"
        if engaged:
            self._engage()
            mine = self.show(self._assessor, "/v1/assessments", engagement_id=self.engagement)["items"]
            self.id = mine[0]["assessment_id"]
            return
        where = {"client_id": self.own.ids["client"], "site_id": self.own.ids["site"]}
        opened = self.command(self.people["officer"], "/v1/assessments", where, allowed=True)
        self.id = opened.json()["assessment_id"]
        self.assign("first")

    def _engage(self) -> None:
        """The client asks and whichever firm gets the offer takes it."""
        officer = self.people["officer"]
        body = {
            "client_id": self.own.ids["client"],
            "site_id": self.own.ids["site"],
            "kind": "assessment",
            "language": "en",
            "wanted_from": self._day(30),
            "wanted_until": self._day(90),
            "days": 3,
        }
        asked = self.command(self.people["client"], "/v1/service-requests", body, allowed=True).json()
        need = self.show(officer, "/v1/needs", request_id=asked["request_id"])["items"][0]
        (offer,) = self.show(officer, "/v1/offers", need_id=need["need_id"])["items"]
        self.has = next(name for name, side in self.assessors.items() if side.ids["provider"] == offer["provider_id"])
        side = self.assessors[self.has]
        self.engagement = self.stand.run(accept(self.stand.house, side, offer["offer_id"]))

    def _day(self, days: int) -> str:
        return str((self.stand.house.house.clock.now() + timedelta(days=days)).date())

    @property
    def path(self) -> str:
        return f"/v1/assessments/{self.id}"

    @property
    def _assessor(self) -> httpx2.AsyncClient:
        return self._by("has")

    def _by(self, who: str) -> httpx2.AsyncClient:
        """Whoever has the assessment, or the assessor of somebody else's."""
        if who == "has" and self.has is not None:
            return self.assessors[self.has].people["assessor"]
        return self.people["stranger assessor"]

    def _may(self, who: str) -> bool:
        return who == "has" and self.has is not None

    @rule(to=st.sampled_from(("first", "second")))
    def assign(self, to: str) -> None:
        body, allowed = {"person_id": self.assessors[to].ids["expert_person"]}, self.status == "open"
        self.command(self.people["officer"], f"{self.path}/assign", body, allowed=allowed)
        self.has = to if allowed else self.has

    @rule(who=st.sampled_from(("has", "has", "has", "other")))
    def record_baseline(self, who: str) -> None:
        year = int(self._day(0)[:4]) - 1
        period = {"starts_on": f"{year}-01-01", "ends_on": f"{year}-12-31"}
        body = {"period": period, "water_m3": "100"}
        allowed = self.status == "open" and self._may(who)
        self.command(self._by(who), f"{self.path}/baseline", body, allowed=allowed, method="PUT")
        self.baseline = self.baseline or allowed

    @rule(who=st.sampled_from(("has", "has", "has", "other")))
    def identify_option(self, who: str) -> None:
        body = MOTOR | {"assessment_id": self.id, "title": "Motor", "boundary_id": "fan"}
        allowed = self.status == "open" and self._may(who)
        answer = self.command(self._by(who), "/v1/options", body, allowed=allowed)
        if allowed:
            self.options[answer.json()["option_id"]] = "identified"

    @rule(who=st.sampled_from(("has", "has", "has", "other")))
    def complete(self, who: str) -> None:
        allowed = self.status == "open" and self.baseline and bool(self.options) and self._may(who)
        self.command(self._by(who), f"{self.path}/complete", allowed=allowed)
        self.status = "completed" if allowed else self.status

    @rule(
        verb=st.sampled_from(("approve", "approve", "return")), who=st.sampled_from(("reviewer", "client", "officer"))
    )
    def review(self, verb: str, who: str) -> None:
        allowed = self.status == "completed" and who == "reviewer"
        body = {"reason_code": "incomplete"} if verb == "return" else None
        self.command(self.people[who], f"{self.path}/{verb}", body, allowed=allowed)
        if allowed:
            self.status = "approved" if verb == "approve" else "open"

    @rule()
    def go_on(self) -> None:
        self._go_on()

    @rule()
    def go_further(self) -> None:
        self._go_on()

    @rule()
    def go_still_further(self) -> None:
        self._go_on()

    def _go_on(self) -> None:
        """What usually comes next, so that plays get far."""
        if self.status == "open":
            if self.has is None:
                self.assign("first")
            elif not self.baseline:
                self.record_baseline("has")
            elif not self.options:
                self.identify_option("has")
            else:
                self.complete("has")
        elif self.status == "completed":
            self.review("approve", "reviewer")
        elif self.status == "approved":
            self._go_on_with(next(iter(self.options)))

    def _go_on_with(self, option: str) -> None:
        """The company decides, does, and has it measured."""
        if self.options[option] in ("identified", "pending"):
            self._decide(option, "approve", "client")
        elif self.options[option] == "approved":
            self._implement(option, "client")
        else:
            self._verify(option, "verifier", sound=True)

    @precondition(lambda self: self.status != "approved" or "identified" not in self.options.values())
    @rule(who=st.sampled_from(("officer", "officer elsewhere", "reviewer", "client", "ministry")))
    def cancel(self, who: str) -> None:
        allowed = self.status == "open" and not self.engaged and who == "officer"
        self.command(self.people[who], f"{self.path}/cancel", allowed=allowed)
        self.status = "cancelled" if allowed else self.status

    @precondition(lambda self: self.engaged)
    @rule(luck=st.integers(0, 3))
    def cancel_engagement(self, luck: int) -> None:
        """The work is kept and waits for somebody; with the approval of the assessment it is too late."""
        if luck and self.status != "approved":
            return
        path, allowed = f"/v1/engagements/{self.engagement}/cancel", self.status != "approved"
        self.command(self.people["officer"], path, {"reason_code": "other"}, allowed=allowed)
        if allowed:
            self.engaged, self.has = False, None

    @precondition(lambda self: self.options)
    @rule(
        data=st.data(),
        verb=st.sampled_from(tuple(DECISIONS)),
        who=st.sampled_from(("client", "officer", "stranger client")),
    )
    def decide(self, data: st.DataObject, verb: str, who: str) -> None:
        self._decide(data.draw(st.sampled_from(list(self.options))), verb, who)

    def _decide(self, option: str, verb: str, who: str) -> None:
        before, after = DECISIONS[verb]
        allowed = self.status == "approved" and self.options[option] in before and who != "stranger client"
        body = {"reason_code": "operating_change_unacceptable"} if verb == "refuse" else None
        self.command(self.people[who], f"/v1/options/{option}/{verb}", body, allowed=allowed)
        self.options[option] = after if allowed else self.options[option]

    @precondition(lambda self: self.options)
    @rule(data=st.data(), who=st.sampled_from(("client", "officer", "has", "stranger client")))
    def implement(self, data: st.DataObject, who: str) -> None:
        self._implement(data.draw(st.sampled_from(list(self.options))), who)

    def _implement(self, option: str, who: str) -> None:
        http = self._by(who) if who == "has" else self.people[who]
        allowed = self.options[option] == "approved" and who != "stranger client" and (who != "has" or self._may(who))
        body = {"occurred_on": self._day(-200), "commissioned_on": self._day(-200)}
        self.command(http, f"/v1/options/{option}/implement", body, allowed=allowed)
        self.options[option] = "implemented" if allowed else self.options[option]

    @precondition(lambda self: self.options)
    @rule(data=st.data(), sound=st.booleans(), who=st.sampled_from(("verifier", "verifier", "client", "officer")))
    def verify(self, data: st.DataObject, sound: bool, who: str) -> None:
        """Only a demonstrated verdict verifies."""
        done = [id for id, state in self.options.items() if state == "implemented"]
        self._verify(data.draw(st.sampled_from([*done, *self.options])), who, sound=sound)

    def _verify(self, option: str, who: str, *, sound: bool) -> None:
        allowed = self.options[option] == "implemented" and who == "verifier"
        body = self._isolation("8.9" if sound else "13.1")
        answer = self.command(self.people[who], f"/v1/options/{option}/verify", body, allowed=allowed)
        if allowed:
            verdict = answer.json()["verifications"][-1]["result"]["verdict"]
            assert (verdict == "demonstrated") is sound, verdict
            self.options[option] = "verified" if sound else "implemented"

    def _isolation(self, mean: str) -> dict[str, Any]:
        side = {"instrument_id": "meter", "instrument_uncertainty": "0.01", "count": 12, "sd": "0.3"}
        return {
            "method": "retrofit_isolation",
            "ipmvp_option": "B",
            "rate_unit": "kW",
            "baseline": side | {"mean": "13.2", "starts_on": self._day(-260), "ends_on": self._day(-240)},
            "reporting": side | {"mean": mean, "starts_on": self._day(-180), "ends_on": self._day(-10)},
            "hours": {"value": "3050", "source": "counter"},
        }

    @precondition(lambda self: "pending" in self.options.values())
    @rule()
    def three_years_pass(self) -> None:
        """What nobody has decided counts as refused."""
        if AssessmentMachine.jumps == JUMPS:
            return
        AssessmentMachine.jumps += 1
        self.stand.run(self.stand.house.advance(days=3 * 366))
        self.options = {id: "refused" if state == "pending" else state for id, state in self.options.items()}

    @invariant()
    def the_house_says_what_the_model_says(self) -> None:
        self.follow()
        found = self.show(self.people["reviewer"], self.path)
        assert found["status"] == self.status
        person = self.assessors[self.has].ids["expert_person"] if self.has else None
        assert found["assessor_id"] == person
        self.counted(found, self.id)
        options = self.show(self.people["officer"], "/v1/options", assessment_id=self.id, limit=200)["items"]
        assert {each["option_id"]: each["status"] for each in options} == self.options
        for each in options:
            self.counted(each, each["option_id"])
            verdicts = [one["result"]["verdict"] for one in each["verifications"]]
            assert (each["status"] == "verified") is ("demonstrated" in verdicts)

    def teardown(self) -> None:
        """Leave no days booked behind for the next example."""
        if getattr(self, "engaged", False):
            path = f"/v1/engagements/{self.engagement}/cancel"
            self.ask(self.people["officer"], "POST", path, {"reason_code": "other"})
            self.stand.run(self.stand.house.settle())
