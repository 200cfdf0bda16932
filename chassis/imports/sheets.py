"""Rows of a sender's file, CSV or JSON: read as a stream, every cell a text as it was sent."""

import codecs
import csv
import io
import itertools
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chassis.imports.encodings import Encoding, encoding_of
from chassis.jobs import JobFailed

MOST_ROWS = 500_000
MOST_JSON = 4_000_000  # one value of this size is read in half a second, in which nobody else has a turn
MOST_COLUMNS = 1_000
SEPARATORS = (",", ";", "\t", "|")
SAMPLE_ROWS = 30
_SPACE = re.compile(r"[ \t\r\n]*")
HIDDEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be used as it stands."""

    code: str
    sentence: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number as the sender counts: the header of a CSV is row 1, the first object of a JSON list too."""

    number: int
    cells: dict[str, str]
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file turned out to be, once all of it was looked at."""

    format: str
    encoding: str
    encoding_guessed: bool
    separator: str | None
    columns: tuple[str, ...]
    rows: int


def key_text(text: str) -> str:
    """A text as it is compared: NFC, without hidden characters, one kind of space."""
    return " ".join(unicodedata.normalize("NFC", text).translate(HIDDEN).split())


class Sheet:
    """A file's rows. `survey` looks at all of it first, so that a cut file is refused before a row is taken."""

    def __init__(self, content: bytes, *, encoding: str | None = None, separator: str | None = None) -> None:
        self._content = content
        self.encoding: Encoding = encoding_of(content, stated=encoding)
        begin = self._head(1_000).lstrip("\ufeff \t\r\n")[:1]
        self.is_json = separator is None and begin in ("[", "{")
        if self.is_json and len(content) > MOST_JSON:
            raise JobFailed("file_is_too_large", "A JSON file may have at most 4 MB: send a longer list as CSV.")
        self.separator = None if self.is_json else separator or self._guess_separator()

    def survey(self) -> Survey:
        """Read to the end; raises `JobFailed` where the file as a whole cannot be used."""
        columns: dict[str, None] = {}
        count = 0
        for row in self.rows():
            columns.update(dict.fromkeys(row.cells))
            count += 1
            if count > MOST_ROWS or len(columns) > MOST_COLUMNS:
                limits = f"{MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns"
                raise JobFailed("file_is_too_large", f"A file may have at most {limits}: send it in parts.")
        if count == 0:
            raise JobFailed("file_has_no_rows", "The file has no rows: nothing was sent.")
        name, guessed = self.encoding.name, self.encoding.guessed
        return Survey("json" if self.is_json else "csv", name, guessed, self.separator, tuple(columns), count)

    def rows(self) -> Iterator[Row]:
        """Its rows in order, blank ones left out."""
        try:
            yield from self._objects() if self.is_json else self._records()
        except UnicodeDecodeError as error:
            if error.end >= len(error.object) and error.reason in ("unexpected end of data", "truncated data"):
                raise _cut("inside a character") from None
            raise JobFailed(
                "encoding_does_not_fit",
                f"The file is not written in {self.encoding.name}: save it as UTF-8, or name its encoding in the "
                "mapping ([file] encoding).",
            ) from None

    # CSV

    def _records(self) -> Iterator[Row]:
        reader = csv.reader(self._text(), delimiter=self.separator or ",", strict=True)
        number, header = 0, None
        try:
            for number, cells in enumerate(reader, start=1):
                if not any(cell.strip() for cell in cells):
                    continue
                if header is None:
                    header = _header(cells)
                    continue
                yield self._record(number, header, cells)
        except csv.Error as error:
            raise _no_csv(error, number + 1) from None
        if header is None:
            raise JobFailed("file_is_empty", "The file is empty: nothing was sent.")

    def _record(self, number: int, header: list[str], cells: list[str]) -> Row:
        kept = dict(itertools.zip_longest(header, cells[: len(header)], fillvalue=""))
        beyond = [cell for cell in cells[len(header) :] if cell.strip()]
        if len(cells) < len(header) and self._ends_with(cells):
            raise _cut(f"in row {number}")
        if beyond or len(cells) < len(header):
            kept |= {f"beyond {place}": cell for place, cell in enumerate(beyond, start=1)}
            sentence = f"The row has {len(cells)} cells, the header {len(header)}: check its separators and quotes."
            return Row(number, _printable(kept), Fault("row_is_ragged", sentence))
        return _row(number, kept)

    def _ends_with(self, cells: list[str]) -> bool:
        """Whether the file breaks off with this row: no line end after it."""
        tail = self._content[-64:].decode(_plain(self.encoding.name), errors="ignore")
        return not tail.endswith(("\n", "\r")) and bool(cells) and tail.endswith(cells[-1][-8:])

    def _guess_separator(self) -> str:
        """The one that cuts the first rows into the most cells, all rows alike."""
        lines = self._head(SAMPLE_ROWS * 2_000).splitlines(keepends=True)[:SAMPLE_ROWS]

        def fit(separator: str) -> tuple[int, int]:
            try:
                widths = [len(cells) for cells in csv.reader(lines, delimiter=separator) if cells]
            except csv.Error:
                return (0, 0)
            header = widths[0] if widths else 0
            alike = sum(width == header for width in widths)
            return (0, 0) if header < 2 else (alike * 10 // len(widths), header)

        return max(SEPARATORS, key=fit)

    # JSON

    def _objects(self) -> Iterator[Row]:
        text = self._content.decode(self.encoding.name)
        decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_Pairs)
        at, number = _after_space(text, text.startswith("\ufeff")), 0
        if text[at : at + 1] != "[":
            raise JobFailed("file_is_no_list", "A JSON file is a list of objects, one a row: [{...}, {...}].")
        at = _after_space(text, at + 1)
        while text[at : at + 1] != "]":
            number += 1
            try:
                value, at = decoder.raw_decode(text, at)
                row = _object(number, value)
            except json.JSONDecodeError as error:
                raise _no_json(error, number, text) from None
            except RecursionError:
                raise JobFailed("json_is_nested_too_deep", f"Row {number} is nested too deep.") from None
            yield row
            at = _after_item(text, at, number)

    # text

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(self._content), encoding=self.encoding.name, newline="")

    def _head(self, size: int) -> str:
        piece = self._content[: size * 4]
        return codecs.getincrementaldecoder(self.encoding.name)(errors="replace").decode(piece)[:size]


