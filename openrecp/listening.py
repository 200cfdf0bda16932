"""Where a process listens, how it answers, and how it is told to stop."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from chassis.settings import Settings
from chassis.supervision import Ending
from openrecp.leaving import Parting, leave
from openrecp.sentences import InWords
from openrecp.wire import Wire, room_for_connections

FINISH_WITHIN_S = 10
TURNS = 16
"""The event loop lets in one connection a turn for each time it watches the door (libuv since 1.46): when much goes on
turns are long, and whoever comes new would wait for many of them before anybody could even say that it is busy."""


class PortIsTaken(InWords):
    """Something else listens there."""


def listen(settings: Settings) -> socket.socket:
    """The door of a process: its address, taken before anything is opened."""
    try:
        return socket.create_server((settings.host, settings.port), reuse_port=False)
    except OSError as error:
        raise PortIsTaken(
            f"Port {settings.port} on {settings.host} is taken ({error.strerror}): stop what listens there, "
            "or give another: --port 8081 (make run RUN_FLAGS='--port 8081')"
        ) from None


@asynccontextmanager
async def serving(app: ASGIApp, door: socket.socket, *endings: Ending, linger_s: float = 0.0) -> AsyncIterator[Parting]:
    """Answer requests at the door; on the way out tell those who wait for news, and let the running ones finish.

    Who lingers goes on answering until nobody's connection rests here any more, or for so long.
    """
    parting = Parting(app)
    Wire.most = room_for_connections()
    config = uvicorn.Config(
        parting,
        http=Wire,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=FINISH_WITHIN_S,
    )
    server = uvicorn.Server(config)
    # `_serve` is `serve` without its signal handlers: the services stop after the last answer, not before.
    doors = [door.dup() for _ in range(TURNS)]
    task = asyncio.create_task(server._serve(doors))
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.005)
    try:
        yield parting
    finally:
        for each in endings:
            each.begin()
        await leave(server, parting, door, linger_s)
        server.should_exit = True
        await task


def told_to_stop() -> asyncio.Event:
    """Set by Ctrl-C or SIGTERM, from now on."""
    told = asyncio.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(kind, told.set)
    return told
