"""`make security-report`: plays the tests of the walls and prints each figure they counted with its denominator."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chassis.settings import ROOT

TESTS = ("tests/walls", "tests/unit/chassis/test_outside.py")
IN_A_BROWSER = "tests/browser/test_hostile_words.py"
PAGE = ROOT / "docs" / "security.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
Line = dict[str, Any]


def main() -> int:
    """Play, print, and with --write keep the table in docs/security.md."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="keep the table in docs/security.md")
    options.add_argument("--without-browser", action="store_true", help="leave out the scripts stored for a browser")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "figures.jsonl"
        codes = [_play(TESTS, file)]
        if not chosen.without_browser:
            codes.append(_play((IN_A_BROWSER,), file))
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
    table = as_table(lines)
    print(table)
    missed = [line["name"] for line in lines if not is_met(line)]
    for name in missed:
        print(f"not met: {name}")
    if chosen.write and not missed and not any(codes):
        keep(table)
    return max(codes) or int(bool(missed) or not lines)


def _play(tests: tuple[str, ...], file: Path) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "--show-capture=no", *tests]
    played = subprocess.run(command, cwd=ROOT, env={**os.environ, "OPENRECP_FIGURES": str(file)}, check=False)
    return played.returncode


def is_met(line: Line) -> bool:
    """Whether a figure is what was wanted of it."""
    wanted, seen = line["wanted"], line["seen"]
    if isinstance(wanted, str):
        words, _, number = wanted.rpartition(" ")
        return bool(seen >= float(number)) if words == "at least" else bool(seen <= float(number))
    return bool(seen == wanted)


def as_table(lines: list[Line]) -> str:
    """The figures as a table of Markdown, a figure of several tests or processes once."""
    rows = ["| figure | seen | of | wanted |", "|---|---|---|---|"]
    for line in {line["name"]: line for line in lines}.values():
        of = "" if line["of"] is None else f"{line['of']:,}"
        wanted = line["wanted"] if isinstance(line["wanted"], str) else f"{line['wanted']:,}"
        rows.append(f"| {line['name']} | {line['seen']:,} | {of} | {wanted} |")
    return "\n".join(rows)


def keep(table: str) -> None:
    """Put the table where docs/security.md has its last one."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    after = rest.partition(END)[2]
    on = datetime.now(UTC).date().isoformat()
    PAGE.write_text(f"{before}{BEGIN}\nLast seen on {on}:\n\n{table}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
