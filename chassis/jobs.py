"""Long work as a job with a lease: it shows its progress, can be cancelled, and goes on after a kill."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from chassis.clock import new_id, wall_now
from chassis.store.mapping import table
from chassis.supervision import Pulse, heard
from chassis.tables import metadata
from chassis.unit_of_work import Cause, Ground, UnitOfWork, in_one_unit
from contracts.principals import Principal
from contracts.refusals import NotFound, Refusal

log = structlog.get_logger()
LEASE = timedelta(seconds=15)
RENEW_S = 5.0
POLL_S = 2.0
ENDED = ("finished", "failed", "cancelled")


class JobHasEnded(Refusal):
    sentence = "The job is {state}: there is nothing left to cancel."


class JobFailed(Exception):
    """The work itself says why it cannot go on: a stable code and a sentence for whoever asked."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


@dataclass(frozen=True, slots=True)
class Job:
    """queued → running → finished, failed or cancelled. `done` of `total` steps are behind it."""

    job_id: UUID
    kind: str
    state: str
    principal: Principal
    correlation_id: str
    asked_at: datetime
    input: dict[str, Any] = field(default_factory=dict)
    total: int | None = None
    done: int = 0
    result: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    sentence: str | None = None
    cancel_asked: bool = False
    lease_owner: UUID | None = None
    lease_until: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file given to a job, kept so that the work can go on in another process."""

    job_id: UUID
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row of a file that was refused: where, why, and what stood there."""

    job_id: UUID
    row: int
    column: str
    reason: str
    raw: dict[str, Any]


jobs = table(metadata, Job, "jobs", key=("job_id",), indexes=[("state", "lease_until")])
job_files = table(metadata, JobFile, "job_files", key=("job_id", "name"))
refused_rows = table(metadata, RefusedRow, "refused_rows", key=("job_id", "row"))


class Jobs:
    """The kinds of job a service does."""

    def __init__(self) -> None:
        self.kinds: dict[str, Callable[[Working], Awaitable[dict[str, Any]]]] = {}

    def kind(self, name: str) -> Callable[[Any], Any]:
        """Register the work of a kind: it returns the job's result."""

        def register(work: Any) -> Any:
            self.kinds[name] = work
            return work

        return register


def ask(uow: UnitOfWork, kind: str, *, input: dict[str, Any], files: dict[str, bytes], total: int | None = None) -> Job:
    """Queue a job, with its files, in this unit."""
    job = Job(
        job_id=new_id(),
        kind=kind,
        state="queued",
        principal=uow.principal,
        correlation_id=uow.cause.correlation_id,
        asked_at=wall_now(),
        input=input,
        total=total,
    )
    uow.put(job)
    for name, content in files.items():
        uow.put(JobFile(job.job_id, name, content))
    return job


async def cancel(uow: UnitOfWork, job_id: UUID) -> Job:
    """Ask a job to stop at its next step; raises when it has ended."""
    job = await uow.find(Job, job_id=job_id)
    if job is None:
        raise NotFound(thing="job")
    if job.state in ENDED:
        raise JobHasEnded(state=job.state)
    stopped = dataclasses.replace(job, cancel_asked=True)
    if job.state == "queued":
        stopped = dataclasses.replace(stopped, state="cancelled", finished_at=wall_now())
    uow.put(stopped)
    return stopped


class Cancelled(Exception):
    """Somebody asked the job to stop."""


class Working:
    """A job in work: its files, its units, its progress."""

    def __init__(self, ground: Ground, job: Job) -> None:
        self.ground, self.job = ground, job

    async def file(self, name: str) -> bytes:
        columns = job_files.table.c
        chosen = sa.select(columns.content).where(columns.job_id == self.job.job_id, columns.name == name)
        rows = await self.ground.store.fetch(chosen, heavy=True)
        content: bytes = rows[0][0]
        return content

    async def unit(self, work: Callable[[UnitOfWork], Awaitable[Any]]) -> Any:
        """One step as the principal who asked, in a unit of its own."""
        cause = Cause(self.job.principal, self.job.kind, self.job.correlation_id, causation_id=str(self.job.job_id))
        return await in_one_unit(self.ground, cause, work)

    async def advance(self, done: int, *, total: int | None = None, refused: list[RefusedRow] | None = None) -> None:
        """Note how far it has come, with the rows refused on the way; raises `Cancelled` if asked to stop."""
        current = await _find(self.ground, self.job.job_id)
        if current.cancel_asked:
            raise Cancelled
        self.job = dataclasses.replace(current, done=done, total=total if total is not None else current.total)

        async def work(uow: UnitOfWork) -> None:
            uow.put(self.job)
            for row in refused or ():
                uow.put(row)

        await self.unit(work)


class Worker:
    """Takes one job at a time; takes over those whose lease ran out with their process."""

    def __init__(self, ground: Ground, kinds: Jobs) -> None:
        self.ground, self.kinds = ground, kinds
        self.owner = new_id()
        self._news = asyncio.Event()
        ground.store.on_commit(self._notice)

    def _notice(self, batch: Any) -> None:
        if any(change.table is jobs.table for change in batch.changes):
            self._news.set()

    async def run(self, pulse: Pulse) -> None:
        while True:
            pulse.beat()
            self._news.clear()
            job = await self._take()
            if job is not None:
                await self._work(job, pulse)
            else:
                await heard(self._news, POLL_S)

    async def _take(self) -> Job | None:
        columns, now = jobs.table.c, wall_now()
        free = sa.or_(columns.state == "queued", sa.and_(columns.state == "running", columns.lease_until < now))
        rows = await self.ground.store.fetch(sa.select(jobs.table).where(free).order_by(columns.asked_at).limit(1))
        if not rows:
            return None
        job = jobs.state(rows[0])
        taken = sa.update(jobs.table).where(columns.job_id == job.job_id, free)
        mine = dataclasses.replace(job, state="running", lease_owner=self.owner, lease_until=now + LEASE)
        touched = await self.ground.store.execute(
            taken.values(state=mine.state, lease_owner=mine.lease_owner, lease_until=mine.lease_until)
        )
        return mine if touched == 1 else None

    async def _work(self, job: Job, pulse: Pulse) -> None:
        working = Working(self.ground, job)
        renewing = asyncio.create_task(self._renew(job.job_id, pulse))
        try:
            result = await self.kinds.kinds[job.kind](working)
            await self._end(job, "finished", result=result)
        except Cancelled:
            await self._end(job, "cancelled")
        except JobFailed as failure:
            await self._end(job, "failed", error=failure.code, sentence=failure.sentence)
        except Exception as error:
            log.exception("job.failed", kind=job.kind, job_id=str(job.job_id))
            await self._end(job, "failed", error="internal_error", sentence=f"Our mistake ({type(error).__name__}).")
        finally:
            renewing.cancel()

    async def _renew(self, job_id: UUID, pulse: Pulse) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            pulse.beat()
            mine = sa.update(jobs.table).where(jobs.table.c.job_id == job_id, jobs.table.c.lease_owner == self.owner)
            await self.ground.store.execute(mine.values(lease_until=wall_now() + LEASE))

    async def _end(self, job: Job, state: str, **values: Any) -> None:
        current = await _find(self.ground, job.job_id)
        ended = dataclasses.replace(current, state=state, finished_at=wall_now(), lease_until=None, **values)

        async def work(uow: UnitOfWork) -> None:
            uow.put(ended)

        await Working(self.ground, job).unit(work)


async def _find(ground: Ground, job_id: UUID) -> Job:
    return jobs.state((await ground.store.fetch(sa.select(jobs.table).where(jobs.table.c.job_id == job_id)))[0])
