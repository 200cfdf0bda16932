"""Act 6: the provider reports its work, the officer returns it once and approves, both sides rate."""

from openrecp.play.plot import Plot
from openrecp.stage import check


async def act(plot: Plot) -> None:
    """Until the engagement is completed and rated."""
    stage = plot.stage
    await stage.step(
        "Nordia reports eight days with a deliverable and its own reference",
        "submitted, final; found again by the firm's reference",
        lambda: _submit(plot),
        ["work_report_submitted"],
    )
    await stage.step(
        "The officer returns the report once with a reason, Nordia mends and resubmits it, the officer approves",
        "the engagement completes, Nordia's days are free, the request is completed",
        lambda: _approve(plot),
        [
            "work_report_returned",
            "work_report_changed",
            "work_report_resubmitted",
            "work_report_approved",
            "engagement_completed",
            "provider_released",
            "service_request_completed",
        ],
    )
    await stage.step(
        "Client and provider rate each other",
        "each sees the other's rating only after both gave theirs",
        lambda: _rate(plot),
        ["engagement_rated", "engagement_rated"],
    )


async def _submit(plot: Plot) -> str:
    nordia = plot.firms["nordia"].actor
    deliverable = {"title": "Assessment report", "link": "https://example.org/nordia/report.pdf", "sha256": "a3" * 32}
    body = {
        "engagement_id": plot.ids["engagement"],
        "period": {"starts_on": str(plot.day(40)), "ends_on": str(plot.day(75))},
        "days": "8",
        "deliverables": [deliverable],
        "findings": "The fan runs at full speed through the night; the dryer's walls lose a fifth of the heat.",
        "final": True,
        "external_ref": "NOR-0815",
    }
    made = await nordia.post("/v1/work-reports", body)
    plot.ids["report"] = made["report_id"]
    found = (await nordia.get("/v1/work-reports", external_ref="NOR-0815"))["items"]
    check([each["report_id"] for each in found] == [made["report_id"]], "the reference does not find it")
    return f"{made['status']}, {made['days']} days, reference {found[0]['external_ref']}"


async def _approve(plot: Plot) -> str:
    officer, nordia = plot.people["officer"], plot.firms["nordia"]
    path = f"/v1/work-reports/{plot.ids['report']}"
    returned = await officer.post(f"{path}/return", {"reason_code": "figures_unclear"}, expect=200)
    read = await nordia.actor.get(path)
    await nordia.actor.ask(
        "PATCH", path, {"findings": "As before, with the table of loads."}, headers={"If-Match": f'"{read["version"]}"'}
    )
    await nordia.actor.post(f"{path}/resubmit", expect=200)
    approved = await officer.post(f"{path}/approve", expect=200)
    provider = await nordia.actor.get(f"/v1/providers/{nordia.provider_id}")
    check(provider["bookings"] == [], f"days are still booked: {provider['bookings']}")
    engagement = await nordia.actor.get(f"/v1/engagements/{plot.ids['engagement']}")

    async def completed() -> bool:
        request = await plot.people["mill"].get(f"/v1/service-requests/{plot.ids['request']}")
        return bool(request["status"] == "completed")

    await plot.stage.until("the completed request", completed)
    words = f"{returned['status']} ({read['return_reason']}), {approved['status']}"
    return f"{words}; engagement {engagement['status']}, no days booked, request completed"


async def _rate(plot: Plot) -> str:
    path = f"/v1/engagements/{plot.ids['engagement']}"
    mill, nordia = plot.people["mill"], plot.firms["nordia"].actor
    await mill.post(f"{path}/rate", {"score": 5, "comment": "Practical and on time."}, expect=200)
    before = (await nordia.get(path))["client_rating"]
    await nordia.post(f"{path}/rate", {"score": 4, "comment": "Data came late."}, expect=200)
    after = (await nordia.get(path))["client_rating"]
    other = (await mill.get(path))["provider_rating"]
    check(before is None and after["score"] == 5 and other["score"] == 4, f"{before}, {after}, {other}")
    return f"before both: {before}; after: client {after['score']}, provider {other['score']}"
