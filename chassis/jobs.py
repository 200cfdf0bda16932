"""Long work as a job with a lease: it shows its progress, can be cancelled, and goes on after a kill."""

import asyncio
import contextlib
import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
import structlog

from chassis.clock import new_id, wall_now
from chassis.store.mapping import table
from chassis.store.port import OutcomeUnknown, Store, Unreachable, Violated
from chassis.supervision import Pulse, heard
from chassis.tables import metadata
from chassis.unit_of_work import Cause, Ground, UnitOfWork, in_one_unit
from contracts.principals import Principal
from contracts.refusals import Refusal

log = structlog.get_logger()
R = TypeVar("R")
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
    """queued → running → finished, failed or cancelled. `done` of `total` steps are behind it, and `result` says
    with what; once it is taken, only its worker writes it."""

    job_id: UUID
    kind: str
    state: str
    asked_by: UUID
    principal: Principal
    correlation_id: str
    asked_at: datetime
    input: dict[str, Any] = field(default_factory=dict)
    total: int | None = None
    done: int = 0
    result: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    sentence: str | None = None
    lease_owner: UUID | None = None
    lease_until: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class JobLease:
    """Whose turn a job is: who takes it over raises the version; what an earlier holder still writes is refused."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file given to a job, kept so that the work can go on in another process."""

    job_id: UUID
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class JobCancel:
    """Somebody asked a job to stop. A row of its own: its worker writes the job's row meanwhile."""

    job_id: UUID
    asked_by: UUID
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row of a file that was refused: where, why (a stable code and a sentence), and what stood there; `kinds`
    says which of its cells were no texts."""

    job_id: UUID
    file: str
    row: int
    column: str
    code: str
    sentence: str
    raw: dict[str, str]
    kinds: dict[str, str] | None = None


jobs = table(metadata, Job, "jobs", key=("job_id",), indexes=[("state", "lease_until"), ("kind", "asked_by")])
job_leases = table(metadata, JobLease, "job_leases", key=("id",))
job_files = table(metadata, JobFile, "job_files", key=("job_id", "name"))
job_cancels = table(metadata, JobCancel, "job_cancels", key=("job_id",))
refused_rows = table(metadata, RefusedRow, "refused_rows", key=("job_id", "file", "row"))


class Jobs:
    """The kinds of job a service does, and what follows from the end of each, in the transaction that ends it."""

    def __init__(self, *, ended: Callable[[UnitOfWork, Job], Awaitable[None]] | None = None) -> None:
        self.ended = ended
        self.kinds: dict[str, Callable[[Working], Awaitable[dict[str, Any]]]] = {}

    def kind(self, name: str) -> Callable[[Any], Any]:
        """Register the work of a kind: it returns the job's result."""

        def register(work: Any) -> Any:
            self.kinds[name] = work
            return work

        return register


def ask(uow: UnitOfWork, kind: str, *, input: dict[str, Any], files: dict[str, bytes]) -> Job:
    """Queue a job, with its files, in this unit."""
    job = Job(
        job_id=new_id(),
        kind=kind,
        state="queued",
        asked_by=uow.principal.principal_id,
        principal=uow.principal,
        correlation_id=uow.cause.correlation_id,
        asked_at=wall_now(),
        input=input,
    )
    uow.put(job)
    uow.put(JobLease(job.job_id, 0))
    for name, content in files.items():
        uow.put(JobFile(job.job_id, name, content))
    return job


def cancel(uow: UnitOfWork, job: Job) -> None:
    """Ask a job to stop at its next step; raises when it has ended."""
    if job.state in ENDED:
        raise JobHasEnded(state=job.state)
    uow.put(JobCancel(job.job_id, uow.principal.principal_id, wall_now()))


async def let_go(store: Store) -> None:
    """End every lease, so that what was under way goes on at once: for whoever knows that its holders are dead."""
    held = sa.update(jobs.table).where(jobs.table.c.state == "running")
    await store.execute(held.values(lease_until=wall_now()))


class Cancelled(Exception):
    """Somebody asked the job to stop."""


class LeaseLost(Exception):
    """This process was silent for too long: another one has taken the job over."""


