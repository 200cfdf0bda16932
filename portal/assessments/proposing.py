"""Options as a form: what is recommended, what it costs, what it is expected to save."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.assessments.baseline import units
from portal.assessments.names import RESOURCES, choices, currencies, first_currency
from portal.assessments.reading import assessment_of, client_names, option_of
from portal.assessments.refusals import only, refused
from portal.assessments.typed import code, money, number, typed
from portal.forms import Form
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

STREAMS_AT_MOST = 4
CURRENCIES = ("investment.currency", "annual_saving.currency")
CODES = ("boundary_id", "estimate_method", "data_quality")


async def show_new_option(visit: Visit) -> Response:
    """An empty form for the assessment that the address names."""
    only(visit, "assessor")
    assessment = await assessment_of(visit, visit.asked.get("assessment_id", ""))
    if assessment["status"] != "open":
        return visit.to(f"/assessments/{assessment['assessment_id']}")
    form = visit.form(
        assessment_id=assessment["assessment_id"],
        rows=1,
        **dict.fromkeys(CURRENCIES, first_currency(visit, assessment["programme_code"])),
    )
    return await _show(visit, assessment, form, None)


async def identify_option(visit: Visit) -> Response:
    """Recommend it."""
    form = visit.sent_form
    assessment = await assessment_of(visit, form["assessment_id"])
    if form["more"]:
        return await _show(visit, assessment, form, None)
    body = _body(form, form["assessment_id"])
    if form.fits:
        try:
            made = await visit.api.identify_option(body, once=form.once)
            return visit.to(f"/options/{made['option_id']}", said="option_identified")
        except Trouble as trouble:
            refused(form, trouble, _pointers(form))
    return await _show(visit, assessment, form, None)


async def show_change(visit: Visit, option_id: UUID) -> Response:
    """The form filled in with what stands, in the version that was read."""
    only(visit, "assessor")
    option = await option_of(visit, option_id)
    assessment = await assessment_of(visit, option["assessment_id"])
    if assessment["status"] != "open":
        return visit.to(f"/options/{option_id}")
    form = visit.form(**_filled(option, first_currency(visit, assessment["programme_code"])))
    return await _show(visit, assessment, form, option)


async def change_option(visit: Visit, option_id: UUID) -> Response:
    """Correct it, while its assessment is open."""
    form = visit.sent_form
    option = await option_of(visit, option_id)
    assessment = await assessment_of(visit, option["assessment_id"])
    if form["more"]:
        return await _show(visit, assessment, form, option)
    body = _changes(form)
    if form.fits:
        try:
            await visit.api.change_option(option_id, body, version=form["version"])
            return visit.to(f"/options/{option_id}", said="option_changed_here")
        except Trouble as trouble:
            refused(form, trouble, _pointers(form))
    return await _show(visit, assessment, form, option)


async def _show(visit: Visit, assessment: Mapping[str, Any], form: Form, option: Mapping[str, Any] | None) -> Response:
    names = await client_names(visit, [assessment["client_id"]])
    return visit.show(
        "assessments/option_form.html",
        422 if form.faults else 200,
        assessment=assessment,
        client=names.get(assessment["client_id"]),
        option=option,
        form=form,
        rows=range(_rows(form)),
        most=STREAMS_AT_MOST,
        classes=choices(visit, "option_classes"),
        kinds=_kinds(visit),
        units=units(visit),
        currencies=currencies(visit),
    )


def _kinds(visit: Visit) -> list[tuple[str, str]]:
    """What an option may save: every energy carrier of the country, and the other resources."""
    energy = visit.words(RESOURCES["energy"])
    carriers = [(f"energy:{code}", f"{energy}: {name}") for code, name in choices(visit, "energy_carriers")]
    return carriers + [(each, visit.words(name)) for each, name in RESOURCES.items() if each != "energy"]


def _rows(form: Form) -> int:
    wanted = form["more"] or form["rows"]
    return max(1, min(int(wanted) if wanted.isdecimal() and len(wanted) < 3 else 1, STREAMS_AT_MOST))


def _filled(option: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """An option as the form shows it."""
    investment, saving = (option[each] or {} for each in ("investment", "annual_saving"))
    found: dict[str, Any] = {
        "version": option["version"],
        "title": option["title"],
        "description": option["description"],
        "option_class": option["option_class"],
        "investment.amount": typed(investment.get("amount")),
        "investment.currency": investment.get("currency", currency),
        "annual_saving.amount": typed(saving.get("amount")),
        "annual_saving.currency": saving.get("currency", currency),
        "life_years": option["life_years"],
        "rows": max(1, len(option["streams"])),
        **{name: option[name] for name in CODES},
    }
    for row, stream in enumerate(option["streams"]):
        figures, at = stream["figures"] or {}, f"streams.{row}"
        is_energy = stream["resource"] == "energy"
        found |= {
            f"{at}.resource": f"energy:{stream['carrier']}" if is_energy else stream["resource"],
            f"{at}.carrier": None if is_energy or stream["carrier"] == stream["resource"] else stream["carrier"],
            f"{at}.unit": stream["unit"],
            f"{at}.saving": typed(figures.get("estimate")),
            f"{at}.low": typed(figures.get("estimate_low")),
            f"{at}.high": typed(figures.get("estimate_high")),
            f"{at}.use_per_year": typed(figures.get("use_per_year")),
            f"{at}.money.amount": typed((figures.get("money") or {}).get("amount")),
            f"{at}.money.currency": (figures.get("money") or {}).get("currency"),
            f"{at}.price_version": figures.get("price_version"),
        }
    return found


def _body(form: Form, assessment_id: str) -> "models.IdentifyOption":
    """Whatever may be changed later, and where it was found."""
    return cast("models.IdentifyOption", {**_changes(form), "assessment_id": assessment_id})


def _changes(form: Form) -> "models.ChangeOption":
    """What was typed, as the API takes it."""
    life = form.number("life_years", needed=False, whole=True)
    return {
        "title": form.text("title"),
        "option_class": form.choice("option_class"),
        "description": form.text("description", needed=False) or "",
        "investment": money(form, "investment.amount", form["investment.currency"]),
        "annual_saving": money(form, "annual_saving.amount", form["annual_saving.currency"]),
        "life_years": None if life is None else int(life),
        "streams": _streams(form),
        "boundary_id": code(form, "boundary_id"),
        "estimate_method": code(form, "estimate_method"),
        "data_quality": code(form, "data_quality"),
    }


def _filled_rows(form: Form) -> list[int]:
    rows = range(_rows(form))
    return [row for row in rows if form[f"streams.{row}.resource"] or form[f"streams.{row}.saving"]]


def _streams(form: Form) -> list["models.EstimateBody"]:
    """The rows that were filled in, numbered from one."""
    found: list[models.EstimateBody] = []
    for number_, row in enumerate(_filled_rows(form), start=1):
        at = f"streams.{row}"
        resource: Any
        resource, _, carrier = form.choice(f"{at}.resource").partition(":")
        stream: models.EstimateBody = {
            "stream_no": number_,
            "resource": resource,
            "carrier": carrier or code(form, f"{at}.carrier") or resource,
            "unit": form.choice(f"{at}.unit"),
            "saving": number(form, f"{at}.saving"),
            "low": number(form, f"{at}.low"),
            "high": number(form, f"{at}.high"),
            "use_per_year": number(form, f"{at}.use_per_year"),
            "density_kg_per_m3": number(form, f"{at}.density_kg_per_m3"),
            "money": money(form, f"{at}.money.amount", form[f"{at}.money.currency"] or form["annual_saving.currency"]),
        }
        if price := form.text(f"{at}.price_version", needed=False):
            stream["price_version"] = price
        found.append(stream)
    return found


def _pointers(form: Form) -> dict[str, str]:
    """Where a fault of the API belongs: rows that were left empty do not count there."""
    fields = ("resource", "carrier", "unit", "saving", "low", "high", "use_per_year", "density_kg_per_m3")
    return {
        f"/streams/{number_}/{field}": f"streams.{row}.{field}"
        for number_, row in enumerate(_filled_rows(form))
        for field in fields
    }
