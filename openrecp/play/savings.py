"""Act 5: the client decides, two options are implemented, one saving is demonstrated and one cannot be."""

from datetime import date, timedelta
from typing import Any

from openrecp.play.plot import Plot
from openrecp.stage import check


async def act(plot: Plot) -> None:
    """From decision to measurement; readings and hours of SAVINGS.md's motor, totals of its plant."""
    stage = plot.stage
    await plot.until(75)
    await stage.step(
        "The client approves two options and refuses one with a reason",
        "approved, approved, refused",
        lambda: _decide(plot),
        ["option_approved", "option_approved", "option_refused"],
    )
    await plot.until(240)
    await stage.step(
        "Both are implemented, with date and actual cost",
        "implemented as the client states and as the assessor saw; not verified",
        lambda: _implement(plot),
        ["option_implemented", "option_implemented"],
    )
    await plot.until(650)
    await stage.step(
        "The assessor, who also holds a verifier's key, measures its own option",
        "refused: the verifier is the assessor; a colleague of its firm is refused too",
        lambda: _own_measurement(plot),
    )
    await stage.step(
        "An independent verifier measures the fan's motor by retrofit isolation",
        "13,115 kWh saved in the 3,050 h of a year (12,074 to 14,156): demonstrated, so the option is verified",
        lambda: _isolation(plot),
        ["option_verified"],
    )
    await stage.step(
        "and the dryer by two annual totals",
        "energy -30 %, output -40 %: intensity +16.7 %, break-even fixed share 0.25; refused, two_totals_only",
        lambda: _two_totals(plot),
        ["option_verified"],
    )


async def _decide(plot: Plot) -> str:
    mill, (motor, husk, rinse) = plot.people["mill"], plot.options
    first = await mill.post(f"/v1/options/{motor['option_id']}/approve", expect=200)
    second = await mill.post(f"/v1/options/{husk['option_id']}/approve", expect=200)
    why = {"reason_code": "operating_change_unacceptable"}
    third = await mill.post(f"/v1/options/{rinse['option_id']}/refuse", why, expect=200)
    return f"{first['status']}, {second['status']}, {third['status']} ({third['reason_code']})"


async def _implement(plot: Plot) -> str:
    motor, husk, _ = plot.options
    done = {"occurred_on": str(plot.day(200)), "cost": {"amount": "4350", "currency": "USD"}}
    first = await plot.people["mill"].post(
        f"/v1/options/{motor['option_id']}/implement", done | {"commissioned_on": str(plot.day(200))}, expect=200
    )
    done = {"occurred_on": str(plot.day(230)), "cost": {"amount": "17200", "currency": "USD"}}
    second = await plot.people["assessor"].post(f"/v1/options/{husk['option_id']}/implement", done, expect=200)
    roles = [each["implementation"]["reported_by_role"] for each in (first, second)]
    return f"{first['status']} ({roles[0]}), {second['status']} ({roles[1]})"


def _isolation_body(plot: Plot) -> dict[str, Any]:
    side = {"instrument_id": "clamp-meter-07", "instrument_uncertainty": "0.01", "count": 12}
    before = {"starts_on": str(plot.day(40)), "ends_on": str(plot.day(60)), "mean": "13.2", "sd": "0.3"}
    after = {"starts_on": str(plot.day(240)), "ends_on": str(plot.day(604)), "mean": "8.9", "sd": "0.35"}
    return {
        "method": "retrofit_isolation",
        "ipmvp_option": "B",
        "stream_no": 1,
        "rate_unit": "kW",
        "baseline": side | before,
        "reporting": side | after,
        "hours": {"value": "3050", "source": "hour counter of the fan's drive"},
    }


async def _own_measurement(plot: Plot) -> str:
    nordia, option = plot.firms["nordia"], plot.options[0]
    path, body = f"/v1/options/{option['option_id']}/verify", _isolation_body(plot)
    both = await plot.stage.hire(
        "assessor_as_verifier", "assessor", "verifier", person_id=nordia.person_id, provider_id=nordia.provider_id
    )
    own = await both.refused("POST", path, body)
    colleague = await plot.stage.hire("colleague_as_verifier", "verifier", provider_id=nordia.provider_id)
    firm = await colleague.refused("POST", path, body)
    check(own[0] >= 403 and firm[0] >= 403, f"{own}, {firm}")
    return f"{own[0]} {own[1]}; {firm[0]} {firm[1]}"


async def _isolation(plot: Plot) -> str:
    option = plot.options[0]
    made = await plot.people["verifier"].post(
        f"/v1/options/{option['option_id']}/verify", _isolation_body(plot), expect=200
    )
    last = made["verifications"][-1]["result"]
    check(made["status"] == "verified" and last["verdict"] == "demonstrated", f"{made['status']}, {last['verdict']}")
    seen = [round(float(last[name])) for name in ("saving", "saving_low", "saving_high")]
    check(seen == [13115, 12074, 14156], f"saving, low and high are {seen}")
    return f"{made['status']}: {last['verdict']}, {seen[0]} kWh ({seen[1]} to {seen[2]})"


async def _two_totals(plot: Plot) -> str:
    option = plot.options[1]
    before, after = plot.day(0).replace(day=1), (plot.day(240) + timedelta(days=31)).replace(day=1)

    def total(ends_before: date, use: str, output: str) -> dict[str, str]:
        first = ends_before.replace(year=ends_before.year - 1)
        whole = {"starts_on": str(first), "ends_on": str(ends_before - timedelta(days=1))}
        return whole | {"use": use, "output": output, "output_unit": "t"}

    body = {
        "method": "two_annual_totals",
        "stream_no": 1,
        "unit": "MJ",
        "baseline": total(before, "100000", "100"),
        "reporting": total(after.replace(year=after.year + 1), "70000", "60"),
    }
    await plot.stage.advance(plot.moment(700))
    made = await plot.people["verifier"].post(f"/v1/options/{option['option_id']}/verify", body, expect=200)
    last = made["verifications"][-1]["result"]
    check(made["status"] == "implemented" and last["verdict"] == "refused", f"{made['status']}, {last['verdict']}")
    check(last["reasons"] == ["two_totals_only"], f"reasons {last['reasons']}")
    changes = f"energy {float(last['raw_change']):+.1%}, intensity {float(last['intensity_change']):+.1%}"
    return f"stays {made['status']}: {last['verdict']} {last['reasons']}; {changes}"
