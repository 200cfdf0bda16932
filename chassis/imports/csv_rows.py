"""Lines of a sender's CSV: its separator, its cells, and where it breaks off."""

import csv
import io
from collections import Counter
from collections.abc import Iterator

from chassis.imports.rows import cut
from chassis.jobs import JobFailed

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_ROWS = 30
MOST_LINE = 1_000_000  # characters without a line end
MOST_CELLS = 5_000  # of a line, blank ones at its end included


def separator_of(head: str) -> str:
    """The separator that cuts the first rows into the most cells, most of them alike; a title above does no harm."""
    lines = head.splitlines(keepends=True)[:SAMPLE_ROWS]

    def fit(separator: str) -> tuple[int, int]:
        try:
            widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=separator) if cells)
        except csv.Error:
            return (0, 0)
        width, alike = max(widths.items(), key=lambda each: (each[1], each[0]), default=(0, 0))
        return (0, 0) if width < 2 else (alike * 10 // widths.total(), width)

    return max(SEPARATORS, key=fit)


def csv_lines(content: bytes, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Its lines by their number, blank ones left out; raises `JobFailed` where it is no CSV."""
    reader = csv.reader(_bounded(content, encoding), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if len(cells) > MOST_CELLS:
                sentence = f"Row {number} has {len(cells):,} cells: is its separator right? At most 1,000 are read."
                raise JobFailed("file_is_too_large", sentence)
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise _no_csv(error, number + 1) from None


def breaks_off_with(content: bytes, encoding: str, cells: list[str]) -> bool:
    """Whether a file ends in the middle of this row: no line end after it."""
    plain = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, encoding)  # no byte order mark is due here
    tail = content[-64:].decode(plain, errors="ignore")
    return not tail.endswith(("\n", "\r")) and bool(cells) and tail.endswith(cells[-1][-8:])


def _bounded(content: bytes, encoding: str) -> Iterator[str]:
    """The lines of a text; one that does not end is refused before it fills the memory."""
    lines = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
    while line := lines.readline(MOST_LINE):
        if len(line) == MOST_LINE and not line.endswith(("\n", "\r")):
            raise JobFailed("line_is_too_long", f"A line has over {MOST_LINE:,} characters: this is no CSV of rows.")
        yield line


def _no_csv(error: csv.Error, number: int) -> JobFailed:
    words = str(error)
    if "unexpected end of data" in words:
        return cut(f"inside the quoted text that begins in row {number}, or a quotation mark is missing there")
    if "field larger" in words:
        return JobFailed(
            "cell_is_too_long", f"Row {number} holds a cell of over {csv.field_size_limit():,} characters."
        )
    return JobFailed("file_is_not_csv", f"Row {number} is no CSV: a quotation mark inside a text is written twice.")
