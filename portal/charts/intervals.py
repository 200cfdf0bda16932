"""Verified savings: what is known of them with how much certainty, and the totals they come from."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from portal.charts.bars import line, named, room_for_labels, rows_of, value_at
from portal.charts.drawing import (
    BAR_PX,
    NONE,
    Bar,
    Drawing,
    Figure,
    Kind,
    Mark,
    Scale,
    beneath,
    framed,
    joined,
    number,
    percent,
    rect,
    scale_of,
    shapes,
    table,
    upright,
)


@dataclass(frozen=True, slots=True)
class Interval:
    """A saving between two bounds. `point` None: only the bounds are known; a bound None: open on that side.

    `text` says all of it in words ("1,240 MWh, between 1,010 and 1,470"); `estimate` is what was expected.
    """

    name: str
    low: Figure | None
    high: Figure | None
    text: str
    point: Figure | None = None
    estimate: Mark | None = None
    kind: Kind = "product"


def intervals(label: str, items: Sequence[Interval], headings: tuple[str, str, str], zero: str = "0") -> Drawing:
    """Each saving as a point in its interval on one scale with zero, its estimate as a dashed line with its name.

    `zero` is the word under the zero line ("No saving"). `headings`: saving, result, estimate.
    """
    known = [(figures(item), estimate(item)) for item in items]
    scale = padded(scale_of(value for drawn, expected in known for value in (*drawn, expected)))
    drawn = [spread(item, *places, scale) for item, places in zip(items, known, strict=True)]
    foot = Markup('<div class="chart-note" style="{}">{}</div>').format(beneath(scale.zero), zero)
    cells = [(item.name, item.text or NONE, item.estimate.text if item.estimate else NONE) for item in items]
    return Drawing(framed(label, joined([*drawn, foot])), table(headings, cells))


def figures(item: Interval) -> tuple[float | None, float | None, float | None]:
    """Low, point and high as they are drawn."""
    low, point, high = (number(item.name, value) for value in (item.low, item.point, item.high))
    return low, point, high


def estimate(item: Interval) -> float | None:
    return number(item.estimate.name, item.estimate.value) if item.estimate else None


def padded(scale: Scale) -> Scale:
    """A little air at both ends, so that a cap or a point is not cut."""
    air = (scale.high - scale.low) / 25
    return Scale(scale.low - air, scale.high + air)


def spread(
    item: Interval, drawn: tuple[float | None, float | None, float | None], expected: float | None, scale: Scale
) -> Markup:
    """One saving: words above, its estimate's name, then the interval, its caps and its point."""
    parts = [upright("axis", scale.zero)]
    if expected is not None:
        parts.append(upright("mark", scale.at(expected)))
    parts += band(item, drawn, scale)
    over = Markup("")
    if item.estimate is not None and expected is not None:
        over = Markup('<div class="chart-note" style="{}">{} <b>{}</b></div>').format(
            beneath(scale.at(expected)), item.estimate.name, item.estimate.text
        )
    return Markup('<div class="chart-spread"><div>{} <b>{}</b></div>{}<div class="chart-plot">{}</div></div>').format(
        item.name, item.text or NONE, over, shapes(*parts)
    )


def band(item: Interval, drawn: tuple[float | None, float | None, float | None], scale: Scale) -> list[Markup]:
    """From bound to bound with a cap at each known one (an open side runs to the edge); nothing where none is."""
    low, point, high = drawn
    parts = []
    if low is not None or high is not None:
        start, end = 0 if low is None else scale.at(low), 100 if high is None else scale.at(high)
        parts.append(rect(f"range {item.kind}", start, end, BAR_PX // 2))
        parts += [upright(f"cap {item.kind}", scale.at(bound), 22, 78) for bound in (low, high) if bound is not None]
    if point is not None:
        parts.append(
            Markup('<circle class="point {}" cx="{}" cy="50%" r="6"/>').format(item.kind, percent(scale.at(point)))
        )
    return parts


def before_after(label: str, before: Bar, adjusted: Bar, after: Bar, saving: Bar, headings: tuple[str, str]) -> Drawing:
    """Use before, what it would be today (the adjusted baseline, an open bar since it is reckoned), use after, saving.

    The saving hangs between the ends of `after` and `adjusted`; a loss if negative. `headings`: what, how much.
    """
    items = (before, adjusted, after, saving)
    was, would, now, saved = (number(item.name, item.value) for item in items)
    scale = scale_of([was, would, now, None if now is None or saved is None else now + saved])
    room = room_for_labels(items, [0] * len(items))
    lines = [
        line(before, was, scale, room),
        reckoned(adjusted, would, scale, room),
        line(after, now, scale, room),
        hanging(saving, saved, now, scale, room),
    ]
    return Drawing(framed(label, joined(lines)), rows_of(headings, items))


def reckoned(item: Bar, value: float | None, scale: Scale, room: str) -> Markup:
    """An open bar: nobody measured it."""
    drawn = [] if value is None else [rect(f"open {item.kind}", scale.zero, scale.at(value))]
    return named(item.name, room, shapes(*drawn, upright("axis", scale.zero)), value_at(item, value, scale))


def hanging(item: Bar, saved: float | None, now: float | None, scale: Scale, room: str) -> Markup:
    """The saving from the end of the measured use on; only its words where one of both is not known."""
    if saved is None or now is None:
        return named(item.name, room, shapes(upright("axis", scale.zero)), value_at(item, None, scale))
    shape = rect(f"bar {item.kind if saved >= 0 else 'loss'}", scale.at(now), scale.at(now + saved))
    label = value_at(item, max(now, now + saved), scale)
    return named(item.name, room, shapes(shape, upright("axis", scale.zero)), label)
