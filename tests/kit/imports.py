"""Imports for tests: asked for over the API, waited for, and killed in a process of their own."""

import asyncio
import importlib
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

from chassis.clock import wall_now
from chassis.jobs import job_files, jobs
from chassis.settings import ROOT
from tests.kit import people
from tests.kit.room import Room, room, rows

REAL = ROOT.parent / "shared" / "data"
DEADLINE_S = 120.0


async def ask(
    by: httpx2.AsyncClient,
    path: str,
    files: dict[str, bytes],
    mapping: str,
    *,
    dry_run: bool = False,
    notify: str | None = None,
) -> httpx2.Response:
    """Send files and their mapping, perhaps with an address to be told of the end."""
    sent = {name: (f"{name}.csv", content) for name, content in files.items()}
    told = {"notify": notify} if notify else {}
    return await by.post(path, files=sent, data={"mapping": mapping, "dry_run": str(dry_run).lower(), **told})


async def ended(by: httpx2.AsyncClient, path: str, import_id: str) -> dict[str, Any]:
    """An import once it has ended."""
    end = asyncio.get_running_loop().time() + DEADLINE_S
    while asyncio.get_running_loop().time() < end:
        shown: dict[str, Any] = (await by.get(f"{path}/{import_id}")).json()
        if shown["state"] not in ("queued", "running"):
            return shown
        await asyncio.sleep(0.02)
    raise AssertionError(f"the import does not end: {shown}")


async def brought_in(
    by: httpx2.AsyncClient, path: str, files: dict[str, bytes], mapping: str, **options: Any
) -> dict[str, Any]:
    """Send files and wait until all is done."""
    answer = await ask(by, path, files, mapping, **options)
    assert answer.status_code == 201, answer.text
    return await ended(by, path, answer.json()["import_id"])


async def files_let_go(here: Room) -> None:
    """Nothing is left of any file: its words went with the import's end, its row goes a moment later."""
    assert not any(job_files.state(row).content for row in await rows(here, job_files.table))
    async with asyncio.timeout(DEADLINE_S):
        while await rows(here, job_files.table):
            await asyncio.sleep(0.02)


async def let_the_lease_run_out(here: Room) -> None:
    """As if a quarter of a minute had passed since the process died."""
    past = wall_now() - timedelta(seconds=1)
    await here.running.store.execute(sa.update(jobs.table).values(lease_until=past))


def killed_midway(service: str, folder: Path, path: str, asked: Path | None, *, at: int) -> None:
    """Run a service in another process on this folder, let it work until `at` steps are done, then kill -9.

    `asked` is a file with what to ask for (JSON: files by path, mapping); without it the process goes on with
    what is there.
    """
    command = [sys.executable, "-m", "tests.kit.imports", service, str(folder), path, str(asked or "")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("done ") and int(line.split()[1]) >= at:
                process.kill()
                return
    raise AssertionError(f"it ended before {at} steps were done")


async def _work_and_tell(module: str, folder: Path, path: str, asked: str) -> None:
    async with room(importlib.import_module(module).service, folder) as here:
        by = here.as_(people.administrator())
        if asked:
            wish = json.loads(Path(asked).read_text(encoding="utf-8"))
            contents = {name: Path(file).read_bytes() for name, file in wish["files"].items()}
            answer = await ask(by, path, contents, wish["mapping"])
            assert answer.status_code == 201, answer.text
        else:
            await let_the_lease_run_out(here)
        while True:
            shown = (await by.get(path)).json()["items"][-1]
            print("done", shown["done"], flush=True)  # the parent listens
            if shown["state"] not in ("queued", "running"):
                return
            await asyncio.sleep(0.005)


if __name__ == "__main__":
    asyncio.run(_work_and_tell(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
