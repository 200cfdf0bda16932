"""The catalogues, checked and brought up to date: `python -m portal.catalogues --check` or `--update`."""

# What stands in the code is English and the key. Each room has one file a language under `locale/`; what several rooms
# say stands in `shell.po`, so that it is said one way; what the API refuses stands in `refusals.po` under its code.

import argparse
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from portal.words import LANGUAGES

PORTAL = Path(__file__).parent
OPENAPI = PORTAL.parent / "contracts" / "openapi.json"
SHELL, REFUSALS = "shell", "refusals"
OF_SHELL = frozenset({"parts", "entrance", "work", "charts"})
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "words": None, "counted": (1, 2)}
JINJA = {
    "trimmed": "true",
    "newstyle_gettext": "true",
    "silent": "false",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "extensions": "jinja2.ext.do",
}
CODED = re.compile(r"`([a-z][a-z0-9_]*)`: (.*?)(?= `[a-z][a-z0-9_]*`: |$)", re.DOTALL)
NAMED = re.compile(r"%\((\w+)\)[a-z]")
HOLE = re.compile(r"\{(\w*)[^{}]*\}")
SCRIPTS = {"km": re.compile("[\u1780-\u17ff]"), "lo": re.compile("[\u0e80-\u0eff]")}
"""A sentence in these languages has a letter of its own script."""
SAME: Mapping[str, frozenset[str]] = {
    "*": frozenset({"OpenRECP", "ISIC", "TOML", "CSV", "XLSX", "t CO₂e"}),
    "fr": frozenset(
        {
            "%(num)s option",
            "Anthracite",
            "Client",
            "Clients",
            "Code",
            "Contact",
            "Contact %(number)s",
            "Contacts",
            "Date",
            "Description",
            "Documents",
            "Expert",
            "Format",
            "Imports",
            "Instrument",
            "Lignite",
            "Notes",
            "Option",
            "Options",
            "Programme",
            "Programmes",
            "Province",
            "Provinces",
            "Service",
            "Site",
            "Sites",
            "Textiles",
            "client",
            "code",
            "expert",
            "option",
            "page",
            "programme",
            "site",
        }
    ),
}
"""Names and codes that are the same in every language, and words that two languages share."""
Key = str | tuple[str, str]


@dataclass(frozen=True)
class Sentence:
    """Something to translate: the key, and what it says in English where the key does not."""

    key: Key
    english: str | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """What it says in English, each number apart."""
        if self.english is not None:
            return (self.english,)
        return (self.key,) if isinstance(self.key, str) else self.key

    @property
    def name(self) -> str:
        return self.key if isinstance(self.key, str) else self.key[0]


Rooms = dict[str, dict[str, Sentence]]
"""By room, by the name of the key."""


def rooms_of(portal: Path = PORTAL, openapi: Path = OPENAPI) -> Rooms:
    """Every sentence of the portal by its room; what several rooms say is the shell's."""
    said: dict[str, tuple[set[str], Sentence]] = {}
    for room, sentence in _said(portal):
        rooms, known = said.get(sentence.name, (set(), sentence))
        longer = sentence if isinstance(sentence.key, tuple) else known  # one and many go before one alone
        said[sentence.name] = (rooms | {room}, longer)
    found: Rooms = {}
    for name, (rooms, sentence) in said.items():
        room = next(iter(rooms)) if len(rooms) == 1 else SHELL
        found.setdefault(room, {})[name] = sentence
    found[REFUSALS] = {each.name: each for each in _refusals(json.loads(openapi.read_text(encoding="utf-8")))}
    return found


def _said(portal: Path) -> Iterator[tuple[str, Sentence]]:
    templates = portal / "templates"
    for path in sorted(templates.rglob("*.html")):
        yield from _in_file(path, "jinja2", _room(path.relative_to(templates)))
    for path in sorted(portal.rglob("*.py")):
        yield from _in_file(path, "python", _room(path.relative_to(portal)))


def _room(path: Path) -> str:
    return SHELL if len(path.parts) == 1 or path.parts[0] in OF_SHELL else path.parts[0]


