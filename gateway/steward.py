"""Nothing is sent any more for whoever has no valid key left: the gateway alone knows, so it looks after it."""

import asyncio
import json
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog

from chassis.auth import TokenMint
from chassis.clock import wall_now
from chassis.store.port import Store, StoreError
from chassis.supervision import Pulse, Supervisor, heard
from contracts.principals import SYSTEM_ID, Principal, Role
from contracts.refusals import Refusal
from gateway.models import keys
from gateway.transports import Transport, asked

log = structlog.get_logger()
PLACE = "/v1/subscriptions"
FIRST_S = 3.0
"""The services begin after the gateway."""
EVERY_S = 30.0
"""A key may expire without a word, and a word may be lost: what counts is compared again and again."""
PATIENCE_S = 10.0
STEWARD = Principal(principal_id=SYSTEM_ID, roles=frozenset({Role.ADMINISTRATOR}))


class ExchangeIsAway(Exception):
    """It did not answer as it should; asked again in the next round."""


class Steward:
    """Compares the owners of active subscriptions with the valid keys, after each change of a key and twice a minute,
    and pauses what has no owner any more. While a second key of the same principal is valid nothing is paused."""

    def __init__(self, store: Store, exchange: Transport, mint: TokenMint) -> None:
        self._store, self._exchange, self._mint = store, exchange, mint
        self._supervisor = Supervisor()
        self._changed = asyncio.Event()
        store.on_news(keys.table, self._changed.set)

    async def start(self) -> None:
        """Begin to look."""
        self._supervisor.watch("gateway.steward", self._run)

    async def stop(self) -> None:
        """Look no more."""
        await self._supervisor.stop()

    async def _run(self, pulse: Pulse) -> None:
        await asyncio.sleep(FIRST_S)
        while True:
            pulse.beat()
            self._changed.clear()
            try:
                await self.look()
            except (ExchangeIsAway, Refusal, StoreError, TimeoutError) as error:
                log.info("steward.waits", error=type(error).__name__)
            await heard(self._changed, EVERY_S)

    async def look(self) -> int:
        """Pause the active subscriptions of those without a valid key; how many were paused."""
        owner_of = await self._active()
        valid = await self._with_valid_key(set(owner_of.values()))
        ended = [id for id, owner_id in owner_of.items() if owner_id not in valid]
        for id in ended:
            await self._ask("POST", f"{PLACE}/{id}/pause", (200, 409))
            log.warning("subscription.paused", subscription_id=id, owner_id=str(owner_of[id]), reason="key_ended")
        return len(ended)

    async def _active(self) -> dict[str, UUID]:
        """The owner of each active subscription."""
        found: dict[str, UUID] = {}
        cursor: str | None = ""
        while cursor is not None:
            page = await self._ask("GET", f"{PLACE}?status=active&limit=200{cursor and f'&cursor={cursor}'}", (200,))
            found |= {each["subscription_id"]: UUID(each["owner_id"]) for each in page["items"]}
            cursor = page["next"]
        return found

    async def _with_valid_key(self, owners: set[UUID]) -> set[UUID]:
        columns = keys.table.c
        lasting = sa.or_(columns.expires_at.is_(None), columns.expires_at > wall_now())
        rows = await self._store.fetch(
            sa.select(columns.principal_id).where(
                columns.principal_id.in_(owners), columns.revoked_at.is_(None), lasting
            )
        )
        return {row[0] for row in rows}

    async def _ask(self, method: str, path: str, expected: tuple[int, ...]) -> Any:
        headers = [(b"authorization", f"Bearer {self._mint.token(STEWARD)}".encode())]
        async with asyncio.timeout(PATIENCE_S):
            status, body = await asked(self._exchange, method, path, headers=headers)
        if status not in expected:
            raise ExchangeIsAway(status)
        return json.loads(body)
