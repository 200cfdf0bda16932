"""Rows of a sender's file: every cell a text as it was sent, and why a row cannot be used."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from chassis.jobs import JobFailed
from chassis.sheets_out import undefused

NO_KINDS: Mapping[str, str] = {}  # one for all rows of a text
HIDDEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be used as it stands."""

    code: str
    sentence: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number as the sender counts: the header of a CSV is row 1, the first object of a JSON list too.

    `kinds` says which cells of a workbook were no texts: number, date, time or truth.
    """

    number: int
    cells: dict[str, str]
    fault: Fault | None = None
    kinds: Mapping[str, str] = field(default_factory=lambda: NO_KINDS)


class RowIsBad(Exception):
    """A row that no rule needs to see: it cannot be read, or has no key of its own."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def key_text(text: str) -> str:
    """A text as it is compared: NFC, without hidden characters, one kind of space."""
    return " ".join(unicodedata.normalize("NFC", text).translate(HIDDEN).split())


def row_of(number: int, cells: dict[str, str], kinds: Mapping[str, str] | None = None) -> Row:
    """A row whose cells can be kept; one that holds what is no character bears its fault."""
    together = "".join(cells.values())
    if "\0" in together or not (together.isascii() or _encodes(together)):
        column = next(name for name, cell in cells.items() if "\0" in cell or not _encodes(cell))
        sentence = "The cell holds a character that is none (NUL, half a surrogate pair): remove it."
        return Row(number, printable(cells), Fault("cell_is_broken", sentence, column))
    return Row(number, {name: undefused(cell) for name, cell in cells.items()}, kinds=kinds or NO_KINDS)


def printable(cells: dict[str, str]) -> dict[str, str]:
    """Cells as they can be kept and shown, whatever they hold."""
    return {
        name: cell.replace("\0", "\\x00").encode(errors="backslashreplace").decode() for name, cell in cells.items()
    }


def cut(where: str) -> JobFailed:
    """A file that breaks off."""
    return JobFailed("file_is_cut_off", f"The file breaks off {where}: nothing was taken in. Send it whole.")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
