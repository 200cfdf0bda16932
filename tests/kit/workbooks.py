"""Workbooks for tests: made with XlsxWriter, then bent by hand where a test needs one that no program writes."""

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
_NS = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BEGIN = b'<?xml version="1.0"?><worksheet ' + _NS + b"><sheetData>"
END = b"</sheetData></worksheet>"


def workbook(fill: Callable[[Any], None]) -> bytes:
    """A workbook as XlsxWriter writes what `fill` puts into it."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out, {"in_memory": True})
    fill(made)
    made.close()
    return out.getvalue()


def table(rows: Sequence[Sequence[Any]], *, name: str = "Sheet1") -> bytes:
    """A workbook of one sheet; a date is written as one."""

    def fill(made: Any) -> None:
        sheet, day = made.add_worksheet(name), made.add_format({"num_format": "dd/mm/yyyy"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if hasattr(cell, "isoformat"):
                    sheet.write_datetime(number, column, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write(number, column, cell)

    return workbook(fill)


def bent(**parts: bytes) -> bytes:
    """A workbook in which these parts (`sheet`, `texts`) are other bytes."""
    named = {{"sheet": SHEET, "texts": TEXTS}[name]: content for name, content in parts.items()}
    whole, out = zipfile.ZipFile(io.BytesIO(table([["id", "name"], ["1", "x"]]))), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for part in whole.infolist():
            packed.writestr(part.filename, named.get(part.filename, whole.read(part)))
    return out.getvalue()


def texts(content: bytes) -> bytes:
    """The part of shared texts with this inside."""
    return b'<?xml version="1.0"?><sst ' + _NS + b">" + content + b"</sst>"


def lying_about(part: str, content: bytes) -> bytes:
    """The same archive, whose headers say that a part is of 500 bytes."""
    name = part.encode()
    for mark, place, at in ((b"PK\x01\x02", 46, 24), (b"PK\x03\x04", 30, 22)):
        begin = content.find(mark)
        while begin >= 0:
            if content[begin + place : begin + place + len(name)] == name:
                content = content[: begin + at] + (500).to_bytes(4, "little") + content[begin + at + 4 :]
            begin = content.find(mark, begin + 4)
    return content
