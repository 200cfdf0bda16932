"""Who has signed in: the key, sealed in a cookie that only this deployment can open. Nothing is kept on the server."""

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

COOKIE = "openrecp_session"
LASTS_S = 12 * 3600
SEALED = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True)
class Session:
    """A key and the number of the session it signed in with."""

    key: str
    number: str

    @classmethod
    def begun_with(cls, key: str) -> "Session":
        return cls(key, secrets.token_urlsafe(16))


class Seal:
    """Closes and opens what browsers keep for us. `secret` is the deployment's own; another one opens nothing."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.sha256(b"openrecp portal\0" + secret).digest()
        self._key = OctKey.import_key(self._secret)

    def close(self, session: Session) -> str:
        facts = {"key": session.key, "number": session.number, "until": int(time.time()) + LASTS_S}
        return jwe.encrypt_compact(SEALED, json.dumps(facts).encode(), self._key)

    def open(self, sealed: str | None) -> Session | None:
        """The session in a cookie, None if it is forged, foreign or too old."""
        if not sealed:
            return None
        try:
            facts: dict[str, Any] = json.loads(jwe.decrypt_compact(sealed, self._key).plaintext or b"")
        except (JoseError, ValueError):
            return None
        return Session(facts["key"], facts["number"]) if facts["until"] > time.time() else None

    def token(self, bound_to: str) -> str:
        """What a form carries to show that it is from this page: bound to the session, or to the link's code.

        It looks different each time, so that the size of a compressed page tells nothing about it.
        """
        salt = secrets.token_hex(8)
        return f"{salt}.{self._mark(salt, bound_to)}"

    def is_ours(self, token: str, bound_to: str) -> bool:
        salt, _, mark = token.partition(".")
        return hmac.compare_digest(mark.encode(), self._mark(salt, bound_to).encode())

    def _mark(self, salt: str, bound_to: str) -> str:
        return hmac.new(self._secret, f"form\0{salt}\0{bound_to}".encode(), hashlib.sha256).hexdigest()
