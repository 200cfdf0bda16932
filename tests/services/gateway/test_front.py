"""What a proxy in front may ask of the door, and who else may not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from pydantic import ValidationError

from chassis.auth import TokenCheck
from contracts.principals import Role
from gateway.settings import DoorSettings
from tests.kit.door import Door, door

SECRET = "of no use outside of this test, but long"
A_CLIENT = f"/v1/clients/{uuid4()}"
NOT_TO_PASS = [
    ("DELETE", A_CLIENT),
    ("HEAD", "/v1/clients"),
    ("", "/v1/clients"),
    ("GET", ""),
    ("GET", "/v1/nothing"),
    ("GET", "/v1/clients/"),
    ("GET", "/v1/clients/../keys"),
    ("GET", "/v1/%63lients"),
    ("GET", "/v1/clients/%2e%2e/keys"),
    ("GET", "//v1/clients"),
    ("GET", "http://127.0.0.1/v1/clients"),
    ("GET", "/v1/me"),  # the gateway's own
    ("GET", "/v1/pack"),
    ("GET", "/front/decision"),
]


async def decided(there: Door, key: str | None, method: str, address: str, **also: str) -> httpx2.Response:
    """What nginx would hear about a request with this key."""
    asked = {"X-OpenRECP-Front": SECRET, "X-OpenRECP-Method": method, "X-OpenRECP-URI": address, **also}
    return await there.as_(key).get("/front/decision", headers=asked)


def front(**also: Any) -> DoorSettings:
    return DoorSettings(front_secret=SECRET, **also)


async def test_a_request_that_may_pass_is_told_its_service_and_its_name_there(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http", settings=front()) as there:
        made = await there.key("officer", provinces=["XA-R"])
        answer = await decided(there, made["key"], "POST", "/v1/clients?x=1")
        assert answer.status_code == 204
        assert answer.headers["x-openrecp-service"] == "clients"
        assert answer.headers["cache-control"] == "max-age=2"
        kind, _, token = answer.headers["x-openrecp-authorization"].partition(" ")
        principal = TokenCheck(there.gateway.mint.public_key, "//test/gateway").principal(token)
        assert kind == "Bearer"
        assert (principal.roles, principal.provinces) == (frozenset({Role.OFFICER}), frozenset({"XA-R"}))
        assert str(principal.principal_id) == made["principal_id"]


async def test_whoever_does_not_know_the_secret_finds_no_page(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http", settings=front()) as there:
        officer = await there.officer()
        for given in ({}, {"X-OpenRECP-Front": ""}, {"X-OpenRECP-Front": SECRET[:-1]}):
            asked = {"X-OpenRECP-Method": "GET", "X-OpenRECP-URI": "/v1/clients", **given}
            answer = await officer.get("/front/decision", headers=asked)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert "x-openrecp-authorization" not in answer.headers


async def test_without_a_secret_of_the_deployment_there_is_no_such_page(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http") as there:
        made = await there.key("officer")
        for secret in ("", SECRET):
            answer = await decided(there, made["key"], "GET", "/v1/clients", **{"X-OpenRECP-Front": secret})
            assert answer.status_code == 404
            assert "x-openrecp-authorization" not in answer.headers


def test_a_secret_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(ValidationError, match="at least 32 characters"):
        DoorSettings(front_secret="x" * 31)


async def test_what_the_door_refuses_or_answers_itself_does_not_pass(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http", settings=front()) as there:
        made = await there.key("officer")
        for method, address in NOT_TO_PASS:
            answer = await decided(there, made["key"], method, address)
            told = (answer.status_code, answer.headers["cache-control"], answer.content)
            assert told == (403, "no-store", b""), (method, address)
            assert "x-openrecp-authorization" not in answer.headers


async def test_a_role_and_a_scope_that_do_not_fit_do_not_pass(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http", settings=front()) as there:
        ministry = await there.key("ministry")
        reader = await there.key("officer", scopes=["clients:read"])
        assert (await decided(there, ministry["key"], "POST", "/v1/clients")).status_code == 403
        assert (await decided(there, reader["key"], "POST", "/v1/clients")).status_code == 403
        assert (await decided(there, reader["key"], "GET", A_CLIENT)).status_code == 204


async def test_keys_that_are_none_or_no_longer_do_not_pass(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http", settings=front()) as there:
        made = await there.key("officer")
        assert (await decided(there, made["key"], "GET", "/v1/clients")).status_code == 204
        await there.administrator.post(f"/v1/keys/{made['key_id']}/revoke")
        for key in (None, made["key"], "orc_" + "A" * 43, "nonsense"):
            answer = await decided(there, key, "GET", "/v1/clients")
            assert (answer.status_code, answer.headers["cache-control"]) == (401, "no-store")
        without = await decided(there, None, "GET", "/v1/workshop/headers")
        assert without.status_code == 401  # public: the door takes it itself, counted by the address


async def test_a_decision_is_not_kept_beyond_the_end_of_a_key(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http", settings=front()) as there:
        soon = (datetime.now(UTC) + timedelta(seconds=1.5)).isoformat()
        made = await there.key("officer", expires_at=soon)
        answer = await decided(there, made["key"], "GET", "/v1/clients")
        assert answer.status_code in (204, 401)  # on a slow machine it is over already
        assert answer.headers["cache-control"] in ("max-age=1", "no-store")


async def test_decisions_are_counted_with_the_requests_of_a_key(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http", settings=front(requests_per_minute=3)) as there:
        made = await there.key("officer")
        answers = [await decided(there, made["key"], "GET", "/v1/clients") for _ in range(5)]
        assert [each.status_code for each in answers] == [204, 204, 204, 403, 403]


async def test_a_service_in_this_process_is_not_passed_to(tmp_path: Path) -> None:
    async with door(tmp_path, "in_process", settings=front()) as there:
        made = await there.key("officer")
        assert (await decided(there, made["key"], "GET", "/v1/clients")).status_code == 403
