"""The command line: every command is one line here and its work in the module it names."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from chassis.settings import Settings
from openrecp.cli_backup import backup, republish, restore
from openrecp.cli_events import events
from openrecp.cli_notices import notices
from openrecp.cli_processes import doctor, migrate, run, serve, settings_in, tell
from openrecp.exporting import export
from openrecp.options import (
    ADDRESS,
    FOLDER,
    AsJson,
    Data,
    DryRun,
    Encoding,
    HeaderRow,
    Key,
    MappingGiven,
    Preview,
    Separator,
    SheetNamed,
    Url,
)
from openrecp.report import report

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
imports = typer.Typer(no_args_is_help=True, help="Bring files into the running system.")
packs = typer.Typer(no_args_is_help=True, help="Country packs.")
keys = typer.Typer(no_args_is_help=True, help="API keys of the running system.")
deliveries = typer.Typer(no_args_is_help=True, help="Events that did not take effect.")
app.add_typer(imports, name="import")
app.add_typer(packs, name="pack")
app.add_typer(keys, name="key")
app.add_typer(deliveries, name="failed-deliveries")
app.add_typer(events, name="events")
app.add_typer(notices, name="notices")
app.add_typer(report, name="report")
app.add_typer(export, name="export")
for command in (backup, restore, republish):
    app.command()(command)
for process in (serve, migrate, doctor):
    app.command()(process)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"openrecp {version('openrecp')}")
        raise typer.Exit


@app.callback()
def about(
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which it is.")] = False,
) -> None:
    """The working system of a cleaner production centre."""


def main() -> None:
    """Entry point: what the operator can mend is told in a sentence and exit code 1."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from openrecp.sentences import sentence_of

        sentence = sentence_of(error)
        if sentence is None:
            raise
        typer.echo(sentence, err=True)
        sys.exit(1)


@app.command()
def up(
    data: Data = FOLDER,
    port: Annotated[int | None, typer.Option(help="Port on 127.0.0.1.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Play the main job once, if the folder is new.")] = False,
) -> None:
    """Start everything in one process and stay up until Ctrl-C."""
    from openrecp.up import serve

    run(serve(settings_in(data, port=port), demo=demo))


