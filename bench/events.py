"""The machinery under every chain: the relay beside a plain producer, a consumer beside its effect alone, a rebuild."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from bench.figures import Figure
from bench.harness import Info, Plan, Report, Sample, Worked, against, interval, rounds
from bench.offers import record_of
from bench.processes import BESIDE, cpu_s, pin, postgres
from bench.statements import columns
from chassis.clock import new_id, wall_now
from chassis.consumer import Projector
from chassis.log.cluster import Cluster as Brokers
from chassis.log.kafka import create_topics
from chassis.log.kafka_log import KafkaLog
from chassis.log.port import Record
from chassis.log.table import TableLog
from chassis.migrations.runner import migrate_postgres
from chassis.rebuild import rebuild
from chassis.relay import Relay
from chassis.settings import ROOT
from chassis.store.port import Batch, Insert
from chassis.store.postgres import PostgresStore
from chassis.tables import outbox
from chassis.telemetry import configure_logs
from contracts.assessments import OptionIdentified
from contracts.clients import ClientRegistered
from contracts.values import Sector
from deploy.local.postgres import Cluster
from services.impact.app import service as impact
from tests.kit.kafka import Broker
from tests.kit.room import LOG_PART, Room, room

EVENTS, REBUILT, TRIAL = 10_000, 500_000, 1_000
TOPIC = "impact"
CHUNK = 500
EXAMPLE = OptionIdentified.model_validate_json(
    (ROOT / "contracts" / "examples" / f"{OptionIdentified.event_type}.json").read_text(encoding="utf-8")
)


async def measure(plan: Plan) -> Report:
    """Each beside its limit, in rounds; the rebuild once."""
    configure_logs("error")
    async with postgres() as cluster:
        relay = await _relay(plan, cluster)
        consumer = await _consumer(plan, cluster)
        info = await _rebuild(plan, cluster)
    return Report([*relay.results, *consumer.results], [*relay.info, *consumer.info, info])


def _count(plan: Plan) -> int:
    return TRIAL if plan.is_trial else EVENTS


def _registered(number: int) -> Record:
    client_id = new_id()
    event = ClientRegistered(
        client_id=client_id,
        country="XA",
        province=("XA-R", "XA-H")[number % 2],
        isic=Sector(code="1061", revision="4"),
        size_class="medium",
    )
    return record_of(event.model_dump_json(), event.event_type, event.topic, root=client_id, subject=client_id)


async def _relay(plan: Plan, cluster: Cluster) -> Report:
    """An outbox full of events, carried to Kafka and marked; and the same messages by a producer alone."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(_store(cluster))
        brokers = await stack.enter_async_context(_kafka())
        log = KafkaLog(brokers, {TOPIC: 6})
        stack.push_async_callback(log.stop)
        await log.start()
        relay = Relay(store, log, "//bench/impact")
        producer = AIOKafkaProducer(
            bootstrap_servers=brokers.servers, acks="all", enable_idempotence=True, max_batch_size=1_000_000
        )
        await producer.start()
        stack.push_async_callback(producer.stop)
        lead = await store.try_lead("relay")
        assert lead is not None  # noqa: S101  nobody else is there
        cpu = {"process": time.process_time, "postgres": lambda: cpu_s(cluster.pid or 0)}

        async def ours() -> Sample:
            await _fill(store, _count(plan))
            return await interval(cpu, lambda: _carried(relay, lead))

        async def plain() -> Sample:
            made = [_registered(number) for number in range(_count(plan))]
            return await interval(cpu, lambda: _sent(producer, brokers.name(TOPIC), made))

        samples = await rounds(plan, {"relay": ours, "producer": plain})
        await lead.release()
    return Report(
        [
            against(
                "relay: outbox to Kafka",
                "events/s",
                samples["relay"],
                samples["producer"],
                lambda sample: sample.per_second,
                target=0.5,
                limit_is="aiokafka's plain batched send",
            )
        ]
    )


async def _fill(store: PostgresStore, count: int) -> None:
    for begin in range(0, count, CHUNK):
        rows = [_outgoing(_registered(number)) for number in range(begin, min(begin + CHUNK, count))]
        await store.commit(Batch([Insert(outbox.table, row) for row in rows]))


def _outgoing(record: Record) -> dict[str, Any]:
    names = ("event_id", "event_type", "subject", "root", "sequence", "occurred_at", "correlation_id", "data")
    return {name: getattr(record, name) for name in names} | {
        "topic": TOPIC,
        "recorded_at": wall_now(),
        "causation_id": None,
        "traceparent": None,
        "actor_id": record.root,
        "operation": "bench",
        "published_at": None,
    }


async def _carried(relay: Relay, lead: Any) -> Worked:
    total = 0
    while published := await relay.publish_once(lead):
        total += published
    return Worked(total)


async def _sent(producer: AIOKafkaProducer, topic: str, records: Sequence[Record]) -> Worked:
    """As fast as it takes them: batches fill by themselves, every message is acknowledged."""
    for begin in range(0, len(records), CHUNK):
        part = records[begin : begin + CHUNK]
        await asyncio.gather(*[await producer.send(topic, each.data.encode(), key=each.root.bytes) for each in part])
    return Worked(len(records))


