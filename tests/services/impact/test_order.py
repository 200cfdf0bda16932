"""No order between topics, no batch and no rebuild makes a difference to what is counted."""

import asyncio
import tempfile
from collections.abc import Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis.rebuild import fingerprint
from chassis.store.mapping import mapped
from contracts.clients import ClientChanged, SiteChanged
from contracts.event import Event
from services.impact.app import service
from services.impact.projections import projections
from tests.kit import people
from tests.kit.room import room
from tests.services.impact.courses import Session, persons
from tests.services.impact.told import Firm, energy, shares

FULL = ("approved", "implemented", "verified")
TABLES = [mapped(cls) for cls in projections.tables]


def story() -> list[Event]:
    """Three companies whose places, programmes and options change on the way, and two sessions that move."""
    mill = Firm(province="XA-R", programme="GREEN-MILLS").registers().requests().assessed().works()
    mill.option(*FULL, shares=shares(GREEN_MILLS="0.5", CLEAN_RIVER="0.25")).option("pending", "refused")
    mill.events.append(SiteChanged(site_id=mill.site_id, client_id=mill.client_id, country="XA", province="XA-C"))
    mill.events.append(SiteChanged(site_id=mill.site_id, client_id=mill.client_id, country="XA", province="XA-R"))
    dairy = Firm(province=None).registers().requests().assessed()
    dairy.option(*FULL[:2], "verdict:refused", "verified", verified={"streams": (energy(7),)})
    dairy.events.append(ClientChanged(client_id=dairy.client_id, country="XA", province="XA-N", isic=None))
    plant = Firm(country="US", province="CA", isic=None).registers().assessed().option("approved", "refused").works()
    anna, ben = persons(2)
    course = (
        Session().attended(anna, sex="unstated").attended(ben, sex="male").attended(ben, attended=False, sex="male")
    )
    course.moved(province="XA-C", programme="CLEAN-RIVER", on=date(2027, 2, 1)).held().certified(anna, then="revoked")
    again = Session(programme=None).attended(anna, ben).certified(ben, then="expired").held().moved(province=None)
    return [*mill.events, *dairy.events, *plant.events, *course.events, *again.events]


STORY = story()


def threads(events: Sequence[Event]) -> list[list[Event]]:
    """What keeps its order: the events of one root in one topic."""
    found: dict[Any, list[Event]] = {}
    for event in events:
        found.setdefault((event.topic, event.root), []).append(event)
    return list(found.values())


@st.composite
def interleaved(draw: st.DrawFn) -> list[list[Event]]:
    """The story in any order that keeps each thread, cut into batches."""
    waiting = [list(thread) for thread in threads(STORY)]
    events: list[Event] = []
    while waiting:
        thread = draw(st.sampled_from(waiting))
        events.append(thread.pop(0))
        waiting = [each for each in waiting if each]
    cuts = sorted(draw(st.sets(st.integers(1, len(events) - 1), max_size=4)))
    return [events[start:end] for start, end in pairwise([0, *cuts, len(events)])]


async def read_models(batches: list[list[Event]], folder: Path) -> tuple[str, Any]:
    """The hash of the live read models, and what a rebuild says."""
    async with room(service, folder) as here:
        for batch in batches:
            await here.tell(*batch)
        live = await fingerprint(here.running.store, TABLES)
        by = here.as_(people.administrator())
        assert (await by.post("/v1/admin/impact/rebuild")).status_code == 202
        while (rebuilt := (await by.get("/v1/admin/impact/rebuild")).json())["state"] == "running":
            await asyncio.sleep(0.01)
        return live, rebuilt


def hash_after(batches: list[list[Event]]) -> str:
    """The hash of the read models after these batches, which a rebuild must give again."""
    with tempfile.TemporaryDirectory() as folder:
        live, rebuilt = asyncio.run(read_models(batches, Path(folder)))
    assert rebuilt["state"] == "finished"
    assert rebuilt["result"] == {"before": live, "after": live, "same": True, "events": rebuilt["result"]["events"]}
    assert rebuilt["result"]["events"] == len(STORY)
    return live


@cache
def told_as_it_happened() -> str:
    return hash_after([STORY])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(interleaved())
def test_any_order_between_topics_gives_the_same_read_model(batches: list[list[Event]]) -> None:
    assert hash_after(batches) == told_as_it_happened()


def test_another_story_gives_another_read_model() -> None:
    assert (
        hash_after([[*STORY[:-1], STORY[-1].model_copy(update={"ends_on": date(2030, 1, 1)})]]) != told_as_it_happened()
    )
