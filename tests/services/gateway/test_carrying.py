"""Carrying: bodies stream both ways, time is bounded, what breaks is told, and the trace goes through."""

import asyncio
import re
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs

from gateway.settings import DoorSettings
from gateway.transports import OverHttp
from tests.kit.door import Door, How, door

UPLOAD = {"Content-Type": "multipart/form-data; boundary=x"}
PIECE, PIECES = b"u" * 65_536, 320  # 20 MiB
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def _pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield PIECE


async def test_a_large_upload_streams_through_without_being_kept(there: Door) -> None:
    client = there.as_(None, **UPLOAD)
    assert (await client.post("/v1/workshop/upload", content=_pieces(1))).status_code == 200  # all is warm now
    there.workshop.received = 0
    tracemalloc.start()
    try:
        answer = await client.post("/v1/workshop/upload", content=_pieces(PIECES))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (answer.status_code, int(answer.text)) == (200, len(PIECE) * PIECES)
    assert there.workshop.largest_piece <= 2**20
    assert peak < 4 * 2**20, f"{peak / 2**20:.1f} MiB for 20 MiB"


async def test_a_large_answer_streams_through_without_being_kept(there: Door) -> None:
    client = there.as_(None)
    assert (await client.get("/v1/workshop/headers")).status_code == 200
    received = 0
    tracemalloc.start()
    try:
        async with client.stream("GET", "/v1/workshop/download") as answer:
            async for piece in answer.aiter_raw(65_536):
                received += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert received == len(PIECE) * PIECES
    assert peak < 4 * 2**20, f"{peak / 2**20:.1f} MiB for 20 MiB"


async def test_a_body_that_says_it_is_too_large_is_refused_unread(there: Door) -> None:
    refused = await there.raw(
        "POST /v1/workshop/upload HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 100000000\r\nConnection: close\r\n\r\n"
    )
    assert refused.startswith(b"HTTP/1.1 413")
    assert b'"code":"body_is_too_large"' in refused
    assert there.workshop.received == 0


async def test_a_body_that_turns_out_too_large_is_refused_on_the_way(tmp_path: Path, how: How) -> None:
    async with door(tmp_path, how, settings=DoorSettings(upload_limit=100_000)) as opened:
        refused = await opened.as_(None, **UPLOAD).post("/v1/workshop/upload", content=_pieces(3))
        assert (refused.status_code, refused.json()["code"]) == (413, "body_is_too_large")
        assert opened.workshop.received <= 2 * 65_536


async def test_an_answer_that_does_not_come_in_time_is_a_problem(tmp_path: Path, how: How) -> None:
    async with door(tmp_path, how, settings=DoorSettings(answer_s=0.2)) as opened:
        late = await opened.as_(None).get("/v1/workshop/slow")
        assert (late.status_code, late.json()["code"]) == (504, "answer_took_too_long")
        assert late.headers["correlation-id"]
        await asyncio.wait_for(opened.workshop.let_go.wait(), 5)


async def test_a_caller_who_leaves_lets_the_service_go(there: Door) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", there.port)
    writer.write(b"GET /v1/workshop/slow HTTP/1.1\r\nHost: x\r\n\r\n")
    await asyncio.wait_for(there.workshop.arrived.wait(), 5)
    writer.close()
    await asyncio.wait_for(there.workshop.let_go.wait(), 5)


async def test_a_caller_who_leaves_half_way_is_no_failure_of_ours(there: Door) -> None:
    key = (await there.key("officer"))["key"]
    head = f"POST /v1/clients HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nContent-Length: 1000\r\n\r\n{{"
    with capture_logs() as logs:
        _, writer = await asyncio.open_connection("127.0.0.1", there.port)
        writer.write(head.encode())
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.close()
        await asyncio.sleep(0.3)
    told = {(each["service"], each["status"]) for each in logs if each["event"] == "request"}
    assert told == {("gateway", 499)}  # what does not come whole reaches no service
    assert not [each for each in logs if each["log_level"] == "error"]


