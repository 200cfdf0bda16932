"""The commands that keep a deployment, and bring it back."""

from pathlib import Path
from typing import Annotated, Any

import typer

from openrecp.cli_processes import run, settings_in, tell
from openrecp.options import FOLDER, AsJson, Data

Replace = Annotated[bool, typer.Option("--replace", help="Write over an earlier backup of that name.")]


def backup(target: Path, replace: Replace = False, data: Data = FOLDER, as_json: AsJson = False) -> None:
    """Copy the whole deployment into one file, while it works."""
    from openrecp.backup import backup as copy
    from openrecp.busy import busy

    with busy(f"Copying into {target}", quiet=as_json):
        manifest = copy(settings_in(data), target, replace=replace)
    tell(manifest, as_json, lambda each: f"{len(each['files'])} files of {each['made_at']} in {target}")


def restore(source: Path, data: Data = FOLDER, as_json: AsJson = False) -> None:
    """Bring a backup into an empty folder."""
    from openrecp.backup import restore as bring
    from openrecp.busy import busy

    with busy(f"Restoring into {data}", quiet=as_json):
        manifest = bring(source, data)
    tell(manifest, as_json, lambda each: _restored(each, data))


def _restored(manifest: dict[str, Any], data: Path) -> str:
    done = f"{len(manifest['files'])} files of {manifest['made_at']} restored into {data}. Next:"
    return "\n".join((done, *(f"{number}. {step}" for number, step in enumerate(manifest["next"], 1))))


def republish(data: Data = FOLDER, as_json: AsJson = False) -> None:
    """After a restore with Kafka: carry every event anew into new topics; everything is stopped meanwhile."""
    from openrecp.busy import busy
    from openrecp.folder import holding
    from openrecp.republish import republish as again

    settings = settings_in(data)
    with holding(settings), busy("Carrying events into new topics", quiet=as_json):
        done = run(again(settings))
    words = f"{sum(done['events'].values())} events leave anew under {done['prefix']!r} when the services are started."
    tell(done, as_json, lambda _: words)
