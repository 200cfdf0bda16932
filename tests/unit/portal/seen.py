"""What stands in a drawing: its shapes with their attributes, and its labels with their places."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser

from portal.charts import Drawing


@dataclass
class Part:
    tag: str
    attributes: dict[str, str]
    text: str = ""

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def at(self, name: str) -> float:
        return float(self.attributes[name].rstrip("%"))


@dataclass
class Seen(HTMLParser):
    parts: list[Part] = field(default_factory=list)
    opened: list[Part] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        part = Part(tag, {name: value or "" for name, value in attrs})
        self.parts.append(part)
        self.opened.append(part)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.parts.append(Part(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop().tag == tag, "well formed"

    def handle_data(self, data: str) -> None:
        for part in self.opened:
            part.text += data


def parts(drawing: Drawing) -> list[Part]:
    seen = Seen()
    seen.feed(str(drawing.markup))
    seen.close()
    assert not seen.opened, "everything is closed"
    return seen.parts


def of_class(drawing: Drawing, *names: str) -> list[Part]:
    return [part for part in parts(drawing) if set(names) <= set(part.classes)]


def texts(found: Iterable[Part]) -> list[str]:
    return [part.text.strip() for part in found]
