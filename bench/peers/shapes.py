"""Body, answer and event of the create as pydantic models, as a FastAPI project has them in its schemas.py."""

import hashlib
import unicodedata
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc.errors import JoseError
from pydantic import BaseModel, ConfigDict, Field

from bench.peers.tokens import claims_of

PROVINCES = frozenset({"XA-N", "XA-R", "XA-C", "XA-K", "XA-O"})
bearer = HTTPBearer()


class Sector(BaseModel):
    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,5}$")]
    revision: Annotated[str, Field(max_length=8)]


class ClientIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=300)]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    province: Annotated[str, Field(max_length=64)] | None = None
    isic: Sector | None = None
    size_class: Annotated[str, Field(max_length=64)] | None = None
    tax_code: Annotated[str, Field(max_length=40)] | None = None
    extra: dict[str, Any] = Field(default_factory=dict)
    external_ref: Annotated[str, Field(max_length=128)] | None = None


class ClientOut(BaseModel):
    client_id: UUID
    version: int
    name: str
    status: str
    country: str
    province: str | None
    isic: Sector | None
    size_class: str | None
    tax_code: str | None
    extra: dict[str, Any]
    registered_at: datetime


class ClientRegistered(BaseModel):
    client_id: UUID
    country: str
    province: str | None
    isic: Sector | None
    size_class: str | None


class User(BaseModel):
    id: UUID
    roles: list[str]


async def current_user(credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> User:
    """Who asks, by the token."""
    try:
        claims = claims_of(credentials.credentials)
    except JoseError as error:
        raise HTTPException(401, "invalid token") from error
    return User(id=claims["sub"], roles=claims["roles"])


async def officer(user: Annotated[User, Depends(current_user)]) -> User:
    """Only officers register clients."""
    if "officer" not in user.roles:
        raise HTTPException(403, "not allowed")
    return user


Officer = Annotated[User, Depends(officer)]
IdempotencyKey = Annotated[str, Header(min_length=1, max_length=200)]


def check_province(body: ClientIn) -> None:
    """A province has to be one that is known."""
    if body.province is not None and body.province not in PROVINCES:
        raise HTTPException(422, "unknown province")


def slot_of(user: User, key: str) -> str:
    return hashlib.sha256(f"{user.id}\n{key}".encode()).hexdigest()


def digest_of(path: str, body: ClientIn) -> str:
    return hashlib.sha256(f"{path}\n{body.model_dump_json()}".encode()).hexdigest()


def name_key(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