class _Pairs(list[tuple[str, Any]]):
    """An object as it was written, a name that stands twice included."""


def _header(cells: list[str]) -> list[str]:
    names = [key_text(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    double = sorted(name for name, times in Counter(names).items() if name and times > 1)
    if double:
        raise JobFailed("header_stands_twice", f"Columns stand twice: {', '.join(double)}. Give each its own name.")
    return [name or f"column {place}" for place, name in enumerate(names, start=1)]


def _object(number: int, value: Any) -> Row:
    if not isinstance(value, _Pairs):
        return Row(number, {}, Fault("row_is_no_object", 'Each row is an object: {"column": "value"}.'))
    cells = {key_text(name): _cell(each) for name, each in value}
    if len(cells) < len(value):
        return Row(number, _printable(cells), Fault("column_stands_twice", "A column stands twice in this row."))
    return _row(number, cells)


def _cell(value: Any) -> str:
    """A JSON value as a text: a list becomes lines, unknown becomes empty, numbers stay as they were written."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _Pairs():
            return json.dumps(dict(value), ensure_ascii=False)
        case list():
            return "\n".join(_cell(each) for each in value)
    return str(value)


def _row(number: int, cells: dict[str, str]) -> Row:
    together = "".join(cells.values())
    if "\0" in together or not (together.isascii() or _encodes(together)):
        column = next(name for name, cell in cells.items() if "\0" in cell or not _encodes(cell))
        sentence = "The cell holds a character that is none (NUL, half a surrogate pair): remove it."
        return Row(number, _printable(cells), Fault("cell_is_broken", sentence, column))
    return Row(number, {name: _undefused(cell) for name, cell in cells.items()})


def _undefused(cell: str) -> str:
    """A cell of our own list of refused rows, sent again: without the mark that keeps it from being a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r") else cell


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable(cells: dict[str, str]) -> dict[str, str]:
    return {
        name: cell.replace("\0", "\\x00").encode(errors="backslashreplace").decode() for name, cell in cells.items()
    }


def _plain(encoding: str) -> str:
    """The same encoding where no byte order mark is due."""
    return {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, encoding)


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after_item(text: str, at: int, number: int) -> int:
    at = _after_space(text, at)
    if text[at : at + 1] == "]":
        return at
    if text[at : at + 1] == ",":
        return _after_space(text, at + 1)
    if at >= len(text):
        raise _cut(f"after row {number}")
    raise JobFailed("file_is_not_json", f"After row {number} a comma or the end of the list is expected.")


def _no_json(error: json.JSONDecodeError, number: int, text: str) -> JobFailed:
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
        return _cut(f"inside row {number}")
    return JobFailed("file_is_not_json", f"Row {number} (line {error.lineno}) is no JSON: {error.msg}.")


def _no_csv(error: csv.Error, number: int) -> JobFailed:
    words = str(error)
    if "unexpected end of data" in words:
        return _cut(f"inside the quoted text that begins in row {number}, or a quotation mark is missing there")
    if "field larger" in words:
        return JobFailed(
            "cell_is_too_long", f"Row {number} holds a cell of over {csv.field_size_limit():,} characters."
        )
    return JobFailed("file_is_not_csv", f"Row {number} is no CSV: a quotation mark inside a text is written twice.")


def _cut(where: str) -> JobFailed:
    return JobFailed("file_is_cut_off", f"The file breaks off {where}: nothing was taken in. Send it whole.")
