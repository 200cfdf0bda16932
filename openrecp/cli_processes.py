"""The commands that run, prepare and examine the processes of a deployment, and what every command tells with."""

import json
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from chassis.settings import Settings
from chassis.telemetry import configure_logs
from openrecp.options import FOLDER, AsJson, Data


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run on uvloop, which the services are measured with."""
    import uvloop

    return uvloop.run(work)


def settings_in(data: Path, **given: Any) -> Settings:
    configure_logs("warning")
    return Settings(data=data, **{name: value for name, value in given.items() if value is not None})


def tell(value: Any, as_json: bool, words: Callable[[Any], str]) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str) if as_json else words(value))


def serve(
    service: Annotated[str, typer.Argument(envvar="OPENRECP_SERVICE", help="Its name, or gateway.")],
    role: Annotated[str, typer.Option(help="api = requests, worker = events, deadlines and jobs, or all.")] = "all",
    port: Annotated[int | None, typer.Option(help="Where it listens; a worker for its health only.")] = None,
    migrate: Annotated[bool, typer.Option("--migrate", help="Bring its database to this version first.")] = False,
) -> None:
    """Run one service as a process of its own, over PostgreSQL."""
    from openrecp.serve import ProcessSettings, role_of
    from openrecp.serve import serve as stay

    settings = Settings() if port is None else Settings(port=port)
    run(stay(service, role_of(role), settings, ProcessSettings(), migrating=migrate))


def migrate(
    service: Annotated[str, typer.Argument(help="Only the database of this service; log and gateway are two.")] = "all",
    create: Annotated[bool, typer.Option("--create", help="Make PostgreSQL databases that are missing.")] = False,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Bring the databases to this version's schema."""
    from openrecp.databases import migrate as bring
    from openrecp.folder import holding

    settings = settings_in(data)
    with holding(settings):
        done = run(bring(settings, service, create=create))
    tell({"migrated": done}, as_json, lambda each: "\n".join(each["migrated"]) or "Nothing to do.")


def doctor(
    service: Annotated[str, typer.Argument(envvar="OPENRECP_SERVICE", help="Only what this service needs.")] = "all",
    data: Annotated[Path | None, typer.Option("--data", help="The deployment's data folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is missing or set wrongly, and how to mend it; exit code 1 if anything is."""
    from openrecp.doctor import Finding, examine, settings_of

    configure_logs("error")
    given = settings_of(data)
    found = [given] if isinstance(given, Finding) else run(examine(*given, service))
    for each in found:
        facts = {"what": each.what, "well": each.is_well, "words": each.words, "mend": each.mend}
        line = f"{'ok   ' if each.is_well else 'FAULT'} {each.what}: {each.words}"
        tell(facts, as_json, lambda _, line=line, mend=each.mend: line + (f"\n      {mend}" if mend else ""))  # type: ignore[misc]
    sys.exit(0 if all(each.is_well for each in found) else 1)
