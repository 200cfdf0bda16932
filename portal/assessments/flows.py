"""What goes through a plant, drawn from the totals of its baseline: only what it holds, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.charts import Box, Drawing, Flow, Kind, sankey
from portal.figures import Figures

IN_T = {"t": Decimal(1), "kg": Decimal("0.001"), "g": Decimal("0.000001"), "lb": Decimal("0.00045359237")}


@dataclass(frozen=True)
class Flows:
    """A drawing of flows in one unit, with its finding in a sentence and what is not in it."""

    drawing: Drawing
    finding: str
    beside: str


@dataclass(frozen=True)
class _End:
    key: str
    name: str
    amount: Decimal
    kind: Kind


def material_flows(baseline: Mapping[str, Any], figures: Figures) -> Flows | None:
    """Materials to product and waste, in tonnes; None where the baseline tells no materials, or a figure below zero."""
    words = figures.words
    material, waste = _known(baseline["material_t"]), _known(baseline["waste_t"])
    product = _product_t(baseline["output"])
    if not material or _negative(waste, product) or (product is None and waste is None):
        return None
    ends = []
    if product is not None:
        ends.append(_End("product", words("Product"), product, "product"))
    if waste is not None:
        ends.append(_End("waste", words("Waste"), waste, "loss"))
    rest = material - (product or 0) - (waste or 0)
    missing = words("Not accounted for") if product is not None else words("In the product, or not accounted for")
    source = _End("material", words("Materials"), material, "process")
    beside = words("In tonnes. Energy, water and emissions are counted in other units, so they are not in it.")
    if rest < 0:
        finding = words(
            "%(more)s t more come out than the %(material)s t of materials that are recorded.",
            more=figures.brief(-rest),
            material=figures.brief(material),
        )
    else:
        finding = words(
            "Of %(material)s t of materials, %(rest)s t are recorded neither as product nor as waste.",
            material=figures.brief(material),
            rest=figures.brief(rest),
        )
    return _drawn(figures, source, ends, rest, missing, finding, beside)


def water_flows(baseline: Mapping[str, Any], figures: Figures) -> Flows | None:
    """Water to waste water, in cubic metres; None where one of them is not known."""
    words = figures.words
    water, waste_water = _known(baseline["water_m3"]), _known(baseline["waste_water_m3"])
    if not water or waste_water is None or _negative(water, waste_water):
        return None
    rest = water - waste_water
    ends = [_End("waste_water", words("Waste water"), waste_water, "water")]
    source = _End("water", words("Water"), water, "water")
    missing = words("Evaporated, in the product, or not accounted for")
    if rest < 0:
        finding = words(
            "%(more)s m³ more waste water leave the plant than water is recorded.", more=figures.brief(-rest)
        )
    else:
        finding = words(
            "Of %(water)s m³ of water, %(waste_water)s m³ leave as waste water.",
            water=figures.brief(water),
            waste_water=figures.brief(waste_water),
        )
    return _drawn(figures, source, ends, rest, missing, finding, words("In cubic metres."))


def _drawn(
    figures: Figures, source: _End, ends: list[_End], rest: Decimal, missing: str, finding: str, beside: str
) -> Flows:
    """From the source through the plant; what does not add up is a box of its own, on the side where it is missing."""
    words = figures.words
    sources = [source]
    if rest > 0:
        ends = [*ends, _End("rest", missing, rest, "loss")]
    elif rest < 0:
        sources = [source, _End("unrecorded", words("Not recorded"), -rest, "loss")]
    through = sum((each.amount for each in sources), Decimal(0))
    plant = Box("plant", words("Plant"), figures.brief(through))
    boxes = [plant, *(Box(each.key, each.name, figures.brief(each.amount), each.kind) for each in (*sources, *ends))]
    flows = [Flow(each.key, "plant", each.amount, figures.brief(each.amount), each.kind) for each in sources]
    flows += [Flow("plant", each.key, each.amount, figures.brief(each.amount), each.kind) for each in ends]
    headings = (words("From"), words("To"), words("How much"))
    return Flows(sankey(finding, boxes, flows, headings), finding, beside)


def _product_t(output: Mapping[str, Any] | None) -> Decimal | None:
    """The output in tonnes, where it is counted by mass."""
    if output is None or output["unit"] not in IN_T:
        return None
    return Decimal(output["quantity"]) * IN_T[output["unit"]]


def _known(figure: Any) -> Decimal | None:
    return None if figure is None else Decimal(figure)


def _negative(*amounts: Decimal | None) -> bool:
    return any(each is not None and each < 0 for each in amounts)
