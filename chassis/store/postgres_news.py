"""What one process on a PostgreSQL database tells the others: these tables have changed, look at once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog

from chassis.store.postgres_errors import CONNECTING, Connection, reason

log = structlog.get_logger()
CHANNEL = "openrecp"
GATHER_S = 0.004  # between two notifications: under load one tells of many commits
PAUSES_S = (0.1, 0.5, 2.0, 5.0)


class News:
    """NOTIFY after the commit, on a connection of its own: inside the write transaction it costs 40 % of the writes.

    Nothing depends on it: who misses a notification looks again by itself, a few seconds later.
    """

    def __init__(self, connect: Callable[..., Awaitable[Connection]]) -> None:
        self._connect = connect
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._untold: set[str] = set()
        self._something = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._open = False

    def listen(self, table: str, listener: Callable[[], None]) -> None:
        """Call this when a table has changed, in this process or in another."""
        self._listeners.setdefault(table, []).append(listener)
        self._begin()

    def start(self) -> None:
        self._open = True
        self._begin()

    def _begin(self) -> None:
        if self._open and self._listeners and self._task is None:
            self._task = asyncio.create_task(self._talk_forever(), name="store-news")

    async def stop(self) -> None:
        """Tell nothing more."""
        self._open = False
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def changed(self, tables: set[str]) -> None:
        """A unit of this process has changed these tables: ring here now, and there within milliseconds."""
        self._ring(tables)
        if self._task is not None:  # who waits for them elsewhere is not known here: all are told
            self._untold |= tables
            self._something.set()

    def _ring(self, tables: Iterable[str]) -> None:
        for table in tables:
            for listener in self._listeners.get(table, ()):
                listener()

    async def _talk_forever(self) -> None:
        failures = 0
        while True:
            try:
                connection = await self._connect(synchronous_commit="off")
            except CONNECTING as error:
                log.warning("news.no_connection", reason=reason(error))
            else:
                failures = 0
                await self._talk(connection)
            await asyncio.sleep(PAUSES_S[min(failures, len(PAUSES_S) - 1)])
            failures += 1

    async def _talk(self, connection: Connection) -> None:
        try:
            connection.add_termination_listener(lambda _: self._something.set())
            await connection.add_listener(CHANNEL, self._heard)
            self._ring(list(self._listeners))  # what was told while nobody listened
            while not connection.is_closed():
                self._something.clear()
                if self._untold:
                    telling, self._untold = self._untold, set()
                    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, ",".join(sorted(telling)))
                    await asyncio.sleep(GATHER_S)
                await self._something.wait()
        except CONNECTING as error:
            log.warning("news.connection_lost", reason=reason(error))
        finally:
            connection.terminate()

    def _heard(self, connection: Any, sender: int, _: str, payload: Any) -> None:
        if sender != connection.get_server_pid():  # what this process changed has rung already
            self._ring(str(payload).split(","))
