"""What an import answers: its progress and counts in figures and sentences, and the rows it refused."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import Response

from chassis.http import Out, Page, page_after
from chassis.imports.mappings import oddity
from chassis.imports.runs import ALREADY_THERE, REFUSED, REGISTERED
from chassis.jobs import Job, JobCancel, RefusedRow, job_cancels, jobs, refused_rows
from chassis.sheets_out import as_csv
from chassis.unit_of_work import UnitOfWork
from contracts.principals import Administrator
from contracts.refusals import NotFound


class ImportedFile(Out):
    """One file of an import; `encoding_guessed` asks for a look at its names."""

    name: str
    format: str | None = None
    encoding: str | None = None
    encoding_guessed: bool = False
    separator: str | None = None
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


class ImportOut(Out):
    """An import: `done` of `total` steps; `registered` and `already_there` count rows, `refused` those sent back."""

    import_id: UUID
    state: str
    dry_run: bool
    cancel_asked: bool
    sender: str
    asked_at: datetime
    finished_at: datetime | None
    total: int | None
    done: int
    registered: int
    already_there: int
    refused: int
    files: list[ImportedFile]
    oddities: list[Oddity]
    messages: list[str]
    error: str | None
    sentence: str | None

    @classmethod
    def of(cls, job: Job, *, cancel_asked: bool) -> "ImportOut":
        files = [_file(name, facts) for name, facts in job.result.get("files", {}).items()]
        oddities = [
            Oddity(file=file, label=label, rows=times, examples=examples)
            for file, labels in job.result.get("oddities", {}).items()
            for label, (times, *examples) in sorted(labels.items())
        ]
        totals = {name: sum(getattr(each, name) for each in files) for name in (REGISTERED, ALREADY_THERE, REFUSED)}
        return cls(
            import_id=job.job_id,
            state=job.state,
            dry_run=job.input["dry_run"],
            cancel_asked=cancel_asked,
            sender=job.input["sender"],
            asked_at=job.asked_at,
            finished_at=job.finished_at,
            total=job.total,
            done=job.done,
            files=files,
            oddities=oddities,
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
    return ImportOut.of(job, cancel_asked=await uow.find(JobCancel, job_id=job.job_id) is not None)


async def page_of_imports(uow: UnitOfWork, kind: str, *, cursor: str | None, limit: int) -> Page[ImportOut]:
    """The imports of a kind in the order they were asked for."""
    columns, after = jobs.table.c, page_after(cursor)
    chosen = (
        sa.select(jobs.table, job_cancels.table.c.asked_at.label("cancel_asked_at"))
        .select_from(jobs.table.outerjoin(job_cancels.table, columns.job_id == job_cancels.table.c.job_id))
        .where(columns.kind == kind)
        .order_by(columns.job_id)
        .limit(limit + 1)
    )
    if not uow.principal.has(Administrator):
        chosen = chosen.where(columns.asked_by == uow.principal.principal_id)
    if after is not None:
        chosen = chosen.where(columns.job_id > after)
    rows = await uow.fetch(chosen)
    shown = [ImportOut.of(jobs.state(row[:-1]), cancel_asked=row[-1] is not None) for row in rows[:limit]]
    return Page(items=shown, next=str(shown[-1].import_id) if len(rows) > limit else None)


async def refused_as_csv(uow: UnitOfWork, job: Job) -> Response:
    """The refused rows with file, row, column and reason, and each as it was sent; no cell is a formula."""
    table = refused_rows.table
    chosen = sa.select(table).where(table.c.job_id == job.job_id).order_by(table.c.file, table.c.row)
    text = await asyncio.to_thread(_csv, await uow.fetch(chosen, heavy=True))
    name = f"refused-rows-{job.job_id}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _csv(found: list[tuple[Any, ...]]) -> str:
    refused: list[RefusedRow] = [refused_rows.state(row) for row in found]
    columns = list(dict.fromkeys(name for each in refused for name in each.raw))
    rows = (
        [each.file, each.row, each.column, each.code, each.sentence, *(each.raw.get(name, "") for name in columns)]
        for each in refused
    )
    return as_csv(["file", "row", "column", "code", "reason", *columns], rows)


def _is_mine(uow: UnitOfWork, job: Job) -> bool:
    return uow.principal.has(Administrator) or job.asked_by == uow.principal.principal_id


def _file(name: str, facts: dict[str, Any]) -> ImportedFile:
    known = {key: value for key, value in facts.items() if key in ImportedFile.model_fields}
    return ImportedFile(name=name, **known, **facts.get("counts", {}))


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
    for odd in oddities:
        numbers = ", ".join(str(number) for number in odd.examples) + (" …" if odd.rows > len(odd.examples) else "")
        where = f" of {odd.file}" if len(files) > 1 else ""
        yield f"{_rows(odd.rows)}{where}: {oddity(odd.label)} (row {numbers})."
    if totals[REFUSED]:
        yield "The refused rows can be downloaded with the reason of each, mended and sent again."


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
