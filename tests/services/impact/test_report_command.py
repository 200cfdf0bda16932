"""`openrecp report` against a system that runs behind a real door."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.services.impact.doors import Door


def summary(file: Path) -> dict[Any, Any]:
    book = CalamineWorkbook.from_filelike(BytesIO(file.read_bytes()))
    return {row[0]: row[1] for row in book.get_sheet_by_name("Summary").to_python()}


async def test_a_report_is_written_where_it_says(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "for the donor.xlsx"
    said = await door.run("report", "programme", "GREEN-MILLS", "--period", "2025..2026", "-o", str(target))
    assert (said.exit_code, said.output) == (0, f"The report of GREEN-MILLS is in {target}\n")
    head = summary(target)
    assert (head["Code"], head["Period from"], head["Period until"]) == ("GREEN-MILLS", "2025-01-01", "2026-12-31")
    monkeypatch.chdir(tmp_path)
    told = json.loads((await door.run("report", "programme", "GREEN-MILLS", "--json")).output)
    assert (told["file"], told["period"]) == ("report-GREEN-MILLS.xlsx", None)
    assert summary(tmp_path / told["file"])["Period from"] == "the beginning"


async def test_what_cannot_be_had_is_told_and_leaves_what_was_there(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, said in (
        (("NOBODY-HEARD-OF-IT",), "404 not_found"),
        (("GREEN-MILLS", "--period", "2026..2025"), "422 period_runs_backwards"),
        (("GREEN-MILLS", "--period", "this year"), "422 body_is_invalid"),
        (("GREEN-MILLS", "-o", "no/such/folder/report.xlsx"), "no/such/folder/report.xlsx cannot be written"),
    ):
        found = await door.run("report", "programme", *arguments)
        assert (found.exit_code, said in str(found.exception)) == (1, True), found.exception
    found = await door.run("report", "programme", "GREEN-MILLS", key="orc_wrong")
    assert (found.exit_code, "401" in str(found.exception)) == (1, True)
    assert [each.name for each in tmp_path.iterdir()] == ["data"]
