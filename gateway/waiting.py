"""Readers who wait for news through the door, when the door itself is told to stop: they are answered at once."""

import asyncio
from collections.abc import Coroutine
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.types import Message, Receive, Scope, Send

from chassis.supervision import Ending
from gateway.transports import Transport

WAIT = "wait"
"""The parameter by which a reader says, at every service, for how many seconds it waits for something to come."""
NO_BODY: Message = {"type": "http.request", "body": b"", "more_body": False}


def waits(scope: Scope) -> bool:
    """Whether this request may stay unanswered on purpose."""
    return scope["method"] == "GET" and f"{WAIT}=".encode() in scope["query_string"]


async def answer_in_time(transport: Transport, ending: Ending, scope: Scope, receive: Receive, send: Send) -> None:
    """Hand over a request that waits; if the door closes meanwhile, ask once more for what there is now.

    A GET may be asked for twice. The service in this process hears of the end by itself.
    """
    started = False

    async def sending(message: Message) -> None:
        nonlocal started
        started = True
        await send(message)

    if await _before(ending, transport(scope, receive, sending)) or started:
        return
    await transport(_without_waiting(scope), begun(NO_BODY, receive), send)


async def _before(ending: Ending, answering: Coroutine[Any, Any, None]) -> bool:
    """Whether it was answered before the end began; if not, it is given up."""
    asking = asyncio.ensure_future(answering)
    stopping = asyncio.ensure_future(ending.begun.wait())
    try:
        await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if asking.done():
            asking.result()
        return asking.done()
    finally:
        asking.cancel()
        stopping.cancel()
        await asyncio.gather(asking, stopping, return_exceptions=True)


def _without_waiting(scope: Scope) -> Scope:
    asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    left = urlencode([pair for pair in asked if pair[0] != WAIT])
    return {**scope, "query_string": left.encode()}


def begun(first: Message, receive: Receive) -> Receive:
    """What was received already, then the rest."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return first

    return receiving
