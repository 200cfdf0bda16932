"""Workbooks (XLSX) of a sender: read in a process of their own, told apart from what only bears their name."""

import json
import os
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from chassis.imports import workbook_reader
from chassis.jobs import JobFailed

ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NAMED = (".xlsx", ".xlsm")
TEXTS = (".csv", ".tsv", ".txt", ".json")
PATIENCE_S = workbook_reader.SECONDS + 5
PIECE = 1_000_000
EXACT = 10**15  # a workbook keeps fifteen digits of a number
_PAGES = (b"<!doctype html", b"<html", b"<?xml", b"<table", b"<head")
_LOCKED = "EncryptedPackage".encode("utf-16-le")
Cells = list[tuple[str, str | None]]


def is_workbook(content: bytes, name: str) -> bool:
    """Whether the content is a workbook; raises `JobFailed` where it is one we do not read, a page, or misnamed."""
    if content.startswith(OLD):
        if _LOCKED in content:
            raise JobFailed("workbook_is_protected", "The workbook is locked by a password: save it without one.")
        raise JobFailed("workbook_is_old", "This is an old workbook (.xls): save it as .xlsx and send it again.")
    begin = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if begin.startswith(_PAGES):
        raise JobFailed("file_is_a_web_page", "This is a web page or XML, whatever its name says: save it as .xlsx.")
    ending = Path(name).suffix.lower()
    if content.startswith(ZIP):
        if ending in TEXTS:
            sentence = (
                f"The name says {ending}, but this is a workbook or an archive: name it .xlsx, or save it as CSV."
            )
            raise JobFailed("file_is_a_workbook", sentence)
        return True
    if ending in NAMED:
        raise JobFailed("file_is_no_workbook", f"The name says {ending}, but this is no workbook: save it as one.")
    return False


class Workbook:
    """One sheet of a workbook, read once; its rows wait in a file that vanishes with it."""

    def __init__(self, content: bytes, wanted: str | None) -> None:
        self._rows = tempfile.TemporaryFile()  # noqa: SIM115  closed with the workbook
        weakref.finalize(self, self._rows.close)
        told = _read_apart(content, self._rows, wanted or "")
        if "code" in told:
            raise JobFailed(told["code"], told["sentence"])
        self.sheet: str = told["sheet"]
        self.sheets: list[str] = told["sheets"]
        self._merged: list[list[int]] = told["merged"]

    def lines(self) -> Iterator[tuple[int, Cells]]:
        """Its rows by their number, blank ones left out: each cell as text, with its kind where it was none."""
        for line in self._lines():
            number, cells = json.loads(line)
            yield number, [_cell(each) for each in cells]

    def merged_in(self, row: int) -> list[str]:
        """The cells of a row that were joined into one, as `B1:D1`."""
        return [
            f"{_letters(left)}{top + 1}:{_letters(right)}{bottom + 1}"
            for top, left, bottom, right in self._merged
            if top <= row - 1 <= bottom
        ]

    def joined_until(self, row: int) -> int:
        """How many columns the joined cells of a row reach over."""
        return max((right + 1 for top, _, bottom, right in self._merged if top <= row - 1 <= bottom), default=0)

    def _lines(self) -> Iterator[bytes]:
        at, rest = 0, b""
        while piece := os.pread(self._rows.fileno(), PIECE, at):
            at += len(piece)
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines


def _read_apart(content: bytes, rows: Any, wanted: str) -> dict[str, Any]:
    """Let the reader read; whatever becomes of it, it says why, or we say it for it."""
    command = [sys.executable, "-I", str(Path(workbook_reader.__file__)), wanted]
    with tempfile.TemporaryFile() as book:
        book.write(content)
        book.flush()
        try:
            done = subprocess.run(  # noqa: S603  our own script
                command,
                stdin=book,
                stdout=rows,
                stderr=subprocess.PIPE,
                timeout=PATIENCE_S,
                check=False,
                env={**os.environ, "RUST_BACKTRACE": "0", "PYTHONIOENCODING": "utf-8"},  # a trace of its end may hang
            )
        except subprocess.TimeoutExpired:
            return _ended("took too long to read")
    if done.returncode != 0:
        return _ended("takes more memory or time to read than a sheet of rows does")
    told: dict[str, Any] = json.loads(done.stderr)
    return told


def _ended(why: str) -> dict[str, Any]:
    sentence = f"The workbook {why}: delete cells far from the table, send it in parts, or as CSV."
    return {"code": "workbook_is_a_bomb", "sentence": sentence}


def _cell(value: Any) -> tuple[str, str | None]:
    match value:
        case None:
            return "", None
        case bool():
            return ("true" if value else "false"), "truth"
        case int() | float():
            return figure(value), "number"
        case {"date": text}:
            return text, "date"
        case {"time": text}:
            return text, "time"
    return value, None


def figure(number: int | float) -> str:
    """A number as its sender saw it: fifteen digits, no exponent, no point where it is whole."""
    if number == int(number) and abs(number) < EXACT:
        return str(int(number))
    return format(Decimal(format(number, ".15g")), "f")


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
