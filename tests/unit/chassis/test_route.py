"""A route: commit before reply, the same answer for the same key, the version you read, strict bodies."""

import asyncio
import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from chassis.store.port import Batch
from chassis.store.sqlite import SqliteStore
from chassis.tables import answers, outbox
from tests.kit import people
from tests.kit.room import Room, room
from tests.unit.chassis import bakery
from tests.unit.chassis.baker import OFFICER, found, oven

BUILD = {"name": "Old Faithful"}
KEY = {"Idempotency-Key": "a key of mine"}


async def test_the_answer_is_sent_when_the_commit_is_done(here: Room, folder: Path) -> None:
    committed: list[int] = []

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            with contextlib.closing(sqlite3.connect(folder / "bakery.sqlite")) as apart:
                committed.append(apart.execute("SELECT count(*) FROM ovens").fetchone()[0])

    await _call(here, send)
    assert committed == [1]


async def _call(here: Room, send: Any, **headers: str) -> None:
    """Build an oven as a server would have it done, answering through `send`."""
    given = {"authorization": f"Bearer {here.mint.token(OFFICER)}", "content-type": "application/json", **headers}
    body = json.dumps(BUILD).encode()
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/v1/ovens",
        "raw_path": b"/v1/ovens",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "server": ("room", 80),
        "scheme": "http",
        "root_path": "",
        "http_version": "1.1",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    await here.running.app(scope, receive, send)


async def test_a_full_disk_answers_503_and_leaves_nothing(here: Room) -> None:
    store, by = here.running.store, here.as_(OFFICER)
    pages = (await store.fetch(sa.select(sa.text("page_count")).select_from(sa.text("pragma_page_count"))))[0][0]
    await store.execute(sa.text(f"PRAGMA max_page_count = {pages}"))
    answered = []
    for n in range(200):
        answer = await by.post("/v1/ovens", json={"name": f"{n} " + "x" * 90}, headers={"Idempotency-Key": str(n)})
        answered.append(answer.status_code)
    refused = answered.count(503)
    assert refused > 0
    assert answered.count(201) == 200 - refused
    assert answer.json()["code"] == "try_again_later"
    assert answer.headers["retry-after"] == "1"
    assert "SQLITE" not in answer.text
    for mapping in (bakery.ovens, outbox, answers):
        assert len(await found(store, mapping)) == 200 - refused
    await store.execute(sa.text("PRAGMA max_page_count = 1000000"))
    again = await by.post("/v1/ovens", json={"name": "199 " + "x" * 90}, headers={"Idempotency-Key": "199"})
    assert again.status_code == 201


async def test_a_disk_that_became_read_only_answers_503_and_takes_writes_when_it_may_again(here: Room) -> None:
    """SQLite says of such a disk what it says under this pragma: attempt to write a readonly database."""
    store, by = here.running.store, here.as_(OFFICER)
    assert isinstance(store, SqliteStore)
    writing = store._opened[0]
    writing.execute("PRAGMA query_only = ON")
    once = {"Idempotency-Key": "once"}
    refused = [await by.post("/v1/ovens", json=BUILD, headers=once) for _ in range(3)]
    assert {(each.status_code, each.json()["code"]) for each in refused} == {(503, "try_again_later")}
    assert not any("readonly" in each.text or "SQLITE" in each.text for each in refused)
    assert await found(store, bakery.ovens) == await found(store, outbox) == []
    writing.execute("PRAGMA query_only = OFF")
    assert (await by.post("/v1/ovens", json=BUILD, headers=once)).status_code == 201
    assert len(await found(store, bakery.ovens)) == 1


async def test_a_store_that_is_closed_answers_503(here: Room) -> None:
    by = here.as_(OFFICER)
    await here.running.store.stop()
    answer = await by.post("/v1/ovens", json=BUILD)
    assert (answer.status_code, answer.json()["code"]) == (503, "try_again_later")
    await here.running.store.start()
    assert await found(here.running.store, bakery.ovens) == []
    assert (await by.post("/v1/ovens", json=BUILD)).status_code == 201


async def test_a_row_the_database_refuses_for_our_mistake_answers_500_and_leaves_nothing(here: Room) -> None:
    await here.running.store.execute(sa.text("CREATE UNIQUE INDEX nobody_told ON ovens (heat)"))
    by = here.as_(OFFICER)
    assert (await by.post("/v1/ovens", json=BUILD)).status_code == 201
    answer = await by.post("/v1/ovens", json={"name": "Second"}, headers=KEY)
    assert answer.status_code >= 500
    assert "UNIQUE" not in answer.text
    assert len(await found(here.running.store, bakery.ovens)) == 1
    assert await found(here.running.store, answers) == []


