"""How flows are laid out: columns by longest path, a lane for each flow through the columns it passes, forty pulls."""

# Everything is in units of a sixteenth of a rem, so a line of a label keeps its place whatever the figures are.

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from contracts.refusals import Refusal

LINE = 20.0  # a line of a label
GAP = 6.0
PASSES = 40
DAMPING = 0.97
HEIGHT = 420.0
HEIGHT_OF_FEW, HEIGHT_EACH = 180.0, 40.0  # a picture of few boxes is lower
SHARE_OF_FLOWS = 0.5  # of the height, at least: many boxes make a taller picture, not thinner ribbons


class FlowsRunInALoop(Refusal):
    status = 422
    sentence = "The flow from {source} to {target} closes a loop ({loop}): it cannot be drawn from inputs to products."


@dataclass(frozen=True, slots=True)
class Link:
    """So much goes from one box to another."""

    source: str
    target: str
    amount: float


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a box stands; `above` and `below` is what it keeps free for its label."""

    key: str
    column: int
    top: float
    height: float
    above: float
    below: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """A ribbon's way from a column to the next: its upper edge where it leaves and where it arrives."""

    column: int
    leaves: float
    arrives: float


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A link as it is drawn; it goes straight through the columns between its stretches."""

    link: Link
    width: float
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    height: float
    boxes: tuple[Placed, ...]
    ribbons: tuple[Ribbon, ...]


def columns_of(links: Sequence[Link], names: Mapping[str, str]) -> dict[str, int]:
    """The column of each box: as far right as its longest way from an input, and all that ends, at the right edge."""
    waiting = {key: 0 for link in links for key in (link.source, link.target)}
    leaving = defaultdict(list)
    for link in links:
        waiting[link.target] += 1
        leaving[link.source].append(link.target)
    column = {key: 0 for key, count in waiting.items() if count == 0}
    ready = list(column)
    for key in ready:  # grows while it is walked, and from left to right: the last to name a column is the farthest
        for target in leaving[key]:
            column[target] = column[key] + 1
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    if len(ready) < len(waiting):
        raise loop_in([link for link in links if waiting[link.source] and waiting[link.target]], names)
    last = max(column.values(), default=0)
    return {key: column[key] if leaving[key] else last for key in waiting}


def loop_in(links: Sequence[Link], names: Mapping[str, str]) -> FlowsRunInALoop:
    """One of the loops, in words; walked backwards, since before each box that is left over stands another one."""
    before = {link.target: link.source for link in links}
    way = [links[0].source]
    while way[-1] not in way[:-1]:
        way.append(before[way[-1]])
    loop = way[way.index(way[-1]) :][::-1]
    return FlowsRunInALoop(source=names[loop[-2]], target=names[loop[-1]], loop=" → ".join(names[key] for key in loop))


@dataclass(slots=True, eq=False)
class Slot:
    """A place in a column: a box with room for its label, or the lane of a flow that only passes."""

    column: int
    key: str
    above: float = 0
    below: float = 0
    amount: float = 0
    top: float = 0
    height: float = 0
    arriving: list["Piece"] = field(default_factory=list)
    leaving: list["Piece"] = field(default_factory=list)

    @property
    def centre(self) -> float:
        return self.top + self.height / 2


@dataclass(slots=True, eq=False)
class Piece:
    """A link's piece between two neighbouring columns; `leaves` and `arrives` count from the tops of its ends."""

    left: Slot
    right: Slot
    amount: float
    leaves: float = 0
    arrives: float = 0


