"""What a system left behind: its feed, and the rows of its databases read past every service."""

import asyncio
import importlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx2
import sqlalchemy as sa

from chassis.log.table import entries
from chassis.settings import Settings
from chassis.store.mapping import mapped_classes
from chassis.store.port import AnySelect, Store
from chassis.tables import failed_deliveries, outbox
from openrecp.databases import store_of
from openrecp.services import NAMES, load

DEADLINE_S = 60.0


@dataclass
class Order:
    """What a feed says of the order of its events: all but `events` should be 0."""

    events: int = 0
    repeats: int = 0
    gaps: int = 0
    inversions: int = 0


def order_of(feed: list[dict[str, Any]]) -> Order:
    """Each id once, and for each subject the sequences 1 to n one after the other."""
    order, seen, last = Order(events=len(feed)), set(), Counter[str]()
    for event in feed:
        order.repeats += event["id"] in seen
        seen.add(event["id"])
        step = int(event["sequence"]) - last[event["subject"]]
        order.inversions += step < 1
        order.gaps += step > 1
        last[event["subject"]] = max(last[event["subject"]], int(event["sequence"]))
    return order


async def whole_feed(administrator: httpx2.AsyncClient) -> list[dict[str, Any]]:
    """Every event from the first to the last."""
    found: list[dict[str, Any]] = []
    while True:
        after = found[-1]["number"] if found else 0
        page = (await administrator.get("/v1/events", params={"after": after, "limit": 200})).json()
        if not page["items"]:
            return found
        found += [{**event, "number": page["next"]} for event in page["items"]]


async def quiet(administrator: httpx2.AsyncClient) -> None:
    """Wait until every event has left its outbox and every consumer has passed the end of its topics.

    Services are asked one after the other: only if two looks in a row find rest, and no event between them, is it so.
    """
    end, before = asyncio.get_running_loop().time() + DEADLINE_S, None
    while True:
        told = (await administrator.get("/health/ready")).json()["services"]
        journal = (await administrator.get("/v1/events", params={"after": "end"})).json()["end"]
        found = journal if _at_rest(told) else None
        if found is not None and found == before:
            return
        before = found
        assert asyncio.get_running_loop().time() < end, f"it does not come to rest: {told}"
        # Nothing rings when the last consumer has passed the end; health is told anew each second.
        await asyncio.sleep(0.1 if found is None else 1.1)


def _at_rest(told: dict[str, Any]) -> bool:
    details = [each["details"] for each in told.values() if "outbox" in each.get("details", {})]
    return len(details) == len(NAMES) and not any(
        each["outbox"]["waiting"] or any(lag != 0 for lag in each["lag"].values()) for each in details
    )


@dataclass
class Left:
    """Of every service: the version of each aggregate, the events it wrote, those unpublished, failed deliveries."""

    versions: dict[str, int]
    written: Counter[str]
    unpublished: int
    failed: int


async def left_in(settings: Settings) -> tuple[Left, Counter[str]]:
    """What the services' databases hold, and the event ids of the log; the system is stopped."""
    left = Left({}, Counter(), 0, 0)
    for name in NAMES:
        load(name)
        store = store_of(settings, name)
        await store.start()
        await _look(store, name, left)
        await store.stop()
    log = store_of(settings, "log")
    await log.start()
    logged = Counter(str(row[0]) for row in await log.fetch(sa.select(entries.table.c.event_id)))
    await log.stop()
    return left, logged


async def _look(store: Store, name: str, left: Left) -> None:
    metadata: sa.MetaData = importlib.import_module(f"services.{name}.models").metadata
    own = set(metadata.tables.values())
    for mapping in [each for each in mapped_classes.values() if each.is_aggregate and each.table in own]:
        rows = await store.fetch(sa.select(mapping.table.c.id, mapping.table.c.version))
        left.versions |= {str(id): version for id, version in rows}
    written = outbox.table.c
    rows = await store.fetch(sa.select(written.event_id, written.published_at))
    left.written.update(str(event_id) for event_id, _ in rows)
    left.unpublished += sum(published is None for _, published in rows)
    left.failed += await _count(store, sa.select(sa.func.count()).select_from(failed_deliveries.table))


async def _count(store: Store, statement: AnySelect) -> int:
    found: int = (await store.fetch(statement))[0][0]
    return found


def agree(feed: list[dict[str, Any]], left: Left, logged: Counter[str]) -> None:
    """Feed, log and databases tell the same story: every event once, every version with its event."""
    order = order_of(feed)
    assert (order.repeats, order.gaps, order.inversions) == (0, 0, 0), order
    assert (left.unpublished, left.failed) == (0, 0)
    fed = Counter(event["id"] for event in feed)
    assert fed == left.written == logged
    of_subjects = Counter(event["subject"] for event in feed)
    assert dict(of_subjects) == left.versions


def short(event: dict[str, Any]) -> str:
    """`org.openrecp.matching.offer_made.v1` → `offer_made`."""
    kind: str = event["type"]
    return kind.split(".")[3]
