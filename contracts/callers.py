"""Who in this house calls which operation, read from the sources: by its address, or by its name in a client."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOMS = ("portal", "openrecp")
"""What calls the API as any other client would: the pages, the command line, the demo."""
METHODS = {"get": "GET", "all": "GET", "file": "GET", "post": "POST", "upload": "POST", "patch": "PATCH", "put": "PUT"}
VERBS = frozenset(METHODS.values())


def callers(root: Path, document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The modules under `root` that call each operation, by its name; an address without a verb may be any verb's."""
    by_address: dict[str, dict[str, str]] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            by_address.setdefault(_shape(path), {})[method.upper()] = operation["operationId"]
    names = {name for verbs in by_address.values() for name in verbs.values()}
    found: dict[str, set[str]] = {}
    for module, tree in _modules(root):
        called = {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)} & names
        for method, address in _addresses(tree):
            verbs = by_address.get(address, {})
            called |= {verbs[method]} if method in verbs else set(verbs.values()) if method is None else set()
        for name in called:
            found.setdefault(name, set()).add(module)
    return {name: tuple(sorted(modules)) for name, modules in sorted(found.items())}


def _modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.py")):
            name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def _addresses(tree: ast.Module) -> Iterator[tuple[str | None, str]]:
    """Every address that is written somewhere, with the verb it is called by where one stands there."""
    told: set[int] = set()
    for call in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
        verb = _verb(call)
        for argument in call.args:
            address = _written(argument)
            if address is not None and verb is not None:
                told.add(id(argument))
                yield verb, address
    parts = {id(part) for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for part in each.values}
    for node in ast.walk(tree):
        address = _written(node) if isinstance(node, ast.expr) and id(node) not in told | parts else None
        if address is not None:
            yield None, address


def _verb(call: ast.Call) -> str | None:
    """By the name of what is called (`api.get(…)`) or the verb that stands among what it is given."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    given = [each.value for each in call.args if isinstance(each, ast.Constant) and each.value in VERBS]
    return str(given[0]) if given else METHODS.get(name)


def _written(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(_part(each) for each in node.values)
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "path_of":
        # The portal's way to put what a visitor wrote into one segment.
        text = "".join(f"/{_part(each)}" for each in node.args)
    else:
        return None
    return _shape(text) if text.startswith("/v1/") else None


def _part(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else "{}"


def _shape(path: str) -> str:
    return re.sub(r"{[^}]*}", "{}", path.partition("?")[0])
