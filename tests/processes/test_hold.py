"""A request for a service that is just starting is held at the gateway, whole, and sent once it can be reached."""

import asyncio
import time

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from chassis.settings import Settings
from gateway.transports import OverHttp, ServiceIsAway, asked
from openrecp.listening import listen, serving
from tests.kit.program import free_port

PIECES = [b"a" * 10, b"b" * 10, b"c" * 10]


async def _echo(request: Request) -> Response:
    return PlainTextResponse(await request.body())


async def _send(transport: OverHttp) -> tuple[int, bytes]:
    """A request whose body comes in pieces."""
    waiting, parts, status = list(PIECES), [], 0

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        parts.append(message.get("body", b""))

    scope = {"type": "http", "method": "POST", "raw_path": b"/echo", "query_string": b"", "headers": []}
    await transport(scope, receive, send)
    return status, b"".join(parts)


async def test_it_is_held_until_the_service_is_there_and_sent_whole_and_once() -> None:
    port = free_port()
    transport = OverHttp(f"http://127.0.0.1:{port}", hold_s=5.0)
    await transport.start()
    try:
        sending = asyncio.create_task(_send(transport))
        await asyncio.sleep(0.4)
        assert not sending.done()
        door = listen(Settings(port=port))
        async with serving(Starlette(routes=[Route("/echo", _echo, methods=["POST"])]), door):
            door.close()
            assert await sending == (200, b"".join(PIECES))
    finally:
        await transport.stop()


async def test_it_is_not_held_for_ever_nor_where_nobody_waits_for_it() -> None:
    transport = OverHttp(f"http://127.0.0.1:{free_port()}", hold_s=0.5)
    await transport.start()
    try:
        began = time.monotonic()
        with pytest.raises(ServiceIsAway):
            await _send(transport)
        assert 0.5 <= time.monotonic() - began < 3
        began = time.monotonic()
        with pytest.raises(ServiceIsAway):
            await asked(transport, "GET", "/health/ready")
        assert time.monotonic() - began < 0.4
    finally:
        await transport.stop()
