"""The connections a PostgreSQL store reads over."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from chassis.store.port import Unreachable
from chassis.store.postgres_errors import CONNECTING, Connection, unreachable

CLOSE_WITHIN_S = 10.0


class Readers:
    """Up to `size` connections, opened when they are needed and never reset, because no read changes a session.

    asyncpg's own pool ends each use in a task and a reset: 60 µs of the 185 a read by id took with it.
    A connection whose caller was cancelled may go back at once: asyncpg ends the old query before the next.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], *, size: int, patience_s: float) -> None:
        self._connect, self._size, self._patience_s = connect, size, patience_s
        self._places = asyncio.Semaphore(size)
        self._idle: list[Connection] = []
        self._closing = False

    @contextlib.asynccontextmanager
    async def borrowed(self) -> AsyncIterator[Connection]:
        """A connection for one use; `Unreachable` if none comes free in time, or none can be opened."""
        await self._place()
        try:
            connection = await self._next()
            try:
                yield connection
            finally:
                if not connection.is_closed():
                    self._idle.append(connection)
        finally:
            self._places.release()

    async def _place(self) -> None:
        if self._closing:
            raise Unreachable("closed")
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(self._patience_s):
                await self._places.acquire()
        except TimeoutError as error:
            raise Unreachable("no free connection") from error

    async def _next(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        try:
            return await self._connect()
        except CONNECTING as error:
            raise unreachable(error) from error

    def forget(self) -> None:
        """Drop every connection that is not in use: the server they led to is gone."""
        while self._idle:
            self._idle.pop().terminate()

    async def close(self) -> None:
        """Wait for those in use, then close them all."""
        self._closing = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_WITHIN_S):
                for _ in range(self._size):
                    await self._places.acquire()
        for connection in self._idle:
            with contextlib.suppress(*CONNECTING):
                await connection.close(timeout=5)
        self._idle.clear()
