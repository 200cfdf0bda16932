"""Exports: no cell becomes a formula, numbers and dates stay what they are, and a chart can be drawn."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import load_workbook

from chassis.sheets_out import Book, as_csv, as_xlsx, defused, undefused

TRICKS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-2+3|cmd' /C calc'!A0"]


def read(content: bytes) -> list[list[Any]]:
    return [*load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)]


@pytest.mark.parametrize("trick", TRICKS)
def test_no_text_becomes_a_formula_in_any_format(trick: str) -> None:
    rows = list(csv.reader(io.StringIO(as_csv([trick], [[trick]]), newline="")))
    content = as_xlsx([trick], [[trick]])
    assert rows == [["'" + trick], ["'" + trick]]
    assert [str(row[0])[0] for row in read(content)] == ["'", "'"]
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert undefused(defused(trick)) == trick


@pytest.mark.parametrize("plain", ["-5", "-1,234.50", "-.5", "-12%", "a=b", "'", "", "'quoted'"])
def test_what_is_no_formula_is_left_alone(plain: str) -> None:
    assert defused(plain) == plain
    assert undefused(plain) == plain


def test_numbers_dates_and_truths_stay_what_they_are() -> None:
    then = datetime(2024, 2, 29, 13, 5, tzinfo=UTC)
    content = as_xlsx(list("abcdefgh"), [[5, -2.5, Decimal("10.25"), date(2024, 2, 29), then, True, None, "x"]])
    assert read(content)[1] == [5, -2.5, 10.25, date(2024, 2, 29), then.replace(tzinfo=None), True, "", "x"]


def test_a_number_with_more_digits_than_a_workbook_keeps_loses_none() -> None:
    content = as_xlsx(["exact"], [[Decimal("12345678901234567.89")], [10**20]])
    assert read(content)[1:] == [["12345678901234567.89"], [1e20]]


def test_what_no_cell_can_hold_is_cut_or_replaced_or_refused() -> None:
    content = as_xlsx(["a"], [["bell\x07 and half \ud83d"], ["x" * 40_000]])
    assert read(content)[1] == ["bell� and half �"]
    assert len(str(read(content)[2][0])) == 32_766
    with pytest.raises(TypeError):
        as_xlsx(["a"], [[object()]])


def test_sheets_with_bad_and_equal_names_all_open() -> None:
    book = Book()
    for name in ("Targets: 2024/25", "targets  2024 25", "Targets: 2024/25", "", "n" * 50):
        book.sheet(name, ["a"], [[1]])
    assert load_workbook(io.BytesIO(book.content())).sheet_names == [
        "Targets  2024 25",
        "targets  2024 25 (2)",
        "Targets  2024 25 (3)",
        "Sheet",
        "n" * 31,
    ]


def test_a_chart_can_be_drawn_over_the_cells_of_a_sheet() -> None:
    book = Book()
    sheet = book.sheet("Funnel", ["stage", "options"], [["identified", 9], ["verified", 3]], at_row=2, widths=[20, 9])
    book.write(sheet, 0, 0, "The funnel")
    chart = book.workbook.add_chart({"type": "bar"})
    chart.add_series({"categories": [sheet.name, 3, 0, 4, 0], "values": [sheet.name, 3, 1, 4, 1]})
    sheet.insert_chart("D2", chart)
    content = book.content()
    assert "xl/charts/chart1.xml" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert read(content)[0][0] == "The funnel"
    assert read(content)[2:] == [["stage", "options"], ["identified", 9], ["verified", 3]]
