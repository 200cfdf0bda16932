"""What asyncpg and PostgreSQL say of a failure, in the words of the port."""

import re
from collections.abc import Iterable
from typing import Any, TypeAlias

import asyncpg

from chassis.store.port import Change, OutcomeUnknown, StoreError, Unreachable, Violated

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
CONNECTING = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,  # TimeoutError among them: the server went silent
)
_AWAY_CLASSES = {"53", "58"}  # no room, no memory, too many connections; the operating system failed it
_AWAY = {"25006", "57014", "57P03", "55P03"}  # read-only, out of time, starting up, locked too long
_VICTIM = {"40001", "40P01"}  # chosen to end a deadlock, or a conflict of snapshots


def is_lost(error: BaseException) -> bool:
    """The connection broke while a statement was on its way: it may have been written or not."""
    return isinstance(error, _LOST) or sqlstate(error) in {"57P04", "57P05"}


def is_away(error: BaseException) -> bool:
    """The server refuses everybody for now, and has written nothing."""
    state = sqlstate(error)
    return state[:2] in _AWAY_CLASSES or state in _AWAY


def is_victim(error: BaseException) -> bool:
    """Undone so that another transaction could go on: the same again may pass at once."""
    return sqlstate(error) in _VICTIM


def is_locked(error: BaseException) -> bool:
    """Another transaction was in the way of some unit of the group."""
    return is_victim(error) or sqlstate(error) == "55P03"


def sqlstate(error: BaseException) -> str:
    return getattr(error, "sqlstate", None) or ""


def in_port_words(error: Exception) -> Exception:
    """What a failed statement means: `OutcomeUnknown`, `Unreachable`, or the error itself if it is the statement's."""
    if is_lost(error):
        return OutcomeUnknown(reason(error))
    if is_away(error) or is_locked(error):
        return Unreachable(reason(error))
    return error


def unreachable(error: BaseException) -> Unreachable:
    """Of an error while connecting, or while reading: whatever it was, nothing was written."""
    return Unreachable(reason(error))


def reason(error: BaseException) -> str:
    """A name an operator can look up, without the text of the statement or of the data."""
    return " ".join(part for part in (type(error).__name__, sqlstate(error)) if part)


def violated(error: asyncpg.UniqueViolationError, changes: Iterable[Change]) -> StoreError | None:
    """`Violated` with the key's columns and the row that met it.

    Only the frame of the detail is read, `…(sender, row_key)=(a, b)…`, which no translation changes.
    """
    found = re.search(r"\((?P<columns>.+?)\)=\((?P<values>.*)\)", error.detail or "", re.DOTALL)
    if found is None or error.table_name is None:
        return None
    columns = [column.strip().strip('"') for column in found["columns"].split(",")]
    rows = [each.row for each in changes if each.table.name == error.table_name and columns[0] in each.row]
    met = [row for row in rows if _text(row, columns) == found["values"]]
    row: dict[str, Any] = (met or rows or [{}])[-1]
    return Violated(error.table_name, frozenset(columns), row)


def _text(row: dict[str, Any], columns: list[str]) -> str:
    return ", ".join(str(row.get(column)) for column in columns)
