"""`python -m tests.chaos short`: the crash proof, at a length of your choice."""

import asyncio
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from chassis.telemetry import configure_logs
from deploy.local.postgres import NoServer, binaries
from deploy.local.topology import missing
from tests.chaos.planting import plant
from tests.chaos.scenes import played
from tests.chaos.storm import CALM, LONG, PROBE, SHORT, Form, Storm
from tests.kit.kafka import Broker, NoBroker

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
Seed = Annotated[int, typer.Option(help="0 draws one.")]
Keep = Annotated[Path | None, typer.Option(help="A folder for the logs of all processes and the history.")]
Where = Annotated[Path | None, typer.Option("--json", help="Where the report goes as JSON.")]


def need_servers(*, kafka: bool = True) -> None:
    """A loud skip where a server cannot be had; a failure under REQUIRE_ALL=1."""
    why = missing()
    try:
        binaries()
        if kafka:
            Broker().remove()
    except (NoServer, NoBroker) as reason:
        why = str(reason)
    if why is not None:
        print(f"SKIPPED, nothing was proved: {why}", file=sys.stderr)
        sys.exit(1 if os.environ.get("REQUIRE_ALL") == "1" else 0)


def _storm(form: Form, seed: int, where: Path | None, keep: Path | None = None) -> None:
    need_servers()
    configure_logs("critical")  # what is poisoned is told of by every reader
    began = time.monotonic()
    report = asyncio.run(Storm(form, seed or int(time.time()), keep=keep).run())
    report.figures["the whole took"] = f"{time.monotonic() - began:.0f} s"
    print("\n".join(report.lines()))
    if where is not None:
        report.write(where)
    sys.exit(0 if report.kept else 1)


@app.command()
def calm(seed: Seed = 0, where: Where = None, keep: Keep = None) -> None:
    """Load and judges, no faults."""
    _storm(CALM, seed, where, keep)


@app.command()
def probe(seed: Seed = 0, where: Where = None, keep: Keep = None) -> None:
    """A little of everything."""
    _storm(PROBE, seed, where, keep)


@app.command()
def short(seed: Seed = 0, where: Where = None, keep: Keep = None) -> None:
    """At least 30 kills and 3,000 acknowledged writes, in about five minutes."""
    _storm(SHORT, seed, where, keep)


@app.command()
def long(seed: Seed = 0, where: Where = None, keep: Keep = None) -> None:
    """At least 300 kills."""
    _storm(LONG, seed, where, keep)


@app.command()
def planted(
    names: Annotated[list[str] | None, typer.Argument(help="Some of them; all without.")] = None,
    clean: Annotated[bool, typer.Option(help="Play each scene without a fault too.")] = True,
) -> None:
    """Plant faults one by one and see each caught."""
    need_servers(kafka=False)
    sys.exit(0 if asyncio.run(plant(names or [], clean_too=clean)) else 1)


@app.command()
def scene(name: str, port: Annotated[int, typer.Option()], mark: Annotated[str, typer.Option()]) -> None:
    """One scene on a server whose databases are made; what the judges say, as JSON."""
    configure_logs("critical")  # what is poisoned is told of by every reader
    print(json.dumps([asdict(each) for each in asyncio.run(played(name, port=port, mark=mark))]))


if __name__ == "__main__":
    app()
