"""The page of one option: what it is, what it should save, what became of it, and every measurement of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api_client import whole
from portal.assessments.names import (
    OPTION_KINDS,
    OPTION_STATES,
    RESOURCES,
    STATED_BY,
    carrier_name,
    currencies,
    first_currency,
    place_of,
    questions,
    reason_name,
    reasons_of,
    units_of,
)
from portal.assessments.overview import payback_text
from portal.assessments.reading import assessment_of, client_names, option_of
from portal.assessments.results import shown
from portal.figures import Figures
from portal.forms import Form
from portal.rooms import N_
from portal.visit import Visit

STAGES = {
    "identified": N_("Identified: as estimated"),
    "approved": N_("Approved: as estimated"),
    "implemented": N_("Implemented: as stated"),
    "verified": N_("Verified: as measured"),
}


@dataclass(frozen=True)
class Stage:
    """What was known of an option at one stage; nothing of one stage is counted in another."""

    name: str
    on: str
    investment: Mapping[str, Any] | None
    annual_saving: Mapping[str, Any] | None
    streams: list[str]
    stated_by: str | None


@dataclass(frozen=True)
class Moves:
    """What this visitor may do with the option now."""

    change: bool
    decide: bool
    postpone: bool
    refuse: bool
    implement: bool
    verify: bool

    @classmethod
    def of(cls, visit: Visit, option: Mapping[str, Any], assessment: Mapping[str, Any]) -> "Moves":
        """By role and state, as the API has it; the API alone decides."""
        status, decides = option["status"], visit.has("officer", "client") and assessment["status"] == "approved"
        return cls(
            change=visit.has("assessor") and assessment["status"] == "open",
            decide=decides and status in ("identified", "pending"),
            postpone=decides and status == "identified",
            refuse=decides and status in ("identified", "pending", "approved"),
            implement=visit.has("officer", "client", "assessor") and status == "approved",
            verify=visit.has("verifier") and status == "implemented",
        )


async def show_option(visit: Visit, option_id: UUID, form: Form | None = None) -> Response:
    """One option; `form` is what was sent here and refused."""
    option = await option_of(visit, option_id)
    assessment = await assessment_of(visit, option["assessment_id"])
    names = await client_names(visit, [option["client_id"]])
    lines = await whole(visit.api.list_savings, option_id=option_id)
    currency = first_currency(visit, assessment["programme_code"])
    stated = option["investment"] or {"currency": currency}
    view = {
        "option": option,
        "assessment": assessment,
        "client": names.get(option["client_id"]),
        "place": place_of(visit, assessment),
        "state": visit.words(OPTION_STATES[option["status"]]),
        "state_kind": OPTION_KINDS.get(option["status"], ""),
        "option_class": visit.name("option_classes", option["option_class"]),
        "resource": lambda each: carrier_name(visit, each["resource"], each["carrier"]),
        "dot": lambda each: each["resource"] if each["resource"] in RESOURCES else "",
        "units": units_of,
        "payback": payback_text(visit.figures),
        "rate": lambda each: _rate(each, visit.figures),
        "stages": [stage(each, visit) for each in lines],
        "results": [shown(each, option, visit.figures) for each in reversed(option["verifications"])],
        "asked": questions(visit, option["labels"]),
        "refused_why": reason_name(visit, "refuse_option", option["reason_code"]),
        "stated_by": STATED_BY,
        "moves": Moves.of(visit, option, assessment),
        "reasons": reasons_of(visit, "refuse_option"),
        "currencies": currencies(visit),
        "form": form or visit.form(currency=stated["currency"]),
    }
    return visit.show("assessments/option.html", 422 if form and form.faults else 200, **view)


def stage(line: Mapping[str, Any], visit: Visit) -> Stage:
    """A line of savings in words."""
    by = line["reported_by_role"]
    return Stage(
        name=visit.words(STAGES[line["stage"]]),
        on=visit.figures.day(line["occurred_on"]),
        investment=line["investment"],
        annual_saving=line["annual_saving"],
        streams=[_stream_text(each, line["stage"], visit) for each in line["streams"]],
        stated_by=visit.words(STATED_BY[by]) if by in STATED_BY else None,
    )


def _stream_text(stream: Mapping[str, Any], at: str, visit: Visit) -> str:
    """One resource at one stage: an estimate with its range, or what was measured with its interval."""
    figures, words = stream["figures"], visit.words
    name, unit = carrier_name(visit, stream["resource"], stream["carrier"]), units_of(stream["unit"])
    if figures is None:
        return name
    value, low, high = (
        (figures["saving"], figures["saving_low"], figures["saving_high"])
        if at == "verified"
        else (figures["estimate"], figures["estimate_low"], figures["estimate_high"])
    )
    brief = visit.figures.brief
    if value is None:
        return words("%(resource)s: not known", resource=name)
    facts = {"resource": name, "amount": brief(value), "unit": unit, "low": brief(low), "high": brief(high)}
    if at == "verified":
        return words("%(resource)s: %(amount)s %(unit)s as measured, between %(low)s and %(high)s", **facts)
    if low is None or high is None:
        return words("%(resource)s: %(amount)s %(unit)s a year", **facts)
    return words("%(resource)s: %(amount)s %(unit)s a year, between %(low)s and %(high)s", **facts)


def _rate(figure: Mapping[str, Any], figures: Figures) -> str:
    """A rate of return in words."""
    if figure["word"] == "value":
        return figures.percent(figure["value"], 1)
    return str(payback_text(figures)(figure))
