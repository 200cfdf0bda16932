"""A command that takes long shows that it is at work: on a terminal, and not where its output is read by programs."""

import os
import pty
import subprocess
from pathlib import Path

from chassis.settings import ROOT, Settings
from tests.kit.program import COMMAND, new_deployment, run


def test_a_backup_shows_a_bar_on_a_terminal_only(tmp_path: Path) -> None:
    new_deployment(Settings(data=tmp_path / "data"))
    command = ["backup", "--data", str(tmp_path / "data")]
    terminal, inner = pty.openpty()
    asked = [*COMMAND, *command, str(tmp_path / "one.tar.gz")]
    told = subprocess.run(asked, cwd=ROOT, env=os.environ | {"TERM": "xterm"}, stderr=inner, check=True, timeout=60)
    os.close(inner)
    assert told.returncode == 0
    assert "Copying into" in os.read(terminal, 100_000).decode()  # the rest may be cut to the width of the terminal
    os.close(terminal)
    piped = run(*command, str(tmp_path / "two.tar.gz"))
    assert (piped.returncode, piped.stderr) == (0, "")
