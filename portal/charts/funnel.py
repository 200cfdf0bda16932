"""The funnel of impact: how many of the registered came how far."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from portal.charts.drawing import (
    BAR_PX,
    NONE,
    Drawing,
    Figure,
    Kind,
    Scale,
    framed,
    joined,
    number,
    percent,
    room_em,
    scale_of,
    shapes,
    table,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One stage. `count` None: suppressed or not known, and `text` says which; `note` is its share of the last."""

    name: str
    count: Figure | None
    text: str = NONE
    note: str = ""


def funnel(label: str, steps: Sequence[Step], headings: tuple[str, str, str], kind: Kind = "product") -> Drawing:
    """A bar per stage from zero, narrowing to the next; a stage without a count is an empty frame with its text.

    The frame has the same width whatever the count is, so that it tells nothing. `headings`: stage, count, share.
    """
    counts = [number(step.name, step.count) for step in steps]
    scale = scale_of(counts)
    room = f"margin-right:{room_em(step.text for step in steps)}em"
    following = [*(narrowing(scale, *pair) for pair in pairwise(counts)), Markup("")]
    stages = [
        stage(step, count, scale, kind, room, after)
        for step, count, after in zip(steps, counts, following, strict=True)
    ]
    cells = [(step.name, step.text or NONE, step.note or NONE) for step in steps]
    return Drawing(framed(label, joined(stages)), table(headings, cells))


def stage(step: Step, count: float | None, scale: Scale, kind: Kind, room: str, after: Markup) -> Markup:
    shape = block("void", 100) if count is None else block(f"bar {kind}", scale.at(count))
    return Markup(
        '<div class="chart-line"><span class="chart-name">{}{}</span>'
        '<span class="chart-cell"><span class="chart-plot" style="{}">'
        '{}{}<b class="chart-value" style="top:15px;left:{}">{}</b></span></span></div>'
    ).format(
        step.name,
        Markup('<span class="chart-note">{}</span>').format(step.note) if step.note not in ("", NONE) else "",
        room,
        shapes(shape),
        after,
        percent(100 if count is None else scale.at(count)),
        step.text or NONE,
    )


def block(classes: str, end: float) -> Markup:
    """A bar at the top of its line, so that the way to the next one has a length that does not depend on names."""
    return Markup('<rect class="{}" x="0%" y="6" width="{}" height="{}" rx="2"/>').format(classes, percent(end), BAR_PX)


def narrowing(scale: Scale, count: float | None, following: float | None) -> Markup:
    """The pale way from one bar to the next; none where one of both is not told."""
    if count is None or following is None:
        return Markup("")
    return Markup(
        '<svg class="chart-way" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<path d="M0 0H{:.2f}L{:.2f} 10H0Z"/></svg>'
    ).format(scale.at(count), scale.at(following))
