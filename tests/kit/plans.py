"""By which way a database finds the rows of each select: heard while requests are answered, then explained."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import asyncpg

from chassis.store.port import AnySelect, Store
from chassis.store.postgres import PostgresStore
from chassis.store.sqlite import SqliteStore
from chassis.store.statements import Ready

PARTIAL = {"ix_outbox_unpublished", "ix_engagements_rated"}
"""Indexes of the few rows for which something holds: who reads one whole reads no table whole."""


@contextmanager
def overheard(store: SqliteStore | PostgresStore) -> Iterator[dict[str, Ready]]:
    """Every select of a store meanwhile, by its text."""
    heard: dict[str, Ready] = {}
    fetch = store.fetch

    async def listening(statement: AnySelect, *, heavy: bool = False) -> Sequence[tuple[Any, ...]]:
        ready = store.statements.ready(statement)
        heard.setdefault(ready.sql, ready)
        return await fetch(statement, heavy=heavy)

    store.fetch = listening  # type: ignore[method-assign]
    try:
        yield heard
    finally:
        store.fetch = fetch  # type: ignore[method-assign]


async def read_whole(store: Store, heard: dict[str, Ready]) -> dict[str, list[str]]:
    """The tables that these selects read from end to end, each with the selects that do."""
    found: dict[str, list[str]] = {}
    for ready in heard.values():
        tables = await (_by_sqlite(store, ready) if isinstance(store, SqliteStore) else _by_postgres(store, ready))
        for table in tables:
            found.setdefault(table, []).append(ready.sql)
    return found


async def _by_sqlite(store: SqliteStore, ready: Ready) -> set[str]:
    """`SCAN offers` has no condition to begin at, `SEARCH offers USING INDEX …` has."""
    plan = store._reading.execute(f"EXPLAIN QUERY PLAN {ready.sql}", ready.arguments).fetchall()
    lines = [row[3].split() for row in plan]
    return {words[1] for words in lines if words[0] == "SCAN" and not PARTIAL & set(words)}


async def _by_postgres(store: Any, ready: Ready) -> set[str]:
    """With sequential scans made expensive PostgreSQL plans one only where no index leads to the rows."""
    connection = await asyncpg.connect(store.dsn)
    try:
        await connection.execute("SET enable_seqscan = off")
        plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {ready.sql}", *ready.arguments)
    finally:
        await connection.close()
    return {table for table, node in _nodes(json.loads(plan)[0]["Plan"], "") if _reads_all(node)}


def _nodes(node: dict[str, Any], table: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every step of a plan with the table it reads; a bitmap's index stands under its table."""
    table = node.get("Relation Name", table)
    yield table, node
    for each in node.get("Plans", ()):
        yield from _nodes(each, table)


def _reads_all(node: dict[str, Any]) -> bool:
    kind = node["Node Type"]
    if kind not in ("Index Scan", "Index Only Scan", "Bitmap Index Scan"):
        return bool(kind == "Seq Scan")
    return "Index Cond" not in node and node["Index Name"] not in PARTIAL
