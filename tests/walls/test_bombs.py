"""Too much, too deep, too slow: a clear refusal in bounded time and memory, and whoever else asks is answered."""

import asyncio
import gzip
import resource
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from openrecp.wire import Wire
from tests.kit.door import Door, door, serving
from tests.walls.figures import figure
from tests.walls.raw import answers, answers_to

MEGABYTE = 1_000_000
DEEP = 10_000
GROWN_MB = 120
"""What the process may have grown by at most while all that went on."""


class Brisk(Wire):
    """The wire with less patience, so that a test need not wait for it."""

    head_s, body_s, body_rate, still_s = 0.6, 0.6, 2_000, 0.6


@asynccontextmanager
async def brisk(tmp_path: Path) -> AsyncIterator[tuple[Door, int]]:
    async with door(tmp_path) as here, serving(here.gateway.app, Brisk) as there:
        yield here, int(there.rpartition(":")[2])


def _head(key: str, *lines: str, path: str = "/v1/clients") -> bytes:
    own = ("Host: x", f"Authorization: Bearer {key}", "Connection: close", *lines)
    return "\r\n".join([f"POST {path} HTTP/1.1", *own, "", ""]).encode()


def _whole(key: str, body: bytes, *lines: str, kind: str = "application/json") -> list[bytes]:
    return [_head(key, f"Content-Type: {kind}", f"Content-Length: {len(body)}", *lines), body]


