"""Backup and restore of the embedded form: every database at one and the same moment, in one file."""

import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from pathlib import Path
from typing import Any

from chassis.clock import wall_now
from chassis.settings import Settings
from chassis.store.copies import copy_together
from openrecp.folder import DataFolder
from openrecp.sentences import InWords

MANIFEST = "manifest.json"
BESIDE = ("gateway.key", "pack", "demo-keys.json")
"""What a deployment needs beside its databases: the key that signs, the name of its pack, the demo's keys."""
UNREADABLE = (tarfile.TarError, EOFError, zlib.error, OSError, KeyError, ValueError, TypeError)


class NothingToBackUp(InWords):
    """There is no embedded deployment in the folder."""


class BackupIsDamaged(InWords):
    """The file does not hold what its manifest says."""

    def __init__(self, source: Path, what: str) -> None:
        super().__init__(f"{source} is damaged or no backup ({what}): take another one; nothing was restored")


class FolderIsNotEmpty(InWords):
    """A restore needs a folder with nothing in it."""


def backup(settings: Settings, target: Path) -> dict[str, Any]:
    """Copy a deployment while it works.

    All write locks are held at once for the moment of the copy, so no event is in one database and missing in
    the next; writers wait, and a copy that takes longer than they wait answers them 503 and loses nothing.
    """
    data = settings.data
    databases = sorted(data.glob("*.sqlite"))
    if settings.database.get_secret_value():
        raise NothingToBackUp("This deployment is on PostgreSQL: back it up with PostgreSQL's own tools (pg_dump)")
    if not databases:
        raise NothingToBackUp(f"{data} holds no deployment: give its folder with --data")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        copy_together(databases, Path(folder))
        files = [Path(folder) / path.name for path in databases]
        files += [data / name for name in BESIDE if (data / name).exists()]
        manifest = _manifest(files)
        _write(target, files, manifest)
    return manifest


def restore(source: Path, data: Path) -> dict[str, Any]:
    """Bring a backup into an empty folder; nothing is left there unless every file is as it was."""
    if not source.is_file():
        raise FileNotFoundError(2, "there is no such backup", str(source))
    with DataFolder(data):
        if any(path.name != ".lock" for path in data.iterdir()):
            raise FolderIsNotEmpty(f"{data} is not empty: restore into a new folder")
        with tempfile.TemporaryDirectory(dir=data) as folder:
            manifest = _unpacked(source, Path(folder))
            for name in manifest["files"]:
                path = Path(folder) / name
                path.chmod(0o600)
                path.replace(data / name)
    return manifest


def _unpacked(source: Path, folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose files, now in the folder, are what it says."""
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = dict(manifest["files"])
        odd = [name for name, digest in files.items() if Path(name).name != name or _sha256(folder / name) != digest]
    except UNREADABLE as error:
        words = str(error).partition(":\n")[0] or type(error).__name__
        raise BackupIsDamaged(source, words) from None
    if odd or not files:
        raise BackupIsDamaged(source, ", ".join(odd) or "it holds no files")
    return manifest


def _manifest(files: list[Path]) -> dict[str, Any]:
    return {"made_at": wall_now().isoformat(), "files": {path.name: _sha256(path) for path in files}}


def _write(target: Path, files: list[Path], manifest: dict[str, Any]) -> None:
    """Readable by its owner only, from the first byte; whole or not at all."""
    part = target.with_suffix(target.suffix + ".part")
    part.unlink(missing_ok=True)
    text = json.dumps(manifest, indent=1).encode()
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as archive:
                head = tarfile.TarInfo(MANIFEST)
                head.size = len(text)
                archive.addfile(head, io.BytesIO(text))
                for path in files:
                    archive.add(path, path.name)
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
