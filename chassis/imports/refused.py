"""The refused rows of an import, in the format of the file they came in: ready to be mended and sent again."""

import asyncio
import codecs
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Query, Response

from chassis.imports.rows import key_text
from chassis.imports.sheets import names_of
from chassis.jobs import Job, RefusedRow, refused_rows
from chassis.sheets_out import XLSX, as_csv, as_xlsx
from chassis.unit_of_work import UnitOfWork
from contracts.refusals import Refusal

ADDED = ("row", "column", "code", "reason")
FileName = Annotated[str | None, Query(max_length=40, description="which of the files, where several have such rows")]
FIRST_YEAR = 1900  # a workbook counts its days from there, and counts that year wrongly
TYPES = {"xlsx": XLSX, "json": "application/json"}
_ROWS = {"type": "array", "items": {"type": "object"}}
AS_SENT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A file like the one that was sent.",
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
            TYPES["json"]: {"schema": _ROWS},
        },
    }
}
"""How the refused rows come."""


class FileIsNotNamed(Refusal):
    status = 422
    sentence = "Say whose refused rows you want: ?file= one of {files}."


async def refused_as_sent(uow: UnitOfWork, job: Job, file: str | None = None) -> Response:
    """The refused rows of a file as it was sent (format, encoding, separator, columns), each with its row, column,
    code and reason at the end; no cell is a formula. Raises `FileIsNotNamed` where several files have such rows."""
    table = refused_rows.table
    chosen = sa.select(table).where(table.c.job_id == job.job_id).order_by(table.c.file, table.c.row)
    found = [refused_rows.state(row) for row in await uow.fetch(chosen, heavy=True)]
    files = sorted({each.file for each in found})
    known = list(job.result.get("files", {})) or files
    if len(files) > 1 if file is None else file not in {*known, *files}:
        raise FileIsNotNamed(files=", ".join(known))
    file = file or (files or known or ["file"])[0]
    facts = job.result.get("files", {}).get(file, {})
    content, media = await asyncio.to_thread(_written, [each for each in found if each.file == file], facts)
    stem = Path(str(job.input.get(file) or file)).stem
    name = "".join(each if each.isascii() and (each.isalnum() or each in "-_ ") else "_" for each in stem)
    headers = {"Content-Disposition": f'attachment; filename="{name}.refused.{_ending(facts)}"'}
    return Response(content, media_type=media, headers=headers)


def _written(refused: Sequence[RefusedRow], facts: dict[str, Any]) -> tuple[bytes, str]:
    kind = facts.get("format")
    titles = _titles(refused, facts)
    keys = [key for _, key in titles]
    added = _added(keys)
    header = [title for title, key in titles if key not in added] + added
    kept = [key for key in keys if key not in added]
    if kind == "json":
        rows = [{**{key: each.raw.get(key, "") for key in kept}, **_reason(each, added)} for each in refused]
        return json.dumps(rows, ensure_ascii=False, indent=1).encode(), TYPES["json"]
    table = ([*_cells(each, kept), *_reason(each, added).values()] for each in refused)
    if kind == "xlsx":
        return as_xlsx(header, table, sheet=facts.get("sheet") or "Sheet1"), XLSX
    encoding = codecs.lookup(facts.get("encoding") or "utf-8").name
    text = as_csv(header, table, separator=facts.get("separator") or ",")
    shown = "utf-8" if encoding == "utf-8-sig" else encoding
    return text.encode(encoding, errors="replace"), f"text/csv; charset={shown}"


def _titles(refused: Iterable[RefusedRow], facts: dict[str, Any]) -> list[tuple[str, str]]:
    """The columns as they were written, each with the name its cells are kept under; then those of ragged rows."""
    header = facts.get("header") or []
    if facts.get("format") == "json":
        header = []
    known = dict(zip(names_of(header), header, strict=True))
    for each in refused:
        known |= {name: name for name in each.raw if name not in known}
    return [(title, key) for key, title in known.items()]


def _added(keys: Sequence[str]) -> list[str]:
    """What the added columns are called: our own of a round before are written anew, a sender's are left alone."""
    ours = list(ADDED)
    if all(name in keys for name in ours):
        return ours
    taken = {key_text(key) for key in keys}
    return [name if name not in taken else f"refused {name}" for name in ours]


def _reason(each: RefusedRow, added: Sequence[str]) -> dict[str, Any]:
    return dict(zip(added, (each.row, each.column, each.code, each.sentence), strict=True))


def _cells(each: RefusedRow, keys: Sequence[str]) -> list[Any]:
    kinds = each.kinds or {}
    return [_cell(each.raw.get(key), kinds.get(key)) for key in keys]


def _cell(text: str | None, kind: str | None) -> Any:
    """A cell as it stood: a number as a number, a date as a date, all else as its text."""
    if not text or kind is None:
        return text or None
    if kind == "number":
        return Decimal(text)
    if kind == "truth":
        return text == "true"
    if kind == "date":
        moment = datetime.fromisoformat(text)
        if moment.year <= FIRST_YEAR:
            return text
        return moment if "T" in text else moment.date()
    return text


def _ending(facts: dict[str, Any]) -> str:
    kind = facts.get("format")
    return str(kind) if kind in TYPES else "csv"
