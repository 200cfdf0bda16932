"""The code of `api_client`, from the OpenAPI document: a type for each body, a method for each operation."""

import json
import keyword
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from openrecp.sentences import InWords

Document = Mapping[str, Any]
JSON, FORM, ANY = "application/json", "multipart/form-data", "*/*"
ONLY_FOR_READERS = {
    *("format", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minItems", "maxItems", "uniqueItems", "maxProperties", "default", "example", "examples", "additionalProperties"),
}
"""What a type does not say. Ids, dates and decimals are text in JSON, and stay it."""
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
FORMATS = {"uuid": "str | UUID", "date": "str | date", "date-time": "str | datetime"}
MODELS = (
    *("--input-file-type", "openapi", "--output-model-type", "typing.TypedDict", "--target-python-version", "3.11"),
    *("--enum-field-as-literal", "all", "--use-union-operator", "--use-standard-collections", "--disable-timestamp"),
    *("--use-schema-description", "--use-single-line-docstring", "--keep-model-order", "--formatters", "builtin"),
)
OPERATIONS = '''"""A method for each operation of the API. Written from contracts/openapi.json: change nothing here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from api_client.transport import File, Transport, Upload, segment

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from api_client import models


class Client(Transport):
    """The API as one person or machine: what its key may not do is refused with `Trouble`.

    `once` is the request's own key: sent twice, it takes effect once. Without one, each call has its own.
    `version` is the version that is changed, as it was read.
    """
'''


class ToolsAreMissing(InWords):
    """What writes the client is not installed here."""


def models(document: Document) -> str:
    """The TypedDict of every schema."""
    schemas = {name: _structure(schema) for name, schema in document["components"]["schemas"].items()}
    about = {"title": "OpenRECP", "version": "1"}
    asked = {"openapi": "3.1.0", "info": about, "paths": {}, "components": {"schemas": schemas}}
    text = _through("datamodel_code_generator", *MODELS, given=json.dumps(asked))
    _, _, code = text.partition("from __future__")
    head = '"""What the API takes and answers. Written from contracts/openapi.json: change nothing here."""\n\n'
    return formatted(f"{head}from __future__{code}".replace("from typing_extensions import", "from typing import"))


def operations(document: Document) -> str:
    """The class with one method for each operation."""
    methods = [
        _method(verb.upper(), path, operation, document["components"]["schemas"])
        for path, item in document["paths"].items()
        for verb, operation in item.items()
    ]
    return formatted(OPERATIONS + "\n\n".join(["", *methods]))


def formatted(code: str) -> str:
    """As `make check` wants to see it."""
    here = ("--stdin-filename", "api_client/x.py", "-")
    mended = _through("ruff", "check", "--fix", "--exit-zero", "--quiet", *here, given=code)
    return _through("ruff", "format", *here, given=mended)


def _through(tool: str, *options: str, given: str) -> str:
    run = [sys.executable, "-m", tool, *options]
    done = subprocess.run(run, input=given, capture_output=True, text=True, check=False)
    if f"No module named {tool}" in done.stderr:
        raise ToolsAreMissing(f"{tool} is not installed: the client is written in the environment of `make check`.")
    if done.returncode:
        raise RuntimeError(f"{tool}: {done.stderr[-2000:]}")
    return done.stdout


def _structure(schema: Any) -> Any:
    """A schema with what a type says, and no more."""
    if isinstance(schema, list):
        return [_structure(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "properties" in schema:
        kept = {name: _structure(each) for name, each in schema["properties"].items()}
        return {**_structure({name: each for name, each in schema.items() if name != "properties"}), "properties": kept}
    is_map = isinstance(schema.get("additionalProperties"), dict)
    return {
        name: _structure(each)
        for name, each in schema.items()
        if name not in ONLY_FOR_READERS or (is_map and name == "additionalProperties")
    }


def _method(verb: str, path: str, operation: Document, schemas: Document) -> str:
    given = [each for each in operation.get("parameters", ()) if each["in"] != "header"]
    places = [f"{each['name']}: {_type(each['schema'])}" for each in given if each["in"] == "path"]
    query = [each for each in given if each["in"] == "query"]
    parts = _Parts(verb, operation, schemas)
    named = [*parts.form, *map(_named, sorted(query, key=lambda each: not each.get("required"))), *parts.headers]
    signature = ["self", *places, *parts.body, *(["*", *named] if named else [])]
    address = re.sub(r"\{(\w+)\}", r"{segment(\1)}", path)
    sent = [f'{"f" if "{" in path else ""}"{address}"', *parts.sent]
    if query:
        sent.append("query={" + ", ".join(f'"{each["name"]}": {_safe(each["name"])}' for each in query) + "}")
    name, words = operation["operationId"], list(_docstring(operation))
    lines = []
    if parts.answer is not None:
        lines += [f"    async def {name}({', '.join(signature)}) -> {parts.answer}:", *words]
        lines += [f"        answer: {parts.answer} = await self._json({', '.join([repr(verb), *sent])})"]
        lines += ["        return answer", ""]
    if parts.files:
        offered = [*parts.files, *([ANY] if ANY not in parts.files else [])]
        chosen = [f"media_type: Literal{offered}"] if parts.answer or len(parts.files) > 1 else []
        media = "media_type" if chosen else f'"{parts.files[0]}"'
        signature = ["self", *places, *chosen, *signature[len(places) + 1 :]]
        lines += [f"    async def {name}{'_as' if parts.answer else ''}({', '.join(signature)}) -> File:", *words]
        lines += [f"        return await self._file({sent[0]}, {', '.join([media, *sent[1:]])})", ""]
    return "\n".join(lines)


class _Parts:
    """What a method takes beside path and query, how it is sent, and what comes back."""

    def __init__(self, verb: str, operation: Document, schemas: Document) -> None:
        self.body: list[str] = []
        self.form: list[str] = []
        self.sent: list[str] = []
        content = operation.get("requestBody", {}).get("content", {})
        if JSON in content:
            self.body = [f"body: {_type(content[JSON]['schema'])}"]
            self.sent = ["body"]
        elif FORM in content:
            self._take_form(schemas[_name_in(content[FORM]["schema"])])
        names = {each["name"]: each for each in operation.get("parameters", ()) if each["in"] == "header"}
        self.headers = []
        if "If-Match" in names:
            needed = names["If-Match"].get("required")
            self.headers.append("version: int | str" if needed else "version: int | str | None = None")
            self.sent.append("version=version")
        if verb != "GET":
            self.headers.append("once: str | None = None")
            self.sent.append("once=once")
        self.answer, self.files = _answer(operation)

    def _take_form(self, schema: Document) -> None:
        files: list[str] = []
        fields: list[str] = []
        for name, each in schema["properties"].items():
            optional = "" if name in schema.get("required", ()) else " | None = None"
            is_file = "contentMediaType" in json.dumps(each)
            (files if is_file else fields).append(f'"{name}": {name}')
            self.form.append(f"{name}: {'Upload' if is_file else _type(each)}{optional}")
        self.form.sort(key=lambda each: "= None" in each)
        self.sent = ["files={" + ", ".join(files) + "}", "fields={" + ", ".join(fields) + "}"]


def _answer(operation: Document) -> tuple[str | None, list[str]]:
    """The type of the answer as JSON, and the media types in which it comes as a file."""
    (success,) = (each for status, each in operation["responses"].items() if status.startswith("2"))
    content = success.get("content", {})
    schema = content.get(JSON, {}).get("schema")
    files = [media for media in content if media != JSON]
    return (_type(schema), files) if schema else (None, files or [ANY])


def _named(parameter: Document) -> str:
    """A filter: left out, unless it is asked for."""
    optional = "" if parameter.get("required") else " | None = None"
    return f"{_safe(parameter['name'])}: {_type(parameter['schema'])}{optional}"


def _safe(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _name_in(schema: Document) -> str:
    return str(schema["$ref"]).rpartition("/")[2]


def _type(schema: Document) -> str:
    """A schema in a signature; null is what is left out."""
    if "$ref" in schema:
        return "models." + re.sub(r"[^0-9A-Za-z]", "", _name_in(schema))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(each) for each in schema["anyOf"] if each.get("type") != "null"))
    if "enum" in schema or "const" in schema:
        return f"Literal{schema.get('enum', [schema.get('const')])}"
    if schema.get("type") == "array":
        return f"Sequence[{_type(schema['items'])}]"
    return FORMATS.get(schema.get("format", ""), PLAIN.get(schema.get("type", ""), "Any"))


def _docstring(operation: Document) -> Iterator[str]:
    """The operation in its own words, without what only the document's readers need."""
    words = (operation.get("description") or operation.get("summary") or "").strip().replace('"""', "'''")
    lines = [line.rstrip() for line in words.splitlines()]
    if len(lines) == 1:
        yield f'        """{lines[0]}"""'
        return
    yield f'        """{lines[0]}'
    yield from (f"        {line}".rstrip() for line in lines[1:])
    yield '        """'
