"""What an image of the Dockerfile would hold, as a folder: its COPY lines carried out, its libraries linked."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.libraries import link

INSTRUCTION = re.compile(r"^([A-Z]+)\s+(.*)$")
LIBRARIES = re.compile(r"^COPY --from=(\S+) /venv /venv$")
VARIABLE = re.compile(r"\$\{?([A-Za-z_]+)\}?")


class NotUnderstood(Exception):
    """The Dockerfile says something that cannot be carried out here."""


@dataclass
class Image:
    """A stage with all it stands on: what is copied from the context to where, its libraries, environment, program."""

    copies: list[tuple[str, str]] = field(default_factory=list)
    lock: str | None = None
    environment: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)

    def lay_out(self, context: Path, tree: Path) -> None:
        """Copy into an empty folder what the image would hold."""
        shutil.rmtree(tree, ignore_errors=True)
        for source, target in self.copies:
            origin, place = context / source, tree / target
            place.parent.mkdir(parents=True, exist_ok=True)
            if origin.is_dir():
                shutil.copytree(origin, place, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
            else:
                shutil.copy2(origin, place)
        if self.lock is not None:
            link(context / self.lock, tree)


def image_of(dockerfile: str, target: str, arguments: Mapping[str, str]) -> Image:
    """The image that building this target with these arguments would give, as far as files of the context go."""
    stages = _stages(dockerfile)
    if target not in stages:
        raise NotUnderstood(f"the Dockerfile has no stage {target}")
    parent, lines = stages[target]
    image = image_of(dockerfile, parent, arguments) if parent in stages else Image()
    known: dict[str, str] = {}
    for word, rest in lines:
        if (stage := LIBRARIES.match(f"{word} {rest}")) is not None:
            image.lock = next(source for source, _ in image_of(dockerfile, stage[1], arguments).copies)
        else:
            _carry_out(image, word, rest, known, arguments)
    return image


def _carry_out(image: Image, word: str, rest: str, known: dict[str, str], arguments: Mapping[str, str]) -> None:
    match word:
        case "ARG":
            name, _, default = rest.partition("=")
            known[name] = arguments.get(name, default)
        case "ENV":
            pairs = (each.partition("=") for each in rest.split())
            image.environment |= {name: _filled(value, known) for name, _, value in pairs}
        case "COPY" if not rest.startswith("--from="):
            source, place = _filled(rest, known).split()
            image.copies.append((source, place))
        case "ENTRYPOINT":
            image.entrypoint = json.loads(rest)
        case "COPY" | "RUN" | "USER" | "WORKDIR":
            pass  # accounts and folders are those of this machine
        case _:
            raise NotUnderstood(f"{word} {rest}")


def _filled(text: str, known: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: known.get(found[1], found[0]), text)


def _stages(dockerfile: str) -> dict[str, tuple[str, list[tuple[str, str]]]]:
    """Each stage by its name: what it stands on, and its instructions."""
    stages: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    lines: list[tuple[str, str]] = []
    for word, rest in _instructions(dockerfile):
        if word == "FROM":
            parent, _, name = rest.partition(" AS ")
            lines = []
            stages[name] = (parent, lines)
        else:
            lines.append((word, rest))
    return stages


def _instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", " ", dockerfile)
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            found = INSTRUCTION.match(line)
            if found is None:
                raise NotUnderstood(line)
            yield found[1], found[2]
