"""The libraries that an image would install, out of those installed here: a folder of links beside its code."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

LINE = re.compile(r"^([A-Za-z0-9._-]+)==\S+\s*(;)?", re.MULTILINE)
PLACE = "venv"


class LibraryIsMissing(Exception):
    """A lock names a library that is not installed here."""


def link(lock: Path, tree: Path) -> None:
    """Make the libraries of a lock, and no others, importable from `venv` in a tree. Raises `LibraryIsMissing`."""
    folder = tree / PLACE
    folder.mkdir()
    for name, depends in LINE.findall(lock.read_text(encoding="utf-8")):
        for origin in _installed(name, may_be_missing=bool(depends)):
            place = folder / origin.name
            if not place.exists():
                place.symlink_to(origin)


def _installed(name: str, *, may_be_missing: bool) -> set[Path]:
    """What stands of it on top of the environment's folder; a library of other systems may be missing."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        if may_be_missing:
            return set()
        raise LibraryIsMissing(f"{name} of the lock is not installed: make test installs it") from None
    tops = {file.parts[0] for file in found.files or [] if file.parts[0] not in ("..", "__pycache__")}
    return {Path(str(found.locate_file(top))) for top in tops}
