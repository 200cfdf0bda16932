"""Providers at work for clients: the list, one engagement with its reports, its end, and what both sides think."""

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.responses import Response

from api_client import whole
from portal.forms import Form
from portal.matching import states
from portal.matching.deciding import Decision, ask, carried_out, decided
from portal.matching.lists import listed
from portal.matching.names import client_names, expert_names, provider_names, reason_name, seen
from portal.matching.needs import title_of
from portal.rooms import N_
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

CENTRE = ("officer", "reviewer")
TABS = (("active", N_("At work")), ("completed", N_("Completed")), ("cancelled", N_("Cancelled")))
SCORES = (
    ("5", N_("5, excellent")),
    ("4", N_("4, good")),
    ("3", N_("3, fair")),
    ("2", N_("2, weak")),
    ("1", N_("1, poor")),
)


async def show_engagements(visit: Visit) -> Response:
    """Every engagement in a state: those at work in the order they began, the others latest first."""
    if _only_works(visit):
        return visit.to("/my-engagements")
    status: Any = visit.asked.get("status", "active")
    if status not in dict(TABS):
        status = "active"
    found = await listed(visit, whole(visit.api.list_engagements, status=status), latest_first=status != "active")
    reports = await whole(visit.api.list_work_reports, status="submitted") if visit.has("officer") else []
    clients, providers = await asyncio.gather(client_names(visit, found.items), provider_names(visit, found.items))
    return visit.show(
        "matching/engagements.html",
        found=found,
        waiting={each["engagement_id"] for each in reports},
        tabs=TABS,
        current=status,
        states=states,
        clients=clients,
        providers=providers,
    )


async def show_engagement(visit: Visit, engagement_id: UUID, form: Form | None = None) -> Response:
    """One engagement as the centre sees it, or as its client does."""
    if _only_works(visit):
        return visit.to(f"/my-engagements/{engagement_id}")
    engagement = await visit.api.read_engagement(engagement_id)
    officer = visit.has("officer")
    reports, assessments, need, site, names, experts = await asyncio.gather(
        whole(visit.api.list_work_reports, engagement_id=engagement_id) if officer else _none(),
        whole(visit.api.list_assessments, engagement_id=engagement_id),
        seen(visit.api.read_need(engagement["need_id"])) if officer else _nothing(),
        seen(visit.api.read_site(engagement["site_id"])),
        provider_names(visit, [engagement]),
        expert_names(visit, {engagement["person_id"]}),
    )
    given = form or visit.form()
    return visit.show(
        "matching/engagement.html",
        422 if given.faults else 200,
        engagement=engagement,
        title=await title_of(visit, engagement),
        reports=reports[::-1],
        assessment=next(iter(assessments), None),
        need=need,
        site=site,
        provider=names.get(engagement["provider_id"]),
        expert=experts.get(engagement["person_id"]),
        cancelled_because=reason_name(visit, "cancel_engagement", engagement["cancellation_reason"]),
        returned_because=lambda code: reason_name(visit, "return_work_report", code),
        states=states,
        scores=[(value, visit.words(said)) for value, said in SCORES],
        form=given,
    )


async def ask_cancel_engagement(visit: Visit, engagement_id: UUID, form: Form | None = None) -> Response:
    """What it means to end the work before it is done."""
    engagement = await visit.api.read_engagement(engagement_id)
    if form is None and engagement["status"] != "active":
        return visit.to(f"/engagements/{engagement_id}")
    names = await provider_names(visit, [engagement])
    decision = Decision(
        title=visit.words("Cancel the engagement"),
        about=await title_of(visit, engagement),
        meaning=(
            visit.words(
                "%(provider)s stops working and its booked days are free again.",
                provider=names.get(engagement["provider_id"], "–"),
            ),
            visit.words("If the client still agrees, the job looks for another provider; else it ends."),
            visit.words("What was written down in the assessment is kept."),
        ),
        action=f"/engagements/{engagement_id}/cancel",
        button=visit.words("Cancel the engagement"),
        back=f"/engagements/{engagement_id}",
        back_words=visit.words("Back to the engagement"),
        reasons="cancel_engagement",
    )
    return ask(visit, decision, form)


async def cancel_engagement(visit: Visit, engagement_id: UUID) -> Response:
    if await decided(visit, lambda why, once: visit.api.cancel_engagement(engagement_id, why, once=once)) is None:
        return await ask_cancel_engagement(visit, engagement_id, visit.sent_form)
    return visit.to(f"/engagements/{engagement_id}", said="engagement_cancelled")


async def back_to_engagement(visit: Visit, engagement_id: UUID) -> Response:
    """Whoever loads the address of a form anew comes to the engagement."""
    return visit.to(f"/engagements/{engagement_id}")


async def rate_engagement(visit: Visit, engagement_id: UUID) -> Response:
    """The client says how the provider was."""
    form = visit.sent_form
    score, comment = form.choice("score"), form.text("comment", needed=False)
    body: models.Rate = {"score": int(score) if score.isdigit() else 0, "comment": comment}
    asked = visit.api.rate_engagement
    if not form.fits or await carried_out(form, asked(engagement_id, body, once=form.once)) is None:
        return await show_engagement(visit, engagement_id, form)
    return visit.to(f"/engagements/{engagement_id}", said="rating_given")


def _only_works(visit: Visit) -> bool:
    """Whether this visitor sees engagements as the provider at work in them."""
    return visit.has("provider") and not visit.has(*CENTRE, "client")


async def _none() -> list[Any]:
    return []


async def _nothing() -> None:
    return None
