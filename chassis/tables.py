"""The tables every service has beside its own: outbox, inbox, answers, failed deliveries, positions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.store.mapping import table

metadata = sa.MetaData()
NOTICES = "notices"
ONCE = frozenset({"threads", NOTICES})
"""Where a taken key means that another unit came first: this one runs again and sees it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event waiting for the relay, with who did what: it is the audit of changes too."""

    position: int | None
    event_id: UUID
    event_type: str
    topic: str
    subject: UUID
    root: UUID
    sequence: int
    occurred_at: datetime
    recorded_at: datetime
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    actor_id: UUID
    operation: str
    data: str
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """What units write one at a time, in all processes: each that is written raises the version."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class Received:
    """An event that has taken its effect with this consumer."""

    consumer: str
    event_id: UUID
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer given under an idempotency key; `slot` is the digest of principal and key."""

    slot: str
    digest: str
    status: int
    headers: dict[str, str]
    body: bytes
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """A record that did not take effect, or waits behind one of its key that did not."""

    delivery_id: UUID
    consumer: str
    topic: str
    root: UUID
    event_id: UUID
    position: int
    record: str
    state: str
    attempts: int
    next_attempt_at: datetime
    error: str
    failed_at: datetime
    settled_at: datetime | None = None
    reason: str | None = None


outbox = table(metadata, Outgoing, "outbox", key=("position",), autoincrement=True)
sa.Index(
    "ix_outbox_unpublished",
    outbox.table.c.position,
    sqlite_where=sa.text("published_at IS NULL"),
    postgresql_where=sa.text("published_at IS NULL"),
)
sa.Index("uq_outbox_event_id", outbox.table.c.event_id, unique=True)
sa.Index("ix_outbox_subject", outbox.table.c.subject, outbox.table.c.sequence)
threads = table(metadata, Thread, "threads", key=("id",))
inbox = table(metadata, Received, "inbox", key=("consumer", "event_id"))
answers = table(metadata, Answer, "answers", key=("slot",), indexes=[("answered_at",)])
failed_deliveries = table(
    metadata,
    FailedDelivery,
    "failed_deliveries",
    key=("delivery_id",),
    indexes=[("consumer", "state", "root", "position")],
)
sa.Index(
    "uq_failed_deliveries_consumer_event_id",
    failed_deliveries.table.c.consumer,
    failed_deliveries.table.c.event_id,
    unique=True,
)
