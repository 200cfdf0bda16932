"""What an administrator may do to a running service: failed deliveries and rebuilds."""

import dataclasses
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from fastapi import Request
from pydantic import Field

from chassis.auth import allow
from chassis.clock import wall_now
from chassis.consumer import OPEN, Projector
from chassis.http import Body, Cursor, Limit, Out, Page, page_after, problems
from chassis.orders import GO_ON, REBUILD, Order, order
from chassis.route import Routes, Uow
from chassis.tables import FailedDelivery, failed_deliveries
from contracts.principals import Administrator
from contracts.refusals import NotFound, Refusal

routes = Routes("/v1/admin/{service}")


class DeliveryIsSettled(Refusal):
    sentence = "This delivery is {state}: there is nothing left to do."


class NothingToRebuild(Refusal):
    sentence = "This service keeps no read model that could be rebuilt."


class FailedDeliveryOut(Out):
    delivery_id: UUID
    consumer: str
    topic: str
    root: UUID
    event_id: UUID
    state: str
    attempts: int
    error: str
    failed_at: datetime
    next_attempt_at: datetime
    settled_at: datetime | None
    reason: str | None

    @classmethod
    def of(cls, delivery: FailedDelivery) -> "FailedDeliveryOut":
        return cls.model_validate(delivery, from_attributes=True)


class Skip(Body):
    reason: str = Field(min_length=3, max_length=500)


class Redriven(Out):
    redriven: int


class RebuildOut(Out):
    state: str
    result: dict[str, Any] | None = None


class Administered(Protocol):
    """What of a running service an administrator may touch."""

    @property
    def name(self) -> str: ...

    @property
    def projector(self) -> Projector | None: ...


def _running(request: Request, service: str) -> Administered:
    running: Administered = request.app.state.running
    if running.name != service:
        raise NotFound(thing="service")
    return running


@routes.get("/failed-deliveries", dependencies=allow(Administrator))
async def list_failed_deliveries(
    service: str, request: Request, uow: Uow, state: str | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[FailedDeliveryOut]:
    """Records that did not take effect, oldest first."""
    _running(request, service)
    columns, after = failed_deliveries.table.c, page_after(cursor)
    chosen = sa.select(failed_deliveries.table).order_by(columns.delivery_id).limit(limit + 1)
    chosen = chosen.where(columns.state == state) if state else chosen.where(columns.state.in_(OPEN))
    chosen = chosen.where(columns.delivery_id > after) if after else chosen
    found = [failed_deliveries.state(row) for row in await uow.fetch(chosen)]
    more = str(found[limit - 1].delivery_id) if len(found) > limit else None
    return Page(items=[FailedDeliveryOut.of(each) for each in found[:limit]], next=more)


@routes.get("/failed-deliveries/{delivery_id}", dependencies=allow(Administrator))
async def read_failed_delivery(service: str, delivery_id: UUID, request: Request, uow: Uow) -> FailedDeliveryOut:
    """One failed delivery."""
    _running(request, service)
    return FailedDeliveryOut.of(await _delivery(uow, delivery_id))


@routes.post(
    "/failed-deliveries/{delivery_id}/redrive",
    dependencies=allow(Administrator),
    responses=problems(DeliveryIsSettled),
)
async def redrive_failed_delivery(service: str, delivery_id: UUID, request: Request, uow: Uow) -> FailedDeliveryOut:
    """Try this record again now."""
    _running(request, service)
    delivery = _open(await _delivery(uow, delivery_id))
    again = dataclasses.replace(delivery, state="waiting", attempts=0, next_attempt_at=wall_now())
    uow.put(again)
    return FailedDeliveryOut.of(again)


@routes.post(
    "/failed-deliveries/{delivery_id}/skip", dependencies=allow(Administrator), responses=problems(DeliveryIsSettled)
)
async def skip_failed_delivery(
    service: str, delivery_id: UUID, body: Skip, request: Request, uow: Uow
) -> FailedDeliveryOut:
    """Give this record up, with a reason; those behind it go on."""
    _running(request, service)
    delivery = _open(await _delivery(uow, delivery_id))
    skipped = dataclasses.replace(delivery, state="skipped", settled_at=wall_now(), reason=body.reason)
    uow.put(skipped)
    return FailedDeliveryOut.of(skipped)


@routes.post("/redrive", status_code=200, dependencies=allow(Administrator))
async def redrive_all(service: str, request: Request, uow: Uow) -> Redriven:
    """Try every failed delivery of this service again, and start a consumer that stopped itself."""
    _running(request, service)
    columns = failed_deliveries.table.c
    chosen = sa.select(failed_deliveries.table).where(columns.state.in_(OPEN)).limit(10_000)
    found = [failed_deliveries.state(row) for row in await uow.fetch(chosen)]
    for delivery in found:
        uow.put(dataclasses.replace(delivery, state="waiting", attempts=0, next_attempt_at=wall_now()))
    order(uow, GO_ON)
    return Redriven(redriven=len(found))


@routes.post("/stop", status_code=200, dependencies=allow(Administrator))
async def stop_redrive(service: str, request: Request, uow: Uow) -> Redriven:
    """Stop a redrive: what still waits is dead until it is redriven again."""
    _running(request, service)
    columns = failed_deliveries.table.c
    chosen = sa.select(failed_deliveries.table).where(columns.state == "waiting").limit(10_000)
    found = [failed_deliveries.state(row) for row in await uow.fetch(chosen)]
    for delivery in found:
        uow.put(dataclasses.replace(delivery, state="dead"))
    return Redriven(redriven=len(found))


@routes.post("/rebuild", status_code=202, dependencies=allow(Administrator), responses=problems(NothingToRebuild))
async def rebuild_read_models(service: str, request: Request, uow: Uow) -> RebuildOut:
    """Rebuild the read models of this service from the event log."""
    running = _running(request, service)
    if running.projector is None or not running.projector.projections.rebuildable:
        raise NothingToRebuild
    standing = await uow.find(Order, kind=REBUILD)
    asked = standing if standing is not None and standing.state == "running" else order(uow, REBUILD)
    return RebuildOut(state=asked.state)


@routes.get("/rebuild", dependencies=allow(Administrator))
async def read_rebuild(service: str, request: Request, uow: Uow) -> RebuildOut:
    """How the last rebuild went: events replayed, and whether the hash is what it was."""
    _running(request, service)
    last = await uow.find(Order, kind=REBUILD)
    return RebuildOut(state=last.state, result=last.result) if last else RebuildOut(state="none")


async def _delivery(uow: Uow, delivery_id: UUID) -> FailedDelivery:
    delivery = await uow.find(FailedDelivery, delivery_id=delivery_id)
    if delivery is None:
        raise NotFound(thing="failed delivery")
    return delivery


def _open(delivery: FailedDelivery) -> FailedDelivery:
    if delivery.state not in OPEN:
        raise DeliveryIsSettled(state=delivery.state)
    return delivery
