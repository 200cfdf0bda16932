"""What the answers of the document carry in their heads, and where they lead."""

from collections.abc import Iterator, Mapping
from typing import Any

Document = dict[str, Any]
HEADER = "#/components/headers/"
NOT_CHANGED = "NotChanged"


def _text(words: str, **more: Any) -> Document:
    return {"description": words, "schema": {"type": "string"}, **more}


HEADERS: Document = {
    "Correlation-Id": _text(
        "Quote it when you ask for help; it stands in every log line of this request.", required=True
    ),
    "ETag": _text("The version that is shown: send it as If-Match to change just this one."),
    "Link": _text('Where the next page begins, as `<…>; rel="next"`; the last page has none.'),
    "Location": _text("Where what was made is found."),
    "RateLimit": _text("What is left of your limit and in how many seconds it is whole again (IETF draft 10)."),
    "RateLimit-Policy": _text("The limit: so many requests in so many seconds."),
    "Retry-After": _text("In how many seconds to come again.", required=True),
    "WWW-Authenticate": _text("How to sign in: with a bearer key.", required=True),
}
ALWAYS = ("Correlation-Id", "RateLimit", "RateLimit-Policy")
UNCHANGED: Document = {
    NOT_CHANGED: {
        "description": "It is still the version you named in If-None-Match.",
        "headers": {name: {"$ref": HEADER + name} for name in ("Correlation-Id", "ETag")},
    }
}
_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the version you have: an unchanged one is not sent again.",
    "schema": {"type": "string"},
}


def tell_heads(paths: Document, schemas: Mapping[str, Document]) -> None:
    """Name the head fields of every good answer, the answer to an unchanged version, and the way to what was made."""
    for path, item in paths.items():
        for method, operation in item.items():
            for status, answer, shown in _good(operation, schemas):
                fields = [*ALWAYS, *(("ETag",) if "version" in shown else ()), *(("Link",) if _is_page(shown) else ())]
                found = _found_by(paths, path, shown) if status == "201" else None
                if found is not None:
                    fields.append("Location")
                    answer["links"] = {found["operationId"]: _link(found, shown)}
                answer["headers"] = {name: {"$ref": HEADER + name} for name in sorted(fields)}
                if method == "get" and "version" in shown:
                    operation["parameters"] = [*operation.get("parameters", ()), _IF_NONE_MATCH]
                    operation["responses"] = dict(
                        sorted(
                            (
                                operation["responses"] | {"304": {"$ref": f"#/components/responses/{NOT_CHANGED}"}}
                            ).items()
                        )
                    )


def _good(operation: Document, schemas: Mapping[str, Document]) -> Iterator[tuple[str, Document, Document]]:
    """Each good answer with its status and the fields it shows."""
    for status, answer in list(operation["responses"].items()):
        if status.startswith("2"):
            schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
            named = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
            yield status, answer, named.get("properties", {})


def _is_page(shown: Document) -> bool:
    return list(shown) == ["items", "next"]


def _found_by(paths: Document, path: str, shown: Document) -> Document | None:
    """The operation that reads what was made here: by the id that comes first in the answer."""
    first = next(iter(shown), None)
    found: Document | None = paths.get(f"{path}/{{{first}}}", {}).get("get")
    return found


def _link(found: Document, shown: Document) -> Document:
    first = next(iter(shown))
    return {"operationId": found["operationId"], "parameters": {first: f"$response.body#/{first}"}}
