"""One SQLite file: a writer thread that groups the units waiting at the same moment into one commit."""

import asyncio
import contextlib
import queue
import re
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import dialect as sqlite_dialect

from chassis.store.port import AnySelect, Batch, Change, Clash, Guard, Insert, Put, Unreachable, Update, Violated
from chassis.store.statements import Decoder, Ready, Statements, decoded, encoder

GROUP = 64
READERS = 2


class SqliteStore:
    """WAL, `synchronous=FULL`, foreign keys on; small reads on a connection of the event loop's own,
    heavy ones in two reader threads, all writes in one writer thread."""

    def __init__(self, path: Path, *, synchronous: str = "FULL") -> None:
        self.path = path
        self.dialect: sa.Dialect = sqlite_dialect(paramstyle="qmark")
        self.statements = Statements(self.dialect)
        self._synchronous = synchronous
        self._sql = _Writes(self.dialect)
        self._listeners: list[Callable[[Batch], None]] = []
        self._waiting: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._closing = False
        self.group_sizes: dict[int, int] = {}

    async def start(self) -> None:
        if self._writer is not None:
            return
        self._closing = False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._loop = asyncio.get_running_loop()
        with _as_unreachable():
            writing = self._connect()
            self._reading = self._connect(read_only=True)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix=f"{self.path.stem}-read")
        self._writer = threading.Thread(
            target=self._write_forever, args=(writing,), name=f"{self.path.stem}-write", daemon=True
        )
        self._writer.start()

    async def stop(self) -> None:
        """Write what waits, then close; safe to call twice."""
        if self._writer is None or self._readers is None:
            return
        self._closing = True  # what came after the end mark would wait for ever
        self._waiting.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown(wait=True)
        for connection in self._opened:
            connection.close()
        self._opened.clear()
        self._writer = self._readers = None

    def _connect(self, *, read_only: bool = False) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=5.0)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={self._synchronous}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA journal_size_limit=67108864")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        self._opened.append(connection)
        return connection

    async def fetch(self, statement: AnySelect, *, heavy: bool = False) -> Sequence[tuple[Any, ...]]:
        ready = self.statements.ready(statement)
        if self._readers is None:
            raise Unreachable("closed")
        if not heavy:
            return _read(self._reading, ready)
        return await self._loop.run_in_executor(self._readers, self._read_apart, ready)

    def _read_apart(self, ready: Ready) -> Sequence[tuple[Any, ...]]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect(read_only=True)
        return _read(connection, ready)

    async def commit(self, batch: Batch) -> None:
        await self._submit(lambda connection: self._sql.apply(connection, batch), batch)

    async def execute(self, *statements: sa.Executable) -> int:
        ready = [self.statements.ready(each) for each in statements]

        def run(connection: sqlite3.Connection) -> int:
            touched = 0
            for each in ready:
                touched = _execute(connection, each)
            return touched

        touched: int = await self._submit(run)
        return touched

    async def _submit(self, work: Callable[[sqlite3.Connection], Any], batch: Batch | None = None) -> Any:
        if self._writer is None or self._closing:
            raise Unreachable("closed")
        unit = _Unit(work, self._loop.create_future(), batch)
        self._waiting.put(unit)
        # Once handed over it will be written or refused: a caller that goes away does not undo it.
        return await asyncio.shield(unit.done)

    def on_commit(self, listener: Callable[[Batch], None]) -> None:
        self._listeners.append(listener)

    def on_news(self, table: sa.Table, listener: Callable[[], None]) -> None:
        """No other process has this file open."""

        def told(batch: Batch) -> None:
            if any(change.table is table for change in batch.changes):
                listener()

        self.on_commit(told)

    async def try_lead(self, name: str) -> "AlwaysLeading":
        """The folder lock already keeps other processes out."""
        return AlwaysLeading()

    async def backup(self, path: str) -> None:
        def copy() -> None:
            with contextlib.closing(sqlite3.connect(self.path)) as source:
                with contextlib.closing(sqlite3.connect(path)) as target:
                    source.backup(target)

        with _as_unreachable():
            await asyncio.to_thread(copy)

    def _write_forever(self, connection: sqlite3.Connection) -> None:
        while True:
            group = self._next_group()
            if group:
                self._write(connection, [unit for unit in group if unit is not None])
                self.group_sizes[len(group)] = self.group_sizes.get(len(group), 0) + 1
            if group and group[-1] is None:
                return

    def _next_group(self) -> "list[_Unit | None]":
        group = [self._waiting.get()]
        while group[-1] is not None and len(group) < GROUP:
            try:
                group.append(self._waiting.get_nowait())
            except queue.Empty:
                break
        return group

    def _write(self, connection: sqlite3.Connection, group: "list[_Unit]") -> None:
        if not group:
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
            for unit in group:
                unit.attempt(connection)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                connection.execute("ROLLBACK")
            for unit in group:
                unit.error = Unreachable(_reason(error))
        self._loop.call_soon_threadsafe(self._settle, group)

    def _settle(self, group: "list[_Unit]") -> None:
        for unit in group:
            if unit.error is None and unit.batch is not None:
                for listener in self._listeners:  # before the caller goes on, and even if it has gone away
                    self._loop.call_soon(listener, unit.batch)
            if unit.done.done():
                continue
            if unit.error is None:
                unit.done.set_result(unit.result)
            else:
                unit.done.set_exception(unit.error)
                unit.done.exception()  # its caller may be gone: then nobody is to be told