async def test_the_same_key_and_body_give_the_same_answer_once(here: Room) -> None:
    by = here.as_(OFFICER)
    first = await by.post("/v1/ovens", json=BUILD, headers=KEY)
    again = await by.post("/v1/ovens", json=BUILD, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert [again.headers[name] for name in ("etag", "location", "idempotency-replayed")] == [
        first.headers["etag"],
        first.headers["location"],
        "true",
    ]
    assert len(await found(here.running.store, bakery.ovens)) == 1


async def test_the_same_key_with_another_request_is_refused(here: Room) -> None:
    by = here.as_(OFFICER)
    await by.post("/v1/ovens", json=BUILD, headers=KEY)
    for path, body in (("/v1/ovens", {"name": "Other"}), ("/v1/shelves", {"places": 3})):
        answer = await by.post(path, json=body, headers=KEY)
        assert (answer.status_code, answer.json()["code"]) == (422, "key_was_used_otherwise")
    assert len(await found(here.running.store, bakery.ovens)) == 1


async def test_a_key_belongs_to_the_principal_who_used_it(here: Room) -> None:
    await here.as_(OFFICER).post("/v1/ovens", json=BUILD, headers=KEY)
    other = await here.as_(people.officer()).post("/v1/ovens", json={"name": "Mine"}, headers=KEY)
    assert other.status_code == 201


async def test_twins_in_flight_get_one_answer_and_have_one_effect(here: Room) -> None:
    by = here.as_(OFFICER)
    twins = await asyncio.gather(*(by.post("/v1/ovens", json=BUILD, headers=KEY) for _ in range(20)))
    assert {(each.status_code, each.content) for each in twins} == {(201, twins[0].content)}
    assert sum("idempotency-replayed" in each.headers for each in twins) == 19
    assert bakery.tried == ["build"]  # the others waited, none tried it too
    assert len(await found(here.running.store, bakery.ovens)) == 1


async def test_twins_in_two_processes_get_one_answer_and_have_one_effect(here: Room, folder: Path) -> None:
    async with room(bakery.service, folder) as other:
        for n in range(5):
            twins = await asyncio.gather(*(_build(each, n) for _ in range(4) for each in (here, other)))
            assert {(each.status_code, each.json()["oven_id"]) for each in twins} == {(201, twins[0].json()["oven_id"])}
    assert len(await found(here.running.store, bakery.ovens)) == 5


async def _build(here: Room, n: int) -> Any:
    return await here.as_(OFFICER).post("/v1/ovens", json={"name": str(n)}, headers={"Idempotency-Key": str(n)})


async def test_a_crash_between_commit_and_reply_leaves_the_answer_for_the_retry(folder: Path) -> None:
    async with room(bakery.service, folder) as here:
        caller = asyncio.create_task(_call(here, _never, **{"idempotency-key": KEY["Idempotency-Key"]}))

        def crash(_: Batch) -> None:
            caller.cancel()

        here.running.store.on_commit(crash)
        with pytest.raises(asyncio.CancelledError):
            await caller
    async with room(bakery.service, folder) as here:
        given = {**KEY, "Content-Type": "application/json"}
        retry = await here.as_(OFFICER).post("/v1/ovens", content=json.dumps(BUILD), headers=given)
        assert (retry.status_code, retry.headers["idempotency-replayed"]) == (201, "true")
        [kept] = await found(here.running.store, bakery.ovens)
        assert retry.json()["oven_id"] == str(kept.id)
        assert len(await found(here.running.store, outbox)) == 1


async def _never(message: Any) -> None:
    raise AssertionError("nobody is there to answer to")


async def test_a_caller_that_goes_away_before_the_commit_leaves_all_or_nothing(here: Room) -> None:
    """Dropped at every point of the way: whatever was committed is whole, and the key tells which it was."""
    answered = 0
    for n in range(60):
        client = here.as_(OFFICER)
        request = asyncio.create_task(
            client.post("/v1/ovens", json={"name": str(n)}, headers={"Idempotency-Key": str(n)})
        )
        for _ in range(n):
            await asyncio.sleep(0)
        request.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            answered += (await request).status_code == 201
    await oven(here.as_(OFFICER), "the last")  # written behind all that were dropped, so that those are done
    made = await found(here.running.store, bakery.ovens)
    kept = [*await found(here.running.store, answers), "the last had no key"]
    assert len(made) == len(kept) == len(await found(here.running.store, outbox))
    assert answered <= len(made)
    assert here.running.ground.turns._locks == {}


async def test_a_refusal_is_not_kept_under_the_key(here: Room) -> None:
    by = here.as_(OFFICER)
    taken = await oven(by)
    assert (await by.post("/v1/ovens", json=BUILD, headers=KEY)).status_code == 409
    await by.patch(f"/v1/ovens/{taken}", json={"name": "Renamed"}, headers={"If-Match": '"1"'})
    assert (await by.post("/v1/ovens", json=BUILD, headers=KEY)).status_code == 201


@pytest.mark.parametrize("key", ["", " " * 201, "ключ", "x" * 201])
async def test_a_malformed_key_is_refused(here: Room, key: str) -> None:
    headers = [(b"Idempotency-Key", key.encode())]
    answer = await here.as_(OFFICER).post("/v1/ovens", json=BUILD, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "key_is_malformed")


async def test_a_stale_if_match_is_refused_and_only_that(here: Room) -> None:
    by = here.as_(OFFICER)
    path = f"/v1/ovens/{await oven(by)}"
    assert (await by.post(f"{path}/stoke", headers={"If-Match": '"1"'})).status_code == 200
    for attempt in (
        by.patch(path, json={"name": "Late"}, headers={"If-Match": '"1"'}),
        by.post(f"{path}/stoke", headers={"If-Match": '"1"'}),
        by.post(f"{path}/stoke", headers={"If-Match": '"99"'}),
    ):
        answer = await attempt
        assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert (await by.get(path)).json()["heat"] == 1
    fresh = await by.patch(path, json={"name": "In time"}, headers={"If-Match": (await by.get(path)).headers["etag"]})
    assert (fresh.status_code, fresh.headers["etag"]) == (200, '"3"')


async def test_of_fifty_who_change_the_same_version_one_does(here: Room) -> None:
    by = here.as_(OFFICER)
    path = f"/v1/ovens/{await oven(by)}"
    tries = [by.patch(path, json={"name": str(n)}, headers={"If-Match": '"1"'}) for n in range(50)]
    codes = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert (codes.count(200), codes.count(412)) == (1, 49)


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 428), ({"If-Match": "1"}, 400), ({"If-Match": 'W/"1"'}, 400), ({"If-Match": "*"}, 400)],
)
async def test_a_patch_says_which_version_it_changes(here: Room, headers: dict[str, str], status: int) -> None:
    by = here.as_(OFFICER)
    answer = await by.patch(f"/v1/ovens/{await oven(by)}", json={"name": "x"}, headers=headers)
    assert answer.status_code == status


