"""The writers of a PostgreSQL store: units waiting at the same moment are grouped by shape into one commit."""

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg

from chassis.store.port import StoreError, Unreachable
from chassis.store.postgres_errors import (
    CONNECTING,
    Connection,
    in_port_words,
    is_locked,
    is_victim,
    unreachable,
    violated,
)
from chassis.store.postgres_units import Unit, Units, clash_of

GROUP = 64
ROWS = 2_000
PAUSES_S = (0.01, 0.02, 0.05, 0.1)  # before the victim of a deadlock tries again: the other must get ahead


class Commits:
    """A queue and its writers, each on a connection of its own: two, so that one prepares while the other waits
    for the disk. A unit whose rows are being written stays in the queue until they are free."""

    def __init__(
        self,
        units: Units,
        connect: Callable[[], Awaitable[Connection]],
        written: Callable[[Unit], None],
        *,
        writers: int,
        patience_s: float,
    ) -> None:
        self.units = units
        self.group_sizes: Counter[int] = Counter()
        self._connect, self._written = connect, written
        self._patience_s = patience_s
        self._waiting: deque[Unit] = deque()
        self._writing: set[Any] = set()
        self._relying: Counter[Any] = Counter()
        self._news = asyncio.Event()
        self._closing = False
        self._tasks = [asyncio.create_task(self._write_forever(), name=f"store-writer-{n}") for n in range(writers)]

    def add(self, unit: Unit) -> "asyncio.Future[None]":
        if self._closing:
            raise Unreachable("closed")
        self._waiting.append(unit)
        self._news.set()
        return unit.done

    async def close(self) -> None:
        """Write what waits, then end the writers."""
        self._closing = True
        self._news.set()
        await asyncio.gather(*self._tasks)

    async def _write_forever(self) -> None:
        writer = _Writer(self.units, self._connect, self._written, self._refuse_waiting)
        while True:
            group = self._next_group()
            if group:
                self.group_sizes[len(group)] += 1
                await writer.write(group)
                self._free(group)
            elif self._closing and not self._waiting:
                break
            else:
                self._news.clear()
                await self._news.wait()
        await writer.close()

    def _next_group(self) -> list[Unit]:
        """The oldest unit that is free to go, and those that look like it."""
        group: list[Unit] = []
        passed: list[Unit] = []
        rows = 0
        too_old = asyncio.get_running_loop().time() - self._patience_s
        while self._waiting and len(group) < GROUP:
            unit = self._waiting.popleft()
            if unit.since < too_old:
                unit.fail(Unreachable("waited too long for its turn"))
            elif (group and (unit.shape != group[0].shape or rows + unit.size > ROWS)) or self._in_the_way(unit):
                passed.append(unit)
            else:
                group.append(unit)
                rows += unit.size
                self._hold(unit)
        self._waiting.extendleft(reversed(passed))
        return group

    def _in_the_way(self, unit: Unit) -> bool:
        return any(row in self._writing or row in self._relying for row in unit.writes) or any(
            row in self._writing for row in unit.relies
        )

    def _hold(self, unit: Unit) -> None:
        self._writing.update(unit.writes)
        self._relying.update(unit.relies)

    def _free(self, group: Sequence[Unit]) -> None:
        for unit in group:
            self._writing.difference_update(unit.writes)
            for row in unit.relies:
                self._relying[row] -= 1
                if not self._relying[row]:
                    del self._relying[row]
        self._news.set()

    def _refuse_waiting(self, error: StoreError) -> None:
        """No connection: whoever waits would only wait longer."""
        while self._waiting:
            self._waiting.popleft().fail(Unreachable(*error.args))


class _Writer:
    """One connection and what is written over it; it connects again by itself."""

    def __init__(
        self,
        units: Units,
        connect: Callable[[], Awaitable[Connection]],
        written: Callable[[Unit], None],
        refuse_waiting: Callable[[StoreError], None],
    ) -> None:
        self.units = units
        self._open, self._written, self._refuse_waiting = connect, written, refuse_waiting
        self._connection: Connection | None = None

    async def write(self, group: Sequence[Unit]) -> None:
        """Settle every unit of the group; whatever happens, each caller hears of it."""
        try:
            await self._send(group)
        except StoreError as error:
            for unit in group:
                unit.fail(type(error)(*error.args))
        except Exception as error:
            if len(group) == 1:
                group[0].fail(_refusal(group[0], error))
            else:
                for part in _parts(group, error):
                    await self.write(part)
        else:
            for unit in group:
                self._written(unit)

    async def _send(self, group: Sequence[Unit]) -> None:
        connection = await self._connected()
        sql, arguments = self.units.statement(group)
        for pause in (*PAUSES_S, None):
            try:
                await connection.fetch(sql, *arguments)
                return
            except Exception as error:
                if is_victim(error) and len(group) == 1 and pause is not None:
                    await asyncio.sleep(pause)
                    continue
                known = in_port_words(error)
                if known is error or (is_locked(error) and len(group) > 1):
                    raise
                self._drop()  # after a failover the next connection may find the new primary
                raise known from error

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            try:
                self._connection = await self._open()
            except CONNECTING as error:
                away = unreachable(error)
                self._refuse_waiting(away)
                raise away from error
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Exception):  # gone already is as good as closed
                await self._connection.close(timeout=5)


def _parts(group: Sequence[Unit], error: Exception) -> list[Sequence[Unit]]:
    """Smaller groups for a refused one: halves find the refused unit in few steps; where a lock was in the way
    each goes alone, so that no neighbour waits for it twice."""
    if is_locked(error):
        return [[unit] for unit in group]
    half = len(group) // 2
    return [group[:half], group[half:]]


def _refusal(unit: Unit, error: Exception) -> Exception:
    if isinstance(error, asyncpg.UniqueViolationError):
        return violated(error, unit.batch.changes) or error
    if isinstance(error, asyncpg.InvalidTextRepresentationError):
        return clash_of(unit, str(error)) or error
    return error
