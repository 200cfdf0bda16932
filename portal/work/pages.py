"""What waits for this visitor, the most urgent first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.responses import Response

from portal.rooms import Task
from portal.visit import Visit

SOON = timedelta(days=7)


@dataclass(frozen=True)
class Queue:
    """Tasks by how urgent they are."""

    overdue: list[Task]
    soon: list[Task]
    later: list[Task]

    @classmethod
    def of(cls, tasks: list[Task], now: datetime) -> "Queue":
        """By deadline, those without one at the end, the longest waiting of them first."""
        due = sorted((each for each in tasks if each.due), key=lambda each: (each.due, each.path))
        open_ended = [each for each in tasks if each.due is None]
        open_ended.sort(key=lambda each: (each.since is None, each.since or now, each.path))
        return cls(
            overdue=[each for each in due if each.due and each.due <= now],
            soon=[each for each in due if each.due and now < each.due <= now + SOON],
            later=[each for each in due if each.due and each.due > now + SOON] + open_ended,
        )

    def __len__(self) -> int:
        return len(self.overdue) + len(self.soon) + len(self.later)


async def show_start(visit: Visit) -> Response:
    """The address itself leads to the work, or to the sign-in."""
    return visit.to("/work" if visit.me else "/sign-in")


async def show_work(visit: Visit) -> Response:
    """Everything that waits, from every room."""
    found = [await room.tasks(visit) for room in visit.house.rooms if room.tasks is not None]
    queue = Queue.of([task for tasks in found for task in tasks], visit.now)
    return visit.show("work/queue.html", queue=queue)
