"""Act 6: the provider reports its work, the officer returns it once and approves, both sides rate."""

from api_client import models
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
    deliverable: models.DeliverableBody = {
        "title": "Assessment report",
        "link": "https://example.org/nordia/report.pdf",
        "sha256": "a3" * 32,
    }
    body: models.SubmitWorkReport = {
        "engagement_id": plot.ids["engagement"],
        "period": {"starts_on": str(plot.day(40)), "ends_on": str(plot.day(75))},
        "days": "8",
        "deliverables": [deliverable],
        "findings": "The fan runs at full speed through the night; the dryer's walls lose a fifth of the heat.",
        "final": True,
        "external_ref": "NOR-0815",
    }
    made = await nordia.submit_work_report(body)
    plot.ids["report"] = made["report_id"]
    found = (await nordia.list_work_reports(external_ref="NOR-0815"))["items"]
    check([each["report_id"] for each in found] == [made["report_id"]], "the reference does not find it")
    return f"{made['status']}, {made['days']} days, reference {found[0]['external_ref']}"


async def _approve(plot: Plot) -> str:
    officer, nordia = plot.people["officer"], plot.firms["nordia"]
    report = plot.ids["report"]
    returned = await officer.return_work_report(report, {"reason_code": "figures_unclear"})
    read = await nordia.actor.read_work_report(report)
    mended: models.ChangeWorkReport = {"findings": "As before, with the table of loads."}
    await nordia.actor.change_work_report(report, mended, version=read["version"])
    await nordia.actor.resubmit_work_report(report)
    approved = await officer.approve_work_report(report)
    provider = await nordia.actor.read_provider(nordia.provider_id)
    check(provider["bookings"] == [], f"days are still booked: {provider['bookings']}")
    engagement = await nordia.actor.read_engagement(plot.ids["engagement"])

    async def completed() -> bool:
        request = await plot.people["mill"].read_service_request(plot.ids["request"])
        return bool(request["status"] == "completed")

    await plot.stage.until("the completed request", completed)
    words = f"{returned['status']} ({read['return_reason']}), {approved['status']}"
    return f"{words}; engagement {engagement['status']}, no days booked, request completed"


async def _rate(plot: Plot) -> str:
    engagement = plot.ids["engagement"]
    mill, nordia = plot.people["mill"], plot.firms["nordia"].actor
    await mill.rate_engagement(engagement, {"score": 5, "comment": "Practical and on time."})
    before = (await nordia.read_engagement(engagement))["client_rating"]
    await nordia.rate_engagement(engagement, {"score": 4, "comment": "Data came late."})
    after = (await nordia.read_engagement(engagement))["client_rating"]
    other = (await mill.read_engagement(engagement))["provider_rating"]
    scores = [rating and rating["score"] for rating in (before, after, other)]
    check(scores == [None, 5, 4], f"{scores}")
    return f"before both: {before}; after: client {scores[1]}, provider {scores[2]}"
