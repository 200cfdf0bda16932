"""Vertical columns: a figure year by year."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.charts.bars import rows_of
from portal.charts.drawing import (
    NONE,
    Bar,
    Drawing,
    Scale,
    check_colours,
    framed,
    joined,
    number,
    percent,
    scale_of,
    scrolled,
    shapes,
    width_em,
)

PHONE_REM = 17  # what a panel leaves of 320 px
LABEL_REM = 0.8125  # the size of chart labels
BETWEEN_REM = 0.5


def columns(label: str, items: Sequence[Bar], headings: tuple[str, str]) -> Drawing:
    """A column per item from zero in the order given (`name` is the year), its value above it, below it if negative.

    So many columns that their labels would touch on a phone scroll sideways instead.
    """
    check_colours(item.kind for item in items)
    values = [number(item.name, item.value) for item in items]
    scale = scale_of(values)
    body = Markup('<div class="chart-columns">{}</div>').format(
        joined(column(item, value, scale) for item, value in zip(items, values, strict=True))
    )
    needed = width_rem(items)
    picture = framed(label, body) if needed <= PHONE_REM else scrolled(label, body, needed)
    return Drawing(picture, rows_of(headings, items))


def width_rem(items: Sequence[Bar]) -> float:
    """The width at which no label touches its neighbour."""
    widest = max((max(width_em(item.name), width_em(item.text)) for item in items), default=0)
    return len(items) * (widest * LABEL_REM + BETWEEN_REM)


def column(item: Bar, value: float | None, scale: Scale) -> Markup:
    down = value is not None and value < 0
    drawn = [] if value is None else [upstanding(item.kind, scale.zero, scale.at(value))]
    height = 100 - scale.at(value or 0) if down else scale.at(value or 0)
    return Markup(
        '<span class="chart-column"><span class="chart-plot{}">{}<b class="chart-value" style="{}:{}">{}</b></span>'
        '<span class="chart-name">{}</span></span>'
    ).format(
        " down" if scale.low < 0 else "",
        shapes(*drawn, ground(scale)),
        "top" if down else "bottom",
        percent(height),
        item.text or NONE,
        item.name,
    )


def upstanding(kind: str, zero: float, place: float) -> Markup:
    low, high = sorted((zero, place))
    return Markup('<rect class="bar {}" x="18%" y="{}" width="64%" height="{}" rx="2"/>').format(
        kind, percent(100 - high), percent(high - low)
    )


def ground(scale: Scale) -> Markup:
    return Markup('<line class="axis" x1="0%" x2="100%" y1="{y}" y2="{y}"/>').format(y=percent(100 - scale.zero))
