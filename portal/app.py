"""The portal, wired: its rooms, behind the gateway's address, in front of the public API."""

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from api_client import Trouble
from portal import assessments, clients, entrance, impact, imports, matching, my_plant, offers, work
from portal.rooms import Address
from portal.static_files import show_static
from portal.visit import HEADERS, House, arrival, received, trouble_page

ROOMS = (
    assessments.room,
    clients.room,
    entrance.room,
    impact.room,
    imports.room,
    matching.room,
    my_plant.room,
    offers.room,
    work.room,
)


def portal(door: ASGIApp, *, now: Callable[[], datetime], secret: bytes, secure: bool) -> ASGIApp:
    """Every page of the portal. `door` is the whole gateway: the portal asks nobody but the public API."""
    app = Starlette(
        routes=[Route("/static/{mark}/{name}", show_static), *(_route(each) for room in ROOMS for each in room.routes)],
        exception_handlers={HTTPException: _not_here},
    )
    app.state.house = House(door, now, secret, secure, ROOMS)
    return app


def _route(address: Address) -> Route:
    return Route(address.path, received(address), methods=[address.method])


async def _not_here(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    visit = await arrival(request)
    response = trouble_page(visit, Trouble(404 if status == 405 else status, {"code": "page_not_found"}))
    response.headers.update(HEADERS)
    return response
