"""What an assessment begins with: opened by an officer without an engagement, visited, and the country's own fields."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble, whole
from portal.assessments.names import choices
from portal.assessments.reading import assessment_of, client_names
from portal.assessments.refusals import only, refused
from portal.assessments.typed import day, typed
from portal.forms import Form
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models


async def show_new_assessment(visit: Visit, form: Form | None = None) -> Response:
    """Which of the company's sites, and for which programme."""
    only(visit, "officer")
    given = form or visit.form(client_id=visit.asked.get("client_id"))
    sites = await _sites(visit, given["client_id"])
    if form is None and len(sites) == 1:
        given = visit.form(client_id=given["client_id"], site_id=sites[0][0])
    names = await client_names(visit, [given["client_id"]]) if sites else {}
    return visit.show(
        "assessments/new.html",
        422 if given.faults else 200,
        form=given,
        sites=sites,
        client=names.get(given["client_id"]),
        programmes=choices(visit, "programmes"),
    )


async def open_assessment(visit: Visit) -> Response:
    """Open it; its assessor is named next."""
    form = visit.sent_form
    body: models.OpenAssessment = {
        "client_id": form["client_id"],
        "site_id": form.choice("site_id"),
        "programme_code": form["programme_code"] or None,
    }
    if form.fits:
        try:
            made = await visit.api.open_assessment(body, once=form.once)
            return visit.to(f"/assessments/{made['assessment_id']}", said="assessment_opened")
        except Trouble as trouble:
            refused(form, trouble)
    return await show_new_assessment(visit, form)


async def show_assessment_change(visit: Visit, assessment_id: UUID, form: Form | None = None) -> Response:
    """The day of the visit and what the country asks beside it."""
    only(visit, "assessor")
    assessment = await assessment_of(visit, assessment_id)
    if form is None and assessment["status"] != "open":
        return visit.to(f"/assessments/{assessment_id}")
    names = await client_names(visit, [assessment["client_id"]])
    known = {f"extra.{name}": _shown(value) for name, value in assessment["extra"].items()}
    given = form or visit.form(version=assessment["version"], visited_on=assessment["visited_on"], **known)
    return visit.show(
        "assessments/change.html",
        422 if given.faults else 200,
        assessment=assessment,
        client=names.get(assessment["client_id"]),
        form=given,
        fields=visit.pack["extra_fields"]["assessment"],
    )


async def change_assessment(visit: Visit, assessment_id: UUID) -> Response:
    """Correct it in the version that was read."""
    form = visit.sent_form
    extra = {each["name"]: _extra(form, each) for each in visit.pack["extra_fields"]["assessment"]}
    body: models.ChangeAssessment = {
        "visited_on": day(form, "visited_on", needed=False),
        "extra": {name: value for name, value in extra.items() if value is not None},
    }
    if form.fits:
        try:
            await visit.api.change_assessment(assessment_id, body, version=form["version"])
            return visit.to(f"/assessments/{assessment_id}", said="assessment_changed_here")
        except Trouble as trouble:
            refused(form, trouble)
    return await show_assessment_change(visit, assessment_id, form)


def further(visit: Visit, extra: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The country's own fields as they are read."""
    labels = {each["name"]: each["label"] for each in visit.pack["extra_fields"]["assessment"]}
    return [(labels.get(name) or name, _told(visit, value)) for name, value in extra.items()]


def _told(visit: Visit, value: Any) -> str:
    if isinstance(value, bool):
        return visit.words("yes") if value else visit.words("no")
    return visit.figures.number(value) if isinstance(value, int | float) else str(value).replace("_", " ")


def _shown(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return typed(value) if isinstance(value, int | float) else str(value)


def _extra(form: Form, field: Mapping[str, Any]) -> Any:
    """A value as its kind asks for it; None where it was left empty."""
    name = f"extra.{field['name']}"
    if field["kind"] == "number":
        number = form.number(name, needed=False)
        return number if number is None else int(number) if number == number.to_integral_value() else float(number)
    if field["kind"] == "yes_no":
        return {"yes": True, "no": False}.get(form[name])
    return form.text(name, needed=False)


async def _sites(visit: Visit, client_id: str) -> list[tuple[str, str]]:
    """The working sites of a company; none if the address names none."""
    if not client_id:
        return []
    found = await whole(visit.api.list_sites, client_id=client_id, status="open")
    return [(each["site_id"], each["name"]) for each in found]