async def test_what_has_not_changed_is_not_sent_again(here: Room) -> None:
    by = here.as_(OFFICER)
    path = f"/v1/ovens/{await oven(by)}"
    etag = (await by.get(path)).headers["etag"]
    again = await by.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b'{"name": 5}', "application/json", 422, "body_is_invalid"),
        (b'{"name": "a", "heat": 9}', "application/json", 422, "body_is_invalid"),
        (b'{"name": "a\\u0000b"}', "application/json", 422, "body_is_invalid"),
        (b'{"name": "\\ud800"}', "application/json", 422, "body_is_invalid"),
        (b'{"name": ', "application/json", 422, "body_is_invalid"),
        (b'{"name": "\xff"}', "application/json", 422, "body_is_invalid"),
        (b"[" * 10_000, "application/json", 422, "body_is_invalid"),
        (b"null", "application/json", 422, "body_is_invalid"),
        (b"", "application/json", 422, "body_is_invalid"),
        (b'{"name": "a"}', "text/plain", 415, "body_is_not_json"),
        (b'{"name": "' + b"x" * 1_000_001 + b'"}', "application/json", 413, "body_is_too_large"),
    ],
)
async def test_a_body_that_does_not_fit_is_refused_in_words(
    here: Room, body: bytes, kind: str, status: int, code: str
) -> None:
    answer = await here.as_(OFFICER).post("/v1/ovens", content=body, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert await found(here.running.store, bakery.ovens) == []


async def test_strangers_other_roles_and_forged_tokens_are_refused(here: Room) -> None:
    transport = httpx2.ASGITransport(app=here.running.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://room", trust_env=False) as stranger:
        assert (await stranger.post("/v1/ovens", json=BUILD)).status_code == 401
        forged = {"Authorization": f"Bearer {here.mint.token(OFFICER)[:-4]}AAAA"}
        assert (await stranger.post("/v1/ovens", json=BUILD, headers=forged)).status_code == 401
    assert (await here.as_(people.reviewer()).post("/v1/ovens", json=BUILD)).status_code == 403
    assert await found(here.running.store, bakery.ovens) == []


async def test_the_store_under_test_is_the_durable_one(here: Room) -> None:
    assert isinstance(here.running.store, SqliteStore)
    assert here.running.store._synchronous == "FULL"
