"""`openrecp export dhis2` into a drop folder, against a system that runs behind a real door."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from chassis.settings import ROOT
from openrecp.placing import place
from tests.services.impact.doors import Door

MAPPING = """
sender = "ministry"
[dhis2]
data_set = "RecpDataSet"
org_unit = "SundaraLand"
[[dhis2.figures]]
figure = "companies"
stage = "registered"
data_element = "DEregistere"
"""


async def test_the_payload_lies_in_the_drop_folder_and_is_replaced_when_made_again(door: Door, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    target = folder / "dhis2-ministry-dhis2-2025.json"
    for _ in range(2):
        said = await door.run("export", "dhis2", "--mapping", "ministry-dhis2", "--period", "2025", "--to", str(folder))
        assert (said.exit_code, said.output.splitlines()[0]) == (0, f"23 figures of 2025 are in {target}")
        assert [each.name for each in folder.iterdir()] == [target.name]
    payload = json.loads(target.read_text(encoding="utf-8"))
    assert (payload["dataSet"], payload["period"], len(payload["dataValues"])) == ("RecpDataSet", "2025", 23)


async def test_a_mapping_may_be_a_file(door: Door, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(MAPPING, encoding="utf-8")
    arguments = ("export", "dhis2", "--mapping", str(file), "--period", "2025", "--to", str(tmp_path), "--json")
    said = json.loads((await door.run(*arguments)).output)
    assert (said["figures"], said["file"]) == (1, str(tmp_path / "dhis2-mine-2025.json"))


async def test_what_is_not_mapped_writes_nothing_and_is_named(door: Door, tmp_path: Path) -> None:
    file, folder = tmp_path / "mine.toml", tmp_path / "drop"
    folder.mkdir()
    file.write_text(MAPPING + '[dhis2.indicators]\nwater_m3 = "DEwaterImpl"\n', encoding="utf-8")
    arguments = ("export", "dhis2", "--mapping", str(file), "--period", "2025", "--to", str(folder))
    dry = await door.run(*arguments, "--dry-run")
    assert dry.exit_code == 1
    assert "Programme GREEN-MILLS (Green Mills) stands nowhere under [dhis2.programmes]." in dry.output
    assert "Indicator energy_mj (Energy saved a year) stands nowhere under [dhis2.indicators]." in dry.output
    refused = await door.run(*arguments)
    assert (refused.exit_code, "codes_are_not_mapped" in str(refused.exception)) == (1, True)
    assert list(folder.iterdir()) == []


async def test_what_cannot_be_had_is_told_in_words(door: Door, tmp_path: Path) -> None:
    for arguments, said in (
        (("--mapping", "nobody", "--period", "2025"), "422 mapping_is_unknown"),
        (("--mapping", "ministry-dhis2", "--period", "2025Q1"), "422 period_is_no_year"),
        (("--mapping", "ministry-dhis2", "--period", "2025", "--to", str(tmp_path / "no")), "cannot be written"),
        (("--mapping", "not-there.toml", "--period", "2025"), "not-there.toml"),
    ):
        found = await door.run("export", "dhis2", *arguments)
        assert (found.exit_code, said in str(found.exception)) == (1, True), found.exception
    found = await door.run("export", "dhis2", "--mapping", "ministry-dhis2", "--period", "2025", key="orc_wrong")
    assert (found.exit_code, "401" in str(found.exception)) == (1, True)


SHORT_OF_ROOM = """
import os, resource, sys
from pathlib import Path
from openrecp.placing import CannotBeWritten, place
os.umask(0o022)
place(Path(sys.argv[1]), b"whole")
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000))
try:
    place(Path(sys.argv[1]), b"x" * 10_000)
except CannotBeWritten as fault:
    print(fault)
"""


def test_a_file_that_does_not_fit_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-c", SHORT_OF_ROOM, str(target)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "cannot be written: File too large" in done.stdout
    assert (target.read_bytes(), [each.name for each in tmp_path.iterdir()]) == (b"whole", ["figures.json"])
    assert target.stat().st_mode & 0o777 == 0o644  # another system's account reads it


def test_who_watches_the_folder_never_sees_half_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    written = os.fsync

    def look(file: int) -> None:
        seen.extend(each.suffix for each in tmp_path.iterdir())
        written(file)

    monkeypatch.setattr(os, "fsync", look)
    place(tmp_path / "figures.json", b"whole")
    assert seen == [""]
