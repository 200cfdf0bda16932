"""What the documents of the events show of each: its class, example, first release and followers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic.json_schema import models_json_schema

from contracts.compatibility import Schema
from contracts.event import Event
from contracts.followers import Follower, followers
from contracts.meanings import UNITS, meaning_of
from contracts.topics import TOPICS, Topic

COMPONENTS = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of one event. `since` is the first release that promised it, None before any did."""

    event: type[Event]
    schema: Schema
    example: dict[str, Any] | None
    since: str | None
    followers: tuple[Follower, ...]

    @property
    def says(self) -> str:
        """Its docstring in one line."""
        return " ".join((self.event.__doc__ or "").split())

    def followed_by(self, service: str) -> list[Follower]:
        return [each for each in self.followers if each.service == service]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every event by its type, and the schemas they share; `values` are those that are no events."""

    version: str
    entries: dict[str, Entry]
    values: dict[str, Schema]

    def of(self, topic: Topic) -> list[Entry]:
        return [each for each in self.entries.values() if each.event.topic == topic.name]


def catalogue(root: Path, events: Mapping[str, type[Event]], version: str) -> Catalogue:
    """All that stands in the sources under `root` about these events."""
    known = {name: cls for name, cls in events.items() if cls.topic in TOPICS}
    schemas, values = _schemas(known)
    releases = _releases(root / "contracts" / "released")
    listeners = followers(root / "services", known)
    entries = {
        name: Entry(
            event=cls,
            schema=schemas[name],
            example=_example(root / "contracts" / "examples" / f"{name}.json"),
            since=next((release for release, types in releases if name in types), None),
            followers=tuple(listeners[name]),
        )
        for name, cls in known.items()
    }
    return Catalogue(version, entries, values)


def _schemas(events: Mapping[str, type[Event]]) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """The schema of each event, and of each value they share by its own name, with every fact's meaning."""
    references, shared = models_json_schema(
        [(cls, "serialization") for cls in events.values()], ref_template=COMPONENTS + "{model}"
    )
    found = {name: _explained(schema) for name, schema in shared.get("$defs", {}).items()}
    names = {name: references[cls, "serialization"]["$ref"].rpartition("/")[2] for name, cls in events.items()}
    return {name: found.pop(names[name]) for name in events}, found


def _explained(schema: Schema) -> Schema:
    """A schema whose fields say what they mean and in which unit, in words of draft-07 too."""
    fields = {
        name: {**_beside_no_reference(facts), "description": _described(name, facts)}
        for name, facts in schema.get("properties", {}).items()
    }
    return {**schema, "properties": fields} if fields else schema


def _described(name: str, facts: Schema) -> str:
    unit = UNITS.get(name)
    meaning = meaning_of(name, facts.get("description"))
    return meaning if unit is None or unit in meaning.split() else f"{meaning}, in {unit}"


def _beside_no_reference(facts: Schema) -> Schema:
    """Draft-07 reads nothing beside a `$ref`: it moves into an `allOf`."""
    if "$ref" not in facts:
        return facts
    return {"allOf": [{"$ref": facts["$ref"]}], **{key: value for key, value in facts.items() if key != "$ref"}}


def _releases(folder: Path) -> list[tuple[str, frozenset[str]]]:
    """The releases in order, each with the event types it promised."""
    found = [path for path in folder.glob("*/schemas") if path.is_dir()]
    found.sort(key=lambda path: [int(part) for part in path.parent.name.split(".") if part.isdigit()])
    return [(path.parent.name, frozenset(each.stem for each in path.glob("*.json"))) for path in found]


def _example(path: Path) -> dict[str, Any] | None:
    """The example, if there is one that is JSON: what is amiss with it, the check of examples says."""
    try:
        example: dict[str, Any] = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    return example
