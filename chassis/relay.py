"""The relay carries unpublished rows of the outbox to the event log, in order, one relay per service."""

import asyncio
from typing import Any

import sqlalchemy as sa
import structlog

from chassis.clock import wall_now
from chassis.log.absence import Absence
from chassis.log.port import EventLog, LogAway, Record
from chassis.store.port import Leadership, Store
from chassis.supervision import Pulse, heard
from chassis.tables import Outgoing, outbox

log = structlog.get_logger()
BATCH = 500
POLL_S = 5.0
AWAY_S = 0.5
unpublished = outbox.table.c.published_at.is_(None)


class Relay:
    """Woken after each commit of any process that left events; polls slowly as a safety net; holds no transaction
    open while it talks to the log. While that is away the rows wait, and the lead is kept."""

    def __init__(self, store: Store, event_log: EventLog, source: str) -> None:
        self.store, self.log, self.source = store, event_log, source
        self._news = asyncio.Event()
        self._away = Absence(f"{source}/relay")
        store.on_news(outbox.table, self._news.set)

    async def run(self, pulse: Pulse) -> None:
        """Lead, publish, mark; leave the lead when it is lost."""
        while True:
            pulse.beat()
            lead = await self.store.try_lead("relay")
            if lead is None:
                await asyncio.sleep(2.0)
                continue
            try:
                await self._publish_while_leading(lead, pulse)
            finally:
                await lead.release()

    async def _publish_while_leading(self, lead: Leadership, pulse: Pulse) -> None:
        while await lead.still_held():
            self._news.clear()
            pulse.beat()
            try:
                published = await self.publish_once(lead)
            except LogAway as reason:
                self._away.seen(reason)
                await asyncio.sleep(AWAY_S)
                continue
            self._away.over()
            if published == 0:
                await heard(self._news, POLL_S)

    async def publish_once(self, lead: Leadership) -> int:
        """Carry the next rows; a death between append and mark repeats them, and the log or the inbox knows."""
        waiting = sa.select(outbox.table).where(unpublished).order_by(outbox.table.c.position).limit(BATCH)
        rows = [outbox.state(row) for row in await self.store.fetch(waiting)]
        if not rows or not await lead.still_held():
            return 0
        await self.log.append([self._record(row) for row in rows])
        marked = sa.update(outbox.table).where(outbox.table.c.position.in_([row.position for row in rows]))
        await self.store.execute(marked.values(published_at=wall_now()))
        return len(rows)

    def _record(self, row: Outgoing) -> Record:
        return Record(
            topic=row.topic,
            root=row.root,
            event_id=row.event_id,
            event_type=row.event_type,
            source=self.source,
            subject=row.subject,
            sequence=row.sequence,
            occurred_at=row.occurred_at,
            correlation_id=row.correlation_id,
            causation_id=row.causation_id,
            traceparent=row.traceparent,
            data=row.data,
        )

    async def waiting(self) -> dict[str, Any]:
        """How many events wait, and since when the oldest does."""
        count = sa.select(sa.func.count(), sa.func.min(outbox.table.c.recorded_at)).where(unpublished)
        number, oldest = (await self.store.fetch(count))[0]
        age = (wall_now() - oldest).total_seconds() if oldest else 0.0
        return {"waiting": number, "oldest_s": round(age, 3)}
