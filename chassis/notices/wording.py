"""The wording of notices: a file per language of the pack, `notices/<language>.toml`, checked before it is used."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from pydantic import Field, model_validator

from chassis.notices.kinds import BusinessDays, NoticeKind, Value, Word
from chassis.notices.settings import Channel
from chassis.pack import Pack, PackInvalid, Section

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
DATE = frozenset({"day", "month", "year"})
LONGEST = 300
LINE_BREAKS = frozenset({"Cc", "Zl", "Zp"})
DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Template(Section):
    """What a kind of notice says: by mail a subject and a text, by SMS one short text."""

    subject: str = Field(min_length=1, max_length=200, pattern=r"^[^\r\n]*$")
    text: str = Field(min_length=1, max_length=5_000)
    sms: str = Field(min_length=1, max_length=600)


class Wording(Section):
    """The notices of one language: how it writes a date and a number of business days, its words for codes, and the
    templates by kind. `{name}` stands for a value; nothing else in braces is allowed."""

    date: str = Field(description="of {day}, {month} and {year}, in figures")
    one_business_day: str
    business_days: str = Field(description="with {count}")
    words: dict[str, str] = Field(default_factory=dict)
    kinds: dict[str, Template]

    @model_validator(mode="after")
    def _figures_have_their_place(self) -> "Wording":
        if set(places(self.date)) != DATE or stray(self.date):
            raise ValueError("date must be made of {day}, {month} and {year}")
        if set(places(self.business_days)) != {"count"} or stray(self.business_days):
            raise ValueError("business_days must say where the {count} stands")
        return self

    def faults(self, kind: NoticeKind) -> Iterator[str]:
        """What keeps this language from telling a kind of notice, a sentence each."""
        template = self.kinds.get(kind.name)
        if template is None:
            yield f"kinds.{kind.name} is missing"
            return
        for part in ("subject", "text", "sms"):
            text: str = getattr(template, part)
            for name in sorted(set(places(text)) - set(kind.variables)):
                known = ", ".join(kind.variables)
                yield f"kinds.{kind.name}.{part}: {kind.name} has no variable {name}; it has {known}"
            if stray(text):
                yield f"kinds.{kind.name}.{part}: a brace stands alone; only {{name}} of a variable may be in braces"
        for code in kind.words:
            if code not in self.words:
                yield f"words.{code} is missing, which {kind.name} tells"

    def of(self, kind: NoticeKind, channel: Channel, values: Mapping[str, Value]) -> tuple[str, str]:
        """The subject and text of a notice; an SMS has no subject."""
        template, said = self.kinds[kind.name], {name: self.told(value) for name, value in values.items()}
        if channel == "sms":
            return "", fill(template.sms, said).strip()
        return one_line(fill(template.subject, said)), fill(template.text, said).strip()

    def told(self, value: Value) -> str:
        """A value in this language, on one line and of bounded length."""
        if isinstance(value, Word):
            return one_line(self.words.get(value.code, value.code.replace("_", " ")))
        if isinstance(value, BusinessDays):
            many = fill(self.business_days, {"count": str(value.count)})
            return self.one_business_day if value.count == 1 else many
        if isinstance(value, datetime):
            return f"{self.told(value.date())} {value:%H:%M}"
        if isinstance(value, date):
            return fill(self.date, {"day": f"{value:%d}", "month": f"{value:%m}", "year": f"{value.year:04d}"})
        return one_line(str(value))


def places(template: str) -> list[str]:
    """The names that stand in braces."""
    return PLACE.findall(template)


def stray(template: str) -> bool:
    """Whether a brace is left that belongs to no name."""
    return bool(re.search(r"[{}]", PLACE.sub("", template)))


def fill(template: str, values: Mapping[str, str]) -> str:
    """A template with its values, each inserted as it is: braces inside a value mean nothing."""
    return PLACE.sub(lambda place: values[place[1]], template)


def one_line(text: str) -> str:
    """A value as one line of visible text: it can neither begin a line of its own nor turn those around it."""
    flat = "".join(
        " " if unicodedata.category(each) in LINE_BREAKS else each for each in text if each not in DIRECTIONS
    )
    flat = " ".join(flat.split())
    return flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 1]}…"


def language_of(pack: Pack, wished: Iterable[str]) -> str:
    """The first language wished that the pack has, else the pack's first."""
    languages = pack.country.languages
    return next((each for each in wished if each in languages), languages[0])


def wording_of(pack: Pack, language: str) -> Wording:
    """How the pack words its notices in one of its languages; raises `PackInvalid`."""
    return pack.section(f"notices/{language}", Wording)


def faults_of(pack: Pack, kinds: Iterable[NoticeKind]) -> list[str]:
    """Everything wrong with the wording of these kinds, in each language of the pack.

    Texts for other kinds are no fault: a pack may serve more than one version.
    """
    faults: list[str] = []
    every = tuple(kinds)
    for language in pack.country.languages if every else ():
        try:
            wording = wording_of(pack, language)
        except PackInvalid as invalid:
            faults += invalid.faults
        else:
            faults += [f"notices/{language}.toml: {fault}" for kind in every for fault in wording.faults(kind)]
    return faults
