"""A plant's flows: inputs left, product and losses right, every width in proportion."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from markupsafe import Markup

from contracts.refusals import Refusal
from portal.charts.drawing import (
    NONE,
    Drawing,
    Figure,
    Kind,
    check_colours,
    framed,
    joined,
    number,
    percent,
    scrolled,
    table,
    width_em,
)
from portal.charts.flows import LINE, Layout, Link, Placed, Ribbon, columns_of, lay_out

MARGIN = 22.0  # per cent of the width kept for labels on either side
BOX = 6.0  # half a box's width, per mille of the picture
NARROWEST_REM = 46.0
COLUMN_REM = 7.0  # at least, from a column to the next
LABEL_REM = 0.8125
PADDING_REM = 0.75


class FlowLeadsToNoBox(Refusal):
    status = 422
    sentence = "The flow from {source} to {target} begins or ends at no box of this picture."


class FlowIsNegative(Refusal):
    status = 422
    sentence = "The flow from {source} to {target} is negative: draw it from {target} to {source}."


@dataclass(frozen=True, slots=True)
class Box:
    """An input, a step of the process, a product or a loss; `text` is its total in the reader's words."""

    key: str
    name: str
    text: str = NONE
    kind: Kind = "process"


@dataclass(frozen=True, slots=True)
class Flow:
    """What goes from one box to another. `amount` None: not known, it stands in the table only."""

    source: str
    target: str
    amount: Figure | None
    text: str = NONE
    kind: Kind = "process"


def sankey(
    label: str,
    boxes: Sequence[Box],
    flows: Sequence[Flow],
    headings: tuple[str, str, str],
    legend: Sequence[tuple[Kind, str]] = (),
) -> Drawing:
    """The flows as ribbons between boxes; refuses flows that run in a loop, negative ones and ones to no box.

    `headings`: from, to, how much. `legend` names the colours where the caller wants them named.
    """
    check_colours([*(box.kind for box in boxes), *(flow.kind for flow in flows)])
    known = {box.key: box for box in boxes}
    drawn = [(flow, link) for flow in flows if (link := link_of(flow, known)) is not None]
    cells = [(known[flow.source].name, known[flow.target].name, flow.text or NONE) for flow in flows]
    rows = table(headings, cells)
    if not drawn:
        return Drawing(framed(label, Markup('<p class="chart-note">{}</p>').format(NONE)), rows)
    links = [link for _, link in drawn]
    columns = columns_of(links, {key: box.name for key, box in known.items()})
    frame = Frame(max(columns.values()))
    room = {key: frame.room(known[key], column) for key, column in columns.items()}
    layout = lay_out(links, columns, room)
    body = Markup('<div class="chart-flows" style="height:{}rem">{}{}</div>').format(
        round(layout.height / 16, 2),
        picture(layout, [flow.kind for flow, _ in drawn], known, frame),
        joined(frame.label(known[box.key], box, layout.height) for box in layout.boxes),
    )
    return Drawing(joined([scrolled(label, body, frame.width_rem), *keys(legend)]), rows)


def link_of(flow: Flow, boxes: Mapping[str, Box]) -> Link | None:
    """The flow as it is laid out; None where nothing flows or nobody knows how much."""
    if flow.source not in boxes or flow.target not in boxes:
        raise FlowLeadsToNoBox(source=flow.source, target=flow.target)
    source, target = boxes[flow.source].name, boxes[flow.target].name
    amount = number(f"{source} → {target}", flow.amount)
    if amount is not None and amount < 0:
        raise FlowIsNegative(source=source, target=target)
    return Link(flow.source, flow.target, amount) if amount else None


