"""`python -m bench.write`: docs/performance.md anew from docs/performance.json, with what each figure has to say."""

import json
import sys
from pathlib import Path
from typing import Any

from bench.figures import FIGURES, PEERS, figure

DOCS = Path(__file__).resolve().parent.parent / "docs"
QUIET = 1.0
"""A machine with more at work than this measures its other work."""
HEAD = """# What it costs

Written by `python -m bench.write` from docs/performance.json, which `make bench` brings up to date; the words beside
the figures stand in `bench/`, one file per figure. What is measured has a core for itself; its database and whoever
asks share the other. Value and limit take turns in the same run, and the ratio is the median of the rounds' ratios.
Ratios and CPU microseconds per operation (user and system time of all processes of a part, from /proc) hold better
from machine to machine than rates do.
"""


def page(known: dict[str, Any]) -> str:
    """The whole page."""
    facts = known["machine"]
    parts = [HEAD]
    parts.append(
        f"Measured on {facts['cores']} cores ({facts['cpu']}), {facts['memory_gb']} GB, {facts['system']}, "
        f"Python {facts['python']}.\n"
    )
    results = known["results"]
    met = sum(row["met"] for row in results)
    parts.append(f"{met} of {len(results)} judged figures meet their target.\n")
    parts += [_section(name, known) for name in (*FIGURES, *PEERS)]
    return "\n".join(part for part in parts if part)


def _section(name: str, known: dict[str, Any]) -> str:
    results = [row for row in known["results"] if row["figure"] == name]
    info = [row for row in known["info"] if row["figure"] == name]
    if not results and not info:
        return ""
    told = figure(name)
    when = known["measured"][name]
    busy = when["load"] > QUIET
    warning = " **The machine was busy with other work: nothing of this is to be quoted.**" if busy else ""
    said = (
        f"`python -m bench {name}`, {when['rounds']} rounds on {when['on']}, load before it {when['load']:g}.{warning}"
    )
    lines = [f"## {told.title}", "", said, ""]
    if results:
        lines += [
            "| figure | value | limit | ratio | target | | CPU us each | of the limit |",
            "|---|---|---|---|---|---|---|---|",
            *(_row(row) for row in results),
            "",
        ]
    if info:
        lines += ["| beside it | value | |", "|---|---|---|", *(_beside(row) for row in info), ""]
    return "\n".join([*lines, told.words.strip(), ""])


def _row(row: dict[str, Any]) -> str:
    limit = "" if row["limit"] is None else f"{_shown(row['limit'])} ({row['limit_is']})"
    bound = "at most" if row["at_most"] else "at least"
    cells = [
        row["name"],
        f"{_shown(row['value'])} {row['unit']}",
        limit,
        "" if row["ratio"] is None else f"**{row['ratio']:.2f}**",
        f"{bound} {row['target']:g}",
        "met" if row["met"] else "**missed**",
        _shown(row["cpu_us"]),
        _shown(row["limit_cpu_us"]),
    ]
    return "| " + " | ".join(cells) + " |"


def _beside(row: dict[str, Any]) -> str:
    return f"| {row['name']} | {_shown(row['value'])} {row['unit']} | {row['words']} |"


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.2f}".rstrip("0").rstrip(".")


def main() -> None:
    """Write the page, or with --check say whether it is what would be written."""
    known = json.loads((DOCS / "performance.json").read_text(encoding="utf-8"))
    place, text = DOCS / "performance.md", page(known)
    if "--check" in sys.argv:
        if place.read_text(encoding="utf-8") != text:
            sys.exit("docs/performance.md is not what its figures say: python -m bench.write")
        return
    place.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
