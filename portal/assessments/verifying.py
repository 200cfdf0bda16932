"""A verification as a form: both periods by one of the methods, and what the plan and the evidence are."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble
from portal.assessments.names import carrier_name, units_of
from portal.assessments.reading import assessment_of, client_names, option_of
from portal.assessments.refusals import only, refused
from portal.assessments.typed import code, day, number, share, typed
from portal.figures import NumberIsAmbiguous, NumberIsNone, parsed
from portal.forms import Form
from portal.rooms import N_
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

ISOLATION, TOTALS = "retrofit_isolation", "two_annual_totals"
METHODS = {ISOLATION: N_("Retrofit isolation"), TOTALS: N_("Two annual totals")}
RATES = {"energy": ("kW",), "water": ("m3/h", "l/h"), "material": ("kg/h", "t/h"), "waste": ("kg/h", "t/h")}
ALL_RATES = ("kW", "m3/h", "l/h", "kg/h", "t/h")
READINGS = ("starts_on", "ends_on", "instrument_id", "instrument_uncertainty", "readings", "count", "mean", "sd")
TOTAL = ("starts_on", "ends_on", "use", "output", "output_unit")
OTHER = {
    ISOLATION: ("ipmvp_option", "rate_unit", "hours.value", "hours.source", "hours.low", "hours.high"),
    TOTALS: ("unit", "fixed_share"),
}
A_YEAR = ("value", "source", "low", "high")


async def show_verification(visit: Visit, option_id: UUID, form: Form | None = None) -> Response:
    """The form of the method that the address names; retrofit isolation if it names none."""
    only(visit, "verifier")
    option = await option_of(visit, option_id)
    if form is None and option["status"] != "implemented":
        return visit.to(f"/options/{option_id}")
    assessment = await assessment_of(visit, option["assessment_id"])
    names = await client_names(visit, [option["client_id"]])
    asked = form["method"] if form else visit.asked.get("method", ISOLATION)
    method = asked if asked in METHODS else ISOLATION
    given = form or visit.form(**_filled(method, option, assessment))
    resource = option["streams"][0]["resource"] if option["streams"] else "other"
    return visit.show(
        "assessments/verify.html",
        422 if given.faults else 200,
        option=option,
        assessment=assessment,
        client=names.get(option["client_id"]),
        method=method,
        methods=METHODS,
        form=given,
        streams=[
            (each["stream_no"], carrier_name(visit, each["resource"], each["carrier"])) for each in option["streams"]
        ],
        rates=[(each, units_of(each)) for each in RATES.get(resource, ALL_RATES)]
        if len(option["streams"]) == 1
        else [(each, units_of(each)) for each in ALL_RATES],
    )


async def verify_option(visit: Visit, option_id: UUID) -> Response:
    """Record the measurement, and show what it says."""
    form = visit.sent_form
    method = form["method"] if form["method"] in METHODS else ISOLATION
    body = _isolation(form) if method == ISOLATION else _totals(form)
    if form.fits:
        try:
            made = await visit.api.verify_option(option_id, body, once=form.once)
            last = made["verifications"][-1]["verification_id"]
            return visit.to(f"/options/{option_id}?said=measured#verification-{last}")
        except Trouble as trouble:
            refused(form, trouble, _pointers(method))
    return await show_verification(visit, option_id, form)


def _filled(method: str, option: Mapping[str, Any], assessment: Mapping[str, Any]) -> dict[str, Any]:
    """What is known already: the resource, the unit, and the baseline's period and output."""
    stream = option["streams"][0] if option["streams"] else None
    found: dict[str, Any] = {"method": method, "stream_no": stream["stream_no"] if stream else None}
    if method == ISOLATION:
        rates = RATES.get(stream["resource"], ()) if stream else ()
        return found | {"rate_unit": rates[0] if rates else None, "ipmvp_option": "B"}
    found["unit"] = stream["unit"] if stream else None
    baseline = assessment["baseline"]
    if baseline is None:
        return found
    output = baseline["output"] or {"quantity": None, "unit": None}
    return found | {
        "baseline.starts_on": baseline["period"]["starts_on"],
        "baseline.ends_on": baseline["period"]["ends_on"],
        "baseline.output": typed(output["quantity"]),
        "baseline.output_unit": output["unit"],
        "reporting.output_unit": output["unit"],
    }


def _stream_no(form: Form) -> int:
    return int(number(form, "stream_no") or 1)


