"""Small edges of requests and jobs that once let something through."""

import pytest
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request

from chassis.clock import new_id
from chassis.http import faults
from chassis.jobs import _storable
from chassis.route import _digest, _slot
from contracts.principals import NOBODY, Principal, Role


def _request(path: str, **headers: str) -> Request:
    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    server = {"scheme": "http", "server": ("room", 80), "query_string": b"", "root_path": ""}
    return Request({"type": "http", "method": "POST", "path": path, "headers": named, **server})


async def test_an_upload_repeated_with_another_boundary_is_the_same_request() -> None:
    digests = set()
    for boundary in ("first-drawn", "drawn-anew"):
        request = _request("/v1/client-imports", content_type=f"multipart/form-data; boundary={boundary}")
        digests.add(await _digest(request, f"--{boundary}\r\n\r\nthe file\r\n--{boundary}--".encode()))
    assert len(digests) == 1


async def test_another_file_under_another_boundary_is_another_request() -> None:
    digests = set()
    for boundary in ("first-drawn", "drawn-anew"):
        request = _request("/v1/client-imports", content_type=f"multipart/form-data; boundary={boundary}")
        digests.add(await _digest(request, f"--{boundary}\r\n\r\nfile of {boundary[:5]}\r\n".encode()))
    assert len(digests) == 2


def test_one_stranger_does_not_use_up_anothers_key() -> None:
    links = [_request(f"/v1/offer-links/{code}/decline", idempotency_key="1") for code in ("a", "b")]
    assert len({_slot(link, NOBODY) for link in links}) == 2


def test_somebodys_key_is_one_on_every_path() -> None:
    somebody = Principal(principal_id=new_id(), roles=frozenset({Role.OFFICER}))
    paths = [_request(path, idempotency_key="1") for path in ("/v1/clients", "/v1/sites")]
    assert len({_slot(path, somebody) for path in paths}) == 1


class Wish(BaseModel):
    kind: str = Field(pattern="^(training|policy_advice)$")
    period: str = Field(pattern=r"^\d{4}$")


def test_a_code_that_is_none_of_a_list_is_answered_with_the_list() -> None:
    with pytest.raises(ValidationError) as refused:
        Wish.model_validate({"kind": "audit", "period": "25"})
    kind, period = faults(refused.value.errors())
    assert kind == {
        "pointer": "/kind",
        "code": "string_pattern_mismatch",
        "detail": "Should be one of training, policy_advice",
    }
    assert period["detail"] == r"String should match pattern '^\d{4}$'"


def test_the_end_of_a_job_can_always_be_stored() -> None:
    told = _storable({"sentence": "The column N\0 or Q\ud800 is missing.", "result": {"done": 3}})
    assert told == {"sentence": "The column N\\x00 or Q\\ud800 is missing.", "result": {"done": 3}}