@dataclass(frozen=True, slots=True)
class Frame:
    """Where columns stand across the width, and what room their labels have; `last` is the column at the right edge."""

    last: int

    @property
    def width_rem(self) -> float:
        return max(NARROWEST_REM, self.last * COLUMN_REM * 100 / (100 - 2 * MARGIN))

    @property
    def pitch(self) -> float:
        return (100 - 2 * MARGIN) / self.last

    def across(self, column: int) -> float:
        return MARGIN + column * self.pitch

    def room(self, box: Box, column: int) -> tuple[float, float]:
        """What a box keeps free: above itself in the middle columns, half above and half below at the edges."""
        width = MARGIN if column in (0, self.last) else self.pitch
        high = LINE * lines(f"{box.name} {box.text}", width / 100 * self.width_rem - PADDING_REM)
        return (high / 2, high / 2) if column in (0, self.last) else (high, 0)

    def label(self, box: Box, at: Placed, height: float) -> Markup:
        x, middle = self.across(at.column), percent(100 * (at.top + at.height / 2) / height)
        if at.column == 0:
            side, style = "chart-box left", f"right:{percent(100 - x + 1)};top:{middle}"
        elif at.column == self.last:
            side, style = "chart-box", f"left:{percent(x + 1)};top:{middle}"
        else:
            bottom = percent(100 - 100 * at.top / height)
            side, style = "chart-box over", f"left:{percent(x)};bottom:{bottom};max-width:{percent(self.pitch)}"
        return Markup('<span class="{}" style="{}"><span>{} <b>{}</b></span></span>').format(
            side, style, box.name, box.text or NONE
        )


def lines(text: str, width_rem: float) -> int:
    """The lines a label takes at the narrowest width; scripts without spaces break anywhere."""
    count, used = 1, 0.0
    for word in text.split():
        width = width_em(word + " ") * LABEL_REM
        if used and used + width > width_rem:
            count, used = count + 1, 0.0
        count += max(0, ceil(width / width_rem) - 1)
        used += width % width_rem if width > width_rem else width
    return count


def picture(layout: Layout, kinds: Sequence[Kind], boxes: Mapping[str, Box], frame: Frame) -> Markup:
    """Ribbons below, boxes above them; stretched to the width there is."""
    ribbons = [
        Markup('<path class="ribbon {}" d="{}"/>').format(kind, outline(ribbon, frame))
        for kind, ribbon in zip(kinds, layout.ribbons, strict=True)
    ]
    rects = [
        Markup('<rect class="box {}" x="{:.1f}" y="{:.1f}" width="{:.0f}" height="{:.1f}"/>').format(
            boxes[box.key].kind, 10 * frame.across(box.column) - BOX, box.top, 2 * BOX, max(box.height, 1)
        )
        for box in layout.boxes
    ]
    return Markup(
        '<svg class="chart-shapes" viewBox="0 0 1000 {:.1f}" preserveAspectRatio="none" aria-hidden="true">{}{}</svg>'
    ).format(layout.height, joined(ribbons), joined(rects))


def outline(ribbon: Ribbon, frame: Frame) -> str:
    """One path: the upper edge out, the lower edge back."""
    return "M" + "L".join(upper(ribbon, frame)) + "L" + "L".join(lower(ribbon, frame)) + "Z"


def upper(ribbon: Ribbon, frame: Frame) -> Iterator[str]:
    for stretch in ribbon.stretches:
        yield curve(*ends(stretch.column, frame), stretch.leaves, stretch.arrives)


def lower(ribbon: Ribbon, frame: Frame) -> Iterator[str]:
    for stretch in reversed(ribbon.stretches):
        left, right = ends(stretch.column, frame)
        yield curve(right, left, stretch.arrives + ribbon.width, stretch.leaves + ribbon.width)


def ends(column: int, frame: Frame) -> tuple[float, float]:
    return 10 * frame.across(column) + BOX, 10 * frame.across(column + 1) - BOX


def curve(start: float, end: float, leaves: float, arrives: float) -> str:
    half = (start + end) / 2
    return f"{start:.1f} {leaves:.1f}C{half:.1f} {leaves:.1f} {half:.1f} {arrives:.1f} {end:.1f} {arrives:.1f}"


def keys(legend: Sequence[tuple[Kind, str]]) -> list[Markup]:
    """The colours with their meanings, outside of what scrolls."""
    entries = [Markup('<span><i class="chart-key {}"></i>{}</span> ').format(kind, text) for kind, text in legend]
    return [Markup('<div class="chart chart-legend">{}</div>').format(joined(entries))] if entries else []
