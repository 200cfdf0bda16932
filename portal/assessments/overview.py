"""The one page of an assessment: its head, its key figures, its baseline, its flows, its options."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api_client import whole
from portal.assessments import sums
from portal.assessments.flows import Flows, material_flows, water_flows
from portal.assessments.names import (
    OPTION_KINDS,
    OPTION_STATES,
    STATE_KINDS,
    STATES,
    carrier_name,
    place_of,
    questions,
    reason_name,
    reasons_of,
    units_of,
)
from portal.assessments.opening import further
from portal.assessments.reading import (
    Options,
    assessment_of,
    baseline_of,
    client_names,
    options_of,
    site_name,
)
from portal.assessments.verdicts import VERDICTS
from portal.charts import Bar, Drawing, Kind, bars
from portal.figures import Figures
from portal.forms import Form
from portal.rooms import N_
from portal.visit import Visit

STEPS = (N_("Baseline"), N_("Options"), N_("Review"), N_("Implementation"), N_("Measurement"))
UNDECIDED = ("identified", "pending", "approved")


@dataclass(frozen=True)
class Step:
    name: str
    state: str
    """`done`, `now` or `later`."""


@dataclass(frozen=True)
class Tile:
    name: str
    figures: list[str]
    beside: str


async def show_assessment(visit: Visit, assessment_id: UUID, form: Form | None = None) -> Response:
    """Everything about one assessment on one page."""
    assessment = await assessment_of(visit, assessment_id)
    baseline = await baseline_of(visit, assessment)
    options = await options_of(visit, assessment["assessment_id"])
    names = await client_names(visit, [assessment["client_id"]])
    view = {
        "assessment": assessment,
        "client": names.get(assessment["client_id"]),
        "site": await site_name(visit, assessment["site_id"]),
        "place": place_of(visit, assessment),
        "state": visit.words(STATES[assessment["status"]]),
        "state_kind": STATE_KINDS.get(assessment["status"], ""),
        "steps": steps(assessment, options.items),
        "tiles": tiles(options, assessment["baseline"], visit.figures),
        "baseline": baseline,
        "total": totals(options, visit.figures),
        "lines": lines(visit, baseline),
        "asked_of_baseline": questions(visit, baseline["labels"]) if baseline else [],
        "productivity": productivity(baseline, visit.figures),
        "charts": charts(visit, baseline, options),
        "flows": flows(baseline, visit.figures),
        "options": options,
        "longest": longest_payback(options.items),
        "option_states": OPTION_STATES,
        "option_kinds": OPTION_KINDS,
        "of_option": sums.of_option,
        "measured": lambda each: measured(each, visit.figures),
        "payback": payback_text(visit.figures),
        "units": units_of,
        "small": lambda each: small(each, visit.figures),
        "returned": reason_name(visit, "return_assessment", assessment["return_reason_code"]),
        "further": further(visit, assessment["extra"]),
        "reasons": reasons_of(visit, "return_assessment"),
        "experts": await _experts(visit, assessment),
        "form": form or visit.form(person_id=assessment["assessor_id"], person_number=assessment["assessor_id"]),
    }
    return visit.show("assessments/one.html", 422 if form and form.faults else 200, **view)


def steps(assessment: Mapping[str, Any], options: Sequence[Mapping[str, Any]]) -> list[Step]:
    """How far it is: the first step that is not done is where it stands."""
    decided = [each for each in options if each["status"] != "refused"]
    done = (
        assessment["baseline"] is not None,
        bool(options) and assessment["status"] in ("completed", "approved"),
        assessment["status"] == "approved",
        bool(options) and not any(each["status"] in UNDECIDED for each in options),
        bool(decided) and all(each["status"] == "verified" for each in decided),
    )
    reached = next((number for number, each in enumerate(done) if not each), len(done))
    state = {True: "done", False: "later"}
    return [Step(name, "now" if number == reached else state[number < reached]) for number, name in enumerate(STEPS)]


def tiles(options: Options, baseline: Mapping[str, Any] | None, figures: Figures) -> list[Tile]:
    """The key figures: estimates of all options that are not refused."""
    words, standing = figures.words, options.standing
    saving, investment = sums.money(standing, "annual_saving"), sums.money(standing, "investment")
    together = [payback_text(figures)(each["payback_years"]) for each in options.portfolios]
    counted = words.counted("%(num)s option", "%(num)s options", len(standing))
    found = [
        Tile(words("Possible saving"), _amounts(saving, figures), _beside(words("a year"), saving.unknown, figures)),
        Tile(words("Investment"), _amounts(investment, figures), _beside(counted, investment.unknown, figures)),
        Tile(words("Payback, all together"), together or ["–"], _of_known(options, figures)),
    ]
    resources = (
        (words("Water saved"), "water_m3", "water", "water_m3", "m³", Decimal(1)),
        (words("Emissions avoided"), "emission_t_co2e", "energy", "emission_t_co2e", "t CO₂e", Decimal(1)),
        (words("Energy saved"), "energy_mj", "energy", "energy_mj", "GJ", sums.GJ),
    )
    for name, field, resource, total_of, unit, divisor in resources:
        total = sums.saved(standing, field, resource)
        share = sums.share(total.value, baseline[total_of], baseline["period"]) if baseline else None
        shown = "–" if total.value is None else f"{figures.brief(total.value / divisor)} {unit}"
        beside = words("a year") if share is None else words("%(share)s of the baseline", share=figures.percent(share))
        found.append(Tile(name, [shown], _beside(beside, total.unknown, figures)))
    return found


def _of_known(options: Options, figures: Figures) -> str:
    """A payback of some options only says of how many: the others' cost or saving is not known."""
    known = sum(each["options"] for each in options.portfolios)
    if known in (0, len(options.standing)):
        return figures.words("without interest")
    return figures.words.counted("without interest, of %(num)s option", "without interest, of %(num)s options", known)


