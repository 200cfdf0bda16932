"""What an administrator sees of notices: how far each has come, never what it says; and having one tried again."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa
from fastapi import Request

from chassis.auth import allow
from chassis.clock import wall_now
from chassis.http import Cursor, Limit, Out, Page, page_after, problems
from chassis.notices.records import UNSENT, Notice, NoticeState, notices, shortened
from chassis.notices.settings import Channel
from chassis.route import Routes, Uow
from contracts.principals import Administrator
from contracts.refusals import NotFound, Refusal

routes = Routes("/v1/admin/{service}")
AT_MOST = 10_000


class NoticeIsNotFailed(Refusal):
    sentence = "Only a notice that was given up is tried again; this one is {state}."


class NoticeOut(Out):
    """A notice without its text; `address` is shortened to what recognises it, `recipient` is whose it is."""

    notice_id: UUID
    kind: str
    cause: UUID
    recipient: UUID
    channel: Channel
    address: str
    language: str
    state: NoticeState
    attempts: int
    error: str | None
    made_at: datetime
    due_at: datetime
    next_attempt_at: datetime
    settled_at: datetime | None
    correlation_id: str

    @classmethod
    def of(cls, notice: Notice) -> "NoticeOut":
        named = {"notice_id": notice.id, "address": shortened(notice.address)}
        rest = {name: getattr(notice, name) for name in cls.model_fields if name not in named}
        return cls(**named, **rest)


class Retried(Out):
    retried: int


class Named(Protocol):
    """What is asked of a running service."""

    @property
    def name(self) -> str: ...


def _require(request: Request, service: str) -> None:
    running: Named = request.app.state.running
    if running.name != service:
        raise NotFound(thing="service")


@routes.get("/notices", dependencies=allow(Administrator))
async def list_notices(
    service: str,
    request: Request,
    uow: Uow,
    state: NoticeState | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[NoticeOut]:
    """Notices that have not been sent, oldest first; with `state` those of one state."""
    _require(request, service)
    columns, after = notices.table.c, page_after(cursor)
    chosen = sa.select(notices.table).where(columns.state.in_((state,) if state else UNSENT))
    if after is not None:
        before = sa.select(columns.made_at).where(columns.id == after).scalar_subquery()
        chosen = chosen.where(
            sa.tuple_(columns.made_at, columns.id) > sa.tuple_(before, sa.literal(after, columns.id.type))
        )
    rows = await uow.fetch(chosen.order_by(columns.made_at, columns.id).limit(limit + 1))
    found = [notices.state(row) for row in rows]
    more = str(found[limit - 1].id) if len(found) > limit else None
    return Page(items=[NoticeOut.of(each) for each in found[:limit]], next=more)


@routes.get("/notices/{notice_id}", dependencies=allow(Administrator))
async def read_notice(service: str, notice_id: UUID, request: Request, uow: Uow) -> NoticeOut:
    """One notice, and how far it has come."""
    _require(request, service)
    return NoticeOut.of(await uow.get(Notice, notice_id))


@routes.post("/notices/{notice_id}/retry", dependencies=allow(Administrator), responses=problems(NoticeIsNotFailed))
async def retry_notice(service: str, notice_id: UUID, request: Request, uow: Uow) -> NoticeOut:
    """Try one that was given up again now."""
    _require(request, service)
    return NoticeOut.of(uow.keep(_again(await uow.get(Notice, notice_id))))


@routes.post("/retry-notices", status_code=200, dependencies=allow(Administrator))
async def retry_notices(service: str, request: Request, uow: Uow) -> Retried:
    """Try every notice that was given up again, when what was in the way is mended."""
    _require(request, service)
    chosen = sa.select(notices.table).where(notices.table.c.state == "failed").limit(AT_MOST)
    found = [notices.state(row) for row in await uow.fetch(chosen)]
    for notice in found:
        uow.keep(_again(notice))
    return Retried(retried=len(found))


def _again(notice: Notice) -> Notice:
    if notice.state != "failed":
        raise NoticeIsNotFailed(state=notice.state)
    return replace(notice, state="waiting", attempts=0, next_attempt_at=wall_now(), settled_at=None)
