"""A record as a message of a broker: a CloudEvent in binary mode, which any consumer of CloudEvents can read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

import structlog
from cloudevents.core.bindings.kafka import to_binary
from cloudevents.core.formats.json import JSONFormat

from chassis.log.envelope import cloud_event
from chassis.log.port import Record

log = structlog.get_logger()
_JSON = JSONFormat()


class Message(NamedTuple):
    """What a broker keeps of a record: the root's id as key, the envelope as headers, the event as JSON."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


class Received(Protocol):
    """A message as a broker gives it back."""

    offset: int
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


def message_of(record: Record) -> Message:
    """The message of a record; its data goes out as the very text the outbox held."""
    sent = to_binary(cloud_event(record, record.data.encode()), _JSON)
    return Message(str(record.root).encode(), sent.value, list(sent.headers.items()))


def records_of(topic: str, partition: int, messages: Iterable[Received]) -> list[Record]:
    """The records among the messages; one that is none was written past the relay, is told of and passed over."""
    records = []
    for message in messages:
        try:
            records.append(_record_of(topic, partition, message))
        except (KeyError, ValueError) as fault:
            log.error("log.unreadable", topic=topic, partition=partition, offset=message.offset, fault=repr(fault))
    return records


def _record_of(topic: str, partition: int, message: Received) -> Record:
    """Its position is that of the next offset: 0 stands for the beginning.

    Data that is no event is a record all the same: it fails with its consumer, is parked, and blocks its root only.
    """
    told = {name: text.decode(errors="replace") for name, text in message.headers}
    return Record(
        topic=topic,
        root=UUID(told["ce_partitionkey"]),
        event_id=UUID(told["ce_id"]),
        event_type=told["ce_type"],
        source=told["ce_source"],
        subject=UUID(told["ce_subject"]),
        sequence=int(told["ce_sequence"]),
        occurred_at=datetime.fromisoformat(told["ce_time"]),
        correlation_id=told["ce_correlationid"],
        causation_id=told.get("ce_causationid"),
        traceparent=told.get("ce_traceparent"),
        data=(message.value or b"").decode(errors="replace"),
        position=message.offset + 1,
        partition=partition,
    )
