"""The commands of `openrecp export`: results from the running system into a drop folder, for other systems to fetch."""

import json
import re
from pathlib import Path
from typing import Annotated, Any

import typer

from openrecp.options import ADDRESS, FOLDER, AsJson, Data, DryRun, Key, MappingGiven, Url
from openrecp.placing import place

export = typer.Typer(no_args_is_help=True, help="Results from the running system, as files for other systems.")
UNMAPPED = 1
_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@export.callback()
def exports() -> None:
    """Keeps `dhis2` a command of its own: others will stand beside it."""


@export.command()
def dhis2(
    mapping: MappingGiven,
    period: Annotated[str, typer.Option(help="A calendar year, 2025.")],
    to: Annotated[Path, typer.Option("--to", help="The drop folder.")] = Path(),
    dry_run: DryRun = False,
    url: Url = ADDRESS,
    key: Key = None,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Write a year's figures as DHIS2 takes them at /api/dataValueSets; what they show is what the key may see.

    The file bears the mapping's name and the year: made again, it replaces what still lies there. What the mapping
    does not know writes nothing; a dry run names it, with exit code 1.
    """
    from openrecp.remote import Remote

    given = Path(mapping)
    is_file = given.suffix == ".toml" or given.is_file()
    text = given.read_text(encoding="utf-8") if is_file else mapping
    body = {"format": "dhis2", "period": period, "mapping": text, "dry_run": dry_run}
    made: dict[str, Any] = Remote(url, key, data).post("/v1/impact-exports", body)
    target = None
    if not dry_run:
        name = given.stem if is_file else mapping
        target = to / (_NOT_IN_FILE_NAMES.sub("_", f"dhis2-{name}-{period}") + ".json")
        place(target, json.dumps(made["payload"], ensure_ascii=False, indent=1).encode() + b"\n")
    said = {name: value for name, value in made.items() if name != "payload"} | {"file": target and str(target)}
    typer.echo(json.dumps(said, ensure_ascii=False) if as_json else _in_words(said))
    if made["unmapped"]:
        raise typer.Exit(UNMAPPED)


def _in_words(said: dict[str, Any]) -> str:
    figures, period = said["figures"], said["period"]
    head = f"{figures} figures of {period} are in {said['file']}" if said["file"] else f"{figures} figures of {period}"
    unknown = [each["sentence"] for each in said["unmapped"]]
    hidden = [f"Not told to this key: {each}" for each in said["suppressed"]]
    return "\n".join([head, *unknown, *hidden])
