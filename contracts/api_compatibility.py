"""What a changed API breaks: whoever calls it as it was released must be let in, and must find what was answered."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]
Schema = dict[str, Any]
Difference = tuple[str, str]
LISTED = re.compile(r"^\^\(([a-z0-9_|]+)\)\$$")
"""The pattern of a code out of a list."""
AT_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
AT_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")


@dataclass(frozen=True, slots=True)
class ApiBreak:
    """One thing that callers of an operation rely on and that the API no longer keeps."""

    operation: str
    where: str
    what: str
    roles: tuple[str, ...]
    callers: tuple[str, ...]

    @property
    def fact(self) -> str:
        """What is broken, without whom it hits."""
        return f"{self.operation}: {self.where} {self.what}" if self.where else f"{self.operation}: {self.what}"

    def __str__(self) -> str:
        roles = ", ".join(self.roles) or "everybody"
        callers = ", ".join(self.callers) or "nobody in this house"
        return f"{self.fact}; hits {roles}; called by {callers}"


@dataclass(frozen=True, slots=True)
class Api:
    """A version of the API: its OpenAPI document and, by operation, the roles that may call it."""

    document: Document
    roles: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, document: Document, permissions: list[dict[str, Any]]) -> "Api":
        roles: dict[str, frozenset[str]] = {}
        for each in permissions:
            roles[each["operation"]] = roles.get(each["operation"], frozenset()) | set(each["roles"])
        return cls(document, roles)

    def operations(self) -> dict[str, Document]:
        """Each operation by method and path; the names of what stands in a path are nobody's business."""
        return {
            f"{method.upper()} {re.sub(r'{[^}]+}', '{}', path)}": {"path": path, **operation}
            for path, item in self.document["paths"].items()
            for method, operation in item.items()
        }

    def resolved(self, node: Schema) -> Schema:
        """What a reference refers to; anything else is itself."""
        while "$ref" in node:
            found: Any = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node


def api_breaks(old: Api, new: Api, callers: Mapping[str, tuple[str, ...]]) -> list[ApiBreak]:
    """What the new API breaks of the old one, each with who may call it and who in this house does."""
    after, found = new.operations(), []
    for key, operation in old.operations().items():
        name = operation["operationId"]
        roles, known = old.roles.get(name, frozenset()), after.get(key)
        differences = _Comparison(old, new).operations(operation, known) if known else [("", "is gone")]
        lost = tuple(sorted(roles - new.roles.get(known["operationId"], frozenset()))) if known else ()
        label = f"{key.partition(' ')[0]} {operation['path']} ({name})"
        hit, calling = tuple(sorted(roles)), callers.get(name, ())
        found += [ApiBreak(label, where, what, hit, calling) for where, what in dict.fromkeys(differences)]
        if lost:
            found.append(ApiBreak(label, "", f"is no longer open to {', '.join(lost)}", lost, calling))
    return found


