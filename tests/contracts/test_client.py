"""The typed client says what the OpenAPI document says: each operation once, with its path, parameters and body."""

import inspect
import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import httpx2
import pytest

from api_client import Client, File, Trouble, every, models, whole
from chassis.settings import ROOT
from openrecp import client_code

DOCUMENT: dict[str, Any] = json.loads((ROOT / "contracts" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS = [
    (verb.upper(), path, operation) for path, item in DOCUMENT["paths"].items() for verb, operation in item.items()
]
A_UUID = UUID("0190b1d2-0000-7000-8000-000000000001")
FORM = "multipart/form-data"
TEXT, TEXT_IN_A_PATH = "a/b ?", "a%2Fb%20%3F"


def _named(operation: Mapping[str, Any], place: str) -> dict[str, Any]:
    return {each["name"]: each for each in operation.get("parameters", ()) if each["in"] == place}


def _value(schema: Mapping[str, Any]) -> Any:
    """Something that fits a parameter, told by its schema and not by the client."""
    for each in schema.get("anyOf", ()):
        if each.get("type") != "null":
            return _value(each)
    if "$ref" in schema:
        return _value(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    if "enum" in schema:
        return schema["enum"][0]
    kinds: dict[str, Any] = {"integer": 7, "boolean": True, "array": ["a", "b"], "number": 1.5}
    return A_UUID if schema.get("format") == "uuid" else kinds.get(schema.get("type", ""), TEXT)


def _arguments(operation: Mapping[str, Any]) -> dict[str, Any]:
    """All that an operation takes."""
    headers = _named(operation, "header")
    given = {name: _value(each["schema"]) for name, each in {**_named(operation, "path"), **_query(operation)}.items()}
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        given["body"] = {"some": "body"}
    if FORM in content:
        name = content[FORM]["schema"]["$ref"].rpartition("/")[2]
        for field, schema in DOCUMENT["components"]["schemas"][name]["properties"].items():
            given[field] = ("a.csv", b"1;2") if "contentMediaType" in json.dumps(schema) else _value(schema)
    return (
        given
        | ({"once": "key-1"} if "Idempotency-Key" in headers else {})
        | ({"version": 3} if "If-Match" in headers else {})
    )


def _query(operation: Mapping[str, Any]) -> dict[str, Any]:
    return _named(operation, "query")


async def _asked(name: str, arguments: Mapping[str, Any]) -> tuple[httpx2.Request, Any]:
    """The request that a method sends, and what it makes of the answer."""
    requests: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return httpx2.Response(200, json={"seen": True})

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(answer), base_url="http://api") as http:
        made = await getattr(Client(http), name)(**arguments)
    (request,) = requests
    return request, made


def test_each_operation_has_its_method_and_there_is_no_other() -> None:
    own = {name for name, each in vars(Client).items() if inspect.iscoroutinefunction(each)}
    assert own - {name for name in own if name.endswith("_as")} == {each["operationId"] for _, _, each in OPERATIONS}


@pytest.mark.parametrize(
    ("verb", "path", "operation"), OPERATIONS, ids=[each["operationId"] for *_, each in OPERATIONS]
)
async def test_a_method_sends_what_its_operation_takes(verb: str, path: str, operation: dict[str, Any]) -> None:
    arguments = _arguments(operation)
    request, made = await _asked(operation["operationId"], arguments)
    address = re.sub(r"\{(\w+)\}", lambda place: str(arguments[place[1]]).replace(TEXT, TEXT_IN_A_PATH), path)
    assert (request.method, request.url.raw_path.decode().partition("?")[0]) == (verb, address)
    assert {name: request.url.params.get_list(name) for name in request.url.params} == {
        name: [str(each) for each in value] if isinstance(value := arguments[name], list) else [_told(value)]
        for name in _query(operation)
    }
    assert ("idempotency-key" in request.headers) == (verb != "GET") == ("once" in arguments)
    assert request.headers.get("if-match") == ('"3"' if "version" in arguments else None)
    if "body" in arguments:
        assert json.loads(request.content) == {"some": "body"}
    content = operation.get("requestBody", {}).get("content", {})
    if FORM in content:
        parts = re.findall(rb'name="(\w+)"', request.content)
        assert {each.decode() for each in parts} == set(arguments) - {"once"}
    assert made == {"seen": True} or isinstance(made, File)


def _told(value: Any) -> str:
    return "true" if value is True else str(value)


async def test_what_is_not_asked_for_is_not_sent() -> None:
    request, _ = await _asked("list_offers", {"status": "open", "provider_id": None})
    assert request.url.raw_path == b"/v1/offers?status=open"


async def test_figures_come_as_a_file_where_the_document_says_so() -> None:
    request, made = await _asked("read_funnel_as", {"media_type": "text/csv", "year": 2025})
    assert request.headers["accept"] == "text/csv"
    assert request.url.raw_path == b"/v1/impact/funnel?year=2025"
    assert made == File(b'{"seen":true}', "application/json")


def test_a_body_has_the_fields_of_its_schema_and_ids_are_text() -> None:
    assert models.AcceptOffer.__annotations__.keys() == {"person_id"}
    assert models.OfferOut.__required_keys__ >= {"offer_id", "need_id", "status", "version"}


def test_a_new_operation_gets_its_method() -> None:
    path = {
        "post": {
            "operationId": "praise_offer",
            "summary": "Praise",
            "description": "Say something kind of an offer.",
            "parameters": [{"name": "offer_id", "in": "path", "schema": {"type": "string", "format": "uuid"}}],
            "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Kind"}}}}},
        }
    }
    code = client_code.operations({"paths": {"/v1/offers/{offer_id}/praise": path}, "components": {"schemas": {}}})
    assert (
        "    async def praise_offer(self, offer_id: str | UUID, *, once: str | None = None) -> models.Kind:\n"
        '        """Say something kind of an offer."""\n'
    ) in code
    assert '"POST", f"/v1/offers/{segment(offer_id)}/praise", once=once' in code


