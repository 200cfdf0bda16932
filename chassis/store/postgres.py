"""One PostgreSQL database: each unit one statement, reads beside them, leadership by advisory lock."""

import asyncio
import contextlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect

from chassis.store.port import AnySelect, Batch, StoreError, Unreachable
from chassis.store.postgres_commits import Commits
from chassis.store.postgres_errors import CONNECTING, Connection, in_port_words, is_lost, unreachable, violated
from chassis.store.postgres_news import News
from chassis.store.postgres_readers import Readers
from chassis.store.postgres_units import Unit, Units
from chassis.store.statements import Ready, Statements, decoded

# Every join of a unit goes by primary key. A plan made while a table was empty and kept by its prepared
# statement would otherwise scan it whole until the next ANALYZE (40,000 rows: 10 ms an update instead of 4).
_WRITING = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off"}


class PostgresStore:
    """SQLAlchemy compiles, asyncpg carries. Connections are made anew by themselves after a restart of the server."""

    def __init__(
        self,
        dsn: str,
        *,
        readers: int = 8,
        writers: int = 2,
        patience_s: float = 10.0,
        statement_timeout_s: float = 30.0,
        lock_timeout_s: float = 5.0,
        connect_timeout_s: float = 5.0,
        lead_timeout_s: float = 20.0,
        pg_dump: str = "pg_dump",
    ) -> None:
        self.dsn = dsn
        self.dialect: sa.Dialect = asyncpg_dialect()  # type: ignore[no-untyped-call]
        self.statements = Statements(self.dialect)
        self._units = Units(self.dialect)
        self._reading, self._writing = readers, writers
        self._patience_s, self._pg_dump = patience_s, pg_dump
        # Of a process that stands still the kernel still answers keepalives: the server has to miss its word itself.
        self._leading_settings = {"idle_session_timeout": f"{lead_timeout_s * 1000:.0f}"}
        self._listeners: list[Callable[[Batch], None]] = []
        self._news = News(self._connect)
        self._readers: Readers | None = None
        self._commits: Commits | None = None
        self.group_sizes: Counter[int] = Counter()
        self._running: set[asyncio.Task[Any]] = set()
        self._leading: set[Leading] = set()
        self._options: dict[str, Any] = {
            "timeout": connect_timeout_s,
            # The server gives up first; this is for a server that has vanished without a word.
            "command_timeout": statement_timeout_s + 5,
            "statement_cache_size": 500,
            "max_cached_statement_lifetime": 0,
        }
        self._settings = _settings(statement_timeout_s, lock_timeout_s)

    async def start(self) -> None:
        if self._readers is not None:
            return
        self._loop = asyncio.get_running_loop()
        readers = Readers(self._connect, size=self._reading, patience_s=self._patience_s)
        async with readers.borrowed():
            pass  # a database that cannot be reached says so now
        self._readers = readers
        self._commits = Commits(
            self._units, self._connect_to_write, self._written, writers=self._writing, patience_s=self._patience_s
        )
        self.group_sizes = self._commits.group_sizes
        self._news.start()

    async def stop(self) -> None:
        """Write what waits, then close; safe to call twice."""
        readers, commits = self._readers, self._commits
        if readers is None or commits is None:
            return
        await commits.close()
        await self._news.stop()
        await asyncio.gather(*self._running, return_exceptions=True)
        for leading in list(self._leading):
            await leading.release()
        await readers.close()
        self._readers = self._commits = None

    async def _connect(self, **settings: str) -> Connection:
        options = {**self._options, "server_settings": {**self._settings, **settings}}
        return await asyncpg.connect(self.dsn, **options)

    async def _connect_to_write(self) -> Connection:
        return await self._connect(**_WRITING)

    async def fetch(self, statement: AnySelect, *, heavy: bool = False) -> Sequence[tuple[Any, ...]]:
        ready = self.statements.ready(statement)
        rows: Sequence[Any] = await self._read(ready)
        if heavy:
            return await asyncio.to_thread(decoded, rows, ready.decoders)
        return decoded(rows, ready.decoders)

    async def _read(self, ready: Ready, *, again: bool = True) -> Sequence[asyncpg.Record]:
        async with self._opened().borrowed() as connection:
            try:
                return await connection.fetch(ready.sql, *ready.arguments)
            except Exception as error:
                if in_port_words(error) is error:
                    raise
                if not again or not is_lost(error) or isinstance(error, TimeoutError):
                    raise unreachable(error) from error
                connection.terminate()
        # The server was restarted, and every other connection is as dead as this one: a read may be repeated.
        self._opened().forget()
        return await self._read(ready, again=False)

    def _opened(self) -> Readers:
        if self._readers is None:
            raise Unreachable("closed")
        return self._readers

    async def commit(self, batch: Batch) -> None:
        if self._commits is None:
            raise Unreachable("closed")
        unit = self._units.unit(batch, self._loop)
        if not unit.shape:
            self._written(unit)
            return
        # Once handed over it will be written or refused: a caller that goes away takes only its own ear with it.
        await self._commits.add(unit)

    def _written(self, unit: Unit) -> None:
        for listener in self._listeners:  # before the caller goes on, and even if it has gone away
            self._loop.call_soon(listener, unit.batch)
        self._loop.call_soon(self._news.changed, {change.table.name for change in unit.batch.changes})
        if not unit.done.done():
            unit.done.set_result(None)

    async def execute(self, *statements: sa.Executable) -> int:
        ready = [self.statements.ready(each) for each in statements]
        task = self._loop.create_task(self._execute(ready))
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: "asyncio.Task[int]") -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # its caller may be gone: then nobody is to be told

    async def _execute(self, statements: Sequence[Ready]) -> int:
        async with self._opened().borrowed() as connection:
            try:
                if len(statements) == 1:
                    return _touched(await connection.execute(statements[0].sql, *statements[0].arguments))
                touched = 0
                async with connection.transaction():
                    for each in statements:
                        touched = _touched(await connection.execute(each.sql, *each.arguments))
                return touched
            except asyncpg.UniqueViolationError as error:
                raise violated(error, ()) or error from error
            except Exception as error:
                raise in_port_words(error) from error

    def on_commit(self, listener: Callable[[Batch], None]) -> None:
        self._listeners.append(listener)

    def on_news(self, table: sa.Table, listener: Callable[[], None]) -> None:
        self._news.listen(table.name, listener)

    async def try_lead(self, name: str) -> "Leading | None":
        """An advisory lock of a session of its own: it ends with the session, whatever becomes of this process.

        Who does not ask for `lead_timeout_s` whether it still leads, does not: it may stand still, and another goes on.
        """
        try:
            connection = await self._connect(**self._leading_settings)
        except CONNECTING as error:
            raise unreachable(error) from error
        leading = Leading(connection, self._leading.discard)
        self._leading.add(leading)
        try:
            if await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", f"lead {name}"):
                return leading
        except Exception as error:
            await leading.release()
            raise unreachable(error) from error
        await leading.release()
        return None

    async def backup(self, path: str) -> None:
        """An archive of `pg_dump` in its custom format, for `pg_restore`."""
        await dump(self.dsn, path, self._pg_dump)


