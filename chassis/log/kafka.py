"""How we use aiokafka: our settings instead of its defaults, our deadlines, its refusals in the words of the port."""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaConnectionError, KafkaError, KafkaTimeoutError
from aiokafka.partitioner import murmur2

from chassis.log.cluster import Cluster
from chassis.log.port import LogAway
from chassis.log.topics import MESSAGE_BYTES, Found, TopicsDiffer, config, differences
from chassis.supervision import is_told_to_stop

# It tells of every attempt, several a second; what is wrong is said by `LogAway`, once, in words.
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
TAKE_WITHIN_S = 10.0
ANSWER_WITHIN_S = 2.0
CLOSE_WITHIN_S = 2.0
REQUEST_MS = 3_000
SESSION_MS, HEARTBEAT_MS = 10_000, 2_000
# Longer than any batch takes: who works on one does not ask for more meanwhile.
POLL_WITHIN_MS = 900_000
EXISTS = 36
READING: dict[str, Any] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",
    "max_partition_fetch_bytes": MESSAGE_BYTES,
}
__all__ = [
    "AIOKafkaConsumer",
    "AIOKafkaProducer",
    "CommitFailedError",
    "ConsumerRebalanceListener",
    "IllegalStateError",
    "TopicPartition",
]


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
    except asyncio.CancelledError as error:
        if is_told_to_stop():
            raise
        raise LogAway(f"Kafka at {cluster.servers} does not answer") from error


@asynccontextmanager
async def administered(cluster: Cluster, within: float = ANSWER_WITHIN_S) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client for questions about topics and groups."""
    admin = AIOKafkaAdminClient(**cluster.options(), request_timeout_ms=REQUEST_MS)
    try:
        async with answering(cluster, within):
            await _started(admin)
            yield admin
    finally:
        await admin.close()


async def new_producer(cluster: Cluster) -> AIOKafkaProducer:
    """Every copy in sync has a record before it counts, and no try of one batch is kept twice."""
    producer = AIOKafkaProducer(
        **cluster.options(),
        acks="all",
        enable_idempotence=True,
        max_batch_size=1_000_000,  # what the relay takes at once goes out in one request
        max_request_size=MESSAGE_BYTES,
        request_timeout_ms=REQUEST_MS,
    )
    try:
        await _started(producer)
    except BaseException:
        await give_up(producer)
        raise
    return producer


async def give_up(producer: AIOKafkaProducer) -> None:
    """Forget what it still holds: its own `stop` would wait for ever to deliver it."""
    sender = producer._sender.sender_task
    if sender is not None:
        sender.cancel()  # it waits for the answer to what is on its way; told twice it does not
        await asyncio.wait([sender], timeout=3 * REQUEST_MS / 1000)
        sender.cancel()
        await asyncio.wait([sender])
    await producer.client.close()
    producer._closed = True


async def new_reader(cluster: Cluster) -> AIOKafkaConsumer:
    """Reads what it is told to, for no group."""
    return await _begun(AIOKafkaConsumer(**cluster.options(), **READING, request_timeout_ms=REQUEST_MS))


async def new_member(cluster: Cluster, group: str, seat: int) -> AIOKafkaConsumer:
    """A reader of a group, under a member id that lasts as long as its seat is held."""
    member = AIOKafkaConsumer(
        **cluster.options(),
        **READING,
        group_id=cluster.name(group),
        group_instance_id=f"{cluster.name(group)}-{seat}",
        session_timeout_ms=SESSION_MS,
        heartbeat_interval_ms=HEARTBEAT_MS,
        max_poll_interval_ms=POLL_WITHIN_MS,
        request_timeout_ms=int(TAKE_WITHIN_S * 1000),
    )
    return await _begun(member)


async def _begun(consumer: AIOKafkaConsumer) -> AIOKafkaConsumer:
    try:
        await _started(consumer)
    except BaseException:
        await let_go(consumer)
        raise
    return consumer


async def let_go(consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer; one whose brokers are away has its lines broken, for it would wait for an answer."""
    if await _done(consumer.stop()):
        return
    await _done(consumer._client.close())
    if consumer._fetcher is not None:
        await _done(consumer._fetcher.close())


async def _done(work: Coroutine[Any, Any, None]) -> bool:
    """Whether this came to its end in time; a failure or a cancellation of its own does not get out of here."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(_seen)
    await asyncio.wait([task], timeout=CLOSE_WITHIN_S)
    return task.done() and not task.cancelled() and task.exception() is None


def _seen(task: asyncio.Future[None]) -> None:
    """Take note of a failure that nobody waits for."""
    if not task.cancelled():
        task.exception()


async def _started(client: Any) -> None:
    """Whoever is told to stop waits a moment: a client that is cancelled while it starts leaves lines open."""
    starting = asyncio.ensure_future(client.start())
    starting.add_done_callback(_seen)
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting], timeout=CLOSE_WITHIN_S)
        starting.cancel()
        raise


def partition_of(key: bytes, partitions: int) -> int:
    """Kafka's default for a key: murmur2 over its bytes. A stable promise, for a root never moves."""
    return int(murmur2(key) & 0x7FFFFFFF) % partitions


async def create_topics(cluster: Cluster, topics: Mapping[str, int], copies: int) -> list[str]:
    """Make the topics of the manifest that are missing; one line a topic made says so.

    Raises `TopicsDiffer` if one that is there is not as it must be: that is for the operator to mend.
    """
    wanted = {cluster.name(topic): count for topic, count in topics.items()}
    async with administered(cluster, TAKE_WITHIN_S) as admin:
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
    async with administered(cluster, TAKE_WITHIN_S) as admin:
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
