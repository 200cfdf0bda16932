"""Keys and those who hold them: what a role needs to be given one, and how long it is good."""

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from contracts.principals import Principal, Role
from contracts.refusals import Refusal
from gateway.paths import OWN, SERVICE_OF

MARK = "orc_"
TEXT = re.compile(rb"orc_[A-Za-z0-9_-]{43}")
SHOWN = len(MARK) + 8
"""What a list shows of a key: enough to tell keys apart, 208 random bits short of one."""

FOR_PEOPLE = frozenset(Role) - {Role.SYSTEM, Role.PUBLIC}
VERBS = ("read", "write")
SCOPES = frozenset(VERBS) | {f"{resource}:{verb}" for resource in (*SERVICE_OF, *OWN, "admin") for verb in VERBS}
ALWAYS = "me:read"
"""Whoever holds a key may ask whose it is."""
NEEDS: dict[Role, str] = {
    # Row scopes compare with these facts and four eyes compare persons: without them the role would see too much.
    Role.PROVIDER: "provider_id",
    Role.CLIENT: "client_id",
    Role.DONOR: "programmes",
    Role.ASSESSOR: "person_id",
    Role.REVIEWER: "person_id",
    Role.VERIFIER: "person_id",
}


_CENTRE = (Role.OFFICER, Role.REVIEWER, Role.ADMINISTRATOR)
_OUTSIDE = (Role.PROVIDER, Role.CLIENT, Role.MINISTRY, Role.DONOR)
APART = [(outside, other) for outside in _OUTSIDE for other in (*_CENTRE, *_OUTSIDE) if outside is not other]
"""Pairs of roles that nobody holds with one key: rows add up over roles, and a right of one would reach the rows
of the other (an officer's sight of a shortlist in which it is a candidate itself)."""


class RoleCannotBeGiven(Refusal):
    status = 422
    sentence = "Nobody holds a key with the role {role}."


class RoleNeedsFact(Refusal):
    status = 422
    sentence = "A key with the role {role} needs {fact}."


class RolesDoNotGoTogether(Refusal):
    status = 422
    sentence = "One key is not both {role} and {other}: what one of them may see is kept from the other. Make two keys."


class ExpiryHasPassed(Refusal):
    status = 422
    sentence = "expires_at lies in the past."


class ScopeIsUnknown(Refusal):
    status = 422
    sentence = "{scope} is no scope: write read, write, or one resource of them, e.g. clients:read."


class KeyIsRevoked(Refusal):
    sentence = "This key was revoked before."


@dataclass(frozen=True, slots=True)
class Holder:
    """A principal as the gateway knows it; several keys may be its own while one replaces another."""

    principal_id: UUID
    roles: tuple[Role, ...]
    person_id: UUID | None
    client_id: UUID | None
    provider_id: UUID | None
    provinces: tuple[str, ...] | None
    programmes: tuple[str, ...] | None
    event_types: tuple[str, ...] | None
    figures: bool
    created_at: datetime

    def principal(self, scopes: tuple[str, ...]) -> Principal:
        """The principal of a key with these scopes."""
        return Principal(
            principal_id=self.principal_id,
            roles=frozenset(self.roles),
            scopes=frozenset(scopes),
            person_id=self.person_id,
            client_id=self.client_id,
            provider_id=self.provider_id,
            provinces=_set(self.provinces),
            programmes=_set(self.programmes),
            event_types=_set(self.event_types),
            figures=self.figures,
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What a key is called, which operations it is limited to (none = all its roles may do) and until when."""

    label: str
    scopes: tuple[str, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its text: only the SHA-256 of it is known. It lives in wall time."""

    key_id: UUID
    principal_id: UUID
    digest: str
    prefix: str
    label: str
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: UUID | None
    expires_at: datetime | None
    revoked_at: datetime | None = None
    revoked_by: UUID | None = None

    def status(self, at: datetime) -> str:
        """`valid`, `expired` or `revoked`."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= at else "valid"


def check_holder(holder: Holder) -> Holder:
    """Whether these roles may be given, together and with these facts; raises the refusal that says why not."""
    for outside, other in APART:
        if outside in holder.roles and other in holder.roles:
            raise RolesDoNotGoTogether(role=outside.value, other=other.value)
    for role in holder.roles:
        if role not in FOR_PEOPLE:
            raise RoleCannotBeGiven(role=role.value)
        fact = NEEDS.get(role)
        if fact is not None and getattr(holder, fact) is None:
            raise RoleNeedsFact(role=role.value, fact=fact)
    return holder


def issue(key_id: UUID, text: str, holder: Holder, terms: Terms, *, by: UUID | None, at: datetime) -> Key:
    """The record of a key whose text is shown once and never kept; raises `ExpiryHasPassed` or `ScopeIsUnknown`."""
    if terms.expires_at is not None and terms.expires_at <= at:
        raise ExpiryHasPassed
    unknown = sorted(set(terms.scopes) - SCOPES)
    if unknown:
        raise ScopeIsUnknown(scope=unknown[0])
    return Key(
        key_id=key_id,
        principal_id=holder.principal_id,
        digest=digest_of(text.encode()),
        prefix=text[:SHOWN],
        label=terms.label,
        scopes=tuple(sorted({*terms.scopes, ALWAYS})) if terms.scopes else (),
        created_at=at,
        created_by=by,
        expires_at=terms.expires_at,
    )


def revoke(key: Key, *, by: UUID, at: datetime) -> Key:
    """The key is no longer good; raises `KeyIsRevoked`."""
    if key.revoked_at is not None:
        raise KeyIsRevoked
    return replace(key, revoked_at=at, revoked_by=by)


def digest_of(text: bytes) -> str:
    """SHA-256 as hex: 256 random bits need no slow hash."""
    return hashlib.sha256(text).hexdigest()


def _set(values: tuple[str, ...] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)
