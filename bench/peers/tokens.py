"""The token a peer asks for: a JWT with a shared secret, who it is and in which roles."""

import time
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey

SECRET = "of no use outside of a benchmark on loopback"  # noqa: S105  it says so
_KEY = OctKey.import_key(SECRET)


def new_token(user_id: str, roles: list[str], **also: Any) -> str:
    """A token for an hour."""
    claims = {"sub": user_id, "roles": roles, "exp": int(time.time()) + 3_600, **also}
    return jwt.encode({"alg": "HS256"}, claims, _KEY, algorithms=["HS256"])


def claims_of(token: str) -> dict[str, Any]:
    """What a token says; raises the library's errors."""
    decoded = jwt.decode(token, _KEY, algorithms=["HS256"])
    jwt.JWTClaimsRegistry(exp={"essential": True}).validate(decoded.claims)
    return decoded.claims
