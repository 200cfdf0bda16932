"""Mappings that people save under a name: each saving adds an edition, none is changed or lost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID, uuid5

import sqlalchemy as sa
from fastapi import Query
from pydantic import Field

from chassis.http import Body, Out, Page, page_after
from chassis.imports.mappings import NAME, MappingIsUnknown, SenderMapping, shipped_mappings, text_of
from chassis.store.mapping import table
from chassis.tables import metadata
from chassis.unit_of_work import UnitOfWork
from contracts.principals import Administrator
from contracts.refusals import NotFound, Refusal

_SPACE = UUID("6f1d8f0a-3a53-4c0e-9d52-3e6f0c7b9a11")
MOST_TEXT = 200_000
MappingName = Annotated[str, Field(pattern=rf"^{NAME.pattern}$", description="letters, digits, _ and -")]
NameSought = Annotated[str | None, Query(max_length=64, description="all editions under this name")]


class MappingNameIsTaken(Refusal):
    sentence = "Another mapping bears the name {name}: choose another one."


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """One edition of a mapping. The name belongs to whoever saved it first."""

    mapping_id: UUID
    kind: str
    name: str
    edition: int
    owner_id: UUID
    sender: str
    title: str
    text: str
    saved_by: UUID
    saved_at: datetime


saved_mappings = table(
    metadata, SavedMapping, "saved_mappings", key=("mapping_id",), indexes=[("kind", "name", "edition")]
)


class SaveMapping(Body):
    """A mapping (TOML) and the name to find it by."""

    name: MappingName
    mapping: Annotated[str, Field(min_length=1, max_length=MOST_TEXT)]


class SavedMappingOut(Out):
    """A saved mapping; its `version` counts the editions under its name."""

    mapping_id: UUID
    version: int
    name: str
    sender: str
    title: str
    owner_id: UUID
    saved_by: UUID
    saved_at: datetime
    mapping: str

    @classmethod
    def of(cls, saved: SavedMapping) -> "SavedMappingOut":
        same = {name: getattr(saved, name) for name in cls.model_fields if name not in ("version", "mapping")}
        return cls(version=saved.edition, mapping=saved.text, **same)


async def save_mapping(uow: UnitOfWork, kind: str, body: SaveMapping, checked: SenderMapping[Any]) -> SavedMapping:
    """Keep a mapping that was checked: a new name, or a further edition of one's own. The same text adds none."""
    await uow.alone_on(uuid5(_SPACE, f"{kind}/{body.name}"))
    last = await _newest(uow, kind, body.name)
    by = uow.principal.principal_id
    taken = last is None and body.name in shipped_mappings(uow.pack)
    if taken or (last is not None and last.owner_id != by and not uow.principal.has(Administrator)):
        raise MappingNameIsTaken(name=body.name)
    if last is not None and last.text == body.mapping:
        return last
    saved = SavedMapping(
        mapping_id=uow.new_id(),
        kind=kind,
        name=body.name,
        edition=1 if last is None else last.edition + 1,
        owner_id=by if last is None else last.owner_id,
        sender=checked.head.sender,
        title=checked.head.title,
        text=body.mapping,
        saved_by=by,
        saved_at=uow.now(),
    )
    uow.put(saved)
    return saved


async def page_of_mappings(
    uow: UnitOfWork, kind: str, *, name: str | None, cursor: str | None, limit: int
) -> Page[SavedMappingOut]:
    """The newest edition under each name; with a name, all its editions."""
    columns, after = saved_mappings.table.c, page_after(cursor)
    chosen = sa.select(saved_mappings.table).where(columns.kind == kind)
    if name is None:
        newer = saved_mappings.table.alias()
        chosen = chosen.where(
            ~sa.exists().where(
                newer.c.kind == columns.kind, newer.c.name == columns.name, newer.c.edition > columns.edition
            )
        )
    else:
        chosen = chosen.where(columns.name == name)
    if after is not None:
        chosen = chosen.where(columns.mapping_id > after)
    rows = await uow.fetch(chosen.order_by(columns.mapping_id).limit(limit + 1))
    shown = [SavedMappingOut.of(saved_mappings.state(row)) for row in rows[:limit]]
    return Page(items=shown, next=str(shown[-1].mapping_id) if len(rows) > limit else None)


async def find_mapping(uow: UnitOfWork, kind: str, mapping_id: UUID) -> SavedMapping:
    """One edition by its id."""
    saved = await uow.find(SavedMapping, mapping_id=mapping_id)
    if saved is None or saved.kind != kind:
        raise NotFound(thing="mapping", id=str(mapping_id))
    return saved


async def mapping_text(uow: UnitOfWork, kind: str, named: str) -> str:
    """The text of a mapping by its name or id: the newest saved under it, else the pack's."""
    named = named.strip()
    saved = await _by_id(uow, kind, named) or await _newest(uow, kind, named)
    if saved is not None:
        return saved.text
    if not NAME.fullmatch(named):
        raise MappingIsUnknown(name=named[:80], shipped=", ".join(shipped_mappings(uow.pack)) or "none")
    return text_of(uow.pack, named)


async def _by_id(uow: UnitOfWork, kind: str, named: str) -> SavedMapping | None:
    try:
        saved = await uow.find(SavedMapping, mapping_id=UUID(named))
    except ValueError:
        return None
    return saved if saved is not None and saved.kind == kind else None


async def _newest(uow: UnitOfWork, kind: str, name: str) -> SavedMapping | None:
    columns = saved_mappings.table.c
    chosen = sa.select(saved_mappings.table).where(columns.kind == kind, columns.name == name)
    rows = await uow.fetch(chosen.order_by(columns.edition.desc()).limit(1))
    return saved_mappings.state(rows[0]) if rows else None
