"""The port of the store: what a unit of work asks of a database, and how it can fail."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa

AnySelect = sa.Select[*tuple[Any, ...]]


@dataclass(slots=True)
class Insert:
    """A new row; a second one under the same unique key is `Violated`. A key the database draws is None or left out."""

    table: sa.Table
    row: dict[str, Any]


@dataclass(slots=True)
class Update:
    """A row as it shall be, only if it still has this `version` (else `Clash`)."""

    table: sa.Table
    row: dict[str, Any]
    version: int


@dataclass(slots=True)
class Put:
    """A row as it shall be, new or not (upsert by primary key)."""

    table: sa.Table
    row: dict[str, Any]


@dataclass(slots=True)
class Guard:
    """Nothing is written unless the row still has this `version` (else `Clash`)."""

    table: sa.Table
    id: Any
    version: int


Change = Insert | Update | Put


@dataclass(slots=True)
class Batch:
    """One unit: all of it or nothing. Guards and updates are checked against committed state.

    A row is changed at most once in a unit; of several puts of one row the last counts.
    """

    changes: list[Change] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)


class StoreError(Exception):
    """Why a unit was not written."""


class Clash(StoreError):
    """A row has another version than this unit relied on, or is gone: run the use case again."""

    def __init__(self, table: str, id: Any) -> None:
        super().__init__(f"{table} {id}")
        self.table, self.id = table, id


class Violated(StoreError):
    """A unique key is taken. `columns` names the key, `row` is the row that met it."""

    def __init__(self, table: str, columns: frozenset[str], row: dict[str, Any]) -> None:
        super().__init__(f"{table} {sorted(columns)}")
        self.table, self.columns, self.row = table, columns, row


class Unreachable(StoreError):
    """The database cannot take it now (away, disk full, read-only, no free connection): nothing was written."""


class OutcomeUnknown(StoreError):
    """The connection broke while committing: nobody knows; only the caller's key can settle it."""


class Store(Protocol):
    """A database of one service. Rows go in as Python values by column name and come out as tuples."""

    dialect: sa.Dialect

    @property
    def group_sizes(self) -> Mapping[int, int]:
        """How many commits carried how many units, since the start."""

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def fetch(self, statement: AnySelect, *, heavy: bool = False) -> Sequence[tuple[Any, ...]]:
        """Committed rows, decoded by the types of the selected columns; `heavy` leaves the shared event loop."""

    async def commit(self, batch: Batch) -> None:
        """Write the unit; it may share a database commit with others, but fails alone.

        Raises `Clash`, `Violated`, `Unreachable` or `OutcomeUnknown`.
        """

    async def execute(self, *statements: sa.Executable) -> int:
        """Core insert, update, delete or DDL statements in one transaction; the rows touched by the last."""

    def on_commit(self, listener: Callable[[Batch], None]) -> None:
        """Call this after each committed unit, in the event loop (wakes the relay and waiting readers)."""

    def on_news(self, table: sa.Table, listener: Callable[[], None]) -> None:
        """Call this after each unit that changed a table, of whichever process on this database; of other processes'
        units perhaps once for many, and once too often rather than never."""

    async def try_lead(self, name: str) -> "Leadership | None":
        """Become the only holder of a name among all processes on this database, or None while another is."""

    async def backup(self, path: str) -> None:
        """A consistent copy of the database in one file, taken while it works."""


class Leadership(Protocol):
    """Held until released or lost."""

    async def still_held(self) -> bool: ...

    async def release(self) -> None: ...
