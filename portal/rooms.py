"""What a room of the portal brings along: its pages, its forms, its places in the menu, its part of the work queue."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from starlette.responses import Response

from portal.words import N_

__all__ = ["N_", "Address", "Entry", "Handler", "Room", "Task", "entry", "form", "page"]

Handler = Callable[..., Awaitable[Response]]
"""Gets the visit and what the address names: `async def show_offer(visit, offer_id)`."""


@dataclass(frozen=True)
class Address:
    """Where something of a room is, and who answers there; a public one answers whoever comes.

    What a secret one names (the code in a link) opens a door: no page under it tells another site where it was.
    """

    path: str
    handler: Handler
    method: Literal["GET", "POST"]
    public: bool
    secret: bool


@dataclass(frozen=True)
class Entry:
    """A place in the menu, for whoever holds one of the roles; `also` are other paths that belong to it."""

    path: str
    label: str
    roles: frozenset[str]
    order: int
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """Something that waits for this visitor: what, about whom, where it is done, and until when if there is a limit."""

    what: str
    about: str
    path: str
    due: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Room:
    """One room; `tasks` are what waits for a visit's visitor here, `said` the sentences that a form may leave for the
    page after it."""

    routes: Sequence[Address]
    menu: Sequence[Entry] = ()
    tasks: Callable[[Any], Awaitable[list[Task]]] | None = None
    said: Mapping[str, str] = field(default_factory=dict)


def entry(path: str, label: str, *roles: str, order: int, also: tuple[str, ...] = ()) -> Entry:
    return Entry(path, label, frozenset(roles), order, also)


def page(path: str, handler: Handler, *, public: bool = False, secret: bool = False) -> Address:
    """A page under an address; a public one is shown to whoever comes."""
    return Address(path, handler, "GET", public, secret)


def form(path: str, handler: Handler, *, public: bool = False, secret: bool = False) -> Address:
    """What a form of ours is sent to."""
    return Address(path, handler, "POST", public, secret)
