"""A shortlist over 2,000 providers: from the request to the answer, with every row kept."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import Figure
from bench.firms import found_firms
from bench.growth import right
from bench.harness import Info, Plan, Report, Sample, Worked, alone, interval, median, rounds
from bench.processes import postgres
from chassis.telemetry import configure_logs
from deploy.local.postgres import Cluster
from services.matching.app import service as matching
from tests.kit.room import room
from tests.services.matching.stage import Stage, set_up

PROVIDERS, TIMES = 2_000, 20
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


async def measure(plan: Plan) -> Report:
    """On both databases in turn."""
    configure_logs("error")
    async with postgres() as cluster, _stage(plan.folder, None) as small, _stage(plan.folder, cluster) as large:
        gc.collect()
        gc.freeze()  # as every process of ours does once it has started
        found = await rounds(
            plan,
            {
                "SQLite": lambda: _asked(small, 3 if plan.is_trial else TIMES),
                "PostgreSQL": lambda: _asked(large, 3 if plan.is_trial else TIMES),
            },
        )
    return Report(
        [
            alone(
                f"shortlist over {PROVIDERS:,} providers, {name}: p95",
                "ms",
                median(samples, lambda sample: sample.quantile_ms(0.95)),
                target=50,
                at_most=True,
                cpu_us=median(samples, lambda sample: sample.cpu_us()),
            )
            for name, samples in found.items()
        ],
        [
            Info(f"{name}: p50", "ms", median(samples, lambda sample: sample.quantile_ms(0.5)))
            for name, samples in found.items()
        ],
    )


@asynccontextmanager
async def _stage(folder: Path, cluster: Cluster | None) -> AsyncIterator[tuple[Stage, str]]:
    place = folder / ("large" if cluster else "small")
    await asyncio.to_thread(place.mkdir)
    async with room(matching, place, at=START, dsn=cluster.database() if cluster else None) as here:
        stage = await set_up(here)
        await found_firms(here.running.store, PROVIDERS)
        need_id = str(await stage.ask())
        yield stage, need_id


async def _asked(stage: tuple[Stage, str], times: int) -> Sample:
    officer, need_id = stage[0].officer, stage[1]

    async def work() -> Worked:
        waits = []
        for _ in range(times):
            began = time.perf_counter()
            made = await right(officer.post("/v1/shortlists", json={"need_id": need_id}))
            waits.append((time.perf_counter() - began) * 1_000)
            if not made["eligible"]:
                raise RuntimeError("nobody is eligible")
        return Worked(times, waits)

    return await interval({"process": time.process_time}, work)


FIGURE = Figure(
    title="A shortlist over 2,000 providers",
    measure=measure,
    words="""
The request as an officer sends it, to its answer: 2,000 firms with 4,000 experts and 12,000 competences are read,
judged by seven rules with their facts, scored, and every one of the 2,000 verdicts is written. In one run with a
profile about two thirds of the CPU went into reading firms, experts and competences and putting them together, a
seventh into rules and scores, the rest into encoding and inserting the verdicts. The next step would be to keep what
was read from one run to the next, by version, and to read of experts and competences the columns the rules look at.
""",
)
