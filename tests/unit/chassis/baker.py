"""What the tests of the machinery do again and again in the bakery."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.clock import new_id, wall_now
from chassis.log.port import Record
from chassis.store.mapping import Mapped
from chassis.store.port import Store
from chassis.unit_of_work import Cause
from contracts.principals import SYSTEM_PRINCIPAL
from tests.kit import people
from tests.unit.chassis.mill import FlourDelivered

OFFICER = people.officer()
CAUSE = Cause(SYSTEM_PRINCIPAL, "test", "test")


async def oven(by: Any, name: str = "Old Faithful") -> str:
    """A new oven's id."""
    answer = await by.post("/v1/ovens", json={"name": name})
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["oven_id"]
    return made


async def loaf(by: Any, oven_id: str, hours: int = 48) -> str:
    """A new loaf's id."""
    answer = await by.post("/v1/loaves", json={"oven_id": oven_id, "hours": hours})
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["loaf_id"]
    return made


async def found(store: Store, mapping: Mapped[Any], *order: str) -> list[Any]:
    """Every committed row of a class."""
    wanted = sa.select(mapping.table).order_by(*(mapping.table.c[name] for name in order or mapping.key))
    return [mapping.state(row) for row in await store.fetch(wanted)]


def deliveries(mills: int, each: int) -> list[FlourDelivered]:
    """So many deliveries of so many mills, one of each in turn."""
    ids = [new_id() for _ in range(mills)]
    return [FlourDelivered(delivery_id=new_id(), mill_id=mill, kg=n + 1) for n in range(each) for mill in ids]


def records(events: Sequence[FlourDelivered], start: int = 1) -> list[Record]:
    """These events as the log would give them."""
    return [
        Record(
            topic="mill",
            root=event.mill_id,
            event_id=new_id(),
            event_type=event.event_type,
            source="//test/mill",
            subject=event.delivery_id,
            sequence=1,
            occurred_at=wall_now(),
            correlation_id="test",
            causation_id=None,
            traceparent=None,
            data=event.model_dump_json(),
            position=position,
        )
        for position, event in enumerate(events, start=start)
    ]


def by_mill(pairs: Sequence[tuple[UUID, UUID]]) -> dict[UUID, list[UUID]]:
    """(mill, delivery) pairs as the deliveries of each mill, in their order."""
    threads: dict[UUID, list[UUID]] = {}
    for mill, delivery in pairs:
        threads.setdefault(mill, []).append(delivery)
    return threads


async def until(condition: Any, within: float = 15.0) -> None:
    """Wait until an async condition holds."""
    end = asyncio.get_running_loop().time() + within
    while not await condition():
        assert asyncio.get_running_loop().time() < end, "it did not happen in time"
        await asyncio.sleep(0.02)
