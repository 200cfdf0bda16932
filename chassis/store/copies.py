"""Copies of SQLite files taken at one and the same moment, while their owner works."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

WAIT_S = 30.0


class CopyFailed(Exception):
    """A database could not be copied; nothing was changed."""


def copy_together(databases: Sequence[Path], folder: Path) -> None:
    """Copy several databases into a folder, all write locks held at once for the moment of the copy."""
    try:
        with _frozen(databases):
            for path in databases:
                with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reading:
                    with contextlib.closing(sqlite3.connect(folder / path.name)) as writing:
                        reading.backup(writing)
    except sqlite3.Error as error:
        raise CopyFailed(
            f"{folder.parent}: the copy could not be made ({error}): is there room? nothing was changed"
        ) from error


@contextlib.contextmanager
def _frozen(databases: Sequence[Path]) -> Iterator[None]:
    with contextlib.ExitStack() as held:
        for path in databases:
            connection = held.enter_context(
                contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=WAIT_S))
            )
            connection.execute("BEGIN IMMEDIATE")
            held.callback(connection.execute, "ROLLBACK")
        yield
