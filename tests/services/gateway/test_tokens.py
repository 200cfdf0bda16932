"""Forged tokens, straight at a service: one that is reached without the gateway is still closed."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.auth import TokenMint
from services.clients.app import service
from tests.kit import people
from tests.kit.room import ISSUER, Room, room

PRINCIPAL = people.administrator().model_dump(mode="json")
HEADER = {"alg": "Ed25519", "typ": "openrecp+jwt"}


def _claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    made = {"iss": ISSUER, "aud": "openrecp", "iat": now, "exp": now + 60, "principal": PRINCIPAL, **other}
    return {name: value for name, value in made.items() if value is not None}


def _part(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _by_hmac(secret: bytes) -> str:
    """With the public key as the shared secret of HS256; libraries refuse to help with it."""
    signed = f"{_part({**HEADER, 'alg': 'HS256'})}.{_part(_claims())}"
    return f"{signed}.{_part(hmac.digest(secret, signed.encode(), 'sha256'))}"


def _forged(here: Room) -> dict[str, str]:
    """Tokens by what is wrong with them; all but the first are a forger's."""
    ours = here.mint._key  # as if we had signed what a forger claims: only one thing is wrong each time
    theirs = OKPKey.generate_key("Ed25519")
    good = here.mint.token(people.administrator())
    head, body, signature = good.split(".")

    def by(key: OKPKey, claims: dict[str, Any] | None = None, **header: Any) -> str:
        made = {name: value for name, value in {**HEADER, **header}.items() if value is not None}
        signed = f"{_part(made)}.{_part(_claims() if claims is None else claims)}"
        assert isinstance(key.private_key, Ed25519PrivateKey)
        return f"{signed}.{_part(key.private_key.sign(signed.encode()))}"

    public = here.mint.public_key.encode()
    now = int(time.time())
    return {
        "nothing": by(ours),
        "no signature, alg none": f"{_part({'alg': 'none', 'typ': 'openrecp+jwt'})}.{_part(_claims())}.",
        "alg None": f"{_part({'alg': 'None', 'typ': 'openrecp+jwt'})}.{_part(_claims())}.",
        "alg none with our signature": f"{_part({'alg': 'none', 'typ': 'openrecp+jwt'})}.{body}.{signature}",
        "no alg": f"{_part({'typ': 'openrecp+jwt'})}.{body}.{signature}",
        "alg a number": f"{_part({'alg': 1, 'typ': 'openrecp+jwt'})}.{body}.{signature}",
        "HS256 with our public key": _by_hmac(public),
        "HS256 with our public key as DER": _by_hmac(base64.b64decode(public.split(b"\n")[1])),
        "HS256 with nothing": _by_hmac(b""),
        "RS256": by(ours, alg="RS256"),
        "signed by another": by(theirs),
        "signed by another that brings its key": by(theirs, jwk=theirs.as_dict(private=False)),
        "signed by another that says where its key is": by(theirs, jku="http://127.0.0.1/keys"),
        "signed by another under a strange kid": by(theirs, kid="../../../../dev/null"),
        "the other name of the algorithm": by(ours, alg="EdDSA"),
        "no type": by(ours, typ=None),
        "another type": by(ours, typ="JWT"),
        "another issuer": by(ours, _claims(iss="//elsewhere/gateway")),
        "no issuer": by(ours, _claims(iss=None)),
        "another audience": by(ours, _claims(aud="webhooks")),
        "no audience": by(ours, _claims(aud=None)),
        "expired": by(ours, _claims(iat=now - 120, exp=now - 1)),
        "without an end": by(ours, _claims(exp=None)),
        "an end that is no number": by(ours, _claims(exp="tomorrow")),
        "not yet good": by(ours, _claims(nbf=now + 3_600)),
        "no principal": by(ours, _claims(principal=None)),
        "a principal that is none": by(ours, _claims(principal="administrator")),
        "a role that does not exist": by(ours, _claims(principal={**PRINCIPAL, "roles": ["king"]})),
        "a body that is no object": f"{head}.{_part([1])}.{signature}",
        "another body": f"{head}.{_part(_claims())}.{signature}",
        "another head": f"{_part({**HEADER, 'x': 1})}.{body}.{signature}",
        "a crit nobody knows": by(ours, crit=["x"], x=1),
        "an unencoded payload": f"{_part({**HEADER, 'b64': False})}.{json.dumps(_claims())}.{signature}",
        "signature cut": f"{head}.{body}.{signature[:-4]}",
        "signature of zeros": f"{head}.{body}.{_part(bytes(64))}",
        "signature gone": f"{head}.{body}.",
        "two parts": f"{head}.{body}",
        "five parts": f"{good}.x.y",
        "as JSON": json.dumps({"protected": head, "payload": body, "signature": signature}),
        "with room before it": f" {good}",
        "a point after it": f"{good}.",
        "garbage": "....",
        "not even base64": "ä.ö.ü",
        "empty": "",
        "200 kB of it": f"{head}.{_part(_claims(filler='x' * 200_000))}.{signature}",
        "200 kB of points": "." * 200_000,
        "deep": f"{_part(b'[' * 50_000)}.{body}.{signature}",
        "a key of ours": "orc_" + "A" * 43,
        "of another deployment": TokenMint(TokenMint.new_key(), ISSUER).token(people.administrator()),
    }


async def _answers(here: Room, *headers: list[tuple[bytes, bytes]]) -> list[tuple[int, str]]:
    found = []
    transport = httpx2.ASGITransport(app=here.running.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service", trust_env=False) as client:
        for each in headers:
            answer = await client.get("/v1/clients", headers=each)
            found.append((answer.status_code, answer.json().get("code", "")))
    return found


async def test_no_forged_token_opens_a_service(tmp_path: Path) -> None:
    async with room(service, tmp_path) as here:
        forged = _forged(here)
        assert len(forged) > 40
        headers = [[(b"authorization", b"Bearer " + token.encode("latin-1"))] for token in forged.values()]
        answers = dict(zip(forged, await _answers(here, *headers), strict=True))
        assert {name: answer for name, answer in answers.items() if answer != (401, "token_not_valid")} == {
            "nothing": (200, "")
        }
        again = dict(zip(forged, await _answers(here, *headers), strict=True))
        assert again == answers  # nor is a refused one remembered as good


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
