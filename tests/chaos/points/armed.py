"""Starts the program with named points at which it can be made to kill itself; the program itself knows of none.

`CHAOS_POINTS` names a file. While it is not there nothing happens; when it holds `after_commit 7`, the process dies
by SIGKILL at the seventh passage of that point from then on.
"""

import os
import runpy
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

ORDER = os.environ.get("CHAOS_POINTS", "")
Call = Callable[..., Awaitable[Any]]


class Order:
    """The point at which to die, and how many passages are left; taken from the file when there is one."""

    point: str | None = None
    passages = 0


def passing(point: str) -> None:
    """This is one of the points; perhaps the last."""
    if Order.point is None and os.path.exists(ORDER):  # noqa: PTH110  asked at every commit: a stat and nothing else
        with open(ORDER, encoding="ascii") as order:  # noqa: PTH123
            Order.point, passages = order.read().split()
        os.unlink(ORDER)  # noqa: PTH108
        Order.passages = int(passages)
    if point != Order.point:
        return
    Order.passages -= 1
    if Order.passages <= 0:
        os.write(2, f"killed at the point {point}\n".encode())
        os.kill(os.getpid(), signal.SIGKILL)


def around(owner: type[Any], method: str, before: str | None, after: str | None) -> None:
    """Passing these points before and after a method."""
    inner: Call = getattr(owner, method)

    async def passed(self: Any, *arguments: Any, **named: Any) -> Any:
        if before is not None and _counts(arguments):
            passing(before)
        result = await inner(self, *arguments, **named)
        if after is not None and _counts(arguments):
            passing(after)
        return result

    setattr(owner, method, passed)


def _counts(arguments: tuple[Any, ...]) -> bool:
    """An empty batch of records is no passage."""
    return not (arguments and isinstance(arguments[0], list) and not arguments[0])


def place_points() -> None:
    """Before and after each commit of a unit; before and after the log has taken records; before an offset is told."""
    from chassis.log.kafka_log import KafkaLog, KafkaSubscription
    from chassis.log.table import TableLog, TableSubscription
    from chassis.unit_of_work import UnitOfWork

    around(UnitOfWork, "commit", "before_commit", "after_commit")
    for log in (KafkaLog, TableLog):
        around(log, "append", "before_publish", "after_publish")
    for subscription in (KafkaSubscription, TableSubscription):
        around(subscription, "commit", "after_effect", None)


if __name__ == "__main__":
    module = sys.argv.pop(1)
    sys.path.pop(0)  # this folder: what the program imports comes from its own tree
    if ORDER:
        place_points()
    runpy.run_module(module, run_name="__main__", alter_sys=True)
