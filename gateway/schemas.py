"""Bodies and answers of the gateway's own routes."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from chassis.http import Body, Out
from contracts.principals import Principal, Role
from contracts.refusals import Refusal
from contracts.values import Code
from gateway.keys import Holder, Key, Terms

Label = Annotated[str, Field(min_length=1, max_length=200)]
Codes = Annotated[frozenset[Code], Field(min_length=1, max_length=200)]
EventType = Annotated[str, Field(pattern=r"^org\.openrecp\.[a-z]+\.[a-z0-9_]+\.v[0-9]+$", max_length=200)]
LAST = datetime(2200, 1, 1, tzinfo=UTC)
FACTS = frozenset(
    {"roles", "machine", "person_id", "client_id", "provider_id", "provinces", "programmes", "event_types", "figures"}
)


class HolderIsKnown(Refusal):
    status = 422
    sentence = "A further key of a known principal has its facts already: leave out {fact}."


class RolesAreMissing(Refusal):
    status = 422
    sentence = "Say which roles the key shall have, or whose further key it is (principal_id)."


class CreateKey(Body):
    """A key for a new principal, or with `principal_id` a further key of a known one (to replace a key without a
    gap: create the second, change over, revoke the first).

    A person gets a `person_id` unless one is given (an expert's, a participant's); `machine` says that no person
    stands behind the key. No `provinces` means all of them. `scopes` limit the key to some of what its roles may
    do: `read`, `write`, or one resource of them as in `clients:read`.
    """

    label: Label
    principal_id: UUID | None = None
    roles: Annotated[frozenset[Role], Field(min_length=1)] | None = None
    machine: bool = False
    person_id: UUID | None = None
    client_id: UUID | None = None
    provider_id: UUID | None = None
    provinces: Codes | None = None
    programmes: Codes | None = None
    event_types: Annotated[frozenset[EventType], Field(min_length=1, max_length=200)] | None = None
    figures: bool = False
    scopes: Annotated[frozenset[str], Field(max_length=100)] = frozenset()
    expires_at: Annotated[AwareDatetime, Field(lt=LAST)] | None = None

    def terms(self) -> Terms:
        return Terms(self.label, tuple(sorted(self.scopes)), self.expires_at)

    def check_further(self) -> None:
        """Facts belong to a principal's first key; raises `HolderIsKnown`."""
        given = sorted(self.model_fields_set & FACTS)
        if given:
            raise HolderIsKnown(fact=given[0])

    def holder(self, principal_id: UUID, person_id: UUID, at: datetime) -> Holder:
        """The new principal; `person_id` is minted for a person who has none. Raises `RolesAreMissing`."""
        if self.roles is None:
            raise RolesAreMissing
        return Holder(
            principal_id=principal_id,
            roles=tuple(sorted(self.roles)),
            person_id=self.person_id or (None if self.machine else person_id),
            client_id=self.client_id,
            provider_id=self.provider_id,
            provinces=_sorted(self.provinces),
            programmes=_sorted(self.programmes),
            event_types=_sorted(self.event_types),
            figures=self.figures,
            created_at=at,
        )


class KeyOut(Out):
    """A key without its text: `prefix` is how it begins."""

    key_id: UUID
    principal_id: UUID
    label: str
    prefix: str
    status: Literal["valid", "expired", "revoked"]
    roles: list[Role]
    scopes: list[str]
    person_id: UUID | None
    client_id: UUID | None
    provider_id: UUID | None
    provinces: list[str] | None
    programmes: list[str] | None
    event_types: list[str] | None
    figures: bool
    created_at: datetime
    created_by: UUID | None
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: UUID | None

    @classmethod
    def of(cls, key: Key, holder: Holder, at: datetime) -> "KeyOut":
        return cls.model_validate(_facts(key, holder, at))


class CreatedKey(KeyOut):
    """The new key with its text, this once. A request repeated under the same Idempotency-Key is answered with
    `key` null and `key_was_shown` true, because the text is kept nowhere: if it got lost, revoke this key and
    create another."""

    key: str | None
    key_was_shown: bool = False

    @classmethod
    def showing(cls, text: str, key: Key, holder: Holder, at: datetime) -> "CreatedKey":
        return cls.model_validate({**_facts(key, holder, at), "key": text})

    def kept(self) -> "CreatedKey":
        return self.model_copy(update={"key": None, "key_was_shown": True})


class MeOut(Out):
    """Who the gateway takes you for."""

    principal_id: UUID
    roles: list[Role]
    scopes: list[str]
    person_id: UUID | None
    client_id: UUID | None
    provider_id: UUID | None
    provinces: list[str] | None
    programmes: list[str] | None
    event_types: list[str] | None
    figures: bool

    @classmethod
    def of(cls, who: Principal) -> "MeOut":
        facts = who.model_dump()
        return cls.model_validate({name: _listed(value) for name, value in facts.items()})


class Advance(Body):
    """Move business time forward to a moment."""

    to: Annotated[AwareDatetime, Field(lt=LAST)]


class ClockOut(Out):
    """Business time and how far it is ahead of the wall clock."""

    now: datetime
    wall: datetime
    offset_s: float

    @classmethod
    def at(cls, now: datetime, wall: datetime) -> "ClockOut":
        return cls(now=now, wall=wall, offset_s=(now - wall).total_seconds())


def _facts(key: Key, holder: Holder, at: datetime) -> dict[str, object]:
    of_holder = {name: _listed(getattr(holder, name)) for name in holder.__dataclass_fields__ if name != "created_at"}
    of_key = {name: _listed(getattr(key, name)) for name in key.__dataclass_fields__ if name != "digest"}
    return {**of_holder, **of_key, "status": key.status(at)}


def _listed(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset | tuple) else value


def _sorted(values: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(sorted(values))