def totals(options: Options, figures: Figures) -> dict[str, Any]:
    """The last row of the options' table: what is not refused, per currency."""
    standing = options.standing
    return {
        "investment": _amounts(sums.money(standing, "investment"), figures),
        "saving": _amounts(sums.money(standing, "annual_saving"), figures),
        "payback": [payback_text(figures)(each["payback_years"]) for each in options.portfolios] or ["–"],
        "emissions": figures.brief(sums.saved(standing, "emission_t_co2e", "energy").value),
        "water": figures.brief(sums.saved(standing, "water_m3", "water").value),
    }


def _amounts(money: sums.Money, figures: Figures) -> list[str]:
    return [figures.money(amount, currency) for currency, amount in money.sums] or ["–"]


def _beside(said: str, unknown: int, figures: Figures) -> str:
    if not unknown:
        return said
    lacking = figures.words.counted("%(num)s not known", "%(num)s not known", unknown)
    return f"{said} · {lacking}"


def payback_text(figures: Figures) -> Any:
    """A payback in words: years, immediate, never, or a dash for unknown."""

    def told(figure: Mapping[str, Any]) -> str:
        match figure["word"]:
            case "value":
                years = Decimal(figure["value"])
                return figures.words("%(years)s years", years=figures.number(years, 1))
            case "immediate":
                return figures.words("Immediate")
            case "none":
                return figures.words("Never")
            case "not_unique":
                return figures.words("Several")
            case _:
                return "–"

    return told


def measured(option: Mapping[str, Any], figures: Figures) -> str:
    """What the last measurement says, in a few words."""
    if not option["verifications"]:
        return ""
    result = option["verifications"][-1]["result"]
    if result["verdict"] != "demonstrated":
        return figures.words(VERDICTS[result["verdict"]])
    amount = figures.brief(result["saving"])
    return figures.words("%(amount)s %(unit)s measured", amount=amount, unit=units_of(result["unit"]))


def longest_payback(options: Sequence[Mapping[str, Any]]) -> Decimal:
    """What the meters of the table are drawn against."""
    paybacks = [each["profitability"]["payback_years"]["value"] for each in options]
    return max((Decimal(each) for each in paybacks if each is not None), default=Decimal(1))


def small(value: Decimal | None, figures: Figures) -> str:
    """A figure per unit of output, of which three digits matter even far behind the point."""
    if value is None or abs(value) >= 1 or value == 0:
        return figures.brief(value)
    return figures.number(value, 2 - value.adjusted() if value.adjusted() > -7 else 9)


