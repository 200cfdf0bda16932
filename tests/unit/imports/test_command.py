"""The command line's import against a system that runs behind a real door."""

import asyncio
import csv
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import typer
from python_calamine import load_workbook

from chassis.settings import ROOT, Settings
from openrecp import import_real
from openrecp.folder import DataFolder
from openrecp.house import init, open_house
from openrecp.importing import ALL_IN, FAILED, SOME_REFUSED, import_files
from openrecp.listening import listen, serving
from openrecp.remote import AskedInVain, nobody_answers
from tests.kit.workbooks import table

MAPPING = (
    'sender = "register"\n[clients]\nrow_key = "No"\nname = "Name"\ncountry = { constant = "XA" }\nprovince = "P"\n'
)
GOOD = "No,Name,P\n1,Rice Mill,XA-R\n2,Weaving,XA-N\n"


@dataclass
class Door:
    """Where the system answers, and the administrator's key."""

    url: str
    key: str
    folder: Path

    async def brings(self, text: str, mapping: str | None = None, **options: Any) -> int:
        """The exit code of importing a file with this text."""
        file, rules = self.folder / "register.csv", self.folder / "register.toml"
        await asyncio.to_thread(file.write_text, text, encoding="utf-8")
        await asyncio.to_thread(rules.write_text, MAPPING, encoding="utf-8")
        given = mapping or str(rules)
        return await asyncio.to_thread(import_files, self.url, self.key, "clients", [file], given, **options)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    settings = Settings(data=tmp_path / "data", pack="demo", port=0)
    with DataFolder(settings.data):
        made = await init(settings)
        opened = listen(settings)
        async with open_house(settings) as house, serving(house.gateway.app, opened):
            yield Door(f"http://{settings.host}:{opened.getsockname()[1]}", made["key"], tmp_path)
    opened.close()


async def test_a_file_is_brought_in_and_its_end_told_in_words_or_json(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await door.brings(GOOD, dry_run=True) == ALL_IN
    assert "this is what would happen" in capsys.readouterr().out
    assert await door.brings(GOOD) == ALL_IN
    assert "2 rows registered, 0 already there, 0 refused." in capsys.readouterr().out
    assert await door.brings(GOOD, as_json=True) == ALL_IN
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["state"], told["already_there"]) == ("finished", 2)

    bad = GOOD + "3,Nowhere,XA-Z\n4,Sugar Works,XA-C\n"
    assert await door.brings(bad, as_json=True) == SOME_REFUSED
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["refused_rows"] == str(door.folder / "register.refused.csv")
    (refused,) = csv.DictReader(Path(told["refused_rows"]).read_text(encoding="utf-8").splitlines())
    assert (refused["row"], refused["column"], refused["code"]) == ("4", "P", "province_is_unknown")

    assert await door.brings("No,Name\n1") == FAILED
    assert "The file breaks off in row 2" in capsys.readouterr().out
    with pytest.raises(AskedInVain, match="mapping_is_unknown"):
        await door.brings(GOOD, mapping="nobody-ships-this")
    door.key = "orc_wrong"
    with pytest.raises(AskedInVain, match="401"):
        await door.brings(GOOD)


async def test_a_workbook_is_previewed_by_a_saved_mapping_and_its_refused_rows_are_one_too(
    door: Door, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"name": "our-register", "mapping": MAPPING}
    headers = {"Authorization": f"Bearer {door.key}"}
    async with httpx2.AsyncClient(base_url=door.url, headers=headers, trust_env=False) as http:
        assert (await http.post("/v1/client-import-mappings", json=body)).status_code == 201
    file = door.folder / "register.xlsx"
    await asyncio.to_thread(file.write_bytes, table([["No", "Name", "P"], ["1", "Mill", "XA-R"], ["2", "Far", "XA-Z"]]))
    command = [sys.executable, "-m", "openrecp", "import", "clients", str(file), "--mapping", "our-register"]
    command += ["--preview", "--url", door.url, "--key", door.key]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == SOME_REFUSED, done.stderr
    assert "file (xlsx, sheet Sheet1): No, Name, P" in done.stdout
    assert "file row 2: registered: row_key = 1, name = Mill, country = XA, province = XA-R" in done.stdout
    assert "file row 3: refused (P: " in done.stdout
    assert f"Refused rows: {door.folder / 'register.refused.xlsx'}" in done.stdout
    back = load_workbook(door.folder / "register.refused.xlsx").get_sheet_by_index(0).to_python()
    assert back[1][:5] == ["2", "Far", "XA-Z", 3, "P"]


def test_without_a_system_it_says_so(tmp_path: Path) -> None:
    file = tmp_path / "register.csv"
    file.write_text(GOOD, encoding="utf-8")
    with pytest.raises(AskedInVain, match="is it up"):
        import_files("http://127.0.0.1:9", "orc_x", "clients", [file], "iac")


def test_who_named_no_address_is_told_how_to_name_one() -> None:
    assert "--url or OPENRECP_URL" in nobody_answers("http://127.0.0.1:8080", "ConnectError")
    assert nobody_answers("http://centre.example:81", "ConnectError") == (
        "No system answers at http://centre.example:81 (ConnectError): is it up?"
    )


def test_without_the_real_data_the_comparison_fails_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as left:
        import_real.main(tmp_path)
    assert left.value.exit_code == 1
    assert "The real data is not at" in capsys.readouterr().err