def _compressed(piece: bytes, times: int) -> bytes:
    """Without ever having it whole here: it is our own memory that is measured."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(piece) for _ in range(times)), packer.flush()])


def _named(value: bytes) -> bytes:
    return b'{"name": ' + value + b', "country": "XA", "province": "XA-R"}'


def bombs(key: str) -> list[tuple[str, list[bytes], list[str]]]:
    """Name, bytes, and the codes of the answers."""
    line = f"GET /v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n".encode()
    zeros = _compressed(bytes(MEGABYTE), 100)
    large, invalid, head = ["body_is_too_large"], ["body_is_invalid"], ["head_is_too_large"]
    form = "multipart/form-data; boundary=x"
    return [
        ("200 lines of head", [line + b"X: 1\r\n" * 200 + b"\r\n"], head),
        ("a line of 100 kB", [line + b"X: " + b"x" * 100_000 + b"\r\n\r\n"], head),
        ("1,000 lines of 100 bytes", [line, *([b"X: " + b"x" * 95 + b"\r\n"] * 1_000), b"\r\n"], head),
        ("a line that never ends", [line + b"X: ", *([b"x" * 65_536] * 40)], head),
        ("a name that never ends", [line, *([b"x" * 65_536] * 40)], head),
        ("an address of 100 kB", [b"GET /v1/" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"], head),
        (
            "a query of 60 kB",
            [line.replace(b"/me", b"/me?" + b"a=1&" * 15_000) + b"Connection: close\r\n\r\n"],
            ["address_is_too_long"],
        ),
        (
            "100 MB, declared",
            [_head(key, "Content-Type: application/json", f"Content-Length: {100 * MEGABYTE}")],
            large,
        ),
        (
            "100 MB as a form, declared",
            [_head(key, f"Content-Type: {form}", f"Content-Length: {100 * MEGABYTE}")],
            large,
        ),
        (
            "10 to the 30 bytes, declared",
            [_head(key, "Content-Type: application/json", f"Content-Length: {10**30}")],
            ["request_is_malformed"],
        ),
        ("100 MB of zeros, compressed", _whole(key, zeros, "Content-Encoding: gzip"), ["body_is_compressed"]),
        ("compressed twice", _whole(key, gzip.compress(zeros), "Content-Encoding: gzip, gzip"), ["body_is_compressed"]),
        ("compressed otherwise", _whole(key, zeros, "Content-Encoding: br"), ["body_is_compressed"]),
        ("a list in a list, 10,000 deep", _whole(key, _named(b"[" * DEEP + b"]" * DEEP)), invalid),
        ("10,000 lists never closed", _whole(key, b"[" * DEEP), invalid),
        ("a thing in a thing, 10,000 deep", _whole(key, _named(b'{"a":' * DEEP + b"1" + b"}" * DEEP)), invalid),
        ("450,000 lists", _whole(key, _named(b"[" + b"[]," * 300_000 + b"[]]")), invalid),
        ("a number of 900,000 digits", _whole(key, _named(b"9" * 900_000)), invalid),
        ("a number with 900,000 digits of exponent", _whole(key, _named(b"1e" + b"9" * 900_000)), invalid),
        ("a text of 900 kB", _whole(key, _named(b'"' + b"x" * 900_000 + b'"')), invalid),
        ("150,000 escapes", _whole(key, _named(b'"' + b"\\u0001" * 150_000 + b'"')), invalid),
        ("100,000 fields", _whole(key, b"{" + b",".join(b'"%d":1' % n for n in range(80_000)) + b"}"), invalid),
        ("900 kB of blanks", _whole(key, b" " * 900_000), invalid),
        (
            "900,000 pieces of a byte",
            [
                _head(key, "Content-Type: application/json", "Transfer-Encoding: chunked"),
                *([b"1\r\n \r\n" * 10_000] * 20),
                b"0\r\n\r\n",
            ],
            invalid,
        ),
        ("10,000 requests ahead of their answers", [(line + b"\r\n") * 10_000], []),
        ("a head that drips", [line[: n + 1][n:] for n in range(30)], ["request_came_too_slowly"]),
        ("a head that stops", [line], ["request_came_too_slowly"]),
        ("a caller who says nothing", [b""], []),
        (
            "a body that stops",
            [_head(key, "Content-Type: application/json", "Content-Length: 1000"), b"{"],
            ["request_came_too_slowly"],
        ),
        (
            "a form that stops",
            [_head(key, f"Content-Type: {form}", "Content-Length: 1000", path="/v1/workshop/upload"), b"--x"],
            ["request_came_too_slowly"],
        ),
        ("a body without a key that stops", [_head("x", "Content-Length: 1000"), b"{"], ["key_is_unknown"]),
    ]


async def test_a_bomb_is_refused_and_whoever_else_asks_is_answered(tmp_path: Path) -> None:
    async with brisk(tmp_path) as (here, port):
        key = (await here.key("officer"))["key"]
        before = _peak_mb()
        refused, odd, corpus = 0, [], bombs(key)
        async with neighbour(here) as others:
            for name, pieces, wanted in corpus:
                pause_s = 0.05 if "drips" in name else 0.0
                told = [each.code for each in await answers(port, *pieces, pause_s=pause_s)]
                refused += told == wanted
                odd += [] if told == wanted else [f"{name}: {told} instead of {wanted}"]
        figure("bombs of size, depth and time refused", refused, len(corpus), len(corpus))
        figure("requests of others answered meanwhile", others.count(200), len(others), len(others))
        figure("memory grown meanwhile, MB", round(_peak_mb() - before, 1), None, f"at most {GROWN_MB}")
        assert not odd, "\n".join(odd)
        assert set(others) == {200}
        assert _peak_mb() - before < GROWN_MB
        assert (await here.as_(key).get("/v1/clients")).json()["items"] == []


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


@asynccontextmanager
async def neighbour(here: Door) -> AsyncIterator[list[int]]:
    """Somebody else who asks all the time, and what it is told."""
    by, told = await here.officer(), list[int]()

    async def asking() -> None:
        while True:
            told.append((await by.get("/v1/clients")).status_code)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(asking())
    try:
        yield told
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert told


@pytest.mark.parametrize(
    ("kind", "path", "limit"),
    [("application/json", "/v1/clients", 1), ("multipart/form-data; boundary=x", "/v1/workshop/upload", 64)],
)
async def test_a_hundred_megabytes_that_nobody_declared_are_refused_on_the_way(
    tmp_path: Path, kind: str, path: str, limit: int
) -> None:
    sent = 0
    async with brisk(tmp_path) as (here, port):
        key = (await here.key("officer"))["key"]

        async def pieces() -> AsyncIterator[bytes]:
            nonlocal sent
            yield _head(key, f"Content-Type: {kind}", "Transfer-Encoding: chunked", path=path)
            while sent < 100 * MEGABYTE:
                sent += 65_536
                yield b"10000\r\n" + b"x" * 65_536 + b"\r\n"

        before = _peak_mb()
        told = await answers_to(port, pieces())
        assert [each.code for each in told] == ["body_is_too_large"]
        assert sent < (limit + 8) * MEGABYTE
        assert _peak_mb() - before < 40


async def test_slow_callers_hold_no_place_of_others(tmp_path: Path) -> None:
    """More of them than are worked on at once, each with a good key and a body that does not come."""
    async with brisk(tmp_path) as (here, port):
        key = (await here.key("officer"))["key"]
        stuck = [_head(key, "Content-Type: application/json", "Content-Length: 9"), b"{"]
        slow = [asyncio.create_task(answers(port, *stuck)) for _ in range(4 * here.gateway.door.at_once)]
        async with neighbour(here) as others:
            found = await asyncio.gather(*slow)
        codes = {each[0].code for each in found}
        assert codes <= {"request_came_too_slowly", "door_is_busy"}
        assert set(others) == {200}


async def test_an_answer_that_nobody_reads_is_not_kept_for_ever(tmp_path: Path) -> None:
    async with brisk(tmp_path) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_024)
        writer.write(b"GET /v1/workshop/download HTTP/1.1\r\nHost: x\r\n\r\n")
        received = await _after(4.0, lambda: _rest(reader))
        writer.transport.abort()
        assert received < 20 * 2**20  # the whole of it


async def _after(seconds: float, reading: Callable[[], Awaitable[int]]) -> int:
    await asyncio.sleep(seconds)
    return await reading()


async def _rest(reader: asyncio.StreamReader) -> int:
    received = 0
    try:
        while piece := await reader.read(65_536):
            received += len(piece)
    except ConnectionError:
        pass  # it was cut, as it has to be
    return received


async def test_a_slow_line_that_keeps_moving_is_served_to_its_end(tmp_path: Path) -> None:
    """Above the measure of the wire, however long it takes."""
    async with brisk(tmp_path) as (here, port):
        key = (await here.key("officer"))["key"]
        body = _named(b'"Mill"') + b" " * 9_000
        pieces = [body[start : start + 500] for start in range(0, len(body), 500)]
        began = time.monotonic()
        head = _head(key, "Content-Type: application/json", f"Content-Length: {len(body)}")
        told = await answers(port, head, *pieces, pause_s=0.07)
        assert [each.status for each in told] == [201]
        assert time.monotonic() - began > 2 * Brisk.body_s


async def test_requests_a_little_ahead_of_their_answers_are_all_answered(tmp_path: Path) -> None:
    async with brisk(tmp_path) as (here, port):
        line = f"GET /v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {here.administrator_key}\r\n\r\n".encode()
        last = line.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        assert [each.status for each in await answers(port, line * 9 + last)] == [200] * 10


async def test_beyond_so_many_connections_the_next_is_told_so(tmp_path: Path) -> None:
    class Few(Brisk):
        most = 3
        head_s = 30.0

    async with door(tmp_path) as here, serving(here.gateway.app, Few) as there:
        port = int(there.rpartition(":")[2])
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await asyncio.sleep(0.1)
        (told,) = await answers(port, b"")
        assert (told.code, told.headers["retry-after"]) == ("too_many_connections", "1")
        for _, writer in held:
            writer.transport.abort()
