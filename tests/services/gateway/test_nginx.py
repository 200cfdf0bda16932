"""The front of deploy/nginx before the real door and a real service."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from deploy.local.nginx import lay_out
from deploy.local.postgres import GUARD, free_port
from gateway.settings import DoorSettings
from gateway.transports import OverHttp
from tests.kit.door import Door, door

SECRET = "of no use outside of this test, but long"
MILL = {"name": "Mill", "country": "XA", "province": "XA-R"}


def nginx() -> str:
    """A loud skip where there is none, and a failure under REQUIRE_ALL=1."""
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is not None:
        return found
    words = "no nginx: apt-get install -y nginx-light"
    if os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(words, pytrace=False)
    pytest.skip(words)


@asynccontextmanager
async def in_front(there: Door, folder: Path) -> AsyncIterator[str]:
    """nginx before this door and its services; its address."""
    port = free_port()
    upstreams = {"gateway": there.url.removeprefix("http://")}
    for name, transport in there.gateway.services.items():
        assert isinstance(transport, OverHttp)
        upstreams[name] = transport.address.removeprefix("http://")
    main = lay_out(folder / "nginx", port=port, secret=SECRET, upstreams=upstreams)
    process = await asyncio.create_subprocess_exec(nginx(), "-p", str(folder / "nginx"), "-c", str(main))
    guard = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", GUARD, "sh", str(process.pid), stdin=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as http:
            until = asyncio.get_running_loop().time() + 10
            while True:
                try:
                    await http.get("/health/live")
                    break
                except httpx2.TransportError:
                    assert process.returncode is None, (folder / "nginx" / "error.log").read_text()
                    assert asyncio.get_running_loop().time() < until
                    await asyncio.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        guard.kill()
        await guard.wait()
        if process.returncode is None:
            process.terminate()
            await process.wait()


async def test_bytes_go_past_the_door_and_judgement_does_not(tmp_path: Path) -> None:
    settings = DoorSettings(front_secret=SECRET)
    async with door(tmp_path, "over_http", settings=settings) as there, in_front(there, tmp_path) as url:
        made = await there.key("officer")
        bearer = {"Authorization": f"Bearer {made['key']}"}
        async with httpx2.AsyncClient(base_url=url, trust_env=False) as http:
            place = await _is_served(http, bearer, there)
            elsewhere = {"Authorization": f"Bearer {(await there.key('officer', provinces=['XA-C']))['key']}"}
            assert (await http.get(place, headers=elsewhere)).status_code == 404, "a decision is for one key"
            await _is_refused_in_words(http, bearer, there, made["key_id"])


async def _is_served(http: httpx2.AsyncClient, bearer: dict[str, str], there: Door) -> str:
    """A command, its repetition and reads, answered by the service itself."""
    key = {"Idempotency-Key": str(uuid4())}
    created = await http.post("/v1/clients", json=MILL, headers=bearer | key)
    assert created.status_code == 201, created.text
    again = await http.post("/v1/clients", json=MILL, headers=bearer | key)
    assert (again.status_code, again.json()) == (201, created.json())
    one = await http.get(created.headers["location"], headers=bearer | {"Correlation-Id": "mine-1"})
    assert one.json()["name"] == "Mill"
    assert one.headers["etag"] == '"1"'
    assert one.headers["correlation-id"] == "mine-1"
    assert one.headers["cache-control"] == "private, no-cache"
    assert one.headers["x-content-type-options"] == "nosniff"
    unchanged = await http.get(created.headers["location"], headers=bearer | {"If-None-Match": '"1"'})
    assert unchanged.status_code == 304
    pages = await http.get("/v1/clients?limit=1", headers=bearer)
    assert [each["name"] for each in pages.json()["items"]] == ["Mill"]
    forged = {"X-OpenRECP-Authorization": "Bearer mine", "X-User": "root", "X-Forwarded-For": "127.0.0.1"}
    mirrored = await http.get("/v1/workshop/headers", headers=bearer | forged)
    seen = {name for name, _ in there.workshop.headers}
    assert mirrored.status_code == 200
    assert seen <= {
        *("host", "authorization", "accept", "user-agent", "correlation-id", "traceparent", "accept-language")
    }
    given = dict(there.workshop.headers)["authorization"]
    assert given.startswith("Bearer ey"), "the key itself goes no further than the door"
    assert "x-openrecp-authorization" not in mirrored.headers
    return created.headers["location"]


async def _is_refused_in_words(http: httpx2.AsyncClient, bearer: dict[str, str], there: Door, key_id: str) -> None:
    """What the door refuses or answers by itself, it answers in its own words."""
    expected = [
        ("GET", "/v1/clients", {}, 401, "sign_in_needed"),
        ("GET", "/v1/clients", {"Authorization": "Bearer orc_" + "A" * 43}, 401, "key_is_unknown"),
        ("DELETE", "/v1/clients", bearer, 405, "method_is_not_allowed"),
        ("POST", "/v1/keys", bearer, 403, "not_allowed"),
        ("GET", "/v1/%63lients", bearer, 404, "not_found"),
        ("GET", "/v1/clients/..%2fkeys", bearer, 404, "not_found"),
        ("GET", "/front/decision", bearer | {"X-OpenRECP-Front": SECRET}, 404, "not_found"),
        ("GET", "/openrecp-decision", bearer, 404, None),
        ("POST", "/v1/clients", bearer, 422, "body_is_invalid"),
    ]
    for method, path, headers, status, code in expected:
        answer = await http.request(method, path, headers=headers, json={"name": ""} if method == "POST" else None)
        assert answer.status_code == status, (method, path, answer.text)
        assert code is None or answer.json()["code"] == code
        assert "x-openrecp-authorization" not in answer.headers
    assert (await http.get("/v1/me", headers=bearer)).json()["roles"] == ["officer"]
    assert (await http.get("/v1/workshop/headers")).status_code == 200  # public: taken by the door
    await there.administrator.post(f"/v1/keys/{key_id}/revoke")
    async with asyncio.timeout(10):
        while (answer := await http.get("/v1/clients", headers=bearer)).status_code == 200:
            await asyncio.sleep(0.2)
    assert (answer.status_code, answer.json()["code"]) == (401, "key_was_revoked")
