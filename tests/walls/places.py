"""Everything that is said to anybody: answers in every format, pages, the feed, logs, notices, metrics."""

import io
import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import httpx2

from chassis.sheets_out import XLSX
from tests.journeys.table import ROLES, Row, filled, names_of, rows
from tests.journeys.world import World
from tests.kit.portal import Browser, browser

SHEETS = ("text/csv", XLSX)
PAGES = 40
"""So many pages of the portal each reader opens; most have fewer."""
OF_A_SIDE = ("client", "provider", "assessor")


@dataclass(frozen=True)
class Reader:
    """Somebody who reads: in a role, for a side where the role has one, for a territory as an officer."""

    role: str
    at: int | None
    http: httpx2.AsyncClient

    @property
    def key(self) -> str:
        return str(self.http.headers["Authorization"].removeprefix("Bearer "))


@dataclass(frozen=True)
class Said:
    """A text and who is told it; `link` is the side whose code opened it without a key."""

    where: str
    text: str
    role: str
    at: int | None


def readers(here: World) -> list[Reader]:
    """Everybody: who speaks for each side, an officer of each territory, and the centre."""
    found = [Reader(role, at, side.people[role]) for at, side in enumerate(here.sides) for role in OF_A_SIDE]
    found += [Reader("officer", at, here.sides[at].officer) for at in (0, 2)]
    found += [Reader(role, None, here.centre[role]) for role in ROLES if role in here.centre]
    return found


async def answers(here: World) -> AsyncIterator[Said]:
    """Every read that a role may make, about every side; results also as sheets, a check also as a page."""
    for reader in readers(here):
        for row in rows():
            by_code = (
                row.public and reader.role != "nobody"
            )  # whoever has a code is told the same, with a key or without
            if row.method == "GET" and row.word(reader.role) is not None and not by_code:
                for at in range(len(here.sides)) if row.of_a_side else (0,):
                    async for said in _read(here, reader, row, at):
                        yield said


async def _read(here: World, reader: Reader, row: Row, at: int) -> AsyncIterator[Said]:
    path = filled(row.path, names_of(here.sides[at], here.sides)) + ("?limit=200" if row.shows else "")
    in_sheets = SHEETS if row.path.startswith("/v1/impact/") else ()
    as_page = ("text/html",) if row.name == "check_certificate" else ()
    for media in ("application/json", *in_sheets, *as_page):
        answer = await reader.http.get(path, headers={"Accept": media})
        yield _said(reader, row.name, answer, at)
        if row.name.endswith("_import") and row.public is False and answer.is_success:
            refused = await reader.http.get(f"{path}/refused-rows")
            yield _said(reader, f"{row.name}, refused rows", refused, at)


def _said(reader: Reader, where: str, answer: httpx2.Response, asked: int) -> Said:
    role, at = (reader.role, reader.at) if reader.role != "nobody" else ("link", asked)
    headers = {name: value for name, value in answer.headers.items() if name != "correlation-id"}
    return Said(where, f"{headers} {text_of(answer)}", role, at)


def text_of(answer: httpx2.Response) -> str:
    """What stands in an answer, also inside a workbook."""
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            return " ".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return answer.text


async def pages(here: World) -> AsyncIterator[Said]:
    """The portal as each reader finds it, from link to link."""
    for reader in readers(here):
        if reader.role in ("nobody", "integrator"):
            continue
        async with browser(here.house.house) as client:
            visitor = Browser(client)
            page = await visitor.sign_in(reader.key)
            waiting, seen = [page.path], set[str]()
            while waiting and len(seen) < PAGES:
                path = waiting.pop(0)
                if path in seen:
                    continue
                seen.add(path)
                page = await visitor.see(path)
                yield Said(f"page {path}", text_of(page.answer), reader.role, reader.at)
                waiting += [
                    to for _, to in page.links if to.startswith("/") and not to.startswith(("//", "/v1", "/docs"))
                ]


async def exports(here: World) -> AsyncIterator[Said]:
    """What goes to the ministry's own system."""
    body = {"format": "dhis2", "period": "2026", "mapping": "ministry-dhis2", "dry_run": True}
    for role in ("administrator", "integrator"):
        answer = await here.centre[role].post("/v1/impact-exports", json=body)
        assert answer.status_code in (201, 409), answer.text
        yield Said("export for dhis2", answer.text, "outside", None)


async def events(here: World) -> AsyncIterator[Said]:
    """Every event of the feed."""
    after = 0
    while True:
        page = (await here.house.administrator.get("/v1/events", params={"after": after, "limit": 200})).json()
        for item in page["items"]:
            yield Said(f"event {item.get('type')}", json.dumps(item, ensure_ascii=False), "outside", None)
        after = page["next"]
        if not page["items"]:
            return


async def metrics(here: World) -> AsyncIterator[Said]:
    """What is measured, a line a place."""
    for line in (await here.house.administrator.get("/metrics")).text.splitlines():
        yield Said("metrics", line, "outside", None)


def notices(folder: Path) -> list[tuple[str, str]]:
    """The notices that were written, each with whom it is to."""
    found = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = message.get_body(("plain", "html"))
        found.append((str(message["To"]), f"{message['Subject']} {body.get_content() if body else path.read_text()}"))
    return found
