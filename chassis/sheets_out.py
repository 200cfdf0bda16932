"""Sheets for people: CSV and XLSX in which a text is never a formula and a number stays a number."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import chain
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CHARACTERS = 32_767  # of a cell in a workbook
DIGITS = 15  # what a workbook keeps of a number
_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_NEGATIVE = re.compile(r"-(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d{1,3})?%?")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_MARK = "'"


def defused(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe before it."""
    if isinstance(cell, str) and cell.startswith(_STARTS_FORMULA) and not _NEGATIVE.fullmatch(cell):
        return _MARK + cell
    return cell


def undefused(text: str) -> str:
    """A cell of a sheet of ours that was sent back: without the apostrophe that kept it from being a formula."""
    return text[1:] if text.startswith(_MARK) and text[1:].startswith(_STARTS_FORMULA) else text


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Any]], *, separator: str = ",") -> str:
    """Rows as CSV whose cells no spreadsheet takes for a formula; None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator)
    for row in chain([header], rows):
        writer.writerow(["" if cell is None else defused(cell) for cell in row])
    return out.getvalue()


class Book:
    """A workbook in the making: `sheet` by `sheet`, then its `content`.

    `workbook` is XlsxWriter's own, for formats and charts (`book.workbook.add_chart`, `sheet.insert_chart`): a chart
    names cells as `[sheet.name, first row, first column, last row, last column]`, counted from 0.
    """

    def __init__(self) -> None:
        self._out = io.BytesIO()
        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.workbook: Any = xlsxwriter.Workbook(self._out, {"in_memory": True, "nan_inf_to_errors": False, **plain})
        self._head = self.workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._date = self.workbook.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self.workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._time = self.workbook.add_format({"num_format": "hh:mm:ss"})

    def sheet(
        self,
        name: str,
        header: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        at_row: int = 0,
        widths: Sequence[float] = (),
    ) -> Any:
        """Add a sheet, its header in bold and frozen; returns XlsxWriter's worksheet.

        Cells are texts, numbers (int, float, Decimal), dates, times, booleans or None. Times with a zone are told in
        that zone. `at_row` leaves rows above the header free (counted from 0), for a title.
        """
        sheet = self.workbook.add_worksheet(self._free_name(name))
        for column, title in enumerate(header):
            sheet.write_string(at_row, column, str(defused(_writable(title))), self._head)
        for number, row in enumerate(rows, start=at_row + 1):
            for column, cell in enumerate(row):
                self.write(sheet, number, column, cell)
        sheet.freeze_panes(at_row + 1, 0)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        return sheet

    def write(self, sheet: Any, row: int, column: int, cell: Any, style: Any = None) -> None:
        """One cell, by what it is; `style` is a format of `workbook`. Raises TypeError for what no cell can hold."""
        match cell:
            case None:
                return
            case bool():
                sheet.write_boolean(row, column, cell, style)
            case int() | float() | Decimal():
                self._number(sheet, row, column, cell, style)
            case datetime():
                sheet.write_datetime(row, column, cell.replace(tzinfo=None), style or self._moment)
            case date():
                sheet.write_datetime(row, column, cell, style or self._date)
            case time():
                sheet.write_datetime(row, column, cell.replace(tzinfo=None), style or self._time)
            case str():
                sheet.write_string(row, column, str(defused(_writable(cell))), style)
            case _:
                raise TypeError(f"no cell can hold a {type(cell).__name__}")

    def content(self) -> bytes:
        """The finished workbook; nothing can be added afterwards."""
        self.workbook.close()
        return self._out.getvalue()

    def _number(self, sheet: Any, row: int, column: int, number: int | float | Decimal, style: Any) -> None:
        """A number with more digits than a workbook keeps is written as text, so that none of them is lost."""
        exact = Decimal(str(number))
        if not exact.is_finite():
            sheet.write_string(row, column, str(number), style)
        elif isinstance(number, float) or len(exact.normalize().as_tuple().digits) <= DIGITS:
            sheet.write_number(row, column, float(number), style)
        else:
            sheet.write_string(row, column, str(number), style)

    def _free_name(self, wanted: str) -> str:
        """A name that a sheet may bear and no other sheet bears."""
        taken = {sheet.name.lower() for sheet in self.workbook.worksheets()}
        plain = _NOT_IN_NAMES.sub(" ", wanted).strip(" '")[:31] or "Sheet"
        names = chain([plain], (f"{plain[:26]} ({number})" for number in range(2, 1_000)))
        return next(name for name in names if name.lower() not in taken)


def as_xlsx(header: Sequence[str], rows: Iterable[Sequence[Any]], *, sheet: str = "Sheet1") -> bytes:
    """Rows as a workbook of one sheet."""
    book = Book()
    book.sheet(sheet, header, rows)
    return book.content()


def _writable(text: str) -> str:
    """A text that a workbook can hold: without characters that XML has none for, and not too long."""
    return _NOT_IN_XML.sub("\ufffd", text)[: MOST_CHARACTERS - len(_MARK)]
