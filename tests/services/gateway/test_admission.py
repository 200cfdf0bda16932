"""Admission: unknown paths, other methods, missing and wrong keys, and every trick with them."""

import json

from tests.kit import people
from tests.kit.door import Door

KEY = "orc_" + "A" * 43
NO_KEYS = [
    f"Bearer {KEY}",
    "Bearer orc_short",
    "Bearer " + "orc_" + "A" * 44,
    "Bearer orc_" + "A" * 42 + "=",
    "Bearer " + "A" * 60_000,
    "Bearer",
    "bearer  " + KEY,
    f"Basic {KEY}",
    KEY,
    f"Bearer {KEY}, Bearer {KEY}",
    "Bearer orc_' OR '1'='1",
    "Bearer eyJhbGciOiJub25lIn0.e30.",
]
UNKNOWN_PATHS = [
    "/v1",
    "/v2/clients",
    "/v1/",
    "/v1/clients/",
    "//v1/clients",
    "/v1//clients",
    "/V1/clients",
    "/v1/Clients",
    "/v1/%63lients",
    "/v1/clients%2F",
    "/v1%2Fclients",
    "/v1/./clients",
    "/v1/../v1/clients",
    "/v1/me/../clients",
    "/v1/clients/..",
    "/v1/clients/%2e%2e/keys",
    "/v1/clients/%2e%2e%2fkeys",
    "/v1/clients/..%2fkeys",
    "/v1/clients/..;/keys",
    "/v1/clients;x=1",
    "/v1/clients%00",
    "/v1/clients%0d%0aX-Role:administrator",
    "/v1/clients\\..\\keys",
    "/v1/clients/x/y/z/q",
    "/v1/admin/nobody/rebuild",
    "/v1/admin/gateway/rebuild",
    "/v1/admin//rebuild",
    "/v1/admin/{service}/rebuild",
    "/health",
    "/clients",
    "/openapi.json",
    "*",
]


