"""What a form brought: its words as they were typed, what is wrong with them, and the key that lets it act once."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, overload

from starlette.datastructures import FormData, UploadFile

from api_client import Trouble
from portal.faults import fault_in_words
from portal.figures import NumberIsAmbiguous, NumberIsNone, parsed
from portal.names import facts_in_words
from portal.words import Words

TOKEN, ONCE = "form_token", "once"


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field; without one, with the whole form."""

    field: str | None
    sentence: str
    language: str | None = None
    """Where the sentence is not in the language of the page."""


@dataclass
class Form:
    """The fields of one form. An empty one is what a page shows at first, with `values` filled in beforehand.

    The readers (`text`, `number`, …) note a fault where a field does not fit, in the words of the page, and go on:
    so that everything wrong is said at once. Ask `fits` before you use what they gave.
    """

    words: Words
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)
    once: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    faults: list[Fault] = field(default_factory=list)

    @classmethod
    def of(cls, words: Words, data: FormData) -> "Form":
        """What a browser sent."""
        values: dict[str, list[str]] = {}
        files: dict[str, UploadFile] = {}
        for name, value in data.multi_items():
            if isinstance(value, UploadFile):
                files[name] = value
            else:
                values.setdefault(name, []).append(value.replace("\r\n", "\n"))
        once = values.get(ONCE, [""])[0]
        return cls(words, values, files, once or secrets.token_urlsafe(18))

    @classmethod
    def filled(cls, words: Words, **values: Any) -> "Form":
        """A form as a page first shows it."""
        return cls(words, {name: [str(value)] for name, value in values.items() if value is not None})

    @property
    def fits(self) -> bool:
        return not self.faults

    def __getitem__(self, name: str) -> str:
        """What was typed, for showing it again."""
        return next(iter(self.values.get(name, ())), "")

    def chosen(self, name: str) -> list[str]:
        """Every value of a field that may have several."""
        return [each for each in self.values.get(name, ()) if each]

    def fault_of(self, name: str) -> Fault | None:
        return next((each for each in self.faults if each.field == name), None)

    def wrong(self, name: str | None, sentence: str, language: str | None = None) -> None:
        """Note what is wrong."""
        self.faults.append(Fault(name, sentence, language))

    @overload
    def text(self, name: str, *, needed: Literal[True] = True) -> str: ...
    @overload
    def text(self, name: str, *, needed: bool) -> str | None: ...
    def text(self, name: str, *, needed: bool = True) -> str | None:
        """What was typed; nothing at all is empty where it is needed, else None."""
        value = self[name].strip()
        if not value and needed:
            self.wrong(name, self.words("Fill this in."))
        return value if needed else value or None

    @overload
    def choice(self, name: str, *, needed: Literal[True] = True) -> str: ...
    @overload
    def choice(self, name: str, *, needed: bool) -> str | None: ...
    def choice(self, name: str, *, needed: bool = True) -> str | None:
        value = self[name]
        if not value and needed:
            self.wrong(name, self.words("Choose one."))
        return value if needed else value or None

    def number(self, name: str, *, needed: bool = True, whole: bool = False) -> Decimal | None:
        """A number as people type it."""
        typed = self[name].strip()
        if not typed:
            if needed:
                self.wrong(name, self.words("Fill this in."))
            return None
        try:
            return parsed(typed, self.words.locale, whole=whole)
        except NumberIsAmbiguous:
            plain, decimal = typed.replace(".", "").replace(",", ""), typed.replace(",", ".")
            question = self.words("Is this %(plain)s or %(decimal)s? Write it so.", plain=plain, decimal=decimal + "0")
            self.wrong(name, question)
        except NumberIsNone:
            self.wrong(name, self.words("Write a whole number.") if whole else self.words("Write a number."))
        return None

    def day(self, name: str, *, needed: bool = True) -> date | None:
        typed = self[name].strip()
        if not typed:
            if needed:
                self.wrong(name, self.words("Fill this in."))
            return None
        try:
            return date.fromisoformat(typed)
        except ValueError:
            self.wrong(name, self.words("Write the date as year-month-day, e.g. 2026-11-25."))
            return None

    def refused(self, trouble: Trouble, fields: Mapping[str, str] | None = None) -> "Form":
        """The same form with what the API said; `fields` names those the page calls otherwise than the API does."""
        known = {"/" + name.replace(".", "/"): name for name in self.values} | dict(fields or {})
        for each in trouble.errors:
            pointer = str(each.get("pointer", ""))
            place = next((known[part] for part in _upwards(pointer) if part in known), None)
            said, language = fault_in_words(each, self.words)
            self.wrong(place, said if place else f"{pointer.strip('/')}: {said}", language)
        if not trouble.errors:
            self.wrong(None, *sentence_of(trouble, self.words))
        return self


def sentence_of(trouble: Trouble, words: Words) -> tuple[str, str | None]:
    """What the API said in the language of the page, else in its own words, with their language."""
    said = words.knows(f"refusal:{trouble.code}")
    if said is None:
        return trouble.detail, None if words.language == "en" else "en"
    try:
        return said.format(**facts_in_words(trouble.params, words)), None
    except (KeyError, IndexError):
        return trouble.detail, "en"


def _upwards(pointer: str) -> list[str]:
    """A pointer and those above it: `/period/ends_on`, `/period`."""
    parts = pointer.split("/")
    return ["/".join(parts[:length]) for length in range(len(parts), 1, -1)]
