"""Who follows an event and what it then does, read from the services' sources: the contracts import no service."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.event import Event

KINDS = {"reactions": True, "projections": False}


@dataclass(frozen=True, slots=True)
class Follower:
    """One function that a service registered for an event; `publishes` tells a reaction from a read model."""

    service: str
    function: str
    words: str
    publishes: bool


def followers(services: Path, events: Mapping[str, type[Event]]) -> dict[str, list[Follower]]:
    """The followers of each event type, in the order of the services' names, what publishes first."""
    types = {(cls.__module__, cls.__name__): name for name, cls in events.items()}
    found: dict[str, list[Follower]] = {name: [] for name in events}
    for path in _sources(services):
        service = path.relative_to(services).parts[0]
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function, kind, classes in _registered(tree):
            follower = Follower(service, function.name, _words(function), KINDS[kind])
            known = list(found) if classes is None else [types[each] for each in classes if each in types]
            for name in known:
                found[name].append(follower)
    return {name: sorted(each, key=lambda one: (one.service, not one.publishes)) for name, each in found.items()}


def _sources(services: Path) -> list[Path]:
    """`reactions.py` and `projections.py` of every service, whole folders of these names too."""
    return sorted(
        path
        for path in services.glob("*/**/*.py")
        if {part.removesuffix(".py") for part in path.relative_to(services).parts[1:]} & KINDS.keys()
    )


def _registered(
    tree: ast.Module,
) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str, list[tuple[str, str]] | None]]:
    """Each registered function with its kind and the classes named; None stands for every event there is."""
    origin = _origins(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for call in node.decorator_list:
            kind = _kind(call)
            if kind is None or not isinstance(call, ast.Call):
                continue
            if any(isinstance(each, ast.Starred) for each in call.args):
                yield node, kind, None
            else:
                yield node, kind, [origin[each] for each in map(ast.unparse, call.args) if each in origin]


def _kind(decorator: ast.expr) -> str | None:
    """`reactions` or `projections` for `@reactions.on(...)` and its like."""
    if not (isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute)):
        return None
    target = decorator.func.value
    named = isinstance(target, ast.Name) and target.id in KINDS and decorator.func.attr == "on"
    return target.id if named and isinstance(target, ast.Name) else None


def _origins(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """What each imported name stands for: its module and its name there."""
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def _words(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """What it does: its name says it; its docstring, where it has one, says more."""
    name = function.name.replace("_", " ")
    more = (ast.get_docstring(function) or "").split("\n\n")[0]
    return f"{name}: {' '.join(more.split())}" if more else name
