"""Who acts: the principal that the gateway vouches for and every rule may ask."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Role(StrEnum):
    """The roles of API.md 1. `PUBLIC` is nobody signed in, `SYSTEM` a reaction or a timer."""

    OFFICER = "officer"
    REVIEWER = "reviewer"
    ASSESSOR = "assessor"
    VERIFIER = "verifier"
    PROVIDER = "provider"
    CLIENT = "client"
    TRAINER = "trainer"
    MINISTRY = "ministry"
    DONOR = "donor"
    INTEGRATOR = "integrator"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"
    PUBLIC = "public"


Officer, Reviewer, Assessor, Verifier = Role.OFFICER, Role.REVIEWER, Role.ASSESSOR, Role.VERIFIER
Provider, Client, Trainer = Role.PROVIDER, Role.CLIENT, Role.TRAINER
Ministry, Donor, Integrator = Role.MINISTRY, Role.DONOR, Role.INTEGRATOR
Administrator, System, Public = Role.ADMINISTRATOR, Role.SYSTEM, Role.PUBLIC
SIGNED_IN = tuple(role for role in Role if role not in (Role.SYSTEM, Role.PUBLIC))
"""Every role that a key may have."""

SYSTEM_ID = UUID(int=0)


class Principal(BaseModel):
    """A person, a machine or the system, with what it may see and do.

    `provinces` None means every province; `programmes` and `event_types` None mean no limit was set
    by the key (the role still decides). `figures` lets an integrator read figures and persons in the feed.
    """

    model_config = ConfigDict(frozen=True)

    principal_id: UUID
    roles: frozenset[Role]
    scopes: frozenset[str] = frozenset()
    person_id: UUID | None = None
    client_id: UUID | None = None
    provider_id: UUID | None = None
    provinces: frozenset[str] | None = None
    programmes: frozenset[str] | None = None
    event_types: frozenset[str] | None = None
    figures: bool = False

    def has(self, *roles: Role) -> bool:
        """Whether it holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)

    def acting(self, allowed: frozenset[Role]) -> "Principal":
        """The same principal with only the roles that this operation admits."""
        return self.model_copy(update={"roles": self.roles & allowed})

    def covers(self, province: str | None) -> bool:
        """Whether a place is in its territory: null or foreign (None) needs a principal without limits."""
        return self.provinces is None or (province is not None and province in self.provinces)


SYSTEM_PRINCIPAL = Principal(principal_id=SYSTEM_ID, roles=frozenset({Role.SYSTEM}))
NOBODY = Principal(principal_id=UUID(int=1), roles=frozenset({Role.PUBLIC}))