def _told(answer: bytes) -> tuple[int, str]:
    """Status and code of a problem."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head, answer
    return int(head.split()[1]), json.loads(body)["code"]


async def test_an_unknown_path_is_not_found_whoever_asks(here: Door) -> None:
    found = set()
    for path in UNKNOWN_PATHS:
        for key in (here.administrator_key, KEY):
            head = f"Host: x\r\nAuthorization: Bearer {key}\r\nConnection: close\r\n"
            answer = await here.raw(f"GET {path} HTTP/1.1\r\n{head}\r\n")
            found.add((path, *_told(answer)))
    assert found == {(path, 404, "not_found") for path in UNKNOWN_PATHS}


async def test_a_method_that_a_path_does_not_know_is_refused_with_those_it_knows(here: Door) -> None:
    for method in ("DELETE", "PUT", "OPTIONS", "HEAD", "PATCH", "TRACE", "PROPFIND"):
        answer = await here.administrator.request(method, "/v1/clients")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
        assert answer.headers["content-type"] == "application/problem+json"
    overridden = {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE"}
    assert (await here.administrator.get("/v1/clients", headers=overridden)).status_code == 200


async def test_what_http_does_not_know_never_gets_in(here: Door) -> None:
    start = "Host: x\r\nConnection: close\r\n"
    for request in (
        f"get /v1/clients HTTP/1.1\r\n{start}\r\n",
        f"GARBAGE\r\n{start}\r\n",
        f"POST /v1/workshop/upload HTTP/1.1\r\n{start}Content-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
        f"POST /v1/workshop/upload HTTP/1.1\r\n{start}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"POST /v1/workshop/upload HTTP/1.1\r\n{start}Content-Length: -1\r\n\r\n",
        f"GET /v1/clients HTTP/1.1\r\n{start}X-A: b\r\n c\r\nAuthorization : Bearer x\r\n\r\n",
    ):
        assert (await here.raw(request)).startswith(b"HTTP/1.1 400")
    assert here.workshop.received == 0


async def test_without_a_key_everything_but_the_public_is_closed(there: Door) -> None:
    nobody = there.as_(None)
    for method, path in [("GET", "/v1/clients"), ("POST", "/v1/clients"), ("GET", "/v1/me"), ("GET", "/v1/keys")]:
        refused = await nobody.request(method, path)
        assert (refused.status_code, refused.json()["code"]) == (401, "sign_in_needed")
        assert refused.headers["www-authenticate"] == "Bearer"
    assert (await nobody.get("/v1/workshop/headers")).status_code == 200


async def test_a_key_that_is_none_is_refused_even_where_nobody_needs_one(there: Door) -> None:
    for authorization in NO_KEYS:
        for path in ("/v1/clients", "/v1/workshop/headers"):
            refused = await there.as_(None, Authorization=authorization).get(path)
            code = refused.json()["code"]
            assert (refused.status_code, code in ("key_is_unknown", "sign_in_needed")) == (401, True), authorization
    assert there.workshop.headers == []


async def test_an_internal_token_does_not_open_the_door(here: Door) -> None:
    token = here.behind.mint.token(people.administrator())
    assert (await here.as_(token).get("/v1/keys")).json()["code"] == "key_is_unknown"


async def test_two_authorizations_are_none(here: Door) -> None:
    one = f"Authorization: Bearer {here.administrator_key}\r\n"
    answer = await here.raw(f"GET /v1/me HTTP/1.1\r\nHost: x\r\n{one}{one}Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 401")


async def test_a_role_that_may_not_is_told_so_before_its_body_is_read(there: Door) -> None:
    by = there.as_((await there.key("ministry"))["key"])
    refused = await by.post("/v1/clients", content=b"{not json")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")


async def test_who_somebody_is_comes_from_the_key_alone(there: Door) -> None:
    key = (await there.key("ministry"))["key"]
    forged = {
        "X-Principal": '{"roles":["administrator"]}',
        "X-User": "root",
        "X-Roles": "administrator",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-User": "root",
        "X-Forwarded-Host": "evil",
        "X-Real-IP": "127.0.0.1",
        "Forwarded": "for=127.0.0.1;by=gateway",
        "Cookie": "session=administrator",
        "Proxy-Authorization": "Bearer x",
        "X-Original-URL": "/v1/keys",
        "X-Rewrite-URL": "/v1/keys",
        "Accept": "application/json",
    }
    by = there.as_(key, **forged)
    assert (await by.get("/v1/keys")).status_code == 403
    seen = dict((await by.get("/v1/workshop/headers")).json())
    assert not {name.lower() for name in forged} - {"accept"} & set(seen)
    assert set(seen) <= {"accept", "user-agent", "authorization", "correlation-id", "traceparent", "host"}
    assert seen["authorization"].startswith("Bearer eyJ")
    assert key not in str(seen)


async def test_nobody_is_nobody_behind_the_door_too(there: Door) -> None:
    seen = dict((await there.as_(None, **{"X-Principal": "root"}).get("/v1/workshop/headers")).json())
    assert "authorization" not in seen


async def test_the_row_scope_of_a_key_reaches_the_service(there: Door) -> None:
    by, other = await there.officer("XA-R"), await there.officer("XA-N")
    mill = {"name": "Mill", "country": "XA", "province": "XA-R"}
    made = (await by.post("/v1/clients", json=mill)).json()["client_id"]
    assert (await by.get(f"/v1/clients/{made}")).status_code == 200
    assert (await other.get(f"/v1/clients/{made}")).status_code == 404
    assert (await other.post("/v1/clients", json=mill)).json()["code"] == "outside_territory"


async def test_a_query_without_end_is_refused(here: Door) -> None:
    refused = await here.administrator.get("/v1/clients", params={"name": "x" * 9_000})
    assert (refused.status_code, refused.json()["code"]) == (414, "address_is_too_long")


async def test_what_a_service_administers_is_reached_by_its_name(there: Door) -> None:
    assert (await there.administrator.get("/v1/admin/clients/failed-deliveries")).json()["items"] == []
    assert (await (await there.officer()).get("/v1/admin/clients/failed-deliveries")).status_code == 403
