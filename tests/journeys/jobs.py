"""A job from request to report, as API.md's state lists have it: the model two machines are compared with."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx2
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from tests.journeys.machine import Watched

ANYBODY = st.sampled_from(("nobody", "ministry", "integrator", "verifier", "reviewer", "officer elsewhere"))
OTHER = {"reason_code": "other"}
DAYS = 2
PATIENCE = 60
ENDED = ("cancelled", "completed")


@dataclass
class Job:
    """The ids of a job and the state each part should be in; offers by id with their provider and status."""

    request_id: str
    need_id: str
    request: str = "submitted"
    need: str = "open"
    offers: dict[str, list[str]] = field(default_factory=dict)
    engagement_id: str | None = None
    engagement: str | None = None
    firm: str | None = None
    reports: dict[str, list[Any]] = field(default_factory=dict)
    rated: set[str] = field(default_factory=set)

    @property
    def waiting(self) -> list[str]:
        return [id for id, (_, status) in self.offers.items() if status == "open"]

    def end_offers(self, status: str = "withdrawn") -> None:
        for id in self.waiting:
            self.offers[id][1] = status

    def cancel(self) -> None:
        self.need = self.request = "cancelled"
        self.end_offers()


class RequestMachine(Watched):
    """A service request, its consent, and what providers and officers do with it."""

    job: Job | None = None

    @initialize()
    def begin(self) -> None:
        stand = self.stand
        self.people = stand.people
        self.firms = {side.ids["provider"]: side for side in (stand.own, stand.second)}
        self.submit("client")

    def _firm(self, provider: str | None) -> httpx2.AsyncClient:
        assert provider is not None
        return self.firms[provider].people["provider"]

    def _day(self, days: int) -> str:
        return str((self.stand.house.house.clock.now() + timedelta(days=days)).date())

    @property
    def consented(self) -> bool:
        consent = self.show(self.people["client"], f"/v1/consents/{self.stand.own.ids['consent']}")
        return bool(consent["status"] == "given")

    @precondition(lambda self: self.job is None or self.job.request in ENDED)
    @rule(who=st.sampled_from(("client", "officer", "stranger client")))
    def submit(self, who: str) -> None:
        ids = self.stand.own.ids
        body = {
            "client_id": ids["client"],
            "site_id": ids["site"],
            "kind": "policy_advice",
            "language": "en",
            "wanted_from": self._day(200),
            "wanted_until": self._day(300),
            "days": DAYS,
        }
        allowed = self.consented and who != "stranger client"
        answer = self.command(self.people[who], "/v1/service-requests", body, allowed=allowed)
        if allowed:
            request_id = answer.json()["request_id"]
            (need,) = self.show(self.people["officer"], "/v1/needs", request_id=request_id)["items"]
            self.job = Job(request_id, need["need_id"])
            self._next()

    def _next(self) -> None:
        """Who was not asked for this need is asked; when nobody is left it is unmet."""
        assert self.job is not None
        job = self.job
        if job.waiting:
            return
        free = set(self.firms) - {provider for provider, _ in job.offers.values()}
        found = self.show(self.people["officer"], "/v1/offers", need_id=job.need_id, limit=200)["items"]
        fresh = [each for each in found if each["offer_id"] not in job.offers]
        assert len(fresh) == bool(free), f"free {free}, fresh {fresh}, {job}"
        for each in fresh:
            assert each["provider_id"] in free
            job.offers[each["offer_id"]] = [each["provider_id"], "open"]
        job.need, job.request = ("open", "submitted") if free else ("unmet", "unmet")

    @precondition(lambda self: self.job is not None)
    @rule(who=st.sampled_from(("client", "officer", "stranger client", "officer elsewhere")))
    def cancel_request(self, who: str) -> None:
        assert self.job is not None
        allowed = self.job.request in ("submitted", "unmet") and who in ("client", "officer")
        self.command(self.people[who], f"/v1/service-requests/{self.job.request_id}/cancel", allowed=allowed)
        if allowed:
            self.job.cancel()

    @rule(who=st.sampled_from(("client", "officer", "stranger client")))
    def withdraw_consent(self, who: str) -> None:
        path = f"/v1/consents/{self.stand.own.ids['consent']}/withdraw"
        allowed = self.consented and who != "stranger client"
        self.command(self.people[who], path, allowed=allowed)
        if allowed and self.job is not None and self.job.need in ("open", "unmet"):
            self.job.cancel()

    @precondition(lambda self: not self.consented)
    @rule()
    def give_consent(self) -> None:
        body = {"client_id": self.stand.own.ids["client"], "purpose": "share_with_providers", "text_version": "1"}
        answer = self.command(self.people["client"], "/v1/consents", body, allowed=True)
        self.stand.own.ids["consent"] = answer.json()["consent_id"]

    @precondition(lambda self: self.job is not None and self.job.offers)
    @rule(data=st.data(), verb=st.sampled_from(("accept", "accept", "decline", "withdraw")), own=st.integers(0, 3))
    def answer_offer(self, data: st.DataObject, verb: str, own: int) -> None:
        assert self.job is not None
        self._answer(data.draw(st.sampled_from([*self.job.waiting, *self.job.offers])), verb, own=bool(own))

    def _answer(self, offer_id: str, verb: str, *, own: bool) -> None:
        assert self.job is not None
        job = self.job
        provider, status = job.offers[offer_id]
        side = self.firms[provider]
        who = side.people["provider"] if verb != "withdraw" else self.people["officer"]
        if not own:
            who = self.people["stranger firm"] if verb != "withdraw" else self.people["officer elsewhere"]
        allowed = status == "open" and own
        body = {"person_id": side.ids["expert_person"]} if verb == "accept" else OTHER
        answer = self.command(who, f"/v1/offers/{offer_id}/{verb}", body, allowed=allowed)
        if not allowed:
            return
        if verb != "accept":
            job.offers[offer_id][1] = "declined" if verb == "decline" else "withdrawn"
            self._next()
            return
        job.offers[offer_id][1] = "accepted"
        job.end_offers()
        job.need, job.request, job.engagement, job.firm = "filled", "started", "active", provider
        job.engagement_id, job.reports, job.rated = answer.json()["engagement_id"], {}, set()

    @rule()
    def go_on(self) -> None:
        self._go_on()

    @rule()
    def go_further(self) -> None:
        self._go_on()

    def _go_on(self) -> None:
        """What usually comes next, so that plays get far."""
        if not self.consented:
            RequestMachine.give_consent(self)
        elif self.job is None or self.job.request in ENDED:
            self.submit("client")
        elif self.job.waiting:
            self._answer(self.job.waiting[0], "accept", own=True)

    @precondition(lambda self: self.job is not None and self.job.waiting)
    @rule()
    def let_the_deadline_pass(self) -> None:
        assert self.job is not None
        overdue = self.job.waiting
        self.stand.run(self.stand.house.advance(days=14))  # five business days, over weekends and holidays
        for _ in range(PATIENCE):  # the service's own clock may be the one that is at it: it sweeps once a second
            offers = [self.show(self.people["officer"], f"/v1/offers/{id}") for id in overdue]
            if all(each["status"] == "expired" for each in offers):
                break
            time.sleep(0.05)
        self.stand.run(self.stand.house.settle())
        self.job.end_offers("expired")
        self._next()

    @precondition(lambda self: self.job is not None)
    @rule()
    def cancel_need(self) -> None:
        assert self.job is not None
        allowed = self.job.need in ("open", "unmet")
        self.command(self.people["officer"], f"/v1/needs/{self.job.need_id}/cancel", OTHER, allowed=allowed)
        if allowed:
            self.job.cancel()

    @precondition(lambda self: self.job is not None and self.job.engagement_id)
    @rule(who=st.sampled_from(("firm", "officer", "stranger firm", "officer elsewhere")))
    def cancel_engagement(self, who: str) -> None:
        assert self.job is not None
        http = self._firm(self.job.firm) if who == "firm" else self.people[who]
        allowed = self.job.engagement == "active" and who in ("firm", "officer")
        self.command(http, f"/v1/engagements/{self.job.engagement_id}/cancel", OTHER, allowed=allowed)
        if allowed:
            self.job.engagement = "cancelled"
            if self.consented:
                self._next()
            else:
                self.job.cancel()

    @precondition(lambda self: self.job is not None)
    @rule(who=ANYBODY, verb=st.sampled_from(("requests", "needs", "offers", "engagements")))
    def trespass(self, who: str, verb: str) -> None:
        """Those who may never do it, at whatever time."""
        assert self.job is not None
        offer = next(iter(self.job.offers), self.job.need_id)
        path, body = {
            "requests": (f"/v1/service-requests/{self.job.request_id}/cancel", None),
            "needs": (f"/v1/needs/{self.job.need_id}/cancel", OTHER),
            "offers": (f"/v1/offers/{offer}/accept", {"person_id": offer}),
            "engagements": (f"/v1/engagements/{self.job.engagement_id or offer}/cancel", OTHER),
        }[verb]
        assert self.ask(self.people[who], "POST", path, body).status_code in (401, 403, 404)

    @invariant()
    def the_house_says_what_the_model_says(self) -> None:
        if self.job is None:
            return
        job, officer = self.job, self.people["officer"]
        self.follow()
        request = self.show(self.people["client"], f"/v1/service-requests/{job.request_id}")
        need = self.show(officer, f"/v1/needs/{job.need_id}")
        assert (request["status"], need["status"]) == (job.request, job.need), f"{request}, {need}, {job}"
        offers = self.show(officer, "/v1/offers", need_id=job.need_id, limit=200)["items"]
        assert {each["offer_id"]: [each["provider_id"], each["status"]] for each in offers} == job.offers
        engagements = self.show(officer, "/v1/engagements", need_id=job.need_id)["items"]
        running = [each["engagement_id"] for each in engagements if each["status"] != "cancelled"]
        assert running == ([job.engagement_id] if job.engagement in ("active", "completed") else [])
        booked = {job.firm: DAYS} if job.engagement == "active" else {}
        for provider in self.firms:
            diary = self.show(officer, f"/v1/providers/{provider}")
            assert sum(each["days"] for each in diary["bookings"]) == booked.get(provider, 0)
            self.counted(diary, provider)
        things = [(job.request_id, request), (job.need_id, need), *((each["offer_id"], each) for each in offers)]
        for id, thing in [*things, *((each["engagement_id"], each) for each in engagements)]:
            self.counted(thing, id)

    def teardown(self) -> None:
        """Leave nothing running behind for the next example."""
        if self.job is None:
            return
        self.ask(self.people["officer"], "POST", f"/v1/engagements/{self.job.engagement_id}/cancel", OTHER)
        self.ask(self.people["officer"], "POST", f"/v1/needs/{self.job.need_id}/cancel", OTHER)
        if not self.consented:
            RequestMachine.give_consent(self)
        self.stand.run(self.stand.house.settle())
