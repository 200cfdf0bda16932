"""Registering a client on SQLite (synchronous=FULL) through its route, beside bare sqlite3 in groups of 16."""

import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from operator import methodcaller
from pathlib import Path

import httpx2

from bench.create import CLIENTS, OFFICER, WARM_S, asking
from bench.deployment import CENTRE, PACK
from bench.figures import Figure
from bench.harness import Info, Plan, Report, Sample, Worked, against, interval, median, rounds
from bench.load import drive
from bench.processes import UNDER_TEST, Program, done, started
from chassis.auth import TokenMint
from chassis.settings import ROOT, Settings
from deploy.local.postgres import free_port
from openrecp.databases import migrate


async def measure(plan: Plan) -> Report:
    """16 callers: the service's route alone, the whole deployment through its gateway, and sqlite3 with their rows."""
    async with _alone(plan) as alone, _whole(plan) as whole:
        await alone.drive(WARM_S)
        await whole.drive(WARM_S)
        bare = plan.folder / "bare.sqlite"
        contenders = {
            "route": lambda: alone.sample(plan.seconds),
            "whole": lambda: whole.sample(plan.seconds),
            "sqlite3": lambda: _bare(alone.file, bare, plan.seconds),
        }
        found = await rounds(plan, contenders)
    limit, limit_is = found["sqlite3"], "bare sqlite3, the same rows, 16 a commit"
    result = against(
        "create client, SQLite FULL",
        "per s",
        found["route"],
        limit,
        lambda sample: sample.per_second,
        target=0.18,
        limit_is=limit_is,
    )
    whole_rate = median(found["whole"], lambda sample: sample.per_second)
    words = "through gateway, key and limits, with relay, consumers and every other loop in the same process"
    waits = [
        Info(f"{name}: {label}", "ms", median(found[name], methodcaller("quantile_ms", share)))
        for name in ("route", "whole")
        for label, share in (("p50", 0.5), ("p99", 0.99))
    ]
    return Report([result], [Info("one process, everything: create client", "per s", whole_rate, words), *waits])


class Asked:
    """A process that takes the create on SQLite."""

    def __init__(self, program: Program, port: int, bearer: Callable[[], str], file: Path) -> None:
        self._program, self._port, self._bearer, self.file = program, port, bearer, file

    async def drive(self, seconds: float) -> Worked:
        """16 callers for some seconds."""
        ask = asking({"Authorization": self._bearer()})
        answered = await drive(self._port, [ask], seconds=seconds, connections=CLIENTS, expected=201)
        return answered.worked

    async def sample(self, seconds: float) -> Sample:
        return await interval({"process": self._program.cpu_s}, lambda: self.drive(seconds))


@asynccontextmanager
async def _alone(plan: Plan) -> AsyncIterator[Asked]:
    """The clients service by itself on its file, as its api is on PostgreSQL (`bench.one_service`)."""
    folder, port = plan.folder / "alone", free_port()
    settings = Settings(data=folder, pack=PACK, deployment=CENTRE)
    for name in ("log", "clients"):
        await migrate(settings, name)
    mint = TokenMint(TokenMint.new_key(), settings.issuer)
    environment = {
        "OPENRECP_DATA": str(folder),
        "OPENRECP_PACK": PACK,
        "OPENRECP_DEPLOYMENT": CENTRE,
        "OPENRECP_PORT": str(port),
        "OPENRECP_PUBLIC_KEY": mint.public_key,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "bench.one_service", "clients"]
    async with started("alone", command, folder=plan.folder, port=port, environment=environment) as program:
        yield Asked(program, port, lambda: f"Bearer {mint.token(OFFICER)}", folder / "clients.sqlite")


@asynccontextmanager
async def _whole(plan: Plan) -> AsyncIterator[Asked]:
    """`openrecp up`, asked with an officer's key."""
    folder, port = plan.folder / "whole", free_port()
    environment = {"PYTHONPATH": str(ROOT), "OPENRECP_PORT": str(port), "OPENRECP_DOOR_REQUESTS_PER_MINUTE": "10000000"}
    base = [sys.executable, "-m", "openrecp"]
    said = await done([*base, "init", "--pack", PACK, "--data", str(folder), "--json"], environment=environment)
    command = [*base, "up", "--data", str(folder), "--port", str(port)]
    async with started("whole", command, folder=plan.folder, port=port, environment=environment) as program:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60.0) as http:
            http.headers["Authorization"] = f"Bearer {json.loads(said)['key']}"
            made = await http.post("/v1/keys", json={"label": "bench", "roles": ["officer"]})
        key = made.json()["key"]
        yield Asked(program, port, lambda: f"Bearer {key}", folder / "clients.sqlite")


async def _bare(source: Path, file: Path, seconds: float) -> Sample:
    """The limit: a process that only writes such rows, 16 creates a commit."""
    said = await done(
        [sys.executable, "-m", "bench.bare_sqlite", str(source), str(file), str(seconds)],
        environment={"PYTHONPATH": str(ROOT)},
        core=UNDER_TEST,
    )
    told = json.loads(said)
    return Sample(told["creates"], told["seconds"], {"sqlite3": told["cpu_s"]})


FIGURE = Figure(
    "Registering a client on SQLite",
    measure,
    """
The same create on a SQLite file (WAL, `synchronous=FULL`), by the service's routes alone in a process of their own as
on PostgreSQL; beside it sqlite3 in Python writing the very rows, 16 creates a commit, in a process of its own. Below, a
whole `openrecp up` asked through its gateway, with relay, consumers and every other loop in the same process.

**What costs the rest.** The limit is a loop without HTTP, token, validation or answer. Of ours the request costs far
more than the rows; the writer thread and the event loop share one interpreter, and each commit hands over twice.

**What holds the next fifth back.** The frame of the request, as on PostgreSQL; then the interpreter's lock between the
loop and the writer thread.
""",
)
