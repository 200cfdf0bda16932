"""The event log on Apache Kafka: a topic per service, a partition per root, a group per consumer."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog

from chassis.log.cluster import Cluster
from chassis.log.kafka import (
    ANSWER_WITHIN_S,
    TAKE_WITHIN_S,
    AIOKafkaConsumer,
    AIOKafkaProducer,
    CommitFailedError,
    ConsumerRebalanceListener,
    IllegalStateError,
    TopicPartition,
    administered,
    answering,
    check_topics,
    give_up,
    let_go,
    new_member,
    new_producer,
    new_reader,
    partition_of,
)
from chassis.log.messages import message_of, records_of
from chassis.log.port import LogAway, Partition, Record
from chassis.log.standstill import Standstill

log = structlog.get_logger()
READ_WITHIN_S = 60.0
WATCH_EVERY_S = 10.0


class KafkaLog:
    """Keeps a root in one partition by Kafka's own hash of its id, so that others' tools find it there too."""

    seats = 64

    def __init__(self, cluster: Cluster, topics: Mapping[str, int]) -> None:
        self.cluster, self.topics = cluster, dict(topics)
        self._sending, self._reading = asyncio.Lock(), asyncio.Lock()
        self._producer: AIOKafkaProducer | None = None
        self._reader: AIOKafkaConsumer | None = None
        self._stands: dict[TopicPartition, int] = {}
        self.subscriptions: set[KafkaSubscription] = set()

    async def start(self) -> None:
        """Raises `TopicsDiffer`. Brokers that are away at the start come back as any others do."""
        try:
            await check_topics(self.cluster, self.topics)
        except LogAway as away:
            log.warning("log.away", reason=str(away))

    async def stop(self) -> None:
        for each in list(self.subscriptions):
            await each.close()
        async with self._sending:
            await self._give_up_producer()
        async with self._reading:
            await self._give_up_reader()

    async def append(self, records: Sequence[Record]) -> None:
        """All are acknowledged by every copy in sync, or the producer is given up with whatever is on its way.

        aiokafka would try a batch for ever: the deadline is ours. What arrives twice has the same id, and the inbox
        of each consumer knows it.
        """
        async with answering(self.cluster, TAKE_WITHIN_S), self._sending:
            try:
                if self._producer is None:
                    self._producer = await new_producer(self.cluster)
                await asyncio.gather(*[await self._send(self._producer, record) for record in records])
            except BaseException:
                await self._give_up_producer()
                raise

    async def _send(self, producer: AIOKafkaProducer, record: Record) -> asyncio.Future[Any]:
        key, value, headers = message_of(record)
        partition = partition_of(key, self.topics[record.topic])
        sent: asyncio.Future[Any] = await producer.send(
            self.cluster.name(record.topic), value, key=key, partition=partition, headers=headers
        )
        return sent

    async def _give_up_producer(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await give_up(producer)

    def subscribe(self, group: str, topics: Sequence[str], seat: int | None = None) -> "KafkaSubscription":
        subscription = KafkaSubscription(self, group, tuple(topics), seat)
        self.subscriptions.add(subscription)
        return subscription

    async def read(self, topics: Sequence[str], after: Mapping[Partition, int], limit: int) -> list[Record]:
        async with answering(self.cluster, READ_WITHIN_S), self._read_with() as reader:
            ends = await reader.end_offsets(self.partitions(topics))
            starts = {part: after.get(self.partition(part), 0) for part in ends}
            left = {part: start for part, start in starts.items() if start < ends[part]}
            if not left:
                reader.unsubscribe()  # it would go on fetching what nobody asked for
                self._stands.clear()
                return []
            self._stand(reader, left)
            return await self._collect(reader, {part: ends[part] for part in left}, limit)

    def _stand(self, reader: AIOKafkaConsumer, starts: dict[TopicPartition, int]) -> None:
        """Put the reader where it shall go on, without losing what it has fetched ahead if it stands there."""
        if reader.assignment() != set(starts):
            reader.assign(list(starts))
            self._stands.clear()
        for part, start in starts.items():
            if self._stands.get(part) != start:
                reader.seek(part, start)
                self._stands[part] = start

    async def _collect(self, reader: AIOKafkaConsumer, ends: dict[TopicPartition, int], limit: int) -> list[Record]:
        records: list[Record] = []
        while len(records) < limit and any(self._stands[part] < end for part, end in ends.items()):
            found = await reader.getmany(timeout_ms=500, max_records=limit - len(records))
            for part, messages in found.items():
                records += records_of(*self.partition(part), messages)
            for part in ends:
                self._stands[part] = await reader.position(part)
        return sorted(records, key=lambda record: (record.topic, record.partition, record.position))

    async def ends(self, topics: Sequence[str]) -> dict[Partition, int]:
        async with answering(self.cluster), self._read_with() as reader:
            ends = await reader.end_offsets(self.partitions(topics))
            return {self.partition(part): end for part, end in ends.items()}

    async def passed(self, group: str, topics: Sequence[str]) -> dict[TopicPartition, int]:
        """What a group has committed of some topics, for somebody who is not of it."""
        parts = self.partitions(topics)
        async with administered(self.cluster) as admin:
            told = await admin.list_consumer_group_offsets(self.cluster.name(group), partitions=parts)
        if len(told) < len(parts):
            raise LogAway(f"Kafka at {self.cluster.servers} does not know yet how far {group} has come")
        return {part: at.offset for part, at in told.items()}

    @asynccontextmanager
    async def _read_with(self) -> AsyncIterator[AIOKafkaConsumer]:
        async with self._reading:
            try:
                if self._reader is None:
                    self._reader = await new_reader(self.cluster)
                yield self._reader
            except BaseException:
                await self._give_up_reader()
                raise

    async def _give_up_reader(self) -> None:
        reader, self._reader = self._reader, None
        self._stands.clear()
        if reader is not None:
            await let_go(reader)

    def partition(self, part: TopicPartition) -> Partition:
        return part.topic.removeprefix(self.cluster.prefix), part.partition

    def partitions(self, topics: Iterable[str]) -> list[TopicPartition]:
        """By the manifest: aiokafka knows none before it was given some."""
        return [
            TopicPartition(self.cluster.name(topic), number) for topic in topics for number in range(self.topics[topic])
        ]


class KafkaSubscription(ConsumerRebalanceListener):  # type: ignore[misc]
    """A member of the group. Nothing is committed but what took effect, and nothing is passed over that did not.

    The seat is its static member id: a process that was killed finds its partitions again as soon as another takes
    the seat, instead of after the session's end.
    """

    def __init__(self, kafka: KafkaLog, group: str, topics: tuple[str, ...], seat: int | None) -> None:
        self.log, self.group, self.topics, self.seat = kafka, group, topics, seat
        self._consumer: AIOKafkaConsumer | None = None
        self._at: dict[TopicPartition, int] = {}
        self._given: dict[TopicPartition, int] = {}
        self._standstill = Standstill(WATCH_EVERY_S)

    async def on_partitions_revoked(self, _: Iterable[TopicPartition]) -> None:
        self._at.clear()
        self._given.clear()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._at.clear()  # whoever asked meanwhile asked about what was ours before
        log.info("log.partitions", group=self.group, seat=self.seat, partitions=len(list(assigned)))

    async def fetch(self, limit: int, wait: float) -> list[Record]:
        consumer = await self._ready()
        self._step_back(consumer)
        async with answering(self.log.cluster, wait + ANSWER_WITHIN_S):
            found = await consumer.getmany(timeout_ms=int(wait * 1000), max_records=limit)
        records: list[Record] = []
        for part, messages in found.items():
            self._at.setdefault(part, messages[0].offset)
            self._given[part] = messages[-1].offset + 1
            records += records_of(*self.log.partition(part), messages)
        if found and not records:
            await self._commit(dict(self._given))
        if not found:
            await self._watch(consumer)
        return records

    async def _ready(self) -> AIOKafkaConsumer:
        if self.seat is None:
            raise RuntimeError("who only looks on has no seat to read from")
        if self._consumer is None:
            async with answering(self.log.cluster, TAKE_WITHIN_S):
                self._consumer = await new_member(self.log.cluster, self.group, self.seat)
            self._consumer.subscribe([self.log.cluster.name(topic) for topic in self.topics], listener=self)
        return self._consumer

    def _step_back(self, consumer: AIOKafkaConsumer) -> None:
        """What was given and not committed comes again."""
        mine = consumer.assignment()
        for part, given in self._given.items():
            if part in mine and given != self._at[part]:
                consumer.seek(part, self._at[part])
        self._given = {part: self._at[part] for part in self._given if part in mine}

    async def commit(self, records: Sequence[Record]) -> None:
        at: dict[TopicPartition, int] = {}
        for record in records:
            part = TopicPartition(self.log.cluster.name(record.topic), record.partition)
            at[part] = max(at.get(part, 0), record.position)
        await self._commit(at)

    async def _commit(self, at: dict[TopicPartition, int]) -> None:
        at = {part: offset for part, offset in at.items() if part in self._given}
        if self._consumer is None or not at:
            return
        async with answering(self.log.cluster, TAKE_WITHIN_S):
            try:
                await self._consumer.commit(at)
                self._at |= at
            except (CommitFailedError, IllegalStateError):
                log.info("log.partitions_taken_away", group=self.group, seat=self.seat)

    async def position(self) -> dict[Partition, int]:
        at = await self._committed([part for part in self.log.partitions(self.topics) if part not in self._at])
        at |= self._at
        return {self.log.partition(part): max(0, offset) for part, offset in at.items()}

    async def _committed(self, parts: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Asked for again and again only where another reader of the group commits."""
        consumer = self._consumer
        if not parts:
            return {}
        if consumer is None:
            return await self.log.passed(self.group, self.topics)
        async with answering(self.log.cluster):
            told = await asyncio.gather(*[consumer.committed(part) for part in parts])
        at = {part: offset or 0 for part, offset in zip(parts, told, strict=True)}
        for part in consumer.assignment() & at.keys():
            self._at.setdefault(part, at[part])
        return at

    async def lag(self) -> int:
        at, ends = await self.position(), await self.log.ends(self.topics)
        return sum(max(0, end - at.get(part, 0)) for part, end in ends.items())

    async def _watch(self, consumer: AIOKafkaConsumer) -> None:
        """aiokafka can fall silent after its broker came back: who is behind and gets nothing begins anew."""
        if not self._standstill.is_due():
            return
        mine = {self.log.partition(part) for part in consumer.assignment()}
        if self._standstill.seen(mine, await self.position(), await self.log.ends(self.topics)):
            raise LogAway(f"{self.group} gets nothing of Kafka, though there is more")

    async def close(self) -> None:
        self.log.subscriptions.discard(self)
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await let_go(consumer)
