"""Act 3: one declines, one lets the deadline pass, the third accepts."""

from datetime import datetime, timedelta

from openrecp.play.matching import open_offer
from openrecp.play.plot import Plot
from openrecp.stage import check, refused


async def act(plot: Plot) -> None:
    """Until the engagement has begun and the assessment is open."""
    stage = plot.stage
    await stage.step(
        "River Engineering declines with a reason",
        "declined; the job is offered to Hill Consultants at once",
        lambda: _decline(plot),
        ["offer_declined", "shortlist_made", "offer_made"],
    )
    await stage.step(
        "Hill Consultants lets the deadline pass",
        "expired on the clock; the job is offered to Nordia of the neighbouring country",
        lambda: _expire(plot),
        ["offer_expired", "shortlist_made", "offer_made"],
    )
    await stage.step(
        "Nordia accepts, naming its expert",
        "the engagement starts, eight days are booked, the assessment is opened, the request is started",
        lambda: _accept(plot),
        [
            "offer_accepted",
            "need_filled",
            "engagement_started",
            "provider_booked",
            "assessment_opened",
            "service_request_started",
        ],
    )
    await stage.step(
        "Hill Consultants answers too late, River Engineering asks for Nordia's engagement",
        "409 with the reason; 404",
        lambda: _too_late(plot),
    )


async def _decline(plot: Plot) -> str:
    river = plot.firms["river"].actor
    offer = await plot.stage.until("the offer", lambda: open_offer(plot, "river"))
    made = await river.decline_offer(
        offer["offer_id"], {"reason_code": "no_capacity", "note": "All hands are at another plant."}
    )
    await plot.stage.until("the next offer", lambda: open_offer(plot, "hill"))
    return f"{made['status']} ({made['reason_code']}); Hill Consultants has an offer"


async def _expire(plot: Plot) -> str:
    offer = await plot.stage.until("the offer", lambda: open_offer(plot, "hill"))
    plot.ids["hill_offer"] = offer["offer_id"]
    deadline = datetime.fromisoformat(offer["deadline_at"])
    await plot.stage.advance(deadline + timedelta(minutes=1))
    await plot.stage.until("the next offer", lambda: open_offer(plot, "nordia"))
    late = await plot.firms["hill"].actor.read_offer(offer["offer_id"])
    check(late["status"] == "expired", f"the offer is {late['status']}")
    return f"{late['status']} after {deadline:%Y-%m-%d}; Nordia has an offer"


async def _accept(plot: Plot) -> str:
    nordia = plot.firms["nordia"]
    offer = await plot.stage.until("the offer", lambda: open_offer(plot, "nordia"))
    made = await nordia.actor.accept_offer(offer["offer_id"], {"person_id": nordia.person_id})
    plot.ids["engagement"] = str(made["engagement_id"])
    provider = await nordia.actor.read_provider(nordia.provider_id)
    booked = sum(each["days"] for each in provider["bookings"])
    check(booked == 8, f"{booked} days are booked")
    plot.people["assessor"] = await plot.stage.hire(
        "assessor", "assessor", person_id=nordia.person_id, provider_id=nordia.provider_id
    )

    async def opened() -> str | None:
        mine = (await plot.people["assessor"].list_assessments())["items"]
        return mine[0]["assessment_id"] if mine else None

    plot.ids["assessment"] = await plot.stage.until("the assessment", opened)

    async def started() -> bool:
        request = await plot.people["mill"].read_service_request(plot.ids["request"])
        return bool(request["status"] == "started")

    await plot.stage.until("the started request", started)
    return f"{made['status']}; {booked} days booked; assessment open, request started"


async def _too_late(plot: Plot) -> str:
    hill, river = plot.firms["hill"], plot.firms["river"]
    late = await refused(hill.actor.accept_offer(plot.ids["hill_offer"], {"person_id": hill.person_id}))
    check(late[0] == 409, f"the late answer got {late}")
    foreign = await refused(river.actor.read_engagement(plot.ids["engagement"]))
    check(foreign[0] == 404, f"the foreign engagement got {foreign}")
    return f"{late[0]} {late[1]}; {foreign[0]} {foreign[1]}"
