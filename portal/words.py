"""The languages of the pages: gettext catalogues, one file per room and language, and the way a reader chooses."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
"""`locale/<language>/<room>.po`: English is the language of the keys."""
LANGUAGES: Mapping[str, tuple[str, str]] = {
    "en": ("English", "en_GB"),
    "vi": ("Tiếng Việt", "vi"),
    "km": ("ខ្មែរ", "km"),
    "lo": ("ລາວ", "lo"),
    "fr": ("Français", "fr"),
}
"""Each language by its own name, and the locale its figures and dates are written in."""


def N_(sentence: str) -> str:  # noqa: N802 - gettext's own name
    """Mark a sentence for the catalogues; it is put into words where it is shown."""
    return sentence


@dataclass(frozen=True)
class Words:
    """A language: its sentences and its locale."""

    language: str
    locale: Locale
    catalogue: GNUTranslations

    def __call__(self, sentence: str, **facts: Any) -> str:
        """A sentence in this language, with its facts put in."""
        return self.catalogue.gettext(sentence) % facts  # always: a percent sign is written %% here and in templates

    def counted(self, one: str, many: str, number: int, **facts: Any) -> str:
        """A sentence that depends on a number, which it may name as `%(num)s`."""
        return self.catalogue.ngettext(one, many, number) % {"num": number, **facts}

    def knows(self, key: str) -> str | None:
        """What stands in the catalogue under a key that is no sentence itself, e.g. `refusal:offer_has_expired`."""
        found = self.catalogue.gettext(key)
        return None if found == key else found


@cache
def words_of(language: str) -> Words:
    """A language by its code, read once."""
    whole = Catalog(locale=language)
    for file in sorted((LOCALE / language).glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id and message.string and not message.fuzzy:
                    whole[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return Words(language, Locale.parse(LANGUAGES[language][1]), GNUTranslations(compiled))


def chosen_language(asked: str | None, kept: str | None, accepted: str) -> str:
    """What the address says goes before what the browser kept, and that before what it accepts."""
    for each in (asked, kept):
        if each is not None and each in LANGUAGES:
            return each
    for part in accepted.split(","):
        language = part.split(";")[0].strip().split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return "en"
