"""One verification as it is shown: never a figure as demonstrated that is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal.assessments.names import units_of
from portal.assessments.verdicts import MARKS, METHODS, REASONS, VERDICT_KINDS, VERDICTS
from portal.charts import Bar, Drawing, Interval, Kind, Mark, bars, before_after, intervals
from portal.figures import Figures

Facts = Mapping[str, Any]
RESOURCES: Mapping[str, Kind] = {"energy": "energy", "water": "water", "material": "material", "waste": "waste"}


@dataclass(frozen=True)
class Picture:
    """A drawing with the sentence under it."""

    drawing: Drawing
    caption: str


@dataclass(frozen=True)
class Shown:
    """A verification in words, tables and drawings; `sides` are the two periods beside each other."""

    verification_id: str
    verdict: str
    kind: str
    sentence: str
    reasons: list[str]
    marks: list[str]
    method: str
    sides: list[tuple[str, str, str]]
    facts: list[tuple[str, str]]
    pictures: list[Picture]
    raw: Facts


def shown(verification: Facts, option: Facts, figures: Figures) -> Shown:
    """A verification of an option."""
    result, words = verification["result"], figures.words
    stream = next((each for each in option["streams"] if each["stream_no"] == verification["stream_no"]), None)
    is_isolation = result["method"] == "retrofit_isolation"
    draw = _isolation_pictures if is_isolation else _totals_pictures
    return Shown(
        verification_id=verification["verification_id"],
        verdict=words(VERDICTS[result["verdict"]]),
        kind=VERDICT_KINDS[result["verdict"]],
        sentence=sentence(result, figures),
        reasons=[words(REASONS[each]) if each in REASONS else each for each in result["reasons"]],
        marks=[words(MARKS[each]) if each in MARKS else each for each in result["flags"]],
        method=_method(result, figures),
        sides=(_readings if is_isolation else _totals)(verification["data"], figures),
        facts=(_isolation_facts if is_isolation else _totals_facts)(verification, figures),
        pictures=draw(verification, stream, figures),
        raw=verification,
    )


def sentence(result: Facts, figures: Figures) -> str:
    """The verdict with its figures, as far as it has any."""
    words, unit = figures.words, units_of(result["unit"])
    facts = {
        "low": figures.brief(result["saving_low"]),
        "high": figures.brief(result["saving_high"]),
        "unit": unit,
        "confidence": figures.percent(result["confidence"]),
    }
    match result["verdict"]:
        case "demonstrated":
            return words(
                "In the measured period %(saving)s %(unit)s were saved: with %(confidence)s confidence between %(low)s "
                "and %(high)s %(unit)s.",
                saving=figures.brief(result["saving"]),
                **facts,
            )
        case "not_demonstrated":
            return words(
                "The interval from %(low)s to %(high)s %(unit)s holds zero. That is not the same as no saving: this "
                "measurement cannot show one.",
                **facts,
            )
        case "increase_demonstrated":
            return words(
                "More is used than before: %(least)s to %(most)s %(unit)s, with %(confidence)s confidence.",
                least=figures.brief(-Decimal(result["saving_high"])),
                most=figures.brief(-Decimal(result["saving_low"])),
                unit=unit,
                confidence=facts["confidence"],
            )
        case _:
            return words("No saving is verified by this. The reasons are:")


def _method(result: Facts, figures: Figures) -> str:
    known = METHODS.get((result["method"], result["ipmvp_option"]))
    return figures.words(known) if known else f"{result['method']} ({result['ipmvp_option']})"


def _readings(data: Facts, figures: Figures) -> list[tuple[str, str, str]]:
    """Both periods of a retrofit isolation."""
    words, rate = figures.words, units_of(data["rate_unit"])
    before, after = data["before"], data["after"]

    def both(name: str, tell: Any) -> tuple[str, str, str]:
        return name, "–" if before is None else tell(before), "–" if after is None else tell(after)

    reporting = figures.days(data["reporting"]["starts_on"], data["reporting"]["ends_on"])
    taken = "–" if before is None else figures.days(before["taken"]["starts_on"], before["taken"]["ends_on"])
    return [
        (words("Period"), taken, reporting),
        both(words("Mean rate"), lambda side: f"{figures.number(side['mean'])} {rate}"),
        both(words("Standard deviation"), lambda side: f"{figures.number(side['sd'])} {rate}"),
        both(words("Readings"), lambda side: figures.number(side["count"])),
        both(words("Instrument"), lambda side: side["instrument_id"]),
        both(words("Its uncertainty"), lambda side: figures.percent(side["instrument_uncertainty"], 1)),
    ]


def _totals(data: Facts, figures: Figures) -> list[tuple[str, str, str]]:
    """Both periods of two annual totals."""
    words, unit = figures.words, units_of(data["unit"])
    both = (data["before"], data["after"])
    period, use, output = (
        [figures.days(each["period"]["starts_on"], each["period"]["ends_on"]) for each in both],
        [f"{figures.number(each['use'])} {unit}" for each in both],
        [f"{figures.number(each['output'])} {each['output_unit']}" for each in both],
    )
    return [
        (words("Period"), period[0], period[1]),
        (words("Use"), use[0], use[1]),
        (words("Output"), output[0], output[1]),
    ]


def _isolation_facts(verification: Facts, figures: Figures) -> list[tuple[str, str]]:
    """The hours, the share and the year, in the order in which they are asked for."""
    words, data, result = figures.words, verification["data"], verification["result"]
    found = [(words("Hours"), hours_text(data["hours"], figures))]
    if data["hours_a_year"] is not None:
        found.append((words("Hours a year"), hours_text(data["hours_a_year"], figures)))
    if result["fraction"] is not None and result["verdict"] == "demonstrated":
        found.append((words("Share of what this boundary would have used"), figures.percent(result["fraction"], 1)))
    if result["annualised"] is not None and result["verdict"] == "demonstrated":
        a_year = f"{figures.brief(result['annualised'])} {units_of(result['unit'])}"
        found.append((words("A year"), f"{a_year} ({label})" if (label := _annual_label(result, figures)) else a_year))
    return found


def _annual_label(result: Facts, figures: Figures) -> str | None:
    """Where the annual figure comes from; None if a whole year was measured."""
    label = result["annualised_label"]
    if label is None:
        return None
    if label == "hours_stipulated":
        return figures.words("by stipulated hours")
    days = "".join(each for each in label if each.isdigit())
    return figures.words("annualised from %(days)s days", days=days)


def hours_text(hours: Facts, figures: Figures) -> str:
    """Hours with their range and where they come from."""
    if hours["low"] is None or hours["high"] is None:
        return f"{figures.number(hours['value'])} h · {hours['source']}"
    span = f"{figures.number(hours['low'])}–{figures.number(hours['high'])}"
    return f"{figures.number(hours['value'])} h ({span} h) · {hours['source']}"


def _totals_facts(verification: Facts, figures: Figures) -> list[tuple[str, str]]:
    """Changes and ends: told beside the verdict, never as a saving."""
    words, result = figures.words, verification["result"]
    bounds = result["bounds"]
    if bounds is None:
        return []
    unit = units_of(result["unit"])
    ends = f"{figures.brief(bounds['saving_share_0'])} … {figures.brief(bounds['saving_share_1'])} {unit}"
    found = [
        (words("Change of the use"), change(result["raw_change"], figures)),
        (words("Change of the output"), change(result["output_change"], figures)),
        (words("Change of the use per unit of output"), change(result["intensity_change"], figures)),
        (words("Saving if nothing or all of the use is fixed"), ends),
    ]
    if bounds["break_even_fixed_share"] is not None:
        found.append(
            (words("Nothing is saved if the fixed share is"), figures.percent(bounds["break_even_fixed_share"], 1))
        )
    declared = bounds["declared"]
    if declared is not None:
        share = figures.percent(declared["fixed_share"], 1)
        name = words("If the declared fixed share of %(share)s were right", share=share)
        found.append((name, f"{figures.brief(declared['saving'])} {unit} ({figures.percent(declared['fraction'], 1)})"))
    return found


def change(share: Any, figures: Figures) -> str:
    """A relative change with its sign."""
    if share is None:
        return "–"
    text = figures.percent(share, 1)
    return f"+{text}" if Decimal(share) > 0 else text


def _isolation_pictures(verification: Facts, stream: Facts | None, figures: Figures) -> list[Picture]:
    """What would have been used, what was, and the interval of the difference."""
    words, result, data = figures.words, verification["result"], verification["data"]
    if result["saving"] is None:
        return []
    unit, rate = units_of(result["unit"]), units_of(data["rate_unit"])
    kind = RESOURCES.get(stream["resource"], "process") if stream else "process"
    is_shown = result["verdict"] == "demonstrated"
    difference = words("Saved") if is_shown else words("Difference, no saving demonstrated")

    def bar(name: str, figure: str, drawn: Kind) -> Bar:
        return Bar(name, Decimal(result[figure]), f"{figures.brief(result[figure])} {unit}", drawn)

    first = before_after(
        sentence(result, figures),
        Bar(words("Rate before"), None, f"{figures.number(data['before']['mean'])} {rate}", kind),
        bar(words("Use without the option, same hours"), "adjusted_baseline", kind),
        bar(words("Use measured after"), "measured", kind),
        bar(difference, "saving", "product" if is_shown else "process"),
        (words("What"), words("How much")),
    )
    return [
        Picture(first, words("The open bar is the adjusted baseline: the rate before times the hours after.")),
        _interval(verification, stream, figures),
    ]


def _interval(verification: Facts, stream: Facts | None, figures: Figures) -> Picture:
    words, result = figures.words, verification["result"]
    unit, is_shown = units_of(result["unit"]), result["verdict"] == "demonstrated"
    facts = {each: figures.brief(result[each]) for each in ("saving", "saving_low", "saving_high")}
    text = words("%(saving)s %(unit)s, between %(saving_low)s and %(saving_high)s", unit=unit, **facts)
    name = words("Saving") if is_shown else words("Difference")
    item = Interval(
        name,
        Decimal(result["saving_low"]),
        Decimal(result["saving_high"]),
        text,
        Decimal(result["saving"]),
        _estimate(verification, stream, figures),
        "product" if is_shown else "process",
    )
    headings = (words("What"), words("Result"), words("Estimate"))
    drawing = intervals(text, [item], headings, words("No saving"))
    confidence = figures.percent(result["confidence"])
    return Picture(drawing, words("The interval at %(confidence)s confidence.", confidence=confidence))


def _estimate(verification: Facts, stream: Facts | None, figures: Figures) -> Mark | None:
    """The assessor's estimate, where it speaks of the same: a year, in the same unit."""
    result = verification["result"]
    estimate = stream["figures"]["estimate"] if stream and stream["figures"] else None
    if estimate is None or stream is None or stream["unit"] != result["unit"] or not _is_of_a_year(verification):
        return None
    return Mark(figures.words("Estimate"), Decimal(estimate), f"{figures.brief(estimate)} {units_of(result['unit'])}")


