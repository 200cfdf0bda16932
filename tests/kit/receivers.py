"""A receiver of webhooks on loopback: answers each request as it is told, and keeps what reached it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from standardwebhooks import Webhook

Writing = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Received:
    """A request as it came, with its headers in lower case."""

    first: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified_by(self, secret: str) -> object:
        """The body, if the official library finds it signed with this secret just now."""
        return Webhook(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """`answers` are said one by one, then 204: a status line with headers, or a function that writes what it likes."""

    port: int = 0
    answers: list[str | Writing] = field(default_factory=list)
    always: str | Writing = "204 No Content"
    got: list[Received] = field(default_factory=list)
    under_way: int = 0
    most_at_once: int = 0
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?from=centre"

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.got]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.got.append(Received(first, headers, body))
            answer = self.answers.pop(0) if self.answers else self.always
            if isinstance(answer, str):
                writer.write(f"HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
                await writer.drain()
            else:
                await answer(writer)
        self.under_way -= 1
        writer.close()

    async def says_nothing(self, _: asyncio.StreamWriter) -> None:
        """No answer as long as the test lasts."""
        await self.closing.wait()


async def breaks_off(writer: asyncio.StreamWriter) -> None:
    """The connection is cut in the middle of the head of an answer."""
    writer.write(b"HTTP/1.1 200 O")
    await writer.drain()
    writer.transport.abort()


async def a_gigabyte(writer: asyncio.StreamWriter) -> None:
    """200, and as much as anybody reads of a gigabyte."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\nContent-Type: text/plain\r\n\r\n")
    for _ in range(15_000):
        writer.write(b"\x00secret" * 9_000)
        await writer.drain()


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    here = Receiver()
    server = await asyncio.start_server(here.serve, "127.0.0.1", 0)
    here.port = server.sockets[0].getsockname()[1]
    try:
        yield here
    finally:
        here.closing.set()
        server.close()
        await asyncio.sleep(0.02)
