"""Act 2: matching hears of the request, makes a shortlist and offers the job to the best."""

from datetime import datetime

from api_client import models
from openrecp.play.plot import Plot
from openrecp.stage import check


async def act(plot: Plot) -> None:
    """Request, shortlist, offer, and what each provider reads about itself."""
    stage = plot.stage
    await stage.step(
        "The client asks for an assessment in the programme Green Mills",
        "a need is opened, a shortlist made, the best of three eligible providers gets an offer",
        lambda: _request(plot),
        ["service_request_submitted", "need_opened", "shortlist_made", "offer_made"],
    )
    await stage.step(
        "The officer reads the shortlist",
        "three eligible by score, Paddy Advice excluded for a competence; every rule with its facts",
        lambda: _read_shortlist(plot),
    )
    await stage.step(
        "Each provider reads why it was chosen or not",
        "its own row only; Paddy Advice is told that food_hygiene is missing; nothing about another",
        lambda: _own_rows(plot),
    )


async def _request(plot: Plot) -> str:
    wish: models.SubmitServiceRequest = {
        "client_id": plot.ids["client"],
        "site_id": plot.ids["site"],
        "kind": "assessment",
        "programme_code": "GREEN-MILLS",
        "language": "en",
        "wanted_from": str(plot.day(30)),
        "wanted_until": str(plot.day(90)),
        "days": 8,
        "external_ref": "MILL-2024-1",
    }
    made = await plot.people["mill"].submit_service_request(wish)
    plot.ids["request"] = made["request_id"]
    offer = await plot.stage.until("an offer", lambda: open_offer(plot, "river"))
    plot.ids["need"], plot.ids["shortlist"] = offer["need_id"], offer["shortlist_id"]
    deadline = datetime.fromisoformat(offer["deadline_at"])
    return f"{made['status']}; River Engineering may answer until {deadline:%Y-%m-%d %H:%M} UTC (5 business days)"


async def open_offer(plot: Plot, firm: str, need: str | None = None) -> models.OfferOut | None:
    """The offer that waits for a firm's answer, if there is one."""
    mine = await plot.firms[firm].actor.list_offers(status="open")
    return next((each for each in mine["items"] if need in (None, each["need_id"])), None)


async def _read_shortlist(plot: Plot) -> str:
    rows = (await plot.people["officer"].list_candidates(plot.ids["shortlist"]))["items"]
    names = {firm.provider_id: short for short, firm in plot.firms.items()}
    ranked = sorted((row for row in rows if row["eligible"]), key=lambda row: row["rank"] or 0)
    order = [names[row["provider_id"]] for row in ranked]
    check(order == ["river", "hill", "nordia"], f"the order is {order}")
    check(all(row["rules"] and all("facts" in rule for rule in row["rules"]) for row in rows), "a rule without facts")
    scores = ", ".join(f"{names[row['provider_id']]} {row['score']}" for row in ranked)
    failed = ", ".join(
        f"{names[row['provider_id']]} by {rule['code']}"
        for row in rows
        for rule in row["rules"]
        if not row["eligible"] and not rule["passed"]
    )
    return f"scores {scores}; excluded {failed}"


async def _own_rows(plot: Plot) -> str:
    said = []
    for short, firm in plot.firms.items():
        rows = (await firm.actor.list_candidates(plot.ids["shortlist"]))["items"]
        check([row["provider_id"] for row in rows] == [firm.provider_id], f"{short} reads {len(rows)} rows")
        check(rows[0]["rank"] is None, f"{short} reads a rank")
        missing = [rule for rule in rows[0]["rules"] if not rule["passed"]]
        check(bool(missing) == (short == "paddy"), f"{short} reads {missing}")
        if missing:
            lacked = ", ".join(f"{code} {level}" for code, level in missing[0]["facts"]["missing"].items())
            said.append(f"{short} is told: {missing[0]['code']}, missing {lacked}")
    return "; ".join(["one row each, no rank", *said])
