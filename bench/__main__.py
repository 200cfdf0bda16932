"""`python -m bench`: every figure, or those named; `--json` prints one object, `--keep` brings docs/performance.json up
to date with what was measured."""

import asyncio
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.figures import FIGURES, PACKAGES, PEERS, figure
from bench.harness import LEAST_ROUNDS, Plan, Report, Result, machine
from bench.processes import absent
from chassis.telemetry import configure_logs

KEPT = Path(__file__).resolve().parent.parent / "docs" / "performance.json"
SOMETHING_MISSING = 3


def main(
    names: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(FIGURES)}, and {', '.join(PEERS)}.")] = None,
    rounds: Annotated[int, typer.Option(help="In which value and limit take turns.")] = LEAST_ROUNDS,
    seconds: Annotated[float, typer.Option(help="Of each interval.")] = 5.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="One object on standard output, the rest on the other.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Also into docs/performance.json, where the other figures stay.")
    ] = False,
) -> None:
    """Measure. Exit code 3 if something that a figure needs is missing on this machine."""
    configure_logs("warning")
    tell = (lambda line: print(line, file=sys.stderr)) if as_json else print
    found: dict[str, Any] = {"machine": machine(), "results": [], "info": [], "missing": []}
    loads: dict[str, float] = {}
    for name in names or FIGURES:
        loads[name] = round(os.getloadavg()[0], 1)
        _add(found, name, _measured(name, rounds, seconds, tell, found["missing"]))
    if keep:
        _keep(found, rounds, loads)
    if as_json:
        print(json.dumps(found, indent=1))
    for line in found["missing"]:
        tell(f"NOT MEASURED: {line}")
    sys.exit(SOMETHING_MISSING if found["missing"] else 0)


def _measured(name: str, rounds: int, seconds: float, tell: Any, missing: list[str]) -> Report:
    wanted = figure(name)
    lacking = absent(wanted.needs)
    if lacking:
        packages = " ".join(sorted({PACKAGES.get(each, each) for each in lacking}))
        missing.append(f"{name} needs {', '.join(lacking)}: apt-get install -y {packages}")
        return Report()
    tell(f"{name}: {wanted.title}")
    with tempfile.TemporaryDirectory(prefix="openrecp-bench-") as folder:
        report = asyncio.run(wanted.measure(Plan(Path(folder), rounds, seconds, tell)))
    for result in report.results:
        tell(_said(result))
    for info in report.info:
        tell(f"  {info.name}: {info.value:,.2f} {info.unit} {info.words}".rstrip())
    return report


def _said(result: Result) -> str:
    value = f"{result.value:,.2f} {result.unit}"
    if result.limit is not None:
        value += f", limit {result.limit:,.2f} ({result.limit_is}), ratio {result.ratio:.2f}"
    if result.cpu_us is not None:
        value += f", CPU {result.cpu_us:,.0f} us each"
        value += f" beside {result.limit_cpu_us:,.0f}" if result.limit_cpu_us is not None else ""
    bound = "at most" if result.at_most else "at least"
    return f"  {result.name}: {value}; {bound} {result.target:g}: {'MET' if result.met else 'MISSED'}"


def _add(found: dict[str, Any], name: str, report: Report) -> None:
    results, info = report.as_rows(name)
    found["results"] += results
    found["info"] += info


def _keep(found: dict[str, Any], rounds: int, loads: dict[str, float]) -> None:
    """Put what was measured in the place of what was known of the same figures."""
    known = (
        json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {"results": [], "info": [], "measured": {}}
    )
    now = {row["figure"] for row in found["results"] + found["info"]}
    day = datetime.now(UTC).date().isoformat()
    order = [*FIGURES, *PEERS]
    for kind in ("results", "info"):
        rows = [row for row in known[kind] if row["figure"] not in now] + found[kind]
        known[kind] = sorted(rows, key=lambda row: order.index(row["figure"]))
    measured = known["measured"] | {name: {"on": day, "rounds": rounds, "load": loads[name]} for name in now}
    whole = {"machine": found["machine"], "measured": measured, "results": known["results"], "info": known["info"]}
    KEPT.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
