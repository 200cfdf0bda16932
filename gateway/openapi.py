"""One OpenAPI document out of those of the services and the gateway's own."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from chassis.auth import SignInNeeded
from chassis.http import BodyIsTooLarge, InternalError, Problem, problems
from chassis.settings import ROOT
from contracts.refusals import Refusal
from gateway.admission import DoorIsBusy
from gateway.door import AnswerTookTooLong, KeyIsLimited
from gateway.examples import show_calls
from gateway.gates import BodyTookTooLong
from gateway.heads import HEADER, HEADERS, UNCHANGED, tell_heads
from gateway.keyring import KeyHasExpired, KeyIsUnknown, KeyWasRevoked
from gateway.limits import TooManyRequests
from gateway.sharing import share_refusals
from gateway.transports import AnswerWasLost

Document = dict[str, Any]
SCHEMAS = "#/components/schemas/"
ADMIN = "/v1/admin/{service}"
WITH_A_BODY: tuple[type[Refusal], ...] = (BodyTookTooLong, BodyIsTooLarge)
AT_THE_DOOR: tuple[type[Refusal], ...] = (TooManyRequests, InternalError, AnswerWasLost, AnswerTookTooLong)
SIGNED_OUT: tuple[type[Refusal], ...] = (SignInNeeded, KeyIsUnknown, KeyHasExpired, KeyWasRevoked)
SIGNED_OUT_ANSWER = "SignedOut"
ABOUT = """The working system of a network of cleaner production centres.

Every error is a problem document (RFC 9457) with a stable `code` and its `params`. Lists come in pages: follow the
`Link` of relation `next`. What you change, you name by its ETag (`If-Match`); what you create or do, you may repeat
under the same `Idempotency-Key`. Every answer carries a `Correlation-Id`: quote it when you ask for help.
"""


def merged(documents: Mapping[str, Document], calls: Mapping[str, Document] | None = None) -> Document:
    """The document of the whole API from the documents by service name; the order of the names does not matter.

    `calls` are the examples: a request and its answer, by the operation's name.
    """
    ordered = {name: json.loads(json.dumps(documents[name])) for name in sorted(documents)}
    _tell_schemas_apart(ordered)
    paths = _paths(ordered)
    for path, item in paths.items():
        for operation in item.values():
            _complete(path, operation, sorted(set(documents) - {"gateway"}))
    _check_names(paths)
    schemas = dict(sorted(_schemas(ordered.values()).items()))
    tell_heads(paths, schemas)
    examples = show_calls(paths, calls or {})
    answers = _shared_answers()
    share_refusals(paths, answers)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "OpenRECP",
            "version": _version(),
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "this deployment"}],
        "security": [{"key": []}],
        "tags": [{"name": tag} for tag in sorted({_tag(path) for path in paths})],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "orc_…"}},
            "headers": HEADERS,
            "responses": dict(sorted(answers.items())),
            "schemas": schemas,
        }
        | ({"examples": examples} if examples else {}),
    }


def _shared_answers() -> Document:
    """What the door answers by itself, whatever the operation."""
    answers = {refusal.__name__: _response(refusal) for refusal in (*AT_THE_DOOR, *WITH_A_BODY)}
    answers |= {SIGNED_OUT_ANSWER: _responses(SIGNED_OUT), **UNCHANGED}
    for name, header in (
        (TooManyRequests.__name__, "Retry-After"),
        (SIGNED_OUT_ANSWER, "WWW-Authenticate"),
    ):
        answers[name] = {**answers[name], "headers": {header: {"$ref": HEADER + header}}}
    return answers


def _version() -> str:
    """Of the source: the document is derived where the source is, and committed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    number: str = project["version"]
    return number


def _tell_schemas_apart(documents: Mapping[str, Document]) -> None:
    """Give a schema its service's name where two services mean different things by one name."""
    for name in _differing({name: _of(document) for name, document in documents.items()}):
        for service, document in documents.items():
            if name in _of(document):
                _rename(document, name, f"{service.capitalize()}{name}")


def _differing(schemas: Mapping[str, Document]) -> set[str]:
    """Names with more than one meaning, and what speaks of them: it then has more than one meaning too."""
    texts: dict[str, set[str]] = {}
    for own in schemas.values():
        for name, schema in own.items():
            texts.setdefault(name, set()).add(json.dumps(schema, sort_keys=True))
    shared = {name for name in texts if sum(name in own for own in schemas.values()) > 1}
    found = {name for name in shared if len(texts[name]) > 1}
    while True:
        more = {name for name in shared - found if any(_speaks_of(each, found) for each in texts[name])}
        if not more:
            return found
        found |= more


def _speaks_of(text: str, names: Iterable[str]) -> bool:
    return any(f'"{SCHEMAS}{name}"' in text for name in names)


def _rename(document: Document, old: str, new: str) -> None:
    text = json.dumps(document).replace(f'"{SCHEMAS}{old}"', f'"{SCHEMAS}{new}"')
    document.clear()
    document.update(json.loads(text))
    _of(document)[new] = _of(document).pop(old)


def _of(document: Document) -> Document:
    """The schemas of a document."""
    schemas: Document = document.setdefault("components", {}).setdefault("schemas", {})
    return schemas


def _schemas(documents: Iterable[Document]) -> Document:
    schemas = {"Problem": Problem.model_json_schema(ref_template=SCHEMAS + "{model}")}
    for document in documents:
        schemas |= _of(document)
    return schemas


def _paths(documents: Mapping[str, Document]) -> Document:
    """All paths; what an administrator may do to any service stands there once."""
    paths: Document = {}
    for name, document in documents.items():
        for path, item in document["paths"].items():
            if path in paths and not path.startswith(ADMIN):
                raise ValueError(f"{path} stands in {name} and in another service")
            paths[path] = item
    return paths


def _complete(path: str, operation: Document, services: list[str]) -> None:
    """Add what the door does for every operation: the answers it gives by itself, and who needs a key."""
    operation["tags"] = [_tag(path)]
    answers = operation["responses"]
    for parameter in operation.get("parameters", ()):
        if path.startswith(ADMIN) and parameter["name"] == "service":
            parameter["schema"] = {"type": "string", "enum": services}
    if "401" in answers:
        answers["401"] = {"$ref": f"#/components/responses/{SIGNED_OUT_ANSWER}"}
        answers["403"] = _joined(answers.get("403"), _response(KeyIsLimited))
    else:
        operation["security"] = []
    answers["503"] = _joined(answers.get("503"), _response(DoorIsBusy))
    for refusal in (*AT_THE_DOOR, *(WITH_A_BODY if "requestBody" in operation else ())):
        answers[str(refusal.status)] = {"$ref": f"#/components/responses/{refusal.__name__}"}
    operation["responses"] = dict(sorted(answers.items()))


def _responses(refusals: Iterable[type[Refusal]]) -> Document:
    (answer,) = problems(*refusals).values()
    return answer


def _response(refusal: type[Refusal]) -> Document:
    return _responses([refusal])


def _joined(given: Document | None, further: Document) -> Document:
    if given is None:
        return further
    return {**given, "description": f"{given['description']} {further['description']}"}


def _tag(path: str) -> str:
    return path.split("/")[2]


def _check_names(paths: Document) -> None:
    """An operation's name is its name everywhere, so it may stand once only."""
    names = [operation["operationId"] for item in paths.values() for operation in item.values()]
    double = sorted({name for name in names if names.count(name) > 1})
    if double:
        raise ValueError(f"operations of the same name: {', '.join(double)}")
    odd = [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]*", name)]
    if odd:
        raise ValueError(f"operations without a name of their own: {', '.join(odd)}")
