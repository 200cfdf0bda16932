"""Act 4: baseline and options, returned once, then approved."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from api_client import models
from openrecp.play.plot import Plot
from openrecp.stage import check, refused

GREEN: list[models.ProgrammeShareBody] = [{"programme_code": "GREEN-MILLS", "share": "1"}]


def motor(assessment_id: str) -> models.IdentifyOption:
    """The main fan."""
    return {
        "assessment_id": assessment_id,
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


def husk(assessment_id: str) -> models.IdentifyOption:
    """The dryer."""
    return {
        "assessment_id": assessment_id,
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


def rinse(assessment_id: str) -> models.IdentifyOption:
    """The rinse water."""
    return {
        "assessment_id": assessment_id,
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


def _year_before(plot: Plot) -> models.PeriodBody:
    """Twelve whole months that ended before the assessment."""
    first = plot.day(0).replace(day=1)
    ends_on = first - timedelta(days=1)
    starts_on = date(ends_on.year - 1, ends_on.month, 1) + timedelta(days=31)
    return {"starts_on": str(starts_on.replace(day=1)), "ends_on": str(ends_on)}


async def _baseline(plot: Plot) -> str:
    body: models.RecordBaseline = {
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
    made = await plot.people["assessor"].record_baseline(plot.ids["assessment"], body)
    check(made["energy_mj"] == "3892800.0000", f"energy is {made['energy_mj']} MJ")
    indicators: Mapping[str, Any] = made["indicators"]
    shown = {name: f"{float(value):.4g}" for name, value in indicators.items() if value is not None}
    return f"{made['energy_mj']} MJ; {', '.join(f'{name} {value}' for name, value in shown.items())}"


async def _options(plot: Plot) -> str:
    assessor, said = plot.people["assessor"], []
    for proposal in (motor, husk, rinse):
        made = await assessor.identify_option(proposal(plot.ids["assessment"]))
        plot.options.append(made)
        said.append(f"{made['title'].split()[0]}: {_money(made['profitability'])}")
    return "; ".join(said)


def _money(earned: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} {_words(value)}" for name, value in earned.items() if name in ("payback_years", "npv", "irr")
    )


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(each) for each in value.values() if each is not None)
    return str(value)


async def _complete(plot: Plot) -> str:
    assessment, nordia = plot.ids["assessment"], plot.firms["nordia"]
    made = await plot.people["assessor"].complete_assessment(assessment)
    twice = await plot.stage.hire("assessor_as_reviewer", "reviewer", person_id=nordia.person_id)
    status, code = await refused(twice.approve_assessment(assessment))
    return f"{made['status']}; approving one's own work is refused: {status} {code}"


async def _review(plot: Plot) -> str:
    assessment, assessor, reviewer = plot.ids["assessment"], plot.people["assessor"], plot.people["reviewer"]
    returned = await reviewer.return_assessment(
        assessment,
        {"reason_code": "saving_not_derived", "note": "Show how the fan's saving follows from its load."},
    )
    fan = plot.options[0]
    mended: models.ChangeOption = {"estimate_method": "load_profile", "data_quality": "measured_week"}
    await assessor.change_option(fan["option_id"], mended, version=fan["version"])
    again = await assessor.complete_assessment(assessment)
    approved = await reviewer.approve_assessment(assessment)
    return f"{returned['status']} ({returned['return_reason_code']}), {again['status']}, {approved['status']}"
