"""Tables of a made-up service, and a fixture that puts them into either store."""

import asyncio
import enum
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from chassis.store.mapping import Unique, table
from chassis.store.port import Insert, Store, Update
from chassis.store.postgres import PostgresStore
from chassis.store.sqlite import SqliteStore
from contracts.refusals import Refusal

metadata = sa.MetaData()
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
OpenStore = Callable[[], Store]


class NameIsTaken(Refusal):
    sentence = "There is a thing named {name} in {place} already."


class Colour(enum.Enum):
    RED = "red"


@dataclass(frozen=True)
class Part:
    name: str
    price: Decimal
    made_on: date


@dataclass(frozen=True)
class Thing:
    id: UUID
    name: str
    place: str = "here"
    price: Decimal | None = None
    at: datetime | None = None
    on: date | None = None
    picture: bytes | None = None
    good: bool | None = None
    number: int | None = None
    parts: tuple[Part, ...] | None = None
    colour: Colour | None = None
    version: int = 1


@dataclass(frozen=True)
class Line:
    position: int | None
    thing_id: UUID
    text: str


@dataclass(frozen=True)
class JournalLine:
    position: int | None
    writer: int
    number: int


@dataclass(frozen=True)
class Setting:
    group: str
    order: int
    value: str | None


things = table(metadata, Thing, "things", unique=[Unique(("place", "name"), NameIsTaken)])
lines = table(metadata, Line, "lines", key=("position",), autoincrement=True)
journal = table(metadata, JournalLine, "journal", key=("position",), autoincrement=True, in_order=True)
settings = table(metadata, Setting, "settings", key=("group", "order"))


@pytest.fixture(params=BOTH)
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> OpenStore:
    """Makes store objects on one and the same database."""
    if request.param == "sqlite":
        return lambda: SqliteStore(tmp_path / "things.db")
    programs = request.getfixturevalue("postgres_cluster").programs
    dsn = request.getfixturevalue("postgres_dsn")()
    return lambda: PostgresStore(dsn, pg_dump=str(programs / "pg_dump"))


@pytest.fixture
async def store(open_store: OpenStore) -> AsyncIterator[Store]:
    made = open_store()
    await made.start()
    await create_tables(made)
    yield made
    await made.stop()


async def create_tables(store: Store) -> None:
    await store.execute(*map(CreateTable, metadata.sorted_tables))
    await store.execute(*[CreateIndex(index) for each in metadata.sorted_tables for index in each.indexes])


def inserted(thing: Thing) -> Insert:
    return Insert(things.table, things.row(thing))


def updated(thing: Thing, version: int) -> Update:
    return Update(things.table, things.row(thing), version)


def line(thing_id: UUID, text: str) -> Insert:
    return Insert(lines.table, {"thing_id": thing_id, "text": text})


async def stored(store: Store) -> dict[UUID, Thing]:
    return {row[0]: things.state(row) for row in await store.fetch(sa.select(things.table))}


async def count(store: Store, table: sa.Table) -> int:
    found: int = (await store.fetch(sa.select(sa.func.count()).select_from(table)))[0][0]
    return found


async def outcomes(*work: Any) -> list[Any]:
    return list(await asyncio.gather(*work, return_exceptions=True))
