"""Forged tokens and keys, at the door and straight at a service: each gets the refusal that tokens.toml names."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
import tomllib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

from chassis.auth import ALGORITHM, TOKEN_TYPE, TokenMint
from gateway.keys import SHOWN
from tests.kit import people
from tests.kit.door import Door, door, serving
from tests.kit.room import ISSUER
from tests.walls.figures import figure
from tests.walls.raw import Answer, ask

CORPUS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "tokens.toml").read_text(encoding="utf-8"))[
    "forged"
]
HEADERS = ["Authorization: Bearer {token}"]
STRANGE_KEY = "orc_" + "Zz09_-" * 7 + "A"


@dataclass
class Forger:
    """What forgers have in their hands, and some things they have not: whoever signs `as us` had our very key."""

    here: Door
    service_port: int
    words: dict[str, str]

    def token(self, recipe: dict[str, Any]) -> str:
        """A good token but for what the recipe says."""
        now = int(time.time())
        header: dict[str, Any] = {"alg": ALGORITHM, "typ": TOKEN_TYPE, **recipe.get("header", {})}
        principal = people.administrator().model_dump(mode="json")
        claims: dict[str, Any] = {"iss": ISSUER, "aud": "openrecp", "iat": now, "exp": now + 60, "principal": principal}
        claims |= recipe.get("claims", {}) | {name: now + value for name, value in recipe.get("in_s", {}).items()}
        kept = [
            {name: value for name, value in part.items() if name not in recipe.get("drop", ())}
            for part in (header, claims)
        ]
        raw = [
            recipe.get(name) or json.dumps(part) for name, part in zip(("raw_header", "raw_claims"), kept, strict=True)
        ]
        signed = ".".join(_part(self.filled(each).encode()) for each in raw)
        return f"{signed}.{_part(self._signature(recipe['sign'], signed.encode()))}"

    def filled(self, text: str) -> str:
        for name, word in self.words.items():
            text = text.replace("{" + name + "}", word)
        return text

    def _signature(self, by: str, signed: bytes) -> bytes:
        good = self.here.behind.mint.token(people.administrator()).rpartition(".")[2]
        kept = base64.urlsafe_b64decode(good + "==")
        public = self.here.behind.mint.public_key.encode()
        match by:
            case "us":
                return _signed(self.here.behind.mint._key, signed)
            case "a stranger":
                return _signed(STRANGER, signed)
            case "hmac of the public key":
                return hmac.digest(public, signed, "sha256")
            case "hmac of the public bytes":
                return hmac.digest(base64.b64decode(public.split(b"\n")[1]), signed, "sha256")
            case "hmac of nothing":
                return hmac.digest(b"", signed, "sha256")
        return {"nobody": b"", "kept": kept, "cut": kept[:-3], "zeros": bytes(64)}[by]

    async def answer(self, forged: dict[str, Any], where: str) -> Answer:
        """What the forged thing gets, `where` it is tried."""
        good = {"door": self.words["key"], "service": self.here.behind.mint.token(people.administrator())}
        other = good["service" if where == "door" else "door"]
        words = {
            "good": good[where],
            "either": other,
            "token": self.token(forged["token"]) if "token" in forged else "",
        }
        head = "\r\n".join(
            Forger(self.here, 0, self.words | words).filled(each) for each in forged.get("headers", HEADERS)
        )
        port = self.here.port if where == "door" else self.service_port
        return await ask(port, f"GET /v1/clients HTTP/1.1\r\nHost: x\r\n{head}\r\nConnection: close\r\n\r\n".encode())


STRANGER = OKPKey.generate_key("Ed25519")


def _signed(key: OKPKey, text: bytes) -> bytes:
    assert isinstance(key.private_key, Ed25519PrivateKey)
    return key.private_key.sign(text)


def _part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


async def _keys(here: Door) -> dict[str, str]:
    """A good key of an officer, a revoked and an expired one."""
    key, gone = await here.key("officer"), await here.key("officer")
    await here.administrator.post(f"/v1/keys/{gone['key_id']}/revoke")
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    late = await here.key("officer", expires_at=soon.isoformat())
    await asyncio.sleep(0.6)
    text: str = key["key"]
    return {
        "key": text,
        "gone": gone["key"],
        "late": late["key"],
        "prefix": text[:SHOWN],
        "digest": hashlib.sha256(text.encode()).hexdigest()[:43],
        "key_cut": text[:-1],
        "key_lower": text.lower(),
        "key_upper": text.upper(),
        "key_rest": text[4:],
    }


@pytest.fixture
async def forger(tmp_path: Path) -> AsyncIterator[Forger]:
    async with door(tmp_path) as here, serving(here.behind.running.app) as service:
        words = await _keys(here) | {
            "strange": STRANGE_KEY,
            "strange_token": TokenMint(TokenMint.new_key(), ISSUER).token(people.administrator()),
            "stranger": str(STRANGER.as_dict(private=False)["x"]),
            "issuer": ISSUER,
            "long": "A" * 60_000,
            "endless": "A" * 200_000,
        }
        yield Forger(here, int(service.rpartition(":")[2]), words)


async def test_no_forged_token_opens_a_service(forger: Forger) -> None:
    refused, wrong = 0, []
    for forged in CORPUS:
        wanted = {"door": forged.get("door", "key_is_unknown"), "service": forged.get("service", "token_not_valid")}
        got = {where: (await forger.answer(forged, where)).code for where in wanted}
        again = {where: (await forger.answer(forged, where)).code for where in wanted}
        if got == again == wanted:  # nor is a refused one remembered as good
            refused += 1
        else:
            wrong.append(f"{forged['name']}: {got}, then {again}, wanted {wanted}")
    figure("forged tokens and keys refused, at the door and at a service", refused, len(CORPUS), len(CORPUS))
    assert len(CORPUS) >= 40
    assert len({forged["name"] for forged in CORPUS}) == len(CORPUS)
    assert not wrong, "\n".join(wrong)


async def test_a_good_key_and_a_good_token_do_get_in(forger: Forger) -> None:
    """Else everything above would be refused for some other reason."""
    for kind in ("Bearer", "bearer", "BEARER"):
        good = {"name": "good", "headers": [f"Authorization: {kind} {{good}}"]}
        assert [(await forger.answer(good, where)).status for where in ("door", "service")] == [200, 200]
    whole = {"name": "whole", "token": {"sign": "us"}}
    assert (await forger.answer(whole, "service")).status == 200
