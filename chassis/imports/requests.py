"""What an import request says beside its files: the mapping, how the files are written, and how much to show."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict, Field

from chassis import jobs
from chassis.imports.mappings import SenderMapping, text_of
from chassis.imports.saved import MOST_TEXT, mapping_text
from chassis.notices.settings import Mailbox
from chassis.unit_of_work import UnitOfWork
from contracts.refusals import Refusal

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
SheetName = Annotated[str, Field(min_length=1, max_length=100)]


class MappingIsNotNamed(Refusal):
    status = 422
    sentence = "Send either `mapping` (its text, TOML) or `mapping_name` (the name or id of a saved or shipped one)."


class FileIsEmpty(Refusal):
    status = 422
    sentence = "The file in `{field}` is empty: was it sent to its end?"


class ImportRequest(BaseModel):
    """How to read what is sent. What is not said is taken from the mapping ([file]), else guessed and told."""

    model_config = ConfigDict(extra="forbid")

    mapping: Annotated[str, Field(min_length=1, max_length=MOST_TEXT, description="TOML, or a shipped name")] | None = (
        None
    )
    mapping_name: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    dry_run: bool = False
    notify: Annotated[Mailbox, Field(description="who is told by mail when it has ended")] | None = None
    preview: Annotated[int, Field(ge=0, le=200, description="rows of each file that a dry run shows")] = 20
    encoding: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    separator: Literal[",", ";", "|", "comma", "semicolon", "tab", "bar"] | None = None
    header_row: Annotated[int, Field(ge=1, le=1_000)] | None = None

    def form(self, sheet: str | None) -> dict[str, Any]:
        """What was said about how one file is written."""
        separator = SEPARATORS.get(self.separator or "", self.separator)
        said = {"encoding": self.encoding, "separator": separator, "header_row": self.header_row, "sheet": sheet}
        return {name: value for name, value in said.items() if value is not None}


async def mapping_asked(uow: UnitOfWork, kind: str, body: ImportRequest) -> str:
    """The text of the mapping a request names or holds."""
    if (body.mapping is None) == (body.mapping_name is None):
        raise MappingIsNotNamed
    if body.mapping_name is not None:
        return await mapping_text(uow, kind, body.mapping_name)
    return text_of(uow.pack, body.mapping or "")


async def ask_import(
    uow: UnitOfWork,
    kind: str,
    body: ImportRequest,
    mapping: tuple[str, SenderMapping[Any]],
    files: Mapping[str, tuple[UploadFile, str | None]],
    **more: Any,
) -> jobs.Job:
    """Queue an import: its mapping as text and as it was checked, each file with the sheet that was named for it."""
    text, checked = mapping
    asked = {"mapping": text, "sender": checked.head.sender, "dry_run": body.dry_run, "preview": body.preview, **more}
    asked |= {"mapping_name": body.mapping_name} if body.mapping_name else {}
    asked |= {"notify": body.notify} if body.notify else {}
    asked["forms"] = {name: body.form(sheet) for name, (_, sheet) in files.items()}
    names = {name: file.filename for name, (file, _) in files.items()}
    contents = {name: await file.read() for name, (file, _) in files.items()}
    for name, content in contents.items():
        if not content:
            raise FileIsEmpty(field=name)
    return jobs.ask(uow, kind, input={**asked, **names}, files=contents)
