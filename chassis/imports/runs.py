"""Imports: the rows of a sender's files go through a service's own use cases, as a job that can be killed."""

import asyncio
import hashlib
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import ValidationError

from chassis.imports.mappings import FileForm, Reading, SenderMapping, Take, asked_columns, missing_columns, takes_of
from chassis.imports.rows import Fault, Row, RowIsBad
from chassis.imports.sheets import Sheet, Survey
from chassis.imports.tallies import ALREADY_THERE, REFUSED, REGISTERED, Preview, Tally
from chassis.jobs import JobFailed, RefusedRow, Working
from chassis.pack import Pack, Section
from chassis.store.port import AnySelect
from chassis.tables import outbox
from chassis.unit_of_work import UnitOfWork
from contracts.refusals import Refusal

__all__ = ["ALREADY_THERE", "BAD_ROW", "REFUSED", "REGISTERED", "Import", "Known", "RowIsBad", "Tally"]
P = TypeVar("P")
R = TypeVar("R")
CHUNK = 64  # as many units as the store puts into one commit


@dataclass(frozen=True, slots=True)
class Known:
    """A row that is there: its id, and the outcome to count it under. What this very job registered before it was
    killed counts as registered."""

    id: UUID
    outcome: str


class Import:
    """A job that brings files in, chunk by chunk. What it has come to stands in the job and survives a kill."""

    def __init__(self, working: Working) -> None:
        self.working = working
        kept = working.job.result
        self.files: dict[str, dict[str, Any]] = dict(kept.get("files", {}))
        self.tally = Tally(
            {name: Counter(each.get("counts", {})) for name, each in self.files.items()},
            dict(kept.get("oddities", {})),
        )
        self._preview = Preview(working.job.input.get("preview", 0) if self.is_dry else 0, kept.get("preview", {}))

    @property
    def is_dry(self) -> bool:
        """Whether nothing is to be written."""
        return bool(self.working.job.input["dry_run"])

    @property
    def job_id(self) -> UUID:
        return self.working.job.job_id

    @property
    def pack(self) -> Pack:
        return self.working.ground.pack

    async def fetch(self, statement: AnySelect) -> Sequence[tuple[Any, ...]]:
        """Committed rows of the service."""
        return await self.working.ground.store.fetch(statement)

    async def known(self, table: sa.Table, sender: str, keys: Sequence[str]) -> dict[str, Known]:
        """Which rows of a sender are there already, among these keys."""
        columns, events = table.c, outbox.table.c
        ours = sa.func.max(sa.case((events.causation_id == str(self.job_id), 1), else_=0))
        rows = await self.fetch(
            sa.select(columns.row_key, columns.id, ours)
            .select_from(table.outerjoin(outbox.table, sa.and_(events.subject == columns.id, events.sequence == 1)))
            .where(columns.sender == sender, columns.row_key.in_(keys))
            .group_by(columns.row_key, columns.id)
        )
        return {key: Known(id, REGISTERED if by_this_job else ALREADY_THERE) for key, id, by_this_job in rows}

    async def sheet(self, name: str, form: FileForm, part: Section) -> Sheet:
        """A file of the job, looked at to its end; raises `JobFailed` where it or the mapping does not fit."""
        content = await self.working.file(name)
        asked = self.working.job.input
        form = form.model_copy(update=asked.get("forms", {}).get(name, {}))
        named = asked.get(name)
        sheet, survey, sha256 = await asyncio.to_thread(
            _surveyed, content, form, named if isinstance(named, str) else "", asked_columns(part)
        )
        self.files[name] = {**asdict(survey), "sha256": sha256, **self.files.get(name, {})}
        missing = missing_columns(part, survey.columns)
        if missing:
            await self.working.advance(0, result=self.result)  # what was guessed may be what is wrong: it is told
            raise JobFailed(
                "columns_are_missing",
                f"The mapping reads columns that {name} does not have: {', '.join(missing)}. "
                f"It has: {', '.join(survey.columns[:60])}.",
            )
        return sheet

    async def unit(self, work: Callable[[UnitOfWork], Awaitable[R]]) -> R:
        """A row in a unit of its own: committed, unless this is a dry run."""
        return await self.working.unit(work, dry=self.is_dry)

    async def run(self, parcels: Iterator[P], take: Callable[[list[P]], Awaitable[Tally]], *, total: int) -> None:
        """Take parcel after parcel, going on behind those that were done before a kill."""
        done = self.working.job.done
        await asyncio.to_thread(deque, islice(parcels, done), 0)
        await self.working.advance(done, total=total, result=self.result)
        while chunk := await asyncio.to_thread(_next, parcels):
            self.tally.add(await take(chunk))
            self._preview.add(self.tally.seen)
            self.tally.seen.clear()
            done += len(chunk)
            refused = [self._kept(*each) for each in self.tally.refused]
            await self.working.advance(done, result=self.result, refused=refused)
            self.tally.refused.clear()

    @property
    def result(self) -> dict[str, Any]:
        """What it has come to so far."""
        for name, counts in self.tally.counts.items():
            self.files.setdefault(name, {})["counts"] = dict(counts)
        preview = self._preview.shown()
        return {"files": self.files, "oddities": self.tally.oddities} | ({"preview": preview} if preview else {})

    def _kept(self, file: str, row: Row, fault: Fault) -> RefusedRow:
        return RefusedRow(
            self.job_id, file, row.number, fault.column, fault.code, fault.sentence, row.cells, dict(row.kinds)
        )


