"""The journal, every event under a number that stays its own for ever, and what is sent of it to whom."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.log.port import Record
from chassis.store.mapping import table
from services.exchange.domain import Outcome, Subscription

metadata = sa.MetaData()


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the log delivered it; the database draws the number."""

    number: int | None
    event_id: UUID
    event_type: str
    topic: str
    source: str
    subject: UUID
    root: UUID
    sequence: int
    occurred_at: datetime
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    data: str

    @classmethod
    def of(cls, record: Record) -> "Entry":
        return cls(None, **{name: getattr(record, name) for name in cls.__slots__ if name != "number"})

    def record(self) -> Record:
        return Record(**{name: getattr(self, name) for name in self.__slots__ if name != "number"})


journal = table(
    metadata,
    Entry,
    "journal",
    key=("number",),
    indexes=[("event_type", "number"), ("subject", "number"), ("correlation_id", "number")],
    autoincrement=True,
    in_order=True,
)
sa.Index("uq_journal_event_id", journal.table.c.event_id, unique=True)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt, as the owner may see it: no secret, no signature; the body is written anew from the journal.

    `number` is the event's in the journal, none for a test.
    """

    id: UUID
    subscription_id: UUID
    number: int | None
    event_id: UUID
    event_type: str
    attempt: int
    url: str
    sent_at: datetime
    duration_ms: int
    outcome: Outcome
    status: int | None
    trouble: str | None
    answer: str | None
    answer_cut: bool


subscriptions = table(metadata, Subscription, "subscriptions", indexes=[("owner_id",), ("status", "next_attempt_at")])
deliveries = table(metadata, Delivery, "deliveries", indexes=[("subscription_id", "id"), ("sent_at",)])
