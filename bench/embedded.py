"""Everything in one process on a laptop: how soon it is ready, what it holds, and what it does while nobody asks."""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bench.figures import Figure
from bench.harness import LEAST_ROUNDS, Info, Plan, Report, Result, alone
from bench.processes import UNDER_TEST, Program, done, started
from chassis.settings import ROOT
from deploy.local.postgres import free_port

PROGRAM = (sys.executable, "-m", "openrecp")
WORLD = {"PYTHONPATH": str(ROOT)}
LIBRARIES = (
    "uvloop, httptools, uvicorn, fastapi, sqlalchemy, pydantic_settings, aiohttp, joserfc.jwt, limits.aio, structlog, "
    "prometheus_client, jinja2, babel.dates, typer, rich.table, httpx2, cloudevents.core, uuid_utils"
)
"""What the process needs of others to answer: imported, and nothing done with it."""
OWN = (
    "import openrecp.up, gateway.app, portal.app\n"
    "from openrecp.services import NAMES, load\n"
    "for each in NAMES: load(each)"
)
READY_WITHIN_S, LOOK_S = 180.0, 0.01
REST_S, IDLE_S, WALKS = 10.0, 20.0, 40
ASKED = ("clients", "needs", "offers", "assessments", "courses", "impact/funnel", "impact/options", "sites")


async def measure(plan: Plan) -> Report:
    """Start it again and again beside the imports alone; then leave it alone for a while."""
    data, played = plan.folder / "data", plan.folder / "played"
    await done([*PROGRAM, "init", "--pack", "demo", "--data", data], environment=WORLD)
    ready, imports = [], []
    for number in range(max(plan.rounds, LEAST_ROUNDS) + 1):
        took = await _took(f"import {LIBRARIES}")
        async with up(data, plan.folder) as (_, _, seconds):
            plan.tell(f"  start {number}: ready after {seconds:.2f} s, imports alone {took:.2f} s")
        if number:  # the first warms the disk
            ready.append(seconds)
            imports.append(took)
    info = [Info("imports of the whole program, nothing started", "s", await _took(OWN))]
    async with up(played, plan.folder, "--demo") as (program, _, _):
        await asyncio.sleep(REST_S)
        info.append(Info("memory in a process that has just played the main job", "MB", resident_mb(program.pid)))
    async with up(played, plan.folder) as (program, port, _):
        await asyncio.sleep(REST_S)
        idle = await _idle(program)
        info += [
            Info("wake-ups while nobody asks", "per s", idle[2], "ten of them are uvicorn's own clock"),
            Info("memory after 320 requests and a rest", "MB", await _walked(program, played, port)),
        ]
    return Report([_ready(ready, imports), *idle[:2]], info)


def _ready(ready: list[float], imports: list[float]) -> Result:
    ratio = statistics.median(ready) / statistics.median(imports)
    return Result(
        name="ready after the start",
        unit="s",
        value=statistics.median(ready),
        limit=statistics.median(imports),
        limit_is="its libraries imported, nothing else",
        ratio=ratio,
        target=3.0,
        met=ratio <= 3.0,
        at_most=True,
    )


async def _idle(program: Program) -> tuple[Result, Result, float]:
    before, woken = program.cpu_s(), switches(program.pid)
    await asyncio.sleep(IDLE_S)
    share = (program.cpu_s() - before) / IDLE_S * 100
    return (
        alone("memory at rest (resident)", "MB", resident_mb(program.pid), target=160, at_most=True),
        alone("CPU at rest", "%", share, target=1.0, at_most=True),
        (switches(program.pid) - woken) / IDLE_S,
    )


async def _walked(program: Program, data: Path, port: int) -> float:
    """Megabytes after somebody has looked at everything many times."""
    keys = json.loads((data / "demo-keys.json").read_text(encoding="utf-8"))
    headers = {"Authorization": f"Bearer {keys['officer']['key']}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        for path in ASKED * WALKS:
            async with http.get(f"http://127.0.0.1:{port}/v1/{path}") as answer:
                await answer.read()
    await asyncio.sleep(REST_S)
    return resident_mb(program.pid)


async def _took(code: str) -> float:
    """Seconds of a Python process with this code."""
    began = time.perf_counter()
    await done([sys.executable, "-c", code], environment=WORLD, core=UNDER_TEST)
    return time.perf_counter() - began


@asynccontextmanager
async def up(data: Path, folder: Path, *more: str) -> AsyncIterator[tuple[Program, int, float]]:
    """`openrecp up`, its port, and the seconds until it answers and says that it is up."""
    port, began = free_port(), time.perf_counter()
    command = (*PROGRAM, "up", "--data", str(data), "--port", str(port), *more)
    (folder / "up.log").unlink(missing_ok=True)
    async with started("up", command, folder=folder, environment=WORLD, cwd=folder) as program:
        async with aiohttp.ClientSession() as http:
            while "is up" not in program.tail() or not await _answers(http, port):
                if time.perf_counter() - began > READY_WITHIN_S:
                    raise TimeoutError(program.tail())
                await asyncio.sleep(LOOK_S)
        yield program, port, time.perf_counter() - began


async def _answers(http: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with http.get(f"http://127.0.0.1:{port}/health/ready") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


def resident_mb(pid: int) -> float:
    """What `ps` shows as RSS: shared libraries counted whole."""
    return _status(pid, "VmRSS") / 1024


def peak_mb(pid: int) -> float:
    """The most it has ever held."""
    return _status(pid, "VmHWM") / 1024


def switches(pid: int) -> int:
    """How often any of its threads has gone to sleep of its own accord."""
    return sum(
        int(line.split()[1])
        for task in Path(f"/proc/{pid}/task").iterdir()
        for line in (task / "status").read_text().splitlines()
        if line.startswith("voluntary")
    )


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


FIGURE = Figure(
    title="One process on a laptop",
    measure=measure,
    words="""
Ready is the first answer of `/health/ready` and the line that says so, with every service, its databases checked and
its loops running; the limit is a Python process that imports the same libraries and ends. Memory is what `ps` shows.
The rest of the start is our own modules (150 operations: FastAPI builds a validator for each) and opening eight files.
At rest each service looks at its deadlines once a second, everything else less often, uvicorn's own clock ten times.
""",
)
