"""The data folder of a deployment: one process owns it, and its secrets are readable by nobody else."""

import fcntl
import os
from pathlib import Path
from types import TracebackType


class FolderIsInUse(Exception):
    """Another process works on this data folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is in use by another OpenRECP process: stop it first, or give another --data")


class DataFolder:
    """`with DataFolder(path):` holds the lock; the kernel releases it when the process dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    def __enter__(self) -> "DataFolder":
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise FolderIsInUse(self.path) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def write_secret(path: Path, text: str) -> None:
    """Write a file with mode 0600, whole or not at all."""
    part = path.with_suffix(path.suffix + ".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
