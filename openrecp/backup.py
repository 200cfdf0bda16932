"""Backup and restore of the embedded form: every database at one and the same moment, in one file."""

import hashlib
import io
import json
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from chassis.clock import wall_now
from chassis.store.copies import copy_together
from openrecp.folder import DataFolder

MANIFEST = "manifest.json"
SECRETS = ("gateway.key",)


class BackupIsDamaged(Exception):
    """The file does not hold what its manifest says."""


class FolderIsNotEmpty(Exception):
    """A restore needs a folder without a deployment in it."""


def backup(data: Path, target: Path) -> dict[str, Any]:
    """Copy a deployment while it works.

    All write locks are held at once for the moment of the copy, so no event is in one database and missing in
    the next; writers wait, and a copy that takes longer than they wait answers them 503 and loses nothing.
    """
    databases = sorted(data.glob("*.sqlite"))
    if not databases:
        raise FileNotFoundError(f"{data} holds no deployment")
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        copy_together(databases, Path(folder))
        files = [Path(folder) / path.name for path in databases]
        files += [data / name for name in SECRETS if (data / name).exists()]
        manifest = _manifest(files)
        _write(target, files, manifest)
    return manifest


def restore(source: Path, data: Path) -> dict[str, Any]:
    """Bring a backup into an empty folder; nothing is left there unless every file is as it was."""
    with DataFolder(data):
        if any(data.glob("*.sqlite")):
            raise FolderIsNotEmpty(f"{data} holds a deployment already: restore into an empty folder")
        with tempfile.TemporaryDirectory(dir=data) as folder, tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
            manifest: dict[str, Any] = json.loads((Path(folder) / MANIFEST).read_text(encoding="utf-8"))
            for name, digest in manifest["files"].items():
                if _sha256(Path(folder) / name) != digest:
                    raise BackupIsDamaged(f"{name} in {source} is damaged: take another backup")
            for name in manifest["files"]:
                path = Path(folder) / name
                path.chmod(0o600)
                path.replace(data / name)
    return manifest


def _manifest(files: list[Path]) -> dict[str, Any]:
    return {"made_at": wall_now().isoformat(), "files": {path.name: _sha256(path) for path in files}}


def _write(target: Path, files: list[Path], manifest: dict[str, Any]) -> None:
    part = target.with_suffix(target.suffix + ".part")
    text = json.dumps(manifest, indent=1).encode()
    with tarfile.open(part, "w:gz") as archive:
        head = tarfile.TarInfo(MANIFEST)
        head.size = len(text)
        archive.addfile(head, io.BytesIO(text))
        for path in files:
            archive.add(path, path.name)
    part.chmod(0o600)
    part.replace(target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
