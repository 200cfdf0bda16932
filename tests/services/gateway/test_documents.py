"""Documents: permissions and OpenAPI derived from the routes, and the page that shows them."""

import asyncio
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from chassis.auth import allow
from chassis.route import Routes, Uow
from chassis.settings import ROOT
from contracts.principals import Officer
from gateway.openapi import merged
from gateway.paths import SERVICE_OF
from gateway.permissions import Permissions, collected
from tests.kit.door import APPS, door

DOCUMENTS = {name: app.openapi() for name, app in APPS.items()}


def _little(*paths: str, schemas: dict[str, Any] | None = None) -> dict[str, Any]:
    """An OpenAPI document with one operation a path."""

    def operation(path: str) -> dict[str, Any]:
        return {"operationId": path.rpartition("/")[2].replace("-", "_"), "responses": {"200": {"description": "ok"}}}

    return {
        "openapi": "3.1.0",
        "info": {"title": "x", "version": "1"},
        "paths": {path: {"get": operation(path)} for path in paths},
        "components": {"schemas": schemas or {}},
    }


def test_permissions_say_who_may_do_what_where() -> None:
    entries = collected(APPS)
    assert {
        "method": "POST",
        "path": "/v1/clients/{client_id}/qualify",
        "operation": "qualify_client",
        "service": "clients",
        "roles": ["officer"],
    } in entries
    own = [(each["method"], each["path"], each["operation"]) for each in entries if each["service"] == "gateway"]
    assert own == [
        ("GET", "/v1/clock", "read_clock"),
        ("POST", "/v1/clock/advance", "advance_clock"),
        ("GET", "/v1/keys", "list_keys"),
        ("POST", "/v1/keys", "create_key"),
        ("GET", "/v1/keys/{key_id}", "read_key"),
        ("POST", "/v1/keys/{key_id}/revoke", "revoke_key"),
        ("GET", "/v1/me", "read_me"),
        ("GET", "/v1/pack", "read_pack"),
    ]
    roles = {each["operation"]: each["roles"] for each in entries if each["service"] == "gateway"}
    assert roles.pop("read_pack") == ["public"]
    everybody = roles.pop("read_me")
    assert set(map(tuple, roles.values())) == {("administrator",)}
    assert set(everybody).isdisjoint({"public", "system"})
    assert len(everybody) == 11


def test_what_an_administrator_may_do_stands_there_once_for_each_service() -> None:
    paths = {each["path"] for each in collected(APPS) if "/admin/" in each["path"]}
    assert "/v1/admin/clients/rebuild" in paths
    assert not any("{service}" in path or "gateway" in path for path in paths)


def test_a_path_that_the_gateway_does_not_know_is_refused_while_collecting() -> None:
    routes = Routes("/v1/castles")

    @routes.get("", dependencies=allow(Officer))
    async def list_castles(uow: Uow) -> None:
        """Castles."""

    app = type(APPS["clients"])()
    app.router.routes.extend(routes.routes)
    with pytest.raises(ValueError, match="castles"):
        collected({"clients": app})


def test_a_word_in_a_path_goes_before_a_parameter() -> None:
    entries = [
        {"method": "GET", "path": path, "operation": path, "service": "x", "roles": ["officer"]}
        for path in ("/v1/offers/{id}/accept", "/v1/offers/next/decline", "/v1/offers/{id}")
    ]
    permissions = Permissions(entries)
    assert permissions.match("GET", b"/v1/offers/next/accept").name == "/v1/offers/{id}/accept"
    assert permissions.match("GET", b"/v1/offers/next/decline").name == "/v1/offers/next/decline"
    assert permissions.match("GET", b"/v1/offers/next").name == "/v1/offers/{id}"


def test_every_resource_has_one_service() -> None:
    assert set(SERVICE_OF.values()) == {"clients", "matching", "assessments", "training", "impact", "exchange"}


def test_the_merged_document_is_valid_and_says_everything_once() -> None:
    document = merged(DOCUMENTS)
    validate(document)
    operations = [each for item in document["paths"].values() for each in item.values()]
    names = [each["operationId"] for each in operations]
    assert len(names) == len(set(names))
    assert [path for path in document["paths"] if path.endswith("/rebuild")] == ["/v1/admin/{service}/rebuild"]
    service = document["paths"]["/v1/admin/{service}/rebuild"]["get"]["parameters"][0]
    assert service["schema"] == {"type": "string", "enum": ["clients"]}
    assert document["components"]["schemas"]["Problem"]["properties"]["code"]
    assert document["security"] == [{"key": []}]
    assert {"429", "500", "502", "503", "504"} <= set(operations[0]["responses"])
    for path, item in document["paths"].items():
        assert {tag for each in item.values() for tag in each["tags"]} == {path.split("/")[2]}
    json.dumps(document)


def test_every_reference_in_it_leads_somewhere() -> None:
    document = merged(DOCUMENTS)
    for reference in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(document))):
        found: Any = document
        for part in reference.split("/"):
            found = found[part]
        assert found


