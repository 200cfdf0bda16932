"""A notice as it is kept: to whom, about what, how far it has come; once it is settled, without what it said."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

import sqlalchemy as sa

from chassis.notices.settings import Channel
from chassis.store.mapping import table
from chassis.tables import NOTICES, metadata

NoticeState = Literal["waiting", "sending", "sent", "failed", "called_off"]
UNSENT: tuple[NoticeState, ...] = ("waiting", "sending", "failed")
"""Failed ones were given up, until an administrator has them tried again."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person is told of one fact, once. Its id follows from kind, cause and recipient.

    `due_at` is business time; `next_attempt_at` and `lease_until` are the clock on the wall.
    """

    id: UUID
    kind: str
    cause: UUID
    recipient: UUID
    channel: Channel
    address: str
    language: str
    subject: str
    text: str
    due_at: datetime
    made_at: datetime
    next_attempt_at: datetime
    correlation_id: str
    state: NoticeState = "waiting"
    attempts: int = 0
    error: str | None = None
    lease_until: datetime | None = None
    settled_at: datetime | None = None
    version: int = 0


notices = table(metadata, Notice, NOTICES, indexes=[("channel", "state", "due_at"), ("cause",)])


def settled(notice: Notice, state: NoticeState, at: datetime, error: str | None = None) -> Notice:
    """Nothing more will happen to it: what it said is let go, and of the address stays what recognises it."""
    return replace(
        notice,
        state=state,
        address=shortened(notice.address),
        subject="",
        text="",
        error=error,
        lease_until=None,
        settled_at=at,
    )


def shortened(address: str) -> str:
    """As much of an address as an administrator needs to recognise it: `a…@e….org`, `+84…67`."""
    name, at, domain = address.rpartition("@")
    if at:
        host, dot, ending = domain.rpartition(".")
        return f"{name[:1]}…@{host[:1]}…{dot}{ending}" if dot else f"{name[:1]}…@…"
    return f"{address[:3]}…{address[-2:]}" if len(address) > 6 else "…"


def due(channel: Channel, now: datetime, wall: datetime) -> sa.ColumnElement[bool]:
    """Those to be sent now: waiting ones, and ones whose sender has died meanwhile."""
    here = notices.table.c
    waits = sa.and_(here.state == "waiting", here.next_attempt_at <= wall)
    left = sa.and_(here.state == "sending", here.lease_until < wall)
    return sa.and_(here.channel == channel, here.due_at <= now, sa.or_(waits, left))
