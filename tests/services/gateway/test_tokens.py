"""Tokens, straight at a service: one that is reached without the gateway is still closed (forged: tests/walls)."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from joserfc import jwt

from services.clients.app import service
from tests.kit import people
from tests.kit.room import ISSUER, Room, room

PRINCIPAL = people.administrator().model_dump(mode="json")
HEADER = {"alg": "Ed25519", "typ": "openrecp+jwt"}


def _claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {"iss": ISSUER, "aud": "openrecp", "iat": now, "exp": now + 60, "principal": PRINCIPAL, **other}
    return {name: value for name, value in made.items() if value is not None}


async def _answers(here: Room, *headers: list[tuple[bytes, bytes]]) -> list[tuple[int, str]]:
    found = []
    transport = httpx2.ASGITransport(app=here.running.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service", trust_env=False) as client:
        for each in headers:
            answer = await client.get("/v1/clients", headers=each)
            found.append((answer.status_code, answer.json().get("code", "")))
    return found


async def test_only_one_authorization_of_the_right_kind_is_taken(tmp_path: Path) -> None:
    async with room(service, tmp_path) as here:
        good = here.mint.token(people.administrator()).encode()
        one: Callable[[bytes], tuple[bytes, bytes]] = lambda value: (b"authorization", value)  # noqa: E731
        refused = await _answers(
            here,
            [one(b"Bearer " + good), one(b"Bearer " + good)],
            [one(b"Bearer " + good), one(b"Basic x")],
            [one(b"Basic " + good)],
            [one(good)],
            [one(b"Bearer")],
        )
        assert set(refused) == {(401, "token_not_valid")}
        assert await _answers(here, []) == [(401, "sign_in_needed")]
        assert await _answers(here, [one(b"Bearer " + good)]) == [(200, "")]


async def test_a_token_ends_although_it_was_good_a_moment_before(tmp_path: Path) -> None:
    async with room(service, tmp_path) as here:
        claims = _claims(exp=int(time.time()) + 1)
        short = jwt.encode(HEADER, claims, here.mint._key, algorithms=["Ed25519"]).encode()
        header = [(b"authorization", b"Bearer " + short)]
        assert await _answers(here, header) == [(200, "")]
        while time.time() < claims["exp"]:
            time.sleep(0.05)
        assert await _answers(here, header) == [(401, "token_not_valid")]
