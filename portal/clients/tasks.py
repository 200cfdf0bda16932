"""What waits for an officer here: companies to decide on, requests nobody can meet."""

from datetime import datetime

from portal.clients import words as called
from portal.clients.requests import client_names
from portal.rooms import Task
from portal.visit import Visit

NEWEST = 5
UNMET = 10
A_LOOK = 200


async def waiting(visit: Visit) -> list[Task]:
    """Nothing for others: a client finds what waits for it on its own page."""
    if not visit.has("officer"):
        return []
    return [*await _undecided(visit), *await _unmet(visit)]


async def _undecided(visit: Visit) -> list[Task]:
    """The newest companies one by one, those before them in a number; imported ones may stay as they are."""
    found = await visit.api.get("/v1/clients", status="registered", limit=A_LOOK)
    by_hand = [each for each in found["items"] if each["sender"] is None]
    newest = by_hand[-NEWEST:] if found["next"] is None else []
    tasks = [
        Task(
            what=visit.words("Qualify or decline: %(name)s", name=each["name"]),
            about=called.place(visit, each),
            path=f"/clients/{each['client_id']}",
            since=datetime.fromisoformat(each["registered_at"]),
        )
        for each in newest
    ]
    more = len(by_hand) - len(newest)
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


async def _unmet(visit: Visit) -> list[Task]:
    found = await visit.api.get("/v1/service-requests", status="unmet", limit=UNMET)
    names = await client_names(visit, (each["client_id"] for each in found["items"]))
    tasks = [
        Task(
            what=visit.words("No provider found: %(kind)s", kind=called.kind(visit, each["kind"])),
            about=_about(visit, names[each["client_id"]], each["wanted_from"], each["wanted_until"]),
            path=f"/service-requests/{each['request_id']}",
        )
        for each in found["items"]
    ]
    if found["next"] is not None:
        said = visit.words("More requests without a provider")
        tasks.append(Task(what=said, about="", path="/service-requests?status=unmet"))
    return tasks


def _about(visit: Visit, name: str | None, first: str, last: str) -> str:
    wanted = visit.figures.days(first, last)
    if name is None:
        return visit.words("Wanted %(days)s", days=wanted)
    return visit.words("%(name)s, wanted %(days)s", name=name, days=wanted)
