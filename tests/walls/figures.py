"""What a test of the walls has counted: printed, and kept for the report where OPENRECP_FIGURES names a file."""

import json
import os
from pathlib import Path


def figure(name: str, seen: int | float, of: int | float | None, wanted: int | float | str) -> None:
    """Keep one line: `seen` of `of` (None where a figure has no denominator), and what is `wanted` of it.

    `wanted` is the number that `seen` has to be, or words such as "at least 0.7" or "at most 10".
    """
    file = os.environ.get("OPENRECP_FIGURES")
    line = json.dumps({"name": name, "seen": seen, "of": of, "wanted": wanted})
    print(f"figure: {line}")
    if file:
        with Path(file).open("a", encoding="utf-8") as lines:
            lines.write(f"{line}\n")
