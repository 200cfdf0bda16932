"""Experts: the persons who work for a provider."""

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from contracts.matching import ExpertAdded, ExpertRetired
from contracts.refusals import Refusal

ExpertStatus = Literal["active", "retired"]


class ExpertIsKnown(Refusal):
    sentence = "This person already is an expert of the provider."


class ExpertIsRetired(Refusal):
    sentence = "The expert no longer works for the provider."


class PersonIsNamedByTheOfficer(Refusal):
    status = 403
    sentence = "Leave person_id out: only an officer says that a person is one already known elsewhere."


@dataclass(frozen=True, slots=True)
class Expert:
    """A person working for a provider; `person_id` is the same wherever the person appears."""

    id: UUID
    provider_id: UUID
    person_id: UUID
    full_name: str
    status: ExpertStatus = "active"
    version: int = 0


def add(expert: Expert) -> tuple[Expert, ExpertAdded]:
    """Record that a person works for a provider."""
    return expert, ExpertAdded(expert_id=expert.id, provider_id=expert.provider_id, person_id=expert.person_id)


def retire(expert: Expert) -> tuple[Expert, ExpertRetired]:
    """The person no longer works for the provider and can be named for no new job."""
    if expert.status == "retired":
        raise ExpertIsRetired(person_id=str(expert.person_id))
    return replace(expert, status="retired"), ExpertRetired(
        expert_id=expert.id, provider_id=expert.provider_id, person_id=expert.person_id
    )
