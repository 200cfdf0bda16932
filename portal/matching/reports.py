"""One work report, and the officer's answer to it."""

from uuid import UUID

from starlette.responses import Response

from api_client import whole
from portal.forms import Form
from portal.matching import states
from portal.matching.deciding import Decision, ask, carried_out, decided
from portal.matching.names import expert_names, provider_names, reason_name
from portal.matching.needs import title_of
from portal.visit import Visit


async def show_work_report(visit: Visit, report_id: UUID, form: Form | None = None) -> Response:
    """What was done in a period, and what an approval would mean."""
    report = await visit.api.read_work_report(report_id)
    engagement = await visit.api.read_engagement(report["engagement_id"])
    assessments = await whole(visit.api.list_assessments, engagement_id=report["engagement_id"])
    names = await provider_names(visit, [report])
    experts = await expert_names(visit, {engagement["person_id"]})
    assessment = next(iter(assessments), None)
    given = form or visit.form()
    return visit.show(
        "matching/work_report.html",
        422 if given.faults else 200,
        report=report,
        engagement=engagement,
        title=await title_of(visit, engagement),
        assessment=assessment,
        can_be_approved=engagement["kind"] != "assessment"
        or not report["final"]
        or (assessment is not None and assessment["status"] == "approved"),
        provider=names.get(report["provider_id"], "–"),
        expert=experts.get(engagement["person_id"]),
        returned_because=lambda code: reason_name(visit, "return_work_report", code),
        states=states,
        form=given,
    )


async def approve_work_report(visit: Visit, report_id: UUID) -> Response:
    """Agree with the work; a final report completes the engagement."""
    form = visit.sent_form
    report = await carried_out(form, visit.api.approve_work_report(report_id, once=form.once))
    if report is None:
        return await show_work_report(visit, report_id, form)
    said = "engagement_completed" if report["final"] else "report_approved"
    return visit.to(f"/engagements/{report['engagement_id']}", said=said)


async def back_to_report(visit: Visit, report_id: UUID) -> Response:
    """Whoever loads the address of a form anew comes to the report."""
    return visit.to(f"/work-reports/{report_id}")


async def ask_return_work_report(visit: Visit, report_id: UUID, form: Form | None = None) -> Response:
    """What it means to send a report back."""
    report = await visit.api.read_work_report(report_id)
    if form is None and report["status"] != "submitted":
        return visit.to(f"/work-reports/{report_id}")
    names = await provider_names(visit, [report])
    period = visit.figures.days(report["period"]["starts_on"], report["period"]["ends_on"])
    decision = Decision(
        title=visit.words("Return the report"),
        about=visit.words(
            "%(provider)s, work of %(period)s", provider=names.get(report["provider_id"], "–"), period=period
        ),
        meaning=(visit.words("The provider is told your reason, corrects the report and sends it again."),),
        action=f"/work-reports/{report_id}/return",
        button=visit.words("Return the report"),
        back=f"/work-reports/{report_id}",
        back_words=visit.words("Back to the report"),
        reasons="return_work_report",
        destroys=False,
    )
    return ask(visit, decision, form)


async def return_work_report(visit: Visit, report_id: UUID) -> Response:
    report = await decided(visit, lambda why, once: visit.api.return_work_report(report_id, why, once=once))
    if report is None:
        return await ask_return_work_report(visit, report_id, visit.sent_form)
    return visit.to(f"/engagements/{report['engagement_id']}", said="report_returned")
