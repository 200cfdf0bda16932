"""The API's operations for each of the two kinds of imports."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from api_client import File, Upload, whole
from portal.api import Api
from portal.imports.kinds import CLIENTS, Kind

if TYPE_CHECKING:
    from api_client import models

Files = dict[str, Upload]


async def asked_for(api: Api, kind: Kind, *, limit: int, cursor: str | None = None) -> "models.PageImportOut":
    """Imports, the newest first."""
    pages = api.list_client_imports if kind is CLIENTS else api.list_assessment_imports
    return await pages(newest_first=True, limit=limit, cursor=cursor)


def one(api: Api, kind: Kind) -> Callable[[UUID], Awaitable["models.ImportOut"]]:
    return api.read_client_import if kind is CLIENTS else api.read_assessment_import


async def stopped(api: Api, kind: Kind, import_id: UUID, *, once: str) -> None:
    await (api.cancel_client_import if kind is CLIENTS else api.cancel_assessment_import)(import_id, once=once)


async def refused_rows(api: Api, kind: Kind, import_id: UUID, file: str) -> File:
    """In the format they were sent in."""
    ask = api.read_refused_client_rows_as if kind is CLIENTS else api.read_refused_assessment_rows_as
    return await ask(import_id, "*/*", file=file)


async def mappings(api: Api, kind: Kind) -> list["models.SavedMappingOut"]:
    return await whole(api.list_client_import_mappings if kind is CLIENTS else api.list_assessment_import_mappings)


async def saved_mapping(api: Api, kind: Kind, mapping: "models.SaveMapping", *, once: str) -> "models.SavedMappingOut":
    save = api.save_client_import_mapping if kind is CLIENTS else api.save_assessment_import_mapping
    return await save(mapping, once=once)


async def sent(api: Api, kind: Kind, files: Files, said: Mapping[str, Any], *, once: str) -> "models.ImportOut":
    """The files, with what somebody says of how they are written; the API judges it."""
    if kind is CLIENTS:
        return await api.import_clients(file=files["file"], once=once, **said)
    return await api.import_assessments(
        assessments=files["assessments"], recommendations=files["recommendations"], once=once, **said
    )
