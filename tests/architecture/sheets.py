"""The portal's templates, style sheets and scripts as the design test sees them, and what is wrong with one of them."""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, nodes

from tests.architecture.tree import ROOT

PORTAL = ROOT / "portal"
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(")
OUTSIDE = re.compile(r"https?:|(?<![:\w])//\w")
STYLE = re.compile(r'\bstyle\s*=\s*"([^"]*)"?')
BAR = re.compile(r"\s*width:\s*\{\{.*?\}\}%;?\s*")
CLASS = re.compile(r'\bclass\s*=\s*"([^"]*)"')
NAME = re.compile(r"[A-Za-z][\w-]*")
SAID = frozenset({"_", "gettext", "ngettext", "N_"})
SPOKEN = frozenset({"alt", "aria-label", "placeholder", "title", "data-l", "label"})
NO_WORDS = frozenset(
    {"OpenRECP", "key", "API", "CSV", "XLSX", "ISIC", "CO", "e", "kWh", "MJ", "m", "t", "a", "SHA", "x"}
)
"""What is written the same in every language: names, units, marks."""
TEXT, SHAPE = 4.5, 3.0  # WCAG 2.2: 1.4.3 for words, 1.4.11 for what is not words
PAIRS: tuple[tuple[str, str, float], ...] = (
    ("ink", "paper", 7.0),  # the body text of screens that are read all day
    ("ink", "page", 7.0),
    *((text, ground, TEXT) for text in ("muted", "link", "danger", "bad") for ground in ("paper", "page")),
    *(("paper", ground, TEXT) for ground in ("brand", "brand-2", "danger", "danger-2")),
    *((kind, f"{kind}-soft", TEXT) for kind in ("ok", "info", "warn", "bad", "grey")),
    ("ink", "brand-soft", TEXT),
    ("brand", "brand-soft", TEXT),
    ("muted", "grey-soft", TEXT),
    ("ink", "info-soft", TEXT),
    ("ink", "warn-soft", TEXT),
    *((shape, "paper", SHAPE) for shape in ("edge", "energy", "water", "material", "waste", "process", "product")),
    ("loss", "paper", SHAPE),
    ("edge", "page", SHAPE),
    ("ink", "ring", SHAPE),
    ("paper", "brand", SHAPE),
)
"""Foreground, ground, and how far apart their brightness has to be."""


def templates() -> list[Path]:
    return sorted((PORTAL / "templates").rglob("*.html"))


def sheets() -> list[Path]:
    return sorted((PORTAL / "static").glob("*.css"))


def scripts() -> list[Path]:
    return sorted((PORTAL / "static").glob("*.js"))


def modules() -> list[Path]:
    return sorted(PORTAL.rglob("*.py"))


def without_tokens(sheet: str) -> str:
    """A sheet without the block in which colours get their names."""
    return re.sub(r"\A\s*:root\s*\{[^}]*\}", "", sheet)


def stray_colours(text: str) -> Iterator[str]:
    """Colours without a name; an address inside the page (`href="#main"`) is none."""
    for found in COLOUR.finditer(re.sub(r'(href|src)="#[^"]*"|url\(#[^)]*\)|&#\w+;', "", text)):
        yield f"the colour {found[0]} has no name"


def addresses_outside(text: str) -> Iterator[str]:
    """Whatever would be asked of another host."""
    for found in OUTSIDE.finditer(text):
        yield f"an address outside: {text[found.start() : found.start() + 40]!r}"


def stray_styles(template: str) -> Iterator[str]:
    """Style beside the sheets; only the width of a bar is a figure and has to stand in the page."""
    for found in STYLE.finditer(template):
        if BAR.fullmatch(found[1]) is None:
            yield f"style beside the sheets: {found[0]}"


@cache
def classes_of(sheet: str) -> frozenset[str]:
    """The class names for which a sheet has rules."""
    selectors = re.sub(r"\{[^{}]*\}", " ", re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", sheet, flags=re.S))
    return frozenset(re.findall(r"\.([A-Za-z][\w-]*)", selectors))


def classes_in(source: str) -> set[str]:
    """The class names a template or a drawing uses, as far as they stand there in letters."""
    found: set[str] = set()
    for given in CLASS.findall(re.sub(r"\{#.*?#\}", "", source, flags=re.S)):
        plain = re.sub(r"\{%.*?%\}", " ", re.sub(r"\S*\{\{.*?\}\}\S*|\S*\{\w*\}\S*", " ", given))
        found |= {name for name in plain.split() if NAME.fullmatch(name)}
    return found


def unsaid(template: str) -> Iterator[str]:
    """Words of a template that go past the catalogues."""
    tree = _environment().parse(template)
    yield from _bare_text(" ".join(_raw(tree)))
    yield from (f"not in the catalogues: {each!r}" for each in _strings(tree) if _is_sentence(each))


@cache
def _environment() -> Environment:
    made = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    for extension in ("jinja2.ext.i18n", "jinja2.ext.do"):
        made.add_extension(extension)
    return made


def _raw(tree: nodes.Node) -> list[str]:
    return [each.data for each in tree.find_all(nodes.TemplateData)]


def _strings(node: nodes.Node) -> Iterator[str]:
    """Strings of expressions, without those that are asked of a catalogue."""
    for child in node.iter_child_nodes():
        is_asked = isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name in SAID
        if is_asked or (isinstance(child, nodes.Call) and _calls_words(child.node)):
            continue
        if isinstance(child, nodes.Const) and isinstance(child.value, str):
            yield child.value
        yield from _strings(child)


def _calls_words(called: nodes.Node) -> bool:
    return isinstance(called, nodes.Getattr) and called.attr in ("words", "counted")


def _is_sentence(text: str) -> bool:
    """A capital and more letters, or words side by side: no code, no path, no class names."""
    plain = re.sub(r"<[^>]*>", " ", text)
    return re.search(r"[A-Z][a-z]+ [a-z]|^[A-Z][a-z]+( [a-z]+)*[.:…]?$", plain.strip()) is not None and (
        plain.strip() not in NO_WORDS
    )


class _Words(HTMLParser):
    """The text between tags, and in attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._quiet = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._quiet += tag in ("script", "style")
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._quiet -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._quiet:
            self.found.append(data)


def _bare_text(skeleton: str) -> Iterator[str]:
    reader = _Words()
    reader.feed(skeleton)
    for text in reader.found:
        plain = re.sub(r'[\w-]+="[^"]*"', " ", text)  # what a macro puts into a tag
        words = [each for each in re.findall(r"[^\W\d_]+", plain) if each not in NO_WORDS]
        if words:
            yield f"not in the catalogues: {text.strip()!r}"


def images_without_words(template: str) -> Iterator[str]:
    """A picture says what it shows, or that it is an ornament (`alt=""`)."""
    for found in re.finditer(r"<img\b[^>]*>", template):
        if not re.search(r"\balt\s*=", found[0]):
            yield f"a picture without words: {found[0]}"


def unescaped(template: str) -> Iterator[str]:
    """Whatever lets text through as markup."""
    for found in re.finditer(r"\|\s*safe\b|\bautoescape\s+false|Markup\(", template):
        yield f"not escaped: {found[0]}"


def tokens(sheet: str) -> dict[str, str]:
    """The named colours of a sheet."""
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-fA-F]{3,6})\b", sheet))


def contrast(one: str, other: str) -> float:
    """How many times brighter one colour is than the other, as WCAG 2 counts it: 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(each * 2 for each in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
