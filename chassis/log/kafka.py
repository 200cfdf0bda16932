"""The event log on Apache Kafka: a topic per service, a partition per root, a group per consumer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaConnectionError, KafkaError, KafkaTimeoutError
from aiokafka.partitioner import murmur2

from chassis.log.cluster import Cluster
from chassis.log.messages import message_of, records_of
from chassis.log.port import LogAway, Partition, Record
from chassis.log.standstill import Standstill
from chassis.log.topics import MESSAGE_BYTES, Found, TopicsDiffer, config, differences

log = structlog.get_logger()
# It tells of every attempt, several a second; what is wrong is said by `LogAway`, once, in words.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
APPEND_WITHIN_S = 10.0
ANSWER_WITHIN_S = 5.0
READ_WITHIN_S = 60.0
REQUEST_MS = 3_000
CLOSE_WITHIN_S = 3.0
WATCH_EVERY_S = 10.0
SESSION_MS, HEARTBEAT_MS = 10_000, 2_000
# Longer than any batch takes: who works on one does not ask for more meanwhile.
POLL_WITHIN_MS = 900_000
EXISTS = 36
_READING: dict[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "max_partition_fetch_bytes": MESSAGE_BYTES,
    "request_timeout_ms": int(APPEND_WITHIN_S * 1000),
}


@asynccontextmanager
async def answering(cluster: Cluster, within: float = ANSWER_WITHIN_S) -> AsyncIterator[None]:
    """What the brokers do not do in time, or refuse, is `LogAway`."""
    try:
        async with asyncio.timeout(within):
            yield
    except (TimeoutError, OSError, KafkaTimeoutError, KafkaConnectionError) as error:
        raise LogAway(f"Kafka at {cluster.servers} does not answer") from error
    except KafkaError as error:
        raise LogAway(f"Kafka at {cluster.servers} refuses: {type(error).__name__}") from error


@asynccontextmanager
async def administered(cluster: Cluster) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client for questions about topics and groups."""
    admin = AIOKafkaAdminClient(**cluster.options(), request_timeout_ms=int(ANSWER_WITHIN_S * 1000))
    try:
        async with answering(cluster):
            await admin.start()
            yield admin
    finally:
        await admin.close()


async def create_topics(cluster: Cluster, topics: Mapping[str, int], copies: int) -> list[str]:
    """Make the topics of the manifest that are missing; one line a topic made says so.

    Raises `TopicsDiffer` if one that is there is not as it must be: that is for the operator to mend.
    """
    wanted = {cluster.name(topic): count for topic, count in topics.items()}
    async with administered(cluster) as admin:
        found = await _found(admin, wanted)
        missing = {name: count for name, count in wanted.items() if name not in found}
        new = [NewTopic(name, count, copies, topic_configs=config(copies)) for name, count in missing.items()]
        told = (await admin.create_topics(new)).topic_errors if new else []  # raises nothing, whatever is refused
        if refused := [f"{name}: {words or code}" for name, code, words in told if code not in (0, EXISTS)]:
            raise TopicsDiffer(cluster.servers, refused)
        while len(found) < len(wanted):  # what was made is known a little later
            await asyncio.sleep(0.05)
            found = await _found(admin, wanted)
    if wrong := differences(wanted, found):
        raise TopicsDiffer(cluster.servers, wrong)
    made = [name for name, code, _ in told if code == 0]
    return [f"log: made the topic {name} with {wanted[name]} partitions" for name in made]


async def check_topics(cluster: Cluster, topics: Mapping[str, int]) -> None:
    """Raises `TopicsDiffer` unless every topic of the manifest is there as it must be."""
    wanted = {cluster.name(topic): count for topic, count in topics.items()}
    async with administered(cluster) as admin:
        found = await _found(admin, wanted)
    if wrong := differences(wanted, found):
        raise TopicsDiffer(cluster.servers, wrong)


async def _found(admin: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, Found]:
    """Of all topics, for a question about one would have it made where brokers make what they are asked for."""
    there = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}
    found = {name: Found(there[name]) for name in names if name in there}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in found]
    for answer in await admin.describe_configs(asked) if asked else []:
        for code, _, _, name, entries in answer.resources:
            if code == 0:  # else this account may not look
                found[name] = Found(there[name], {entry[0]: entry[1] for entry in entries})
    return found


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
        async with self._sending:
            try:
                async with answering(self.cluster, APPEND_WITHIN_S):
                    producer = await self._ready_producer()
                    await asyncio.gather(*[await self._send(producer, record) for record in records])
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

    async def _ready_producer(self) -> AIOKafkaProducer:
        if self._producer is None:
            self._producer = AIOKafkaProducer(
                **self.cluster.options(),
                acks="all",
                enable_idempotence=True,
                max_batch_size=1_000_000,  # what the relay takes at once goes out in one request
                max_request_size=MESSAGE_BYTES,
                request_timeout_ms=REQUEST_MS,
            )
            await self._producer.start()
        return self._producer

    async def _give_up_producer(self) -> None:
        """Forget what it still holds: its own `stop` would wait for ever to deliver it."""
        producer, self._producer = self._producer, None
        if producer is None:
            return
        sender = producer._sender.sender_task
        if sender is not None:
            sender.cancel()  # it waits for the answer to what is on its way; told twice it does not
            await asyncio.wait([sender], timeout=3 * REQUEST_MS / 1000)
            sender.cancel()
            await asyncio.wait([sender])
        await producer.client.close()
        producer._closed = True

    def subscribe(self, group: str, topics: Sequence[str], seat: int | None = None) -> "KafkaSubscription":
        subscription = KafkaSubscription(self, group, tuple(topics), seat)
        self.subscriptions.add(subscription)
        return subscription

    async def read(self, topics: Sequence[str], after: Mapping[Partition, int], limit: int) -> list[Record]:
        async with self._reading, self._given_up_on_failure(), answering(self.cluster, READ_WITHIN_S):
            reader = await self._ready_reader()
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
        async with self._reading, self._given_up_on_failure(), answering(self.cluster):
            reader = await self._ready_reader()
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

    async def _ready_reader(self) -> AIOKafkaConsumer:
        if self._reader is None:
            self._reader = AIOKafkaConsumer(**self.cluster.options(), **_READING)
            await self._reader.start()
        return self._reader

    @asynccontextmanager
    async def _given_up_on_failure(self) -> AsyncIterator[None]:
        try:
            yield
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


def partition_of(key: bytes, partitions: int) -> int:
    """Kafka's default for a key: murmur2 over its bytes. A stable promise, for a root never moves."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


async def let_go(consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer; one whose brokers are away has its lines broken, for it would wait for an answer."""
    try:
        async with asyncio.timeout(CLOSE_WITHIN_S):
            await consumer.stop()
    except (TimeoutError, KafkaError, OSError):
        await consumer._client.close()
        if consumer._fetcher is not None:
            await consumer._fetcher.close()


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

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        for part in revoked:
            self._at.pop(part, None)
            self._given.pop(part, None)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
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
            self._consumer = AIOKafkaConsumer(
                **self.log.cluster.options(),
                **_READING,
                group_id=self.log.cluster.name(self.group),
                group_instance_id=f"{self.log.cluster.name(self.group)}-{self.seat}",
                session_timeout_ms=SESSION_MS,
                heartbeat_interval_ms=HEARTBEAT_MS,
                max_poll_interval_ms=POLL_WITHIN_MS,
            )
            async with answering(self.log.cluster, APPEND_WITHIN_S):
                await self._consumer.start()
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
        async with answering(self.log.cluster):
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
