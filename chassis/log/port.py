"""The port of the event log, and the record that travels through it."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pydantic import TypeAdapter

from contracts.event import Event, registry


@dataclass(frozen=True, slots=True)
class Record:
    """An event with its envelope. `position` grows within a topic; `root` is the partition key."""

    topic: str
    root: UUID
    event_id: UUID
    event_type: str
    source: str
    subject: UUID
    sequence: int
    occurred_at: datetime
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    data: str
    position: int = 0
    partition: int = 0

    def event(self) -> Event:
        """The event by its class; raises KeyError for an unknown type, ValidationError for bad data."""
        return registry[self.event_type].model_validate_json(self.data)

    def to_json(self) -> str:
        return _RECORD.dump_json(self).decode()

    @staticmethod
    def from_json(text: str) -> "Record":
        return _RECORD.validate_json(text)

    def at(self, position: int, partition: int = 0) -> "Record":
        return dataclasses.replace(self, position=position, partition=partition)


_RECORD: TypeAdapter[Record] = TypeAdapter(Record)


class Subscription(Protocol):
    """What one consumer group reads of some topics, from where it stopped."""

    async def fetch(self, limit: int, wait: float) -> list[Record]:
        """The next records in order, at once if there are any, else after `wait` seconds at most."""

    async def commit(self, records: Sequence[Record]) -> None:
        """These have taken effect; after a restart the group goes on behind them."""

    async def position(self) -> dict[str, int]:
        """The position behind which the group goes on, per topic."""

    async def lag(self) -> int:
        """How many records of its topics the group has not yet passed."""

    async def close(self) -> None: ...


class EventLog(Protocol):
    """Topics of records; keeps everything."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def append(self, records: Sequence[Record]) -> None:
        """Add records, in order per root; one that is already there is passed over where the log can know."""

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription: ...

    async def read(self, topics: Sequence[str], after: dict[str, int], limit: int) -> list[Record]:
        """Records behind a position per topic, without a group (for a rebuild)."""

    async def ends(self, topics: Sequence[str]) -> dict[str, int]:
        """The position of the last record of each topic, 0 if none."""

    def facts(self) -> dict[str, Any]:
        """What health should know of it."""
