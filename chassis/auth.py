"""The internal token that the gateway mints and every service checks again, and who may do an operation."""

import base64
import json
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import params
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from starlette.types import ASGIApp, Receive, Scope, Send

from contracts.principals import NOBODY, Principal, Role
from contracts.refusals import NotAllowed, Refusal

ALGORITHM = "Ed25519"
TOKEN_TYPE = "openrecp+jwt"  # noqa: S105  the type in the token's header, no secret
LIFETIME_S = 60
RENEW_S = 30


class SignInNeeded(Refusal):
    status = 401
    sentence = "Give a key in the Authorization header: Bearer orc_…"


class TokenNotValid(Refusal):
    status = 401
    sentence = "The token is not valid here."


class TokenMint:
    """Signs short-lived tokens that carry a principal; one token per principal serves for half a minute."""

    def __init__(self, private_key: str, issuer: str) -> None:
        self._key = OKPKey.import_key(private_key)
        self._issuer = issuer
        self._minted: OrderedDict[Principal, tuple[float, str]] = OrderedDict()

    @staticmethod
    def new_key() -> str:
        """A new private key as PEM text."""
        pem: bytes = OKPKey.generate_key("Ed25519").as_pem(private=True)
        return pem.decode()

    @property
    def public_key(self) -> str:
        """The PEM text that services check with."""
        pem: bytes = self._key.as_pem(private=False)
        return pem.decode()

    def token(self, principal: Principal) -> str:
        now = time.time()
        known = self._minted.get(principal)
        if known is not None and known[0] > now:
            return known[1]
        claims = {
            "iss": self._issuer,
            "aud": "openrecp",
            "iat": int(now),
            "exp": int(now) + LIFETIME_S,
            "principal": principal.model_dump(mode="json"),
        }
        token = jwt.encode({"alg": ALGORITHM, "typ": TOKEN_TYPE}, claims, self._key, algorithms=[ALGORITHM])
        self._minted[principal] = (now + RENEW_S, token)
        while len(self._minted) > 10_000:
            self._minted.popitem(last=False)
        return token


class TokenCheck:
    """Checks a token's signature, type, issuer, audience and time; remembers those it has checked."""

    def __init__(self, public_key: str, issuer: str) -> None:
        self._key = OKPKey.import_key(public_key)
        self._claims = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": "openrecp"},
            exp={"essential": True},
        )
        self._checked: OrderedDict[str, tuple[float, Principal]] = OrderedDict()

    def principal(self, token: str) -> Principal:
        """The principal of a valid token; raises `TokenNotValid`."""
        known = self._checked.get(token)
        if known is None:
            known = self._check(token)
            self._checked[token] = known
            while len(self._checked) > 10_000:
                self._checked.popitem(last=False)
        if known[0] <= time.time():
            raise TokenNotValid
        return known[1]

    def _check(self, token: str) -> tuple[float, Principal]:
        try:
            decoded = jwt.decode(token, self._key, algorithms=[ALGORITHM])
            if decoded.header.get("typ") != TOKEN_TYPE:
                raise TokenNotValid
            self._claims.validate(decoded.claims)
            return float(decoded.claims["exp"]), Principal.model_validate_json(_json(decoded.claims["principal"]))
        except (JoseError, ValueError, KeyError, TypeError):
            raise TokenNotValid from None


def _json(claims: Any) -> str:
    return json.dumps(claims)


class Authenticated:
    """Puts the token's principal into the scope; without a token it is nobody. Trusts no other header."""

    def __init__(self, app: ASGIApp, check: TokenCheck) -> None:
        self.app, self.check = app, check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["principal"] = self._principal(scope)
        await self.app(scope, receive, send)

    def _principal(self, scope: Scope) -> Principal | Refusal:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        if not given:
            return NOBODY
        kind, _, token = given[0].decode("latin-1").partition(" ")
        if len(given) > 1 or kind.lower() != "bearer":
            return TokenNotValid()
        try:
            return self.check.principal(token)
        except TokenNotValid as refusal:
            return refusal


@dataclass(frozen=True)
class Allow:
    """Which roles an operation admits; the route class enforces it."""

    roles: frozenset[Role]

    async def __call__(self) -> None:
        """Nothing: the route has checked before it read the body."""


def allow(*roles: Role) -> list[params.Depends]:
    """Declare, exactly once per route, who may do it."""
    if not roles:
        raise TypeError("an operation that nobody may do")
    return [params.Depends(Allow(frozenset(roles)))]


def admit(principal: Principal | Refusal, roles: frozenset[Role]) -> Principal:
    """The principal acting in the roles this operation admits; raises 401 or 403."""
    if isinstance(principal, Refusal):
        raise principal
    if principal is NOBODY and Role.PUBLIC not in roles:
        raise SignInNeeded
    if principal.roles.isdisjoint(roles) and Role.PUBLIC not in roles:
        raise NotAllowed
    return principal.acting(roles)


def rows_of(
    who: Principal, everywhere: tuple[Role, ...], *others: tuple[Role, sa.ColumnElement[bool]]
) -> sa.ColumnElement[bool]:
    """A row scope: everything for some roles, for the others what is theirs; roles add up, no role sees nothing."""
    if who.has(*everywhere):
        return sa.true()
    mine = [rows for role, rows in others if who.has(role)]
    return sa.or_(*mine) if mine else sa.false()


def own(column: sa.ColumnElement[UUID] | sa.Column[Any], id: UUID | None) -> sa.ColumnElement[bool]:
    """Rows of this person, firm or client; a key that stands for none has no rows (never those of nobody)."""
    return sa.false() if id is None else column == id


def inside(who: Principal, territory: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    """Rows in the principal's provinces; a row without a province needs a principal without limits."""
    return sa.true() if who.provinces is None else territory.in_(sorted(who.provinces))


def new_secret() -> str:
    """256 random bits as text."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
