"""A sender's file, CSV, XLSX or JSON: what it turned out to be, and its rows as a stream of texts."""

import codecs
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from chassis.imports.csv_rows import SAMPLE_ROWS, breaks_off_with, csv_lines, separator_of
from chassis.imports.encodings import Encoding, encoding_of
from chassis.imports.json_rows import json_rows
from chassis.imports.rows import Fault, Row, cut, key_text, printable, row_of
from chassis.imports.workbooks import Cells, Workbook, is_workbook
from chassis.jobs import JobFailed

__all__ = ["Fault", "Row", "Sheet", "Survey", "key_text"]
MOST_ROWS = 500_000
MOST_JSON = 4_000_000  # one value of this size is read in half a second, in which nobody else has a turn
MOST_COLUMNS = 1_000
Lines = Iterator[tuple[int, Cells]]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file turned out to be, once all of it was looked at. `header` holds its titles as they were written,
    `columns` as they are compared; `remarks` say what somebody should look at."""

    format: str
    encoding: str | None
    encoding_guessed: bool
    separator: str | None
    columns: tuple[str, ...]
    rows: int
    header: tuple[str, ...] = ()
    header_row: int | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


class Sheet:
    """A file's rows. `survey` looks at all of it first, so that a cut file is refused before a row is taken.

    What is not stated is guessed: encoding and separator from the text, the sheet (the first visible one), the header
    (of the first rows the one that names most of the columns `wanted`, else the first).
    """

    def __init__(
        self,
        content: bytes,
        *,
        name: str = "",
        encoding: str | None = None,
        separator: str | None = None,
        sheet: str | None = None,
        header_row: int | None = None,
        wanted: Iterable[str] = (),
    ) -> None:
        self._content, self._header_row, self._wanted = content, header_row, frozenset(wanted)
        self.book: Workbook | None = None
        self.encoding, self.separator = Encoding(""), separator
        self.is_json = False
        if is_workbook(content, name):
            self.book, self.separator = Workbook(content, sheet), None
            return
        if sheet is not None:
            raise JobFailed("file_has_no_sheets", f"A sheet {sheet!r} was named, but this is no workbook.")
        self._take_text(encoding)

    def survey(self) -> Survey:
        """Read to the end; raises `JobFailed` where the file as a whole cannot be used."""
        columns: dict[str, None] = {}
        count = 0
        for row in self.rows():
            columns.update(dict.fromkeys(row.cells))
            count += 1
            if count > MOST_ROWS or len(columns) > MOST_COLUMNS:
                raise _too_large()
        if count == 0:
            where = "The file" if self.book is None else f"The sheet {self.book.sheet}"
            others = f" The sheets are: {', '.join(self.book.sheets[:50])}." if self.book else ""
            raise JobFailed("file_has_no_rows", f"{where} has no rows: nothing was sent.{others}")
        number, titles = (None, ()) if self.is_json else self._header()
        return Survey(
            format="json" if self.is_json else "csv" if self.book is None else "xlsx",
            encoding=self.encoding.name or None,
            encoding_guessed=self.encoding.guessed,
            separator=self.separator,
            columns=tuple(columns),
            rows=count,
            header=titles or tuple(columns),
            header_row=number,
            sheet=self.book.sheet if self.book else None,
            sheets=tuple(self.book.sheets) if self.book else (),
            remarks=tuple(self._remarks(number)),
        )

    def rows(self) -> Iterator[Row]:
        """Its rows in order, blank ones left out."""
        try:
            yield from json_rows(self._content.decode(self.encoding.name)) if self.is_json else self._records()
        except UnicodeDecodeError as error:
            if error.end >= len(error.object) and error.reason in ("unexpected end of data", "truncated data"):
                raise cut("inside a character") from None
            raise JobFailed(
                "encoding_does_not_fit",
                f"The file is not written in {self.encoding.name}: save it as UTF-8, or name its encoding in the "
                "mapping ([file] encoding) or the request.",
            ) from None

    # tables

    def _records(self) -> Iterator[Row]:
        lines = self._peeked(self._lines())
        number, titles = self._header_in(lines)
        header = names_of(titles)
        for line, cells in lines:
            if line > number:
                yield self._record(line, header, cells)

    def _record(self, number: int, header: list[str], cells: Cells) -> Row:
        kept = dict(zip(header, (text for text, _ in cells), strict=False))
        short = len(cells) < len(header)
        beyond = [text for text, _ in cells[len(header) :] if text.strip()]
        if short:
            kept |= dict.fromkeys(header[len(cells) :], "")
        if short and self.book is None and self._ends_with(cells):
            raise cut(f"in row {number}")
        if beyond or (short and self.book is None):
            kept |= {f"beyond {place}": cell for place, cell in enumerate(beyond, start=1)}
            cause = "a cell stands beyond the last title" if self.book else "check its separators and quotes"
            sentence = f"The row has {len(cells)} cells, the header {len(header)}: {cause}."
            return Row(number, printable(kept), Fault("row_is_ragged", sentence))
        kinds = {name: kind for name, (_, kind) in zip(header, cells, strict=False) if kind} if self.book else None
        return row_of(number, kept, kinds)

    def _lines(self) -> Lines:
        if self.book is not None:
            return self.book.lines()
        found = csv_lines(self._content, self.encoding.name, self.separator or ",")
        return ((number, [(cell, None) for cell in cells]) for number, cells in found)

    def _ends_with(self, cells: Cells) -> bool:
        return breaks_off_with(self._content, self.encoding.name, [text for text, _ in cells])

    # the header

    def _header(self) -> tuple[int, tuple[str, ...]]:
        """The row of the header and its titles as they were written."""
        return self._header_in(self._peeked(self._lines()))

    def _peeked(self, lines: Lines) -> "_Peeked":
        return _Peeked(lines, SAMPLE_ROWS if self._header_row is None else self._header_row)

    def _header_in(self, lines: "_Peeked") -> tuple[int, tuple[str, ...]]:
        if not lines.first:
            raise JobFailed("file_is_empty", "The file is empty: nothing was sent.")
        if self._header_row is not None:
            stated = [line for line in lines.first if line[0] == self._header_row]
            if not stated:
                raise JobFailed("header_is_not_there", f"Row {self._header_row} was named as the header: it is blank.")
            number, cells = stated[0]
        else:
            number, cells = max(lines.first, key=lambda line: (self._named_in(line[1]), -line[0]))
        titles = [text for text, _ in cells]
        while titles and not key_text(titles[-1]):
            titles.pop()
        if self.book is not None:
            titles += [""] * (self.book.joined_until(number) - len(titles))
        if len(titles) > MOST_COLUMNS:
            raise _too_large()
        return number, tuple(titles)

    def _named_in(self, cells: Cells) -> int:
        return len(self._wanted.intersection(key_text(text) for text, _ in cells)) if self._wanted else 0

    def _remarks(self, header_row: int | None) -> Iterator[str]:
        if self.book is None or header_row is None:
            return
        if len(self.book.sheets) > 1:
            others = ", ".join(name for name in self.book.sheets if name != self.book.sheet)
            yield f"the sheet {self.book.sheet} was read; there are also: {others}"
        merged = self.book.merged_in(header_row)
        if merged:
            yield f"the header joins cells ({', '.join(merged[:5])}): only the first of them bears its name"

    # text

    def _take_text(self, encoding: str | None) -> None:
        self.encoding = encoding_of(self._content, stated=encoding)
        head = codecs.getincrementaldecoder(self.encoding.name)(errors="replace").decode(self._content[:240_000])
        self.is_json = self.separator is None and head.lstrip("\ufeff \t\r\n")[:1] in ("[", "{")
        if self.is_json and len(self._content) > MOST_JSON:
            raise JobFailed("file_is_too_large", "A JSON file may have at most 4 MB: send a longer list as CSV.")
        if not self.is_json and self.separator is None:
            self.separator = separator_of(head[: SAMPLE_ROWS * 2_000])


class _Peeked:
    """Lines of which the first have been looked at."""

    def __init__(self, lines: Lines, most: int) -> None:
        self.first = list(islice(lines, most))
        self._all = chain(self.first, lines)

    def __iter__(self) -> Lines:
        return self._all


def names_of(titles: Iterable[str]) -> list[str]:
    """What the columns under these titles are called; one without a title by its place."""
    names = [key_text(title) for title in titles]
    double = sorted(name for name, times in Counter(names).items() if name and times > 1)
    if double:
        raise JobFailed("header_stands_twice", f"Columns stand twice: {', '.join(double)}. Give each its own name.")
    return [name or f"column {place}" for place, name in enumerate(names, start=1)]


def _too_large() -> JobFailed:
    limits = f"{MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns"
    return JobFailed("file_is_too_large", f"A file may have at most {limits}: send it in parts.")
