"""What `openrecp republish` does in the database of one service."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.clock import new_id, wall_now
from chassis.migrations.runner import CHASSIS, Part, migrate_sqlite
from chassis.store.port import Batch, Insert, Store
from chassis.store.sqlite import SqliteStore
from chassis.tables import FailedDelivery, Outgoing, failed_deliveries, metadata, outbox
from openrecp import republish
from openrecp.republish import forget_published


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    migrate_sqlite(tmp_path / "mill.sqlite", [Part("chassis", CHASSIS, metadata)])
    made = SqliteStore(tmp_path / "mill.sqlite")
    await made.start()
    yield made
    await made.stop()


def _event(published: bool) -> Outgoing:
    now, subject = wall_now(), new_id()
    published_at = now if published else None
    about: dict[str, Any] = {"causation_id": None, "traceparent": None, "actor_id": new_id(), "operation": "mill"}
    return Outgoing(
        position=None,
        event_id=new_id(),
        event_type="org.openrecp.mill.flour_delivered.v1",
        topic="mill",
        subject=subject,
        root=subject,
        sequence=1,
        occurred_at=now,
        recorded_at=now,
        correlation_id="c",
        data="{}",
        published_at=published_at,
        **about,
    )


def _parked(position: int, state: str, root: Any) -> FailedDelivery:
    now = wall_now()
    return FailedDelivery(
        delivery_id=new_id(),
        consumer="mill.reactions",
        topic="mill",
        root=root,
        event_id=new_id(),
        position=position,
        record="{}",
        state=state,
        attempts=1,
        next_attempt_at=now + timedelta(hours=1),
        error="ValueError",
        failed_at=now,
    )


async def test_every_event_is_to_leave_again_in_its_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(republish, "AT_ONCE", 4)
    rows = [_event(published) for published in (True, True, False, True, True, True, True, True, True, False)]
    for row in rows:
        await store.commit(Batch([Insert(outbox.table, outbox.row(row))]))
    assert await forget_published(store) == len(rows)
    columns = outbox.table.c
    waiting = sa.select(columns.event_id).where(columns.published_at.is_(None)).order_by(columns.position)
    assert [id for (id,) in await store.fetch(waiting)] == [row.event_id for row in rows]
    assert await forget_published(store) == len(rows)


async def test_what_is_parked_stays_before_all_that_comes_and_in_its_order(store: Store) -> None:
    """A new log begins at 1; an event parked at 5,000 of the old one must not end up behind its successors."""
    root = new_id()
    parked = [_parked(5_000, "dead", root), _parked(5_007, "waiting", root), _parked(4_000, "skipped", root)]
    await store.commit(Batch([Insert(failed_deliveries.table, failed_deliveries.row(each)) for each in parked]))
    for _ in range(2):
        await forget_published(store)
        columns = failed_deliveries.table.c
        found = await store.fetch(sa.select(columns.delivery_id, columns.position).order_by(columns.position))
        assert found == [
            (parked[0].delivery_id, -7),
            (parked[1].delivery_id, 0),
            (parked[2].delivery_id, 4_000),
        ]
