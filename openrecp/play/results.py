"""Act 7: impact, as the officer, the ministry and the donor read it."""

import re
from typing import Any

from chassis.clock import wall_now
from openrecp.play.plot import Plot
from openrecp.stage import Actor, check

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
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


async def _options(actor: Actor, by: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await actor.get("/v1/impact/options", by=by, basis="reached"))["items"]
    return items


async def _totals(plot: Plot) -> str:
    officer = plot.people["officer"]
    funnel = await plot.stage.until("the whole funnel", lambda: _whole_funnel(officer))
    figures = {item["status"]: item["figures"] for item in await _options(officer, "status")}
    for status, (count, cost, saving) in ENTERED.items():
        seen = figures[status]
        sums = [f"{float(seen[name][0]['amount']):.0f}" for name in ("investment", "annual_saving")]
        check((seen["count"], *sums) == (count, cost, saving), f"{status}: {seen['count']}, {sums}")
    verified = figures["verified"]
    check(verified["count"] == 1 and float(verified["energy_mj"]) == 47214, f"verified: {verified}")
    shown = ", ".join(f"{each['count']} {status}" for status, each in figures.items() if each["count"])
    return f"funnel {funnel}; {shown}; verified {float(verified['energy_mj']):,.0f} MJ"


async def _whole_funnel(officer: Actor) -> str | None:
    funnel = await officer.get("/v1/impact/funnel")
    stages = [funnel[name] for name in ("registered", "requested", "assessed", "implemented", "verified")]
    return " → ".join(str(each) for each in stages) if stages == [1, 1, 1, 1, 1] else None


async def _views(plot: Plot) -> str:
    officer = plot.people["officer"]
    headings = {
        by: sorted({str(item["heading"]) for item in await _options(officer, by)})
        for by in ("province", "isic_division", "year", "programme")
    }
    check(headings["province"] == ["XA-R"] and headings["isic_division"] == ["10"], f"{headings}")
    programme = await officer.get("/v1/impact/programmes/GREEN-MILLS")
    actual = {each["code"]: (each["actual"], each["target"]) for each in programme["indicators"]}
    check(float(actual["clients_assessed"][0]) == 1 and float(actual["options_verified"][0]) == 1, f"{actual}")
    aimed = {code: pair for code, pair in actual.items() if pair[1] is not None}
    pairs = "; ".join(f"{code} {seen or 'nothing'} of {target}" for code, (seen, target) in aimed.items())
    seen_by = "; ".join(f"{by} {', '.join(found)}" for by, found in headings.items())
    return f"{seen_by}; {pairs}"


async def _readers(plot: Plot) -> str:
    said = []
    for name in ("ministry", "donor"):
        reader = plot.people[name]
        for path in ("/v1/impact/options?by=province&basis=reached", "/v1/impact/funnel"):
            text = await reader.ask("GET", path, headers={"Accept": "text/csv"})
            check("suppressed" in text, f"{name} reads {text[:200]}")
            check("Rice Mill" not in text and UUID.search(text) is None, f"{name} reads a company: {text[:200]}")
        said.append(f"{name}: {text.splitlines()[2]}")
    status, code = await plot.people["donor"].refused("GET", "/v1/impact/programmes/CLEAN-RIVER")
    return f"{'; '.join(said)}; another donor's programme: {status} {code}"