async def side_by_side(takes: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Units at the same time, so that their commits are grouped; the first mistake is raised when all have ended."""
    begun = []
    for take in takes:
        begun.append(asyncio.create_task(take))
        await asyncio.sleep(0)  # others have their turn on the event loop between two units
    for outcome in await asyncio.gather(*begun, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


BAD_ROW = (RowIsBad, Refusal, ValidationError)


def require_key(
    row: Row, key: str, twin: int | None, column: str, *, reading: Reading | None = None, take: Take | None = None
) -> None:
    """A row can be read and has a key of its own; `twin` is the row of the same file that bore it before.

    Given the reading and where the key comes from, it is also held against what makes a code doubtful.
    """
    if row.fault is not None:
        raise RowIsBad(row.fault)
    if not 1 <= len(key) <= 128:
        sentence = "Each row needs a key of its own, of at most 128 characters."
        raise RowIsBad(Fault("row_key_is_missing", sentence, column))
    if reading is not None and take is not None:
        reading.require_key("row_key", take)
    if twin is not None:
        raise RowIsBad(Fault("row_key_stands_twice", f"Row {twin} bears this key already.", column))


def fault_of(error: Exception, mapping: SenderMapping[Any], inside: Mapping[str, str]) -> Fault:
    """Why a row is refused, with the column behind the fact that is wrong; `inside` says by the name of a body where
    the mapping speaks of its fields, and by `` where it speaks of what a rule names."""
    if isinstance(error, RowIsBad):
        return error.fault
    if isinstance(error, Refusal):
        return _refused_by_rule(error, mapping, inside.get("", ""))
    if not isinstance(error, ValidationError):
        raise TypeError("this is no row's fault") from error
    first = error.errors(include_url=False, include_input=False)[0]
    field, place = ".".join(str(part) for part in first["loc"]), inside.get(error.title, "")
    column = mapping.column_of(place + field) or mapping.column_of(place.rstrip("."))
    return Fault("cell_does_not_fit", f"{field}: {first['msg']}.", column)


def _refused_by_rule(refusal: Refusal, mapping: SenderMapping[Any], place: str) -> Fault:
    fields = {name.rpartition(".")[2]: name for name, _ in takes_of(mapping.part) if name.startswith(place)}
    named = [fields[name] for name in (*refusal.params, refusal.params.get("name")) if name in fields]
    return Fault(refusal.code, str(refusal), mapping.column_of(named[0]) if named else "")


def _surveyed(content: bytes, form: FileForm, name: str, wanted: set[str]) -> tuple[Sheet, Survey, str]:
    sheet = Sheet(content, name=name, wanted=wanted, **form.model_dump())
    return sheet, sheet.survey(), hashlib.sha256(content).hexdigest()


def _next(parcels: Iterator[P]) -> list[P]:
    return list(islice(parcels, CHUNK))
