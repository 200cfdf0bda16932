"""What the pages of imports make of the API's answer."""

from typing import Any

import pytest

from portal.imports.kinds import ASSESSMENTS, CLIENTS
from portal.imports.lists import unsettled
from portal.imports.results import ImportView, is_same_file, stated
from portal.imports.words import FIELDS, LABELS, ODDITIES, Names, Saying
from portal.words import words_of

NAMES = Names(words_of("en"), {"employees": "Employees"})


def _import(**facts: Any) -> dict[str, Any]:
    plain = {"state": "finished", "dry_run": False, "sender": "register", "refused": 0, "import_id": "1"}
    return {**plain, **facts}


def _file(name: str = "file", **facts: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "name": name,
        "sent_as": "a.csv",
        "sha256": None,
        "stated": {},
        "format": None,
        "encoding_guessed": False,
    }
    return {**plain, "columns": [], "refused": 0, **facts}


def _answer(**facts: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"total": None, "done": 0, "registered": 0, "already_there": 0, "cancel_asked": False}
    plain |= {"mapping_name": "m", "asked_at": "2026-11-25T00:00:00Z", "error": None, "sentence": None}
    plain |= {"files": [_file()], "oddities": [], "preview": [], "refused_rows": []}
    return _import(**{**plain, **facts})


def test_only_the_last_import_of_a_sender_waits_with_its_refused_rows() -> None:
    newest_first = [
        _import(import_id="running", state="running", sender="other"),
        _import(import_id="trial", dry_run=True, refused=5),
        _import(import_id="last", refused=2),
        _import(import_id="before", refused=7),
        _import(import_id="mended, then sent again", sender="third"),
        _import(import_id="sent before", sender="third", refused=3),
        _import(import_id="trial under way", state="queued", dry_run=True, sender="third"),
    ]
    assert [each["import_id"] for each in unsettled(newest_first)] == ["running", "last", "trial under way"]


@pytest.mark.parametrize(
    ("done", "total", "quarter"), [(0, None, 0), (0, 8, 0), (1, 8, 0), (2, 8, 1), (7, 8, 3), (8, 8, 4), (0, 0, 0)]
)
def test_what_is_read_out_changes_with_each_quarter(done: int, total: int | None, quarter: int) -> None:
    assert ImportView.of(_answer(done=done, total=total), CLIENTS, NAMES).quarter == quarter


@pytest.mark.parametrize(
    ("facts", "can"),
    [
        ({"dry_run": True}, True),
        ({"dry_run": True, "mapping_name": None}, False),
        ({"dry_run": True, "state": "failed"}, False),
        ({"dry_run": True, "state": "running"}, False),
        ({}, False),
    ],
)
def test_only_a_trial_that_ended_well_can_be_taken_in(facts: dict[str, Any], can: bool) -> None:
    assert ImportView.of(_answer(**facts), CLIENTS, NAMES).can_be_taken_in is can


def test_what_was_said_of_a_sheet_is_said_again() -> None:
    one = {"files": [_file(stated={"separator": "\t", "sheet": "May", "header_row": 3})]}
    assert stated(one, CLIENTS) == {"separator": "tab", "sheet": "May", "header_row": "3"}
    two = {
        "files": [
            _file("assessments", stated={"encoding": "utf-8", "sheet": "Plants"}),
            _file("recommendations", stated={"encoding": "utf-8", "sheet": "Advice"}),
        ]
    }
    assert stated(two, ASSESSMENTS) == {
        "encoding": "utf-8",
        "assessments_sheet": "Plants",
        "recommendations_sheet": "Advice",
    }


def test_a_file_that_was_never_read_is_not_the_same() -> None:
    trial = {"files": [_file(sha256="aa"), _file("other", sha256=None)]}
    assert is_same_file(trial, "file", "aa")
    assert not is_same_file(trial, "file", "bb")
    assert not is_same_file(trial, "other", "aa")


def test_what_stands_in_a_refused_row_is_the_cell_or_the_row() -> None:
    row = {"file": "file", "row": 4, "code": "x", "sentence": "No.", "values": {"No": "1", "Name": "Mill", "Size": " "}}
    answer = _answer(refused_rows=[row | {"column": "Name"}, row | {"column": "No + Name"}, row | {"column": ""}])
    (file,) = ImportView.of(answer, CLIENTS, NAMES).files
    assert [each.value for each in file.refused] == ["Mill", "1 · Mill", "1 · Mill"]
    empty = _answer(refused_rows=[row | {"column": "Size"}])
    assert ImportView.of(empty, CLIENTS, NAMES).files[0].refused[0].value == "–"


def test_a_preview_has_a_column_for_every_field_that_was_understood() -> None:
    rows = [
        {"file": "file", "row": 2, "outcome": "registered", "code": "", "sentence": "", "labels": ["output_zero"]},
        {"file": "file", "row": 3, "outcome": "refused", "code": "x", "sentence": "No.", "labels": []},
    ]
    values = [{"name": "Mill", "employees": None}, {"row_key": "7"}]
    answer = _answer(preview=[{**row, "values": of} for row, of in zip(rows, values, strict=True)])
    preview = ImportView.of(answer, CLIENTS, NAMES).files[0].preview
    assert preview.headings == ["Name", "Employees", "Key"]
    assert [each.values for each in preview.rows] == [["Mill", "–", "–"], ["–", "–", "7"]]
    assert [[said.words for said in each.remarks] for each in preview.rows] == [
        ["The output is zero and stays unknown."],
        ["No."],
    ]


def test_labels_fields_and_reasons_are_words() -> None:
    assert NAMES.field("extra.annual_sales") == "Annual sales"
    assert NAMES.oddity("province_in_lower_case") == "Province was put in capitals"
    assert NAMES.oddity("waste_water_unit_doubtful") == "waste water unit doubtful"
    assert all(NAMES.oddity(f"name_{ending}").startswith("Name ") for ending in ODDITIES)
    assert all(NAMES.oddity(label) == said for label, said in LABELS.items())
    assert all(NAMES.field(name) == said for name, said in FIELDS.items())
    assert NAMES.reason("file_is_empty", "Said with 5 figures.") == Saying("Said with 5 figures.")
    french = Names(words_of("fr"), {})
    assert french.reason("nobody_knows", "Said.") == Saying("Said.", "en")
    assert french.reason("file_is_empty", "Said.").language is None
