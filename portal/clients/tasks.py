"""What waits for an officer here: companies to decide on."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from portal.clients import words as called
from portal.rooms import Task
from portal.visit import Visit

NEWEST = 5
A_LOOK = 200


async def waiting(visit: Visit) -> list[Task]:
    """The newest companies one by one, those before them in a number; imported ones may stay as they are.

    Requests without a provider wait as needs, in the room of matching.
    """
    if not visit.has("officer"):
        return []
    found = await visit.api.list_clients(status="registered", limit=A_LOOK)
    newest, more = named_and_counted(found["items"], is_all=found["next"] is None)
    tasks = [
        Task(
            what=visit.words("Qualify or decline: %(name)s", name=each["name"]),
            about=called.place(visit, each),
            path=f"/clients/{each['client_id']}",
            since=datetime.fromisoformat(each["registered_at"]),
        )
        for each in newest
    ]
    if found["next"] is not None:
        said = visit.words("More than %(number)s companies are registered and not decided", number=A_LOOK)
    elif more:
        said = visit.words.counted(
            "%(num)s more company is registered and not decided",
            "%(num)s more companies are registered and not decided",
            more,
        )
    else:
        return tasks
    about = visit.words("Imported companies may stay as they are.")
    return [*tasks, Task(what=said, about=about, path="/clients?status=registered")]


def named_and_counted(
    registered: Sequence[Mapping[str, Any]], *, is_all: bool
) -> tuple[Sequence[Mapping[str, Any]], int]:
    """Those to name, and how many there are besides; oldest first. Who is the newest is not known of a part."""
    by_hand = [each for each in registered if each["sender"] is None]
    newest = by_hand[-NEWEST:] if is_all else []
    return newest, len(by_hand) - len(newest)
