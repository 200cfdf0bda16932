"""Act 4: baseline and options, returned once, then approved."""

from datetime import date, timedelta
from typing import Any

from openrecp.play.plot import Plot
from openrecp.stage import check

GREEN = [{"programme_code": "GREEN-MILLS", "share": "1"}]
MOTOR = {
    "title": "Replace the main fan's motor and control its speed",
    "option_class": "equipment_modification",
    "investment": {"amount": "4200", "currency": "USD"},
    "annual_saving": {"amount": "2800", "currency": "USD"},
    "life_years": 10,
    "streams": [
        {"stream_no": 1, "resource": "energy", "carrier": "electricity", "unit": "kWh", "saving": "26000"},
    ],
    "programme_shares": GREEN,
    "boundary_id": "main-fan",
}
HUSK = {
    "title": "Insulate the dryer and fire it with the mill's own husk",
    "option_class": "on_site_recovery_reuse",
    "investment": {"amount": "18000", "currency": "USD"},
    "annual_saving": {"amount": "7400", "currency": "USD"},
    "life_years": 8,
    "streams": [
        {"stream_no": 1, "resource": "energy", "carrier": "fuel_oil", "unit": "MJ", "saving": "300000"},
    ],
    "programme_shares": GREEN,
    "boundary_id": "dryer",
}
RINSE = {
    "title": "Close the rinse water cycle",
    "option_class": "good_housekeeping",
    "investment": {"amount": "0", "currency": "USD"},
    "annual_saving": {"amount": "600", "currency": "USD"},
    "life_years": 5,
    "streams": [{"stream_no": 1, "resource": "water", "carrier": "water", "unit": "m3", "saving": "900"}],
    "programme_shares": GREEN,
}


async def act(plot: Plot) -> None:
    """The assessor's work and the reviewer's."""
    stage = plot.stage
    await plot.until(50)
    await stage.step(
        "The assessor records the baseline year",
        "energy in MJ from its carriers, productivity and intensity per tonne of rice",
        lambda: _baseline(plot),
        ["baseline_recorded"],
    )
    await stage.step(
        "and three options with cost and saving",
        "payback 1.5 years, one with 'immediate' because it costs nothing; NPV and IRR in honest words",
        lambda: _options(plot),
        ["option_identified"] * 3,
    )
    await stage.step(
        "The assessor completes; as a reviewer it would be refused",
        "completed; the reviewer must be another person",
        lambda: _complete(plot),
        ["assessment_completed"],
    )
    await stage.step(
        "The reviewer returns it once with a reason, the assessor mends and completes, the reviewer approves",
        "returned, completed, approved",
        lambda: _review(plot),
        ["assessment_returned", "option_changed", "assessment_completed", "assessment_approved"],
    )


def _year_before(plot: Plot) -> dict[str, str]:
    """Twelve whole months that ended before the assessment."""
    first = plot.day(0).replace(day=1)
    ends_on = first - timedelta(days=1)
    starts_on = date(ends_on.year - 1, ends_on.month, 1) + timedelta(days=31)
    return {"starts_on": str(starts_on.replace(day=1)), "ends_on": str(ends_on)}


async def _baseline(plot: Plot) -> str:
    body = {
        "period": _year_before(plot),
        "output": {"quantity": "12000", "unit": "t"},
        "energy": [
            {"carrier": "electricity", "quantity": "610000", "unit": "kWh"},
            {"carrier": "fuel_oil", "quantity": "42", "unit": "t"},
        ],
        "material_t": "18500",
        "water_m3": "9600",
        "waste_water_m3": "8100",
        "waste_t": "410",
    }
    path = f"/v1/assessments/{plot.ids['assessment']}/baseline"
    made = await plot.people["assessor"].ask("PUT", path, body)
    check(made["energy_mj"] == "3892800.0000", f"energy is {made['energy_mj']} MJ")
    shown = {name: f"{float(value):.4g}" for name, value in made["indicators"].items() if value is not None}
    return f"{made['energy_mj']} MJ; {', '.join(f'{name} {value}' for name, value in shown.items())}"


async def _options(plot: Plot) -> str:
    assessor, said = plot.people["assessor"], []
    for option in (MOTOR, HUSK, RINSE):
        made = await assessor.post("/v1/options", option | {"assessment_id": plot.ids["assessment"]})
        plot.options.append(made)
        said.append(f"{made['title'].split()[0]}: {_money(made['profitability'])}")
    return "; ".join(said)


def _money(earned: dict[str, Any]) -> str:
    return ", ".join(
        f"{name} {_words(value)}" for name, value in earned.items() if name in ("payback_years", "npv", "irr")
    )


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(each) for each in value.values() if each is not None)
    return str(value)


async def _complete(plot: Plot) -> str:
    path = f"/v1/assessments/{plot.ids['assessment']}"
    nordia = plot.firms["nordia"]
    made = await plot.people["assessor"].post(f"{path}/complete", expect=200)
    twice = await plot.stage.hire("assessor_as_reviewer", "reviewer", person_id=nordia.person_id)
    status, code = await twice.refused("POST", f"{path}/approve")
    return f"{made['status']}; approving one's own work is refused: {status} {code}"


async def _review(plot: Plot) -> str:
    path, reviewer = f"/v1/assessments/{plot.ids['assessment']}", plot.people["reviewer"]
    why = {"reason_code": "saving_not_derived", "note": "Show how the fan's saving follows from its load."}
    returned = await reviewer.post(f"{path}/return", why, expect=200)
    motor = plot.options[0]
    fix = {"estimate_method": "load_profile", "data_quality": "measured_week"}
    await plot.people["assessor"].ask(
        "PATCH", f"/v1/options/{motor['option_id']}", fix, headers={"If-Match": f'"{motor["version"]}"'}
    )
    again = await plot.people["assessor"].post(f"{path}/complete", expect=200)
    approved = await reviewer.post(f"{path}/approve", expect=200)
    return f"{returned['status']} ({returned['return_reason_code']}), {again['status']}, {approved['status']}"
