"""An administrator who speaks with a process past the gateway, with a token as the gateway mints it."""

import asyncio
from typing import Any

import aiohttp

from chassis.auth import TokenMint
from chassis.clock import new_id
from contracts.principals import Principal, Role
from gateway.signing import read_key
from tests.chaos.stage import Stage

REBUILT_WITHIN_S, LOOK_S = 120.0, 0.25


async def asked(stage: Stage, name: str, method: str, path: str) -> dict[str, Any]:
    """The answer of a service's process to an operation below `/v1/admin/{service}`."""
    mint = TokenMint(read_key(stage.signing_key), stage.settings.issuer)
    someone = Principal(principal_id=new_id(), roles=frozenset({Role.ADMINISTRATOR}))
    headers = {"Authorization": f"Bearer {mint.token(someone)}"}
    url = f"{stage.address(name)}/v1/admin/{name}/{path}"
    async with aiohttp.ClientSession(headers=headers) as http, http.request(method, url) as answer:
        assert answer.status in (200, 202), await answer.text()
        told: dict[str, Any] = await answer.json()
        return told


async def rebuilt(stage: Stage, name: str) -> str | None:
    """Rebuild the read models of a service from the log; what is wrong with the outcome, if so."""
    await asked(stage, name, "POST", "rebuild")
    async with asyncio.timeout(REBUILT_WITHIN_S):
        while (told := await asked(stage, name, "GET", "rebuild"))["state"] == "running":
            await asyncio.sleep(LOOK_S)
    if told["state"] != "finished":
        return f"{name}: {told['state']}"
    return None if told["result"]["same"] else f"{name}: other rows after {told['result']['events']} events"
