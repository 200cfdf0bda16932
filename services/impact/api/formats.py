"""The same answer as JSON, as CSV or as a workbook, as the caller likes."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from fastapi import Request, Response

from chassis.accept import liking
from chassis.sheets_out import XLSX, as_csv, as_xlsx
from contracts.refusals import NotFound, Refusal
from services.impact.domain.readers import Reach
from services.impact.schemas.figures import Table

OFFERED = ("application/json", "text/csv", XLSX)
AS_SHEETS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}, XLSX: {"schema": {"type": "string"}}}}
}
"""Beside JSON: the same figures for a spreadsheet, asked for by `Accept`."""
_ENDINGS = {"text/csv": "csv", XLSX: "xlsx"}


class FormatIsNotOffered(Refusal):
    status = 406
    sentence = "Results come as {offered}: name one of these in Accept."


class Answer(Protocol):
    """What can be told in every format."""

    def model_dump_json(self) -> str: ...

    def table(self) -> Table: ...


def chosen(request: Request) -> str:
    """The media type the caller likes best among ours; raises `FormatIsNotOffered`."""
    wishes = ",".join(request.headers.getlist("accept")) or "*/*"
    liked = {media: liking(wishes, media) for media in OFFERED}
    best = max(OFFERED, key=lambda media: liked[media])
    if liked[best] <= 0:
        raise FormatIsNotOffered(offered=" or ".join(OFFERED))
    return best


async def answered(answer: Answer, media: str, name: str, book: Callable[[], bytes] | None = None) -> Response:
    """The same figures as JSON or for a spreadsheet; `book` makes a workbook of more than the table."""
    headers = {"Vary": "Accept"}
    if media == "application/json":
        return Response(answer.model_dump_json(), media_type=media, headers=headers)
    headers["Content-Disposition"] = f'attachment; filename="{name}.{_ENDINGS[media]}"'
    if media == "text/csv":
        return Response(as_csv(*answer.table()), media_type=media, headers=headers)
    make = book or (lambda: as_xlsx(*answer.table(), sheet=name))
    return Response(await asyncio.to_thread(make), media_type=media, headers=headers)


def require_visible(reach: Reach, programme: str) -> None:
    """A donor's reader knows its own programmes only."""
    if reach.programmes is not None and programme not in reach.programmes:
        raise NotFound(thing="programme")
