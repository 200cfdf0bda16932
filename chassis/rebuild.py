"""Rebuild the read models from zero: replay into fresh tables, swap in one transaction, compare hashes."""

import hashlib
from typing import Any

import sqlalchemy as sa

from chassis.consumer import OPEN, Projector
from chassis.log.port import EventLog, Partition, Record
from chassis.store.mapping import Mapped, mapped
from chassis.store.port import Batch, Put, Store
from chassis.tables import failed_deliveries
from chassis.unit_of_work import UnitOfWork
from chassis.view import View

BATCH = 500


async def rebuild(projector: Projector, event_log: EventLog) -> dict[str, Any]:
    """Replay exactly what the projector has taken in; readers see the old tables until the swap.

    Returns the hashes before and after, and how many events were replayed. A death on the way leaves
    only fresh tables behind, which the next rebuild drops.
    """
    store, tables = projector.ground.store, [mapped(cls) for cls in projector.projections.tables]
    async with projector.paused() as position:
        before = await fingerprint(store, tables)
        fresh = {each: await _fresh(store, each) for each in tables}
        replayed = await _replay(projector, event_log, position, fresh)
        swap: list[sa.Executable] = []
        for each, table in fresh.items():
            copy = sa.insert(each.table).from_select([c.name for c in each.table.c], sa.select(table))
            swap += [sa.delete(each.table), copy, sa.schema.DropTable(table)]
        await store.execute(*swap)
        after = await fingerprint(store, tables)
    return {"before": before, "after": after, "same": before == after, "events": replayed}


async def fingerprint(store: Store, tables: list[Mapped[Any]]) -> str:
    """SHA-256 over every row of the read models, in the order of their keys."""
    digest = hashlib.sha256()
    for each in sorted(tables, key=lambda mapping: mapping.table.name):
        ordered = sa.select(each.table).order_by(*(each.table.c[name] for name in each.key))
        for row in await store.fetch(ordered, heavy=True):
            digest.update(repr(row).encode())
    return digest.hexdigest()


async def _fresh(store: Store, mapping: Mapped[Any]) -> sa.Table:
    columns = [sa.Column(c.name, c.type, primary_key=c.primary_key, nullable=c.nullable) for c in mapping.table.c]
    table = sa.Table(f"{mapping.table.name}_rebuilt", sa.MetaData(), *columns)
    await store.execute(sa.schema.DropTable(table, if_exists=True), sa.schema.CreateTable(table))
    return table


async def _replay(
    projector: Projector, event_log: EventLog, until: dict[Partition, int], fresh: dict[Mapped[Any], sa.Table]
) -> int:
    passed = await _left_out(projector)
    at: dict[Partition, int] = {}
    replayed = 0
    while _before(at, until) and (records := await event_log.read(projector.topics, at, BATCH)):
        at.update({(record.topic, record.partition): record.position for record in records})
        wanted = [
            record
            for record in records
            if record.event_type in projector.handlers
            and record.position <= until.get((record.topic, record.partition), 0)
        ]
        news = _first(wanted, passed)
        await _apply(projector, news, fresh)
        replayed += len(news)
    return replayed


def _first(records: list[Record], passed: set[Any]) -> list[Record]:
    """Each event where it stands first: a relay that died after it had published has left it in the log twice."""
    found = []
    for record in records:
        if record.event_id not in passed:
            passed.add(record.event_id)
            found.append(record)
    return found


def _before(at: dict[Partition, int], until: dict[Partition, int]) -> bool:
    return any(at.get(partition, 0) < end for partition, end in until.items())


async def _apply(projector: Projector, records: list[Record], fresh: dict[Mapped[Any], sa.Table]) -> None:
    if not records:
        return
    view = View(UnitOfWork(projector.ground, projector.unit(records[0])), fresh.__getitem__)
    events = [record.event() for record in records]
    await view.foresee(events, projector.projections.tables)
    for record, event in zip(records, events, strict=True):
        view.record = record
        await projector.handlers[record.event_type](event, view)
    rows = view.changed
    await projector.ground.store.commit(
        Batch([Put(fresh[mapped(type(row))], mapped(type(row)).row(row)) for row in rows])
    )


async def _left_out(projector: Projector) -> set[Any]:
    """What the live tables do not hold either: parked, or given up by an administrator."""
    columns = failed_deliveries.table.c
    states = columns.state.in_((*OPEN, "skipped"))
    left_out = sa.select(columns.event_id).where(columns.consumer == projector.name, states)
    return {row[0] for row in await projector.ground.store.fetch(left_out)}
