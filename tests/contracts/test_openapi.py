"""The document of the API: in order for two judges, and with an example of every operation that fits its own schema."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from openapi_spec_validator import validate
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from chassis.sheets_out import XLSX
from contracts import publish

LINTER = Path(__file__).parent / "openapi"
WRITTEN = publish.ROOT / "contracts" / "openapi.json"
CALLS = publish.ROOT / "contracts" / "calls"
Document = dict[str, Any]
Planted = Callable[[Document], object]
DOCUMENT: Document = json.loads(WRITTEN.read_text(encoding="utf-8"))
OPERATIONS: dict[str, Document] = {
    operation["operationId"]: operation for item in DOCUMENT["paths"].values() for operation in item.values()
}


def _linted(path: Path) -> tuple[int, str]:
    """What Redocly's linter says; a loud skip where it is not installed, a failure under REQUIRE_ALL=1."""
    reason = None
    if shutil.which("node") is None:
        reason = "the linter of the API's document needs node: install nodejs and npm"
    elif not (LINTER / "node_modules" / "@redocly" / "openapi-core").is_dir():
        reason = "the linter of the API's document is missing: run `npm ci` in tests/contracts/openapi"
    if reason and os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"REQUIRE_ALL=1: {reason}", pytrace=False)
    if reason:
        pytest.skip(reason)
    command = ["node", str(LINTER / "check.mjs"), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout + done.stderr


def _planted(plant: Planted) -> Document:
    broken: Document = json.loads(WRITTEN.read_text(encoding="utf-8"))
    plant(broken)
    return broken


def test_the_specification_has_nothing_against_it() -> None:
    validate(DOCUMENT)


def test_a_document_against_the_specification_is_refused() -> None:
    with pytest.raises(OpenAPIValidationError):
        validate(_planted(lambda each: each["info"].pop("title")))


def test_the_linter_has_no_error_and_no_warning() -> None:
    assert _linted(WRITTEN) == (0, "in order\n")


PLANTED: dict[str, Planted] = {
    "operation-description at #/paths/~1v1~1clients/get": lambda each: each["paths"]["/v1/clients"]["get"].pop(
        "description"
    ),
    "no-unused-components at #/components/schemas/Lonely": lambda each: each["components"]["schemas"].update(
        Lonely={"type": "string"}
    ),
    "no-invalid-media-type-examples at #/components/examples/register_client.asked": lambda each: each["components"][
        "examples"
    ]["register_client.asked"]["value"].update(name=7),
    "response-contains-header at #/paths/~1v1~1sites/get": lambda each: each["paths"]["/v1/sites"]["get"]["responses"][
        "200"
    ].pop("headers"),
    "no-unresolved-refs at #/paths/~1v1~1needs/get": lambda each: each["paths"]["/v1/needs"]["get"]["responses"].update(
        {"200": {"$ref": "#/components/responses/None"}}
    ),
    "security-defined at #/paths/~1v1~1offers/get": lambda each: each["paths"]["/v1/offers"]["get"].update(
        security=[{"badge": []}]
    ),
}
"""What the linter has to say of each planted fault; all are planted in one document, since it takes seconds."""


def test_each_planted_fault_is_told(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    broken = _planted(lambda each: [plant(each) for plant in PLANTED.values()])
    path.write_text(json.dumps(broken), encoding="utf-8")
    code, said = _linted(path)
    assert code == 1
    assert [told for told in PLANTED if told not in said] == []


def _resolved(node: Document) -> Document:
    while "$ref" in node:
        found: Any = DOCUMENT
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        node = found
    return node


def _shown(operation: Document, *, asked: bool) -> Iterator[tuple[Document, Any]]:
    """Each body that is asked or answered well: its schema and its example, None where it has none."""
    good = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    for place in [operation["requestBody"]] if asked and "requestBody" in operation else [] if asked else good:
        contents = list(_resolved(place).get("content", {}).values())
        known = [each for each in contents if "examples" in each]
        for content in known or contents[:1]:
            (example,) = content.get("examples", {"": {"value": None}}).values()
            yield content["schema"], _resolved(example)["value"]


def _lacking(schema: Document, value: Any, at: str = "") -> Iterator[str]:
    """Fields that an answer may show and that the example leaves out."""
    schema = _resolved(schema)
    for shape in schema.get("anyOf", ()):
        if _fits(shape, value):
            yield from _lacking(shape, value, at)
            return
    if isinstance(value, dict):
        for name, field in schema.get("properties", {}).items():
            if name in value:
                yield from _lacking(field, value[name], f"{at}.{name}")
            else:
                yield f"{at}.{name}"
    for each in value if isinstance(value, list) else ():
        yield from _lacking(schema.get("items", {}), each, f"{at}[]")


def _validator(schema: Document) -> Any:
    """For a schema of the document, whose references lead into its components."""
    whole = {"components": {"schemas": DOCUMENT["components"]["schemas"]}, **schema}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _fits(schema: Document, value: Any) -> bool:
    return bool(_validator(schema).is_valid(value))


def test_every_operation_has_its_call_and_every_call_its_operation() -> None:
    assert {path.stem for path in CALLS.glob("*.json")} == set(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_asked_and_answered_fits_its_own_schema(name: str) -> None:
    for asked in (True, False):
        for schema, example in _shown(OPERATIONS[name], asked=asked):
            assert example is not None, f"no example of what is {'asked' if asked else 'answered'}"
            _validator(schema).validate(example)
            if not asked:
                assert list(_lacking(schema, example)) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_stands_in_the_address_has_an_example_that_fits(name: str) -> None:
    for parameter in OPERATIONS[name].get("parameters", ()):
        if parameter["in"] == "path":
            assert "example" in parameter, parameter["name"]
        if "example" in parameter:
            _validator(parameter["schema"]).validate(parameter["example"])


def test_what_is_made_is_found_where_it_is_said() -> None:
    made = {name: each["responses"]["201"] for name, each in OPERATIONS.items() if "201" in each["responses"]}
    leading = {name: link for name, answer in made.items() for link in answer.get("links", {}).values()}
    assert {name for name, answer in made.items() if "Location" in answer["headers"]} == set(leading)
    assert len(leading) >= 26
    for link in leading.values():
        assert "get" in next(
            item for item in DOCUMENT["paths"].values() if item.get("get") is OPERATIONS[link["operationId"]]
        )


def test_no_secret_of_a_recording_stands_in_it() -> None:
    text = json.dumps(DOCUMENT["components"]["examples"])
    found = re.findall(r"orc_[\w-]{40,}|whsec_[\w+/=-]+", text)
    assert len(found) >= 3
    assert [each for each in found if "exampleexample" not in each] == []


# What the fuzz found, kept.


def _refusals(operation: Document, status: str) -> str:
    answer = operation["responses"].get(status)
    return str(_resolved(answer)["description"]) if answer else ""


def test_every_list_says_that_it_refuses_a_broken_cursor() -> None:
    lists = [each for each in OPERATIONS.values() if any(one["name"] == "cursor" for one in each.get("parameters", ()))]
    assert len(lists) >= 30
    assert [each["operationId"] for each in lists if "`cursor_is_invalid`" not in _refusals(each, "400")] == []


def test_a_command_that_names_something_by_its_id_says_that_it_may_not_be_there() -> None:
    for name in ("give_consent", "submit_service_request", "grant_competence", "make_offer", "make_shortlist"):
        assert "`not_found`" in _refusals(OPERATIONS[name], "404"), name
    assert "404" not in OPERATIONS["register_client"]["responses"]


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("read_refused_client_rows", {"text/csv", "application/json", XLSX}),
        ("read_refused_assessment_rows", {"text/csv", "application/json", XLSX}),
        ("read_refused_attendance_rows", {"text/csv", "application/json", XLSX}),
        ("read_certificate_qr", {"image/svg+xml"}),
    ],
)
def test_a_file_comes_under_its_own_name(name: str, types: set[str]) -> None:
    assert set(OPERATIONS[name]["responses"]["200"]["content"]) == types
