"""What an import answers: its progress and counts in figures and sentences, and the rows it refused."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import Query
from pydantic import Field

from chassis.http import Out, Page, page_after
from chassis.imports.mappings import oddity
from chassis.imports.tallies import ALREADY_THERE, REFUSED, REGISTERED
from chassis.jobs import Job, JobCancel, RefusedRow, job_cancels, jobs, refused_rows
from chassis.unit_of_work import UnitOfWork
from contracts.principals import Administrator
from contracts.refusals import NotFound

FIRST_REFUSED = 50
NewestFirst = Annotated[bool, Query(description="the last asked for comes first")]


class ImportedFile(Out):
    """One file of an import, as it was understood; `encoding_guessed` asks for a look at its names. `header_row` and
    `columns` say where the titles stand and what they are, `remarks` what else to look at. `sent_as` is its own name,
    `sha256` of its bytes tells whether another file is the same, `stated` is what the request said of how it is
    written."""

    name: str
    sent_as: str | None = None
    sha256: str | None = None
    stated: dict[str, str | int] = Field(default_factory=dict)
    format: str | None = None
    encoding: str | None = None
    encoding_guessed: bool = False
    separator: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    columns: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    rows: int | None = None
    registered: int = 0
    already_there: int = 0
    refused: int = 0


class Oddity(Out):
    """A label, how many rows of a file earned it, and the first of them."""

    file: str
    label: str
    rows: int
    examples: list[int]


class PreviewRow(Out):
    """A row of a dry run: what would become of it (`registered`, `already_there`, `refused` with column, code and
    sentence), and its values as they were understood."""

    file: str
    row: int
    outcome: str
    column: str = ""
    code: str = ""
    sentence: str = ""
    labels: tuple[str, ...] = ()
    values: dict[str, Any]


class RefusedRowOut(Out):
    """A refused row: where, why, and what stood there by the names of its columns."""

    file: str
    row: int
    column: str
    code: str
    sentence: str
    values: dict[str, str]

    @classmethod
    def of(cls, row: RefusedRow) -> "RefusedRowOut":
        same = {name: getattr(row, name) for name in cls.model_fields if name != "values"}
        return cls(values=row.raw, **same)


class ImportOut(Out):
    """An import: `done` of `total` steps; `registered` and `already_there` count rows, `refused` those sent back.
    `refused_rows` are the first of these, where one import is read; all of them can be downloaded."""

    import_id: UUID
    asked_by: UUID
    state: str
    dry_run: bool
    cancel_asked: bool
    sender: str
    mapping_name: str | None
    asked_at: datetime
    finished_at: datetime | None
    total: int | None
    done: int
    registered: int
    already_there: int
    refused: int
    files: list[ImportedFile]
    oddities: list[Oddity]
    preview: list[PreviewRow]
    refused_rows: list[RefusedRowOut]
    messages: list[str]
    error: str | None
    sentence: str | None

    @classmethod
    def of(cls, job: Job, *, cancel_asked: bool, refused_rows: Sequence[RefusedRow] = ()) -> "ImportOut":
        files = [_file(job, name) for name in {**job.input.get("forms", {}), **job.result.get("files", {})}]
        oddities = [
            Oddity(file=file, label=label, rows=times, examples=examples)
            for file, labels in job.result.get("oddities", {}).items()
            for label, (times, *examples) in sorted(labels.items())
        ]
        totals = {name: sum(getattr(each, name) for each in files) for name in (REGISTERED, ALREADY_THERE, REFUSED)}
        return cls(
            import_id=job.job_id,
            asked_by=job.asked_by,
            state=job.state,
            dry_run=job.input["dry_run"],
            cancel_asked=cancel_asked,
            sender=job.input["sender"],
            mapping_name=job.input.get("mapping_name"),
            asked_at=job.asked_at,
            finished_at=job.finished_at,
            total=job.total,
            done=job.done,
            files=files,
            oddities=oddities,
            preview=[
                PreviewRow(file=each.name, **row)
                for each in files
                for row in job.result.get("preview", {}).get(each.name, ())
            ],
            refused_rows=[RefusedRowOut.of(each) for each in refused_rows],
            messages=list(_messages(job, totals, files, oddities)),
            error=job.error,
            sentence=job.sentence,
            **totals,
        )


async def find_import(uow: UnitOfWork, kind: str, import_id: UUID) -> Job:
    """A job of this kind that the principal asked for; an administrator sees everybody's."""
    job = await uow.find(Job, job_id=import_id)
    if job is None or job.kind != kind or not _is_mine(uow, job):
        raise NotFound(thing="import", id=str(import_id))
    return job


