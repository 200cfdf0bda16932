"""A power cut under SQLite: of what was written only that stays which the operating system was made to keep.

strace tells each write and each sync of the file that holds the log of the writes (WAL). What was not synced when
the power went is taken away from a copy of the files, and the acknowledged rows are looked for in what is left.
"""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from tests.chaos.checks import Verdict

NAME = "power_cut"
UNITS_BEFORE_THE_CUT, PATIENCE_S = 120, 30.0
WRITER = """
import asyncio, sys
from pathlib import Path
from uuid import uuid4
import sqlalchemy as sa
from sqlalchemy.schema import CreateTable
from chassis.store.port import Batch, Insert
from chassis.store.sqlite import SqliteStore

things = sa.Table("things", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    await store.start()
    await store.execute(CreateTable(things))
    n = 0
    while True:
        n += 1
        await store.commit(Batch([Insert(things, {"id": n, "n": n})]))
        print(n, flush=True)

asyncio.run(main())
"""
CALL = re.compile(r"(?:\[pid +\d+\] |\d+ +)?(\w+)\(\d+<([^>]+)>(.*)")
PLACE = re.compile(r", (\d+), (\d+)\) += \d+$")


class NoStrace(Exception):
    """The system calls of a process cannot be seen here."""


def cut(folder: Path) -> list[Verdict]:
    """Write, pull the plug, look for every acknowledged row."""
    if shutil.which("strace") is None:
        raise NoStrace("strace is missing: apt-get install -y strace")
    acknowledged = _write(folder)
    found = _left(folder)
    lost = [f"row {n}" for n in acknowledged if n not in found]
    return [Verdict("no acknowledged write is lost", len(lost), tuple(lost[:3]))]


def _write(folder: Path) -> list[int]:
    """Rows that were acknowledged before the cut."""
    trace = ["strace", "-f", "-y", "-e", "trace=pwrite64,write,fsync,fdatasync", "-o", str(folder / "trace")]
    command = [*trace, sys.executable, "-c", WRITER, str(folder / "things.sqlite")]
    writing = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert writing.stdout is not None
    acknowledged: list[int] = []
    until = time.monotonic() + PATIENCE_S
    for line in writing.stdout:
        acknowledged.append(int(line))
        if len(acknowledged) >= UNITS_BEFORE_THE_CUT or time.monotonic() > until:
            break
    os.killpg(writing.pid, signal.SIGKILL)
    writing.wait()
    writing.stdout.close()
    return acknowledged


def _left(folder: Path) -> set[int]:
    """The rows in the files as the disk would have them."""
    log, durable = folder / "things.sqlite-wal", _synced(folder)
    disk = folder / "disk"
    disk.mkdir()
    shutil.copy(folder / "things.sqlite", disk)
    if log.exists():
        (disk / log.name).write_bytes(log.read_bytes()[:durable])
    with sqlite3.connect(disk / "things.sqlite") as database:
        known = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'things'").fetchone()
        return {row[0] for row in database.execute("SELECT id FROM things")} if known else set()


def _synced(folder: Path) -> int:
    """How much of the log had been synced last."""
    written = synced = 0
    for line in (folder / "trace").read_text(errors="replace").splitlines():
        found = CALL.match(line)
        if found is None or not found[2].endswith("-wal"):
            continue
        if found[1] in ("fsync", "fdatasync"):
            synced = written
        elif (place := PLACE.search(found[3])) is not None:
            written = max(written, int(place[1]) + int(place[2]))
    return synced