def test_the_order_of_services_does_not_matter() -> None:
    backwards = dict(reversed(DOCUMENTS.items()))
    assert json.dumps(merged(DOCUMENTS)) == json.dumps(merged(backwards))


def test_one_name_for_two_things_is_told_apart_and_what_speaks_of_it_too() -> None:
    def schemas(kind: str) -> dict[str, Any]:
        return {
            "Decline": {"type": kind},
            "Page": {"properties": {"items": {"$ref": "#/components/schemas/Decline"}}},
            "Money": {"type": "object"},
        }

    document = merged(
        {
            "clients": _little("/v1/clients", schemas=schemas("string")),
            "matching": _little("/v1/offers", schemas=schemas("integer")),
        }
    )
    found = document["components"]["schemas"]
    assert set(found) == {
        "ClientsDecline",
        "ClientsPage",
        "MatchingDecline",
        "MatchingPage",
        "Money",
        "Problem",
    }
    assert found["MatchingPage"]["properties"]["items"] == {"$ref": "#/components/schemas/MatchingDecline"}


def test_two_operations_of_one_name_or_path_are_refused() -> None:
    with pytest.raises(ValueError, match="same name: list"):
        merged({"clients": _little("/v1/clients/list"), "matching": _little("/v1/offers/list")})
    with pytest.raises(ValueError, match="another service"):
        merged({"clients": _little("/v1/clients"), "matching": _little("/v1/clients")})


async def test_the_documents_are_served_from_their_files(tmp_path: Path) -> None:
    written = tmp_path / "openapi.json"
    written.write_text(json.dumps(merged(DOCUMENTS)), encoding="utf-8")
    shutil.copy(ROOT / "contracts" / "asyncapi.json", tmp_path / "asyncapi.json")
    async with door(tmp_path, openapi=written) as opened:
        served = await opened.as_(None).get("/v1/openapi.json")
        assert (served.status_code, served.content) == (200, written.read_bytes())
        validate(served.json())
        again = await opened.as_(None).get("/v1/openapi.json", headers={"If-None-Match": served.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        events = await opened.as_(None).get("/asyncapi.json")
        assert (events.status_code, events.headers["content-type"]) == (200, "application/json")
        assert events.content == (tmp_path / "asyncapi.json").read_bytes()
        assert events.json()["asyncapi"] == "3.1.0"
        assert events.headers["etag"] != served.headers["etag"]
        again = await opened.as_(None).get("/asyncapi.json", headers={"If-None-Match": events.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


async def test_a_missing_document_is_a_problem(tmp_path: Path) -> None:
    async with door(tmp_path, openapi=tmp_path / "nowhere.json") as opened:
        for path in ("/v1/openapi.json", "/asyncapi.json"):
            missing = await opened.as_(None).get(path)
            assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_the_page_needs_nothing_from_elsewhere(tmp_path: Path) -> None:
    async with door(tmp_path) as opened:
        nobody = opened.as_(None)
        page = await nobody.get("/docs")
        assert page.headers["content-type"].startswith("text/html")
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert not re.search(r"<script>|style=|onload=|https?://", page.text)
        linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert {"/asyncapi.json", "#/events"} < set(linked)
        assert len(linked) == 7
        for path in linked:
            if path in ("/v1/openapi.json", "#/events"):
                continue
            answer = await nobody.get(path)
            assert answer.status_code == 200, path
            assert answer.headers["x-content-type-options"] == "nosniff"
            if path not in ("/docs/start.js", "/asyncapi.json"):
                assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (await nobody.get("/")).headers["location"] == "/docs"
        assert (await nobody.post("/docs")).headers["allow"] == "GET, HEAD"
        assert (await nobody.get("/docs/../gateway.sqlite")).status_code == 404
        assert (await nobody.get("/docs/1.0/swagger-ui.css")).status_code == 404


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
async def test_a_browser_shows_every_operation_under_that_policy(tmp_path: Path) -> None:
    written = tmp_path / "openapi.json"
    document = merged(DOCUMENTS)
    written.write_text(json.dumps(document), encoding="utf-8")
    async with door(tmp_path, openapi=written) as opened:
        shown, console = await _seen(f"{opened.url}/docs", tmp_path)
    assert shown.count('class="opblock-summary-path"') == sum(len(item) for item in document["paths"].values())
    assert "Content Security Policy" not in console


async def _seen(address: str, folder: Path) -> tuple[str, str]:
    """The page as Chromium leaves it, and what it wrote to its console."""
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'browser'}"]
    options += ["--virtual-time-budget=30000", "--enable-logging=stderr", "--dump-dom"]
    pipe = asyncio.subprocess.PIPE
    browser = await asyncio.create_subprocess_exec("chromium", *options, address, stdout=pipe, stderr=pipe)
    out, log = await asyncio.wait_for(browser.communicate(), 60)
    return out.decode(), log.decode(errors="replace")
