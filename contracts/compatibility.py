"""What a changed JSON Schema breaks: inside a version only optional fields may be added."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
Difference = tuple[str, str]
WORDS_ONLY = frozenset({"title", "description", "examples", "$comment", "$id", "$schema", "$defs", "x-personal"})
STRUCTURE = frozenset({"anyOf", "default", "type", "format", "properties", "required", "items", "additionalProperties"})
AT_MOST = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
AT_LEAST = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})


@dataclass(frozen=True, slots=True)
class Break:
    """One thing that readers of an event rely on and that a new schema no longer keeps."""

    event_type: str
    field: str
    what: str
    consumers: tuple[str, ...]

    def __str__(self) -> str:
        hit = ", ".join(self.consumers) or "nobody in this house"
        return f"{self.event_type}: {self.field or 'it'} {self.what}; read by {hit}. Publish a new version beside it"


def breaks(event_type: str, old: Schema, new: Schema | None, consumers: tuple[str, ...]) -> list[Break]:
    """What the new schema of an event version breaks of the old one; `new` None means the version is gone."""
    if new is None:
        return [Break(event_type, "", "is no longer published, but records of it stay in the log", consumers)]
    found = _differences(inlined(old), inlined(new), "")
    return [Break(event_type, field, what, consumers) for field, what in found]


def inlined(schema: Schema) -> Schema:
    """The schema with every reference replaced by what it refers to; raises `RecursionError` for a circle."""
    definitions = schema.get("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, list):
            return [resolve(each) for each in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            target = definitions[node["$ref"].rpartition("/")[2]]
            return resolve({**target, **{name: value for name, value in node.items() if name != "$ref"}})
        return {name: resolve(value) for name, value in node.items() if name != "$defs"}

    resolved: Schema = resolve(schema)
    return resolved


def _differences(old: Schema, new: Schema, field: str) -> Iterator[Difference]:
    before, after = _shapes(old), _shapes(new)
    yield from _of_kinds(before, after, field)
    if old.get("default") != new.get("default"):
        yield field, f"has another default: {old.get('default')} before, {new.get('default')} now"
    for kind in before.keys() & after.keys():
        inner, inner_now = before[kind], after[kind]
        yield from _of_limits(inner, inner_now, field)
        yield from _of_fields(inner, inner_now, field)
        for part, place in (("items", "[]"), ("additionalProperties", "{}")):
            if isinstance(inner.get(part), dict) and isinstance(inner_now.get(part), dict):
                yield from _differences(inner[part], inner_now[part], field + place)
            elif inner.get(part) != inner_now.get(part):
                yield field, f"has other {part} than before"


def _shapes(schema: Schema) -> dict[str, Schema]:
    """The alternatives of a field by their kind; a plain field is its only one."""
    shapes: dict[str, Schema] = {}
    shared = {name: value for name, value in schema.items() if name != "anyOf"}
    for each in ({**shared, **shape} for shape in schema.get("anyOf", [{}])):
        kind = " ".join(str(each[key]) for key in ("type", "format") if key in each) or "anything"
        while kind in shapes:
            kind += " (another)"
        shapes[kind] = each
    return shapes


def _of_kinds(before: dict[str, Schema], after: dict[str, Schema], field: str) -> Iterator[Difference]:
    lost, gained = sorted(before.keys() - after.keys()), sorted(after.keys() - before.keys())
    if lost and gained:
        yield field, f"was {' or '.join(before)}, is now {' or '.join(after)}"
    elif lost:
        yield field, f"can no longer be {' or '.join(lost)}"
    elif gained:
        yield field, f"can now be {' or '.join(gained)} too"


def _of_limits(old: Schema, new: Schema, field: str) -> Iterator[Difference]:
    for keyword in sorted((old.keys() | new.keys()) - WORDS_ONLY - STRUCTURE):
        before, after = old.get(keyword), new.get(keyword)
        if before != after:
            yield field, f"has a {_direction(keyword, before, after)} {keyword}: {before} before, {after} now"


def _direction(keyword: str, before: Any, after: Any) -> str:
    """Whether a limit lets less through than before (narrower), more (wider) or something else (different)."""
    if before is None or after is None:
        return "narrower" if before is None else "wider"
    if keyword == "enum":
        return "wider" if set(after) > set(before) else "narrower"
    if keyword in AT_MOST:
        return "narrower" if after < before else "wider"
    if keyword in AT_LEAST:
        return "narrower" if after > before else "wider"
    return "different"


def _of_fields(old: Schema, new: Schema, field: str) -> Iterator[Difference]:
    before, after = old.get("properties", {}), new.get("properties", {})
    needed, needed_now = set(old.get("required", ())), set(new.get("required", ()))
    added = [name for name in after if name not in before]
    renamed: set[str] = set()
    for name in before:
        if name not in after:
            twin = next((each for each in added if _same(before[name], after[each])), None)
            renamed |= {twin} if twin else set()
            yield _at(field, name), f"was renamed to {twin}" if twin else "was removed"
    for name in added:
        if name in needed_now and name not in renamed:
            yield _at(field, name), "is new and required: only optional fields may be added"
    for name in before.keys() & after.keys():
        if name in needed_now - needed:
            yield _at(field, name), "was optional, is now required"
        if name in needed - needed_now:
            yield _at(field, name), "was always there, is now optional"
        yield from _differences(before[name], after[name], _at(field, name))


def _same(old: Schema, new: Schema) -> bool:
    return next(_differences(old, new, ""), None) is None


def _at(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name
