"""The last act: what waits today, so that whoever signs in to the pages finds something to do."""

from datetime import timedelta

from chassis.clock import wall_now
from openrecp.play.matching import open_offer
from openrecp.play.plot import Plot
from openrecp.stage import check

CANNERY = {
    "name": "Coast Cannery (made up)",
    "country": "XA",
    "province": "XA-C",
    "isic": {"code": "1020", "revision": "4"},
    "size_class": "small",
}


async def act(plot: Plot) -> None:
    """A third client asks; its offer is not answered yet."""
    await plot.stage.step(
        "Today a cannery on the coast asks for an assessment; Hill Consultants has the offer",
        "an offer open for five business days, and nobody has answered it yet",
        lambda: _ask(plot),
        ["client_qualified", "service_request_submitted", "need_opened", "shortlist_made", "offer_made"],
    )


async def _ask(plot: Plot) -> str:
    officer = plot.people["officer"]
    client = (await officer.post("/v1/clients", CANNERY))["client_id"]
    place = {"client_id": client, "name": "Cannery", "country": "XA", "province": "XA-C"}
    site = (await officer.post("/v1/sites", place))["site_id"]
    await officer.post(
        "/v1/consents", {"client_id": client, "purpose": "share_with_providers", "text_version": "2024-1"}
    )
    await officer.post(f"/v1/clients/{client}/qualify", expect=200)
    today = wall_now().date()
    wish = {
        "client_id": client,
        "site_id": site,
        "kind": "assessment",
        "programme_code": "GREEN-MILLS",
        "language": "en",
        "wanted_from": str(today + timedelta(days=30)),
        "wanted_until": str(today + timedelta(days=75)),
        "days": 6,
    }
    await officer.post("/v1/service-requests", wish)

    offer = await plot.stage.until("the cannery's offer", lambda: open_offer(plot, "hill"))
    check(offer["answered_at"] is None, f"{offer}")
    return f"open until {offer['deadline_at'][:10]}"
