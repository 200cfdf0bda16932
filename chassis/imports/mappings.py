"""A mapping says, in TOML, how a sender's columns become our fields; what is odd is labelled, not refused."""

import csv
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import Field, ValidationError, field_validator, model_validator

from chassis.imports.rows import HIDDEN, Fault, Row, RowIsBad, key_text
from chassis.pack import Pack, Section
from contracts.refusals import Refusal
from contracts.values import Code

PartT = TypeVar("PartT", bound=Section)
SectionT = TypeVar("SectionT", bound=Section)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_HOLE = re.compile(r"\{([^{}]+)\}")
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_MOST = Decimal(10) ** 14
_PLACES = Decimal("0.0001")
DIGITS = 15  # what a workbook keeps of a number
_ERRORS = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#ERROR!")
)
_UNSEEN = frozenset(("Cf", "Cc", "Co", "Cn", "Cs", "Zl", "Zp"))
ODDITIES = {
    "in_lower_case": "{field} was put in capitals",
    "is_no_number": "{field} is no number and stays unknown",
    "is_out_of_range": "{field} is too large a number and stays unknown",
    "is_a_placeholder": "{field} looks like a placeholder; it was kept",
    "is_cut_off": "{field} is cut off in the source; it was kept",
    "is_not_in_its_list": "{field} is none of the codes of its list; it was kept",
    "not_in_table": "{field} stands in no row of its table and stays unknown",
    "was_a_number": "{field} is typed as a number in the workbook, where zeros at its beginning are lost; it was kept",
    "has_hidden_characters": "{field} holds hidden characters, which were left out",
    "is_ambiguous": "{field} may mean several things and stays unknown",
}


class MappingIsUnknown(Refusal):
    status = 422
    sentence = (
        "No mapping {name} is saved, and the pack has none of that name. It has: {shipped}. "
        "Or send the mapping itself, as TOML."
    )


class MappingIsInvalid(Refusal):
    status = 422
    sentence = "The mapping cannot be used: {faults}."


MOST_TEMPLATE = 1_000  # characters: 60,000 times a long cell was all the memory there is


