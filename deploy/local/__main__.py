"""`python -m deploy.local up` starts what docker-compose.yml describes; `demo` plays the main job through it."""

import asyncio
import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from chassis.telemetry import configure_logs
from deploy.local import demo as playing
from deploy.local.postgres import NoServer
from deploy.local.run import DidNotStart, running
from deploy.local.topology import ROOT, ComposeFails, missing, read
from openrecp.listening import told_to_stop

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
Profile = Annotated[str, typer.Option(help="small: events through PostgreSQL; full: through Kafka.")]
SPARE = {"POSTGRES_PASSWORD": "of no use: the local server trusts loopback"}


@app.command()
def up(profile: Profile = "small", folder: Path = ROOT / "data" / "local") -> None:
    """Start everything and stay up until Ctrl-C; the databases stay in the folder."""
    asyncio.run(_up(profile, folder.resolve()))


async def _up(profile: str, folder: Path) -> None:
    told = told_to_stop()
    settings = {name: value for name, value in os.environ.items() if name.startswith(("OPENRECP_", "POSTGRES_"))}
    settings |= {"OPENRECP_KAFKA": "kafka:9092"} if profile == "full" else {}
    parts = read(SPARE | settings, folder / "volumes", profile=profile)
    async with running(parts, folder, lasting=True) as system:
        made = folder / "administrator.key"
        if not made.exists():
            made.touch(mode=0o600)
            made.write_text(await system.processes["gateway"].once("key", "administrator"), encoding="ascii")
        typer.echo(f"\nAn administrator's key: {made}   logs: {folder / 'logs'}")
        typer.echo(f"OpenRECP is up: {system.address('gateway')}   stop: Ctrl-C")
        await told.wait()
    typer.echo("Stopped; nothing is lost.")


@app.command()
def demo(
    profile: Profile = "small",
    data: Annotated[Path | None, typer.Option(help="The folder of the real files, to import them too.")] = None,
) -> None:
    """The main job through the separate services, some killed on the way, compared with one process."""
    configure_logs("error")
    if data is not None and not data.is_dir():
        typer.echo(f"No real files at {data}: the main job alone is played")
        data = None
    outcome = asyncio.run(playing.demonstrate(data, profile=profile, tell=typer.echo))
    for each in outcome.figures:
        typer.echo(f"  {each.figure}: {each.shown:,}")
    typer.echo(
        f"{sum(each.ok for each in outcome.steps)} of {len(outcome.steps)} steps as they should be; killed on the way: "
        f"{', '.join(outcome.killed)}; requests repeated: {outcome.repeated}"
    )
    for line in outcome.differences:
        typer.echo(f"DIFFERS: {line}")
    typer.echo("Same steps, same totals as in one process." if outcome.is_right else "Not the same as in one process.")
    sys.exit(0 if outcome.is_right else 1)


if __name__ == "__main__":
    if shutil.which("java") is None and "full" in sys.argv:
        sys.exit("The profile full needs Java 17 for Kafka: apt-get install -y openjdk-17-jre-headless")
    if (words := missing()) is not None:
        sys.exit(words)
    try:
        app()
    except (ComposeFails, DidNotStart, NoServer) as error:
        sys.exit(str(error))
