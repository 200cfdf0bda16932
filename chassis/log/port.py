"""The port of the event log, and the record that travels through it."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import TypeAdapter

from contracts.event import Event, registry

Partition = tuple[str, int]
"""A topic and the number of one of its partitions."""


class LogAway(Exception):
    """The log does not answer, or refuses: nobody knows whether the last records were taken, and nothing is lost.

    What was to be written waits in the outbox and is repeated; what was to be read comes again.
    """


@dataclass(frozen=True, slots=True)
class Record:
    """An event with its envelope. `position` grows within a partition from 1; `root` is the partition key."""

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
    """What one consumer group reads of some topics, from where it stopped. Everything may raise `LogAway`."""

    async def fetch(self, limit: int, wait: float) -> list[Record]:
        """The next records, in order per partition, at once if there are any, else after `wait` seconds at most.

        What was not committed since is given again.
        """

    async def commit(self, records: Sequence[Record]) -> None:
        """These have taken effect; after a restart the group goes on behind them.

        What the group has meanwhile given to another of its readers is left out.
        """

    async def position(self) -> dict[Partition, int]:
        """The position behind which the group goes on, per partition; a partition never read may be missing."""

    async def lag(self) -> int:
        """How many records of its topics the group has not yet passed, whoever reads for it."""

    async def close(self) -> None: ...


class EventLog(Protocol):
    """Topics of records; keeps everything. `seats` is how many readers can share the work of one group."""

    seats: int

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def append(self, records: Sequence[Record]) -> None:
        """Add records, in order per root; one that is already there is passed over where the log can know.

        Raises `LogAway`: then repeat all of them.
        """

    def subscribe(self, group: str, topics: Sequence[str], seat: int | None = None) -> Subscription:
        """Read for a group. Of those who read for it at the same time none has the same seat; without a seat one
        only looks on: `position` and `lag`."""

    async def read(self, topics: Sequence[str], after: Mapping[Partition, int], limit: int) -> list[Record]:
        """Records behind a position per partition, without a group (for a rebuild), in order per partition."""

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        """The position of the last record of each partition, 0 if none."""
