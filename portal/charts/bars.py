"""Horizontal bars from zero: uses against a benchmark, groups by size, a plant before and after."""

from collections.abc import Sequence

from markupsafe import Markup

from portal.charts.drawing import (
    NONE,
    Bar,
    Drawing,
    Mark,
    Rows,
    Scale,
    beneath,
    check_colours,
    framed,
    joined,
    number,
    percent,
    rect,
    room_em,
    scale_of,
    shapes,
    table,
    upright,
)


def bars(label: str, items: Sequence[Bar], headings: tuple[str, str], mark: Mark | None = None) -> Drawing:
    """A bar per item from zero, negative ones to the left, its value at its end; `mark` as a dashed line through all.

    `headings` are those of the table: what the names are, what the values are.
    """
    check_colours(item.kind for item in items)
    values = [number(item.name, item.value) for item in items]
    at = number(mark.name, mark.value) if mark else None
    scale = scale_of([*values, at])
    room = room_for_labels(items, values)
    lines = [line(item, value, scale, room, at) for item, value in zip(items, values, strict=True)]
    top = [heading(mark, scale.at(at), room)] if mark and at is not None else []
    return Drawing(framed(label, joined([*top, *lines])), rows_of(headings, items, mark))


def rows_of(headings: tuple[str, str], items: Sequence[Bar], mark: Mark | None = None) -> Rows:
    cells = [(item.name, item.text or NONE) for item in items]
    return table(headings, [*cells, (mark.name, mark.text)] if mark else cells)


def room_for_labels(items: Sequence[Bar], values: Sequence[float | None]) -> str:
    """Margins of a plot: labels of bars to the right need room there, those of negative ones on the left."""
    left = [item.text for item, value in zip(items, values, strict=True) if value is not None and value < 0]
    right = [item.text for item, value in zip(items, values, strict=True) if value is None or value >= 0]
    return f"margin:0 {room_em(right)}em 0 {room_em(left) if left else 0}em"


def line(item: Bar, value: float | None, scale: Scale, room: str, mark: float | None = None) -> Markup:
    """One bar with its name before and its value behind it; nothing but a dash where the value is not known."""
    drawn = [] if value is None else [rect(f"bar {item.kind}", scale.zero, scale.at(value))]
    if mark is not None:
        drawn.append(upright("mark", scale.at(mark)))
    return named(item.name, room, shapes(*drawn, upright("axis", scale.zero)), value_at(item, value, scale))


def value_at(item: Bar, value: float | None, scale: Scale) -> Markup:
    if value is not None and value < 0:
        return Markup('<b class="chart-value" style="right:{}">{}</b>').format(
            percent(100 - scale.at(value)), item.text
        )
    return Markup('<b class="chart-value" style="left:{}">{}</b>').format(
        percent(scale.at(value or 0)), item.text or NONE
    )


def named(name: str, room: str, *plot: Markup) -> Markup:
    """A line of a chart: its name, and beside or (on phones) under it the plot."""
    return Markup(
        '<div class="chart-line"><span class="chart-name">{}</span>'
        '<span class="chart-cell"><span class="chart-plot" style="{}">{}</span></span></div>'
    ).format(name, room, joined(plot))


def heading(mark: Mark, place: float, room: str) -> Markup:
    return Markup(
        '<div class="chart-line"><span class="chart-name"></span><span class="chart-cell"><span class="chart-over"'
        '  style="{}"><span class="chart-note" style="{}">{} <b>{}</b></span></span></span></div>'
    ).format(room, beneath(place), mark.name, mark.text)
