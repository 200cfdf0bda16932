"""docs/operations.md and the units for systemd say what the program really understands."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import typer

from chassis.settings import ROOT, Settings
from gateway.settings import DoorSettings
from openrecp.backup_postgres import BackupSettings
from openrecp.cli import app
from openrecp.serve import ProcessSettings

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
UNITS = ROOT / "deploy" / "systemd"
CODE = re.findall(r"^ {4,}(.*)$|`([^`\n]+)`", PAGE, re.MULTILINE)
COMMANDS = sorted(
    {
        found
        for line in CODE
        for found in re.findall(r"(?<![/\w.-])openrecp ([a-z][^`#|]*)", "".join(line))
        if ".timer" not in found
    }
)


def _unknown(words: list[str]) -> list[str]:
    """What the program would refuse of a command, but for the values."""
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    if hasattr(command, "commands") and words:
        return words[:1]
    options = {name for each in command.params for name in each.opts}
    return [word for word in words if word.startswith("--") and word not in options]


def test_the_page_shows_commands() -> None:
    assert len(COMMANDS) > 15


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_is_understood_as_it_is_written(command: str) -> None:
    assert _unknown(command.replace(";", " ;").split(" ;")[0].split()) == []


def test_a_command_that_is_not_there_is_found() -> None:
    assert _unknown(["bakcup", "x"]) == ["bakcup"]
    assert _unknown(["backup", "x", "--data", "y", "--force"]) == ["--force"]
    assert _unknown(["failed-deliveries", "drive", "matching"]) == ["drive"]


def test_every_setting_named_is_one() -> None:
    known = {
        f"{(cls.model_config.get('env_prefix') or '')}{name}".upper()
        for cls in (Settings, DoorSettings, ProcessSettings, BackupSettings)
        for name in cls.model_fields
    } | {"OPENRECP_KEY", "OPENRECP_URL"}  # of the command line
    named = {name.partition("__")[0] for name in re.findall(r"OPENRECP_[A-Z_]*[A-Z]", PAGE)}
    assert sorted(named - known) == []


def test_every_link_inside_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert sorted(set(re.findall(r"\]\(#([\w-]+)\)", PAGE)) - anchors) == []
    elsewhere = [link.partition("#")[0] for link in re.findall(r"\]\(([^#)][^)]*)\)", PAGE)]
    assert [link for link in elsewhere if not (ROOT / "docs" / link).exists()] == []


def test_the_units_are_units_and_close_the_machine_to_the_process(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze here")
    for unit in UNITS.iterdir():  # of programs that are not installed here it would only say that
        text = unit.read_text(encoding="utf-8").replace("/opt/openrecp/.venv/bin/openrecp", "/bin/true")
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run([analyze, "verify", *tmp_path.iterdir()], capture_output=True, text=True, check=False)
    assert [line for line in done.stderr.splitlines() if "openrecp" in line] == []
    measured = [analyze, "security", "--offline=true", "--threshold=20", str(tmp_path / "openrecp.service")]
    done = subprocess.run(measured, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-300:]
