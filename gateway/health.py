"""Health of the whole in words, and metrics: anybody may learn the verdict, only those inside the reasons."""

import asyncio
import json
import time
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chassis.health import Check
from chassis.telemetry import is_ready, registry
from contracts.refusals import Refusal
from gateway.pages import Page
from gateway.settings import DoorSettings
from gateway.transports import Transport, asked

LIVE, READY = "/health/live", "/health/ready"
PATIENCE_S, FRESH_S = 2.0, 1.0
Told = dict[str, dict[str, Any]]
"""What each service says of itself, by its name."""
RELAYED = ("forwarded", "x-forwarded-for", "x-real-ip")


class OnlyFromInside(Refusal):
    status = 403
    sentence = "Metrics are read from this machine, or from the networks in OPENRECP_DOOR_INSIDE."


class Health:
    """Live: the loops of this process go round. Ready: the keys can be read and every service in this process is ready.

    A service behind HTTP is told of but does not count: without it the others are still to be served.
    """

    def __init__(self, transports: Mapping[str, Transport], database: Check, settings: DoorSettings) -> None:
        self._transports, self._database, self._settings = transports, database, settings
        self._asked: dict[str, tuple[float, asyncio.Future[Told]]] = {}

    def pages(self) -> dict[str, Page]:
        """Each page by its path."""
        return {LIVE: self._live, READY: self._ready, "/metrics": self._metrics}

    async def _live(self, request: Request) -> Response:
        return self._verdict(request, "live", {}, await self._told(LIVE))

    async def _ready(self, request: Request) -> Response:
        words = await self._database()
        return self._verdict(request, "ready", {"database": words} if words else {}, await self._told(READY))

    async def _metrics(self, request: Request) -> Response:
        """Prometheus text of this process; asking for readiness brings the services' own figures up to date."""
        if not self._is_inside(request):
            raise OnlyFromInside
        is_ready.labels("gateway").set(await self._database() is None)
        await self._told(READY)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    def _verdict(self, request: Request, what: str, trouble: dict[str, str], services: Told) -> Response:
        here = [told for name, told in services.items() if self._transports[name].in_process]
        good = not trouble and all(told.get(what) for told in here)
        body: dict[str, Any] = {"service": "gateway", what: good}
        if self._is_inside(request):
            body |= {"trouble": trouble, "services": services}
        return JSONResponse(body, 200 if good else 503, headers={"Cache-Control": "no-store"})

    async def _told(self, path: str) -> Told:
        """What each service says of itself. Whoever asks within the same second hears the same: nobody can wear the
        services down with a page that needs no key."""
        asked_at, asking = self._asked.get(path, (0.0, None))
        if asking is None or time.monotonic() - asked_at > FRESH_S:
            asking = asyncio.ensure_future(self._ask(path))
            self._asked[path] = time.monotonic(), asking
        return await asyncio.shield(asking)

    async def _ask(self, path: str) -> Told:
        asked = {name: each for name, each in self._transports.items() if each.in_process or path == READY}
        answers = await asyncio.gather(*(_said(each, path) for each in asked.values()))
        return dict(zip(asked, answers, strict=True))

    def _is_inside(self, request: Request) -> bool:
        """By the address of the peer. What a proxy on this machine passes on comes from outside."""
        if request.client is None or any(name in request.headers for name in RELAYED):
            return False
        try:
            address = ip_address(request.client.host)
        except ValueError:
            return False
        return any(address in network for network in self._settings.inside)


async def _said(transport: Transport, path: str) -> dict[str, Any]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            told: dict[str, Any] = json.loads((await asked(transport, "GET", path))[1])
            return told
    except TimeoutError:
        return {"trouble": {"service": f"no answer within {PATIENCE_S:.0f} s"}}
    except Refusal as refusal:
        return {"trouble": {"service": str(refusal)}}
    except Exception as error:  # whatever it is: that one service fails must not hide how the others are
        return {"trouble": {"service": f"it does not say how it is: {type(error).__name__}"}}