def _is_of_a_year(verification: Facts) -> bool:
    """Whether the result is one of a whole year, as an estimate is."""
    result = verification["result"]
    if result["method"] == "retrofit_isolation":
        return result["annualised"] is not None and result["annualised_label"] in (None, "hours_stipulated")
    after = verification["data"]["after"]["period"]
    days = (date.fromisoformat(after["ends_on"]) - date.fromisoformat(after["starts_on"])).days + 1
    return days in (365, 366)


def _totals_pictures(verification: Facts, stream: Facts | None, figures: Figures) -> list[Picture]:
    """Both bounds: the use if nothing is fixed, the use if all is, and what that makes of the saving."""
    words, result, data = figures.words, verification["result"], verification["data"]
    bounds, unit = result["bounds"], units_of(result["unit"])
    if bounds is None:
        return []
    kind = RESOURCES.get(stream["resource"], "process") if stream else "process"
    rows: tuple[tuple[str, Any, Kind], ...] = (
        (words("Use before"), data["before"]["use"], kind),
        (words("Without the option, if nothing is fixed"), bounds["adjusted_share_0"], "process"),
        (words("Without the option, if all is fixed"), bounds["adjusted_share_1"], "process"),
        (words("Use after"), data["after"]["use"], kind),
    )
    ends = sorted((Decimal(bounds["saving_share_0"]), Decimal(bounds["saving_share_1"])))
    text = words(
        "between %(low)s and %(high)s %(unit)s", low=figures.brief(ends[0]), high=figures.brief(ends[1]), unit=unit
    )
    drawn = bars(
        words("The use before and after, and both ends of what it would have been."),
        [Bar(name, Decimal(use), f"{figures.brief(use)} {unit}", each) for name, use, each in rows],
        (words("What"), words("How much")),
    )
    item = Interval(words("Saving"), ends[0], ends[1], text, None, _estimate(verification, stream, figures), "process")
    spread = intervals(text, [item], (words("What"), words("Result"), words("Estimate")), words("No saving"))
    return [
        Picture(drawn, words("What the plant would have used at the output after, at both ends.")),
        Picture(spread, words("Bounds, not an interval of confidence: no point between them is shown by the data.")),
    ]
