"""Participants: the persons who come to sessions; whoever is first met here gets its person_id here."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from contracts.refusals import Refusal

Sex = Literal["female", "male", "other", "unstated"]
BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and signs that are drawn as nothing."""


class PersonHasNoName(Refusal):
    status = 422
    sentence = "A name needs at least one character that can be seen."


class PersonIsNamedTwice(Refusal):
    status = 422
    sentence = "{full_name} stands twice in this request, as number {first} and number {second}."


class PersonIsKnownByAnotherName(Refusal):
    sentence = "Person {person_id} is known here by another name than {full_name}: correct the name or the person_id."


class PersonIsNotYours(Refusal):
    status = 422
    sentence = (
        "{full_name} ({person_id}) is no active expert of yours here, and you have not enrolled this person before. "
        "An expert added a moment ago is known here within seconds: repeat then; staff are enrolled without person_id."
    )


class EnrolsForAnother(Refusal):
    status = 403
    sentence = "You enrol people for yourself: leave provider_id and client_id out."


class ProviderIsUnknown(Refusal):
    status = 422
    sentence = "There is no provider {provider_id}."


class ClientIsUnknown(Refusal):
    status = 422
    sentence = "There is no client {client_id}."


@dataclass(frozen=True, slots=True)
class Participant:
    """A person as the last enrolment described it. `name_key` is the name folded for comparison.

    Addresses stand on the enrolment: they are those of whoever enrolled, and another firm's are not for it.
    """

    person_id: UUID
    full_name: str
    name_key: str
    sex: Sex = "unstated"
    name_may_be_shown: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """A person as a request describes it; without `person_id` it is met for the first time.

    `name_may_be_shown` is None where nothing was said of it.
    """

    full_name: str
    person_id: UUID | None = None
    sex: Sex = "unstated"
    name_may_be_shown: bool | None = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A person who stands in a session already, for whom, and by which address."""

    person: Participant
    provider_id: UUID | None
    client_id: UUID | None
    email: str | None
    phone: str | None

    def is_one_with(self, asked: Described, provider_id: UUID | None, client_id: UUID | None) -> bool:
        """Whether a description speaks of this person: by id, or by name where the same firm or client asks."""
        if asked.person_id is not None:
            return asked.person_id == self.person.person_id
        if (provider_id, client_id) != (self.provider_id, self.client_id):
            return False
        return are_one(Described(self.person.full_name, email=self.email, phone=self.phone), asked)


def name_key(name: str) -> str:
    """A name as it is compared: NFC, without what is not drawn or turns the reading, one kind of space, any case."""
    drawn = (each for each in unicodedata.normalize("NFC", name) if unicodedata.category(each) != "Cf")
    return " ".join("".join(each for each in drawn if each not in BLANK).casefold().split())


def are_one(one: Described, other: Described) -> bool:
    """Whether two descriptions speak of one person: by id, else by a name that no address tells apart."""
    if one.person_id is not None and other.person_id is not None:
        return one.person_id == other.person_id
    if name_key(one.full_name) != name_key(other.full_name):
        return False
    return not (_differ(one.email, other.email) or _differ(one.phone, other.phone))


def require_different(group: Sequence[Described]) -> None:
    """Refuse a group in which somebody stands twice."""
    alike: dict[str | UUID, list[tuple[int, Described]]] = {}
    for second, person in enumerate(group, start=1):
        marks: list[str | UUID] = [name_key(person.full_name), *([person.person_id] if person.person_id else [])]
        for first, before in (each for mark in marks for each in alike.get(mark, ())):
            if are_one(before, person):
                raise PersonIsNamedTwice(full_name=person.full_name, first=first, second=second)
        for mark in marks:
            alike.setdefault(mark, []).append((second, person))


def describe(known: Participant | None, person: Described, person_id: UUID) -> Participant:
    """What is known of a person from now on; what this request leaves out stays as it was."""
    key = name_key(person.full_name)
    if not any(unicodedata.category(each)[0] in "LNPS" for each in key):
        raise PersonHasNoName
    fresh = Participant(
        person_id=person_id,
        full_name=unicodedata.normalize("NFC", person.full_name).strip(),
        name_key=key,
        sex=person.sex,
        name_may_be_shown=bool(person.name_may_be_shown),
    )
    if known is None:
        return fresh
    if _unmarked(known.name_key) != _unmarked(key):
        raise PersonIsKnownByAnotherName(person_id=str(person_id), full_name=person.full_name)
    return replace(
        fresh,
        sex=known.sex if fresh.sex == "unstated" else fresh.sex,
        name_may_be_shown=known.name_may_be_shown if person.name_may_be_shown is None else person.name_may_be_shown,
    )


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.casefold() != other.casefold()


def _unmarked(key: str) -> str:
    """A folded name without the marks that many keyboards cannot type."""
    plain = unicodedata.normalize("NFKD", key.replace("đ", "d"))
    return "".join(each for each in plain if not unicodedata.combining(each))
