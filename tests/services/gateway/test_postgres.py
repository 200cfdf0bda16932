"""The same door on PostgreSQL: keys and the clock."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from chassis.clock import wall_now
from chassis.migrations.runner import applied_postgres, migrate_postgres
from chassis.store.postgres import PostgresStore
from gateway.app import PARTS
from tests.kit.door import door

pytestmark = pytest.mark.postgres


async def test_keys_and_the_clock_live_in_postgresql_too(tmp_path: Path, postgres_dsn: Callable[[], str]) -> None:
    dsn = postgres_dsn()
    await migrate_postgres(dsn, PARTS)
    assert await applied_postgres(dsn, PARTS) == [part.head for part in PARTS]
    to = wall_now() + timedelta(days=100)
    async with door(tmp_path, store=PostgresStore(dsn)) as first:
        headers = {"Idempotency-Key": "desk-1"}
        body = {"label": "desk", "roles": ["officer"], "provinces": ["XA-R"]}
        twins = await asyncio.gather(
            *(first.administrator.post("/v1/keys", json=body, headers=headers) for _ in range(2))
        )
        made = next(answer.json() for answer in twins if answer.json()["key"])
        assert {answer.json()["key_id"] for answer in twins} == {made["key_id"]}
        assert (await first.as_(made["key"]).get("/v1/me")).json()["provinces"] == ["XA-R"]
        expired = await first.administrator.get("/v1/keys", params={"status": "expired"})
        assert expired.json()["items"] == []
        assert (await first.administrator.post("/v1/clock/advance", json={"to": to.isoformat()})).status_code == 200
        assert first.behind.clock.now() >= to
    async with door(tmp_path, store=PostgresStore(dsn)) as again:
        assert again.behind.clock.now() >= to
        assert (await again.as_(made["key"]).get("/v1/clients")).status_code == 200
        await again.administrator.post(f"/v1/keys/{made['key_id']}/revoke")
        assert (await again.as_(made["key"]).get("/v1/clients")).json()["code"] == "key_was_revoked"
        (await again.as_(None).get("/health/ready")).raise_for_status()
