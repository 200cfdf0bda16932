"""Writes the published language as files (`python -m contracts.publish`); `--check` tells what is amiss instead."""

import argparse
import importlib
import io
import json
import pkgutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from contracts import asyncapi, handbook
from contracts.api_compatibility import Api, api_breaks
from contracts.callers import callers
from contracts.catalogue import catalogue
from contracts.compatibility import Schema, breaks
from contracts.event import Event, registry
from contracts.privacy import personal_data
from contracts.topics import TOPICS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SCHEMAS = "contracts/schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def events() -> dict[str, type[Event]]:
    """Every event this package declares, by its type."""
    for module in pkgutil.iter_modules([str(HERE)]):
        if module.name != "publish":
            importlib.import_module(f"contracts.{module.name}")
    own = {name: cls for name, cls in registry.items() if cls.__module__.startswith("contracts.")}
    return dict(sorted(own.items()))


def schema_of(event: type[Event]) -> Schema:
    """The JSON Schema of what stands in the log, with the fields that say whom it is about and in whose thread."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:openrecp:schema:{event.event_type}",
        "x-topic": event.topic,
        "x-subject": event.subject_field,
        "x-key": event.root_field,
        **event.model_json_schema(mode="serialization"),
    }


def manifest() -> dict[str, Any]:
    """Who writes each topic, who reads it, how many partitions it has, and the key of each of its events."""
    return {
        topic.name: {
            "producer": topic.producer,
            "consumers": list(topic.consumers),
            "partitions": topic.partitions,
            "key": "the id of the root: the field named beside each event",
            "events": {name: cls.root_field for name, cls in events().items() if cls.topic == topic.name},
        }
        for topic in TOPICS.values()
    }


def files(root: Path) -> dict[str, str]:
    """What is generated from the sources under `root`, by its path there."""
    known = events()
    shown = catalogue(root, known, _version(root))
    made = {f"{SCHEMAS}/{name}.json": _text(schema_of(event)) for name, event in known.items()}
    return {
        **made,
        "contracts/topics.json": _text(manifest()),
        "contracts/asyncapi.json": _text(asyncapi.document(shown)),
        "docs/events.md": handbook.page(shown),
    }


def write(root: Path) -> list[str]:
    """Write what is generated and remove schemas nobody declares; says which files changed."""
    made = files(root)
    changed = list(stale(root))
    for path in changed:
        target = root / path
        if path in made:
            target.parent.mkdir(exist_ok=True)
            target.write_text(made[path], encoding="utf-8")
        else:
            target.unlink()
    return changed


def stale(root: Path) -> Iterator[str]:
    """Generated files that are missing, differ from the code, or speak of an event that is gone."""
    made = files(root)
    for path, text in made.items():
        target = root / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            yield path
    for target in sorted((root / SCHEMAS).glob("*.json")):
        if f"{SCHEMAS}/{target.name}" not in made:
            yield f"{SCHEMAS}/{target.name}"


def faults(root: Path, against: str) -> Iterator[str]:
    """What is amiss with the published language, a sentence each."""
    known, folder = events(), root / "contracts"
    for path in stale(root):
        yield f"{path} is not current: run `python -m contracts.publish`"
    for name, event in known.items():
        if event.topic not in TOPICS:
            yield f"{name}: contracts/topics.py knows no topic {event.topic}"
        yield from personal_data(name, schema_of(event))
        yield from _example_fault(folder, event)
    for name, old in [*promised(folder, against).items(), *released(folder).items()]:
        event_now = known.get(name)
        topic = TOPICS.get(name.split(".")[2])
        new = schema_of(event_now) if event_now else None
        yield from map(str, breaks(name, old, new, topic.consumers if topic else ()))
    yield from api_faults(root)


def api_faults(root: Path) -> Iterator[str]:
    """What the API as it stands breaks of the latest release, but for what was taken back with a reason."""
    release = _latest(root / "contracts", "*/openapi.json")
    if release is None:
        return
    old, new = (
        Api.of(_json(each / "openapi.json"), _json(each / "permissions.json")) for each in (release, root / "contracts")
    )
    excused = {each for entry in _toml(release / "broken.toml").get("broken", ()) for each in entry["breaks"]}
    found = api_breaks(old, new, callers(root, old.document))
    yield from (f"{each}. Keep it beside what is new" for each in found if each.fact not in excused)
    for fact in sorted(excused - {each.fact for each in found}):
        yield f"{fact}: no longer so, strike it from {release.name}/broken.toml"


def promised(folder: Path, against: str) -> dict[str, Schema]:
    """The schemas committed in a revision of git; without git those that lie in the folder."""
    command = ["git", "-C", str(folder), "archive", "--format=tar", against, "schemas"]
    try:
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603  our own arguments
    except (OSError, subprocess.CalledProcessError):
        return _schemas((folder / "schemas").glob("*.json"))
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        members = [(Path(each.name), archive.extractfile(each)) for each in archive if each.isfile()]
        return {path.stem: json.loads(content.read()) for path, content in members if content is not None}


def released(folder: Path) -> dict[str, Schema]:
    """The schemas of the latest release; each release keeps what the one before it promised."""
    release = _latest(folder, "*/schemas")
    return _schemas((release / "schemas").glob("*.json")) if release else {}


def _latest(folder: Path, kept: str) -> Path | None:
    """The folder of the latest release that keeps such a thing."""
    releases = sorted((folder / "released").glob(kept), key=lambda each: _numbers(each.parent.name))
    return releases[-1].parent if releases else None


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def _version(root: Path) -> str:
    """Of the source: the documents are derived where the source is, and committed."""
    number: str = _toml(root / "pyproject.toml")["project"]["version"]
    return number


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


def _schemas(paths: Iterator[Path]) -> dict[str, Schema]:
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(paths)}


def _example_fault(folder: Path, event: type[Event]) -> Iterator[str]:
    path = folder / "examples" / f"{event.event_type}.json"
    try:
        event.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        yield f"contracts/examples/{path.name} is missing: write one plausible event, with made-up ids"
    except ValidationError as error:
        yield f"contracts/examples/{path.name} does not parse: {error.errors()[0]['msg']}"


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write, or with `--check` say what is amiss; the exit code is 1 if anything is."""
    parser = argparse.ArgumentParser(prog="python -m contracts.publish", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; say what is not as it should be")
    parser.add_argument("--against", default="HEAD", help="the revision whose schemas were promised (default HEAD)")
    chosen = parser.parse_args(arguments)
    if chosen.check:
        amiss = list(dict.fromkeys(faults(ROOT, chosen.against)))
        sys.stdout.write("".join(f"{each}\n" for each in amiss) or f"{len(events())} events, all as promised\n")
        return 1 if amiss else 0
    sys.stdout.write("".join(f"{path}\n" for path in write(ROOT)) or "everything is current\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
