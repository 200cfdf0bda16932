"""What the permission table does not lead to: things taken back, waited for, mended, called off in their time."""

from typing import Any

import httpx2

from tests.journeys.world import MOTOR, YEAR, Side, World, ask, done

REASON = {"reason_code": "other"}


async def tell(built: World) -> None:
    """All of it, about the last side, which nobody else asks about first."""
    side = built.sides[-1]
    await _companies_and_firms(side)
    await _reports(side)
    await _options(built, side)
    await _needs(built, side)
    await _seats(built, side)
    await _subscriptions(built.centre["integrator"])


async def _companies_and_firms(side: Side) -> None:
    company = {"name": f"{side.mark} Workshop", "country": "XA", "province": side.province}
    made = await done(side.officer, "POST", "/v1/clients", company)
    await done(side.officer, "POST", f"/v1/clients/{made['client_id']}/decline", {"reason_code": "no_data"})
    firm = {"name": f"{side.mark} Partners", "kind": "firm", "country": "XA", "languages": ["en"]}
    made = await done(side.officer, "POST", "/v1/providers", firm | {"places": [{"country": "XA"}]})
    path = f"/v1/providers/{made['provider_id']}"
    await done(side.officer, "POST", f"{path}/approve")
    await done(side.officer, "POST", f"{path}/suspend", {"reason_code": "quality"})
    await done(side.officer, "POST", f"{path}/reinstate")


async def _reports(side: Side) -> None:
    path, firm = f"/v1/work-reports/{side.ids['report']}", side.people["provider"]
    await done(side.officer, "POST", f"{path}/return", REASON)
    await _changed(firm, path, {"findings": f"{side.mark} findings, mended", "days": "2"})
    await done(firm, "POST", f"{path}/resubmit")


async def _changed(http: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> None:
    found = await http.get(path)
    await done(http, "PATCH", path, body, headers={"If-Match": found.headers["ETag"]})


async def _options(built: World, side: Side) -> None:
    where = {"client_id": side.ids["client"], "site_id": side.ids["site"], "programme_code": side.programme}
    assessment = (await done(side.officer, "POST", "/v1/assessments", where))["assessment_id"]
    path, assessor = f"/v1/assessments/{assessment}", side.people["assessor"]
    await done(side.officer, "POST", f"{path}/assign", {"person_id": side.ids["expert_person"]})
    await done(assessor, "PUT", f"{path}/baseline", YEAR)
    body = MOTOR | {"assessment_id": assessment, "title": f"{side.mark} fan"}
    first, second = [(await done(assessor, "POST", "/v1/options", body))["option_id"] for _ in range(2)]
    await done(assessor, "POST", f"{path}/complete")
    await done(built.centre["reviewer"], "POST", f"{path}/approve")
    await done(side.people["client"], "POST", f"/v1/options/{first}/postpone")
    refusal = {"reason_code": "operating_change_unacceptable"}
    await done(side.people["client"], "POST", f"/v1/options/{second}/refuse", refusal)


async def _needs(built: World, side: Side) -> None:
    """One job taken back by the client, one offer by the officer, one said no to by its link, one given up."""
    first = await ask(built.house, side, "policy_advice")
    await done(side.people["client"], "POST", f"/v1/service-requests/{first['request']}/cancel")
    await built.house.settle()
    second = await ask(built.house, side, "policy_advice")
    await done(side.officer, "POST", f"/v1/offers/{second['offer']}/withdraw", REASON)
    await done(side.officer, "POST", "/v1/shortlists", {"need_id": second["need"]})
    await done(side.officer, "POST", f"/v1/needs/{second['need']}/cancel", REASON)
    await done(built.centre["nobody"], "POST", f"/v1/offer-links/{side.ids['link']}/decline", REASON)
    third = await ask(built.house, side, "policy_advice")
    answer = {"person_id": side.ids["expert_person"]}
    taken = await done(side.people["provider"], "POST", f"/v1/offers/{third['offer']}/accept", answer)
    await done(side.officer, "POST", f"/v1/engagements/{taken['engagement_id']}/cancel", REASON)
    await built.house.settle()


async def _seats(built: World, side: Side) -> None:
    """A session with one seat and two who wait for it."""
    held = {"course_id": side.ids["course"], "time_zone": "Asia/Bangkok", "province": side.province, "seats": 1}
    when = {"starts_at": "2026-05-11T02:00:00Z", "ends_at": "2026-05-11T09:00:00Z"}
    session = (await done(side.officer, "POST", "/v1/sessions", held | {"language": side.language} | when))[
        "session_id"
    ]
    ids = []
    for name in ("first", "second", "third"):
        body = {"session_id": session, "participant": {"full_name": f"{side.mark} {name}"}}
        ids.append((await done(side.people["provider"], "POST", "/v1/enrolments", body))["enrolment_id"])
    first, second, third = ids
    await done(side.officer, "POST", f"/v1/enrolments/{first}/cancel", {"reason_code": "cannot_come"})
    await done(side.officer, "POST", f"/v1/enrolments/{second}/decline-seat")
    await done(side.officer, "POST", f"/v1/enrolments/{third}/accept-seat")


async def _subscriptions(http: httpx2.AsyncClient) -> None:
    made = await done(http, "POST", "/v1/subscriptions", {"url": "https://93.184.215.14/hooks"})
    path = f"/v1/subscriptions/{made['subscription_id']}"
    await done(http, "GET", path)
    await done(http, "POST", f"{path}/pause")
    await done(http, "POST", f"{path}/resume")
    await done(http, "POST", f"{path}/rotate-secret")
    await done(http, "GET", f"{path}/deliveries")


async def end(built: World) -> None:
    """What has to wait for its day: a session is over."""
    await built.house.advance(days=2)
    path = f"/v1/sessions/{built.sides[-1].ids['held_session']}/complete"
    await done(built.centre["trainer"], "POST", path)