class _Comparison:
    """Two versions beside each other; `asked` is what a caller sends, what is not asked is answered."""

    def __init__(self, old: Api, new: Api) -> None:
        self._old, self._new = old, new
        self._open: set[tuple[int, int, bool]] = set()

    def operations(self, old: Document, new: Document) -> Iterator[Difference]:
        if old["operationId"] != new["operationId"]:
            yield "", f"is now called {new['operationId']}"
        if old.get("security") == [] != new.get("security"):
            yield "", "now needs a key"
        yield from self._parameters(old, new)
        yield from self._bodies(old.get("requestBody", {}), new.get("requestBody", {}))
        for status, answer in old["responses"].items():
            if status not in new["responses"]:
                yield status, "is no longer answered"
            else:
                answers = self._old.resolved(answer), self._new.resolved(new["responses"][status])
                yield from self._contents(*answers, status, asked=False)
                for header in answers[0].get("headers", {}).keys() - answers[1].get("headers", {}).keys():
                    yield f"{status} {header}", "no longer comes with the answer"

    def _parameters(self, old: Document, new: Document) -> Iterator[Difference]:
        before, after = _named(old), _named(new)
        for (place, name), parameter in before.items():
            now, where = after.get((place, name)), f"{place} {name}"
            if now is None:
                yield where, "is no longer known"
                continue
            if now.get("required") and not parameter.get("required"):
                yield where, "was optional, is now required"
            yield from self._schemas(parameter.get("schema", {}), now.get("schema", {}), where, asked=True)
        for (place, name), parameter in after.items():
            if parameter.get("required") and (place, name) not in before:
                yield f"{place} {name}", "is new and required"

    def _bodies(self, old: Document, new: Document) -> Iterator[Difference]:
        if new.get("required") and not old.get("required"):
            yield "body", "is now required"
        yield from self._contents(old, new, "body", asked=True)

    def _contents(self, old: Document, new: Document, where: str, *, asked: bool) -> Iterator[Difference]:
        for kind, content in old.get("content", {}).items():
            now = new.get("content", {}).get(kind)
            if now is None:
                yield where, f"is no longer {kind}"
            else:
                yield from self._schemas(content.get("schema", {}), now.get("schema", {}), where, asked=asked)

    def _schemas(self, old: Schema, new: Schema, where: str, *, asked: bool) -> Iterator[Difference]:
        old, new = self._old.resolved(old), self._new.resolved(new)
        pair = (id(old), id(new), asked)
        if pair in self._open:  # it speaks of itself
            return
        self._open.add(pair)
        before, after = self._shapes(self._old, old), self._shapes(self._new, new)
        yield from _kinds(before.keys(), after.keys(), where, asked=asked)
        for kind in before.keys() & after.keys():
            shape, now = before[kind], after[kind]
            yield from _limits(shape, now, where, asked=asked)
            yield from self._fields(shape, now, where, asked=asked)
            for part, place in (("items", "[]"), ("additionalProperties", "{}")):
                if isinstance(shape.get(part), dict) and isinstance(now.get(part), dict):
                    yield from self._schemas(shape[part], now[part], where + place, asked=asked)
        self._open.discard(pair)

    def _shapes(self, api: Api, schema: Schema) -> dict[str, Schema]:
        """The alternatives of a value by their kind; a plain value is its only one."""
        shapes: dict[str, Schema] = {}
        for each in schema.get("anyOf") or schema.get("oneOf") or [schema]:
            shape = api.resolved(each)
            kinds = shape.get("type", "anything")
            for kind in [kinds] if isinstance(kinds, str) else kinds:
                name = kind if shape.get("format") is None else f"{kind} ({shape['format']})"
                while name in shapes:
                    name += " or another"
                shapes[name] = shape
        return shapes

    def _fields(self, old: Schema, new: Schema, where: str, *, asked: bool) -> Iterator[Difference]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed, needed_now = set(old.get("required", ())), set(new.get("required", ()))
        for name in before:
            at = f"{where}.{name}"
            if name not in after:
                yield at, self._departure(before, after, name)
            elif asked and name in needed_now - needed:
                yield at, "was optional, is now required"
            elif not asked and name in needed - needed_now:
                yield at, "was always there, is now optional"
        for name in before.keys() & after.keys():
            yield from self._schemas(before[name], after[name], f"{where}.{name}", asked=asked)
        for name in (after.keys() - before.keys()) & needed_now if asked else ():
            yield f"{where}.{name}", "is new and required"

    def _departure(self, before: Schema, after: Schema, name: str) -> str:
        """A field that left: it may stand there under another name."""
        for each in after.keys() - before.keys():
            same = self._old.resolved(before[name]), self._new.resolved(after[each])
            if _plain(same[0]) == _plain(same[1]):
                return f"was renamed to {each}"
        return "was removed"


def _named(operation: Document) -> dict[tuple[str, str], Document]:
    """Its parameters by place and name, but those of the path: their order says which is which."""
    given = operation.get("parameters", ())
    return {(each["in"], each["name"]): each for each in given if each["in"] != "path"}


def _plain(schema: Schema) -> Schema:
    return {name: value for name, value in schema.items() if name not in ("title", "description", "examples")}


def _kinds(before: Any, after: Any, where: str, *, asked: bool) -> Iterator[Difference]:
    if "anything" in (after if asked else before):
        return  # what was said to be anything may be said more closely, what may be anything takes all
    lost, gained = sorted(before - after), sorted(after - before)
    if lost and gained:
        yield where, f"was {' or '.join(sorted(before))}, is now {' or '.join(sorted(after))}"
    elif lost and asked:
        yield where, f"can no longer be {' or '.join(lost)}"
    elif gained and not asked:
        yield where, f"can now be {' or '.join(gained)} too"


def _limits(old: Schema, new: Schema, where: str, *, asked: bool) -> Iterator[Difference]:
    """A value that is asked for may get wider, one that is answered must keep to what was listed."""
    before, after = _listed(old), _listed(new)
    if asked and after is not None and (before is None or before - after):
        yield where, f"no longer takes {', '.join(sorted(before - after)) if before else 'every value'}"
    if not asked and before is not None and (after is None or after - before):
        yield where, f"can now be {', '.join(sorted(after - before)) if after else 'anything'} too"
    if not asked:
        return
    if before is None and after is None and new.get("pattern") not in (None, old.get("pattern")):
        yield where, f"has another pattern: {old.get('pattern')} before, {new['pattern']} now"
    for keyword in AT_MOST + AT_LEAST:
        was, now = old.get(keyword), new.get(keyword)
        if now is not None and (was is None or (now < was if keyword in AT_MOST else now > was)):
            yield where, f"has a narrower {keyword}: {was} before, {now} now"


def _listed(schema: Schema) -> set[str] | None:
    """The values that are listed for it; None where it is free."""
    if "const" in schema:
        return {str(schema["const"])}
    if "enum" in schema:
        return set(map(str, schema["enum"]))
    found = LISTED.match(schema.get("pattern", ""))
    return set(found[1].split("|")) if found else None
