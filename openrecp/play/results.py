"""Act 7: impact, as the officer, the ministry and the donor read it."""

import re
from typing import Literal

from api_client import models
from chassis.clock import wall_now
from openrecp.play.plot import Plot
from openrecp.stage import Actor, check, refused

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
By = Literal["status", "province", "isic_division", "year", "programme"]
ENTERED = {
    "identified": (3, "22200", "10800"),
    "approved": (2, "22200", "10200"),
    "implemented": (2, "21550", "10200"),
}
"""Options, their cost and their saving a year in USD, as the people of the play entered them."""


async def act(plot: Plot) -> None:
    """The clock reaches the present, the figures are read."""
    stage = plot.stage
    await stage.advance(wall_now())
    await stage.step(
        "The officer reads the funnel and the options by the stage they have reached",
        "1 client at every stage; 3 identified, 2 approved, 2 implemented, 1 verified, sums as entered",
        lambda: _totals(plot),
    )
    await stage.step(
        "and the same by province, sector, year and programme, with the programme's targets",
        "River Plain, ISIC division 10, Green Mills: 1 of 40 companies assessed, 1 of 15 options verified",
        lambda: _views(plot),
    )
    await stage.step(
        "The ministry and the donor download CSV",
        "no company, no id; cells of fewer than three clients say suppressed; the donor sees its programme only",
        lambda: _readers(plot),
    )


async def _options(actor: Actor, by: By) -> list[models.OptionGroupOut]:
    return (await actor.read_options(by=by, basis="reached"))["items"]


async def _totals(plot: Plot) -> str:
    officer = plot.people["officer"]
    funnel = await plot.stage.until("the whole funnel", lambda: _whole_funnel(officer))
    groups = await _options(officer, "status")
    figures = {str(item["status"]): item["figures"] for item in groups if item["figures"] != "suppressed"}
    for status, (count, cost, saving) in ENTERED.items():
        seen = figures[status]
        sums = [f"{float(total[0]['amount']):.0f}" for total in (seen["investment"], seen["annual_saving"])]
        check((seen["count"], *sums) == (count, cost, saving), f"{status}: {seen['count']}, {sums}")
    verified = figures["verified"]
    energy_mj = float(str(verified["energy_mj"]))
    check(verified["count"] == 1 and energy_mj == 47214, f"verified: {verified}")
    shown = ", ".join(f"{each['count']} {status}" for status, each in figures.items() if each["count"])
    return f"funnel {funnel}; {shown}; verified {energy_mj:,.0f} MJ"


async def _whole_funnel(officer: Actor) -> str | None:
    funnel = await officer.read_funnel()
    first, last = (
        (funnel["registered"], funnel["requested"], funnel["assessed"]),
        (funnel["implemented"], funnel["verified"]),
    )
    stages = [*first, *last]
    return " → ".join(str(each) for each in stages) if stages == [1, 1, 1, 1, 1] else None


async def _views(plot: Plot) -> str:
    officer = plot.people["officer"]
    ways: tuple[By, ...] = ("province", "isic_division", "year", "programme")
    headings = {by: sorted({str(item["heading"]) for item in await _options(officer, by)}) for by in ways}
    check(headings["province"] == ["XA-R"] and headings["isic_division"] == ["10"], f"{headings}")
    programme = await officer.read_programme("GREEN-MILLS")
    actual = {each["code"]: (each["actual"], each["target"]) for each in programme["indicators"]}
    reached = [float(str(actual[code][0])) for code in ("clients_assessed", "options_verified")]
    check(reached == [1, 1], f"{actual}")
    aimed = {code: pair for code, pair in actual.items() if pair[1] is not None}
    pairs = "; ".join(f"{code} {seen or 'nothing'} of {target}" for code, (seen, target) in aimed.items())
    seen_by = "; ".join(f"{by} {', '.join(found)}" for by, found in headings.items())
    return f"{seen_by}; {pairs}"


async def _readers(plot: Plot) -> str:
    said = []
    for name in ("ministry", "donor"):
        reader = plot.people[name]
        options = await reader.read_options_as("text/csv", by="province", basis="reached")
        funnel = await reader.read_funnel_as("text/csv")
        for text in (options.text, funnel.text):
            check("suppressed" in text, f"{name} reads {text[:200]}")
            check("Rice Mill" not in text and UUID.search(text) is None, f"{name} reads a company: {text[:200]}")
        said.append(f"{name}: {text.splitlines()[2]}")
    status, code = await refused(plot.people["donor"].read_programme("CLEAN-RIVER"))
    return f"{'; '.join(said)}; another donor's programme: {status} {code}"
