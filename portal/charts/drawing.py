"""What every chart is made of: a drawing with its figures as a table, scales, and labels that are escaped."""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from markupsafe import Markup

from contracts.refusals import Refusal

Figure = Decimal | int | float
Kind = Literal["energy", "water", "material", "waste", "process", "product", "loss"]

NONE = "–"
COLOURS_AT_MOST = 6  # more cannot be told apart
BAR_PX = 18
CHARACTER_EM = 0.62  # a bold digit of the widest face in use (Noto Sans)


class TooManyColours(Refusal):
    status = 422
    sentence = "A chart of {count} colours cannot be read: at most six can be told apart."


class FigureCannotBeDrawn(Refusal):
    status = 422
    sentence = "The figure of “{name}” is no number that can be drawn."


@dataclass(frozen=True, slots=True)
class Rows:
    """The figures of a drawing as a table: for readers who do not see it, and for copying."""

    headings: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart for the inside of a `<figure>`; `rows` holds plain text, to be escaped where it is shown."""

    markup: Markup
    rows: Rows


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure with its name and its value in the reader's words. `value` None: not known, or not told."""

    name: str
    value: Figure | None
    text: str = NONE
    kind: Kind = "product"


@dataclass(frozen=True, slots=True)
class Mark:
    """What all bars are held against: a benchmark, a target."""

    name: str
    value: Figure
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """From figures to per cent of the width; zero is always on it."""

    low: float
    high: float

    def at(self, value: float) -> float:
        return 100 * (value - self.low) / (self.high - self.low)

    @property
    def zero(self) -> float:
        return self.at(0)


def scale_of(values: Iterable[float | None]) -> Scale:
    """The scale that holds zero and every known value."""
    known = [0.0, *(value for value in values if value is not None)]
    low, high = min(known), max(known)
    return Scale(low, high if high > low else low + 1)


def number(name: str, value: Figure | None) -> float | None:
    """The figure to draw, or None for unknown; infinity and not-a-number are refused."""
    if value is None:
        return None
    drawn = float(value)
    if not math.isfinite(drawn):
        raise FigureCannotBeDrawn(name=name)
    return drawn


def check_colours(kinds: Iterable[Kind]) -> None:
    count = len(set(kinds))
    if count > COLOURS_AT_MOST:
        raise TooManyColours(count=count)


def percent(share: float) -> str:
    return f"{share:.2f}".rstrip("0").rstrip(".").replace("-0", "0", share > -0.005) + "%"


def width_em(text: str) -> float:
    """The room a label needs at most, in em; marks that sit on another character need none."""
    return CHARACTER_EM * sum(unicodedata.category(character) not in ("Mn", "Me", "Cf") for character in text)


def room_em(texts: Iterable[str]) -> float:
    """The room beside a plot for labels that stand past the end of a bar."""
    return round(max((width_em(text) for text in texts), default=0) + 1, 1)


def joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def shapes(*parts: Markup) -> Markup:
    """Shapes in per cent of the room they are given: nothing is stretched, nothing shrinks."""
    return Markup('<svg class="chart-shapes" aria-hidden="true">{}</svg>').format(joined(parts))


def rect(classes: str, start: float, end: float, high: int = BAR_PX) -> Markup:
    """A bar between two places of the scale, whichever comes first, in the middle of its line and always as thick."""
    left, right = sorted((start, end))
    return Markup(
        '<rect class="{}" x="{}" y="50%" width="{}" height="{}" transform="translate(0 -{})" rx="2"/>'
    ).format(classes, percent(left), percent(right - left), high, high // 2)


def upright(classes: str, place: float, top: float = 0, bottom: float = 100) -> Markup:
    return Markup('<line class="{}" x1="{x}" x2="{x}" y1="{}" y2="{}"/>').format(
        classes, percent(top), percent(bottom), x=percent(place)
    )


def beneath(place: float) -> str:
    """The style of a label that stands over or under a place of the scale, keeps inside it, and wraps when it must."""
    if place < 30:
        return f"margin-left:{percent(place)}"
    if place > 70:
        return f"margin-right:{percent(100 - place)};text-align:right"
    half = min(place, 100 - place)
    return f"margin:0 {percent(100 - place - half)} 0 {percent(place - half)};text-align:center"


def framed(label: str, body: Markup) -> Markup:
    """One picture with one name; what is inside is read from the table."""
    return Markup('<div class="chart" role="img" aria-label="{}">{}</div>').format(label, body)


def scrolled(label: str, body: Markup, at_least_rem: float) -> Markup:
    """A picture that keeps its width and scrolls sideways where the window is narrower."""
    return Markup(
        '<div class="chart-scroll" tabindex="0" role="region" aria-label="{}">'
        '<div class="chart" role="img" aria-label="{}" style="min-width:{}rem">{}</div></div>'
    ).format(label, label, round(at_least_rem, 1), body)


def table(headings: Sequence[str], cells: Iterable[Sequence[str]]) -> Rows:
    return Rows(tuple(headings), tuple(tuple(row) for row in cells))
