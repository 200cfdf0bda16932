"""One real request and answer of every operation, kept under contracts/calls (`python -m tests.contracts.calls`).

A small world comes into being and every row of the permission table is asked by somebody who may; of what was
answered well the richest is kept, with ids, keys and times that stay the same from one recording to the next.
A file with `"by_hand": true` was written by a person, since nothing here leads to such an answer; it is left alone.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2

from chassis.settings import ROOT
from chassis.telemetry import configure_logs
from tests.contracts.stories import end, tell
from tests.fuzz.living import operations, published
from tests.journeys.table import Row, names_of, rows, send
from tests.journeys.world import World, world

FOLDER = ROOT / "contracts" / "calls"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SECRET = re.compile(r"\borc_[\w-]{43}|\bwhsec_[\w+/=-]+|(?<![\w-])[\w-]{43}(?![\w-])")
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:)\d\d:\d\d(?:\.\d+)?Z")
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
RECEIVER = "https://93.184.215.14"
"""No name may stand there while it is recorded: it would be looked up."""
AT_MOST = 2
"""So many items of a list are shown."""
LONGEST = 4_000
Call = dict[str, Any]


@dataclass
class Recording:
    """Every good call that came by, the richest of each operation."""

    addresses: list[tuple[str, re.Pattern[str], str, str]]
    kept: dict[str, tuple[int, Call]] = field(default_factory=dict)

    def note(self, request: httpx2.Request, sent: bytes, answer: httpx2.Response) -> None:
        found = self._operation(request)
        if found is None or not 200 <= answer.status_code < 300:
            return
        name, where = found
        call = {
            "asked": _asked(request, sent, where),
            "answered": {
                "status": answer.status_code,
                "type": answer.headers.get("content-type", "").partition(";")[0],
                "body": _trimmed(_body(answer)),
            },
        }
        weight = _weight(call)
        if weight > self.kept.get(name, (-1, {}))[0]:
            self.kept[name] = (weight, call)

    def _operation(self, request: httpx2.Request) -> tuple[str, dict[str, str]] | None:
        for method, pattern, _, name in self.addresses:
            fits = pattern.fullmatch(request.url.raw_path.decode().partition("?")[0])
            if method == request.method and fits:
                return name, {key: unquote(value) for key, value in fits.groupdict().items()}
        return None


def addresses() -> list[tuple[str, re.Pattern[str], str, str]]:
    """Method, pattern, path and name of every operation; a word in a path goes before a parameter."""
    found = []
    for label, operation in operations(published()).items():
        method, _, path = label.partition(" ")
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
        found.append((method, pattern, path, operation["operationId"]))
    return sorted(found, key=lambda each: each[2].count("{"))


def _asked(request: httpx2.Request, sent: bytes, where: dict[str, str]) -> Call:
    asked: Call = {"path": where} if where else {}
    query = dict(request.url.params.multi_items())
    asked |= {"query": query} if query else {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json") and sent:
        asked["body"] = json.loads(sent)
    elif kind.startswith("multipart/"):
        asked["body"] = _form(kind, sent)
    return asked


def _form(kind: str, sent: bytes) -> Call:
    """The fields of a form by name, a file by its text."""
    message = BytesParser(EmailMessage, policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + sent)
    parts = ((part.get_param("name", header="content-disposition"), part) for part in message.iter_parts())
    texts = {str(name): (part.get_payload(decode=True) or b"").decode() for name, part in parts}  # type: ignore[union-attr]
    return {name: text == "true" if text in ("true", "false") else text for name, text in texts.items()}


def _body(answer: httpx2.Response) -> Any:
    return answer.json() if "json" in answer.headers.get("content-type", "") else answer.text


def _trimmed(value: Any) -> Any:
    """Without the greater part of long lists."""
    if isinstance(value, dict):
        return {key: _trimmed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_trimmed(each) for each in value[:AT_MOST]]
    return value


def _weight(call: Call) -> int:
    """How much it shows: fields that hold something, in the request before the answer; too long shows nothing."""
    said = len(json.dumps(call))
    return -1 if said > LONGEST * 2 else 100 * _filled(call["asked"]) + _filled(call["answered"])


def _filled(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(_filled, value.values()))
    if isinstance(value, list):
        return sum(map(_filled, value))
    return int(value not in (None, "", False))


@contextmanager
def listening(recording: Recording) -> Iterator[None]:
    """Note what passes between any client in this process and the door."""
    whole = httpx2.ASGITransport.handle_async_request

    async def noting(self: httpx2.ASGITransport, request: httpx2.Request) -> httpx2.Response:
        sent = await request.aread()
        answer = await whole(self, request)
        answer.request = request
        await answer.aread()
        recording.note(request, sent, answer)
        return answer

    httpx2.ASGITransport.handle_async_request = noting  # type: ignore[method-assign]
    try:
        yield
    finally:
        httpx2.ASGITransport.handle_async_request = whole  # type: ignore[method-assign]


async def recorded(folder: Path) -> dict[str, Call]:
    """The world made and the table asked: the richest call of each operation, by its name."""
    recording = Recording(addresses())
    with listening(recording):
        async with world(folder) as built:
            await tell(built)
            await _ask(built)
            await end(built)
    return {name: _steady(call) for name, (_, call) in sorted(recording.kept.items())}


async def _ask(built: World) -> None:
    """First what is read, then what is made, at last what ends something, about one side after the other."""
    for row in sorted(rows(), key=_order):
        for side in built.sides if row.method != "GET" else built.sides[:1]:
            role = "nobody" if row.public else next(iter(row.may))
            http = side.officer if role == "officer" else {**built.centre, **side.people}[role]
            answer = await send(http, row, names_of(side, built.sides))
            if "Location" in answer.headers:
                await http.get(answer.headers["Location"])
        if row.method != "GET":
            await built.house.settle()


def _order(row: Row) -> tuple[int, str]:
    ends = any(word in row.name for word in ("cancel", "withdraw", "revoke", "retire", "close", "decline", "suspend"))
    return (0 if row.method == "GET" else 3 if ends else 1 if row.method in ("PATCH", "PUT") else 2), row.name


def _steady(call: Call) -> Call:
    """The same from one recording to the next: ids, keys, codes and times are made up in the order they appear."""
    text = json.dumps(call)
    known: dict[str, str] = {}

    def id_of(found: re.Match[str]) -> str:
        return known.setdefault(found[0], f"01a20000-0000-7000-8000-{len(known) + 1:012d}")

    def secret(found: re.Match[str]) -> str:
        prefix = re.match(r"orc_|whsec_", found[0])
        return (prefix[0] if prefix else "") + "example" * 6 + ("0" if not prefix or prefix[0] == "orc_" else "")

    text = MOMENT.sub(r"\g<1>00:00Z", ID.sub(id_of, text))
    text = DIGEST.sub("0" * 64, SECRET.sub(secret, text))
    steady: Call = json.loads(text.replace(RECEIVER, "https://ministry.example.org"))
    return steady


def main() -> int:
    """Write what was recorded; says which operations nobody has an example of."""
    configure_logs("error")
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(recorded(Path(folder)))
    FOLDER.mkdir(exist_ok=True)
    for name, call in found.items():
        target = FOLDER / f"{name}.json"
        if not (target.exists() and json.loads(target.read_text(encoding="utf-8")).get("by_hand")):
            target.write_text(json.dumps(call, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    missing = {name for *_, name in addresses()} - {path.stem for path in FOLDER.glob("*.json")}
    sys.stdout.write(f"{len(found)} calls kept" + (f", none of {', '.join(sorted(missing))}\n" if missing else "\n"))
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
