"""Participants: the persons who come to sessions; whoever is first met here gets its person_id here."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Sex = Literal["female", "male", "other", "unstated"]


@dataclass(frozen=True, slots=True)
class Participant:
    """A person as the last enrolment described it. `name_key` is the name folded for comparison."""

    person_id: UUID
    full_name: str
    name_key: str
    sex: Sex = "unstated"
    name_may_be_shown: bool = False
    email: str | None = None
    phone: str | None = None
    language: str | None = None
