"""The steps of an intake: each is saved by itself, so that one can stop and go on later."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from portal.rooms import N_
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

STEPS = (
    ("change", N_("Company")),
    ("sites", N_("Sites")),
    ("contacts", N_("Contacts")),
    ("consents", N_("Consent")),
    ("decision", N_("Decision")),
)


@dataclass(frozen=True)
class Intake:
    """A step of an intake that is not decided yet; one of a client already decided on stands alone."""

    client_id: str | None
    at: int
    is_open: bool
    filled: frozenset[str] = frozenset()
    """The steps in which something has been entered."""

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """Number and name of each step, if they are to be shown."""
        return STEPS if self.is_open else ()

    @property
    def onward(self) -> str:
        """Where one goes after this step."""
        if self.is_open and self.at + 1 < len(STEPS):
            return f"/clients/{self.client_id}/{STEPS[self.at + 1][0]}"
        return f"/clients/{self.client_id}"


def step_of(client: Mapping[str, Any] | None, name: str) -> Intake:
    """The step of this name; there is no client yet in the first one."""
    at = next(number for number, (step, _) in enumerate(STEPS) if step == name)
    return Intake(client["client_id"] if client else None, at, client is None or client["status"] == "registered")


async def shown_step(visit: Visit, client: Mapping[str, Any] | None, name: str) -> Intake:
    """The step with what the others hold already, for the line of steps above its form."""
    step = step_of(client, name)
    if client is None or not step.is_open:
        return step
    client_id = client["client_id"]
    found = {
        "sites": (await visit.api.list_sites(client_id=client_id, status="open", limit=1))["items"],
        "contacts": (await visit.api.read_contacts(client_id))["contacts"],
        "consents": (await visit.api.list_consents(client_id=client_id, status="given", limit=1))["items"],
    }
    return replace(step, filled=frozenset({"change"} | {part for part, things in found.items() if things}))


def next_step(client_id: str, *, sites: int, contacts: int, consents: int) -> str:
    """The first step in which nothing has been entered."""
    missing = (name for name, count in (("sites", sites), ("contacts", contacts), ("consents", consents)) if not count)
    return f"/clients/{client_id}/{next(missing, 'decision')}"


async def client_of(visit: Visit, client_id: UUID) -> "models.ClientOut":
    return await visit.api.read_client(client_id)
