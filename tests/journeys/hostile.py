"""Values, bodies, paths and queries that no honest client sends, as the bytes that go over the wire."""

import copy
import json
from collections.abc import Iterator
from typing import Any

MARK = "@@hostile@@"
DEEP = 10_000

VALUES: tuple[bytes, ...] = (
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1.5",
    b"1e400",
    b"-1e400",
    b"123456789012345678901234567890123456789012345678901234567890",
    b"NaN",
    b'""',
    b'"\\u0000"',
    b'"a\\u0000b"',
    b'"\\ud800"',
    b'"\\udfff\\ud800"',
    b'"\\u202e\\u2066"',
    b'"\xff\xfe"',
    b'"1e400"',
    b'"1e999999999"',
    b'"NaN"',
    b'"-Infinity"',
    b'"0.' + b"1" * 400 + b'"',
    b'"0001-01-01"',
    b'"9999-12-31"',
    b'"10000-01-01"',
    b'"2026-02-30"',
    b'"9999-12-31T23:59:59Z"',
    b'"0001-01-01T00:00:00+14:00"',
    b'"not-a-uuid"',
    b'"00000000-0000-0000-0000-000000000000"',
    b"[]",
    b"{}",
    b'{"a": 1}',
    b"[null]",
)
"""What may stand in the place of any value of a body."""

HEAVY: tuple[bytes, ...] = (
    b'"' + b"x" * 100_000 + b'"',
    b'"' + b"1" * 100_000 + b'"',
    b"1" * 100_000,
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
)
"""What may stand in the place of a body's first and last value: it takes longer."""

BODIES: tuple[bytes, ...] = (
    b"",
    b"{",
    b"}",
    b"null",
    b"[]",
    b"7",
    b'"text"',
    b"\x00",
    b"\xff\xfe\x00",
    b'{"name": "\xc3\x28"}',
    '{"name": "x"}'.encode("utf-16"),
    b"\xef\xbb\xbf{}",
    b"[" * DEEP,
    b"[" * DEEP + b"]" * DEEP,
    b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    b"<xml/>",
    b"a=1&b=2",
    b"{" + b" " * 900_000,
)
"""What no operation takes as its body."""

FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nID\r\n'
FORMS: tuple[bytes, ...] = (
    b"",
    b"--x",
    b"--x--",
    b"--x\r\n\r\n--x--",
    b"\x00" * 100,
    FILE,
    FILE + b"--x--\r\n",
    FILE.replace(b"file", b"f\x00le") + b"--x--\r\n",
    FILE.replace(b"a.csv", b"../../a\xff.csv") + b"--x--\r\n",
    FILE.replace(b"\r\n\r\n", b"\r\nX: " + b"y" * 100_000 + b"\r\n\r\n") + b"--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="mapping"\r\n\r\niac\r\n' * 2_000 + b"--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n--x--\r\n',
)
"""What no import takes as its form: broken, cut off, without its mapping, with a text where a file belongs."""

OWNED = ("id", "status", "version", "verified_by", "principal_id", "territory", "created_at", "surprise")
"""Fields that are the server's or nobody's."""

SEGMENTS: tuple[str, ...] = (
    "not-a-uuid",
    "01a20cd2-4dc4-74bb-aef8-5bdcf3aec8e8",
    "00000000-0000-0000-0000-000000000000",
    "%00",
    "a%00b",
    "%ff%fe",
    "%2e%2e",
    "..%2f..%2fetc",
    "{id}",
    "-1",
    "1e400",
    "null",
    "x" * 10_000,
    "%F0%9F%92%A9",
    "' OR 1=1 --",
)
"""What may stand in the place of an id in a path."""

QUERIES: tuple[str, ...] = (
    "limit=0",
    "limit=-1",
    "limit=abc",
    "limit=1e400",
    "limit=99999999999999999999999999",
    "limit=5&limit=x",
    "cursor=%00",
    "cursor=garbage",
    "cursor=" + "x" * 300,
    "cursor=-1",
    "status=%00",
    "status=%ff%fe",
    "status=nonsense",
    "client_id=not-a-uuid",
    "client_id=",
    "assessment_id=%00",
    "provider_id=1e400",
    "country=%00",
    "external_ref=%00",
    "external_ref=" + "x" * 5_000,
    "after=-1",
    "after=99999999999999999",
    "after=%00",
    "wait=nan",
    "wait=1e400",
    "wait=-1",
    "type=%00",
    "by=nonsense&basis=nonsense",
    "year=99999999999999999999",
    "province=%00",
    "programme=" + "x" * 1_000,
    "=",
    "%",
    "&&&&",
    "q=" + "x" * 9_000,
)


def bodies(body: Any) -> Iterator[bytes]:
    """A good body with each of its values replaced by each hostile one, and with fields that are not the caller's."""
    places = list(_leaves(body))
    for path in places:
        worn = copy.deepcopy(body)
        _put(worn, path, MARK)
        before, _, after = json.dumps(worn).encode().partition(json.dumps(MARK).encode())
        for value in VALUES + (HEAVY if path in (places[0], places[-1]) else ()):
            yield before + value + after


def owned(body: dict[str, Any]) -> Iterator[bytes]:
    """A good body with a field that is the server's."""
    for name in OWNED:
        if name not in body:
            yield json.dumps({**body, name: "x"}).encode()


def _leaves(body: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    parts = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for name, value in parts:
        yield from _leaves(value, (*at, name))


def _put(body: Any, path: tuple[Any, ...], value: Any) -> None:
    for name in path[:-1]:
        body = body[name]
    body[path[-1]] = value
