"""Workbooks: which sheet and header is read, what becomes of each kind of cell, and what is said about it."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from chassis.imports.mappings import Reading, Take
from chassis.imports.rows import Row, RowIsBad
from chassis.imports.sheets import Sheet
from chassis.imports.workbooks import figure
from chassis.jobs import JobFailed
from tests.kit.workbooks import bent, table, workbook


def _rows(content: bytes, **stated: Any) -> list[Row]:
    return list(Sheet(content, name="list.xlsx", **stated).rows())


def _failure(content: bytes, name: str = "list.xlsx", **stated: Any) -> JobFailed:
    with pytest.raises(JobFailed) as failed:
        Sheet(content, name=name, **stated).survey()
    assert failed.value.sentence.endswith(".")
    return failed.value


def test_each_kind_of_cell_becomes_the_text_its_sender_saw() -> None:
    then = datetime(2024, 1, 5, 8, 30)  # noqa: DTZ001  a cell has no zone
    header = ["code", "share", "big", "day", "moment", "time", "long", "open", "text", "none"]
    cells = [312345678, 0.1 + 0.2, 1.5e15, date(2024, 1, 5), then, time(8, 30), timedelta(hours=36), True, "007", None]

    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, header)
        forms = {3: "dd/mm/yyyy", 4: "dd/mm/yyyy hh:mm", 5: "hh:mm", 6: "[h]:mm"}
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(1, column, cell)
            elif column in forms:
                sheet.write_datetime(1, column, cell, made.add_format({"num_format": forms[column]}))
            elif cell is not None:
                sheet.write(1, column, cell)

    (row,) = _rows(workbook(fill))
    assert [row.cells[name] for name in header] == [
        "312345678",
        "0.3",
        "1500000000000000",
        "2024-01-05",
        "2024-01-05T08:30:00",
        "08:30:00",
        "36:00:00",
        "true",
        "007",
        "",
    ]
    assert row.number == 2
    assert row.kinds == {
        "code": "number",
        "share": "number",
        "big": "number",
        "day": "date",
        "moment": "date",
        "time": "time",
        "long": "time",
        "open": "truth",
    }


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (5.0, "5"),
        (-2.50, "-2.5"),
        (1e-7, "0.0000001"),
        (0.1 + 0.2, "0.3"),
        (1e18, "1000000000000000000"),
        (-0.0, "0"),
    ],
)
def test_a_number_is_told_without_exponent_and_without_the_dust_of_floats(number: float, text: str) -> None:
    assert figure(number) == text


def test_a_cell_that_shows_an_error_is_not_taken_for_an_empty_one() -> None:
    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["id", "name", "other"])
        sheet.write_row(1, 0, ["1", "a"])
        sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
        sheet.write_row(2, 0, ["2", "b", "c"])

    bad, good = _rows(workbook(fill))
    assert (bad.cells["other"], good.cells["other"]) == ("#DIV/0!", "c")
    reading = Reading(bad, {})
    assert reading.text("name", Take(column="name")) == "a"  # what is not read does no harm
    with pytest.raises(RowIsBad) as refused:
        reading.text("size", Take(column="other"))
    assert (refused.value.fault.code, refused.value.fault.column) == ("cell_shows_an_error", "other")
    assert reading.text("size", Take(column="other", unknown=("#DIV/0!",))) is None


def test_the_first_visible_sheet_is_read_unless_another_is_named() -> None:
    def fill(made: Any) -> None:
        made.add_worksheet("Notes").hide()
        for name in ("Plants", "Other"):
            made.add_worksheet(name).write_column(0, 0, ["id", f"of {name}"])
        made.get_worksheet_by_name("Plants").set_first_sheet()
        made.get_worksheet_by_name("Plants").activate()

    content = workbook(fill)
    survey = Sheet(content, name="a.xlsx").survey()
    assert (survey.format, survey.sheet, survey.sheets) == ("xlsx", "Plants", ("Notes", "Plants", "Other"))
    assert survey.remarks == ("the sheet Plants was read; there are also: Notes, Other",)
    assert _rows(content)[0].cells == {"id": "of Plants"}
    assert _rows(content, sheet=" other ")[0].cells == {"id": "of Other"}
    unknown = _failure(content, sheet="Prices")
    assert (unknown.code, "Notes, Plants, Other" in unknown.sentence) == ("sheet_is_unknown", True)
    assert _failure(b"id\n1\n", name="a.csv", sheet="Other").code == "file_has_no_sheets"


def test_titles_above_the_header_are_passed_over_where_the_mapping_knows_its_columns() -> None:
    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        sheet.merge_range("A1:C1", "List of companies")
        sheet.merge_range("B4:C4", "name")
        sheet.write("A4", "id")
        sheet.write_row(4, 0, ["01", "Mill", "x"])

    content = workbook(fill)
    sheet = Sheet(content, name="a.xlsx", wanted=("id", "name"))
    survey = sheet.survey()
    assert (survey.header_row, survey.columns, survey.rows) == (4, ("id", "name", "column 3"), 1)
    assert survey.remarks == ("the header joins cells (B4:C4): only the first of them bears its name",)
    assert [(row.number, row.cells["id"]) for row in sheet.rows()] == [(5, "01")]
    assert Sheet(content, name="a.xlsx", header_row=4).survey().columns == ("id", "name", "column 3")
    assert _failure(content, header_row=2).code == "header_is_not_there"


def test_a_table_that_begins_elsewhere_keeps_its_rows_and_columns() -> None:
    def fill(made: Any) -> None:
        sheet = made.add_worksheet()
        sheet.write_row(3, 2, ["id", "name"])
        sheet.write_row(6, 2, ["1"])

    (row,) = _rows(workbook(fill))
    assert (row.number, row.cells["id"], row.cells["name"], row.fault) == (7, "1", "", None)


def test_cells_beyond_the_header_are_no_part_of_the_table() -> None:
    (row,) = _rows(table([["id", "name"], ["1", "a", None, "remark"]]))
    assert row.fault is not None
    assert (row.fault.code, row.cells["beyond 1"]) == ("row_is_ragged", "remark")


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), "a.xlsx", "file_is_no_workbook"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a.xlsx", "file_is_a_web_page"),
        (b"\xef\xbb\xbf \n<!DOCTYPE html><html></html>", "a.csv", "file_is_a_web_page"),
        (b"<?xml version='1.0'?><Workbook/>", "a.xls", "file_is_a_web_page"),
        (b"id,name\n1,a\n", "a.xlsx", "file_is_no_workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls", "workbook_is_old"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "a.xlsx",
            "workbook_is_protected",
        ),
        (table([["id"], ["1"]]), "a.csv", "file_is_a_workbook"),
        (table([["id"], ["1"]])[:-300], "a.xlsx", "workbook_is_broken"),
        (b"PK\x03\x04" + bytes(900), "a.xlsx", "workbook_is_broken"),
        (table([["id"]]), "a.xlsx", "file_has_no_rows"),
        (table([]), "a.xlsx", "file_is_empty"),
        (bent(sheet=b"<worksheet><sheetData><row>"), "a.xlsx", "workbook_is_broken"),
        (table([["id", "id"], ["1", "2"]]), "a.xlsx", "header_stands_twice"),
    ],
)
def test_what_only_bears_the_name_of_a_workbook_is_refused_as_a_whole(content: bytes, name: str, code: str) -> None:
    assert _failure(content, name).code == code


def _reading(text: str, **kinds: str) -> Reading:
    return Reading(Row(2, {"c": text}, kinds=kinds), {})


def _fault(reading: Reading, **take: Any) -> str:
    with pytest.raises(RowIsBad) as refused:
        reading.code("tax_code", Take.model_validate({"column": "c", **take}))
    return refused.value.fault.code


def test_a_code_that_lost_the_zeros_at_its_beginning_is_refused_by_its_width() -> None:
    assert _reading("0312345678").code("tax_code", Take.model_validate({"column": "c", "width": 10})) == "0312345678"
    assert _fault(_reading("312345678", c="number"), width=10) == "code_has_another_width"
    assert _fault(_reading("312345678"), width=[10, 13]) == "code_has_another_width"  # as CSV lost it


def test_a_code_that_came_as_a_number_is_kept_and_said() -> None:
    reading = _reading("312345678", c="number")
    assert reading.code("tax_code", Take(column="c")) == "312345678"
    assert reading.labels == ["tax_code_was_a_number"]
    text = _reading("312345678")
    assert (text.code("tax_code", Take(column="c")), text.labels) == ("312345678", [])


def test_a_code_longer_than_a_workbook_keeps_is_refused() -> None:
    assert _fault(_reading("1234567890123450000", c="number")) == "code_lost_its_digits"
    assert _reading("1234567890123456789").code("tax_code", Take(column="c")) == "1234567890123456789"


@pytest.mark.parametrize("trick", ["\u202e", "\u200b", "\u2066", "\u00ad", "\ufeff", "\U000e0041", "\u200f"])
def test_what_nobody_sees_is_refused_in_codes_and_kept_in_names(trick: str) -> None:
    assert _fault(_reading(f"03{trick}12")) == "code_has_hidden_characters"
    assert _reading(f"Nhà{trick} máy").text("name", Take(column="c")) == f"Nhà{trick} máy"


def test_keys_refuse_a_change_of_direction_and_say_what_they_left_out() -> None:
    take = Take(column="c")
    with pytest.raises(RowIsBad):
        _reading("A\u202e1").require_key("row_key", take)
    reading = _reading("A\u200b1")
    reading.require_key("row_key", take)
    assert (reading.key(take), reading.labels) == ("A1", ["row_key_has_hidden_characters"])
    assert _reading("#REF!").key(take) == "#REF!"
    with pytest.raises(RowIsBad):
        _reading("#REF!").require_key("row_key", take)


def test_a_number_of_a_workbook_is_read_as_one_whatever_the_sender_s_decimal_mark() -> None:
    reading = _reading("1.5", c="number")
    assert str(reading.number("area", Take(column="c", decimal=","))) == "1.5"
    assert reading.understood == {"area": "1.5"}
