"""Two SQLite commits by hand, with the rows that the product writes for an acceptance and for what it begins."""

import asyncio
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bench.harness import Worked
from chassis.clock import new_id
from chassis.store.sqlite import SqliteStore

ACCEPTED = ("offers", "needs", "providers", "engagements", *["outbox"] * 4, "answers")
BEGUN = ("inbox", "assessments", "outbox")
OTHERWISE = ("id", "event_id", "slot", "need_id", "link_sha256", "offer_id")
"""Columns that hold another value in each row."""


class BareFiles:
    """A thread that writes, as ours: `commit and commit`, one pair after the other."""

    def __init__(self, accepted: "_File", begun: "_File") -> None:
        self._accepted, self._begun = accepted, begun
        self._thread = ThreadPoolExecutor(1)

    @classmethod
    async def like(cls, matching: Any, assessments: Any, folder: Path) -> "BareFiles":
        """With empty copies of both files, and a row of each table to write again and again."""
        await asyncio.to_thread(folder.mkdir)
        files = [
            await asyncio.to_thread(_File, store, folder / f"{name}.sqlite", tables)
            for name, store, tables in (("matching", matching, ACCEPTED), ("assessments", assessments, BEGUN))
        ]
        return cls(*files)

    async def at_rate(self, count: int, rate: float) -> Worked:
        """So many pairs at a pace; the wait of each, from the moment it was due."""
        loop, start, waits = asyncio.get_running_loop(), time.perf_counter(), []
        for number in range(count):
            await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
            began = time.perf_counter()
            await loop.run_in_executor(self._thread, self._pair)
            waits.append((time.perf_counter() - began) * 1_000)
        return Worked(count, waits)

    def _pair(self) -> None:
        self._accepted.commit()
        self._begun.commit()

    def close(self) -> None:
        self._thread.shutdown()
        self._accepted.close()
        self._begun.close()


class _File:
    """A copy of the schema of a store's file, and the rows of one unit."""

    def __init__(self, store: SqliteStore, path: Path, tables: tuple[str, ...]) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        source = sqlite3.connect(store.path)
        wanted = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        for (sql,) in source.execute(wanted).fetchall():
            self._connection.execute(sql)
        self._writes = [self._write(source, table) for table in tables]
        source.close()

    @staticmethod
    def _write(source: sqlite3.Connection, table: str) -> tuple[str, list[Any], list[int]]:
        found = source.execute(f'SELECT * FROM "{table}" ORDER BY rowid DESC LIMIT 1')
        names, row = [each[0] for each in found.description], list(found.fetchone())
        if names[0] == "position":
            names, row = names[1:], row[1:]
        unlike = [place for place, name in enumerate(names) if name in OTHERWISE and row[place] is not None]
        marks, columns = ", ".join("?" * len(names)), ", ".join(f'"{name}"' for name in names)
        return f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', row, unlike

    def commit(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for sql, row, unlike in self._writes:
            values = list(row)
            for place in unlike:
                values[place] = str(new_id())
            self._connection.execute(sql, values)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()
