"""What an operation is asked and answers, shown in the document: one real call of each."""

from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]
EXAMPLE = "#/components/examples/"


def show_calls(paths: Document, calls: Mapping[str, Document]) -> Document:
    """Put each call where it belongs: its parameters beside their names, its bodies by reference; gives the bodies."""
    shared: Document = {}
    for item in paths.values():
        for operation in item.values():
            call = calls.get(operation["operationId"])
            if call is not None:
                _show(operation, call, shared)
    return dict(sorted(shared.items()))


def _show(operation: Document, call: Document, shared: Document) -> None:
    name, asked, answered = operation["operationId"], call["asked"], call["answered"]
    given = {**asked.get("path", {}), **asked.get("query", {}), **asked.get("headers", {})}
    for parameter in operation.get("parameters", ()):
        if parameter["name"] in given:
            parameter["example"] = _typed(parameter["schema"], given[parameter["name"]])
    if "body" in asked:
        for content in operation["requestBody"]["content"].values():
            content["examples"] = {name: _kept(shared, f"{name}.asked", asked["body"])}
    answer = operation["responses"][str(answered["status"])]
    if "body" in answered:
        answer["content"][answered["type"]]["examples"] = {name: _kept(shared, f"{name}.answered", answered["body"])}


def _kept(shared: Document, name: str, body: Any) -> Document:
    shared[name] = {"value": body}
    return {"$ref": EXAMPLE + name}


def _typed(schema: Document, text: str) -> Any:
    """What is written in an address as the kind of value it stands for."""
    kinds = {shape.get("type") for shape in schema.get("anyOf", [schema])}
    if "array" in kinds:
        return [text]
    if "boolean" in kinds:
        return text == "true"
    return int(text) if "integer" in kinds else text
