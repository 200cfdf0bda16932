"""A process hands its door over to its successor: the listening socket itself, so that nobody ever finds it closed."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

ANSWER_S, UP_WITHIN_S = 5.0, 120.0
UP = b"up"


class Predecessor:
    """Who stood at the door before, and still does until it hears that we are up."""

    def __init__(self, line: socket.socket, door: socket.socket) -> None:
        self._line, self.door = line, door

    def may_go(self) -> None:
        """We answer from here on."""
        self._line.sendall(UP)
        self._line.close()


def take_over(path: Path | None) -> Predecessor | None:
    """The door of the process that offers it there, if one does."""
    if path is None or not path.exists():
        return None
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(ANSWER_S)
    try:
        line.connect(str(path))
        _, descriptors, _, _ = socket.recv_fds(line, 16, 1)
        return Predecessor(line, socket.socket(fileno=descriptors[0]))
    except (OSError, IndexError):  # it died and left its file behind: then the door is free
        line.close()
        return None


@asynccontextmanager
async def offered(path: Path | None, door: socket.socket, taken: Callable[[], None]) -> AsyncIterator[None]:
    """Offer the door there; `taken` is called when a successor has it and is up."""
    if path is None:
        yield
        return
    place, mine = _taken_place(path)
    waiting = asyncio.create_task(_hand_over(place, door, taken), name="handover")
    try:
        yield
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        place.close()
        _leave_place(path, mine)


def _taken_place(path: Path) -> tuple[socket.socket, int]:
    """Our own place under that name, whoever had it before, and how to tell it from another's."""
    place = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    place.setblocking(False)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    place.bind(str(part))
    part.chmod(0o600)  # who can take the door sees every key that comes through it
    place.listen(1)
    part.replace(path)
    return place, path.stat().st_ino


def _leave_place(path: Path, mine: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_ino == mine:
            path.unlink()


async def _hand_over(place: socket.socket, door: socket.socket, taken: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        line, _ = await loop.sock_accept(place)
        with line, contextlib.suppress(TimeoutError, OSError):
            socket.send_fds(line, [b"door"], [door.fileno()])
            async with asyncio.timeout(UP_WITHIN_S):
                if await loop.sock_recv(line, len(UP)) == UP:
                    taken()
                    return
