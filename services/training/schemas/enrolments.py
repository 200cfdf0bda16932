"""Enrolments as they come in and go out."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from chassis.http import Body, Out
from chassis.notices.settings import Mailbox
from contracts.matching import Language
from services.training.domain.enrolments import Enrolment, EnrolmentStatus
from services.training.domain.participants import Described, Participant, Sex
from services.training.schemas.fields import shown

Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="with its country code: +66…")]


class ParticipantIn(Body):
    """Who comes. `person_id` where the person is known (an expert, or enrolled before), else it gets one here.

    `name_may_be_shown` left out leaves the person's agreement as it is, which is none at first. The person hears of
    this enrolment by the address given here and by no other.
    """

    person_id: UUID | None = None
    full_name: Annotated[str, Field(min_length=1, max_length=300)]
    sex: Sex = "unstated"
    name_may_be_shown: bool | None = None
    email: Mailbox | None = None
    phone: Phone | None = None
    language: Language | None = None

    def described(self) -> Described:
        return Described(**self.model_dump())


class EnrolPeople(Body):
    """One `participant`, or several `participants`: together or not at all."""

    session_id: UUID
    participant: ParticipantIn | None = None
    participants: Annotated[tuple[ParticipantIn, ...], Field(min_length=1, max_length=100)] | None = None
    provider_id: UUID | None = None
    client_id: UUID | None = None

    @property
    def people(self) -> list[Described]:
        """Who comes, in the order of the request."""
        group = self.participants or ()
        return [each.described() for each in ((self.participant,) if self.participant else group)]

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.participant is None) == (self.participants is None):
            raise ValueError("either participant or participants is expected")
        return self


class EnrolmentOut(Out):
    """`place` is the order of asking among those who waited: whoever has a smaller one is offered a seat before.

    Addresses are shown to the centre only.
    """

    enrolment_id: UUID
    version: int
    status: EnrolmentStatus
    session_id: UUID
    course_id: UUID
    person_id: UUID
    full_name: str
    sex: Sex
    name_may_be_shown: bool
    email: str | None
    phone: str | None
    language: str | None
    provider_id: UUID | None
    client_id: UUID | None
    enrolled_by: UUID
    enrolled_at: datetime
    place: int | None
    deadline_at: datetime | None
    evaluator_id: UUID | None
    reason_code: str | None

    @classmethod
    def of(cls, enrolment: Enrolment, person: Participant, *, with_addresses: bool) -> "EnrolmentOut":
        addresses = ("email", "phone", "language")
        of_person = ("full_name", "sex", "name_may_be_shown")
        facts = {name: getattr(enrolment, name) if with_addresses else None for name in addresses}
        facts |= {name: getattr(person, name) for name in of_person}
        return cls(enrolment_id=enrolment.id, **facts, **shown(cls, enrolment, "enrolment_id", *addresses, *of_person))