async def test_callers_who_leave_take_no_connection_with_them(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http") as opened:
        for _ in range(150):  # more than the pool has
            _, writer = await asyncio.open_connection("127.0.0.1", opened.port)
            opened.workshop.arrived.clear()
            writer.write(b"GET /v1/workshop/slow HTTP/1.1\r\nHost: x\r\n\r\n")
            await asyncio.wait_for(opened.workshop.arrived.wait(), 5)
            writer.close()
        assert (await opened.as_(None).get("/v1/workshop/headers")).status_code == 200


async def test_a_service_that_fails_says_nothing_of_why(there: Door) -> None:
    with capture_logs() as logs:
        failed = await there.as_(None).get("/v1/workshop/broken")
    expected = {"in_process": (500, "internal_error"), "over_http": (502, "answer_was_lost")}
    assert (failed.status_code, failed.json()["code"]) in expected.values()
    assert "secret" not in failed.text
    assert any(each["event"] == "request" and each["status"] == failed.status_code for each in logs)


async def test_half_an_answer_does_not_look_like_a_whole_one(there: Door) -> None:
    with pytest.raises(httpx2.HTTPError):
        await there.as_(None).get("/v1/workshop/half")


async def test_a_service_that_is_away_is_told_with_when_to_come_again(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http") as opened:
        clients = opened.gateway.services["clients"]
        assert isinstance(clients, OverHttp)
        clients.address = "http://127.0.0.1:9"  # nobody listens there
        away = await opened.administrator.get("/v1/clients")
        assert (away.status_code, away.json()["code"]) == (503, "service_is_away")
        assert away.headers["retry-after"] == "1"
        assert (await opened.administrator.get("/v1/me")).status_code == 200
        assert (await opened.as_(None).get("/v1/workshop/headers")).status_code == 200


async def test_headers_of_one_hop_stay_on_it(tmp_path: Path) -> None:
    async with door(tmp_path, "over_http") as opened:
        answer = await opened.as_(None).get("/v1/workshop/hop")
        assert (answer.text, answer.headers["x-stays"]) == ("hop", "1")
        assert not {"x-hop", "keep-alive"} & set(answer.headers)
        assert answer.headers.get_list("date") == [answer.headers["date"]]


async def test_a_correlation_id_goes_through_and_comes_back(there: Door) -> None:
    answer = await there.as_(None, **{"Correlation-Id": "order-4711"}).get("/v1/workshop/headers")
    assert answer.headers.get_list("correlation-id") == ["order-4711"]
    assert [value for name, value in answer.json() if name == "correlation-id"] == ["order-4711"]


async def test_a_correlation_id_that_could_harm_is_replaced(there: Door) -> None:
    for bad in ("x" * 101, "a b", 'a"b', "<script>", ""):
        answer = await there.as_(None, **{"Correlation-Id": bad}).get("/v1/workshop/headers")
        given = answer.headers["correlation-id"]
        assert re.fullmatch(r"[0-9a-f-]{36}", given)
        assert [value for name, value in answer.json() if name == "correlation-id"] == [given]


async def test_every_answer_has_a_correlation_id(there: Door) -> None:
    nobody = there.as_(None)
    answers = [await nobody.get(path) for path in ("/v1/clients", "/nowhere", "/docs", "/v1/workshop/headers")]
    answers.append(await nobody.delete("/v1/clients"))
    assert [answer.status_code for answer in answers] == [401, 404, 200, 200, 405]
    assert all(answer.headers["correlation-id"] for answer in answers)


async def test_a_trace_goes_through(there: Door) -> None:
    by = there.as_(None, traceparent=TRACE, tracestate="vendor=1")
    seen = (await by.get("/v1/workshop/headers")).json()
    assert [value for name, value in seen if name in ("traceparent", "tracestate")] == [TRACE, "vendor=1"]


async def test_a_trace_that_is_none_is_begun_anew(there: Door) -> None:
    for bad in ("00-0-0-01", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", TRACE.upper(), TRACE + "-x", "zz" + TRACE[2:]):
        seen = (await there.as_(None, traceparent=bad, tracestate="vendor=1").get("/v1/workshop/headers")).json()
        found = [value for name, value in seen if name == "traceparent"]
        assert len(found) == 1
        assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", found[0])
        assert "tracestate" not in dict(seen)


async def test_what_a_service_decides_is_passed_on_as_it_is(there: Door) -> None:
    by = await there.officer()
    body = {"name": "Mill", "country": "XA", "province": "XA-R"}
    made = await by.post("/v1/clients", json=body, headers={"Idempotency-Key": "mill"})
    again = await by.post("/v1/clients", json=body, headers={"Idempotency-Key": "mill"})
    assert (again.status_code, again.json(), again.headers["idempotency-replayed"]) == (201, made.json(), "true")
    place, etag = made.headers["location"], made.headers["etag"]
    assert (await by.get(place, headers={"If-None-Match": etag})).status_code == 304
    assert (await by.patch(place, json={"name": "Big Mill"})).status_code == 428
    assert (await by.patch(place, json={"name": "Big Mill"}, headers={"If-Match": '"9"'})).status_code == 412
    assert (await by.patch(place, json={"name": "Big Mill"}, headers={"If-Match": etag})).status_code == 200
    assert (await by.post("/v1/clients", content=b"name=x")).json()["code"] == "body_is_not_json"
    listed = await by.get("/v1/clients", params={"country": "XA", "limit": 1})
    assert [each["name"] for each in listed.json()["items"]] == ["Big Mill"]
    assert (await by.get("/v1/clients?limit=0&country=%01")).status_code == 422


async def test_many_at_once_are_all_answered(there: Door) -> None:
    by = await there.officer()
    answers = await asyncio.gather(*(by.get("/v1/clients") for _ in range(200)))
    assert {answer.status_code for answer in answers} == {200}