class Working:
    """A job in work: its files, its units, its progress."""

    def __init__(
        self,
        ground: Ground,
        job: Job,
        lease: JobLease,
        ended: Callable[[UnitOfWork, Job], Awaitable[None]] | None = None,
    ) -> None:
        self.ground, self.job, self.lease, self.ended = ground, job, lease, ended
        here, cancels = jobs.table, job_cancels.table
        self._standing = (  # asked at every step, so built once
            sa.select(here.c.lease_owner, cancels.c.asked_at)
            .select_from(here.outerjoin(cancels, here.c.job_id == cancels.c.job_id))
            .where(here.c.job_id == job.job_id)
        )

    async def file(self, name: str) -> bytes:
        columns = job_files.table.c
        chosen = sa.select(columns.content).where(columns.job_id == self.job.job_id, columns.name == name)
        rows = await self.ground.store.fetch(chosen, heavy=True)
        content: bytes = rows[0][0]
        return content

    async def unit(self, work: Callable[[UnitOfWork], Awaitable[R]], *, dry: bool = False) -> R:
        """One step as the principal who asked, in a unit of its own; a dry one is thrown away uncommitted."""
        cause = Cause(self.job.principal, self.job.kind, self.job.correlation_id, causation_id=str(self.job.job_id))

        async def mine(uow: UnitOfWork) -> R:
            await self.cancel_asked()
            uow.rely(self.lease)  # a step of a process that slept through its lease was done by another
            return await work(uow)

        if not dry:
            return await in_one_unit(self.ground, cause, mine)
        async with UnitOfWork(self.ground, cause) as uow:
            return await work(uow)

    async def advance(
        self,
        done: int,
        *,
        total: int | None = None,
        result: dict[str, Any] | None = None,
        refused: Sequence[RefusedRow] = (),
    ) -> None:
        """Note how far it has come, with the rows refused on the way; raises `Cancelled` if asked to stop."""
        if await self.cancel_asked():
            raise Cancelled
        news: dict[str, Any] = {"done": done, "lease_until": wall_now() + LEASE}
        news |= {} if total is None else {"total": total}
        news |= {} if result is None else {"result": result}
        self.job = dataclasses.replace(self.job, **news)
        await self._keep(*refused)

    async def end(self, state: str, **values: Any) -> None:
        """Nothing more will happen; its files are emptied, and what follows is written, in the same transaction."""
        self.job = dataclasses.replace(self.job, state=state, finished_at=wall_now(), lease_until=None, **values)
        mine = job_files.table.c.job_id == self.job.job_id
        names = await self.ground.store.fetch(sa.select(job_files.table.c.name).where(mine))

        async def work(uow: UnitOfWork) -> None:
            for row in (self.job, *(JobFile(self.job.job_id, name, b"") for (name,) in names)):
                uow.put(row)
            if self.ended is not None:
                await self.ended(uow, self.job)

        await self.unit(work)
        await self.ground.store.execute(sa.delete(job_files.table).where(mine))

    async def _keep(self, *rows: Any) -> None:
        async def work(uow: UnitOfWork) -> None:
            for row in (self.job, *rows):
                uow.put(row)

        await self.unit(work)

    async def cancel_asked(self) -> bool:
        """Whether somebody asked it to stop; raises `LeaseLost` when another process has taken it over."""
        owner, cancelled_at = (await self.ground.store.fetch(self._standing))[0]
        if owner != self.job.lease_owner:
            raise LeaseLost
        return cancelled_at is not None


