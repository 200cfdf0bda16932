"""Registering a client through the ordinary route of its service on PostgreSQL, beside pgbench and a route by hand."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

from bench.deployment import PEOPLE, Deployment
from bench.figures import Figure
from bench.harness import Info, Plan, Report, Sample, Worked, against, interval, median, rounds
from bench.load import MARK, Answered, Ask, drive
from bench.peers.tokens import new_token
from bench.processes import Program, cpu_s, postgres, started
from bench.statements import Pgbench, insert, row_of, unlike
from chassis.settings import ROOT
from contracts.principals import Principal, Role
from deploy.local.postgres import Cluster, free_port

Contender = Callable[[], Awaitable[Sample]]
OFFICER = Principal(**PEOPLE, roles=frozenset({Role.OFFICER}))
BODY = (
    b'{"name": "Bench Mill ' + MARK + b'", "country": "XA", "province": "XA-R", '
    b'"isic": {"code": "1061", "revision": "4"}, "size_class": "medium"}'
)
CLIENTS = 16
WARM_S = 2.0


def asking(headers: dict[str, str]) -> Ask:
    """The request, under an idempotency key of its own each time."""
    return Ask("POST", "/v1/clients", {**headers, "Idempotency-Key": f"bench-{MARK.decode()}"}, BODY)


async def measure(plan: Plan) -> Report:
    """16 callers at once: our service, pgbench with the same rows, and the same create by hand."""
    async with postgres() as cluster, _contenders(plan, cluster) as contenders:
        found = await rounds(plan, contenders)
    ours, limit, by_hand = found["ours"], found["pgbench"], found["by hand"]
    return Report(
        [
            against(
                "create client, PostgreSQL",
                "per s",
                ours,
                limit,
                lambda sample: sample.per_second,
                target=0.55,
                limit_is="pgbench, the same rows",
                cpu=lambda sample: sample.cpu_us("service", "postgres"),
                limit_cpu=lambda sample: sample.cpu_us("asking", "postgres"),
            ),
            against(
                "create client: CPU of PostgreSQL",
                "us each",
                ours,
                limit,
                lambda sample: sample.cpu_us("postgres"),
                target=0.5,
                at_most=True,
                limit_is="pgbench, the same rows",
                cpu=lambda sample: sample.cpu_us("postgres"),
                limit_cpu=lambda sample: sample.cpu_us("postgres"),
            ),
            against(
                "create client: p99/p50",
                "times",
                ours,
                limit,
                spread,
                target=2.0,
                at_most=True,
                limit_is="pgbench's own p99/p50",
            ),
            against(
                "create client beside a route by hand",
                "per s",
                ours,
                by_hand,
                lambda sample: sample.per_second,
                target=1.3,
                limit_is="FastAPI + asyncpg by hand",
                cpu=lambda sample: sample.cpu_us("service", "postgres"),
                limit_cpu=lambda sample: sample.cpu_us("service", "postgres"),
            ),
        ],
        [*_waits("ours", ours), *_waits("pgbench", limit), *_waits("by hand", by_hand)],
    )


def spread(sample: Sample) -> float:
    """How much longer the slowest of a hundred waits than the middle one."""
    return sample.quantile_ms(0.99) / sample.quantile_ms(0.5)


def _waits(name: str, samples: list[Sample]) -> list[Info]:
    own = "asking" if "asking" in samples[0].cpu_s else "service"
    return [
        Info(f"{name}: p50", "ms", median(samples, lambda sample: sample.quantile_ms(0.5))),
        Info(f"{name}: p99", "ms", median(samples, lambda sample: sample.quantile_ms(0.99))),
        Info(f"{name}: CPU without PostgreSQL", "us each", median(samples, lambda sample: sample.cpu_us(own))),
        Info(f"{name}: CPU of PostgreSQL", "us each", median(samples, lambda sample: sample.cpu_us("postgres"))),
    ]


@asynccontextmanager
async def _contenders(plan: Plan, cluster: Cluster) -> AsyncIterator[dict[str, Contender]]:
    """Three databases of one server with the same tables; every contender is warm before the first round."""
    deployment = Deployment(cluster, plan.folder)
    await deployment.prepare("clients")
    for name in ("pgbench", "hand"):
        await copied(cluster, deployment.dsn("clients"), name)
    async with AsyncExitStack() as stack:
        program, port = await stack.enter_async_context(deployment.serving("clients"))
        ours = Service(cluster, program, port, lambda: [asking(deployment.bearer(OFFICER))])
        await ours.drive(WARM_S)
        script = Pgbench(cluster, cluster.dsn("pgbench"), await statements(deployment), plan.folder, clients=CLIENTS)
        hand, hand_port = await stack.enter_async_context(by_hand(plan, cluster.dsn("hand"), "by_hand"))
        token = {"Authorization": f"Bearer {new_token(str(OFFICER.principal_id), ['officer'])}"}
        peer = Service(cluster, hand, hand_port, lambda: [asking(token)])
        await peer.drive(WARM_S)
        yield {
            "ours": lambda: ours.sample(plan.seconds),
            "pgbench": lambda: script.sample(plan),
            "by hand": lambda: peer.sample(plan.seconds),
        }


class Service:
    """A process that takes a command, and how it is asked."""

    def __init__(
        self,
        cluster: Cluster,
        program: Program,
        port: int,
        asks: Callable[[], list[Ask]],
        *,
        once: bool = False,
        expected: int = 201,
    ) -> None:
        assert cluster.pid is not None  # noqa: S101  it was started
        self._server, self._program, self._port, self._asks = cluster.pid, program, port, asks
        self._once, self._expected = once, expected

    async def drive(self, seconds: float) -> Answered:
        """So many callers at once, for some seconds."""
        return await drive(
            self._port,
            self._asks(),
            seconds=seconds,
            connections=CLIENTS,
            once=self._once,
            expected=self._expected,
        )

    async def sample(self, seconds: float) -> Sample:
        """One interval: creates, the CPU of the service and of PostgreSQL, the waits of the callers."""

        async def work() -> Worked:
            return (await self.drive(seconds)).worked

        parts = {"service": self._program.cpu_s, "postgres": lambda: cpu_s(self._server)}
        return await interval(parts, work)


@asynccontextmanager
async def by_hand(plan: Plan, dsn: str, module: str) -> AsyncIterator[tuple[Program, int]]:
    """One of the FastAPI peers under uvicorn, as one process like ours."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", f"bench.peers.{module}:app", "--port", str(port), "--no-access-log"]
    environment = {"DATABASE_URL": dsn, "PYTHONPATH": str(ROOT)}
    async with started(module, command, folder=plan.folder, port=port, environment=environment) as program:
        yield program, port


