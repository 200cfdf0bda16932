"""The companies a visitor may see, by state and province."""

from typing import Any

from starlette.responses import Response

from portal.clients import words as called
from portal.visit import Visit

A_PAGE = 25


async def show_clients(visit: Visit) -> Response:
    """A page of companies; the filters stand in the address."""
    asked = visit.asked
    filters: dict[str, Any] = {name: asked.get(name) for name in ("status", "province")}
    found = await visit.api.list_clients(**filters, cursor=asked.get("cursor"), limit=A_PAGE)
    return visit.show(
        "clients/list.html",
        found=[(each, called.place(visit, each), called.sector(visit, each)) for each in found["items"]],
        next=found["next"],
        states=[(each, called.state(visit, each)) for each in ("registered", "qualified", "declined")],
        provinces=called.provinces(visit),
        is_filtered=any(filters.values()),
        sizes=dict(called.choices(visit, "size_classes")),
        state_words=called.in_words(visit, called.STATES),
        colours=called.COLOURS,
    )
