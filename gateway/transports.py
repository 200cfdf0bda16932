"""How a request reaches a service: by a call in this process, or over HTTP. Both are ASGI applications."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import aiohttp
import yarl
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http import CallerHasLeft
from contracts.refusals import Refusal
from gateway.headers import outward

CONNECT_S = 3.0
TRY_AGAIN_S = 0.1
IDLE_S = 3.0  # less than the five seconds after which uvicorn closes, so that no request meets a closed connection
CONNECTIONS = 100
LOOK_AFTER_S = 0.02
"""Before this nobody looks whether the caller is still there."""
REFUSED_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")  # never of the client's own making


class ServiceIsAway(Refusal):
    status = 503
    sentence = "The service behind this path does not answer right now. Nothing was changed; please repeat in a moment."


class AnswerWasLost(Refusal):
    status = 502
    sentence = (
        "The service broke off before it had answered: repeat with the same Idempotency-Key to learn what became of it."
    )


class AnswerWasCutShort(Exception):
    """A service broke off in the middle of its answer: the caller's connection has to show it."""


class Transport(Protocol):
    """A service as the door sees it. `in_process` says whether its health is this process's own."""

    in_process: bool

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class InProcess:
    """Calls the service in the same event loop: no HTTP, no copy."""

    in_process = True

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def start(self) -> None:
        """Nothing: whoever runs the service starts it."""

    async def stop(self) -> None:
        """Nothing."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


class OverHttp:
    """Asks the service over HTTP/1.1 with a pool of connections of its own; bodies stream both ways.

    Nothing is repeated: where it is unknown whether a request took effect, only the caller's key can settle it.
    But a request that no connection could be made for is held and tried again for `hold_s`: a service that is
    started anew is there again within seconds.
    """

    in_process = False

    def __init__(self, address: str, *, connections: int = CONNECTIONS, hold_s: float = 0.0) -> None:
        self.address, self._hold_s = address.rstrip("/"), hold_s
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the pool; connections are made when they are needed."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=IDLE_S),
            timeout=aiohttp.ClientTimeout(total=None, connect=CONNECT_S),  # the door bounds the whole
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            skip_auto_headers=REFUSED_HEADERS,
            trust_env=False,
        )

    async def stop(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(receive)
        async with _while_there(body):
            await self._exchange(scope, body, send)

    async def _exchange(self, scope: Scope, body: "_Body", send: Send) -> None:
        if self._session is None:
            raise ServiceIsAway
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        url = yarl.URL(self.address + (scope["raw_path"] + query).decode("latin-1"), encoded=True)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        await body.begin()
        clock = asyncio.get_running_loop().time
        until = clock() + (0.0 if scope.get("at_once") else self._hold_s)
        while True:
            try:
                asking = self._session.request(
                    scope["method"], url, headers=headers, data=body.data(), allow_redirects=False
                )
                async with asking as answer:
                    await _pass_on(answer, send)
                return
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
                if clock() >= until:
                    raise ServiceIsAway from None
            except aiohttp.ClientError as error:
                if body.trouble is not None:
                    raise body.trouble from None
                raise AnswerWasLost from error
            await asyncio.sleep(TRY_AGAIN_S)


@asynccontextmanager
async def _while_there(body: "_Body") -> AsyncIterator[None]:
    """End what is done for a caller who goes away. A moment passes before anybody looks: most are answered by then,
    and a task for each would cost as much as the rest of the gateway's own work."""
    loop, asking = asyncio.get_running_loop(), asyncio.current_task()
    assert asking is not None  # noqa: S101  a coroutine runs in a task
    before, has_left = asking.cancelling(), False
    watching: asyncio.Task[None] | None = None

    async def watch() -> None:
        nonlocal has_left
        await body.left()
        has_left = True
        asking.cancel()

    def begin() -> None:
        nonlocal watching
        watching = loop.create_task(watch())

    timer = loop.call_later(LOOK_AFTER_S, begin)
    try:
        yield
    except asyncio.CancelledError:
        if has_left and asking.uncancel() <= before:
            raise CallerHasLeft from None
        raise
    finally:
        timer.cancel()
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


async def asked(
    transport: Transport, method: str, path: str, *, headers: Sequence[tuple[bytes, bytes]] = (), body: bytes = b""
) -> tuple[int, bytes]:
    """Status and body of a request of our own; it is not held where no connection can be made."""
    parts: list[bytes] = []
    status, sent = 0, False
    path, _, query = path.partition("?")

    async def receive() -> Message:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()  # we do not go away before the answer
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        status = message.get("status", status)
        parts.append(message.get("body", b""))

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": list(headers),
        "client": None,
        "server": ("gateway", 0),
        "at_once": True,
    }
    await transport(scope, receive, send)
    return status, b"".join(parts)


async def _pass_on(answer: aiohttp.ClientResponse, send: Send) -> None:
    if answer.status >= 500 and "json" not in answer.content_type:
        raise AnswerWasLost  # a failure in the server's words or a proxy's: ours come as problem documents
    await send({"type": "http.response.start", "status": answer.status, "headers": outward(answer.raw_headers)})
    try:
        more = True
        async for chunk in answer.content.iter_any():
            more = not answer.content.at_eof()
            await send({"type": "http.response.body", "body": chunk, "more_body": more})
    except aiohttp.ClientError as error:
        raise AnswerWasCutShort from error
    if more:
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class _Body:
    """The body of a request on its way: whole where it came at once, else piece by piece."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._sent = asyncio.Event()
        self._first: Message = {}
        self.trouble: Exception | None = None

    async def begin(self) -> None:
        """Wait for its first piece."""
        self._first = await self._next()
        if not self._first.get("more_body", False):
            self._sent.set()

    def data(self) -> bytes | AsyncIterator[bytes] | None:
        """None where there is no body. To be asked for again only if none of it was sent."""
        if self._first.get("more_body", False):
            return self._pieces(self._first)
        return self._first.get("body") or None

    async def _pieces(self, message: Message) -> AsyncIterator[bytes]:
        while True:
            if message.get("body"):
                yield message["body"]
            if not message.get("more_body", False):
                break
            message = await self._next()
        self._sent.set()

    async def _next(self) -> Message:
        """The next piece; the client library would hide why there is none, so it is kept."""
        try:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise CallerHasLeft
        except Exception as error:
            self.trouble = error
            raise
        return message

    async def left(self) -> None:
        """Returns when the caller goes away after it has sent its body."""
        await self._sent.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
