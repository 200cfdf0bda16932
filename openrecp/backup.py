"""Backup and restore of a deployment: every database at one and the same moment, in one file."""

import hashlib
import io
import json
import os
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
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
EMBEDDED, POSTGRES = "embedded", "postgres"


class NothingToBackUp(InWords):
    """There is no deployment in the folder."""


class BackupIsThere(InWords):
    """Under this name lies an earlier backup, perhaps the only good one."""

    def __init__(self, target: Path) -> None:
        super().__init__(f"{target} is there already: give another name, or --replace it; nothing was written")


class BackupIsDamaged(InWords):
    """The file does not hold what its manifest says."""

    def __init__(self, source: Path, what: str) -> None:
        super().__init__(f"{source} is damaged or no backup ({what}): take another one; nothing was restored")


class FolderIsNotEmpty(InWords):
    """A restore needs a folder with nothing in it."""


def backup(settings: Settings, target: Path, *, replace: bool = False) -> dict[str, Any]:
    """Copy a deployment while it works; on PostgreSQL all databases of its server."""
    if target.exists() and not replace:
        raise BackupIsThere(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    begun_at = wall_now().isoformat()
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        if settings.database.get_secret_value():
            from openrecp.backup_postgres import copy_cluster

            form, files = POSTGRES, copy_cluster(settings, Path(folder))
        else:
            form, files = EMBEDDED, _copy_files(settings.data, Path(folder))
        files = _beside(settings) | files
        manifest = {
            "form": form,
            "deployment": settings.deployment,
            "kafka_prefix": settings.kafka_prefix if settings.kafka else None,
            "begun_at": begun_at,
            "made_at": wall_now().isoformat(),
            "files": {name: _sha256(path) for name, path in files.items()},
        }
        _write(target, files, manifest)
    return manifest


def _copy_files(data: Path, folder: Path) -> dict[str, Path]:
    """All write locks are held at once for the moment of the copy, so no event is in one database and missing in
    the next; writers wait, and a copy that takes longer than they wait answers them 503 and loses nothing."""
    databases = sorted(data.glob("*.sqlite"))
    if not databases:
        raise NothingToBackUp(f"{data} holds no deployment: give its folder with --data")
    copy_together(databases, folder)
    return {path.name: folder / path.name for path in databases}


def _beside(settings: Settings) -> dict[str, Path]:
    from openrecp.serve import ProcessSettings

    key, *others = BESIDE
    places = {name: settings.data / name for name in others}
    places[key] = ProcessSettings().signing_key(settings)
    return {name: path for name, path in places.items() if path.exists()}


def restore(source: Path, data: Path) -> dict[str, Any]:
    """Bring a backup into an empty folder; nothing is left there unless every file is as it was.

    Of a server's databases that is the folder `postgres`, for a PostgreSQL to be started on; `next` says what to do.
    """
    if not source.is_file():
        raise FileNotFoundError(2, "there is no such backup", str(source))
    with DataFolder(data):
        if any(path.name != ".lock" for path in data.iterdir()):
            raise FolderIsNotEmpty(f"{data} is not empty: restore into a new folder")
        with tempfile.TemporaryDirectory(dir=data) as folder:
            manifest = _unpacked(source, Path(folder))
            steps = [f"openrecp up --data {data}"]
            if manifest.get("form") == POSTGRES:
                from openrecp.backup_postgres import next_steps, unpack_cluster

                unpack_cluster(source, Path(folder))
                steps = next_steps(Path(folder), data, manifest)
            for path in [each for each in Path(folder).iterdir() if each.name != MANIFEST]:
                path.chmod(0o700 if path.is_dir() else 0o600)
                path.replace(data / path.name)
    return manifest | {"next": steps}


def _unpacked(source: Path, folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose files, now in the folder, are what it says and no others."""
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files = dict(manifest["files"])
        odd = [name for name, digest in files.items() if Path(name).name != name or _sha256(folder / name) != digest]
        odd += sorted({path.name for path in folder.iterdir()} - files.keys() - {MANIFEST})
    except UNREADABLE as error:
        words = str(error).partition(":\n")[0] or type(error).__name__
        raise BackupIsDamaged(source, words) from None
    if odd or not files:
        raise BackupIsDamaged(source, ", ".join(odd) or "it holds no files")
    return manifest


def _write(target: Path, files: Mapping[str, Path], manifest: dict[str, Any]) -> None:
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
                for name, path in files.items():
                    archive.add(path, name)
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
