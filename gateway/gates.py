"""Which gate a request passes: what runs in this process shares one, each service behind HTTP has its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from starlette.types import Message, Receive, Scope

from chassis.http import CallerHasLeft
from contracts.refusals import Refusal
from gateway.admission import Admission, Bounds
from gateway.paths import service_of
from gateway.settings import DoorSettings
from gateway.transports import Transport
from gateway.waiting import begun, waits

PATIENCE_S = 10.0
"""Bodies and uploads wait longer for their turn: their callers are in no hurry."""


class BodyTookTooLong(Refusal):
    status = 408
    sentence = "The body did not come within {seconds} s. Nothing was changed."


class Gates:
    """A request is let in when it is whole, so that nobody holds a place by sending slowly.

    Whoever waits for news costs nothing while it waits, and has a gate of its own; so have bodies on their way, of
    which only so many may lie in memory, uploads, and the pages for people.
    """

    def __init__(self, settings: DoorSettings, transports: Mapping[str, Transport]) -> None:
        many, waiting, wait_s = settings.at_once, settings.waiting, settings.wait_s
        self._seconds = settings.answer_s
        usual = Bounds(many, max(1, many // 4), waiting, wait_s)
        here = Admission(usual)
        self._of = {name: here if each.in_process else Admission(usual) for name, each in transports.items()}
        self._readers = Admission(Bounds(settings.readers, max(1, settings.readers // 10), 0, 0))
        self._bodies = Admission(Bounds(2 * many, max(1, many // 2), waiting, PATIENCE_S))
        uploads = settings.uploads_at_once
        self._uploads = Admission(Bounds(uploads, max(1, uploads // 2), 4 * uploads, PATIENCE_S))
        self._pages = Admission(Bounds(2 * many, many, waiting, wait_s))

    @asynccontextmanager
    async def passed(self, scope: Scope, receive: Receive, service: str) -> AsyncIterator[Receive]:
        """The request inside, for as long as it is worked on: its body whole, or that of an upload on its way."""
        caller, first = scope["caller"], await _next(receive)
        if first.get("more_body", False):
            if is_upload(scope):
                async with self._uploads.place(caller):
                    yield begun(first, receive)
                return
            async with self._bodies.place(caller):
                first = await self._gathered(first, receive)
        gate = self._readers if waits(scope) else self._of[service]
        async with gate.place(caller):
            yield begun(first, receive)

    @asynccontextmanager
    async def page(self, scope: Scope) -> AsyncIterator[None]:
        """A page for people, for as long as it is worked on."""
        async with self._pages.place(address_of(scope)):
            yield

    def full(self, path: str, caller: str) -> bool:
        """Whether a usual request of this caller would be sent away just now."""
        gate = self._of.get(service_of(path) or "")
        return gate is not None and gate.full(caller)

    async def _gathered(self, first: Message, receive: Receive) -> Message:
        parts = [first.get("body", b"")]
        try:
            async with asyncio.timeout(self._seconds) as deadline:
                while first.get("more_body", False):
                    first = await _next(receive)
                    parts.append(first.get("body", b""))
        except TimeoutError:
            if not deadline.expired():
                raise
            raise BodyTookTooLong(seconds=self._seconds) from None
        return {"type": "http.request", "body": b"".join(parts), "more_body": False}


def is_upload(scope: Scope) -> bool:
    """Whether it carries a form with files."""
    return any(name == b"content-type" and value.startswith(b"multipart/") for name, value in scope["headers"])


def address_of(scope: Scope) -> str:
    """Where it comes from."""
    host: str = (scope.get("client") or ("unknown", 0))[0]
    return host


async def _next(receive: Receive) -> Message:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise CallerHasLeft
    return message
