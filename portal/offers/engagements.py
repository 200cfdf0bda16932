"""Your engagements: accepted work, its reports and what became of them; your reference, your rating, giving up."""

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble, whole
from portal.forms import Form
from portal.offers.changes import changed
from portal.offers.jobs import Answer, own_provider, reason_of, reasons_to
from portal.offers.refusals import refused
from portal.offers.work import Work, contacts_of, provider_of, running_work, work_of
from portal.rooms import N_
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

SCORES = (("5", N_("5: excellent")), ("4", N_("4")), ("3", N_("3: fair")), ("2", N_("2")), ("1", N_("1: poor")))
REPORT_TAGS = {
    "submitted": (N_("With the centre"), "info"),
    "approved": (N_("Approved"), "ok"),
    "returned": (N_("Came back"), "bad"),
}


async def show_engagements(visit: Visit) -> Response:
    """What goes on, and what is over."""
    provider_id = own_provider(visit)
    provider = await provider_of(visit, provider_id)
    engagements = await whole(visit.api.list_engagements, provider_id=provider_id)
    running = await running_work(visit, provider, engagements)
    over = [each for each in engagements if each["status"] != "active"]
    over.sort(key=lambda each: each["ended_on"] or "", reverse=True)
    past = [await work_of(visit, each, provider, ()) for each in over]
    return visit.show("offers/engagements.html", running=running, past=past)


async def show_engagement(
    visit: Visit, engagement_id: UUID, reference: Form | None = None, rating: Form | None = None
) -> Response:
    """One engagement; a form that was refused is shown again with what was typed."""
    work = await own_work(visit, engagement_id)
    engagement = work.engagement
    forms = {
        "reference": reference or visit.form(external_ref=engagement["external_ref"], version=engagement["version"]),
        "rating": rating or visit.form(),
    }
    refused = next((each for each in forms.values() if each.faults), None)
    return visit.show(
        "offers/engagement.html",
        422 if refused else 200,
        work=work,
        refused=refused,
        contacts=await contacts_of(visit, engagement) if work.client else [],
        assessment=await _assessment_of(visit, engagement),
        expert=await _expert_of(visit, engagement),
        gave_up=reason_of(visit, "cancel_engagement", engagement["cancellation_reason"]),
        returns={each["report_id"]: _return_reason(visit, each) for each in work.reports},
        scores=[(value, visit.words(words)) for value, words in SCORES],
        tags=REPORT_TAGS,
        **forms,
    )


async def change_engagement(visit: Visit, engagement_id: UUID) -> Response:
    """Note your own reference."""
    own_provider(visit)
    form = visit.sent_form
    body: models.ChangeEngagement = {"external_ref": form.text("external_ref", needed=False)}
    try:
        await changed(
            body,
            partial(visit.api.change_engagement, engagement_id, body, version=form["version"]),
            partial(visit.api.read_engagement, engagement_id),
        )
    except Trouble as trouble:
        return await show_engagement(visit, engagement_id, reference=refused(form, trouble))
    return visit.to(f"/my-engagements/{engagement_id}", said="reference_noted")


async def rate_engagement(visit: Visit, engagement_id: UUID) -> Response:
    """Say how it was to work for this client."""
    own_provider(visit)
    form = visit.sent_form
    score, comment = form.choice("score"), form.text("comment", needed=False)
    if score and score not in dict(SCORES):
        form.wrong("score", visit.words("Choose one."))
    if not form.fits:
        return await show_engagement(visit, engagement_id, rating=form)
    try:
        body: models.Rate = {"score": int(score or 0), "comment": comment}
        await visit.api.rate_engagement(engagement_id, body, once=form.once)
    except Trouble as trouble:
        return await show_engagement(visit, engagement_id, rating=refused(form, trouble))
    return visit.to(f"/my-engagements/{engagement_id}", said="rated")


async def show_giving_up(visit: Visit, engagement_id: UUID, form: Form | None = None) -> Response:
    """What giving up means, and the reason for it."""
    work = await own_work(visit, engagement_id)
    if not work.is_active:
        return visit.to(work.path)
    given, reasons = form or visit.form(), reasons_to(visit, "cancel_engagement")
    return visit.show("offers/cancel.html", 422 if given.faults else 200, work=work, form=given, reasons=reasons)


async def cancel_engagement(visit: Visit, engagement_id: UUID) -> Response:
    """Give the work up."""
    own_provider(visit)
    form = visit.sent_form
    reason_code = form.choice("reason_code")
    if not form.fits:
        return await show_giving_up(visit, engagement_id, form)
    try:
        body: models.Reason = {"reason_code": reason_code}
        await visit.api.cancel_engagement(engagement_id, body, once=form.once)
    except Trouble as trouble:
        return await show_giving_up(visit, engagement_id, refused(form, trouble))
    return visit.to(f"/my-engagements/{engagement_id}", said="given_up")


async def own_work(visit: Visit, engagement_id: UUID) -> Work:
    """One of the provider's engagements with all its reports."""
    provider_id = own_provider(visit)
    engagement = await visit.api.read_engagement(engagement_id)
    reports = await whole(visit.api.list_work_reports, engagement_id=engagement_id)
    return await work_of(visit, engagement, await provider_of(visit, provider_id), reports)


async def _assessment_of(visit: Visit, engagement: Answer) -> Answer | None:
    """The assessment that the work is about, once it has been opened."""
    if engagement["kind"] != "assessment":
        return None
    found = await visit.api.list_assessments(engagement_id=engagement["engagement_id"], limit=1)
    return next(iter(found["items"]), None)


async def _expert_of(visit: Visit, engagement: Answer) -> str | None:
    """Who does the work, also after leaving the firm."""
    found = await visit.api.list_experts(person_id=engagement["person_id"], limit=1)
    return next((each["full_name"] for each in found["items"]), None)


def _return_reason(visit: Visit, report: Answer) -> str | None:
    return reason_of(visit, "return_work_report", report["return_reason"]) if report["return_reason"] else None
