"""Whoever has no valid key left is sent nothing more, and a key that replaces another changes nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from chassis.clock import wall_now
from gateway.models import keys
from gateway.steward import Steward
from tests.kit.house import OpenHouse, opened

HOOKS = "/v1/subscriptions"


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[OpenHouse]:
    monkeypatch.setenv("OPENRECP_WEBHOOKS_TO_LOOPBACK", "true")
    async with opened(tmp_path) as here:
        yield here


async def key_of(house: OpenHouse, **facts: Any) -> Any:
    answer = await house.administrator.post("/v1/keys", json={"label": "ministry", **facts})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def subscribed(by: httpx2.AsyncClient) -> Any:
    answer = await by.post(HOOKS, json={"url": "http://127.0.0.1:9/"})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def look(house: OpenHouse) -> int:
    steward = house.house.gateway._steward
    assert isinstance(steward, Steward)
    return await steward.look()


async def shown(house: OpenHouse, made: Any) -> Any:
    now = (await house.administrator.get(f"{HOOKS}/{made['subscription_id']}")).json()
    return now["status"], now["reason"]


async def revoke(house: OpenHouse, key: Any) -> None:
    assert (await house.administrator.post(f"/v1/keys/{key['key_id']}/revoke")).status_code == 200


async def test_a_revoked_key_ends_its_subscriptions_unless_another_key_of_its_owner_is_valid(house: OpenHouse) -> None:
    first = await key_of(house, roles=["integrator"], machine=True)
    second = await key_of(house, principal_id=first["principal_id"])
    made = await subscribed(await house.with_key(first["key"]))
    other = await subscribed(await house.hire("integrator"))
    await revoke(house, first)
    assert await look(house) == 0
    assert await shown(house, made) == ("active", None)
    await revoke(house, second)
    await look(house)  # its own loop may have been faster
    assert await shown(house, made) == ("paused", "key_ended")
    assert await shown(house, other) == ("active", None)


async def test_an_expired_key_ends_its_subscriptions(house: OpenHouse) -> None:
    soon = (wall_now() + timedelta(hours=1)).isoformat()
    key = await key_of(house, roles=["integrator"], machine=True, expires_at=soon)
    made = await subscribed(await house.with_key(key["key"]))
    assert await look(house) == 0
    past = sa.update(keys.table).where(keys.table.c.expires_at.is_not(None))
    await house.house.gateway.store.execute(past.values(expires_at=wall_now() - timedelta(seconds=1)))
    await look(house)
    assert await shown(house, made) == ("paused", "key_ended")


async def test_however_many_there_are_all_are_looked_at(house: OpenHouse) -> None:
    made = []
    owners = [await key_of(house, roles=["integrator"], machine=True) for _ in range(11)]
    for key in owners:
        by = await house.with_key(key["key"])
        made += [await subscribed(by) for _ in range(20)]
    await revoke(house, owners[-1])
    await look(house)
    assert [await shown(house, each) for each in made] == [("active", None)] * 200 + [("paused", "key_ended")] * 20
