"""What stands in the log enters the journal, once, and is never written again."""

import importlib

from chassis.consumer import Projections, View
from contracts.event import Event, registry
from contracts.topics import TOPICS
from services.exchange.models import Entry

projections = Projections(Entry, rebuildable=False)

for topic in TOPICS:
    importlib.import_module(f"contracts.{topic}")


@projections.on(*(event for event in registry.values() if event.topic in TOPICS))
async def keep_in_the_feed(event: Event, view: View) -> None:
    view.add(Entry.of(view.record))
