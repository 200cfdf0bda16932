"""Reading the journal: what follows a cursor, where it ends, waiting for more; and which subscriptions are due."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from weakref import WeakKeyDictionary

import sqlalchemy as sa

from chassis.auth import own, rows_of
from chassis.http import page_after
from chassis.store.port import AnySelect, Store
from chassis.supervision import heard
from chassis.unit_of_work import Ground, UnitOfWork
from contracts.principals import Principal, Role
from services.exchange.domain import Subscription
from services.exchange.models import Delivery, Entry, deliveries, journal, subscriptions

LOOK_AGAIN_S = 5.0


@dataclass(frozen=True)
class Wanted:
    """Which events a reader asks for; None is no condition."""

    types: frozenset[str] | None = None
    subject: object | None = None
    correlation_id: str | None = None


class Arrivals:
    """A bell for everybody who waits: it rings when something was written into the journal, and when this process is
    told to stop."""

    def __init__(self, ground: Ground) -> None:
        self.bell = asyncio.Event()
        ground.store.on_news(journal.table, self._ring)
        ground.ending.tell(self._ring)

    def _ring(self) -> None:
        rung, self.bell = self.bell, asyncio.Event()
        rung.set()


_arrivals: WeakKeyDictionary[Store, Arrivals] = WeakKeyDictionary()


async def end_of_journal(store: Store) -> int:
    """The number of the last event; 0 if there is none."""
    last: int | None = (await store.fetch(sa.select(sa.func.max(journal.table.c.number))))[0][0]
    return last or 0


async def next_entries(ground: Ground, after: int, wanted: Wanted, *, limit: int, wait: float) -> list[Entry]:
    """The next events behind a number; if there are none yet, the first to come within `wait` seconds, or none when
    the process is told to stop."""
    store = ground.store
    arrivals = _arrivals.get(store)
    if arrivals is None:
        arrivals = _arrivals[store] = Arrivals(ground)
    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    while True:
        bell = arrivals.bell  # taken before looking, so that nothing arrives unheard in between
        found = await store.fetch(following(after, wanted, limit))
        left = until - loop.time()
        if found or left <= 0 or ground.ending.begun.is_set():
            return [journal.state(row) for row in found]
        # Another process may write the journal, and its word of it may be lost: readers look again now and then.
        await heard(bell, min(left, LOOK_AGAIN_S))


def following(after: int, wanted: Wanted, limit: int) -> sa.Select[tuple[object, ...]]:
    """The entries behind a number that somebody asks for, in order."""
    columns = journal.table.c
    entries = sa.select(journal.table).order_by(columns.number).limit(limit)
    given = [
        column == value
        for column, value in ((columns.subject, wanted.subject), (columns.correlation_id, wanted.correlation_id))
        if value is not None
    ]
    if wanted.types is not None and not wanted.types:
        return entries.where(sa.false())
    if wanted.types is not None and not given:
        return entries.where(columns.number.in_(_first_of_each(sorted(wanted.types), after, limit)))
    if wanted.types is not None:
        given.append(columns.event_type.in_(sorted(wanted.types)))
    return entries.where(columns.number > after, *given)


def _first_of_each(event_types: Sequence[str], after: int, limit: int) -> sa.Select[tuple[int]]:
    """The next numbers of each type: a short walk along the index per type, however rare or frequent it is."""
    columns = journal.table.c
    walks = [
        sa.select(columns.number)
        .where(columns.event_type == event_type, columns.number > after)
        .order_by(columns.number)
        .limit(limit)
        .subquery()
        for event_type in event_types
    ]
    return sa.select(sa.union_all(*(sa.select(walk.c.number) for walk in walks)).subquery().c.number)


def of_owner(who: Principal) -> sa.ColumnElement[bool]:
    """Subscriptions: the centre all, an integrator its own."""
    mine = own(subscriptions.table.c.owner_id, who.principal_id)
    return rows_of(who, (Role.ADMINISTRATOR, Role.SYSTEM), (Role.INTEGRATOR, mine))


async def count_of(uow: UnitOfWork, owner_id: UUID) -> int:
    """How many subscriptions somebody has."""
    mine = sa.select(sa.func.count()).where(subscriptions.table.c.owner_id == owner_id)
    count: int = (await uow.fetch(mine))[0][0]
    return count


async def log_page(
    uow: UnitOfWork, subscription: Subscription, *, cursor: str | None, limit: int
) -> tuple[list[tuple[Delivery, Entry | None]], str | None]:
    """Its attempts, the latest first, each with its event (a test has none), and the cursor of the next page."""
    here, before = deliveries.table, page_after(cursor)
    width = len(here.columns)
    chosen = (
        sa.select(*here.columns, *journal.table.columns)
        .outerjoin_from(here, journal.table, here.c.number == journal.table.c.number)
        .where(here.c.subscription_id == subscription.id)
        .order_by(here.c.id.desc())
        .limit(limit + 1)
    )
    rows = await uow.fetch(chosen if before is None else chosen.where(here.c.id < before))
    found = [
        (deliveries.state(row[:width]), journal.state(row[width:]) if row[width] is not None else None)
        for row in rows[:limit]
    ]
    return found, str(found[-1][0].id) if len(rows) > limit else None


def due(now: datetime, wall: datetime) -> AnySelect:
    """Subscriptions that may be sent something now and that no living process has in hand."""
    columns = subscriptions.table.c
    free = sa.or_(columns.lease_until.is_(None), columns.lease_until <= wall)
    its_time = sa.or_(columns.next_attempt_at.is_(None), columns.next_attempt_at <= now)
    wants = sa.or_(columns.test_id.is_not(None), sa.and_(columns.status == "active", its_time))
    return sa.select(subscriptions.table).where(free, wants)