class Take(Section):
    """Where a field's value comes from: a column (its bare name will do), a constant, or a text with {columns},
    which is unknown where one of them is.

    `unknown` lists texts that stand for nothing; `odd` such as are kept, each under the label it earns; `lookup`
    names a table of the mapping; `decimal` is the sender's decimal mark; `width` is how many characters a code has (or
    which numbers of them): another number means that it is wrong, or lost the zeros at its beginning.
    """

    column: str | None = None
    constant: str | None = None
    template: Annotated[str, Field(max_length=MOST_TEMPLATE)] | None = None
    upper: bool = False
    lookup: str | None = None
    unknown: tuple[str, ...] = ()
    odd: dict[Code, tuple[str, ...]] = Field(default_factory=dict)
    decimal: Literal[".", ","] = "."
    width: tuple[Annotated[int, Field(ge=1, le=128)], ...] = ()

    @field_validator("width", mode="before")
    @classmethod
    def _one_width(cls, given: Any) -> Any:
        return (given,) if isinstance(given, int) else given

    @model_validator(mode="before")
    @classmethod
    def _bare_name(cls, given: Any) -> Any:
        return {"column": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _one_of_three(self) -> "Take":
        if sum(each is not None for each in (self.column, self.constant, self.template)) != 1:
            raise ValueError("say exactly one of column, constant and template")
        return self

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads, as they are compared."""
        if self.template is not None:
            return tuple(key_text(name) for name in _HOLE.findall(self.template))
        return () if self.column is None else (key_text(self.column),)

    def raw(self, cells: Mapping[str, str]) -> str:
        if self.template is not None:
            parts = {name: cells.get(key_text(name), "").strip() for name in _HOLE.findall(self.template)}
            return _HOLE.sub(lambda hole: parts[hole[1]], self.template) if all(parts.values()) else ""
        return self.constant if self.constant is not None else cells.get(self.columns[0], "")


class Reading:
    """One row as a mapping reads it: what was `understood`, by field, and in `labels` what was odd."""

    def __init__(self, row: Row, tables: Mapping[str, Mapping[str, str]]) -> None:
        self.row = row
        self.labels: list[str] = []
        self.understood: dict[str, Any] = {}
        self._tables = tables

    def text(self, field: str, take: Take | None) -> str | None:
        """The text of a field in NFC, without space around it; None where nothing stands there.

        Raises `RowIsBad` where the cell shows an error, or has not the width the mapping expects.
        """
        if take is None:
            return None
        value = unicodedata.normalize("NFC", take.raw(self.row.cells)).strip()
        if not value or value in take.unknown:
            return None
        self._require_sound(value, take)
        for oddity, texts in take.odd.items():
            if value in texts:
                self.label(field, oddity)
        if take.upper and value != value.upper():
            self.label(field, "in_lower_case")
            value = value.upper()
        found = self._looked_up(field, value, take.lookup) if take.lookup else value
        self.understood[field] = found
        return found

    def code(self, field: str, take: Take | None) -> str | None:
        """A text that identifies something: raises `RowIsBad` where it holds what nobody sees, or lost digits."""
        value = self.text(field, take)
        if take is None or value is None:
            return None
        _require_visible(value, take)
        if self.row.kinds and self.is_number(take) and not take.lookup:
            if len(value.lstrip("-").partition(".")[0]) > DIGITS:
                sentence = f"A workbook keeps {DIGITS} digits of a number: type the code as text."
                raise RowIsBad(Fault("code_lost_its_digits", sentence, _columns(take)))
            if not take.width:
                self.label(field, "was_a_number")
        return value

    def is_number(self, take: Take) -> bool:
        """Whether the cell of a field was a number in a workbook."""
        return take.column is not None and self.row.kinds.get(take.columns[0]) == "number"

    def number(self, field: str, take: Take | None) -> Decimal | None:
        """The figure of a field to four places; None where none is readable."""
        text = self.text(field, take)
        if take is None or text is None:
            return None
        decimal = "." if self.is_number(take) else take.decimal
        figure = _figure(text, decimal)
        self.understood[field] = None
        if figure is None:
            self.label(field, "is_no_number")
        elif abs(figure) >= _MOST:
            self.label(field, "is_out_of_range")
        else:
            exact = figure.quantize(_PLACES).normalize() + 0
            self.understood[field] = f"{exact:f}"
            return exact
        return None

    def key(self, take: Take) -> str:
        """What identifies the row for its sender: compared without hidden characters."""
        return key_text(take.raw(self.row.cells))

    def require_key(self, field: str, take: Take) -> None:
        """The key can be relied on; raises `RowIsBad`."""
        raw, key = take.raw(self.row.cells), self.key(take)
        self.understood[field] = key
        self._require_sound(key, take)
        _require_visible(key, take)
        if not raw.isascii() and raw.translate(HIDDEN) != raw:
            self.label(field, "has_hidden_characters")

    def _require_sound(self, value: str, take: Take) -> None:
        if value in _ERRORS:
            sentence = f"The cell shows the error {value}: mend its formula, or leave it empty."
            raise RowIsBad(Fault("cell_shows_an_error", sentence, _columns(take)))
        if take.width and len(value) not in take.width:
            expected = " or ".join(str(each) for each in take.width)
            lost = ": zeros at its beginning are lost where a cell is no text" if value.isdecimal() else ""
            sentence = f"{value[:40]} has {len(value)} characters, {expected} are expected{lost}."
            raise RowIsBad(Fault("code_has_another_width", sentence, _columns(take)))

    def label(self, field: str, oddity: str) -> None:
        self.labels.append(f"{field}_{oddity}")

    def _looked_up(self, field: str, value: str, table: str) -> str | None:
        found = self._tables.get(table, {}).get(value)
        if found is None:
            self.label(field, "not_in_table")
        return found or None


def _require_visible(code: str, take: Take) -> None:
    """A code holds nothing that nobody sees: no zero width, no change of direction."""
    if code.isascii() and code.isprintable():
        return
    unseen = sorted({f"U+{ord(each):04X}" for each in code if unicodedata.category(each) in _UNSEEN})
    if unseen:
        sentence = f"The code holds characters that nobody sees ({', '.join(unseen[:5])}): type it anew."
        raise RowIsBad(Fault("code_has_hidden_characters", sentence, _columns(take)))


def _columns(take: Take) -> str:
    return " + ".join(take.columns)


class FileForm(Section):
    """How the sender writes files, where it should not be left to a guess."""

    encoding: str | None = Field(default=None, max_length=40)
    separator: str | None = Field(default=None, pattern=r"^[,;\t|]$")
    sheet: str | None = Field(default=None, max_length=100)
    header_row: int | None = Field(default=None, ge=1, le=1_000)


class Head(Section):
    """What every mapping says first; `tables` translate codes."""

    sender: Code
    title: str = ""
    source: str = ""
    file: FileForm = FileForm()
    tables: dict[str, dict[str, str]] = Field(default_factory=dict)


@dataclass(frozen=True)
class SenderMapping(Generic[PartT]):
    """A sender's mapping for one kind of import."""

    head: Head
    part: PartT

    def reading(self, row: Row) -> Reading:
        return Reading(row, self.head.tables)

    def column_of(self, field: str) -> str:
        """The sender's column behind a field, for whoever has to mend the row; empty for a constant."""
        return " + ".join(next((take.columns for name, take in takes_of(self.part) if name == field), ()))


def text_of(pack: Pack, given: str) -> str:
    """A mapping as TOML: the text that was given, or the pack's mapping of that name."""
    if not NAME.fullmatch(given.strip()):
        return given
    shipped = shipped_mappings(pack)
    if given.strip() not in shipped:
        raise MappingIsUnknown(name=given.strip(), shipped=", ".join(shipped) or "none")
    return shipped[given.strip()].read_text(encoding="utf-8")


def shipped_mappings(pack: Pack) -> dict[str, Path]:
    """The mappings a pack brings, by their names."""
    return {path.stem: path for path in sorted((pack.folder / "mappings").glob("*.toml"))}


def mapping_of(text: str, kind: str, part: type[PartT], *, pack: Pack | None = None) -> SenderMapping[PartT]:
    """The part of a mapping that speaks of one kind of import; raises `MappingIsInvalid` with all its faults.

    With a pack, what it names of that pack is looked for too.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingIsInvalid(faults=f"it is not TOML: {error}") from None
    except RecursionError:
        raise MappingIsInvalid(faults="it is nested too deep") from None
    known = {name: data[name] for name in Head.model_fields if name in data}
    others = [name for name, value in data.items() if name not in known and not isinstance(value, dict)]
    faults = [f"unknown: {', '.join(others)}"] if others else []
    head = _checked(Head, known, faults)
    if kind not in data:
        faults.append(f"it has no section [{kind}]")
    body = _checked(part, data.get(kind, {}), faults) if kind in data else None
    if head is not None and body is not None:
        faults += _missing_tables(head, body) + (_missing_in(pack, body) if pack is not None else [])
        if not faults:
            return SenderMapping(head, body)
    raise MappingIsInvalid(faults="; ".join(faults))


def _checked(model: type[SectionT], given: Any, faults: list[str]) -> SectionT | None:
    try:
        return model.model_validate(given)
    except ValidationError as error:
        faults += _faults(error)
        return None


def takes_of(part: Any, prefix: str = "") -> Iterator[tuple[str, Take]]:
    """Every field of a mapping with where it comes from, by its dotted name."""
    if isinstance(part, Take):
        yield prefix, part
        return
    if isinstance(part, Section):
        inside: Any = [(name, getattr(part, name)) for name in type(part).model_fields]
    elif isinstance(part, dict):
        inside = part.items()
    else:
        inside = enumerate(part) if isinstance(part, tuple) else ()
    for name, each in inside:
        yield from takes_of(each, f"{prefix}.{name}" if prefix else str(name))


def missing_columns(part: Section, columns: tuple[str, ...]) -> list[str]:
    """Columns a mapping asks for and the file does not have."""
    return sorted(asked_columns(part) - set(columns))


def asked_columns(part: Section) -> set[str]:
    """The columns a mapping reads."""
    return {name for _, take in takes_of(part) for name in take.columns}


def crosswalk(pack: Pack, name: str) -> dict[str, tuple[str, ...]]:
    """A table of the pack under `crosswalks/`: its first column leads to the others; `#` begins a remark."""
    path = _crosswalk_path(pack, name)
    if not NAME.fullmatch(name) or not path.exists():
        raise MappingIsInvalid(faults=f"the pack has no crosswalk {name}")
    return {row[0]: tuple(row[1:]) for row in _remarks_left_out(path)}


def oddity(label: str) -> str:
    """A label in words."""
    for ending, sentence in ODDITIES.items():
        if label.endswith(f"_{ending}"):
            return sentence.format(field=label.removesuffix(f"_{ending}"))
    return label.replace("_", " ")


def _remarks_left_out(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.reader(line for line in lines if not line.startswith("#"))
        next(rows, None)
        yield from rows


def _missing_tables(head: Head, part: Section) -> list[str]:
    asked = {take.lookup for _, take in takes_of(part) if take.lookup is not None}
    missing = sorted(asked - set(head.tables))
    return [f"no table {', '.join(missing)} stands under [tables]"] if missing else []


def _missing_in(pack: Pack, part: Section) -> list[str]:
    """What a mapping names and the pack does not have: tables of codes; a part adds its own by `missing_in`."""
    asked = {str(name) for _, take in takes_of(part) if (name := getattr(take, "crosswalk", None)) is not None}
    faults = [f"the pack has no crosswalk {name}" for name in sorted(asked) if not _crosswalk_path(pack, name).exists()]
    more = getattr(part, "missing_in", None)
    return faults + (list(more(pack)) if more is not None else [])


def _crosswalk_path(pack: Pack, name: str) -> Path:
    return pack.folder / "crosswalks" / f"{name}.csv"


def _figure(text: str, decimal: str) -> Decimal | None:
    plain = re.sub(r"[\s\u00a0\u202f']", "", text)
    if decimal == ",":
        plain = plain.translate({ord("."): ",", ord(","): "."})
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    return Decimal(plain) if _PLAIN.fullmatch(plain) else None


def _faults(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_url=False, include_input=False):
        yield f"{'.'.join(str(part) for part in each['loc']) or 'it'}: {each['msg']}"