def lay_out(links: Sequence[Link], column: Mapping[str, int], room: Mapping[str, tuple[float, float]]) -> Layout:
    """Place boxes and ribbons; `room` is what each box keeps free above and below itself for its label."""
    boxes = {key: Slot(at, key, *room[key]) for key, at in column.items()}
    ways = [way_of(link, boxes) for link in links]
    for box in boxes.values():
        box.amount = max(sum(piece.amount for piece in side) for side in (box.arriving, box.leaving))
    lanes = [piece.right for way in ways for piece in way[:-1]]
    columns = [
        [slot for slot in (*boxes.values(), *lanes) if slot.column == at] for at in range(max(column.values()) + 1)
    ]
    height = max(lowest(columns), *(taken(slots) / (1 - SHARE_OF_FLOWS) for slots in columns))
    scale = min((height - taken(slots)) / sum(slot.amount for slot in slots) for slots in columns)
    settle(columns, height, scale)
    for slot in (*boxes.values(), *lanes):
        order_ribbons(slot, scale)
    return Layout(
        height,
        tuple(Placed(box.key, box.column, box.top, box.height, box.above, box.below) for box in boxes.values()),
        tuple(ribbon(link, way, scale) for link, way in zip(links, ways, strict=True)),
    )


def way_of(link: Link, boxes: Mapping[str, Slot]) -> list[Piece]:
    """The pieces of a link, with a lane in each column it passes, so that it crosses no box there."""
    start, end = boxes[link.source], boxes[link.target]
    lanes = [Slot(at, "", amount=link.amount) for at in range(start.column + 1, end.column)]
    stops = [start, *lanes, end]
    way = [Piece(left, right, link.amount) for left, right in pairwise(stops)]
    for piece in way:
        piece.left.leaving.append(piece)
        piece.right.arriving.append(piece)
    return way


def lowest(columns: Sequence[Sequence[Slot]]) -> float:
    return min(HEIGHT, HEIGHT_OF_FEW + HEIGHT_EACH * max(len(slots) for slots in columns))


def taken(slots: Sequence[Slot]) -> float:
    """What a column needs beside its flows."""
    return sum(slot.above + slot.below for slot in slots) + GAP * (len(slots) - 1)


def settle(columns: Sequence[list[Slot]], height: float, scale: float) -> None:
    """Pull everything towards what it is joined to, from the left and from the right in turn, ever more gently."""
    for slots in columns:
        for slot in slots:
            slot.height = slot.amount * scale
        part(slots, height)
    for turn in range(PASSES):
        for slots in columns if turn % 2 == 0 else reversed(columns):
            for slot in slots:
                pull(slot, DAMPING**turn, from_left=turn % 2 == 0)
            slots.sort(key=lambda slot: slot.centre)
            part(slots, height)


def pull(slot: Slot, strength: float, *, from_left: bool) -> None:
    ends = [(piece.left, piece.amount) for piece in slot.arriving]
    if not from_left:
        ends = [(piece.right, piece.amount) for piece in slot.leaving]
    if ends:
        mean = sum(end.centre * amount for end, amount in ends) / sum(amount for _, amount in ends)
        slot.top += (mean - slot.centre) * strength


def part(slots: Sequence[Slot], height: float) -> None:
    """Push apart what overlaps, first downwards, then from the lower edge back up; the scale has seen that it fits."""
    free = 0.0
    for slot in slots:
        slot.top = max(slot.top, free + slot.above)
        free = slot.top + slot.height + slot.below + GAP
    end = height
    for slot in reversed(slots):
        slot.top = min(slot.top, end - slot.below - slot.height)
        end = slot.top - slot.above - GAP


def order_ribbons(slot: Slot, scale: float) -> None:
    """Ribbons leave and enter in the order of their other ends, so that they do not cross beside the box."""
    place = 0.0
    for piece in sorted(slot.leaving, key=lambda piece: piece.right.centre):
        piece.leaves, place = place, place + piece.amount * scale
    place = 0.0
    for piece in sorted(slot.arriving, key=lambda piece: piece.left.centre):
        piece.arrives, place = place, place + piece.amount * scale


def ribbon(link: Link, way: Sequence[Piece], scale: float) -> Ribbon:
    stretches = [
        Stretch(piece.left.column, piece.left.top + piece.leaves, piece.right.top + piece.arrives) for piece in way
    ]
    return Ribbon(link, link.amount * scale, tuple(stretches))
