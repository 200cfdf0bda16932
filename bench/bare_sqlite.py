"""`python -m bench.bare_sqlite SOURCE FILE SECONDS`: the rows of a create by sqlite3 alone, 16 creates a commit."""

import json
import sqlite3
import sys
import time
from itertools import count
from pathlib import Path

GROUP = 16
TABLES = ("clients", "outbox", "answers")
KEYS = {"clients": ("id", "name_key"), "outbox": ("event_id", "subject", "root"), "answers": ("slot",)}
"""What differs from one create to the next."""


def prepared(source: Path, file: Path) -> tuple[sqlite3.Connection, list[tuple[str, list[object], list[int]]]]:
    """A file with the same tables and indexes; for each table its insert, the newest row, and what differs in it."""
    known = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    inserts = []
    for table in TABLES:
        for (sql,) in known.execute("SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (table,)):
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE sql = ?", (sql,)).fetchone():
                connection.execute(sql)
        found = known.execute(f'SELECT * FROM "{table}" ORDER BY rowid DESC LIMIT 1')
        names = [each[0] for each in found.description]
        row = list(found.fetchone())
        if "position" in names:
            row[names.index("position")] = None
        marks = ", ".join("?" * len(names))
        inserts.append((f'INSERT INTO "{table}" VALUES ({marks})', row, [names.index(key) for key in KEYS[table]]))
    known.close()
    return connection, inserts


def main(source: Path, file: Path, seconds: float) -> None:
    """Write for so long; tells creates, seconds and CPU seconds."""
    connection, inserts = prepared(source, file)
    numbers = count(time.time_ns())
    began, cpu, creates = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < seconds:
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(GROUP):
            number = f"{next(numbers):036d}"
            for sql, row, unlike in inserts:
                for place in unlike:
                    row[place] = number
                connection.execute(sql, row)
        connection.execute("COMMIT")
        creates += GROUP
    spent = {"seconds": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}
    print(json.dumps({"creates": creates, **spent}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]))
