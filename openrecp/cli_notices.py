"""Commands for notices to people: what could not be sent, and trying it again."""

import json
from typing import Annotated, Any

import typer

from openrecp.options import ADDRESS, FOLDER, AsJson, Data, Key, Url

notices = typer.Typer(no_args_is_help=True, help="Notices to people that have not been sent.")
State = Annotated[str | None, typer.Option(help="waiting, sending, sent, failed or called_off; else all unsent ones.")]


@notices.command("list")
def list_notices(
    service: str,
    state: State = None,
    url: Url = ADDRESS,
    key: Key = None,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Those that are unsent, oldest first: to whom in short, and what was in the way."""
    from openrecp.remote import Remote

    asked: dict[str, Any] = {"limit": 200} | ({"state": state} if state else {})
    found = Remote(url, key, data).get(f"/v1/admin/{service}/notices", **asked)
    lines = [
        f"{each['notice_id']} {each['state']} {each['kind']} {each['address']} {each['error'] or ''}".rstrip()
        for each in found["items"]
    ]
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(lines) or "None.")


@notices.command()
def retry(
    service: str,
    notice: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    url: Url = ADDRESS,
    key: Key = None,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Try those that were given up again now."""
    from openrecp.remote import Remote

    path = f"/v1/admin/{service}/" + (f"notices/{notice}/retry" if notice else "retry-notices")
    done = Remote(url, key, data).post(path)
    typer.echo(json.dumps(done, ensure_ascii=False) if as_json else f"tried again: {done.get('retried', 1)}")
