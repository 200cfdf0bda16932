"""A caller of the released API keeps working; whatever would break it is named with whom it hits."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.api_compatibility import Api, api_breaks
from contracts.callers import callers
from contracts.publish import ROOT, api_faults

Document = dict[str, Any]
Plant = Callable[[Document], object]
RELEASED = ROOT / "contracts" / "released" / "0.1.0"
OLD: Document = json.loads((RELEASED / "openapi.json").read_text(encoding="utf-8"))
PERMISSIONS = json.loads((RELEASED / "permissions.json").read_text(encoding="utf-8"))
CALLERS = {"register_client": ("portal.clients.company",), "list_clients": ("portal.clients.listing",)}


def _schema(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def _answers(document: Document, path: str, method: str) -> Document:
    found: Document = document["paths"][path][method]["responses"]
    return found


def _parameter(document: Document, path: str, method: str, name: str) -> Document:
    found: Document = next(each for each in document["paths"][path][method]["parameters"] if each["name"] == name)
    return found


def _after(plant: Plant) -> list[str]:
    new = copy.deepcopy(OLD)
    plant(new)
    found = api_breaks(Api.of(OLD, PERMISSIONS), Api.of(new, PERMISSIONS), CALLERS)
    return [str(each) for each in found]


REGISTER = "POST /v1/clients (register_client): "
LIST = "GET /v1/clients (list_clients): "
READ = "GET /v1/clients/{client_id} (read_client): "
PLANTED: dict[str, tuple[Plant, str]] = {
    "an operation is gone": (lambda new: new["paths"]["/v1/clients"].pop("post"), REGISTER + "is gone"),
    "an operation is renamed": (
        lambda new: new["paths"]["/v1/clients"]["post"].update(operationId="add_client"),
        REGISTER + "is now called add_client",
    ),
    "a field of an answer is removed": (
        lambda new: _schema(new, "ClientOut")["properties"].pop("size_class"),
        READ + "200.size_class was removed",
    ),
    "a field of an answer is renamed": (
        lambda new: _schema(new, "ClientOut")["properties"].update(
            scale=_schema(new, "ClientOut")["properties"].pop("size_class")
        ),
        READ + "200.size_class was renamed to scale",
    ),
    "a field of an answer is no longer certain": (
        lambda new: _schema(new, "ClientOut")["required"].remove("name"),
        READ + "200.name was always there, is now optional",
    ),
    "a field of an answer has another type": (
        lambda new: _schema(new, "ClientOut")["properties"]["version"].update(type="string"),
        READ + "200.version was integer, is now string",
    ),
    "a field of an answer may be null": (
        lambda new: _schema(new, "ClientOut")["properties"].update(
            name={"anyOf": [{"type": "string"}, {"type": "null"}]}
        ),
        READ + "200.name can now be null too",
    ),
    "a field of a list is removed": (
        lambda new: _schema(new, "ClientOut")["properties"].pop("size_class"),
        LIST + "200.items[].size_class was removed",
    ),
    "a request needs a new field": (
        lambda new: (
            _schema(new, "RegisterClient")["properties"].update(owner={"type": "string"}),
            _schema(new, "RegisterClient")["required"].append("owner"),
        ),
        REGISTER + "body.owner is new and required",
    ),
    "a field of a request is needed now": (
        lambda new: _schema(new, "RegisterClient")["required"].append("province"),
        REGISTER + "body.province was optional, is now required",
    ),
    "a field of a request is no longer known": (
        lambda new: _schema(new, "RegisterClient")["properties"].pop("size_class"),
        REGISTER + "body.size_class was removed",
    ),
    "a field of a request takes less": (
        lambda new: _schema(new, "RegisterClient")["properties"]["name"].update(maxLength=10),
        REGISTER + "body.name has a narrower maxLength: 300 before, 10 now",
    ),
    "a field of a request takes another type": (
        lambda new: _schema(new, "RegisterClient")["properties"]["name"].update(type="integer"),
        REGISTER + "body.name was string, is now integer",
    ),
    "a code is no longer taken": (
        lambda new: _parameter(new, "/v1/clients", "get", "status").update(schema={"type": "null"}),
        LIST + "query status can no longer be string",
    ),
    "a filter is no longer known": (
        lambda new: new["paths"]["/v1/clients"]["get"]["parameters"].remove(
            _parameter(new, "/v1/clients", "get", "country")
        ),
        LIST + "query country is no longer known",
    ),
    "a filter is needed now": (
        lambda new: _parameter(new, "/v1/clients", "get", "country").update(required=True),
        LIST + "query country was optional, is now required",
    ),
    "a status is no longer answered": (
        lambda new: _answers(new, "/v1/clients", "post").pop("409"),
        REGISTER + "409 is no longer answered",
    ),
    "an answer has another media type": (
        lambda new: _answers(new, "/v1/clients", "post")["201"].update(content={"text/plain": {}}),
        REGISTER + "201 is no longer application/json",
    ),
}


@pytest.mark.parametrize(("plant", "sentence"), PLANTED.values(), ids=list(PLANTED))
def test_a_breaking_change_is_named(plant: Plant, sentence: str) -> None:
    assert any(each.startswith(f"{sentence}; hits ") for each in _after(plant)), _after(plant)


@pytest.mark.parametrize(
    ("kind", "planted", "sentence"),
    [
        ("RegisterClient", ["small"], "body.size_class no longer takes large, medium"),
        ("ClientOut", ["small", "medium", "large", "huge"], "size_class can now be huge too"),
    ],
    ids=["asked", "answered"],
)
@pytest.mark.parametrize("listed", ["enum", "pattern"])
def test_a_list_of_codes_gets_no_shorter_where_it_is_asked_and_no_longer_where_it_is_answered(
    kind: str, planted: list[str], sentence: str, listed: str
) -> None:
    def with_codes(codes: list[str]) -> Document:
        document = copy.deepcopy(OLD)
        limit = {"enum": codes} if listed == "enum" else {"pattern": f"^({'|'.join(codes)})$"}
        _schema(document, kind)["properties"]["size_class"] = {"type": "string", **limit}
        return document

    old = Api.of(with_codes(["small", "medium", "large"]), PERMISSIONS)
    found = api_breaks(old, Api.of(with_codes(planted), PERMISSIONS), CALLERS)
    assert any(sentence in str(each) for each in found)
    other = [*planted, "tiny"] if kind == "RegisterClient" else ["small"]
    after = with_codes(["small", "medium", "large", "huge"] if kind == "RegisterClient" else other)
    assert api_breaks(old, Api.of(after, PERMISSIONS), CALLERS) == []


def test_who_is_hit_are_the_roles_that_may_call_and_the_rooms_that_do() -> None:
    [found] = _after(PLANTED["a status is no longer answered"][0])
    assert found.endswith("; hits officer; called by portal.clients.company")


def test_what_was_public_stays_so() -> None:
    public = copy.deepcopy(OLD)
    public["paths"]["/v1/clients"]["get"]["security"] = []
    [found] = api_breaks(Api.of(public, PERMISSIONS), Api.of(OLD, PERMISSIONS), CALLERS)
    assert str(found).startswith(f"{LIST}now needs a key; hits ")


def test_a_role_that_may_no_longer_call_is_named() -> None:
    fewer = [
        {**each, "roles": [role for role in each["roles"] if role != "client"]}
        if each["operation"] == "read_client"
        else each
        for each in PERMISSIONS
    ]
    [found] = api_breaks(Api.of(OLD, PERMISSIONS), Api.of(OLD, fewer), {})
    assert str(found) == f"{READ}is no longer open to client; hits client; called by nobody in this house"


@pytest.mark.parametrize(
    "plant",
    [
        lambda new: None,
        lambda new: _schema(new, "ClientOut")["properties"].update(more={"type": "string"}),
        lambda new: _schema(new, "RegisterClient")["properties"].update(more={"type": "string"}),
        lambda new: _schema(new, "RegisterClient")["properties"]["name"].update(maxLength=1000),
        lambda new: _schema(new, "RegisterClient")["required"].remove("name"),
        lambda new: _answers(new, "/v1/clients", "post").update({"418": {"description": "new"}}),
        lambda new: new["paths"].update({"/v1/castles": {"get": {"operationId": "list_castles", "responses": {}}}}),
        lambda new: new["paths"].update({"/v1/clients/{id}": new["paths"].pop("/v1/clients/{client_id}")}),
        lambda new: _schema(new, "ClientOut").update(description="in other words"),
        lambda new: _answers(new, "/v1/client-imports/{import_id}/refused-rows", "get")["200"]["content"][
            "application/json"
        ].update(schema={"type": "array"}),
    ],
    ids=[
        "nothing",
        "more answered",
        "more may be asked",
        "wider",
        "no longer needed",
        "status",
        "operation",
        "name",
        "words",
        "said more closely",
    ],
)
def test_more_and_wider_break_nobody(plant: Plant) -> None:
    assert _after(plant) == []


def test_callers_are_found_by_address_and_by_name(tmp_path: Path) -> None:
    rooms = {
        "portal/sites.py": 'async def show(api, site):\n    await api.post(f"/v1/sites/{site}/close", once="x")\n',
        "portal/offers.py": 'async def show(api, need):\n    await api.get(path_of("v1", "needs", str(need)))\n',
        "openrecp/play.py": 'async def go(people):\n    await people.ask("officer", "POST", "/v1/clients", {})\n',
        "openrecp/typed.py": "async def go(client):\n    await client.register_client({})\n",
        "openrecp/words.py": 'ADDRESS = "/v1/sites?status=open"\n',
    }
    for name, text in rooms.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert callers(tmp_path, OLD) == {
        "close_site": ("portal.sites",),
        "list_sites": ("openrecp.words",),
        "open_site": ("openrecp.words",),
        "read_need": ("portal.offers",),
        "register_client": ("openrecp.play", "openrecp.typed"),
    }


def test_the_api_as_it_stands_keeps_what_was_released() -> None:
    assert list(api_faults(ROOT)) == []


def _tree(tmp_path: Path, document: Document) -> Path:
    """A house with nothing but its released API and the one that stands."""
    released = tmp_path / "contracts" / "released" / "0.1.0"
    released.mkdir(parents=True)
    for name in ("openapi.json", "permissions.json"):
        (released / name).write_bytes((RELEASED / name).read_bytes())
        (tmp_path / "contracts" / name).write_bytes((RELEASED / name).read_bytes())
    (tmp_path / "contracts" / "openapi.json").write_text(json.dumps(document))
    return tmp_path


def test_a_break_stands_until_it_is_taken_back_or_written_down_with_its_reason(tmp_path: Path) -> None:
    broken = copy.deepcopy(OLD)
    PLANTED["a status is no longer answered"][0](broken)
    tree = _tree(tmp_path, broken)
    fact = REGISTER + "409 is no longer answered"
    assert list(api_faults(tree)) == [
        f"{fact}; hits officer; called by nobody in this house. Keep it beside what is new"
    ]
    excuses = tree / "contracts" / "released" / "0.1.0" / "broken.toml"
    excuses.write_text(f"[[broken]]\nwhy = 'it never was'\nbreaks = ['{fact}']\n")
    assert list(api_faults(tree)) == []
    (tree / "contracts" / "openapi.json").write_text(json.dumps(OLD))
    assert list(api_faults(tree)) == [f"{fact}: no longer so, strike it from 0.1.0/broken.toml"]
