"""The same chain over separate services, PostgreSQL and Kafka, beside commit + produce + consume + commit by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID

import aiohttp
import asyncpg

from bench.bare_chain import BareChain
from bench.chain import Arrivals, at_rate, each_round
from bench.deployment import Deployment
from bench.figures import Figure
from bench.harness import Info, Plan, Report, Sample, against, interval, median, rounds
from bench.offers import Ask, found_market, open_offers, shares
from bench.processes import BESIDE, UNDER_TEST, cpu_s, pin, postgres
from chassis.clock import new_id
from chassis.log.cluster import Cluster as Brokers
from chassis.log.kafka import create_topics
from chassis.store.postgres import PostgresStore
from contracts.principals import Principal
from openrecp.databases import partitions
from tests.kit.kafka import Broker

SERVICES = ("matching", "assessments")
CHANNEL = "bench_seen"
SEEN = f"""
CREATE FUNCTION bench_seen() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('{CHANNEL}', NEW.need_id::text); RETURN NULL; END $$;
CREATE TRIGGER bench_seen AFTER INSERT ON assessments FOR EACH ROW EXECUTE FUNCTION bench_seen();
"""
"""Told by PostgreSQL itself when the commit is done, for ours and for the rows by hand alike."""


async def measure(plan: Plan) -> Report:
    """Both at the same pace in turn."""
    async with _system(plan) as (deployment, brokers, ask, cpu):
        store = PostgresStore(deployment.dsn("matching"))
        await store.start()
        count = each_round(plan)
        offers = await open_offers(store, ask, await found_market(store), count * plan.rounds + 50)
        await store.stop()
        warming, parts = offers[:50], shares(offers[50:], plan.rounds)
        async with _watching(deployment) as arrivals:
            await at_rate(warming, ask, arrivals)
            bare = await BareChain.like(deployment, brokers, arrivals)

            async def ours() -> Sample:
                return await interval(cpu, lambda: at_rate(parts.pop(), ask, arrivals))

            async def by_hand() -> Sample:
                return await interval(cpu, lambda: bare.at_rate(count))

            try:
                samples = await rounds(plan, {"ours": ours, "by hand": by_hand})
            finally:
                await bare.close()
    return _report(samples)


def _report(samples: dict[str, list[Sample]]) -> Report:
    ours, bare = samples["ours"], samples["by hand"]
    return Report(
        [
            against(
                f"accepted offer to assessment, PostgreSQL and Kafka: {name}",
                "ms",
                ours,
                bare,
                lambda sample, share=share: sample.quantile_ms(share),  # type: ignore[misc]
                target=target,
                at_most=True,
                limit_is="commit + produce + consume + commit by hand",
                cpu=lambda sample: sample.cpu_us("matching", "assessments"),
                limit_cpu=lambda sample: sample.cpu_us("postgres", "kafka"),
            )
            for name, share, target in (("p50", 0.5, 3.0), ("p99", 0.99, 5.0))
        ],
        [
            Info(f"CPU of {part}", "us each", median(ours, lambda sample, part=part: sample.cpu_us(part)))  # type: ignore[misc]
            for part in ours[0].cpu_s
        ],
    )


@asynccontextmanager
async def _system(plan: Plan) -> AsyncIterator[tuple[Deployment, Brokers, Ask, Any]]:
    """Two services with their loops, a broker, a PostgreSQL, and somebody who asks matching."""
    async with AsyncExitStack() as stack:
        cluster = await stack.enter_async_context(postgres())
        broker = await asyncio.to_thread(Broker)
        stack.callback(broker.remove)
        await asyncio.to_thread(broker.start)
        kafka = broker._process.pid if broker._process else 0
        pin(kafka, BESIDE)
        brokers = Brokers(broker.servers, prefix="bench.")
        await create_topics(brokers, partitions(), copies=1)
        deployment = Deployment(cluster, plan.folder)
        await deployment.prepare(*SERVICES)
        told = {"OPENRECP_KAFKA": broker.servers, "OPENRECP_KAFKA_PREFIX": "bench.", "OPENRECP_LOG_LEVEL": "error"}
        served = {
            name: await stack.enter_async_context(
                deployment.serving(name, role="all", core=UNDER_TEST if name == "matching" else BESIDE, also=told)
            )
            for name in SERVICES
        }
        http = await stack.enter_async_context(aiohttp.ClientSession(f"http://127.0.0.1:{served['matching'][1]}"))
        cpu = {name: program.cpu_s for name, (program, _) in served.items()}
        cpu |= {"postgres": lambda: cpu_s(cluster.pid or 0), "kafka": lambda: cpu_s(kafka)}
        yield deployment, brokers, _asking(deployment, http), cpu


def _asking(deployment: Deployment, http: aiohttp.ClientSession) -> Ask:
    mint = deployment.mint

    async def ask(path: str, body: dict[str, Any], who: Principal) -> None:
        headers = {"Authorization": f"Bearer {mint.token(who)}", "Idempotency-Key": str(new_id())}
        async with http.post(path, json=body, headers=headers) as answer:
            if answer.status >= 300:
                raise RuntimeError(f"{answer.status}: {(await answer.text())[:500]}")

    return ask


@asynccontextmanager
async def _watching(deployment: Deployment) -> AsyncIterator[Arrivals]:
    """Hears from PostgreSQL of each assessment that is committed."""
    arrivals = Arrivals()
    connection = await asyncpg.connect(deployment.dsn("assessments"))
    await connection.execute(SEEN)
    await connection.add_listener(CHANNEL, lambda *told: arrivals.seen(UUID(str(told[3]))))
    try:
        yield arrivals
    finally:
        await connection.close()


FIGURE = Figure(
    title="An accepted offer begins an assessment, over PostgreSQL and Kafka",
    measure=measure,
    words="""
The wait begins before the request is sent and ends when PostgreSQL tells of the committed assessment. By hand it is a
transaction with the statements of the acceptance (three updates, an engagement, four events, the answer), the events
sent with `acks=all`, read by a consumer of a group, and a transaction with inbox, assessment and event, by asyncpg
and aiokafka in one process. What ours has besides: HTTP, token and validation, the reads of the rules (they decide by
what the database says now), and the relay's look into the outbox, which is what makes the events of a killed process
leave after all.
""",
    needs=("java",),
)
