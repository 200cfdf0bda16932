"""The same create as others would write it: by hand, with the ORM, with Django REST framework; beside ours."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager

from bench.create import CLIENTS, OFFICER, WARM_S, Contender, Service, asking, by_hand, copied, statements
from bench.deployment import Deployment
from bench.figures import Figure
from bench.harness import Info, Plan, Report, Sample, beside, median, rounds
from bench.peers.tokens import SECRET, new_token
from bench.processes import Program, postgres, started
from bench.statements import Pgbench
from chassis.settings import ROOT
from deploy.local.postgres import Cluster, free_port

GUNICORN = ROOT / ".venv-bench" / "bin" / "gunicorn"
PEERS = {
    "hand": "FastAPI + asyncpg by hand",
    "orm": "FastAPI + SQLAlchemy ORM",
    "django": "Django REST framework",
}


async def measure(plan: Plan) -> Report:
    """Everybody on the same tables, 16 callers at once, one process each."""
    async with postgres() as cluster, _contenders(plan, cluster) as contenders:
        found = await rounds(plan, contenders)
    limit = found.pop("pgbench")
    info = [row for name, samples in found.items() for row in _of(PEERS.get(name, "OpenRECP"), samples, limit)]
    return Report(info=info)


def _of(name: str, samples: list[Sample], limit: list[Sample]) -> list[Info]:
    ratio = beside(samples, limit, lambda sample: sample.per_second)
    return [
        Info(f"{name}: creates", "per s", median(samples, lambda sample: sample.per_second), f"{ratio:.2f} of pgbench"),
        Info(f"{name}: CPU of its process", "us each", median(samples, lambda sample: sample.cpu_us("service"))),
        Info(f"{name}: CPU of PostgreSQL", "us each", median(samples, lambda sample: sample.cpu_us("postgres"))),
        Info(f"{name}: p50", "ms", median(samples, lambda sample: sample.quantile_ms(0.5))),
        Info(f"{name}: p99", "ms", median(samples, lambda sample: sample.quantile_ms(0.99))),
    ]


@asynccontextmanager
async def _contenders(plan: Plan, cluster: Cluster) -> AsyncIterator[Mapping[str, Contender]]:
    deployment = Deployment(cluster, plan.folder)
    await deployment.prepare("clients")
    for name in ("pgbench", *PEERS):
        await copied(cluster, deployment.dsn("clients"), name)
    made = new_token(str(OFFICER.principal_id), ["officer"], token_type="access", jti="1")  # noqa: S106  its kind
    token = {"Authorization": f"Bearer {made}"}
    async with AsyncExitStack() as stack:
        program, port = await stack.enter_async_context(deployment.serving("clients"))
        services = {"ours": Service(cluster, program, port, lambda: [asking(deployment.bearer(OFFICER))])}
        for name in PEERS:
            way = _django(plan, cluster.dsn(name)) if name == "django" else _fastapi(plan, cluster.dsn(name), name)
            peer, place = await stack.enter_async_context(way)
            services[name] = Service(cluster, peer, place, lambda: [asking(token)])
        for service in services.values():
            await service.drive(WARM_S)
        script = Pgbench(cluster, cluster.dsn("pgbench"), await statements(deployment), plan.folder, clients=CLIENTS)
        ways: dict[str, Contender] = {"pgbench": lambda: script.sample(plan)}
        for name, service in services.items():
            ways[name] = _sampled(service, plan)
        yield ways


def _sampled(service: Service, plan: Plan) -> Contender:
    return lambda: service.sample(plan.seconds)


def _fastapi(plan: Plan, dsn: str, name: str) -> AbstractAsyncContextManager[tuple[Program, int]]:
    return by_hand(plan, dsn, "by_hand" if name == "hand" else name)


@asynccontextmanager
async def _django(plan: Plan, dsn: str) -> AsyncIterator[tuple[Program, int]]:
    """gunicorn with one process and as many threads as there are callers."""
    port = free_port()
    command = [
        *(str(GUNICORN), "bench.peers.drf.wsgi:application", "--bind", f"127.0.0.1:{port}"),
        *("--workers", "1", "--worker-class", "gthread", "--threads", str(CLIENTS), "--keep-alive", "60"),
    ]
    environment = {"DATABASE_URL": dsn, "PYTHONPATH": str(ROOT), "PEER_SECRET": SECRET, "HOME": os.environ["HOME"]}
    async with started("django", command, folder=plan.folder, port=port, environment=environment) as program:
        yield program, port


FIGURE = Figure(
    "The same create as others would write it",
    measure,
    """
The create of the first figure on the same tables, one process each under 16 callers: row, outbox and kept answer in one
transaction, a token checked, a role asked for, a body validated. FastAPI with asyncpg by hand and with SQLAlchemy's
asyncio session under uvicorn, Django REST framework under gunicorn with 16 threads (`bench/peers/`). None of them
refuses unknown query parameters, guards versions, groups commits or writes the audit that ours has.
""",
    needs=("pgbench", str(GUNICORN)),
)
