"""What the databases hold in the end, read past every service."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from chassis.settings import Settings
from openrecp.databases import database_of

VERSIONED = """
SELECT table_name FROM information_schema.columns c WHERE table_schema = 'public' AND column_name = 'version'
AND table_name NOT IN ('threads', 'notices') AND EXISTS (SELECT 1 FROM information_schema.columns i
WHERE i.table_schema = 'public' AND i.table_name = c.table_name AND i.column_name = 'id')"""


@dataclass(frozen=True, slots=True)
class Written:
    """An event in the outbox of the service that wrote it."""

    event_id: str
    event_type: str
    root: str
    subject: str
    sequence: int
    operation: str
    causation_id: str | None
    recorded_at: float
    published: bool


@dataclass
class Found:
    """Everything there is to judge."""

    outboxes: dict[str, list[Written]] = field(default_factory=dict)
    versions: dict[str, dict[str, int]] = field(default_factory=dict)
    failed: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    effects: list[tuple[str, str, float]] = field(default_factory=list)
    tallies: dict[str, int] = field(default_factory=dict)
    waits: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    seats: dict[str, tuple[int, int]] = field(default_factory=dict)
    needs_of: set[str] = field(default_factory=set)

    @property
    def events(self) -> list[Written]:
        return [each for outbox in self.outboxes.values() for each in outbox]


async def find(settings: Settings, services: tuple[str, ...]) -> Found:
    """Read everything; the system may be running, but at rest."""
    found = Found()
    for name in services:
        async with _database(settings, name) as database:
            found.outboxes[name] = await _outbox(database)
            found.versions[name] = await _versions(database)
            found.failed[name] = await _failed(database)
            await _waits(database, name, found)
    async with _database(settings, "witness") as database:
        rows = await database.fetch("SELECT event_id, root, taken_at FROM effects ORDER BY position")
        found.effects = [(str(row[0]), str(row[1]), row[2].timestamp()) for row in rows]
        rows = await database.fetch("SELECT root, events FROM tallies")
        found.tallies = {str(row[0]): row[1] for row in rows}
        found.failed["witness"] = await _failed(database)
    return found


async def standing(settings: Settings, services: tuple[str, ...]) -> tuple[int, int, int]:
    """How many events were written, how many wait to be published, how many effects the witness has noted."""
    written = waiting = 0
    for name in services:
        async with _database(settings, name) as database:
            row = await database.fetchrow("SELECT count(*), count(*) FILTER (WHERE published_at IS NULL) FROM outbox")
            written, waiting = written + row[0], waiting + row[1]
    async with _database(settings, "witness") as database:
        row = await database.fetchrow("SELECT count(DISTINCT event_id), (SELECT sum(events) FROM tallies) FROM effects")
    return written, waiting, min(int(row[0]), int(row[1] or 0))


@asynccontextmanager
async def _database(settings: Settings, name: str) -> AsyncIterator[Any]:
    """A connection for a moment."""
    connection: Any = await asyncpg.connect(database_of(settings, name)[1], timeout=10)
    try:
        yield connection
    finally:
        await connection.close()


async def _outbox(database: Any) -> list[Written]:
    rows = await database.fetch(
        "SELECT event_id, event_type, root, subject, sequence, operation, causation_id, recorded_at, published_at"
        " FROM outbox ORDER BY position"
    )
    return [
        Written(str(row[0]), row[1], str(row[2]), str(row[3]), row[4], row[5], row[6], row[7].timestamp(), bool(row[8]))
        for row in rows
    ]


async def _versions(database: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for (name,) in await database.fetch(VERSIONED):
        rows = await database.fetch(f'SELECT id, version FROM "{name}"')  # noqa: S608  names of its own catalogue
        found |= {str(row[0]): row[1] for row in rows}
    return found


async def _failed(database: Any) -> list[tuple[str, str, str]]:
    rows = await database.fetch("SELECT event_id, state, consumer FROM failed_deliveries WHERE state <> 'redriven'")
    return [(str(row[0]), row[1], row[2]) for row in rows]


WAITS = {
    "matching": {
        "offer": "SELECT id, provider_id AS owner, deadline_at AS deadline FROM offers WHERE status = 'open'",
        "need without an open offer": (
            "SELECT id, NULL AS owner, NULL AS deadline FROM needs n WHERE status = 'open'"
            " AND NOT EXISTS (SELECT 1 FROM offers o WHERE o.need_id = n.id AND o.status = 'open')"
        ),
    },
    "training": {
        "seat offered": (
            "SELECT id, enrolled_by AS owner, deadline_at AS deadline FROM enrolments WHERE status = 'seat_offered'"
        )
    },
}


async def _waits(database: Any, name: str, found: Found) -> None:
    for what, asked in WAITS.get(name, {}).items():
        found.waits[what] += [dict(row) for row in await database.fetch(asked)]
    if name == "training":
        rows = await database.fetch(
            "SELECT s.id, s.seats, count(e.id) FROM sessions s LEFT JOIN enrolments e ON e.session_id = s.id"
            " AND e.status IN ('confirmed', 'seat_offered') GROUP BY s.id, s.seats"
        )
        found.seats = {str(row[0]): (row[1], row[2]) for row in rows}
    if name == "matching":
        rows = await database.fetch("SELECT request_id FROM needs WHERE request_id IS NOT NULL")
        found.needs_of = {str(row[0]) for row in rows}
    if name == "clients":
        rows = await database.fetch("SELECT id FROM service_requests WHERE status = 'submitted'")
        found.waits["request"] += [{"id": str(row[0])} for row in rows]


async def behind_by(settings: Settings, services: tuple[str, ...]) -> int:
    """How many events have been written that have not taken effect with the witness."""
    written, _, effects = await standing(settings, services)
    return written - effects


async def whereabouts(settings: Settings, services: tuple[str, ...]) -> dict[str, Any]:
    """Where events that have not taken effect may be: by outbox, by what failed, by what the witness has noted."""
    told: dict[str, Any] = {}
    for name in (*services, "witness"):
        async with _database(settings, name) as database:
            if name != "witness":
                row = await database.fetchrow("SELECT count(*), count(published_at) FROM outbox")
                told[name] = f"{row[0]} written, {row[1]} published"
            asked = "SELECT consumer, state, count(*) FROM failed_deliveries GROUP BY 1, 2 ORDER BY 1, 2"
            told[f"{name}: failed"] = [tuple(row) for row in await database.fetch(asked)]
    async with _database(settings, "witness") as database:
        row = await database.fetchrow("SELECT count(DISTINCT event_id), (SELECT sum(events) FROM tallies) FROM effects")
        told["witness"] = f"{row[0]} noted, {row[1]} counted"
    return told


async def waiting_for(settings: Settings, name: str) -> float:
    """For how many seconds the oldest event of a service's outbox waits for its relay."""
    async with _database(settings, name) as database:
        asked = "SELECT extract(epoch FROM now() - min(recorded_at)) FROM outbox WHERE published_at IS NULL"
        return float(await database.fetchval(asked) or 0.0)
