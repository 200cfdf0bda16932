"""The baseline as a form: what the plant used, made and gave off, in the units of its bills."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.assessments.names import choices, currencies, first_currency, questions, units_of
from portal.assessments.reading import assessment_of, baseline_of, client_names
from portal.assessments.refusals import refused
from portal.assessments.typed import money, number, typed
from portal.forms import Form
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

PLAIN = ("material_t", "water_m3", "waste_water_m3", "waste_t", "operating_hours")
ROWS_AT_FIRST, ROWS_AT_MOST = 2, 50


async def show_baseline(visit: Visit, assessment_id: UUID, form: Form | None = None) -> Response:
    """The form, filled in with what stands; only to be read once the assessment is out of the assessor's hands."""
    assessment = await assessment_of(visit, assessment_id)
    baseline = await baseline_of(visit, assessment)
    names = await client_names(visit, [assessment["client_id"]])
    may_write = visit.has("assessor") and assessment["status"] == "open"
    if not may_write and form is None:
        return visit.to(f"/assessments/{assessment_id}#baseline")
    given = form or visit.form(**_filled(visit, baseline))
    return visit.show(
        "assessments/baseline.html",
        422 if given.faults else 200,
        assessment=assessment,
        client=names.get(assessment["client_id"]),
        baseline=baseline,
        asked=questions(visit, baseline["labels"]) if baseline else [],
        form=given,
        rows=range(_rows(given)),
        carriers=choices(visit, "energy_carriers"),
        units=units(visit),
        currencies=currencies(visit),
        currency=first_currency(visit, assessment["programme_code"]),
    )


async def record_baseline(visit: Visit, assessment_id: UUID) -> Response:
    """Take it over; once more while the assessment is open, it replaces the first."""
    form = visit.sent_form
    if form["more"]:
        return await show_baseline(visit, assessment_id, form)
    body = _body(form)
    if form.fits:
        try:
            await visit.api.record_baseline(assessment_id, body)
            return visit.to(f"/assessments/{assessment_id}/baseline", said="baseline_recorded")
        except Trouble as trouble:
            refused(form, trouble, _pointers(form))
    return await show_baseline(visit, assessment_id, form)


def units(visit: Visit) -> list[tuple[str, str]]:
    """Every unit the country's pack can convert."""
    known = visit.pack["units"]
    codes = [each["code"] for each in known["energy"]] + known["mass"] + known["volume"]
    return [(each, units_of(each)) for each in codes]


def _rows(form: Form) -> int:
    """How many carriers the form has room for."""
    wanted = form["more"] or form["rows"]
    asked = int(wanted) if wanted.isdecimal() and len(wanted) < 4 else ROWS_AT_FIRST
    return max(1, min(asked, ROWS_AT_MOST))


def _filled(visit: Visit, baseline: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the form begins with: what stands, else the last whole year."""
    if baseline is None:
        last = date(visit.now.astimezone(visit.figures.zone).year, 1, 1) - timedelta(days=1)
        return {
            "period.starts_on": date(last.year, 1, 1),
            "period.ends_on": last,
            "rows": ROWS_AT_FIRST,
        }
    output = baseline["output"] or {"quantity": None, "unit": None}
    found: dict[str, Any] = {
        "period.starts_on": baseline["period"]["starts_on"],
        "period.ends_on": baseline["period"]["ends_on"],
        "output.quantity": typed(output["quantity"]),
        "output.unit": output["unit"],
        "rows": max(ROWS_AT_FIRST, len(baseline["energy"])),
        **{name: typed(baseline[name]) for name in PLAIN},
    }
    for row, line in enumerate(baseline["energy"]):
        stated, at = line["stated"], f"energy.{row}"
        cost = stated["cost"] or {"amount": None, "currency": None}
        found |= {
            f"{at}.carrier": stated["carrier"],
            f"{at}.quantity": typed(stated["quantity"]),
            f"{at}.unit": stated["unit"],
            f"{at}.density_kg_per_m3": typed(stated["density_kg_per_m3"]),
            f"{at}.cost.amount": typed(cost["amount"]),
            f"{at}.cost.currency": cost["currency"],
        }
    return found


def _body(form: Form) -> "models.RecordBaseline":
    """What was typed; what is left empty is not known, never nothing."""
    starts_on, ends_on = form.day("period.starts_on"), form.day("period.ends_on")
    quantity, unit = number(form, "output.quantity"), form.text("output.unit", needed=False)
    if (quantity is None) != (unit is None) and form.fits:
        form.wrong("output.unit" if unit is None else "output.quantity", form.words("Fill this in."))
    return {
        "period": {"starts_on": str(starts_on), "ends_on": str(ends_on)},
        "output": {"quantity": quantity, "unit": unit} if quantity and unit else None,
        "energy": _energy(form),
        "material_t": number(form, "material_t"),
        "water_m3": number(form, "water_m3"),
        "waste_water_m3": number(form, "waste_water_m3"),
        "waste_t": number(form, "waste_t"),
        "operating_hours": number(form, "operating_hours"),
    }


def _energy(form: Form) -> list["models.EnergyBody"]:
    """The rows that were filled in, one after the other; an empty one between them is left out."""
    found: list[models.EnergyBody] = []
    for row in _filled_rows(form):
        at = f"energy.{row}"
        line: models.EnergyBody = {
            "carrier": form.choice(f"{at}.carrier"),
            "quantity": number(form, f"{at}.quantity", needed=True),
            "unit": form.choice(f"{at}.unit"),
            "density_kg_per_m3": number(form, f"{at}.density_kg_per_m3"),
            "cost": money(form, f"{at}.cost.amount", form[f"{at}.cost.currency"]),
        }
        found.append(line)
    return found


def _filled_rows(form: Form) -> list[int]:
    return [row for row in range(_rows(form)) if form[f"energy.{row}.carrier"] or form[f"energy.{row}.quantity"]]


def _pointers(form: Form) -> dict[str, str]:
    """Where a fault of the API belongs: rows that were left empty do not count there."""
    fields = ("carrier", "quantity", "unit", "density_kg_per_m3", "cost.amount")
    return {
        f"/energy/{sent}/{field.replace('.', '/')}": f"energy.{row}.{field}"
        for sent, row in enumerate(_filled_rows(form))
        for field in fields
    }
