"""Keys: given once, hashed, limited, replaced without a gap, ended at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from chassis.clock import new_id
from gateway.app import RunningGateway
from gateway.keyring import REMEMBERED_S, administrator_key
from tests.kit.door import Door, door

ONE = str(new_id())
UNFIT: list[tuple[dict[str, Any], str]] = [
    ({"roles": ["provider", "officer"], "provider_id": ONE, "provinces": ["XA-N"]}, "roles_do_not_go_together"),
    ({"roles": ["client", "provider"], "client_id": ONE, "provider_id": ONE}, "roles_do_not_go_together"),
    ({}, "roles_are_missing"),
    ({"roles": []}, "body_is_invalid"),
    ({"roles": ["king"]}, "body_is_invalid"),
    ({"roles": ["system"]}, "role_cannot_be_given"),
    ({"roles": ["public"]}, "role_cannot_be_given"),
    ({"roles": ["provider"]}, "role_needs_fact"),
    ({"roles": ["client"]}, "role_needs_fact"),
    ({"roles": ["donor"]}, "role_needs_fact"),
    ({"roles": ["verifier"], "machine": True}, "role_needs_fact"),
    ({"roles": ["officer", "reviewer"], "machine": True}, "role_needs_fact"),
    ({"roles": ["officer"], "provinces": []}, "body_is_invalid"),
    ({"roles": ["officer"], "provinces": ["XA-NOWHERE"]}, "province_is_unknown"),
    ({"roles": ["donor"], "programmes": ["NO-SUCH"]}, "programme_is_unknown"),
    ({"roles": ["officer"], "scopes": ["clients:delete"]}, "scope_is_unknown"),
    ({"roles": ["officer"], "scopes": ["secrets:read"]}, "scope_is_unknown"),
    ({"roles": ["officer"], "expires_at": "2020-01-01T00:00:00Z"}, "expiry_has_passed"),
    ({"roles": ["officer"], "expires_at": "2030-01-01T00:00:00"}, "body_is_invalid"),
    ({"roles": ["officer"], "expires_at": "9999-12-31T23:59:59Z"}, "body_is_invalid"),
    ({"roles": ["integrator"], "event_types": ["clients.*"]}, "body_is_invalid"),
    ({"roles": ["officer"], "key": "orc_mine"}, "body_is_invalid"),
    ({"roles": ["officer"], "person_id": "me"}, "body_is_invalid"),
    ({"roles": ["officer"], "figures": "true"}, "body_is_invalid"),
]


async def test_a_key_is_shown_once_and_then_only_by_its_beginning(here: Door) -> None:
    made = await here.key("officer", provinces=["XA-R"])
    assert made["key"].startswith("orc_")
    assert len(made["key"]) == 47
    assert made["key_was_shown"] is False
    listed = (await here.administrator.get("/v1/keys")).json()["items"]
    mine = next(each for each in listed if each["key_id"] == made["key_id"])
    assert "key" not in mine
    assert mine["prefix"] == made["key"][:12]
    assert (mine["roles"], mine["provinces"], mine["status"]) == (["officer"], ["XA-R"], "valid")


async def test_the_location_of_a_new_key_leads_to_it(here: Door) -> None:
    answer = await here.administrator.post("/v1/keys", json={"label": "desk", "roles": ["officer"]})
    found = await here.administrator.get(answer.headers["location"])
    assert found.json()["label"] == "desk"
    assert "key" not in found.json()


async def test_its_text_is_in_no_file_no_log_and_no_later_answer(here: Door, tmp_path: Path) -> None:
    with capture_logs() as logs:
        body = {"label": "desk", "roles": ["officer"]}
        headers = {"Idempotency-Key": "desk-1"}
        text = (await here.administrator.post("/v1/keys", json=body, headers=headers)).json()["key"]
        later = [
            await here.administrator.post("/v1/keys", json=body, headers=headers),
            await here.administrator.get("/v1/keys"),
            await here.as_(text).get("/v1/me"),
            await here.as_(text).get("/v1/clients"),
            await here.as_(text).post("/v1/keys", json={}),
            await here.as_(text).get(f"/v1/{text}"),
            await here.as_(text + "x").get("/v1/me"),
        ]
        assert later[2].json()["principal_id"]
    secret = text.removeprefix("orc_")[8:]  # what its prefix does not say
    assert all(secret not in answer.text and secret not in str(answer.headers) for answer in later)
    assert secret not in str(logs)
    assert logs
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name == "gateway.sqlite-wal" for path in files)
    assert [path.name for path in files if secret.encode() in path.read_bytes()] == []


async def test_a_repeated_creation_gives_the_same_key_but_not_its_text(here: Door) -> None:
    body, headers = {"label": "desk", "roles": ["officer"]}, {"Idempotency-Key": "desk-1"}
    first = await here.administrator.post("/v1/keys", json=body, headers=headers)
    again = await here.administrator.post("/v1/keys", json=body, headers=headers)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.headers["location"] == first.headers["location"]
    assert again.json() == {**first.json(), "key": None, "key_was_shown": True}
    other = await here.administrator.post("/v1/keys", json={**body, "label": "other"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key_was_used_otherwise")
    listed = (await here.administrator.get("/v1/keys")).json()["items"]
    assert [each["label"] for each in listed] == ["first administrator", "desk"]


async def test_two_requests_at_the_same_moment_give_one_key_and_one_text(here: Door) -> None:
    body, headers = {"label": "desk", "roles": ["officer"]}, {"Idempotency-Key": "desk-1"}
    both = await asyncio.gather(*(here.administrator.post("/v1/keys", json=body, headers=headers) for _ in range(2)))
    assert len({answer.json()["key_id"] for answer in both}) == 1
    assert sorted(answer.json()["key"] is None for answer in both) == [False, True]


async def test_a_revoked_key_is_refused_at_once(there: Door) -> None:
    made = await there.key("officer")
    by = there.as_(made["key"])
    assert (await by.get("/v1/clients")).status_code == 200
    revoked = await there.administrator.post(f"/v1/keys/{made['key_id']}/revoke")
    assert (revoked.status_code, revoked.json()["status"]) == (200, "revoked")
    refused = await by.get("/v1/clients")
    assert (refused.status_code, refused.json()["code"]) == (401, "key_was_revoked")
    assert refused.headers["www-authenticate"] == "Bearer"
    twice = await there.administrator.post(f"/v1/keys/{made['key_id']}/revoke")
    assert (twice.status_code, twice.json()["code"]) == (409, "key_is_revoked")


async def test_a_revoked_key_is_refused_by_another_process_within_seconds(here: Door, tmp_path: Path) -> None:
    made = await here.key("officer")
    async with door(tmp_path) as elsewhere:
        assert isinstance(elsewhere.gateway, RunningGateway)
        assert (await elsewhere.as_(made["key"]).get("/v1/me")).status_code == 200
        await here.administrator.post(f"/v1/keys/{made['key_id']}/revoke")
        await asyncio.sleep(REMEMBERED_S + 0.1)
        assert (await elsewhere.as_(made["key"]).get("/v1/me")).json()["code"] == "key_was_revoked"


async def test_a_key_is_good_until_it_expires_in_wall_time(here: Door) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=0.6)).isoformat()
    made = await here.key("officer", expires_at=soon)
    by = here.as_(made["key"])
    await here.administrator.post("/v1/clock/advance", json={"to": "2031-01-01T00:00:00Z"})
    assert (await by.get("/v1/me")).status_code == 200  # business time means nothing to it
    await asyncio.sleep(0.7)
    refused = await by.get("/v1/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "key_has_expired")
    statuses = await here.administrator.get("/v1/keys", params={"status": "expired"})
    assert [each["key_id"] for each in statuses.json()["items"]] == [made["key_id"]]


async def test_a_key_is_replaced_without_a_gap(here: Door) -> None:
    first = await here.key("verifier", provider_id=ONE)
    second = await here.administrator.post(
        "/v1/keys", json={"label": "next", "principal_id": first["principal_id"], "scopes": ["read"]}
    )
    assert second.status_code == 201
    old, new = here.as_(first["key"]), here.as_(second.json()["key"])
    seen = [(await each.get("/v1/me")).json() for each in (old, new)]
    assert seen[0] | {"scopes": ["me:read", "read"]} == seen[1]
    await here.administrator.post(f"/v1/keys/{first['key_id']}/revoke")
    assert (await old.get("/v1/me")).status_code == 401
    assert (await new.get("/v1/me")).status_code == 200
    theirs = await here.administrator.get("/v1/keys", params={"principal_id": first["principal_id"]})
    assert [each["status"] for each in theirs.json()["items"]] == ["revoked", "valid"]


async def test_a_further_key_cannot_change_what_its_principal_is(here: Door) -> None:
    first = await here.key("officer", provinces=["XA-R"])
    body = {"label": "more", "principal_id": first["principal_id"], "roles": ["administrator"]}
    refused = await here.administrator.post("/v1/keys", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "holder_is_known")
    lost = await here.administrator.post("/v1/keys", json={"label": "x", "principal_id": ONE})
    assert (lost.status_code, lost.json()["code"]) == (404, "not_found")


async def test_a_person_has_one_id_everywhere_and_a_machine_none(here: Door) -> None:
    assert (await here.key("officer"))["person_id"] is not None
    assert (await here.key("assessor", person_id=ONE))["person_id"] == ONE
    assert (await here.key("integrator", machine=True))["person_id"] is None


async def test_a_key_that_would_see_too_much_or_nothing_is_refused(here: Door) -> None:
    for facts, code in UNFIT:
        refused = await here.administrator.post("/v1/keys", json={"label": "test", **facts})
        assert (refused.status_code, refused.json()["code"]) == (422, code), facts
    assert len((await here.administrator.get("/v1/keys")).json()["items"]) == 1


async def test_scopes_limit_a_key_to_some_of_what_its_roles_may_do(there: Door) -> None:
    reads = there.as_((await there.key("officer", scopes=["clients:read"]))["key"])
    assert (await reads.get("/v1/clients")).status_code == 200
    assert (await reads.get("/v1/me")).json()["scopes"] == ["clients:read", "me:read"]
    for refused in [await reads.post("/v1/clients", json={}), await reads.get("/v1/sites")]:
        assert (refused.status_code, refused.json()["code"]) == (403, "key_is_limited")
    writes = there.as_((await there.key("officer", scopes=["write", "clients:read"]))["key"])
    body = {"name": "Mill", "country": "XA", "province": "XA-R"}
    assert (await writes.post("/v1/clients", json=body)).status_code == 201
    assert (await writes.get("/v1/sites")).status_code == 403


async def test_a_scope_gives_nothing_that_the_role_has_not(here: Door) -> None:
    by = here.as_((await here.key("officer", scopes=["keys:write", "keys:read"]))["key"])
    assert (await by.post("/v1/keys", json={"label": "x", "roles": ["administrator"]})).json()["code"] == "not_allowed"


async def test_only_administrators_see_and_give_keys(here: Door) -> None:
    made = await here.key("officer")
    by = here.as_(made["key"])
    answers = [
        await by.get("/v1/keys"),
        await by.post("/v1/keys", json={"label": "x", "roles": ["administrator"]}),
        await by.get(f"/v1/keys/{made['key_id']}"),
        await by.post(f"/v1/keys/{made['key_id']}/revoke"),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(403, "not_allowed")}


async def test_keys_come_in_pages(here: Door) -> None:
    for _ in range(4):
        await here.key("officer")
    first = await here.administrator.get("/v1/keys", params={"limit": 3})
    assert len(first.json()["items"]) == 3
    assert 'rel="next"' in first.headers["link"]
    second = await here.administrator.get("/v1/keys", params={"limit": 3, "cursor": first.json()["next"]})
    assert (len(second.json()["items"]), second.json()["next"]) == (2, None)
    ids = [each["key_id"] for each in first.json()["items"] + second.json()["items"]]
    assert len(set(ids)) == 5


async def test_an_unknown_key_is_not_found(here: Door) -> None:
    for answer in (
        await here.administrator.get(f"/v1/keys/{ONE}"),
        await here.administrator.post(f"/v1/keys/{ONE}/revoke"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_whoever_lost_every_key_makes_another_on_the_database(here: Door) -> None:
    text, key = await administrator_key(here.gateway.store, "after the fire")
    assert (await here.as_(text).get(f"/v1/keys/{key.key_id}")).json()["label"] == "after the fire"
    assert (await here.as_(text).get("/v1/me")).json()["roles"] == ["administrator"]


async def test_keys_survive_a_restart(tmp_path: Path) -> None:
    async with door(tmp_path) as first:
        made = await first.key("officer", provinces=["XA-R", "XA-N"])
    async with door(tmp_path) as again:
        me = (await again.as_(made["key"]).get("/v1/me")).json()
    assert (me["principal_id"], me["provinces"]) == (made["principal_id"], ["XA-N", "XA-R"])
