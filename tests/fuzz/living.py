"""The published document with values that live in a deployment, so that a fuzz gets past the first door."""

import copy
import json
import re
from typing import Any

from chassis.settings import ROOT
from tests.journeys.table import SERVICES, Row, filled, rows

Document = dict[str, Any]
PUBLISHED = ROOT / "contracts" / "openapi.json"
FILE = "ID,Company\n1,Somebody\n"


def published() -> Document:
    document: Document = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return document


def operations(document: Document) -> dict[str, Document]:
    """Every operation by its label (`GET /v1/clients`)."""
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }


def living(document: Document, names: dict[str, str]) -> Document:
    """The document with examples out of the permission table, filled with the ids of a side."""
    made: Document = copy.deepcopy(document)
    table: dict[tuple[str, str], list[Row]] = {}
    for row in rows():
        table.setdefault(row.operation, []).append(row)
    for label, operation in operations(made).items():
        method, _, path = label.partition(" ")
        known = _rows(table, method, path)
        _put(operation, path, known, names)
    return made


def _rows(table: dict[tuple[str, str], list[Row]], method: str, path: str) -> list[Row]:
    """The rows of an operation; those an administrator asks of any service stand there once a service."""
    plain = re.sub(r"\{\w+\}", "{}", path)
    if path.startswith("/v1/admin/{service}"):
        return [row for name in SERVICES for row in table.get((method, plain.replace("{}", name, 1)), ())]
    return table[method, plain]


def _put(operation: Document, path: str, known: list[Row], names: dict[str, str]) -> None:
    for parameter in operation.get("parameters", ()):
        parameter.pop("example", None)
        parameter.pop("examples", None)
    asked = [filled(row.path, names).partition("?") for row in known]
    given = {each["name"]: each for each in operation.get("parameters", ())}
    for at, name in ((at, part[1:-1]) for at, part in enumerate(path.split("/")) if part.startswith("{")):
        values = dict.fromkeys(where.split("/")[at] for where, _, _ in asked)
        given[name]["examples"] = {f"living{number}": {"value": each} for number, each in enumerate(values)}
    for _, _, query in asked:
        for name, _, value in (pair.partition("=") for pair in query.split("&") if pair):
            given[name]["example"] = value
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        content.pop("example", None)
        bodies = [_form(row) if kind.startswith("multipart") else filled(row.body, names) for row in known]
        content["examples"] = {f"living{number}": {"value": each} for number, each in enumerate(bodies) if each}


def _form(row: Row) -> dict[str, str]:
    return {**(row.form or {}), **dict.fromkeys(row.files, FILE)}