def lines(visit: Visit, baseline: Mapping[str, Any] | None) -> list[sums.Line]:
    """The rows of the baseline's table."""
    if baseline is None:
        return []
    words = visit.words
    carriers = [carrier_name(visit, "energy", each["stated"]["carrier"]) for each in baseline["energy"]]
    names = {
        "energy_mj": words("Energy, all carriers"),
        "material_t": words("Materials"),
        "water_m3": words("Water"),
        "waste_water_m3": words("Waste water"),
        "waste_t": words("Waste"),
        "emission_t_co2e": words("Emissions"),
        "biogenic_t_co2": words("Biogenic CO₂, apart"),
        "operating_hours": words("Operating hours"),
    }
    return [*sums.energy_lines(baseline, carriers), *sums.total_lines(baseline, names)]


def productivity(baseline: Mapping[str, Any] | None, figures: Figures) -> list[tuple[str, str]]:
    """What one unit of an input makes: it rises where intensity falls, and by another percentage."""
    if baseline is None or baseline["output"] is None:
        return []
    words, indicators, unit = figures.words, baseline["indicators"], baseline["output"]["unit"]
    rows = (
        (words("of 1 GJ of energy"), indicators["energy_productivity"], sums.GJ),
        (words("of 1 t of materials"), indicators["material_productivity"], Decimal(1)),
        (words("of 1 m³ of water"), indicators["water_productivity"], Decimal(1)),
    )
    return [(name, f"{figures.brief(Decimal(value) * times)} {unit}") for name, value, times in rows if value]


def charts(visit: Visit, baseline: Mapping[str, Any] | None, options: Options) -> list[tuple[str, Drawing, str]]:
    """Title, drawing and what it says: possible savings against the baseline, and energy by carrier."""
    if baseline is None:
        return []
    found = (_savings_chart(visit.figures, baseline, options), _carriers_chart(visit, baseline))
    return [each for each in found if each is not None]


def _savings_chart(figures: Figures, baseline: Mapping[str, Any], options: Options) -> tuple[str, Drawing, str] | None:
    words = figures.words
    rows: tuple[tuple[str, str, str, Kind], ...] = (
        (words("Energy"), "energy_mj", "energy", "energy"),
        (words("Materials"), "material_t", "material", "material"),
        (words("Water"), "water_m3", "water", "water"),
        (words("Waste"), "waste_t", "waste", "waste"),
        (words("Emissions"), "emission_t_co2e", "energy", "process"),
    )
    drawn = []
    for name, field, resource, kind in rows:
        share = sums.share(sums.saved(options.standing, field, resource).value, baseline[field], baseline["period"])
        if share is not None:
            drawn.append(Bar(name, share, figures.percent(share, 1), kind))
    if not drawn:
        return None
    title = words("Possible savings, %% of the baseline")
    said = words("Estimates of the options that are not refused, added up. Together they may save less.")
    return title, bars(title, drawn, (words("Resource"), words("Share"))), said


def _carriers_chart(visit: Visit, baseline: Mapping[str, Any]) -> tuple[str, Drawing, str] | None:
    figures, words = visit.figures, visit.words
    if len(baseline["energy"]) < 2 or not baseline["energy_mj"] or not Decimal(baseline["energy_mj"]):
        return None
    drawn = []
    for each in sorted(baseline["energy"], key=lambda line: -Decimal(line["energy_mj"])):
        held = Decimal(each["energy_mj"]) / sums.GJ
        name = carrier_name(visit, "energy", each["stated"]["carrier"])
        drawn.append(Bar(name, held, f"{figures.brief(held)} GJ", "energy"))
    title = words("Energy by carrier, GJ")
    share = figures.percent(Decimal(str(drawn[0].value)) * sums.GJ / Decimal(baseline["energy_mj"]))
    said = words("%(carrier)s makes %(share)s of the energy.", carrier=drawn[0].name, share=share)
    return title, bars(said, drawn, (words("Carrier"), "GJ")), said


def flows(baseline: Mapping[str, Any] | None, figures: Figures) -> list[tuple[str, Flows]]:
    """The flows that can be drawn, each in its own unit."""
    if baseline is None:
        return []
    words = figures.words
    found = (
        (words("Material flows"), material_flows(baseline, figures)),
        (words("Water flows"), water_flows(baseline, figures)),
    )
    return [(title, drawn) for title, drawn in found if drawn is not None]


async def _experts(visit: Visit, assessment: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Whom an officer can make responsible: the engaged firm's experts."""
    if not visit.has("officer") or assessment["status"] != "open" or assessment["provider_id"] is None:
        return []
    found = await whole(visit.api.list_experts, provider_id=assessment["provider_id"], status="active")
    return [(each["person_id"], each["full_name"]) for each in found]
