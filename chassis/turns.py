"""Turns inside one process: whoever asked first goes first."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any


class Turns:
    """One turn at a time per key, inside this process, in the order of asking."""

    def __init__(self) -> None:
        self._locks: dict[Any, tuple[asyncio.Lock, int]] = {}

    async def take(self, key: Any) -> None:
        lock, waiting = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, waiting + 1)
        try:
            await lock.acquire()
        except BaseException:
            self._leave(key)
            raise

    def give_back(self, key: Any) -> None:
        self._locks[key][0].release()
        self._leave(key)

    def _leave(self, key: Any) -> None:
        lock, waiting = self._locks[key]
        if waiting == 1:
            del self._locks[key]
        else:
            self._locks[key] = (lock, waiting - 1)

    @asynccontextmanager
    async def turn(self, key: Any) -> Any:
        await self.take(key)
        try:
            yield
        finally:
            self.give_back(key)