async def copied(cluster: Cluster, dsn: str, name: str) -> None:
    """Another database with the tables of one that nobody uses yet."""
    connection = await asyncpg.connect(cluster.dsn())
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{dsn.rpartition("/")[2]}"')
    finally:
        await connection.close()


async def statements(deployment: Deployment) -> list[str]:
    """The rows of the last create, as plain inserts."""
    connection = await asyncpg.connect(deployment.dsn("clients"))
    try:
        client = await row_of(connection, "clients", "id")
        event = await row_of(connection, "outbox", "position")
        answer = await row_of(connection, "answers", "answered_at")
    finally:
        await connection.close()
    own = {"id": unlike("id"), "name_key": unlike("text", "bench mill "), "name": unlike("text", "Bench Mill ")}
    told = {name: unlike("id") for name in ("event_id", "subject", "root")}
    return [
        insert("clients", client, own),
        insert("outbox", event, told),
        insert("answers", answer, {"slot": unlike("digest")}),
    ]


FIGURE = Figure(
    "Registering a client",
    measure,
    """
`POST /v1/clients` as deployed (`openrecp serve clients --role api`, one process): internal token, permission, strict
body, province of the pack, one row of the client, one of the outbox, one kept answer. pgbench writes the very rows of
the last such create, each by a prepared insert, in one transaction, on a copy of the same tables; it does not look
whether the key was used before, which the service does by one more read. The route by hand is the one in
`bench/peers/by_hand.py`.

**What costs the rest.** PostgreSQL does less for us than for pgbench: units that wait at the same moment are one
statement and one commit. What is left is Python, about as much for the frame around a use case (FastAPI's solving of
dependencies, Starlette's and our own layers, response, headers) as for the use case, its rows and its event.

**What holds the next fifth back.** The read of the kept answer before each keyed command: a round trip, a pool, a
compiled select. Leaving it to the unique key of the slot would save it, but every repetition would then undo the group
it was written in, at the cost of its neighbours. After that FastAPI's own layers: a route on the bare request.
""",
    needs=("pgbench",),
)
