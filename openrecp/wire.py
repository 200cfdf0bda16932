"""The wire: how many bytes, lines and seconds a caller may take of it before any rule of ours is asked."""

# uvicorn bounds none of them: a head may grow without end, a body may drip for ever, whoever reads no answer keeps it
# in our memory, and requests sent ahead of their answers pile up. Here each of these ends, with a problem document.

import asyncio
import http
import resource
from typing import Any

import httptools
from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from chassis.clock import new_id
from chassis.http import UPLOAD_LIMIT, RequestIsMalformed, problem
from chassis.telemetry import registry
from contracts.refusals import Refusal

HEAD_LIMIT, HEAD_LINES = 65_536, 100
DISCARDED = 2 * UPLOAD_LIMIT
"""So much of a refused body is still taken in and thrown away: most clients read an answer only when all is sent."""
AHEAD = 16
CONNECTIONS = 8_000
SPARE_FILES = 256
PART_S = 2.0

refused_unread = Counter(
    "openrecp_refused_on_the_wire_total", "Requests refused before they were read", ["code"], registry=registry
)


class HeadIsTooLarge(Refusal):
    status = 431
    sentence = "Line and headers of a request have at most {limit} bytes and {lines} lines."


class RequestCameTooSlowly(Refusal):
    status = 408
    sentence = "The request did not come in time: its head within {seconds} s, its body with {rate} bytes a second."


class TooManyAhead(Refusal):
    status = 400
    sentence = "More than {most} requests were sent ahead of their answers."


class TooManyConnections(Refusal):
    status = 503
    sentence = "More connections stand than can be served. Nothing was changed; please come again in a moment."


def room_for_connections() -> int:
    """How many connections there may be: so many files this process may open, as far as the system lets it say so."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + SPARE_FILES
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return min(CONNECTIONS, max(most - SPARE_FILES, most // 2))


class Wire(HttpToolsProtocol):
    """One connection of a caller, with an end to everything that a caller decides.

    A body may take `body_s`, and a second more for every `body_rate` bytes of it (the measure of Apache's
    mod_reqtimeout); an answer may lie unread for `still_s` without a byte of it leaving.
    """

    most = CONNECTIONS
    head_s, body_s, body_rate, still_s = 10.0, 20.0, 500, 30.0
    _fault: Refusal | None = None
    _timer: asyncio.TimerHandle | None = None
    _stall: asyncio.TimerHandle | None = None
    _in_body = _ended = _parted = False
    _came = _unsent = 0
    _since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._refuse(TooManyConnections())
        else:
            self._expect(self.head_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._rest()
        self._move_on()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, then see what is still to come: the rest of a head, of a body, or nothing."""
        if self._parted:
            return
        self._unset_keepalive_if_required()
        self._ended = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.cycle.keep_alive = False  # it is answered as what it also is; what follows would be no HTTP
            return
        except httptools.HttpParserError:
            self._refuse(self._fault or RequestIsMalformed())
            return
        if self._in_body:
            self._take_body(len(data))
        elif not self._ended:
            self._take_head(len(data))

    def on_headers_complete(self) -> None:
        self._rest()
        self._came = 0
        if len(self.headers) > HEAD_LINES or _size(self.url, self.headers) > HEAD_LIMIT:
            self._fault = HeadIsTooLarge(limit=HEAD_LIMIT, lines=HEAD_LINES)
        elif len(self.pipeline) >= AHEAD:
            self._fault = TooManyAhead(most=AHEAD)
        if self._fault is not None:
            raise self._fault  # the parser stops, and `data_received` answers
        self._in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_body, self._ended, self._came = False, True, 0
        if self._timer is not None:
            self._rest()
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._stall = self.loop.call_later(self.still_s, self._look_whether_it_moves)

    def resume_writing(self) -> None:
        self._move_on()
        super().resume_writing()

    def _take_head(self, size: int) -> None:
        self._came += size
        if self._came > HEAD_LIMIT:
            self._refuse(HeadIsTooLarge(limit=HEAD_LIMIT, lines=HEAD_LINES))
        elif self._timer is None and (self.cycle is None or self.cycle.response_complete):
            self._expect(self.head_s)

    def _take_body(self, size: int) -> None:
        self._came += size
        if self._timer is None:
            self._expect(self.body_s)
        elif self._came > DISCARDED and self.cycle.response_complete:
            self._part()

    def _expect(self, within_s: float) -> None:
        self._since = self.loop.time()
        self._timer = self.loop.call_later(within_s, self._late)

    def _late(self) -> None:
        """The time is over; a body may go on that came fast enough, or that we ourselves did not take."""
        self._timer = None
        left = self._since + self.body_s + self._came / self.body_rate - self.loop.time()
        if self._in_body and (left > 0 or self.flow.read_paused):
            self._timer = self.loop.call_later(max(left, 0.1), self._late)
        elif self._in_body or self._came:
            self._refuse(RequestCameTooSlowly(seconds=self.head_s, rate=self.body_rate))
        else:
            self.transport.close()

    def _look_whether_it_moves(self) -> None:
        unsent = self.transport.get_write_buffer_size()
        if unsent >= self._unsent:
            self.transport.abort()
            return
        self._unsent = unsent
        self._stall = self.loop.call_later(self.still_s, self._look_whether_it_moves)

    def _refuse(self, refusal: Refusal) -> None:
        """Say why, unless an answer has begun, and part. Whoever works on the request hears that its caller left."""
        refused_unread.labels(refusal.code).inc()
        cycle, answered = self.cycle, False
        if self.pipeline:
            self.transport.abort()  # an earlier request is being answered: a word now would be taken for its answer
            return
        if cycle is not None:
            answered = cycle.response_started and (self._in_body or not cycle.response_complete)
            cycle.disconnected = True
            cycle.message_event.set()
        if not answered:
            self.transport.write(_answer(refusal))
        self._part()

    def _part(self) -> None:
        """End the connection; closed at once, with bytes unread, the system would take our answer back."""
        self._rest()
        self._parted = True
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._timer = self.loop.call_later(PART_S, self.transport.abort)

    def _rest(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _move_on(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None


def _size(url: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    return len(url) + sum(len(name) + len(value) for name, value in headers)


def _answer(refusal: Refusal) -> bytes:
    told: Any = problem(refusal)
    headers = [*told.raw_headers, (b"correlation-id", str(new_id()).encode()), (b"connection", b"close")]
    phrase = http.HTTPStatus(refusal.status).phrase
    lines = [f"HTTP/1.1 {refusal.status} {phrase}".encode(), *(name + b": " + value for name, value in headers)]
    return b"\r\n".join([*lines, b"", bytes(told.body)])
