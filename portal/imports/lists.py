"""The imports a visitor has asked for, the newest first; and what of them waits."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from starlette.responses import Response

from portal.imports.asking import asked_for
from portal.imports.kinds import KINDS, Kind
from portal.imports.results import UNDER_WAY, ImportView
from portal.imports.words import Names
from portal.rooms import Task
from portal.visit import Visit

A_PAGE = 25
LOOKED_BACK = 20
MOST_TASKS = 3


async def show_imports(visit: Visit, kind: Kind) -> Response:
    """One kind of imports, a page at a time."""
    found = await asked_for(visit.api, kind, limit=A_PAGE, cursor=visit.asked.get("cursor"))
    names = Names.of(visit.words, visit.pack)
    imports = [ImportView.of(each, kind, names) for each in found["items"]]
    return visit.show("imports/list.html", kind=kind, kinds=KINDS, imports=imports, next=found["next"])


async def waiting(visit: Visit) -> list[Task]:
    """Imports under way, and the last ones that sent rows back and were not repeated since."""
    if not visit.has("officer", "administrator"):
        return []
    tasks: list[Task] = []
    for kind in KINDS:
        answer = await asked_for(visit.api, kind, limit=LOOKED_BACK)
        mine = [each for each in answer["items"] if visit.me and each["asked_by"] == visit.me["principal_id"]]
        tasks += [_task(visit, kind, each) for each in unsettled(mine)[:MOST_TASKS]]
    return tasks


def unsettled(imports: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Of imports, newest first: those under way, and of each sender the last one for good if it refused rows.

    What was mended and sent again is settled by that; a trial has written nothing and asks for nothing.
    """
    found: list[Mapping[str, Any]] = []
    senders: set[str] = set()
    for each in imports:
        is_last = not each["dry_run"] and each["sender"] not in senders
        if each["state"] in UNDER_WAY or (is_last and each["refused"]):
            found.append(each)
        if not each["dry_run"]:
            senders.add(each["sender"])
    return found


def _task(visit: Visit, kind: Kind, answer: Mapping[str, Any]) -> Task:
    view = ImportView.of(answer, kind, Names.of(visit.words, visit.pack))
    refused = visit.words.counted(
        "%(num)s row of an import was refused: mend it and send it again",
        "%(num)s rows of an import were refused: mend them and send them again",
        view.counts["refused"],
    )
    what = visit.words("An import is under way") if view.is_under_way else refused
    return Task(what, view.name, f"{kind.path}/{view.import_id}", since=datetime.fromisoformat(answer["asked_at"]))
