"""The real files of 44,947 rows through one process, and through separate services whose worker does nothing else."""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import httpx2

from bench.embedded import WORLD, peak_mb, up
from bench.figures import Figure
from bench.harness import Info, Plan, Report, Result, alone
from bench.processes import done
from chassis.settings import ROOT, Settings
from chassis.telemetry import configure_logs
from deploy.local.demo import separate, settled, speaking
from openrecp.import_real import PLANTS, RECOMMENDATIONS, bring_in, figures, published_events

FILES = Path(os.environ.get("SHARED", ROOT.parent / "shared" / "data"))
ROWS = 76 + 4_423 + 4_423 + 36_025
PATIENCE_S, LOOK_S = 900.0, 0.5


async def measure(plan: Plan) -> Report:
    """Once each: a run takes a minute or more."""
    configure_logs("error")
    if not all((FILES / name).is_file() for name in (PLANTS, RECOMMENDATIONS)):
        return Report((), [Info("the real files are not here", "files", 0, f"give their folder: SHARED={FILES}")])
    small, one = await _in_one_process(plan)
    large, many = await _with_a_worker(plan)
    return Report([*small, *large], [*one, *many])


async def _in_one_process(plan: Plan) -> tuple[list[Result], list[Info]]:
    data = plan.folder / "data"
    command = (sys.executable, "-m", "openrecp", "init", "--pack", "demo", "--data", str(data), "--json")
    key = json.loads(await done(command, environment=WORLD))["key"]
    async with up(data, plan.folder) as (program, port, _):
        url = f"http://127.0.0.1:{port}"
        began = time.perf_counter()
        await _brought_in(url, key)
        imported = time.perf_counter() - began
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx2.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=60.0) as http:
            await _until_shown(http, Settings(data=data))
        whole = time.perf_counter() - began
        peak = peak_mb(program.pid)
    return _told("one process", imported, whole, peak, least=700)


async def _with_a_worker(plan: Plan) -> tuple[list[Result], list[Info]]:
    folder = plan.folder / "separate"
    await asyncio.to_thread(folder.mkdir)
    async with separate(folder, tell=lambda _: None) as system, speaking(system) as (_, key):
        began = time.perf_counter()
        await _brought_in(system.address("gateway"), key)
        imported = time.perf_counter() - began
        await settled(system)
        whole = time.perf_counter() - began
        peak = max(peak_mb(each.pid) for name, each in system.processes.items() if each.pid and "worker" in name)
    return _told("a worker of its own", imported, whole, peak, least=2_000)


async def _brought_in(url: str, key: str) -> None:
    failed = await bring_in(url, key, FILES)
    if failed is not None:
        raise RuntimeError(f"{failed.figure}: {failed.shown}")


async def _until_shown(http: httpx2.AsyncClient, settings: Settings) -> None:
    """Until the feed holds every event that was written, and impact shows what the files hold."""
    until = time.monotonic() + PATIENCE_S
    while True:
        published = await published_events(settings)
        wrong: list[Any] = [each async for each in figures(http, published) if not each.is_right]
        if not wrong:
            return
        if time.monotonic() > until:
            raise TimeoutError(f"{wrong[0]}")
        await asyncio.sleep(LOOK_S)


def _told(where: str, imported: float, whole: float, peak: float, *, least: int) -> tuple[list[Result], list[Info]]:
    return (
        [
            alone(f"import of the real files, {where}", "rows/s", ROWS / imported, target=least),
            alone(f"peak memory of the import, {where}", "MB", peak, target=400, at_most=True),
        ],
        [
            Info(f"all files in, {where}", "s", imported),
            Info(f"every consumer has every event, {where}", "s", whole, "since the first file was sent"),
        ],
    )


FIGURE = Figure(
    title="The real files",
    measure=measure,
    words="""
76 enterprises, 4,423 plants twice (as companies and as assessments) and 36,025 recommendations, sent by the command
line one file after the other and taken in by jobs; a row becomes three to seven events, each with its place in a
thread. In one process the consumers of those events work on the same core at the same time. What a row costs is its
validation, its rule, and the rows of its unit as JSON; the commit is shared by hundreds of rows.
""",
)
