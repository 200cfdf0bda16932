"""How the notices of a service stand, in figures: for health, metrics and alarms."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.clock import wall_now
from chassis.notices.records import UNSENT, notices
from chassis.notices.settings import CHANNELS
from chassis.store.port import Store
from chassis.telemetry import notices_unsent


async def figures(store: Store, service: str, now: datetime) -> dict[str, Any]:
    """How many are due, planned for later or given up, and for how long the oldest due one has waited."""
    here = notices.table.c
    later = sa.and_(here.state != "failed", here.due_at > now)
    standing = sa.case((here.state == "failed", "failed"), (later, "planned"), else_="due")
    unsent = sa.select(standing, sa.func.count(), sa.func.min(here.made_at), sa.func.min(here.due_at))
    # Both columns of the index are named: what was sent is never read again.
    unsent = unsent.where(here.channel.in_(CHANNELS), here.state.in_(UNSENT)).group_by(standing)
    found: dict[str, Any] = {"due": 0, "planned": 0, "failed": 0, "oldest_s": 0.0}
    for name, count, made_at, due_at in await store.fetch(unsent):
        found[name] = count
        if name == "due":
            found["oldest_s"] = round(min((wall_now() - made_at), (now - due_at)).total_seconds(), 3)
    for name in ("due", "planned", "failed"):
        notices_unsent.labels(service, name).set(found[name])
    return found


def alarm(service: str, standing: dict[str, Any]) -> dict[str, str]:
    """What an administrator has to look at, in words."""
    if not standing["failed"]:
        return {}
    place = f"/v1/admin/{service}/notices?state=failed"
    return {"notices": f"notices that were given up and wait for an administrator: {standing['failed']}, see {place}"}
