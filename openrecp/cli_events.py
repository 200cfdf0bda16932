"""The commands of `openrecp events`."""

from typing import Annotated

import typer

from openrecp.options import ADDRESS, FOLDER, AsJson, Data, Key, Url

events = typer.Typer(no_args_is_help=True, help="The feed: every event of the deployment, in one order.")
Types = Annotated[list[str] | None, typer.Option("--type", help="Only this type; repeat for several.")]
Thread = Annotated[str | None, typer.Option("--correlation-id", help="Only what followed from this request.")]


@events.command("list")
def list_events(
    after: Annotated[str, typer.Option(help="Cursor; 0 = from the beginning.")] = "0",
    type: Types = None,
    correlation_id: Thread = None,
    url: Url = ADDRESS,
    key: Key = None,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Print what there is, and end."""
    from openrecp import feed
    from openrecp.remote import Remote

    wanted = feed.Wanted(tuple(type or ()), correlation_id)
    feed.list_events(Remote(url, key, data), wanted, after=after, as_json=as_json)


@events.command()
def tail(
    after: Annotated[str | None, typer.Option(help="Cursor; else only what comes from now on.")] = None,
    from_start: Annotated[bool, typer.Option("--from-start", help="Everything there is first.")] = False,
    type: Types = None,
    correlation_id: Thread = None,
    url: Url = ADDRESS,
    key: Key = None,
    data: Data = FOLDER,
    as_json: AsJson = False,
) -> None:
    """Print what comes, over restarts of the system, until Ctrl-C."""
    from openrecp import feed
    from openrecp.remote import Remote

    if from_start and after is not None:
        raise typer.BadParameter("give --from-start or --after, not both")
    wanted = feed.Wanted(tuple(type or ()), correlation_id)
    feed.tail(Remote(url, key, data), wanted, after="0" if from_start else after, as_json=as_json)
