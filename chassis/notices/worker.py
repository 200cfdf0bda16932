"""Sending notices: each is claimed, sent within a deadline, and marked; at least once, never two at the same time."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from chassis.clock import wall_now
from chassis.notices.records import Notice, due, notices, settled
from chassis.notices.senders.files import FileSender
from chassis.notices.senders.port import Message, NotSent, Sender
from chassis.notices.settings import Channel, NoticeSettings
from chassis.store.port import Store, StoreError
from chassis.supervision import Pulse, heard
from chassis.telemetry import notices_sent
from chassis.unit_of_work import Ground

log = structlog.get_logger()
AT_ONCE = 8
BATCH = 2 * AT_ONCE
POLL_S = 2.0
ATTEMPT_S = 45.0
LEASE = timedelta(seconds=90)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
TRIES = 20
"""With these pauses a server may be away for half a day before anything is given up."""


def sender_of(channel: Channel, settings: NoticeSettings) -> Sender:
    """The form that the deployment chose for a channel."""
    if channel == "mail" and settings.mail == "smtp" and settings.smtp is not None:
        from chassis.notices.senders.smtp import SmtpSender

        return SmtpSender(settings.smtp)
    if channel == "sms" and settings.sms == "http" and settings.http is not None:
        from chassis.notices.senders.sms import SmsSender

        return SmsSender(settings.http)
    return FileSender(settings.folder or Path("data") / "notices")


class Postman:
    """Sends what is due on one channel, some at once, so that a slow one holds up only itself."""

    def __init__(self, ground: Ground, channel: Channel, sender: Sender) -> None:
        self.ground, self.channel, self.sender = ground, channel, sender
        self._news = asyncio.Event()
        ground.store.on_news(notices.table, self._news.set)

    async def run(self, pulse: Pulse) -> None:
        while True:
            pulse.beat()
            self._news.clear()
            if await self.send_due(pulse) == 0:
                await heard(self._news, POLL_S)

    async def send_due(self, pulse: Pulse | None = None) -> int:
        """Send what is due now, in the order of asking: what is tried again stands behind what is new meanwhile.
        How many were taken in hand."""
        here, places = notices.table, asyncio.Semaphore(AT_ONCE)
        wanted = sa.select(here).where(due(self.channel, self.ground.clock.now(), wall_now()))
        rows = await self.ground.store.fetch(wanted.order_by(here.c.next_attempt_at, here.c.id).limit(BATCH))

        async def in_turn(notice: Notice) -> bool:
            async with places:
                if pulse is not None:
                    pulse.beat()
                return await self._one(notice)

        return sum(await asyncio.gather(*(in_turn(notices.state(row)) for row in rows)))

    async def _one(self, notice: Notice) -> bool:
        try:
            claimed = await self._claim(notice)
            if claimed is None:
                return False
            await self._write(claimed, **await self._outcome(claimed))
        except StoreError as error:
            # What was sent and could not be marked is sent again, under the same id, when the lease has run out.
            log.warning("notice.unmarked", **self._named(notice), error=type(error).__name__)
        return True

    async def _claim(self, notice: Notice) -> Notice | None:
        """This one is ours until the lease ends; None if another was faster, or it was called off."""
        claimed = replace(notice, state="sending", attempts=notice.attempts + 1, lease_until=wall_now() + LEASE)
        news = {"state": claimed.state, "attempts": claimed.attempts, "lease_until": claimed.lease_until}
        return replace(claimed, version=notice.version + 1) if await self._write(notice, **news) else None

    async def _outcome(self, notice: Notice) -> dict[str, Any]:
        """Send it; what its row shall say then."""
        if notice.attempts > TRIES:
            return self._given_up("no attempt came to its end")
        message = Message(
            notice.id, notice.kind, notice.address, notice.language, notice.subject, notice.text, notice.made_at
        )
        try:
            async with asyncio.timeout(ATTEMPT_S):
                await self.sender.send(message)
        except NotSent as failure:
            return self._not_sent(notice, failure)
        except TimeoutError:
            return self._not_sent(notice, NotSent("no answer in time"))
        except Exception as error:  # its text may quote an address
            return self._not_sent(notice, NotSent(f"our mistake: {type(error).__name__}"))
        notices_sent.labels(self.ground.service, self.channel, "sent").inc()
        done = notices.row(settled(notice, "sent", wall_now()))
        return {
            name: done[name] for name in ("state", "address", "subject", "text", "error", "lease_until", "settled_at")
        }

    def _not_sent(self, notice: Notice, failure: NotSent) -> dict[str, Any]:
        """Tried again after a pause that grows, or given up."""
        notices_sent.labels(self.ground.service, self.channel, "not_sent").inc()
        log.warning("notice.not_sent", **self._named(notice), reason=failure.reason, attempts=notice.attempts)
        if failure.for_good or notice.attempts >= TRIES:
            return self._given_up(failure.reason)
        pause = min(FIRST_PAUSE * 2 ** (notice.attempts - 1), LONGEST_PAUSE)
        return {
            "state": "waiting",
            "error": failure.reason,
            "lease_until": None,
            "next_attempt_at": wall_now() + pause,
        }

    @staticmethod
    def _given_up(reason: str) -> dict[str, Any]:
        return {"state": "failed", "error": reason, "lease_until": None, "settled_at": wall_now()}

    async def _write(self, notice: Notice, **news: Any) -> bool:
        """Write if nobody has written since; what was called off meanwhile stays called off."""
        here = notices.table
        same = sa.update(here).where(here.c.id == notice.id, here.c.version == notice.version)
        return await self.ground.store.execute(same.values(version=notice.version + 1, **news)) == 1

    def _named(self, notice: Notice) -> dict[str, str]:
        return {"service": self.ground.service, "kind": notice.kind, "notice_id": str(notice.id)}


async def let_go(store: Store) -> None:
    """End every lease, so that what was under way goes on at once: for whoever knows that its holders are dead."""
    held = sa.update(notices.table).where(notices.table.c.state == "sending")
    await store.execute(held.values(lease_until=wall_now()))