async def _consumer(plan: Plan, cluster: Cluster) -> Report:
    """impact takes in registrations from a full log; and its rows inserted by asyncpg alone."""
    async with _impact(plan, cluster, "consumer") as here:
        projector, store = _parts(here)
        bare = await asyncpg.connect(store.dsn)
        names = await columns(bare, "clients")
        await bare.execute("CREATE TABLE bare (LIKE clients INCLUDING ALL)")
        cpu = {"process": time.process_time, "postgres": lambda: cpu_s(cluster.pid or 0)}

        async def ours() -> Sample:
            made = [_registered(number) for number in range(_count(plan))]

            async def taken() -> Worked:
                for begin in range(0, len(made), CHUNK):
                    await projector.deliver(made[begin : begin + CHUNK])
                return Worked(len(made))

            return await interval(cpu, taken)

        async def alone() -> Sample:
            rows = [(new_id(), "XA", "XA-R", "10", 2026, "{}") for _ in range(_count(plan))]
            marks = ", ".join(f"${place}" for place in range(1, len(names) + 1))
            insert = f"INSERT INTO bare ({', '.join(names)}) VALUES ({marks})"

            async def inserted() -> Worked:
                for begin in range(0, len(rows), CHUNK):
                    async with bare.transaction():
                        await bare.executemany(insert, rows[begin : begin + CHUNK])
                return Worked(len(rows))

            return await interval(cpu, inserted)

        samples = await rounds(plan, {"consumer": ours, "insert": alone})
        await bare.close()
    return Report(
        [
            against(
                "consumer with inbox, PostgreSQL",
                "events/s",
                samples["consumer"],
                samples["insert"],
                lambda sample: sample.per_second,
                target=0.3,
                limit_is="the effect's rows alone, 500 a transaction",
            )
        ]
    )


def _parts(here: Room) -> tuple[Projector, PostgresStore]:
    projector, store = here.running.projector, here.running.store
    assert projector is not None  # noqa: S101  impact has one
    assert isinstance(store, PostgresStore)  # noqa: S101  and was given this
    return projector, store


async def _rebuild(plan: Plan, cluster: Cluster) -> Info:
    """impact's read models anew from the log."""
    count = TRIAL if plan.is_trial else REBUILT
    async with _impact(plan, cluster, "rebuild") as here:
        made = [each for number in range(count // 10) for each in _company(number)]
        for begin in range(0, len(made), CHUNK):
            await here.log.append(made[begin : begin + CHUNK])
        until = time.monotonic() + 1_800
        projector, _ = _parts(here)
        while await projector.lag():
            if time.monotonic() > until:
                raise TimeoutError("impact does not come to the end of the log")
            await asyncio.sleep(0.5)
        began = time.perf_counter()
        outcome = await rebuild(projector, here.log)
        seconds = time.perf_counter() - began
    words = f"{outcome['events']:,} events in {seconds:.0f} s, hashes {'equal' if outcome['same'] else 'DIFFER'}"
    return Info("rebuild of impact, PostgreSQL", "events/s", outcome["events"] / seconds, words)


def _company(number: int) -> list[Record]:
    """A registration and nine options, as an import leaves them."""
    first = _registered(number)
    of_it = {"client_id": first.root, "site_id": first.root, "assessment_id": first.root}
    options = [EXAMPLE.model_copy(update={"option_id": new_id(), **of_it}) for _ in range(9)]
    return [first] + [
        record_of(each.model_dump_json(), each.event_type, each.topic, root=first.root, subject=each.option_id)
        for each in options
    ]


@asynccontextmanager
async def _store(cluster: Cluster) -> AsyncIterator[PostgresStore]:
    dsn = cluster.database()
    await migrate_postgres(dsn, impact.parts)
    store = PostgresStore(dsn)
    await store.start()
    try:
        yield store
    finally:
        await store.stop()


@asynccontextmanager
async def _kafka() -> AsyncIterator[Brokers]:
    broker = await asyncio.to_thread(Broker)
    try:
        await asyncio.to_thread(broker.start)
        if broker._process is not None:
            pin(broker._process.pid, BESIDE)
        brokers = Brokers(broker.servers, prefix="bench.")
        await create_topics(brokers, {TOPIC: 6}, copies=1)
        yield brokers
    finally:
        await asyncio.to_thread(broker.remove)


@asynccontextmanager
async def _impact(plan: Plan, cluster: Cluster, name: str) -> AsyncIterator[Room]:
    """The service on PostgreSQL with its log in another database."""
    folder = plan.folder / name
    await asyncio.to_thread(folder.mkdir)
    dsn = cluster.database()
    await migrate_postgres(dsn, [LOG_PART])
    log = TableLog(PostgresStore(dsn))
    async with room(impact, folder, dsn=cluster.database(), log=log) as here:
        yield here


FIGURE = Figure(
    title="Relay, consumer, rebuild",
    measure=measure,
    words="""
The relay reads 500 unpublished rows, sends them, waits for every acknowledgement and marks them: two statements and a
commit for each 500 beside the producer's own work, and the CloudEvents envelope with its fifteen headers. The consumer
asks which of 500 events are news, finds the rows they name together, and writes effect and inbox in one statement;
the limit inserts the effect alone by `executemany`, without looking at anything. A rebuild replays all of it into
fresh tables and compares the hashes; reading each event by its class and the rows' JSON cost most.
""",
    needs=("java",),
)