async def shown(uow: UnitOfWork, job: Job) -> ImportOut:
    """An import as it stands."""
    cancel_asked = await uow.find(JobCancel, job_id=job.job_id) is not None
    return ImportOut.of(job, cancel_asked=cancel_asked, refused_rows=await _first_refused(uow, job))


async def _first_refused(uow: UnitOfWork, job: Job) -> list[RefusedRow]:
    table = refused_rows.table
    chosen = sa.select(table).where(table.c.job_id == job.job_id).order_by(table.c.file, table.c.row)
    return [refused_rows.state(row) for row in await uow.fetch(chosen.limit(FIRST_REFUSED))]


async def page_of_imports(
    uow: UnitOfWork, kind: str, *, cursor: str | None, limit: int, newest_first: bool = False
) -> Page[ImportOut]:
    """The imports of a kind in the order they were asked for, or the newest first."""
    columns, after = jobs.table.c, page_after(cursor)
    chosen = (
        sa.select(jobs.table, job_cancels.table.c.asked_at.label("cancel_asked_at"))
        .select_from(jobs.table.outerjoin(job_cancels.table, columns.job_id == job_cancels.table.c.job_id))
        .where(columns.kind == kind)
        .order_by(columns.job_id.desc() if newest_first else columns.job_id)
        .limit(limit + 1)
    )
    if not uow.principal.has(Administrator):
        chosen = chosen.where(columns.asked_by == uow.principal.principal_id)
    if after is not None:
        chosen = chosen.where(columns.job_id < after if newest_first else columns.job_id > after)
    rows = await uow.fetch(chosen)
    shown = [ImportOut.of(jobs.state(row[:-1]), cancel_asked=row[-1] is not None) for row in rows[:limit]]
    return Page(items=shown, next=str(shown[-1].import_id) if len(rows) > limit else None)


def _is_mine(uow: UnitOfWork, job: Job) -> bool:
    return uow.principal.has(Administrator) or job.asked_by == uow.principal.principal_id


def _file(job: Job, name: str) -> ImportedFile:
    facts = job.result.get("files", {}).get(name, {})
    said = {"sent_as": job.input.get(name), "stated": job.input.get("forms", {}).get(name, {})}
    known = {key: value for key, value in facts.items() if key in ImportedFile.model_fields}
    if not isinstance(known.get("columns"), list):  # imports of earlier versions kept their number only
        known.pop("columns", None)
    return ImportedFile(name=name, **{**known, **said}, **facts.get("counts", {}))


def _messages(job: Job, totals: dict[str, int], files: list[ImportedFile], oddities: list[Oddity]) -> Iterator[str]:
    if job.state == "queued":
        yield "It waits for its turn."
    if job.input["dry_run"]:
        yield "A dry run: nothing is written; this is what would happen."
    yield (
        f"{_rows(totals[REGISTERED])} registered, {totals[ALREADY_THERE]:,} already there, {totals[REFUSED]:,} refused."
    )
    for each in files:
        if each.encoding_guessed:
            yield f"{each.name}: the encoding was guessed as {each.encoding}: look at some names before you go on."
        if each.header_row is not None and each.header_row > 1:
            yield f"{each.name}: row {each.header_row} was taken as the header; what stands above it was left out."
        yield from (f"{each.name}: {remark}." for remark in each.remarks)
    for odd in oddities:
        numbers = ", ".join(str(number) for number in odd.examples) + (" …" if odd.rows > len(odd.examples) else "")
        where = f" of {odd.file}" if len(files) > 1 else ""
        yield f"{_rows(odd.rows)}{where}: {oddity(odd.label)} (row {numbers})."
    if totals[REFUSED]:
        yield "The refused rows can be downloaded with the reason of each, mended and sent again."


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
