"""The data folder of a deployment: one process owns it, and nobody else on the machine reads what lies there."""

import fcntl
import os
import stat
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType

from chassis.settings import Settings
from openrecp.sentences import InWords

OWNER_ONLY = 0o077
PACK = "pack"
"""The file that names the pack this folder was made from."""


def pack_of(settings: Settings) -> str:
    """The pack this folder was made from, else that of the settings."""
    chosen = settings.data / PACK
    return chosen.read_text(encoding="utf-8").strip() if chosen.exists() else settings.pack


class FolderIsInUse(InWords):
    """Another process works on this data folder."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is in use by another OpenRECP process: stop it first, or give another --data")


class DataFolder:
    """`with DataFolder(path):` holds the lock; the kernel releases it when the process dies.

    What is written meanwhile is readable by its owner only: the databases hold what clients told in confidence.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None
        self._umask = OWNER_ONLY

    def __enter__(self) -> "DataFolder":
        self._umask = os.umask(OWNER_ONLY)
        try:
            self._hold()
        except BaseException:
            os.umask(self._umask)
            raise
        return self

    def _hold(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._close_to_others()
        except BlockingIOError:
            os.close(lock)
            raise FolderIsInUse(self.path) from None
        except BaseException:
            os.close(lock)
            raise
        self._lock = lock

    def _close_to_others(self) -> None:
        """Databases that came from elsewhere (a copy, an earlier version) are closed too."""
        for path in self.path.glob("*.sqlite*"):
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & OWNER_ONLY:
                path.chmod(mode & ~OWNER_ONLY)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.umask(self._umask)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def holding(settings: Settings) -> AbstractContextManager[object]:
    """The lock of the data folder, where the databases are files in it; those of a server have locks of their own."""
    return nullcontext() if settings.database.get_secret_value() else DataFolder(settings.data)


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
