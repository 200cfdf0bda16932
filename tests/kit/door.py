"""The real gateway in front of a real service, reached over loopback; the service behind it called or over HTTP."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx2
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.migrations.runner import migrate_sqlite
from chassis.pack import Pack
from chassis.settings import ROOT, Settings
from chassis.store.port import Store
from chassis.store.sqlite import SqliteStore
from gateway.app import PARTS, RunningGateway, own_api
from gateway.keyring import administrator_key
from gateway.permissions import Entries, collected
from gateway.settings import DoorSettings
from gateway.transports import InProcess, OverHttp, Transport
from openrecp.wire import Wire
from services.clients.app import service as clients
from tests.kit.room import Room, room

How = Literal["in_process", "over_http"]
APPS = {"clients": clients.api(), "gateway": own_api()}
WORKSHOP: Entries = [
    {"method": method, "path": f"/v1/workshop/{what}", "operation": what, "service": "workshop", "roles": ["public"]}
    for method, what in [
        ("GET", "headers"),
        ("GET", "slow"),
        ("GET", "broken"),
        ("GET", "half"),
        ("GET", "hop"),
        ("GET", "download"),
        ("POST", "upload"),
    ]
]


@dataclass
class Workshop:
    """A counterpart that is no service of ours: it does what services rarely do, and notes what reached it."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    largest_piece: int = 0
    received: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        self.headers = [(name.decode(), value.decode()) for name, value in scope["headers"]]
        self.arrived.set()
        await getattr(self, f"_{scope['path'].rpartition('/')[2]}")(receive, send)

    async def _headers(self, receive: Receive, send: Send) -> None:
        await _answer(send, json.dumps(self.headers).encode())

    async def _slow(self, receive: Receive, send: Send) -> None:
        """Waits until nobody waits for it any more: told so in this process, by the closed connection over HTTP."""
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self.let_go.set()

    async def _ready(self, receive: Receive, send: Send) -> None:
        await _answer(send, b'{"service": "workshop", "ready": true}')

    async def _live(self, receive: Receive, send: Send) -> None:
        await _answer(send, b'{"service": "workshop", "live": true}')

    async def _broken(self, receive: Receive, send: Send) -> None:
        raise RuntimeError("the secret of the workshop")

    async def _half(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError("the secret of the workshop")

    async def _hop(self, receive: Receive, send: Send) -> None:
        extra = [(b"keep-alive", b"timeout=5"), (b"x-hop", b"1"), (b"connection", b"x-hop"), (b"x-stays", b"1")]
        await _answer(send, b"hop", extra)

    async def _download(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(320):
            await send({"type": "http.response.body", "body": b"d" * 65_536, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _upload(self, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            piece = message.get("body", b"")
            self.received += len(piece)
            self.largest_piece = max(self.largest_piece, len(piece))
            more = message.get("more_body", False)
        await _answer(send, str(self.received).encode())


async def _answer(send: Send, body: bytes, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length, *(headers or [])]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


@dataclass
class Door:
    """`as_(key)` is an HTTP client with that key; `administrator` holds the first one."""

    url: str
    gateway: RunningGateway
    behind: Room
    workshop: Workshop
    administrator_key: str
    _clients: dict[str, httpx2.AsyncClient] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def as_(self, key: str | None, **headers: str) -> httpx2.AsyncClient:
        """An HTTP client with this key (or none) and these headers."""
        given = {**({"Authorization": f"Bearer {key}"} if key else {}), **headers}
        who = str(given)
        if who not in self._clients:
            self._clients[who] = httpx2.AsyncClient(base_url=self.url, headers=given, trust_env=False, timeout=20)
        return self._clients[who]

    @property
    def administrator(self) -> httpx2.AsyncClient:
        return self.as_(self.administrator_key)

    async def key(self, *roles: str, **facts: Any) -> dict[str, Any]:
        """A new key, as the administrator is shown it."""
        answer = await self.administrator.post("/v1/keys", json={"label": "test", "roles": list(roles), **facts})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def officer(self, *provinces: str) -> httpx2.AsyncClient:
        facts = {"provinces": list(provinces)} if provinces else {}
        return self.as_((await self.key("officer", **facts))["key"])

    async def raw(self, text: str | bytes) -> bytes:
        """The answer to bytes that no HTTP client would send."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(text.encode() if isinstance(text, str) else text)
        await writer.drain()
        try:
            async with asyncio.timeout(10):
                return await reader.read()
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield  # signals belong to the test run


@asynccontextmanager
async def serving(app: ASGIApp, wire: type[Wire] = Wire) -> AsyncIterator[str]:
    """An app behind uvicorn on a free port of loopback, on the same wire as a deployment's."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, http=wire, lifespan="off", log_config=None, ws="none", timeout_graceful_shutdown=1)
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()


@asynccontextmanager
async def door(
    folder: Path,
    how: How = "in_process",
    *,
    clock: Literal["wall", "settable"] = "settable",
    settings: DoorSettings | None = None,
    openapi: Path = ROOT / "contracts" / "openapi.json",
    store: Store | None = None,
) -> AsyncIterator[Door]:
    """The gateway before the clients service and the workshop; opened again on the same folder it goes on.

    Its own database is a file in the folder, or a migrated store.
    """
    async with contextlib.AsyncExitStack() as stack:
        behind = await stack.enter_async_context(room(clients, folder))
        workshop = Workshop()
        apps: dict[str, ASGIApp] = {"clients": behind.running.app, "workshop": workshop}
        services = {name: await _transport(stack, app, how) for name, app in apps.items()}
        gateway = RunningGateway(
            settings=Settings(data=folder, deployment="test", clock=clock),
            store=store or _file(folder / "gateway.sqlite"),
            clock=behind.clock,
            mint=behind.mint,
            pack=Pack(ROOT / "packs" / "demo"),
            services=services,
            permissions=collected(APPS) + WORKSHOP,
            door=settings or DoorSettings(),
            openapi=openapi,
        )
        await gateway.start()
        stack.push_async_callback(gateway.stop)
        url = await stack.enter_async_context(serving(gateway.app))
        opened = Door(url, gateway, behind, workshop, (await administrator_key(gateway.store))[0])
        try:
            yield opened
        finally:
            for client in opened._clients.values():
                await client.aclose()


async def _transport(stack: contextlib.AsyncExitStack, app: ASGIApp, how: How) -> Transport:
    if how == "in_process":
        return InProcess(app)
    return OverHttp(await stack.enter_async_context(serving(app)))


def _file(path: Path) -> Store:
    migrate_sqlite(path, PARTS)
    return SqliteStore(path)
