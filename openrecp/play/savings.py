"""Act 5: the client decides, two options are implemented, one saving is demonstrated and one cannot be."""

from datetime import date, timedelta

from api_client import models
from openrecp.play.plot import Plot
from openrecp.stage import check, refused


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
    first = await mill.approve_option(motor["option_id"])
    second = await mill.approve_option(husk["option_id"])
    third = await mill.refuse_option(rinse["option_id"], {"reason_code": "operating_change_unacceptable"})
    return f"{first['status']}, {second['status']}, {third['status']} ({third['reason_code']})"


async def _implement(plot: Plot) -> str:
    motor, husk, _ = plot.options
    first = await plot.people["mill"].implement_option(
        motor["option_id"],
        {
            "occurred_on": str(plot.day(200)),
            "commissioned_on": str(plot.day(200)),
            "cost": {"amount": "4350", "currency": "USD"},
        },
    )
    second = await plot.people["assessor"].implement_option(
        husk["option_id"], {"occurred_on": str(plot.day(230)), "cost": {"amount": "17200", "currency": "USD"}}
    )
    roles = [each["implementation"] and each["implementation"]["reported_by_role"] for each in (first, second)]
    return f"{first['status']} ({roles[0]}), {second['status']} ({roles[1]})"


def _isolation_body(plot: Plot) -> models.VerifyByIsolation:

    def readings(days: tuple[int, int], mean: str, sd: str) -> models.ReadingsBody:
        first, last = (str(plot.day(each)) for each in days)
        return {
            "starts_on": first,
            "ends_on": last,
            "mean": mean,
            "sd": sd,
            "count": 12,
            "instrument_id": "clamp-meter-07",
            "instrument_uncertainty": "0.01",
        }

    return {
        "method": "retrofit_isolation",
        "ipmvp_option": "B",
        "stream_no": 1,
        "rate_unit": "kW",
        "baseline": readings((40, 60), "13.2", "0.3"),
        "reporting": readings((240, 604), "8.9", "0.35"),
        "hours": {"value": "3050", "source": "hour counter of the fan's drive"},
    }


async def _own_measurement(plot: Plot) -> str:
    nordia, option = plot.firms["nordia"], plot.options[0]
    body = _isolation_body(plot)
    both = await plot.stage.hire(
        "assessor_as_verifier", "assessor", "verifier", person_id=nordia.person_id, provider_id=nordia.provider_id
    )
    own = await refused(both.verify_option(option["option_id"], body))
    colleague = await plot.stage.hire("colleague_as_verifier", "verifier", provider_id=nordia.provider_id)
    firm = await refused(colleague.verify_option(option["option_id"], body))
    check(own[0] >= 403 and firm[0] >= 403, f"{own}, {firm}")
    return f"{own[0]} {own[1]}; {firm[0]} {firm[1]}"


async def _isolation(plot: Plot) -> str:
    option = plot.options[0]
    made = await plot.people["verifier"].verify_option(option["option_id"], _isolation_body(plot))
    last = made["verifications"][-1]["result"]
    check(made["status"] == "verified" and last["verdict"] == "demonstrated", f"{made['status']}, {last['verdict']}")
    seen = [round(float(each or 0)) for each in (last["saving"], last["saving_low"], last["saving_high"])]
    check(seen == [13115, 12074, 14156], f"saving, low and high are {seen}")
    return f"{made['status']}: {last['verdict']}, {seen[0]} kWh ({seen[1]} to {seen[2]})"


async def _two_totals(plot: Plot) -> str:
    option = plot.options[1]
    before, after = plot.day(0).replace(day=1), (plot.day(240) + timedelta(days=31)).replace(day=1)

    def total(ends_before: date, use: str, output: str) -> models.TotalBody:
        first, last = ends_before.replace(year=ends_before.year - 1), ends_before - timedelta(days=1)
        return {"starts_on": str(first), "ends_on": str(last), "use": use, "output": output, "output_unit": "t"}

    body: models.VerifyByTwoTotals = {
        "method": "two_annual_totals",
        "stream_no": 1,
        "unit": "MJ",
        "baseline": total(before, "100000", "100"),
        "reporting": total(after.replace(year=after.year + 1), "70000", "60"),
    }
    await plot.stage.advance(plot.moment(700))
    made = await plot.people["verifier"].verify_option(option["option_id"], body)
    last = made["verifications"][-1]["result"]
    check(made["status"] == "implemented" and last["verdict"] == "refused", f"{made['status']}, {last['verdict']}")
    check(last["reasons"] == ["two_totals_only"], f"reasons {last['reasons']}")
    energy, intensity = (float(each or 0) for each in (last["raw_change"], last["intensity_change"]))
    changes = f"energy {energy:+.1%}, intensity {intensity:+.1%}"
    return f"stays {made['status']}: {last['verdict']} {last['reasons']}; {changes}"
