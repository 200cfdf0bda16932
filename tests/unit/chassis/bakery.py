"""A made-up service with one of everything: ovens with loaves, shelves, flour that arrives, loaves that go stale."""

import asyncio
import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from pydantic import Field

from chassis.auth import allow
from chassis.consumer import Projections, Reactions, View
from chassis.http import Body, Out, problems
from chassis.jobs import Job, Jobs, Working
from chassis.route import Routes, Uow
from chassis.service import Service
from chassis.store.mapping import Unique, table
from chassis.timers import Timers, passed
from chassis.unit_of_work import UnitOfWork
from contracts.event import Event
from contracts.principals import Officer
from contracts.refusals import Refusal
from tests.unit.chassis.mill import FlourDelivered

spoilt: set[UUID] = set()
"""Whatever the present release of the bakery cannot cope with: deliveries, loaves."""
held: dict[int, asyncio.Event] = {}
"""Steps of a kneading that wait until a test lets them go on."""
reached: set[int] = set()
"""Those of them a kneading has come to."""
tried: list[str] = []
"""The use cases that ran, as often as they did: with what was refused or ran again."""
A_MOMENT_S = 0.002
"""A rule takes its time, so that others read before it has written."""


class OvenEvent(Event, subject="oven_id", abstract=True):
    oven_id: UUID


class OvenBuilt(OvenEvent): ...


class OvenStoked(OvenEvent): ...


class OvenRenamed(OvenEvent): ...


class LoafEvent(Event, subject="loaf_id", root="oven_id", abstract=True):
    loaf_id: UUID
    oven_id: UUID


class LoafBaked(LoafEvent): ...


class LoafShelved(LoafEvent): ...


class LoafWentStale(LoafEvent): ...


class ShelfEvent(Event, subject="shelf_id", abstract=True):
    shelf_id: UUID


class ShelfPutUp(ShelfEvent): ...


class ShelfFilled(ShelfEvent): ...


class SackStored(Event, subject="sack_id"):
    sack_id: UUID
    kg: int


class NameIsTaken(Refusal):
    sentence = "There is an oven named {name} already."


class ShelfIsFull(Refusal):
    sentence = "The shelf holds {places} loaves and no more."


@dataclass(frozen=True, slots=True)
class Oven:
    id: UUID
    version: int
    name: str
    heat: int = 0


@dataclass(frozen=True, slots=True)
class Loaf:
    id: UUID
    version: int
    oven_id: UUID
    best_before: datetime
    state: str = "fresh"


@dataclass(frozen=True, slots=True)
class Shelf:
    id: UUID
    version: int
    places: int
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Sack:
    id: UUID
    version: int
    mill_id: UUID
    kg: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """An independent witness of what the reaction did, in which order."""

    position: int | None
    mill_id: UUID
    delivery_id: UUID


@dataclass(frozen=True, slots=True)
class Stock:
    """Read model: what each mill has delivered, and the last delivery."""

    mill_id: UUID
    deliveries: int
    kg: int
    last: UUID


@dataclass(frozen=True, slots=True)
class Day:
    """Read model: loaves of each oven."""

    oven_id: UUID
    loaves: int


metadata = sa.MetaData()
ovens = table(metadata, Oven, "ovens", unique=[Unique(("name",), NameIsTaken)])
loaves = table(metadata, Loaf, "loaves", root=(Oven, "oven_id"), indexes=[("state", "best_before")])
shelves = table(metadata, Shelf, "shelves")
sacks = table(metadata, Sack, "sacks")
arrivals = table(metadata, Arrival, "arrivals", key=("position",), autoincrement=True)
stocks = table(metadata, Stock, "stocks", key=("mill_id",))
days = table(metadata, Day, "days", key=("oven_id",))


class BuildOven(Body):
    name: str = Field(min_length=1, max_length=100)


class BakeLoaf(Body):
    oven_id: UUID
    hours: int = Field(default=48, ge=1, le=100_000)


class PutUpShelf(Body):
    places: int = Field(ge=1, le=1_000)


class PutOnShelf(Body):
    shelf_id: UUID


class OvenOut(Out):
    oven_id: UUID
    version: int
    name: str
    heat: int

    @classmethod
    def of(cls, oven: Oven) -> "OvenOut":
        return cls(oven_id=oven.id, version=oven.version, name=oven.name, heat=oven.heat)


class LoafOut(Out):
    loaf_id: UUID
    version: int
    state: str


class ShelfOut(Out):
    shelf_id: UUID
    version: int
    taken: int


routes = Routes("/v1")


@routes.post("/ovens", status_code=201, dependencies=allow(Officer), responses=problems(NameIsTaken))
async def build_oven(body: BuildOven, uow: Uow) -> OvenOut:
    tried.append("build")
    await asyncio.sleep(A_MOMENT_S)
    oven = Oven(uow.new_id(), 0, body.name)
    return OvenOut.of(uow.save(oven, OvenBuilt(oven_id=oven.id)))


@routes.get("/ovens/{oven_id}", dependencies=allow(Officer))
async def read_oven(oven_id: UUID, uow: Uow) -> OvenOut:
    return OvenOut.of(await uow.read(Oven, oven_id))


