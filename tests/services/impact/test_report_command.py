"""`openrecp report` against a system that runs behind a real door."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner, Result

from chassis.settings import Settings
from openrecp.cli import app
from openrecp.folder import DataFolder
from openrecp.house import init, open_house
from openrecp.listening import listen, serving


@dataclass
class Door:
    """Where the system answers, and the administrator's key."""

    url: str
    key: str

    async def report(self, *arguments: str, key: str | None = None) -> Result:
        options = ["--url", self.url, "--key", key or self.key]
        return await asyncio.to_thread(CliRunner().invoke, app, ["report", "programme", *arguments, *options])


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    settings = Settings(data=tmp_path / "data", pack="demo", port=0)
    with DataFolder(settings.data):
        made = await init(settings)
        opened = listen(settings)
        async with open_house(settings) as house, serving(house.gateway.app, opened):
            yield Door(f"http://{settings.host}:{opened.getsockname()[1]}", made["key"])
    opened.close()


def summary(file: Path) -> dict[Any, Any]:
    book = CalamineWorkbook.from_filelike(BytesIO(file.read_bytes()))
    return {row[0]: row[1] for row in book.get_sheet_by_name("Summary").to_python()}


async def test_a_report_is_written_where_it_says(door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "for the donor.xlsx"
    said = await door.report("GREEN-MILLS", "--period", "2025..2026", "-o", str(target))
    assert (said.exit_code, said.output) == (0, f"The report of GREEN-MILLS is in {target}\n")
    head = summary(target)
    assert (head["Code"], head["Period from"], head["Period until"]) == ("GREEN-MILLS", "2025-01-01", "2026-12-31")
    monkeypatch.chdir(tmp_path)
    told = json.loads((await door.report("GREEN-MILLS", "--json")).output)
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
        found = await door.report(*arguments)
        assert (found.exit_code, said in str(found.exception)) == (1, True), found.exception
    found = await door.report("GREEN-MILLS", key="orc_wrong")
    assert (found.exit_code, "401" in str(found.exception)) == (1, True)
    assert [each.name for each in tmp_path.iterdir()] == ["data"]
