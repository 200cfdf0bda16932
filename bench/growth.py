"""What four everyday requests cost with 1,000, 30,000 and 1,000,000 companies, on both databases."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import sqlalchemy as sa

from bench.crowd import Kind, copy, keep, settled
from bench.figures import Figure
from bench.firms import found_firms
from bench.harness import Info, Plan, Report, Result, Sample, Worked, against, interval, median, rounds
from bench.processes import postgres
from chassis.clock import new_id
from chassis.service import Service
from chassis.tables import outbox
from chassis.telemetry import configure_logs
from contracts.clients import ClientRegistered
from deploy.local.postgres import Cluster
from services.clients.app import service as clients
from services.clients.models import clients as client_rows
from services.exchange.app import service as exchange
from services.exchange.models import journal
from services.impact import models as results
from services.impact.app import service as impact
from services.matching import models as jobs
from services.matching.app import service as matching
from tests.kit import people
from tests.kit.room import Room, room
from tests.services.matching.stage import COTTON, set_up

SIZES = (1_000, 30_000, 1_000_000)
TRIAL = (300, 600, 1_200)
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ASSESSED, OPTIONS_EACH, FIRMS = 1_000, 8, 200
Act = Callable[[], Awaitable[Any]]


@dataclass(frozen=True)
class Everyday:
    """A request whose cost is compared: how a room is filled for so many companies, what is then asked, how often."""

    name: str
    service: Service
    prepare: Callable[[Room, int], Awaitable[Act]]
    times: int


async def measure(plan: Plan) -> Report:
    """Each request in rooms of every size at once, one after the other."""
    configure_logs("error")
    found: list[Result] = []
    info: list[Info] = []
    async with postgres() as cluster:
        for server in (None, cluster):
            for each in EVERYDAY:
                result, waits = await _compared(plan, each, server)
                found.append(result)
                info += waits
    return Report(found, info)


async def _compared(plan: Plan, everyday: Everyday, server: Cluster | None) -> tuple[Result, list[Info]]:
    sizes = TRIAL if plan.is_trial else SIZES
    where = "PostgreSQL" if server else "SQLite"
    async with AsyncExitStack() as stack:
        contenders: dict[str, Callable[[], Awaitable[Sample]]] = {}
        for size in sizes:
            folder = plan.folder / f"{everyday.service.name}-{where}-{size}"
            here = await stack.enter_async_context(_room(everyday.service, folder, server))
            began = time.perf_counter()
            act = await everyday.prepare(here, size)
            await settled(here.running.store)
            plan.tell(f"  {everyday.name}, {where}: {size:,} companies after {time.perf_counter() - began:.1f} s")
            await act()
            contenders[f"{size:,}"] = partial(_again_and_again, act, 2 if plan.is_trial else everyday.times)
        gc.collect()
        gc.freeze()  # as every process of ours does once it has started
        samples = await rounds(plan, contenders)
        gc.unfreeze()
    bottom, middle, top = samples.values()
    result = against(
        f"{everyday.name}, {where}, {sizes[-1]:,} companies",
        "ms",
        top,
        bottom,
        _p50,
        target=1.3,
        at_most=True,
        limit_is=f"with {sizes[0]:,}",
    )
    return result, [Info(f"{everyday.name}, {where}, {sizes[1]:,} companies", "ms", median(middle, _p50))]


def _p50(sample: Sample) -> float:
    return sample.quantile_ms(0.5)


async def _again_and_again(act: Act, times: int) -> Sample:
    async def work() -> Worked:
        waits = []
        for _ in range(times):
            began = time.perf_counter()
            await act()
            waits.append((time.perf_counter() - began) * 1_000)
        return Worked(times, waits)

    return await interval({"process": time.process_time}, work)


@asynccontextmanager
async def _room(service: Service, folder: Path, server: Cluster | None) -> AsyncIterator[Room]:
    await asyncio.to_thread(folder.mkdir)
    dsn = server.database() if server else None
    try:
        async with room(service, folder, at=START, dsn=dsn) as here:
            yield here
    finally:
        if server and dsn:
            server.drop(dsn)


async def right(asked: Awaitable[httpx2.Response]) -> Any:
    """The body of an answer that is no refusal."""
    answer = await asked
    if answer.is_error:
        raise RuntimeError(f"{answer.status_code}: {answer.text[:500]}")
    return answer.json()


async def _registering(here: Room, size: int) -> Act:
    officer, store = here.as_(people.officer("XA-R")), here.running.store
    body = {"name": "Mill", "country": "XA", "province": "XA-R", "isic": {"code": "1061", "revision": "4"}}
    first = UUID((await right(officer.post("/v1/clients", json=body)))["client_id"])
    await here.settle()
    like = client_rows.table.c.id == first
    await copy(store, client_rows.table, like, {"id": "id", "name": "text", "name_key": "text"}, size)
    event = outbox.table.c.subject == first
    await copy(store, outbox.table, event, {"event_id": "id", "subject": "id", "root": "id"}, size)

    async def act() -> None:
        await right(officer.post("/v1/clients", json=body, headers={"Idempotency-Key": str(new_id())}))

    return act


async def _shortlisting(here: Room, size: int) -> Act:
    stage, store = await set_up(here), here.running.store
    await found_firms(store, FIRMS)
    mine: dict[str, Kind] = {"client_id": "id"}
    await copy(store, jobs.known_clients.table, jobs.known_clients.table.c.client_id == stage.client_id, mine, size)
    like = jobs.known_sites.table.c.site_id == stage.site_id
    await copy(store, jobs.known_sites.table, like, mine | {"site_id": "id"}, size)
    like = jobs.agreements.table.c.consent_id == stage.consent_id
    await copy(store, jobs.agreements.table, like, mine | {"consent_id": "id"}, size)
    need_id = await stage.ask()

    async def act() -> None:
        await right(stage.officer.post("/v1/shortlists", json={"need_id": str(need_id)}))

    return act


async def _adding_up(here: Room, size: int) -> Act:
    """The work done is the same at every size: what grows is the register."""
    store, first = here.running.store, new_id()
    await here.tell(ClientRegistered(client_id=first, country="XA", province="XA-R", isic=COTTON))
    await copy(store, results.clients.table, results.clients.table.c.client_id == first, {"client_id": "id"}, size)
    await store.execute(sa.update(results.registered.table).values(clients=size + 1))
    ids = [UUID(f"01990000-0000-7000-8000-{number:012d}") for number in range(1, ASSESSED + 1)]
    sites = [results.Site(each, each, "XA", "XA-R") for each in ids]
    await keep(store, results.sites, sites)
    await keep(store, results.assessments, [results.Assessment(each, each, each, "", 2025) for each in ids])
    await keep(store, results.lines, [_line(each, stage) for each in ids for stage in STAGES * (OPTIONS_EACH // 2)])
    officer = here.as_(people.officer())

    async def act() -> None:
        await right(officer.get("/v1/impact/funnel"))
        await right(officer.get("/v1/impact/options", params={"by": "province"}))

    return act


STAGES = ("identified", "implemented")
UNKNOWN = ("water_m3", "material_t", "waste_t", "emission_t_co2e", "energy_mj", "investment", "annual_saving")
NOTHING: dict[str, Any] = dict.fromkeys(
    (*UNKNOWN, "came_from", "verdict", "investment_currency", "saving_currency"), None
)


def _line(client_id: UUID, stage: str) -> results.Line:
    return results.Line(
        option_id=new_id(),
        stage=stage,
        programme_code="",
        client_id=client_id,
        site_id=client_id,
        year=2025,
        is_current=True,
        counts=True,
        energy_unknown=True,
        water_unknown=True,
        material_unknown=True,
        waste_unknown=True,
        emission_unknown=True,
        **NOTHING,
    )


async def _following(here: Room, size: int) -> Act:
    """Pages in the midst of the journal and at its end, of everything and of one type."""
    store, first = here.running.store, new_id()
    await here.tell(ClientRegistered(client_id=first, country="XA", province="XA-R", isic=COTTON))
    unlike: Mapping[str, Any] = {"event_id": "id", "subject": "id", "root": "id", "correlation_id": "text"}
    await copy(store, journal.table, journal.table.c.subject == first, unlike, size)
    reader = here.as_(people.administrator())
    one = {"type": "org.openrecp.clients.client_registered.v1"}

    async def act() -> None:
        for after in (size // 2, size - 100):
            page = await right(reader.get("/v1/events", params={"after": str(after), "limit": 100}))
            if len(page["items"]) != 100:
                raise RuntimeError(f"{len(page['items'])} events after {after}")
            await right(reader.get("/v1/events", params={"after": str(after), "limit": 100, **one}))

    return act


EVERYDAY = (
    Everyday("create a client", clients, _registering, 100),
    Everyday(f"shortlist of {FIRMS} firms", matching, _shortlisting, 10),
    Everyday("funnel and options of impact", impact, _adding_up, 10),
    Everyday("four pages of the feed", exchange, _following, 15),
)
FIGURE = Figure(
    title="With a thousand times the companies",
    measure=measure,
    words="""
The same request in three rooms of a service that differ in how many companies stand in its tables, asked in turn; the
ratio is p50 at the top over p50 at the bottom. The rows are copies, made inside the database, of rows the product
wrote. Work is the same everywhere: 1,000 companies assessed with 8 options each, 200 firms.

What grows with the work itself and not with the register: the results add up every option there is at each look, and a
shortlist adds up the completed jobs. Ten times the options cost about ten times as much; the next step would be sums
kept per heading, as is done for registered companies. tests/services/test_index_plans.py holds that no request reads
a growing table whole.
""",
)
