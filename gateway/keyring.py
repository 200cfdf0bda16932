"""Who stands behind a key: looked up by its SHA-256, remembered for a moment, forgotten when a key is revoked."""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from chassis.auth import SignInNeeded, new_secret
from chassis.clock import new_id, wall_now
from chassis.store.port import Batch, Insert, Store
from contracts.principals import Principal, Role
from contracts.refusals import Refusal
from gateway.keys import MARK, TEXT, Holder, Key, Terms, digest_of, issue
from gateway.models import holders, keys

REMEMBERED_S = 2.0
"""After this long at most a key revoked by another process is refused here too."""
REMEMBERED = 10_000


class KeyIsUnknown(Refusal):
    status = 401
    sentence = "This is no key of ours: send the whole key as Authorization: Bearer orc_…"


class KeyHasExpired(Refusal):
    status = 401
    sentence = "This key was good until {expired_at}: ask the administrator for another."


class KeyWasRevoked(Refusal):
    status = 401
    sentence = "This key was revoked: ask the administrator for another."


@dataclass(frozen=True, slots=True)
class Bearer:
    """A key that was found, with the principal it stands for."""

    key_id: UUID
    principal: Principal
    expires_at: datetime | None
    revoked: bool
    known_at: float


class Keyring:
    """Finds the bearer of a request. The text of a key goes no further than its hash."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[str, Bearer] = {}
        self._changes = 0
        store.on_news(keys.table, self._hear)

    async def bearer(self, headers: list[tuple[bytes, bytes]]) -> Bearer | None:
        """Who sends these headers, None for nobody; a key that is not good raises a 401."""
        given = [value for name, value in headers if name == b"authorization"]
        if not given:
            return None
        text = _text(given)
        digest = digest_of(text)
        known = self._found.get(digest)
        if known is None or time.monotonic() - known.known_at > REMEMBERED_S:
            known = await self._look_up(digest)
        if known.revoked:
            raise KeyWasRevoked
        if known.expires_at is not None and known.expires_at <= wall_now():
            raise KeyHasExpired(expired_at=known.expires_at.isoformat())
        return known

    def known(self, headers: list[tuple[bytes, bytes]]) -> Bearer | None:
        """The bearer if it was looked up a moment ago; nothing is asked for it, and nothing decided."""
        given = [value for name, value in headers if name == b"authorization"]
        found = self._found.get(digest_of(given[0].partition(b" ")[2])) if len(given) == 1 else None
        return None if found is None or time.monotonic() - found.known_at > REMEMBERED_S else found

    async def _look_up(self, digest: str) -> Bearer:
        before = self._changes
        wanted = sa.select(
            keys.table.c.key_id,
            keys.table.c.scopes,
            keys.table.c.expires_at,
            keys.table.c.revoked_at,
            *holders.table.c,
        ).join(holders.table, holders.table.c.principal_id == keys.table.c.principal_id)
        rows = await self._store.fetch(wanted.where(keys.table.c.digest == digest))
        if not rows:
            raise KeyIsUnknown
        key_id, scopes, expires_at, revoked_at, *facts = rows[0]
        principal = holders.state(facts).principal(scopes)
        found = Bearer(key_id, principal, expires_at, revoked_at is not None, time.monotonic())
        if self._changes == before:  # else a key may have been revoked while we read
            self._remember(digest, found)
        return found

    def _remember(self, digest: str, found: Bearer) -> None:
        if len(self._found) >= REMEMBERED:
            self._found.clear()
        self._found[digest] = found

    def _hear(self) -> None:
        self._changes += 1
        self._found.clear()


def _text(given: list[bytes]) -> bytes:
    kind, _, text = given[0].partition(b" ")
    if len(given) > 1 or kind.lower() != b"bearer":
        raise SignInNeeded
    if TEXT.fullmatch(text) is None:
        raise KeyIsUnknown
    return text


async def administrator_key(store: Store, label: str = "first administrator") -> tuple[str, Key]:
    """A new administrator and the text of its key, written straight into the database: for a new deployment,
    or where every administrator's key got lost."""
    now, text = wall_now(), MARK + new_secret()
    holder = Holder(new_id(), (Role.ADMINISTRATOR,), new_id(), None, None, None, None, None, False, now)
    key = issue(new_id(), text, holder, Terms(label), by=None, at=now)
    await store.commit(Batch([Insert(holders.table, holders.row(holder)), Insert(keys.table, keys.row(key))]))
    return text, key