@routes.patch("/ovens/{oven_id}", dependencies=allow(Officer), responses=problems(NameIsTaken))
async def rename_oven(oven_id: UUID, body: BuildOven, uow: Uow) -> OvenOut:
    oven = await uow.get(Oven, oven_id)
    return OvenOut.of(uow.save(dataclasses.replace(oven, name=body.name), OvenRenamed(oven_id=oven.id)))


@routes.post("/ovens/{oven_id}/stoke", dependencies=allow(Officer))
async def stoke_oven(oven_id: UUID, uow: Uow) -> OvenOut:
    return OvenOut.of(await stoke(uow, oven_id))


async def stoke(uow: UnitOfWork, oven_id: UUID) -> Oven:
    tried.append("stoke")
    oven = await uow.get(Oven, oven_id)
    await asyncio.sleep(A_MOMENT_S)
    return uow.save(dataclasses.replace(oven, heat=oven.heat + 1), OvenStoked(oven_id=oven.id))


@routes.post("/loaves", status_code=201, dependencies=allow(Officer))
async def bake_loaf(body: BakeLoaf, uow: Uow) -> LoafOut:
    oven = await uow.read(Oven, body.oven_id)
    loaf = Loaf(uow.new_id(), 0, oven.id, uow.now() + timedelta(hours=body.hours))
    loaf = uow.save(loaf, LoafBaked(loaf_id=loaf.id, oven_id=oven.id))
    return LoafOut(loaf_id=loaf.id, version=loaf.version, state=loaf.state)


@routes.post("/shelves", status_code=201, dependencies=allow(Officer))
async def put_up_shelf(body: PutUpShelf, uow: Uow) -> ShelfOut:
    shelf = Shelf(uow.new_id(), 0, body.places)
    shelf = uow.save(shelf, ShelfPutUp(shelf_id=shelf.id))
    return ShelfOut(shelf_id=shelf.id, version=shelf.version, taken=0)


@routes.post("/loaves/{loaf_id}/shelve", dependencies=allow(Officer), responses=problems(ShelfIsFull))
async def shelve_loaf(loaf_id: UUID, body: PutOnShelf, uow: Uow) -> LoafOut:
    """Changes the loaf, whose turn it takes, and beside it a shelf that all want."""
    loaf, shelf = await uow.get(Loaf, loaf_id), await uow.get(Shelf, body.shelf_id)
    await asyncio.sleep(A_MOMENT_S)
    if shelf.taken == shelf.places:
        raise ShelfIsFull(places=shelf.places)
    uow.save(dataclasses.replace(shelf, taken=shelf.taken + 1), ShelfFilled(shelf_id=shelf.id))
    moved = dataclasses.replace(loaf, state="shelved")
    loaf = uow.save(moved, LoafShelved(loaf_id=loaf.id, oven_id=loaf.oven_id))
    return LoafOut(loaf_id=loaf.id, version=loaf.version, state=loaf.state)


reactions = Reactions()


@reactions.on(FlourDelivered)
async def store_flour(event: FlourDelivered, uow: UnitOfWork) -> None:
    uow.add(Arrival(None, event.mill_id, event.delivery_id))
    sack = Sack(uow.new_id(), 0, event.mill_id, event.kg)
    uow.save(sack, SackStored(sack_id=sack.id, kg=sack.kg))
    if event.delivery_id in spoilt:
        raise ValueError("weevils in the flour")


projections = Projections(Stock, Day)


@projections.on(FlourDelivered)
async def count_flour(event: FlourDelivered, view: View) -> None:
    stock = await view.find(Stock, mill_id=event.mill_id) or Stock(event.mill_id, 0, 0, event.delivery_id)
    view.put(Stock(stock.mill_id, stock.deliveries + 1, stock.kg + event.kg, event.delivery_id))
    if event.delivery_id in spoilt:
        raise ValueError("a scale that cannot weigh this")


@projections.on(LoafBaked)
async def count_loaves(event: LoafBaked, view: View) -> None:
    day = await view.find(Day, oven_id=event.oven_id) or Day(event.oven_id, 0)
    view.put(Day(day.oven_id, day.loaves + 1))


timers = Timers()


@timers.due(passed(loaves.table, "best_before", state="fresh"))
async def go_stale(loaf_id: UUID, uow: UnitOfWork) -> None:
    loaf = await uow.get(Loaf, loaf_id)
    if loaf.id in spoilt:
        raise ValueError("mould has eaten the label")
    if loaf.state == "fresh":
        uow.save(dataclasses.replace(loaf, state="stale"), LoafWentStale(loaf_id=loaf.id, oven_id=loaf.oven_id))


jobs = Jobs()


@jobs.kind("kneading")
async def knead(job: Working) -> dict[str, Any]:
    """So many steps, each of which stokes an oven once."""
    wanted: Job = job.job
    for step in range(wanted.done, wanted.input["steps"]):
        if step in held:
            reached.add(step)
            await held[step].wait()
        await job.unit(lambda uow: stoke(uow, UUID(wanted.input["oven_id"])))
        await job.advance(step + 1, total=wanted.input["steps"])
    return {"kneaded": wanted.input["steps"]}


service = Service(
    name="bakery",
    folder=Path(__file__).parent,
    metadata=metadata,
    routes=(routes,),
    scopes={cls: lambda who: sa.true() for cls in (Oven, Loaf, Shelf, Sack)},
    reactions=reactions,
    projections=projections,
    timers=timers,
    jobs=jobs,
)
