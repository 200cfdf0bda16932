"""The feed: every event of the deployment in one order, to be read from any point, for ever."""

import asyncio
import re
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from chassis.auth import allow
from chassis.http import CursorIsInvalid, Limit, problems
from chassis.route import Routes, Uow
from contracts.principals import Administrator, Integrator
from services.exchange.domain import visible_types
from services.exchange.queries import Wanted, end_of_journal, next_entries
from services.exchange.schemas import FeedOut, feed

routes = Routes("/v1/events")
LONGEST_WAIT_S = 30
END = "end"

After = Annotated[str, Query(max_length=20, description="the `next` of your last answer; `end` only tells the end")]
EventType = Annotated[str, Field(pattern=r"^org\.openrecp\.[a-z]+\.[a-z0-9_]+\.v[0-9]+$", max_length=200)]
Types = Annotated[
    list[EventType] | None, Query(alias="type", max_length=100, description="only these types, each by its full name")
]
Wait = Annotated[
    float,
    Query(ge=0, le=LONGEST_WAIT_S, allow_inf_nan=False, description="seconds to wait for the first event to come"),
]


@routes.get(
    "", dependencies=allow(Administrator, Integrator), response_model=FeedOut, responses=problems(CursorIsInvalid)
)
async def list_events(
    uow: Uow,
    after: After = "0",
    types: Types = None,
    subject: UUID | None = None,
    correlation_id: Annotated[str | None, Query(max_length=200)] = None,
    limit: Limit = 100,
    wait: Wait = 0,
) -> Response:
    """The events behind a cursor, oldest first; an integrator sees the types and facts its key grants."""
    store, reader = uow.ground.store, uow.principal
    end = await end_of_journal(store)
    number = end if after == END else _number(after, end)
    wanted = Wanted(_both(types, visible_types(reader)), subject, correlation_id)
    patience = 0 if after == END else wait
    entries = await next_entries(uow.ground, number, wanted, limit=limit, wait=patience)
    end = await end_of_journal(store)
    body = await asyncio.to_thread(feed, entries, reader, after=number, end=end)  # 0.1 ms for each event
    return Response(body, media_type="application/json")


def _number(after: str, end: int) -> int:
    """A place in the journal; one that was never reached is not ours (a restored journal may be shorter)."""
    if not re.fullmatch("[0-9]{1,18}", after) or int(after) > end:
        raise CursorIsInvalid
    return int(after)


def _both(asked: list[str] | None, granted: frozenset[str] | None) -> frozenset[str] | None:
    if asked is None:
        return granted
    return frozenset(asked) if granted is None else granted.intersection(asked)
