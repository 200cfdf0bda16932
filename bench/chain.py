"""From an accepted offer to the assessment it begins, at 50 requests a second, beside two commits by hand."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import sqlalchemy as sa

from bench.bare_files import BareFiles
from bench.figures import Figure
from bench.harness import Info, Plan, Report, Result, Sample, Worked, against, interval, median, rounds
from bench.offers import Ask, Open, found_market, open_offers, shares
from chassis.auth import TokenMint
from chassis.clock import new_id
from chassis.settings import Settings
from chassis.store.port import Batch
from chassis.telemetry import configure_logs
from contracts.principals import Principal, Role
from gateway.signing import signing_key
from openrecp.folder import DataFolder
from openrecp.house import House, init, open_house

RATE, PATIENCE_S = 50.0, 30.0


class Arrivals:
    """When each assessment could be seen, by the need it is for."""

    def __init__(self) -> None:
        self.at: dict[UUID, float] = {}
        self._news = asyncio.Event()

    def seen(self, need_id: UUID) -> None:
        self.at.setdefault(need_id, time.perf_counter())
        self._news.set()

    async def until_all(self, needs: set[UUID]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not needs <= self.at.keys():
                self._news.clear()
                await self._news.wait()


async def at_rate(offers: list[Open], ask: Ask, arrivals: Arrivals, rate: float = RATE) -> Worked:
    """Accept one after the other at a pace, whatever the answers take; the waits end where the assessment is seen."""
    began: dict[UUID, float] = {}
    start = time.perf_counter()
    async with asyncio.TaskGroup() as together:
        for number, offer in enumerate(offers):
            await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
            began[offer.need_id] = time.perf_counter()
            together.create_task(_accept(offer, ask))
    await arrivals.until_all(set(began))
    return Worked(len(offers), [(arrivals.at[need] - began[need]) * 1_000 for need in began])


async def _accept(offer: Open, ask: Ask) -> None:
    await ask(f"/v1/offers/{offer.offer_id}/accept", {"person_id": str(offer.person_id)}, principal(offer))


def principal(offer: Open) -> Principal:
    """Whoever answers for the firm."""
    return Principal(principal_id=offer.provider_id, roles=frozenset({Role.PROVIDER}), provider_id=offer.provider_id)


def each_round(plan: Plan) -> int:
    """How many offers a round accepts."""
    return 20 if plan.is_trial else int(RATE * plan.seconds)


async def measure(plan: Plan) -> Report:
    """The whole house in this process, and beside it two commits into two files, at the same pace."""
    configure_logs("error")
    async with _house(plan.folder / "house") as house:
        matching, assessments = house.running["matching"].store, house.running["assessments"].store
        market = await found_market(matching)
        count = each_round(plan)
        ask = _asking(house, plan.folder / "house")
        found = await open_offers(matching, ask, market, count * (plan.rounds + 1))
        parts = shares(found, plan.rounds + 1)
        arrivals = Arrivals()
        assessments.on_commit(lambda batch: _heard(batch, arrivals))
        await at_rate(parts.pop()[:50], ask, arrivals)
        bare = await BareFiles.like(matching, assessments, plan.folder / "bare")
        statements = Statements(house)

        async def ours() -> Sample:
            return await interval({"process": time.process_time}, lambda: at_rate(parts.pop(), ask, arrivals))

        async def by_hand() -> Sample:
            return await interval({"process": time.process_time}, lambda: bare.at_rate(count, RATE))

        samples = await rounds(plan, {"ours": ours, "by hand": by_hand})
        idle = await statements.while_idle(3.0 if plan.is_trial else 20.0)
        bare.close()
    return Report([_p50(samples), idle], _waits(samples))


def _p50(samples: dict[str, list[Sample]]) -> Result:
    return against(
        "accepted offer to assessment, embedded: p50",
        "ms",
        samples["ours"],
        samples["by hand"],
        lambda sample: sample.quantile_ms(0.5),
        target=5.0,
        at_most=True,
        limit_is="sqlite3: commit and commit",
    )


def _waits(samples: dict[str, list[Sample]]) -> list[Info]:
    return [
        Info(f"{name}: p99", "ms", median(found, lambda sample: sample.quantile_ms(0.99)))
        for name, found in samples.items()
    ]


@asynccontextmanager
async def _house(folder: Path) -> AsyncIterator[House]:
    settings = Settings(data=folder, pack="demo", deployment="bench", port=0)
    with DataFolder(settings.data):
        await init(settings)
        async with open_house(settings) as house:
            yield house


def _heard(batch: Batch, arrivals: Arrivals) -> None:
    for change in batch.changes:
        if change.table.name == "assessments":
            arrivals.seen(change.row["need_id"])


def _asking(house: House, folder: Path) -> Ask:
    mint = TokenMint(signing_key(folder), house.settings.issuer)
    http = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=house.running["matching"].app), base_url="http://bench", trust_env=False
    )

    async def ask(path: str, body: dict[str, Any], who: Principal) -> None:
        headers = {"Authorization": f"Bearer {mint.token(who)}", "Idempotency-Key": str(new_id())}
        answer = await http.post(path, json=body, headers=headers)
        if answer.is_error:
            raise RuntimeError(f"{answer.status_code}: {answer.text[:500]}")

    return ask


class Statements:
    """How often each statement is put to a database while nobody asks anything."""

    def __init__(self, house: House) -> None:
        self._stores = {name: each.store for name, each in house.running.items()}

    async def while_idle(self, seconds: float) -> Result:
        """The statement that comes most often; deadlines are looked at once a second, and nothing more often."""
        counts: dict[tuple[str, str], int] = {}
        undo: list[Callable[[], None]] = []
        for name, store in self._stores.items():
            undo.append(self._count(name, store, counts))
        await asyncio.sleep(seconds)
        for each in undo:
            each()
        most = max(counts.values(), default=0)
        return Result(
            name="the statement put most often while nobody asks",
            unit="per s",
            value=most / seconds,
            target=1.05,  # a second and what it takes to wake up
            met=most / seconds <= 1.05,
            at_most=True,
        )

    @staticmethod
    def _count(name: str, store: Any, counts: dict[tuple[str, str], int]) -> Callable[[], None]:
        fetch = store.fetch

        async def counting(statement: sa.Select[Any], *, heavy: bool = False) -> Any:
            key = name, str(statement)
            counts[key] = counts.get(key, 0) + 1
            return await fetch(statement, heavy=heavy)

        store.fetch = counting
        return lambda: setattr(store, "fetch", fetch)


FIGURE = Figure(
    title="An accepted offer begins an assessment, in one process",
    measure=measure,
    words="""
The wait begins before the request is sent and ends when the committed assessment can be read. By hand it is one
transaction with the rows of the acceptance in one SQLite file and one with those of the assessment in another,
`synchronous=FULL` as ours. Between them stand a commit of the event log and one that marks the outbox, so that nothing
is lost or doubled: four commits instead of two are the larger part of the ratio; the rest are the reads of the rules.
""",
)
