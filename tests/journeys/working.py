"""The job's later half: offers by hand and beside each other, new shortlists, work reports and ratings."""

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from tests.journeys.jobs import RequestMachine


class WorkMachine(RequestMachine):
    """A need with its offers, its engagement and what is reported of it."""

    @precondition(lambda self: self.job is not None)
    @rule()
    def search_anew(self) -> None:
        assert self.job is not None
        allowed = self.job.need in ("open", "unmet")
        self.command(self.people["officer"], "/v1/shortlists", {"need_id": self.job.need_id}, allowed=allowed)

    @precondition(lambda self: self.job is not None)
    @rule(first=st.booleans())
    def make_offer_by_hand(self, first: bool) -> None:
        """Whether a shortlist lets a provider be chosen is matching's to say; a job that is taken or off never."""
        assert self.job is not None
        job, provider = self.job, list(self.firms)[first]
        lists = self.show(self.people["officer"], "/v1/shortlists", need_id=job.need_id, limit=200)["items"]
        body = {"shortlist_id": lists[-1]["shortlist_id"], "provider_id": provider}
        stands = any(job.offers[id][0] == provider for id in job.waiting)
        allowed = False if stands or job.need not in ("open", "unmet") else None
        answer = self.command(self.people["officer"], "/v1/offers", body, allowed=allowed)
        if answer.status_code == 201:
            job.offers[answer.json()["offer_id"]] = [provider, "open"]
            job.need, job.request = "open", "submitted"

    @precondition(lambda self: self.job is not None and self.job.engagement_id)
    @rule(final=st.booleans(), own=st.integers(0, 3))
    def submit_report(self, final: bool, own: int) -> None:
        assert self.job is not None
        job = self.job
        body = {
            "engagement_id": job.engagement_id,
            "period": {"starts_on": self._day(-9), "ends_on": self._day(-3)},
            "days": "1",
            "findings": "Leaks.",
            "final": final,
        }
        stands = final and any(is_final for _, is_final in job.reports.values())
        allowed = job.engagement == "active" and not stands and bool(own)
        who = self._firm(job.firm) if own else self.people["stranger firm"]
        answer = self.command(who, "/v1/work-reports", body, allowed=allowed)
        if allowed:
            job.reports[answer.json()["report_id"]] = ["submitted", final]

    @precondition(lambda self: self.job is not None and self.job.reports)
    @rule(data=st.data(), verb=st.sampled_from(("approve", "approve", "return", "resubmit")), own=st.integers(0, 3))
    def answer_report(self, data: st.DataObject, verb: str, own: int) -> None:
        assert self.job is not None
        self._settle_report(data.draw(st.sampled_from(list(self.job.reports))), verb, own=bool(own))

    def _go_on(self) -> None:
        job = self.job
        if job is None or job.engagement != "active":
            super()._go_on()
            return
        finals = [id for id, (_, final) in job.reports.items() if final]
        waiting = [id for id, (status, _) in job.reports.items() if status == "submitted" and id not in finals]
        if not finals:
            self.submit_report(final=True, own=1)
        elif waiting:
            self._settle_report(waiting[0], "approve", own=True)
        else:
            self._settle_report(
                finals[0], "resubmit" if job.reports[finals[0]][0] == "returned" else "approve", own=True
            )

    def _settle_report(self, report_id: str, verb: str, *, own: bool) -> None:
        assert self.job is not None
        job = self.job
        status, final = job.reports[report_id]
        others = any(each[0] == "submitted" for id, each in job.reports.items() if id != report_id)
        active = job.engagement == "active"
        allowed = {
            "approve": status == "submitted" and (not final or (active and not others)),
            "return": status == "submitted" and active,
            "resubmit": status == "returned" and active,
        }[verb] and own
        who = self._firm(job.firm) if verb == "resubmit" else self.people["officer"]
        if not own:
            who = self.people["stranger firm" if verb == "resubmit" else "officer elsewhere"]
        body = {"reason_code": "other"} if verb == "return" else None
        self.command(who, f"/v1/work-reports/{report_id}/{verb}", body, allowed=allowed)
        if allowed:
            job.reports[report_id][0] = {"approve": "approved", "return": "returned", "resubmit": "submitted"}[verb]
            if verb == "approve" and final:
                job.engagement, job.request = "completed", "completed"

    @precondition(lambda self: self.job is not None and self.job.engagement_id)
    @rule(side=st.sampled_from(("client", "firm", "stranger client", "stranger firm")))
    def rate(self, side: str) -> None:
        assert self.job is not None
        job = self.job
        who = self._firm(job.firm) if side == "firm" else self.people[side]
        allowed = job.engagement != "active" and side in ("client", "firm") and side not in job.rated
        self.command(who, f"/v1/engagements/{job.engagement_id}/rate", {"score": 4}, allowed=allowed)
        if allowed:
            job.rated.add(side)

    @invariant()
    def reports_are_as_they_were_answered(self) -> None:
        if self.job is None or self.job.firm is None:
            return
        self.follow()
        found = self.show(
            self._firm(self.job.firm), "/v1/work-reports", engagement_id=self.job.engagement_id, limit=200
        )["items"]
        assert {each["report_id"]: [each["status"], each["final"]] for each in found} == self.job.reports
        for each in found:
            self.counted(each, each["report_id"])
