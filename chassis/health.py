"""Health in words: live means the loops make progress, ready means requests can be taken."""

from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from chassis.store.port import Store, StoreError
from chassis.supervision import Supervisor
from chassis.telemetry import forget, is_ready, loop_in_trouble, registry

SILENT_S = 120.0
Check = Callable[[], Awaitable[str | None]]
"""None when all is well, else what is wrong, in words."""


class Health:
    """The checks of one service; each says what is wrong and since when."""

    def __init__(self, service: str, supervisor: Supervisor) -> None:
        self.service, self.supervisor = service, supervisor
        self.checks: dict[str, Check] = {}
        self.details: Callable[[], Awaitable[dict[str, Any]]] | None = None

    def live(self) -> dict[str, str]:
        """Loops that have not come round for two minutes, or that stopped themselves."""
        return {
            name: pulse.trouble or f"no progress for {pulse.silent_s:.0f} s"
            for name, pulse in self.supervisor.pulses.items()
            if pulse.silent_s > SILENT_S or pulse.trouble
        }

    async def ready(self) -> dict[str, str]:
        """What stands in the way of taking requests."""
        found = {name: await check() for name, check in self.checks.items()}
        return {name: words for name, words in found.items() if words is not None}

    def routes(self) -> list[Route]:
        return [
            Route("/health/live", self._live),
            Route("/health/ready", self._ready),
            Route("/metrics", self._metrics),
        ]

    async def _metrics(self, _: Request) -> Response:
        """Prometheus text of this process; inside the network only, the door does not pass it on."""
        await self._look()
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def _look(self) -> tuple[dict[str, str], dict[str, Any] | None]:
        """What stands in the way, and the details if nothing does; the figures for Prometheus are as fresh as they."""
        trouble, stuck = await self.ready(), self.live()
        is_ready.labels(self.service).set(not trouble)
        for name in self.supervisor.pulses:
            loop_in_trouble.labels(self.service, name).set(name in stuck)
        if trouble:
            forget(self.service)
            return trouble, None
        return trouble, await self.details() if self.details is not None else None

    async def _live(self, _: Request) -> Response:
        trouble = self.live()
        return JSONResponse({"service": self.service, "live": not trouble, "trouble": trouble}, 503 if trouble else 200)

    async def _ready(self, _: Request) -> Response:
        trouble, details = await self._look()
        body: dict[str, Any] = {"service": self.service, "ready": not trouble, "trouble": trouble}
        if details is not None:
            body["details"] = details
        return JSONResponse(body, 503 if trouble else 200)


def database_check(store: Store) -> Check:
    """Whether the database answers."""

    async def check() -> str | None:
        try:
            await store.fetch(sa.select(sa.literal(1)))
        except StoreError as error:
            return f"the database does not answer: {error}"
        return None

    return check