class Worker:
    """Takes one job at a time; takes over those whose lease ran out with their process."""

    def __init__(self, ground: Ground, kinds: Jobs) -> None:
        self.ground, self.kinds = ground, kinds
        self.owner = new_id()
        self._news = asyncio.Event()
        ground.store.on_news(jobs.table, self._news.set)

    async def run(self, pulse: Pulse) -> None:
        while True:
            pulse.beat()
            self._news.clear()
            taken = await self._take()
            if taken is not None:
                await self._work(*taken, pulse)
            elif not await self._adopted():
                await heard(self._news, POLL_S)

    async def _take(self) -> tuple[Job, JobLease] | None:
        here, leases, now = jobs.table.c, job_leases.table.c, wall_now()
        free = sa.or_(here.state == "queued", sa.and_(here.state == "running", here.lease_until < now))
        oldest = sa.select(jobs.table, leases.version).join(job_leases.table, leases.id == here.job_id).where(free)
        rows = await self.ground.store.fetch(oldest.order_by(here.asked_at).limit(1))
        if not rows:
            return None
        job, lease = jobs.state(rows[0][:-1]), JobLease(rows[0][0], rows[0][-1] + 1)
        mine = dataclasses.replace(job, state="running", lease_owner=self.owner, lease_until=now + LEASE)
        taken = sa.update(jobs.table).where(here.job_id == job.job_id, free)
        owned = sa.exists().where(here.job_id == job.job_id, here.lease_owner == self.owner)
        raised = sa.update(job_leases.table).where(leases.id == job.job_id, leases.version == lease.version - 1, owned)
        touched = await self.ground.store.execute(
            taken.values(state=mine.state, lease_owner=mine.lease_owner, lease_until=mine.lease_until),
            raised.values(version=lease.version),
        )
        return (mine, lease) if touched == 1 else None

    async def _adopted(self) -> bool:
        """Whether there was a job without a lease, which now has one: version 0.1.0 asks for jobs so, and during an
        upgrade it does that beside this one."""
        here, leases = jobs.table.c, job_leases.table.c
        leased = sa.exists().where(leases.id == here.job_id)
        bare = sa.select(here.job_id).where(here.state.in_(("queued", "running")), ~leased)
        rows = await self.ground.store.fetch(bare)
        for (job_id,) in rows:
            with contextlib.suppress(Violated):  # another process was first
                await self.ground.store.execute(sa.insert(job_leases.table).values(id=job_id, version=0))
        return bool(rows)

    async def _work(self, job: Job, lease: JobLease, pulse: Pulse) -> None:
        working = Working(self.ground, job, lease, self.kinds.ended)
        renewing = asyncio.create_task(self._renew(job.job_id, pulse))
        try:
            state, facts = await self._outcome(working)
            await working.end(state, **_storable(facts))
        except LeaseLost:
            log.warning("job.taken_over", kind=job.kind, job_id=str(job.job_id))
        except asyncio.CancelledError:
            with contextlib.suppress(Unreachable, OutcomeUnknown):
                await self._lease_until(job.job_id, wall_now())  # whoever starts next goes on at once
            raise
        finally:
            renewing.cancel()

    async def _outcome(self, working: Working) -> tuple[str, dict[str, Any]]:
        """Do the work; how it ended, and with what."""
        job = working.job
        try:
            if await working.cancel_asked():
                return "cancelled", {}
            return "finished", {"result": await self.kinds.kinds[job.kind](working)}
        except Cancelled:
            return "cancelled", {}
        except JobFailed as failure:
            return "failed", {"error": failure.code, "sentence": failure.sentence}
        except (LeaseLost, Unreachable, OutcomeUnknown):
            raise  # the process or the database, not the job: it goes on when the lease has run out
        except Exception as error:
            log.exception("job.failed", kind=job.kind, job_id=str(job.job_id))
            return "failed", {"error": "internal_error", "sentence": f"Our mistake ({type(error).__name__})."}

    async def _renew(self, job_id: UUID, pulse: Pulse) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            pulse.beat()
            with contextlib.suppress(Unreachable, OutcomeUnknown):
                await self._lease_until(job_id, wall_now() + LEASE)

    async def _lease_until(self, job_id: UUID, until: datetime) -> None:
        columns = jobs.table.c
        mine = sa.update(jobs.table).where(columns.job_id == job_id, columns.lease_owner == self.owner)
        await self.ground.store.execute(mine.where(columns.state == "running").values(lease_until=until))


def _storable(facts: dict[str, Any]) -> dict[str, Any]:
    """What is told at the end of a job quotes the sender's file: NUL and half a surrogate pair are no text to keep."""
    return {name: _printable(value) if isinstance(value, str) else value for name, value in facts.items()}


def _printable(text: str) -> str:
    return text.replace("\0", "\\x00").encode(errors="backslashreplace").decode()