def _plan(form: Form) -> "models.MvPlan | None":
    """The measurement plan, where there is any."""
    signed_on, sha256 = day(form, "mv_plan.signed_on", needed=False), form.text("mv_plan.sha256", needed=False)
    return {"signed_on": signed_on, "sha256": sha256} if signed_on or sha256 else None


def _evidence(form: Form) -> list["models.Evidence"]:
    """One document a line: its number, then its hash."""
    found: list[models.Evidence] = []
    for line in (form.text("evidence", needed=False) or "").splitlines():
        parts = line.split()
        if len(parts) == 2:
            found.append({"evidence_id": parts[0], "sha256": parts[1].lower()})
        elif parts:
            form.wrong("evidence", form.words("Write one document a line: its number, a space, its SHA-256."))
            break
    return found


def _isolation(form: Form) -> "models.VerifyByIsolation":
    """Readings before and after, and the hours."""
    chosen: Any = form  # one of the API's codes, or it says so
    return {
        "method": "retrofit_isolation",
        "stream_no": _stream_no(form),
        "mv_plan": _plan(form),
        "evidence": _evidence(form),
        "ipmvp_option": chosen.choice("ipmvp_option"),
        "rate_unit": chosen.choice("rate_unit"),
        "baseline": _readings(form, "baseline"),
        "reporting": _readings(form, "reporting"),
        "hours": _hours(form, "hours"),
        "hours_a_year": _hours(form, "hours_a_year") if form["hours_a_year.value"].strip() else None,
    }


def _readings(form: Form, side: str) -> "models.ReadingsBody":
    """Single readings, or what a logger makes of them; the API says if both or half of it was given."""
    count = form.number(f"{side}.count", needed=False, whole=True)
    return {
        "starts_on": day(form, f"{side}.starts_on"),
        "ends_on": day(form, f"{side}.ends_on"),
        "instrument_id": code(form, f"{side}.instrument_id", needed=True),
        "instrument_uncertainty": share(form, f"{side}.instrument_uncertainty", needed=True),
        "readings": _single(form, f"{side}.readings"),
        "count": None if count is None else int(count),
        "mean": number(form, f"{side}.mean"),
        "sd": number(form, f"{side}.sd"),
    }


def _single(form: Form, name: str) -> list[float | str]:
    """Readings one a line, or parted by semicolons."""
    found: list[float | str] = []
    for each in form[name].replace(";", "\n").splitlines():
        if not each.strip():
            continue
        try:
            found.append(format(parsed(each, form.words.locale), "f"))
        except (NumberIsAmbiguous, NumberIsNone):
            form.wrong(name, form.words("“%(reading)s” is no clear number.", reading=each.strip()))
            break
    return found


def _hours(form: Form, name: str) -> "models.HoursBody":
    return {
        "value": number(form, f"{name}.value", needed=True),
        "source": form.text(f"{name}.source"),
        "low": number(form, f"{name}.low"),
        "high": number(form, f"{name}.high"),
    }


def _totals(form: Form) -> "models.VerifyByTwoTotals":
    """Use and output of a year before and a year after."""
    return {
        "method": "two_annual_totals",
        "stream_no": _stream_no(form),
        "mv_plan": _plan(form),
        "evidence": _evidence(form),
        "unit": form.text("unit"),
        "baseline": _total(form, "baseline"),
        "reporting": _total(form, "reporting"),
        "fixed_share": share(form, "fixed_share"),
    }


def _total(form: Form, side: str) -> "models.TotalBody":
    return {
        "starts_on": day(form, f"{side}.starts_on"),
        "ends_on": day(form, f"{side}.ends_on"),
        "use": number(form, f"{side}.use", needed=True),
        "output": number(form, f"{side}.output", needed=True),
        "output_unit": form.text(f"{side}.output_unit"),
    }


def _pointers(method: str) -> dict[str, str]:
    """The API names the method in front of each place."""
    sides = [f"{side}.{name}" for side in ("baseline", "reporting") for name in (*READINGS, *TOTAL)]
    names = [*sides, *OTHER[method], *(f"hours_a_year.{each}" for each in A_YEAR), "stream_no", "evidence"]
    places = {f"/{method}/{name.replace('.', '/')}": name for name in [*names, "mv_plan.signed_on", "mv_plan.sha256"]}
    return places | {f"/{method}/{side}": f"{side}.starts_on" for side in ("baseline", "reporting")}
