"""Whatever is sent to the door: a problem with a stable code, nothing half-written, never an exception's text."""

import asyncio
import json
import re
import resource
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from tests.journeys.hostile import BODIES, FORMS, QUERIES, SEGMENTS, bodies, owned
from tests.journeys.table import Row, etag, filled, names_of, rows
from tests.journeys.world import World, world

pytestmark = pytest.mark.asyncio(loop_scope="module")
TABLE = [row for row in rows() if not row.name.startswith(("rebuild", "advance_clock"))]
OURS = re.compile(r"(?i:traceback|sqlite|asyncpg|postgres|pydantic|sqlalchemy)|\b[A-Z]\w*(Error|Exception)\b|\.py\b")
"""What an exception's text would look like."""
SLOW_S = 5.0
UNKNOWN = "01a20cd2-4dc4-74bb-aef8-5bdcf3aec8e8"
Asking = tuple[Row, httpx2.AsyncClient, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with world(Path(tmp_path_factory.mktemp("world"))) as built:
        yield built


class Book:
    """Answers by status and code; notes whatever a caller should never see."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[int, str]] = Counter()
        self.odd: list[str] = []

    async def ask(self, http: httpx2.AsyncClient, method: str, url: str, **options: Any) -> httpx2.Response:
        began = asyncio.get_running_loop().time()
        answer = await http.request(method, url, **options)
        took = asyncio.get_running_loop().time() - began
        code = self._code(answer) if answer.status_code >= 400 else ""
        self.seen[answer.status_code, code] += 1
        if answer.status_code >= 500 or code is None or took > SLOW_S:
            sent = repr(options.get("content") or options.get("headers"))[:300]
            self.odd.append(f"{method} {url[:120]} {sent}: {answer.status_code} in {took:.1f} s: {answer.text[:200]}")
        return answer

    @staticmethod
    def _code(answer: httpx2.Response) -> Any:
        """The code of a sound problem document; None for anything else."""
        if answer.headers.get("content-type") != "application/problem+json" or OURS.search(answer.text):
            return None
        problem = answer.json()
        sound = problem["status"] == answer.status_code and problem["detail"] and problem["type"].startswith("urn:")
        return problem["code"] if sound else None

    def close(self, what: str, capsys: pytest.CaptureFixture[str]) -> None:
        statuses: Counter[int] = Counter()
        for (status, _), times in self.seen.items():
            statuses[status] += times
        with capsys.disabled():
            print(f"\nbad input, {what}: {sum(statuses.values())} requests, {dict(statuses)}, odd {len(self.odd)}")
        assert not self.odd, "\n".join(self.odd[:40])


def asking(here: World, row: Row) -> Asking:
    """A row with somebody who may ask it about its own side, and the address."""
    role = "nobody" if row.public else next(iter(row.may))
    people = {**here.centre, **here.own.people, "officer": here.own.officer}
    return row, people[role], filled(row.path, names_of(here.own, here.sides))


async def end_of_feed(here: World) -> int:
    await here.house.settle()
    end: int = (await here.house.administrator.get("/v1/events", params={"after": "end"})).json()["end"]
    return end


async def nothing_failed(here: World) -> None:
    """Whatever was let in takes its effect everywhere: no delivery waits for an operator."""
    await here.house.settle()
    for running in here.house.house.running.values():
        assert (await running.facts())["failed_deliveries"] == {}, running.service.name


async def test_every_place_of_an_id_refuses_what_is_none(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    book, before = Book(), await end_of_feed(here)
    for row in (row for row in TABLE if "{" in row.path):
        _, http, _ = asking(here, row)
        for segment in SEGMENTS:
            path = segment.join(re.split(r"\{\w+\}", row.path))
            body = filled(row.body, names_of(here.own, here.sides))
            headers = {"If-Match": '"1"'} if row.method == "PATCH" else {}
            answer = await book.ask(http, row.method, path, json=body, headers=headers)
            if answer.status_code not in (404, 422):
                book.odd.append(f"{row.method} {path[:200]}: {answer.status_code}")
            if segment == UNKNOWN and answer.status_code != 404:
                book.odd.append(f"{row.method} {path}: {answer.status_code} for an unknown id")
    book.close("ids", capsys)
    assert await end_of_feed(here) == before


async def test_queries_that_make_no_sense_are_refused_or_find_nothing(
    here: World, capsys: pytest.CaptureFixture[str]
) -> None:
    book = Book()
    for _, http, path in (asking(here, row) for row in TABLE if row.method == "GET"):
        for query in QUERIES:
            await book.ask(http, "GET", f"{path.partition('?')[0]}?{query}")
    book.close("queries", capsys)


async def test_bodies_that_are_none_change_nothing(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    book, before = Book(), await end_of_feed(here)
    for row, http, path in (asking(here, row) for row in TABLE if row.body is not None):
        patch = {"If-Match": '"1"'} if row.method == "PATCH" else {}
        good = json.dumps(filled(row.body, names_of(here.own, here.sides))).encode()
        for body in BODIES:
            answer = await book.ask(
                http, row.method, path, content=body, headers={"Content-Type": "application/json", **patch}
            )
            if answer.status_code not in (413, 415, 422):
                book.odd.append(f"{row.method} {path} {body[:40]!r}: {answer.status_code}")
        for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", "", "application/jsonx"):
            answer = await book.ask(http, row.method, path, content=good, headers={"Content-Type": kind, **patch})
            if answer.status_code != 415:
                book.odd.append(f"{row.method} {path} as {kind!r}: {answer.status_code}")
        for body in owned(filled(row.body, names_of(here.own, here.sides))):
            answer = await book.ask(
                http, row.method, path, content=body, headers={"Content-Type": "application/json", **patch}
            )
            if answer.status_code != 422:
                book.odd.append(f"{row.method} {path} {body[-60:]!r}: {answer.status_code}")
    book.close("bodies", capsys)
    assert await end_of_feed(here) == before


async def test_any_value_of_any_body_may_be_hostile(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    book = Book()
    for row, http, path in (asking(here, row) for row in TABLE if row.body is not None):
        for body in bodies(filled(row.body, names_of(here.own, here.sides))):
            headers = {"Content-Type": "application/json"}
            if row.method == "PATCH":
                headers["If-Match"] = await etag(http, path)
            await book.ask(http, row.method, path, content=body, headers=headers)
    book.close("values", capsys)
    await nothing_failed(here)


NEEDS_NO_MAPPING = "/v1/attendance-imports"
"""A list of attendance may come as a file alone: its columns have names of their own."""


# A form that ends inside a file leaves Starlette's part to the collector, which closes it.
@pytest.mark.filterwarnings("ignore:.*SpooledTemporaryFile:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
async def test_forms_that_are_none_change_nothing(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    book, before = Book(), await end_of_feed(here)
    for row, http, path in (asking(here, row) for row in TABLE if row.files):
        for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "multipart/mixed; boundary=x"):
            for body in FORMS:
                answer = await book.ask(http, "POST", path, content=body, headers={"Content-Type": kind})
                taken = path == NEEDS_NO_MAPPING and b"filename" in body and body.endswith(b"--x--\r\n")
                if answer.status_code not in (400, 415, 422) and not (taken and answer.status_code == 201):
                    book.odd.append(f"{path} {kind} {body[:60]!r}: {answer.status_code}")
        for mapping in ("nonsense", "../clients", "iac\x00", "[clients]", "x" * 190_000, "[" * 10_000):
            files = dict.fromkeys(row.files, ("a.csv", b"ID\n1\n", "text/csv"))
            answer = await book.ask(http, "POST", path, data={"mapping": mapping}, files=files)
            if answer.status_code != 422:
                book.odd.append(f"{path} {mapping[:60]!r}: {answer.status_code}")
    book.close("forms", capsys)
    assert await end_of_feed(here) == before


async def test_only_a_good_key_opens_the_door(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    book, administrator = Book(), here.house.administrator
    spare = (await administrator.post("/v1/keys", json={"label": "gone", "roles": ["ministry"]})).json()
    await administrator.post(f"/v1/keys/{spare['key_id']}/revoke")
    soon = (datetime.now(UTC) + timedelta(seconds=0.3)).isoformat()
    brief = {"label": "brief", "roles": ["ministry"], "expires_at": soon}
    brief_key = (await administrator.post("/v1/keys", json=brief)).json()["key"]
    await asyncio.sleep(0.4)
    forged = [
        "Bearer orc_" + "A" * 43,
        f"Bearer {spare['key']}",
        f"Bearer {brief_key}",
        f"Bearer {brief_key[:-1]}",
        f"Basic {spare['key']}",
        "Bearer ",
        "Bearer",
        "",
        "Bearer eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJhZG1pbmlzdHJhdG9yIl19.",
        "Bearer orc_" + "x" * 10_000,
        "Bearer orc_é",
    ]
    nobody = here.centre["nobody"]
    for path in ("/v1/clients", "/v1/impact/funnel", "/v1/me", f"/v1/clients/{here.own.ids['client']}"):
        for value in forged:
            answer = await book.ask(nobody, "GET", path, headers={"Authorization": value.encode()})
            if answer.status_code != 401:
                book.odd.append(f"{path} {value[:40]}: {answer.status_code}")
        twice = [("Authorization", "Bearer orc_" + "A" * 43), ("Authorization", f"Bearer {spare['key']}")]
        assert (await book.ask(nobody, "GET", path, headers=twice)).status_code == 401
    limited = await here.house.hire("officer", scopes=["sites:read"])
    assert (await book.ask(limited, "GET", "/v1/clients")).status_code == 403
    book.close("keys", capsys)


async def test_versions_and_keys_of_a_request_are_taken_at_their_word(
    here: World, capsys: pytest.CaptureFixture[str]
) -> None:
    book, officer, path = Book(), here.own.officer, f"/v1/clients/{here.own.ids['client']}"
    before = await end_of_feed(here)
    change = {"extra": {"sector_text": "Quokka rice"}}
    for given, status in (
        (None, 428),
        ('"999999"', 412),
        ('"1"', 412),
        ("*", 400),
        ('W/"1"', 400),
        ("1", 400),
        ('"1", "2"', 400),
        ('"-1"', 400),
        ('"1e400"', 400),
        ('"' + "9" * 4_000 + '"', 400),
    ):
        headers = {} if given is None else {"If-Match": given}
        assert (await book.ask(officer, "PATCH", path, json=change, headers=headers)).status_code == status, given
    site = {"client_id": here.own.ids["client"], "name": "Annex", "country": "XA", "province": "XA-R"}
    for slot in ("", "x" * 201, "a b\tc".replace("\t", "\x01"), "é"):
        answer = await book.ask(officer, "POST", "/v1/sites", json=site, headers={"Idempotency-Key": slot.encode()})
        assert answer.status_code == 400, slot
    assert await end_of_feed(here) == before
    once = {"Idempotency-Key": "bad-input-1"}
    first = await book.ask(officer, "POST", "/v1/sites", json=site, headers=once)
    again = await book.ask(officer, "POST", "/v1/sites", json=site, headers=once)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    other = await book.ask(officer, "POST", "/v1/sites", json=site | {"name": "Other"}, headers=once)
    assert (other.status_code, other.json()["code"]) == (422, "key_was_used_otherwise")
    book.close("versions", capsys)
    assert await end_of_feed(here) == before + 1


@pytest.mark.parametrize(
    ("path", "kind", "limit"),
    [("/v1/clients", "application/json", 1), ("/v1/client-imports", "multipart/form-data; boundary=x", 64)],
)
@pytest.mark.parametrize("declared", [True, False])
async def test_a_hundred_megabytes_are_refused_before_they_are_read(
    here: World, path: str, kind: str, limit: int, declared: bool
) -> None:
    piece, read = b"x" * 65_536, 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        head = (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
            if limit > 1
            else b'{"name": "'
        )
        yield head
        while read < 100_000_000:
            read += len(piece)
            yield piece

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    headers = {"Content-Type": kind} | ({"Content-Length": "100000000"} if declared else {})
    answer = await Book().ask(here.own.officer, "POST", path, content=endless(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_is_too_large")
    assert read <= (0 if declared else limit * 1_000_000 + 2 * len(piece))
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_024
    assert grown_mb < 3 * limit + 16