@app.command()
def init(
    pack: Annotated[str, typer.Option("--pack", help="Country pack, e.g. demo.")],
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Make a deployment from a pack and print the first administrator's key, once."""
    from openrecp.folder import DataFolder

    with DataFolder(data):
        from openrecp.house import init as make

        made = run(make(settings_in(data, pack=pack)))
    tell(
        made,
        as_json,
        lambda each: f"The administrator's key, shown this once: {each['key']}\nStart it: openrecp up --data {data}",
    )


@app.command()
def demo(as_json: AsJson = False) -> None:
    """Play the main job on a temporary system; exit code 1 at the first step that is not as it should be."""
    from openrecp.up import demonstrate

    sys.exit(0 if run(demonstrate(as_json=as_json)) else 1)


@app.command()
def rebuild(service: str, url: Url = ADDRESS, key: Key = None, data: Data = FOLDER, as_json: AsJson = False) -> None:
    """Rebuild a service's read models from the event log and compare the hashes."""
    from openrecp.busy import busy
    from openrecp.remote import Remote
    from openrecp.remote import rebuild as replay

    with busy(f"Rebuilding {service}", quiet=as_json):
        outcome = replay(Remote(url, key, data), service)
    result = outcome["result"] or {}
    same = result.get("same")
    words = f"{'the same as' if same else 'NOT the same as'} before, from {result.get('events', 0):,} events"
    tell(outcome, as_json, lambda each: f"{each['state']}: {words if 'same' in result else each['result']}")
    sys.exit(0 if outcome["state"] == "finished" and same else 1)


@deliveries.command("list")
def list_deliveries(
    service: str, url: Url = ADDRESS, key: Key = None, data: Data = FOLDER, as_json: AsJson = False
) -> None:
    """Those that are not settled."""
    from openrecp.remote import Remote

    found = Remote(url, key, data).get(f"/v1/admin/{service}/failed-deliveries")
    lines = [f"{each['delivery_id']} {each['state']} {each['consumer']} {each['error']}" for each in found["items"]]
    tell(found, as_json, lambda _: "\n".join(lines) or "None.")


@deliveries.command()
def redrive(
    service: str,
    delivery: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    url: Url = ADDRESS,
    key: Key = None,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Try them again now."""
    from openrecp.remote import Remote

    path = f"/v1/admin/{service}/" + (f"failed-deliveries/{delivery}/redrive" if delivery else "redrive")
    tell(Remote(url, key, data).post(path), as_json, lambda each: f"redriven: {each.get('redriven', 1)}")


@deliveries.command()
def skip(
    service: str,
    delivery: str,
    reason: str,
    url: Url = ADDRESS,
    key: Key = None,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Give one up, with a reason."""
    from openrecp.remote import Remote

    path = f"/v1/admin/{service}/failed-deliveries/{delivery}/skip"
    tell(Remote(url, key, data).post(path, {"reason": reason}), as_json, lambda each: each["state"])


@keys.command("list")
def list_keys(url: Url = ADDRESS, key: Key = None, data: Data = FOLDER, as_json: AsJson = False) -> None:
    """Keys with their prefix, roles and expiry."""
    from openrecp.remote import Remote

    found = Remote(url, key, data).get("/v1/keys", limit=200)
    lines = [f"{each['key_id']} {each['prefix']}… {','.join(each['roles'])} {each['label']}" for each in found["items"]]
    tell(found, as_json, lambda _: "\n".join(lines))


@keys.command("create")
def create_key(
    label: str,
    role: Annotated[list[str], typer.Option(help="Repeat for several roles.")],
    province: Annotated[list[str] | None, typer.Option(help="Limit to these provinces.")] = None,
    programme: Annotated[list[str] | None, typer.Option(help="A donor's programmes.")] = None,
    client_id: str | None = None,
    provider_id: str | None = None,
    person_id: str | None = None,
    url: Url = ADDRESS,
    key: Key = None,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Make a key; it is shown this once."""
    from openrecp.remote import Remote

    facts: dict[str, Any] = {"client_id": client_id, "provider_id": provider_id, "person_id": person_id}
    facts |= {"provinces": province, "programmes": programme}
    body = {"label": label, "roles": role} | {name: value for name, value in facts.items() if value}
    tell(Remote(url, key, data).post("/v1/keys", body), as_json, lambda each: str(each["key"]))


@keys.command("administrator")
def administrator_key(data: Data = FOLDER, as_json: AsJson = False) -> None:
    """Make an administrator's key where every other got lost; the system is stopped meanwhile."""
    from openrecp.folder import holding

    settings = settings_in(data)
    with holding(settings):
        from openrecp.house import holds_deployment, new_administrator
        from openrecp.up import NoDeployment

        if not settings.database.get_secret_value() and not holds_deployment(settings):
            raise NoDeployment(data)
        made = run(new_administrator(settings, "made at the machine"))
    tell(made, as_json, lambda each: str(each["key"]))


@keys.command("signing")
def signing_key(
    private: Annotated[Path, typer.Option(envvar="OPENRECP_SIGNING_KEY_FILE", help="The gateway's alone.")],
    public: Annotated[Path, typer.Option(envvar="OPENRECP_PUBLIC_KEY_FILE", help="For every service.")],
    as_json: AsJson = False,
) -> None:
    """Make the key the gateway signs with, unless it is there, and write its public half for the services."""
    from gateway.signing import write_pair

    made = write_pair(private, public, Settings().issuer)
    words = f"{private} {'made' if made else 'was there'}; its public half is in {public}"
    tell({"made": made, "private": str(private), "public": str(public)}, as_json, lambda _: words)


@keys.command("revoke")
def revoke_key(key_id: str, url: Url = ADDRESS, key: Key = None, data: Data = FOLDER, as_json: AsJson = False) -> None:
    """End a key now."""
    from openrecp.remote import Remote

    tell(Remote(url, key, data).post(f"/v1/keys/{key_id}/revoke"), as_json, lambda each: "revoked")


@imports.command("clients")
def import_clients(
    file: Path,
    mapping: MappingGiven,
    dry_run: DryRun = False,
    preview: Preview = False,
    encoding: Encoding = None,
    separator: Separator = None,
    header_row: HeaderRow = None,
    sheet: SheetNamed = None,
    url: Url = ADDRESS,
    key: Key = None,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Take in the companies of a file: CSV, XLSX or JSON."""
    from openrecp.importing import form_of, import_files
    from openrecp.remote import Remote

    remote, form = Remote(url, key, data), form_of(encoding, separator, header_row, sheet=sheet)
    form |= {} if preview else {"preview": "0"}
    options: dict[str, Any] = {"dry_run": dry_run or preview, "form": form, "as_json": as_json}
    sys.exit(import_files(remote.url, remote.key, "clients", [file], mapping, **options))


@imports.command("assessments")
def import_assessments(
    assessments: Path,
    recommendations: Path,
    mapping: MappingGiven,
    dry_run: DryRun = False,
    preview: Preview = False,
    encoding: Encoding = None,
    separator: Separator = None,
    header_row: HeaderRow = None,
    assessments_sheet: SheetNamed = None,
    recommendations_sheet: SheetNamed = None,
    url: Url = ADDRESS,
    key: Key = None,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Take in assessments done elsewhere, with their recommendations."""
    from openrecp.importing import form_of, import_files
    from openrecp.remote import Remote

    remote, files = Remote(url, key, data), [assessments, recommendations]
    sheets = {"assessments_sheet": assessments_sheet, "recommendations_sheet": recommendations_sheet}
    form = form_of(encoding, separator, header_row, **sheets)
    form |= {} if preview else {"preview": "0"}
    options: dict[str, Any] = {"dry_run": dry_run or preview, "form": form, "as_json": as_json}
    sys.exit(import_files(remote.url, remote.key, "assessments", files, mapping, **options))


@packs.command("check")
def check_pack(pack: str, as_json: AsJson = False) -> None:
    """Say whether a pack can be used, and if not where it is wrong."""
    from openrecp.packs import faults_of

    faults = faults_of(Settings().packs / pack)
    tell({"pack": pack, "faults": faults}, as_json, lambda each: "\n".join(each["faults"]) or f"{pack} is in order.")
    sys.exit(1 if faults else 0)


@packs.command("open")
def open_places(pack: str, as_json: AsJson = False) -> None:
    """List what a pack leaves for the centre to fill in: file, line and what."""
    from openrecp.packs import left_open

    places = left_open(Settings().packs / pack)
    tell({"pack": pack, "open": places}, as_json, lambda each: "\n".join(each["open"]) or f"{pack} has nothing open.")


@app.command()
def documents(
    check: Annotated[bool, typer.Option("--check", help="Only say whether they are current.")] = False,
) -> None:
    """Write permissions.json, openapi.json and the client's code anew from the code."""
    from openrecp import documents as derived

    stale = derived.outdated() if check else derived.write()
    for path in stale:
        typer.echo(f"{'not current' if check else 'written'}: {path.name}")
    sys.exit(1 if check and stale else 0)


@app.command(hidden=True)
def migration(service: str, message: str) -> None:
    """Write the next migration script of a service."""
    from openrecp.databases import parts

    part = next(each for each in parts() if each.name == service)
    from chassis.migrations.runner import autogenerate

    typer.echo(str(autogenerate(part, message)))
