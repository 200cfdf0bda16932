"""The places where an id may stand: those the OpenAPI document knows, and what the table by hand says of each."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chassis.settings import ROOT
from tests.journeys.table import ROLES, Row, rows

WRITTEN = tomllib.loads((Path(__file__).parent / "positions.toml").read_text(encoding="utf-8"))
_PARTS = ("path", "query", "body")


@dataclass(frozen=True)
class Position:
    """A place of a body where an id may stand, the row that is sent with it, and each role's three answers."""

    row: Row
    at: str
    id: str
    answers: dict[str, list[str]]

    def with_id(self, id: str) -> Row:
        """The row with this id there and everything else as it was."""
        return replace(
            self.row, body=self.row.body and _put(self.row.body, self.at.split("."), id), form=self._form(id)
        )

    def _form(self, id: str) -> dict[str, str] | None:
        return None if self.row.form is None else {**self.row.form, self.at: id}


def in_bodies() -> list[Position]:
    """The positions in bodies, as the table by hand has them."""
    found = []
    of_name = {row.name: row for row in rows()}
    for name, facts in WRITTEN["bodies"].items():
        operation, _, at = name.partition(" ")
        row = of_name[operation]
        if row.form is None:
            body = facts.get("body", (row.body or {}) | facts.get("sets", {}))
            row = replace(row, body=body)
        answers = {role: facts[role] for role in ROLES if role in facts}
        found.append(Position(replace(row, name=name), at, facts["id"], answers))
    return found


def _put(value: Any, path: list[str], id: str) -> Any:
    if not path:
        return id
    first, *rest = path
    if isinstance(value, list):
        return [_put(each, rest, id) if n == int(first) else each for n, each in enumerate(value)]
    return {**value, first: _put(value.get(first), rest, id)}


def known() -> dict[str, set[str]]:
    """Every position the OpenAPI document knows, as "operation place", by the part of the request."""
    document = _document()
    found: dict[str, set[str]] = {part: set() for part in _PARTS}
    for _, _, operation in _operations(document):
        for part, place in _of(document, operation):
            found[part].add(f"{operation['operationId']} {place}")
    return found


def address(method: str, path: str) -> tuple[str, str]:
    """An operation whatever its parameters are called and whichever service an administrator asks."""
    anything = re.sub(r"\{\w+\}", "{}", path.partition("?")[0])
    return method.upper(), re.sub(r"^/v1/admin/[^/]+", "/v1/admin/{}", anything)


def objects() -> dict[tuple[str, str], dict[str, set[str]]]:
    """By operation: the objects of its body by their place, with the names of the fields each asks for."""
    document = _document()
    found: dict[tuple[str, str], dict[str, set[str]]] = {}
    for method, path, operation in _operations(document):
        at = found.setdefault(address(method, path), {})
        for content in operation.get("requestBody", {}).get("content", {}).values():
            for place, names in _fields(document, content["schema"], []):
                at.setdefault(place, set()).update(names)
    return found


def _document() -> Any:
    return json.loads((ROOT / "contracts" / "openapi.json").read_text(encoding="utf-8"))


def _operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post", "put", "patch"):
                yield method, path, operation


def _fields(document: Any, schema: Any, at: list[str]) -> Iterator[tuple[str, set[str]]]:
    schema = _resolved(document, schema)
    for kind in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(kind, []):
            yield from _fields(document, each, at)
    if "items" in schema:
        yield from _fields(document, schema["items"], [*at, "0"])
    if "properties" in schema:
        yield ".".join(at), set(schema["properties"])
        for name, each in schema["properties"].items():
            yield from _fields(document, each, [*at, name])


def _of(document: Any, operation: Any) -> Iterator[tuple[str, str]]:
    for parameter in operation.get("parameters", []):
        each = _resolved(document, parameter)
        if each["in"] == "path":
            yield "path", each["name"]
        elif each["in"] == "query":
            yield from (("query", place) for place in _ids(document, each["schema"], [each["name"]]))
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from (("body", place) for place in _ids(document, content["schema"], []))


def _ids(document: Any, schema: Any, at: list[str]) -> Iterator[str]:
    """Where in a schema a UUID may stand."""
    schema = _resolved(document, schema)
    if schema.get("format") == "uuid":
        yield ".".join(at)
    for kind in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(kind, []):
            yield from _ids(document, each, at)
    if "items" in schema:
        yield from _ids(document, schema["items"], [*at, "0"])
    for name, each in schema.get("properties", {}).items():
        yield from _ids(document, each, [*at, name])


def _resolved(document: Any, schema: Any) -> Any:
    while "$ref" in schema:
        found = document
        for part in schema["$ref"].split("/")[1:]:
            found = found[part]
        schema = found
    return schema
