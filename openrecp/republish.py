"""After a restore: every event of the restored databases once more into new topics, so that both tell one story."""

from contextlib import AsyncExitStack
from typing import Any

import sqlalchemy as sa

from chassis.consumer import OPEN
from chassis.settings import Settings
from chassis.store.port import Store
from chassis.tables import failed_deliveries, outbox
from contracts.topics import TOPICS
from openrecp.databases import event_log_of, migrate, require_schema, store_of
from openrecp.sentences import InWords
from openrecp.services import NAMES

AT_ONCE = 20_000


class NothingToRepublish(InWords):
    """The log is itself one of the databases."""

    def __init__(self) -> None:
        super().__init__(
            "The events travel through a table that every backup holds beside the other databases: there is nothing to "
            "republish. With Kafka, set OPENRECP_KAFKA"
        )


class TopicsHoldRecords(InWords):
    """In topics that are in use, records that the databases do not know would take effect."""

    def __init__(self, prefix: str, count: int) -> None:
        super().__init__(
            f"The topics under OPENRECP_KAFKA_PREFIX={prefix!r} hold {count} records already, perhaps some that the "
            "databases do not know: set a prefix that was never used, then repeat; nothing was changed"
        )


class StillRunning(InWords):
    """A relay is at work: what it marks as published would be marked for nothing."""

    def __init__(self, name: str) -> None:
        super().__init__(f"A worker of {name} is running: stop every process first, then repeat")


async def republish(settings: Settings) -> dict[str, Any]:
    """Make the topics and mark every event as not yet published; the relays carry them when the services start.

    Consumers begin at the start of the new topics; what has taken effect already is in their inboxes. Interrupted, it
    is simply repeated.
    """
    if not settings.kafka:
        raise NothingToRepublish
    for name in NAMES:
        await require_schema(settings, name)
    await migrate(settings, "log")
    async with AsyncExitStack() as stack:
        stores = {name: await _held(stack, name, settings) for name in NAMES}
        await _require_empty(settings)
        events = {name: await forget_published(store) for name, store in stores.items()}
    return {"prefix": settings.kafka_prefix, "events": events}


async def _held(stack: AsyncExitStack, name: str, settings: Settings) -> Store:
    """The store of a service whose relay can be nobody else meanwhile."""
    store = store_of(settings, name)
    await store.start()
    stack.push_async_callback(store.stop)
    lead = await store.try_lead("relay")
    if lead is None:
        raise StillRunning(name)
    stack.push_async_callback(lead.release)
    return store


async def _require_empty(settings: Settings) -> None:
    event_log = event_log_of(settings)
    await event_log.start()
    try:
        held = sum((await event_log.ends(list(TOPICS))).values())
    finally:
        await event_log.stop()
    if held:
        raise TopicsHoldRecords(settings.kafka_prefix, held)


async def forget_published(store: Store) -> int:
    """Piece by piece, each a short transaction; how many events there are."""
    here, parked = outbox.table.c, failed_deliveries.table.c
    count, last = (await store.fetch(sa.select(sa.func.count(), sa.func.max(here.position))))[0]
    for start in range(0, last or 0, AT_ONCE):
        piece = sa.and_(here.position > start, here.position <= start + AT_ONCE, here.published_at.is_not(None))
        await store.execute(sa.update(outbox.table).where(piece).values(published_at=None))
    # Positions of the old log say nothing in the new one: what waits there goes before everything that comes.
    waiting = parked.state.in_(OPEN)
    highest = (await store.fetch(sa.select(sa.func.max(parked.position)).where(waiting)))[0][0]
    if highest is not None and highest > 0:
        moved = sa.update(failed_deliveries.table).where(waiting).values(position=parked.position - highest)
        await store.execute(moved)
    return int(count)
