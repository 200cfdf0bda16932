"""Principals to act with; none of them exists."""

from typing import Any
from uuid import UUID

from chassis.clock import new_id
from contracts.principals import Principal, Role


def person(*roles: Role, **facts: Any) -> Principal:
    """A principal with these roles; `provinces` and the like as keyword arguments."""
    return Principal(principal_id=new_id(), roles=frozenset(roles), **facts)


def officer(*provinces: str) -> Principal:
    """An officer of these provinces; of all of them if none is named."""
    return person(Role.OFFICER, provinces=frozenset(provinces) or None)


def client(client_id: UUID) -> Principal:
    return person(Role.CLIENT, client_id=client_id)


def provider(provider_id: UUID, person_id: UUID | None = None) -> Principal:
    return person(Role.PROVIDER, provider_id=provider_id, person_id=person_id)


def assessor(person_id: UUID, provider_id: UUID | None = None) -> Principal:
    return person(Role.ASSESSOR, person_id=person_id, provider_id=provider_id)


def reviewer() -> Principal:
    return person(Role.REVIEWER, person_id=new_id())


def verifier(provider_id: UUID | None = None) -> Principal:
    return person(Role.VERIFIER, person_id=new_id(), provider_id=provider_id)


def administrator() -> Principal:
    return person(Role.ADMINISTRATOR)
