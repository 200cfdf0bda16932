"""Whoever asked for an import is told that it has ended: once, in the transaction that ends it."""

import asyncio
import json
from pathlib import Path

import pytest

from chassis.jobs import jobs
from chassis.notices.records import notices
from services.clients.app import service
from tests.kit import people
from tests.kit.imports import ask, brought_in, ended, files_let_go, killed_midway, let_the_lease_run_out
from tests.kit.room import room, rows
from tests.services.clients.test_client_imports import GOOD, HEADER, MAPPING, PATH

OFFICE = "office@centre.test"


async def test_the_end_is_told_with_the_counts_and_the_address_is_forgotten(tmp_path: Path) -> None:
    async with room(service, tmp_path) as here:
        sent = {"file": (GOOD + "03,Nowhere,XA-Z,small,,,\n").encode()}
        shown = await brought_in(here.as_(people.officer()), PATH, sent, MAPPING, notify=OFFICE)
        (row,) = map(notices.state, await rows(here, notices.table))  # there as soon as the end is
        assert (str(row.cause), row.kind) == (shown["import_id"], "import_finished")
        (text,) = await here.told()
        assert text.startswith(f"To: {OFFICE}\nLanguage: en\nSubject: Your import has ended: file.csv\n")
        assert "has ended: finished." in text
        assert "Rows taken in: 2\n  Already there: 0\n  Refused: 1\n" in text
        assert shown["import_id"] in text
        (job,) = map(jobs.state, await rows(here, jobs.table))
        assert OFFICE not in json.dumps(job.input)
        await files_let_go(here)


async def test_nobody_is_told_unless_asked_for(tmp_path: Path) -> None:
    async with room(service, tmp_path) as here:
        await brought_in(here.as_(people.officer()), PATH, {"file": GOOD.encode()}, MAPPING)
        assert await here.told() == []


@pytest.mark.parametrize("address", ["nobody", "a@b\r\nBcc: spy@spy.test", "<a@b>", "a b@c"])
async def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str) -> None:
    async with room(service, tmp_path) as here:
        answer = await ask(here.as_(people.officer()), PATH, {"file": GOOD.encode()}, MAPPING, notify=address)
        assert answer.status_code == 422


async def test_a_failure_is_told_too(tmp_path: Path) -> None:
    async with room(service, tmp_path) as here:
        shown = await brought_in(here.as_(people.officer()), PATH, {"file": b"No;Name\n"}, MAPPING, notify=OFFICE)
        assert shown["state"] == "failed"
        (text,) = await here.told()
        assert "has ended: failed." in text


async def test_after_a_kill_the_end_is_told_once(tmp_path: Path) -> None:
    content = HEADER + "".join(f"{n},Mill {n},XA-R,small,1061,,\n" for n in range(400))
    async with room(service, tmp_path) as here:
        by = here.as_(people.administrator())
        import_id = (await ask(by, PATH, {"file": content.encode()}, MAPPING, notify=OFFICE)).json()["import_id"]
        while (await by.get(f"{PATH}/{import_id}")).json()["done"] == 0:
            await asyncio.sleep(0.005)
    await asyncio.to_thread(killed_midway, "services.clients.app", tmp_path, PATH, None, at=128)
    async with room(service, tmp_path) as here:
        await let_the_lease_run_out(here)
        shown = await ended(here.as_(people.administrator()), PATH, import_id)
        assert (shown["state"], shown["registered"]) == ("finished", 400)
        assert len(await here.told()) == 1