class Line:
    """A line of answers, given one after the other; what was asked is kept."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def _problem(status: int, code: str, **headers: str) -> httpx2.Response:
    kind = {"content-type": "application/problem+json", **headers}
    return httpx2.Response(status, headers=kind, json={"status": status, "code": code, "detail": f"It is {code}."})


@pytest.fixture
async def http() -> AsyncIterator[dict[str, Any]]:
    """A place for the client of a test, so that it is closed."""
    kept: dict[str, Any] = {}
    yield kept
    await kept["client"].aclose()


def _client(kept: dict[str, Any], line: Line, tries: int) -> Client:
    kept["client"] = httpx2.AsyncClient(transport=httpx2.MockTransport(line), base_url="http://api")
    return Client(kept["client"], tries=tries)


@pytest.mark.parametrize(
    "first",
    [
        httpx2.ConnectError("nobody is there"),
        httpx2.ReadError("cut off"),
        _problem(502, "answer_was_lost"),
        _problem(503, "try_again_later", **{"retry-after": "0"}),
        _problem(429, "too_many_requests", **{"retry-after": "0"}),
    ],
    ids=["no connection", "cut off", "answer lost", "busy", "too many"],
)
async def test_what_was_not_answered_is_asked_again_under_the_same_key(
    http: dict[str, Any], first: httpx2.Response | Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api_client.transport.FIRST_PAUSE_S", 0.001)
    line = Line(first, httpx2.Response(201, json={"offer_id": "x"}))
    client = _client(http, line, tries=2)
    assert (await client.accept_offer(A_UUID, {"person_id": "p"}))["offer_id"] == "x"
    keys = [request.headers["idempotency-key"] for request in line.requests]
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert line.requests[0].content == line.requests[1].content


async def test_as_long_as_the_api_asks_for_is_waited(http: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("api_client.transport.asyncio.sleep", sleep)
    line = Line(
        _problem(429, "too_many_requests", **{"retry-after": "9"}), _problem(503, "busy"), _problem(503, "busy")
    )
    with pytest.raises(Trouble) as refused:
        await _client(http, line, tries=3).read_me()
    assert refused.value.status == 503
    assert pauses == [9.0, 18.0]


@pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (409, "offer_is_answered"), (500, "internal_error")])
async def test_a_refusal_is_told_once_and_as_what_it_is(http: dict[str, Any], status: int, code: str) -> None:
    line = Line(_problem(status, code))
    with pytest.raises(Trouble) as refused:
        await _client(http, line, tries=5).read_offer(A_UUID)
    assert (refused.value.status, refused.value.code, refused.value.detail) == (status, code, f"It is {code}.")
    assert len(line.requests) == 1


async def test_who_asks_once_hears_of_a_lost_connection(http: dict[str, Any]) -> None:
    with pytest.raises(httpx2.ConnectError):
        await _client(http, Line(httpx2.ConnectError("nobody")), tries=1).read_me()


async def test_a_list_is_followed_to_its_end(http: dict[str, Any]) -> None:
    pages: list[dict[str, Any]] = [
        {"items": [{"offer_id": "1"}, {"offer_id": "2"}], "next": "after-2"},
        {"items": [], "next": "after-3"},
        {"items": [{"offer_id": "4"}], "next": None},
    ]
    line = Line(*(httpx2.Response(200, json=page) for page in [*pages, *pages]))
    client = _client(http, line, tries=1)
    assert [each["offer_id"] async for each in every(client.list_offers, status="open")] == ["1", "2", "4"]
    assert [each["offer_id"] for each in await whole(client.list_offers, status="open", limit=2)] == ["1", "2", "4"]
    asked = [request.url.query.decode() for request in line.requests]
    assert asked == [
        *("status=open&limit=200", "status=open&cursor=after-2&limit=200", "status=open&cursor=after-3&limit=200"),
        *("status=open&limit=2", "status=open&cursor=after-2&limit=2", "status=open&cursor=after-3&limit=2"),
    ]
