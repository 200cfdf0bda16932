"""How a process leaves its door so that no request is lost: it finishes, it says good-bye, it takes nobody new."""

import asyncio
import ctypes
import socket
import struct
import sys

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LINGER_S = 3.5  # longer than the three seconds for which the gateway lets a connection rest
LAST_S = 0.5
LOOK_S = 0.02
_SO_ATTACH_FILTER = 26
_DROP = struct.pack("HBBI", 0x06, 0, 0, 0)  # one instruction of the classic packet filter: keep nothing


class Parting:
    """From the moment the process leaves, each answer is the last on its connection.

    Closing a resting connection would meet a request that is on its way over it, and nobody knew what became of it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.begun = False
        self.handed_over = False
        """Whether another process answers at this very door."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def last(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        await self._app(scope, receive, last if self.begun and scope["type"] == "http" else send)


async def leave(server: uvicorn.Server, parting: Parting, door: socket.socket, linger_s: float) -> None:
    """Let those who are connected finish, then take nobody new, then let go of the door."""
    parting.begun = True
    if parting.handed_over:
        for each in server.servers:
            each.close()  # whoever stands in the queue is answered by the other process
    if linger_s:
        await _emptied(server, linger_s)
        if not parting.handed_over:
            shut(door)
            await asyncio.sleep(LOOK_S)  # whoever stood in the queue is let in
        await _emptied(server, LAST_S)


async def _emptied(server: uvicorn.Server, within_s: float) -> None:
    clock = asyncio.get_running_loop().time
    until = clock() + within_s
    # uvicorn tells nobody when a connection has gone.
    while server.server_state.connections and clock() < until:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_S)


def shut(door: socket.socket) -> None:
    """Nobody gets into the queue any more; who knocks tries again and finds the door closed, or the next process.

    A door that is closed resets whoever was in its queue, though the connection stood: then a request is lost of
    which nobody knows that it never arrived.
    """
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(_DROP)
    door.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", 1, ctypes.addressof(program)))