def _in_file(path: Path, method: str, room: str) -> Iterator[tuple[str, Sentence]]:
    options = JINJA if method == "jinja2" else {}
    for _, message, _, _ in extract_from_file(method, str(path), KEYWORDS, options=options):
        key: Key = message if isinstance(message, str) else (message[0], message[1])
        if (key if isinstance(key, str) else key[0]).strip():
            yield room, Sentence(key)


def _refusals(document: Mapping[str, object]) -> Iterator[Sentence]:
    """What the API may refuse, from the descriptions of its problems."""
    found: dict[str, str] = {}
    for description in _descriptions(document):
        for code, english in CODED.findall(description):
            found.setdefault(code, " ".join(english.split()))
    for code, english in found.items():
        yield Sentence(f"refusal:{code}", english)


def _descriptions(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if "application/problem+json" in node.get("content", {}):
            yield str(node.get("description", ""))
        for each in node.values():
            yield from _descriptions(each)
    elif isinstance(node, list):
        for each in node:
            yield from _descriptions(each)


def kept_in(file: Path, language: str) -> Catalog:
    """A catalogue as it stands; an empty one where there is no file."""
    if not file.exists():
        return Catalog(locale=language)
    with file.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def update(language: str, rooms: Rooms, locale: Path, *, forget: bool = False) -> None:
    """Write the files of a language anew: what is new without words, what moved to another room with its own.

    What is no longer said is kept at the end, out of use, until it is said again or forgotten on purpose.
    """
    folder = locale / language
    before = {file.stem: kept_in(file, language) for file in sorted(folder.glob("*.po"))}
    translated = {_name(each): each for catalogue in before.values() for each in _all(catalogue) if any(_words(each))}
    said = {name for sentences in rooms.values() for name in sentences}
    folder.mkdir(parents=True, exist_ok=True)
    for room in sorted({*rooms, *before}):
        made = Catalog(locale=language)
        for name, sentence in rooms.get(room, {}).items():
            _add(made, sentence, translated.get(name))
        if not forget:
            unsaid = [each for each in _all(before[room]) if _name(each) not in said] if room in before else []
            made.obsolete.update({_name(each): each for each in sorted(unsaid, key=_name) if any(_words(each))})
        file = folder / f"{room}.po"
        if len(made) or made.obsolete:
            file.write_text(_written(made, room), encoding="utf-8")
        else:
            file.unlink(missing_ok=True)


def _add(made: Catalog, sentence: Sentence, known: Message | None) -> None:
    words = _words(known) if known is not None else ()
    string: str | tuple[str, ...] = words[0] if words else ""
    if isinstance(sentence.key, tuple):
        string = (*words, *[""] * made.num_plurals)[: made.num_plurals]
    comments = [sentence.english] if sentence.english else []
    fuzzy = ["fuzzy"] if known is not None and known.fuzzy else []
    made.add(sentence.key, string, auto_comments=comments, flags=fuzzy)


def _written(catalogue: Catalog, room: str) -> str:
    """A file without lines and dates, sorted, so that it changes only where words change."""
    body = io.BytesIO()
    write_po(body, catalogue, no_location=True, omit_header=True, sort_output=True, width=0)
    locale = Locale.parse(str(catalogue.locale))
    head = f"""# {locale.english_name}: {"what the API refuses" if room == REFUSALS else f"the portal, {room}"}.
# Native review is open: these words were not yet read by somebody who grew up with the language.
msgid ""
msgstr ""
"Language: {catalogue.locale}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {catalogue.plural_forms}\\n"

"""
    return head + body.getvalue().decode().strip() + "\n"


def faults(language: str, rooms: Rooms, locale: Path) -> Iterator[str]:
    """Everything wrong with the catalogues of a language, a sentence each."""
    for room in sorted({*rooms, *(file.stem for file in (locale / language).glob("*.po"))}):
        place, wanted = f"{language}/{room}.po", rooms.get(room, {})
        catalogue = kept_in(locale / language / f"{room}.po", language)
        here = {_name(each): each for each in catalogue if each.id}
        yield from (f"{place}: missing: {name}" for name in sorted({*wanted} - {*here}))
        yield from (f"{place}: nobody says this here: {name}" for name in sorted({*here} - {*wanted}))
        yield from (f"{place}: out of use: {_name(each)}" for each in catalogue.obsolete.values())
        for name in sorted({*here} & {*wanted}):
            yield from (f"{place}: {fault}: {name}" for fault in _faults_of(here[name], wanted[name], language))


def _faults_of(message: Message, sentence: Sentence, language: str) -> Iterator[str]:
    words = _words(message)
    plural = isinstance(sentence.key, tuple)
    if len(words) != (Catalog(locale=language).num_plurals if plural else 1) or not all(words):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy"
    for place, text in enumerate(words):
        yield from _wrong_with(text, sentence, language, is_for_one=place == 0 and len(words) > 1)


def _wrong_with(text: str, sentence: Sentence, language: str, *, is_for_one: bool) -> Iterator[str]:
    refusal = sentence.english is not None
    pattern = HOLE if refusal else NAMED
    # A language that does not tell one from many has to name the number, whatever English says of one.
    wanted = [set(pattern.findall(each)) for each in (sentence.texts if is_for_one else sentence.texts[-1:])]
    if set(pattern.findall(text)) not in wanted:
        yield "other facts are named"
    if not refusal and "%" in NAMED.sub("", text).replace("%%", ""):
        yield "a percent sign is not doubled"
    if is_left_in_english(text, sentence, language):
        yield "left in English"


def is_left_in_english(text: str, sentence: Sentence, language: str) -> bool:
    """Whether nobody has translated it: the same words, or not a letter of the language's own script."""
    if not _letters(text) or any(each in SAME["*"] | SAME.get(language, frozenset()) for each in sentence.texts):
        return False
    script = SCRIPTS.get(language)
    return text in sentence.texts or (script is not None and script.search(text) is None)


def _letters(text: str) -> bool:
    return any(each.isalpha() for each in HOLE.sub("", NAMED.sub("", text)))


def english_faults(rooms: Rooms) -> Iterator[str]:
    """What is wrong with the English itself: it would break on the page."""
    for room, sentences in sorted(rooms.items()):
        for sentence in sentences.values():
            if sentence.english is None and any(
                "%" in NAMED.sub("", each).replace("%%", "") for each in sentence.texts
            ):
                yield f"en/{room}: a percent sign is not doubled: {sentence.name}"


def _all(catalogue: Catalog) -> Iterable[Message]:
    return [*catalogue.obsolete.values(), *(each for each in catalogue if each.id)]


def _name(message: Message) -> str:
    return str(message.id if isinstance(message.id, str) else message.id[0])


def _words(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def main(arguments: list[str] | None = None, portal: Path = PORTAL, openapi: Path = OPENAPI) -> int:
    """Check or update every language."""
    parser = argparse.ArgumentParser(prog="portal.catalogues", description="The portal's catalogues.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="say what is wrong; answers 1 if anything is")
    what.add_argument("--update", action="store_true", help="write the files anew, keeping every translation")
    parser.add_argument("--forget", action="store_true", help="with --update: drop what nobody says any more")
    parser.add_argument("--language", choices=[each for each in LANGUAGES if each != "en"], action="append")
    given = parser.parse_args(arguments)
    rooms, locale = rooms_of(portal, openapi), portal / "locale"
    languages = given.language or [each for each in LANGUAGES if each != "en"]
    if given.update:
        for language in languages:
            update(language, rooms, locale, forget=given.forget)
    told = [*english_faults(rooms), *(each for language in languages for each in faults(language, rooms, locale))]
    if given.check:
        sys.stderr.writelines(f"{each}\n" for each in told)
    number = sum(len(each) for each in rooms.values())
    sys.stdout.write(f"{number} sentences in {len(rooms)} files a language, {len(told)} faults.\n")
    return 1 if given.check and told else 0


if __name__ == "__main__":
    sys.exit(main())