class Leading:
    """Holds its name as long as its session lives."""

    def __init__(self, connection: Connection, released: "Callable[[Leading], None]") -> None:
        self._connection, self._released = connection, released

    async def still_held(self) -> bool:
        try:
            return bool(await self._connection.fetchval("SELECT true", timeout=5))
        except CONNECTING:
            self._connection.terminate()
            return False

    async def release(self) -> None:
        self._released(self)
        with contextlib.suppress(*CONNECTING):  # a session that is gone has released it already
            await self._connection.close(timeout=5)


def _touched(status: str) -> int:
    """`UPDATE 3`, `INSERT 0 3` → 3; `CREATE TABLE` → 0."""
    last = status.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0


def _settings(statement_timeout_s: float, lock_timeout_s: float) -> dict[str, str]:
    return {
        "application_name": "openrecp",
        "statement_timeout": f"{statement_timeout_s * 1000:.0f}",
        "lock_timeout": f"{lock_timeout_s * 1000:.0f}",
        "idle_in_transaction_session_timeout": f"{statement_timeout_s * 1000:.0f}",
        # A session of a machine that vanished must not keep its locks, nor its leadership, for two hours.
        "tcp_keepalives_idle": "30",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
        "jit": "off",  # compiling costs more than these statements take
        "timezone": "UTC",
        "datestyle": "ISO",
    }


async def dump(dsn: str, path: str, pg_dump: str) -> None:
    """Run `pg_dump`; the file appears under its name only when it is whole."""
    binary = shutil.which(pg_dump)
    if binary is None:
        raise StoreError(f"{pg_dump} is not installed: a backup of PostgreSQL needs its client programs")
    target, password = without_password(dsn)
    part = Path(f"{path}.part")
    process = await asyncio.create_subprocess_exec(
        binary,
        "--format=custom",
        "--no-password",
        f"--file={part}",
        f"--dbname={target}",
        env={**os.environ, **({"PGPASSWORD": password} if password else {})},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
        if process.returncode != 0:
            raise StoreError(f"pg_dump: {said.decode(errors='replace').strip()}")
        await asyncio.to_thread(part.replace, path)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await asyncio.to_thread(part.unlink, missing_ok=True)


def without_password(dsn: str) -> tuple[str, str | None]:
    """A command line can be read by everybody on the machine, the environment cannot."""
    parts = urlsplit(dsn)
    login, at, place = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    query = dict(parse_qsl(parts.query))
    password = unquote(password) or query.pop("password", "")
    clean = parts._replace(netloc=f"{user}{at}{place}", query=urlencode(query))
    return urlunsplit(clean), password or None
