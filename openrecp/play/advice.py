"""Beside it: a request for policy advice runs from submission to completion by its report alone."""

from api_client import models
from openrecp.play.matching import open_offer
from openrecp.play.plot import Plot
from openrecp.stage import check

WORKS: models.RegisterClient = {
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
    client = (await officer.register_client(WORKS))["client_id"]
    site = await officer.open_site({"client_id": client, "name": "Dye house", "country": "XA", "province": "XA-N"})
    await officer.give_consent({"client_id": client, "purpose": "share_with_providers", "text_version": "2024-1"})
    await officer.qualify_client(client)
    return client, site["site_id"]


async def _advise(plot: Plot) -> str:
    officer, river = plot.people["officer_north"], plot.firms["river"]
    client, site = plot.ids["works"], plot.ids["works_site"] = await _take_in(plot)
    works = plot.people["works"] = await plot.stage.hire("client_works", "client", client_id=client)
    wish: models.SubmitServiceRequest = {
        "client_id": client,
        "site_id": site,
        "kind": "policy_advice",
        "language": "en",
        "wanted_from": str(plot.day(702)),
        "wanted_until": str(plot.day(725)),
        "days": 3,
    }
    request = (await works.submit_service_request(wish))["request_id"]
    offer = await plot.stage.until("an offer", lambda: open_offer(plot, "river"))
    accepted = await river.actor.accept_offer(offer["offer_id"], {"person_id": river.person_id})
    await plot.until(720)
    body: models.SubmitWorkReport = {
        "engagement_id": str(accepted["engagement_id"]),
        "period": {"starts_on": str(plot.day(704)), "ends_on": str(plot.day(710))},
        "days": "3",
        "findings": "The discharge rules ask for less than the works already does.",
        "final": True,
    }
    report = await river.actor.submit_work_report(body)
    await officer.approve_work_report(report["report_id"])

    async def completed() -> bool:
        return bool((await works.read_service_request(request))["status"] == "completed")

    await plot.stage.until("the completed request", completed)
    mine = (await plot.people["assessor"].list_assessments())["items"]
    check(len(mine) == 1, f"{len(mine)} assessments")
    return "completed by its report; still one assessment"
