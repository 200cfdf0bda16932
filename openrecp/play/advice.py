"""Beside it: a request for policy advice runs from submission to completion by its report alone."""

from openrecp.play.matching import open_offer
from openrecp.play.plot import Plot
from openrecp.stage import check

WORKS = {
    "name": "Northern Textile Works",
    "country": "XA",
    "province": "XA-N",
    "isic": {"code": "1313", "revision": "4"},
    "size_class": "large",
}


async def act(plot: Plot) -> None:
    """A second client, of the other officer's province."""
    await plot.stage.step(
        "The other officer's client asks for policy advice; River Engineering takes it and reports",
        "from submitted to completed by the report alone, no assessment",
        lambda: _advise(plot),
        ["service_request_submitted", "engagement_started", "engagement_completed", "service_request_completed"],
    )


async def _take_in(plot: Plot) -> tuple[str, str]:
    officer = plot.people["officer_north"]
    client = (await officer.post("/v1/clients", WORKS))["client_id"]
    place = {"client_id": client, "name": "Dye house", "country": "XA", "province": "XA-N"}
    site = (await officer.post("/v1/sites", place))["site_id"]
    consent = {"client_id": client, "purpose": "share_with_providers", "text_version": "2024-1"}
    await officer.post("/v1/consents", consent)
    await officer.post(f"/v1/clients/{client}/qualify", expect=200)
    return client, site


async def _advise(plot: Plot) -> str:
    officer, river = plot.people["officer_north"], plot.firms["river"]
    client, site = await _take_in(plot)
    works = plot.people["works"] = await plot.stage.hire("client_works", "client", client_id=client)
    wish = {
        "client_id": client,
        "site_id": site,
        "kind": "policy_advice",
        "language": "en",
        "wanted_from": str(plot.day(702)),
        "wanted_until": str(plot.day(725)),
        "days": 3,
    }
    request = (await works.post("/v1/service-requests", wish))["request_id"]
    offer = await plot.stage.until("an offer", lambda: open_offer(plot, "river"))
    accepted = await river.actor.post(
        f"/v1/offers/{offer['offer_id']}/accept", {"person_id": river.person_id}, expect=200
    )
    await plot.until(720)
    body = {
        "engagement_id": accepted["engagement_id"],
        "period": {"starts_on": str(plot.day(704)), "ends_on": str(plot.day(710))},
        "days": "3",
        "findings": "The discharge rules ask for less than the works already does.",
        "final": True,
    }
    report = (await river.actor.post("/v1/work-reports", body))["report_id"]
    await officer.post(f"/v1/work-reports/{report}/approve", expect=200)

    async def completed() -> bool:
        return bool((await works.get(f"/v1/service-requests/{request}"))["status"] == "completed")

    await plot.stage.until("the completed request", completed)
    mine = (await plot.people["assessor"].get("/v1/assessments"))["items"]
    check(len(mine) == 1, f"{len(mine)} assessments")
    return "completed by its report; still one assessment"
