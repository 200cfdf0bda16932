"""The steps of an intake: each is saved by itself, so that one can stop and go on later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.rooms import N_
from portal.visit import Visit

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


def next_step(client_id: str, *, sites: int, contacts: int, consents: int) -> str:
    """The first step in which nothing has been entered."""
    missing = (name for name, count in (("sites", sites), ("contacts", contacts), ("consents", consents)) if not count)
    return f"/clients/{client_id}/{next(missing, 'decision')}"


async def client_of(visit: Visit, client_id: object) -> dict[str, Any]:
    found: dict[str, Any] = await visit.api.get(f"/v1/clients/{client_id}")
    return found
