"""Which operations there are and which roles may do them: collected from the routes, matched at the door."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from chassis.http import MethodIsNotAllowed
from chassis.route import Route
from contracts.principals import Role
from contracts.refusals import NotFound
from gateway.paths import service_of

Entries = list[dict[str, Any]]
"""`permissions.json`: method, path, operation, service and roles of each operation."""

_PLAIN = re.compile(rb"(?:/[A-Za-z0-9_~:-][A-Za-z0-9._~:-]*)+")
"""Paths are compared as they were sent. Whatever a later hop could read otherwise (an escape, an empty segment, one
that begins with a dot) is no path of ours, so nothing needs to be normalised and nothing can differ."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that may be done, by whom, and who answers it. `scopes` are those that would admit a limited key."""

    name: str
    service: str
    roles: frozenset[Role]
    scopes: frozenset[str]


@dataclass(slots=True)
class _Node:
    """What may follow in a path: a known word, or any (a parameter)."""

    words: "dict[str, _Node]" = field(default_factory=dict)
    any: "_Node | None" = None
    operations: dict[str, Operation] = field(default_factory=dict)

    def beyond(self, segment: str) -> "_Node":
        """The node behind a segment of a template, made where it is missing."""
        if segment.startswith("{"):
            self.any = self.any or _Node()
            return self.any
        return self.words.setdefault(segment, _Node())

    def find(self, segments: list[str], at: int = 0) -> "_Node | None":
        """The node of a path; a word goes before a parameter."""
        if at == len(segments):
            return self if self.operations else None
        word = self.words.get(segments[at])
        found = word.find(segments, at + 1) if word else None
        return self.any.find(segments, at + 1) if found is None and self.any else found


class Permissions:
    """The operations of `permissions.json`, found by method and path."""

    def __init__(self, entries: Entries) -> None:
        self._root = _Node()
        for entry in entries:
            self._add(entry)

    def _add(self, entry: Mapping[str, Any]) -> None:
        segments = entry["path"].split("/")[1:]
        node = self._root
        for segment in segments:
            node = node.beyond(segment)
        verb = "read" if entry["method"] == "GET" else "write"
        node.operations[entry["method"]] = Operation(
            name=entry["operation"],
            service=entry["service"],
            roles=frozenset(Role(role) for role in entry["roles"]),
            scopes=frozenset({verb, f"{segments[1]}:{verb}"}),
        )

    def match(self, method: str, raw_path: bytes) -> Operation:
        """The operation of a request; raises 404 for an unknown path, 405 for another method on a known one."""
        node = None
        if _PLAIN.fullmatch(raw_path):
            node = self._root.find(raw_path.decode("ascii").split("/")[1:])
        if node is None:
            raise NotFound(thing="page")
        operation = node.operations.get(method)
        if operation is None:
            raise MethodIsNotAllowed(allowed=sorted(node.operations))
        return operation


def read(path: Path) -> Entries:
    """The entries of the committed file."""
    entries: Entries = json.loads(path.read_text(encoding="utf-8"))
    return entries


def without(resource: str, entries: Entries) -> Entries:
    """The entries but those of one resource."""
    return [entry for entry in entries if entry["path"].split("/")[2] != resource]


def collected(apps: Mapping[str, FastAPI]) -> Entries:
    """The entries of `permissions.json` from the routes of each service's app, by path and method.

    What an administrator may do to any service stands here once for each of them: the door needs no special case.
    """
    entries = [entry for name, app in apps.items() for entry in _of_service(name, app)]
    return sorted(entries, key=lambda entry: (entry["path"], entry["method"]))


def _of_service(name: str, app: FastAPI) -> Entries:
    found: Entries = []
    for route in app.routes:
        if not isinstance(route, Route):
            continue
        path = route.path.replace("/v1/admin/{service}", f"/v1/admin/{name}")
        if service_of(path) != name:
            raise ValueError(f"{path} is answered by {name}, but gateway/paths.py says {service_of(path)}")
        for method in sorted(route.methods or ()):
            found.append(
                {
                    "method": method,
                    "path": path,
                    "operation": route.operation_id,
                    "service": name,
                    "roles": sorted(role.value for role in route.roles),
                }
            )
    return found
