"""Work reports: days, period, deliverables and findings; sent once, corrected when they come back."""

from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.forms import Form
from portal.offers.changes import changed
from portal.offers.engagements import own_work
from portal.offers.jobs import Answer, own_provider, reason_of
from portal.offers.refusals import refused
from portal.offers.work import Work, today_of
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

ROWS, AT_MOST = 3, 60
"""Rows of deliverables a form begins with, and how many it can grow to."""
PLACES = {"/period/starts_on": "starts_on", "/period/ends_on": "ends_on", "/period": "ends_on"}


class Told(TypedDict):
    """What a form says of the work, at first and when it is corrected."""

    period: "models.Period"
    days: str
    deliverables: list["models.DeliverableBody"]
    findings: str
    final: bool
    external_ref: str | None


async def show_new_report(visit: Visit) -> Response:
    """A report about the engagement in the address."""
    work = await own_work(visit, _uuid(visit.asked.get("engagement_id", "")))
    booked, today = work.booking or {}, str(today_of(visit))
    ends_on = min(booked.get("ends_on", today), today)
    form = visit.form(starts_on=min(booked.get("starts_on", ends_on), ends_on), ends_on=ends_on, rows=ROWS)
    return _page(visit, work, form)


async def submit_work_report(visit: Visit) -> Response:
    """Report work. The form's own key lets it take effect once, however often a weak line sends it."""
    own_provider(visit)
    form = visit.sent_form
    engagement_id = _uuid(form["engagement_id"])
    if form["more"]:
        return _page(visit, await own_work(visit, engagement_id), _with_more_rows(form))
    body, places = _body(form)
    if not form.fits:
        return _page(visit, await own_work(visit, engagement_id), form)
    try:
        await visit.api.submit_work_report({**body, "engagement_id": str(engagement_id)}, once=form.once)
    except Trouble as trouble:
        return _page(visit, await own_work(visit, engagement_id), refused(form, trouble, places))
    return visit.to(f"/my-engagements/{engagement_id}", said="report_sent")


async def show_correction(visit: Visit, report_id: UUID, form: Form | None = None) -> Response:
    """A report that came back, with what it said."""
    report = await _own_report(visit, report_id)
    work = await own_work(visit, UUID(report["engagement_id"]))
    if report["status"] != "returned" and form is None:
        return visit.to(work.path)
    return _page(visit, work, form or visit.form(**_values(visit, report)), report)


async def resubmit_work_report(visit: Visit, report_id: UUID) -> Response:
    """Correct a report and send it again.

    These are two steps at the API, and a line may break between them: what is there already is not done again.
    """
    own_provider(visit)
    form = visit.sent_form
    if form["more"]:
        return await show_correction(visit, report_id, _with_more_rows(form))
    body, places = _body(form)
    if not form.fits:
        return await show_correction(visit, report_id, form)
    try:
        report = await changed(
            body,
            partial(visit.api.change_work_report, report_id, {**body}, version=form["version"]),
            partial(visit.api.read_work_report, report_id),
        )
        if report["status"] == "returned":
            await visit.api.resubmit_work_report(report_id, once=form.once)
    except Trouble as trouble:
        return await show_correction(visit, report_id, refused(form, trouble, places))
    return visit.to(f"/my-engagements/{report['engagement_id']}", said="report_sent_again")


def _body(form: Form) -> tuple[Told, dict[str, str]]:
    """What the API is told, and where on the form its places are."""
    starts_on, ends_on, days = form.day("starts_on"), form.day("ends_on"), form.number("days")
    findings, final = form.text("findings"), form.choice("final")
    deliverables, places = _deliverables(form)
    body: Told = {
        "period": {"starts_on": str(starts_on), "ends_on": str(ends_on)},
        "days": str(days),
        "deliverables": deliverables,
        "findings": findings,
        "final": final == "yes",
        "external_ref": form.text("external_ref", needed=False),
    }
    return body, places


def _deliverables(form: Form) -> tuple[list["models.DeliverableBody"], dict[str, str]]:
    """The rows that are filled in; one with a title needs its link, and the other way round."""
    found: list[models.DeliverableBody] = []
    places = dict(PLACES)
    for row in range(1, rows_of(form) + 1):
        if not any(form[f"{name}_{row}"].strip() for name in ("title", "link", "sha256")):
            continue
        places |= {f"/deliverables/{len(found)}/{name}": f"{name}_{row}" for name in ("title", "link", "sha256")}
        sha256 = form.text(f"sha256_{row}", needed=False)
        title, link = form.text(f"title_{row}"), form.text(f"link_{row}")
        found.append({"title": title, "link": link, "sha256": sha256.lower() if sha256 else None})
    return found, places


def rows_of(form: Form) -> int:
    """How many rows of deliverables a form has."""
    given = form["rows"]
    return min(int(given), AT_MOST) if given.isascii() and given.isdigit() and len(given) < 4 else ROWS


def _with_more_rows(form: Form) -> Form:
    """The same form with more room, nothing sent: every word stays."""
    values = {**form.values, "rows": [str(min(rows_of(form) + ROWS, AT_MOST))]}
    return Form(form.words, values, once=form.once)


def _values(visit: Visit, report: Answer) -> dict[str, Any]:
    """A report as the form shows it."""
    rows = {
        f"{name}_{number}": each[name]
        for number, each in enumerate(report["deliverables"], start=1)
        for name in ("title", "link", "sha256")
    }
    return {
        **report["period"],
        "days": visit.figures.number(report["days"]),
        "findings": report["findings"],
        "final": "yes" if report["final"] else "no",
        "external_ref": report["external_ref"],
        "version": report["version"],
        "rows": max(ROWS, len(report["deliverables"]) + 1),
        **rows,
    }


async def _own_report(visit: Visit, report_id: UUID) -> Answer:
    own_provider(visit)
    report: Answer = await visit.api.read_work_report(report_id)
    return report


def _page(visit: Visit, work: Work, form: Form, report: Answer | None = None) -> Response:
    reason = reason_of(visit, "return_work_report", report["return_reason"]) if report else None
    view = {"work": work, "form": form, "report": report, "reason": reason, "rows": rows_of(form)}
    return visit.show("offers/report.html", 422 if form.faults else 200, **view)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Trouble(404, {"code": "not_found"}) from None
