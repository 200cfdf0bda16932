"""Bytes that no HTTP client would send, and every answer that comes back before the line ends."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from typing import Any

import httptools


@dataclass
class Answer:
    """One answer; status 0 where the line ended without one."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def code(self) -> str:
        """The code of a problem; what else came, by its status."""
        if self.headers.get("content-type") == "application/problem+json":
            return str(json.loads(self.body)["code"])
        return str(self.status)


class _Answers:
    """What a parser finds on a line, answer by answer."""

    def __init__(self) -> None:
        self.found: list[Answer] = []
        self._now = Answer()
        self.parser = httptools.HttpResponseParser(self)

    def on_message_begin(self) -> None:
        self._now = Answer()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._now.headers[name.decode().lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._now.body += body

    def on_message_complete(self) -> None:
        self._now.status = self.parser.get_status_code()
        if self._now.status >= 200:
            self.found.append(self._now)


async def answers(port: int, *pieces: bytes, pause_s: float = 0.0, within_s: float = 15.0) -> list[Answer]:
    """Every answer to these pieces, sent one after the other, until the other side hangs up or the time is over."""

    async def given() -> Any:
        for piece in pieces:
            yield piece
            await asyncio.sleep(pause_s)

    return await answers_to(port, given(), within_s=within_s)


async def answers_to(port: int, pieces: AsyncIterable[bytes], *, within_s: float = 15.0) -> list[Answer]:
    """The same for pieces that are made while they are sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    told = _Answers()

    async def send() -> None:
        with contextlib.suppress(ConnectionError):
            async for piece in pieces:
                writer.write(piece)
                await writer.drain()

    sending = asyncio.create_task(send())
    try:
        async with asyncio.timeout(within_s):
            while data := await reader.read(65_536):
                told.parser.feed_data(data)
    except (TimeoutError, ConnectionError):
        pass  # what was told until then is what counts
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.transport.abort()
    return told.found


async def ask(port: int, request: bytes) -> Answer:
    """The one answer to a request; none at all is an answer of status 0."""
    found = await answers(port, request)
    return found[0] if found else Answer()