class _Unit:
    """Work waiting for the writer thread, and what became of it."""

    def __init__(
        self, work: Callable[[sqlite3.Connection], Any], done: "asyncio.Future[Any]", batch: Batch | None
    ) -> None:
        self.work, self.done, self.batch = work, done, batch
        self.result: Any = None
        self.error: BaseException | None = None

    def attempt(self, connection: sqlite3.Connection) -> None:
        """Try inside a savepoint, so that a refused unit harms no neighbour."""
        connection.execute("SAVEPOINT unit")
        try:
            self.result = self.work(connection)
        except Exception as error:
            if isinstance(error, sqlite3.OperationalError) and not _programmers_mistake(error):
                raise  # the disk, not the unit: the whole group fails
            connection.execute("ROLLBACK TO unit")
            self.error = error
        connection.execute("RELEASE unit")


class _Writes:
    """SQL text and encoders of every write, made once per table."""

    def __init__(self, dialect: sa.Dialect) -> None:
        self.dialect = dialect
        self._known: dict[tuple[type[Any], str, tuple[str, ...]], tuple[str, list[tuple[str, Decoder]]]] = {}

    def apply(self, connection: sqlite3.Connection, batch: Batch) -> None:
        for guard in batch.guards:
            self._check(connection, guard)
        for change in batch.changes:
            self._write(connection, change)

    def _check(self, connection: sqlite3.Connection, guard: Guard) -> None:
        held = connection.execute(
            f'SELECT 1 FROM "{guard.table.name}" WHERE id = ? AND version = ?', (str(guard.id), guard.version)
        ).fetchone()
        if held is None:
            raise Clash(guard.table.name, guard.id)

    def _write(self, connection: sqlite3.Connection, change: Change) -> None:
        kind, table = type(change), change.table
        place = (kind, table.name, tuple(change.row))
        if place not in self._known:
            encoders = [(name, encoder(self.dialect, table.c[name])) for name in change.row]
            self._known[place] = (_sql(change), encoders)
        sql, encoders = self._known[place]
        values = [encode(change.row[name]) if encode else change.row[name] for name, encode in encoders]
        if isinstance(change, Update):
            values += [str(change.row["id"]), change.version]
        try:
            touched = connection.execute(sql, values).rowcount
        except sqlite3.IntegrityError as error:
            raise _violated(error, change.row) or error from error
        if isinstance(change, Update) and touched == 0:
            raise Clash(table.name, change.row["id"])


def _sql(change: Insert | Update | Put) -> str:
    table, names = change.table.name, list(change.row)
    if isinstance(change, Update):
        sets = ", ".join(f'"{name}" = ?' for name in names)
        return f'UPDATE "{table}" SET {sets} WHERE id = ? AND version = ?'
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    insert = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'
    if isinstance(change, Insert):
        return insert
    keys = [column.name for column in change.table.primary_key]
    key = ", ".join(f'"{name}"' for name in keys)
    rest = [name for name in names if name not in keys]
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in rest)
    action = f"DO UPDATE SET {sets}" if rest else "DO NOTHING"
    return f"{insert} ON CONFLICT ({key}) {action}"


def _violated(error: sqlite3.IntegrityError, row: dict[str, Any]) -> Violated | None:
    """`UNIQUE constraint failed: clients.sender, clients.row_key` → the table and its two columns."""
    found = re.match(r"UNIQUE constraint failed: (.+)", str(error))
    if found is None:
        return None
    parts = [part.strip().partition(".") for part in found[1].split(",")]
    return Violated(parts[0][0], frozenset(column for _, _, column in parts), row)


def _execute(connection: sqlite3.Connection, ready: Ready) -> int:
    try:
        return max(connection.execute(ready.sql, ready.arguments).rowcount, 0)
    except sqlite3.IntegrityError as error:
        raise _violated(error, {}) or error from error


def _read(connection: sqlite3.Connection, ready: Ready) -> list[tuple[Any, ...]]:
    with _as_unreachable():
        return decoded(connection.execute(ready.sql, ready.arguments).fetchall(), ready.decoders)


@contextlib.contextmanager
def _as_unreachable() -> Any:
    try:
        yield
    except sqlite3.OperationalError as error:
        if _programmers_mistake(error):
            raise
        raise Unreachable(_reason(error)) from error


def _programmers_mistake(error: sqlite3.OperationalError) -> bool:
    """SQLITE_ERROR is wrong SQL; every other code speaks of the disk, the lock or the file."""
    return getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_ERROR


def _reason(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "") or type(error).__name__


class AlwaysLeading:
    """Leadership where only one process can own the file."""

    async def still_held(self) -> bool:
        return True

    async def release(self) -> None:
        return None
