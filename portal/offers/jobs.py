"""A job in the words of whoever may do it: what it is, where, in which language; and how reasons are called."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from api_client import Trouble
from portal.figures import NONE, Figures
from portal.rooms import N_
from portal.visit import Visit
from portal.words import Words

Answer = Mapping[str, Any]
"""What the API told of one thing."""
BY_RULE = {
    "provider_suspended": N_("You get no offers for now."),
    "job_no_longer_open": N_("The job is no longer open."),
}
"""Reasons that no officer chooses."""


class Speaker(Protocol):
    """What a sentence about a job is made of; a visit is one."""

    @property
    def words(self) -> Words: ...
    @property
    def figures(self) -> Figures: ...
    @property
    def pack(self) -> Answer: ...
    def name(self, kind: str, code: Any) -> str: ...


@dataclass(frozen=True)
class Job:
    """A job in words. `fee` is what its days come to at the provider's own rate; None where no rate is known."""

    title: str
    place: str
    language: str
    sector: str | None
    programme: str | None
    needs: tuple[str, ...]
    days: int
    starts_on: str
    ends_on: str
    rate: Answer | None
    fee: Answer | None


def own_provider(visit: Visit) -> str:
    """The provider that the visitor works for; nobody else has anything to do in this room.

    Whoever holds the role has one, and is neither officer nor client: what the API shows then is the provider's own.
    """
    if visit.me is None or not visit.has("provider"):
        raise Trouble(403, {"code": "not_allowed"})
    return str(visit.me["provider_id"])


def job_of(say: Speaker, job: Answer, rate: Answer | None = None) -> Job:
    """Everything a provider needs to know to answer."""
    fee = {**rate, "amount": Decimal(rate["amount"]) * job["days"]} if rate else None
    isic, programme = job["isic"], job["programme_code"]
    return Job(
        title=title_of(say, job),
        place=place_of(say, job),
        language=language_of(say, job["language"]),
        sector=say.words("ISIC %(code)s", code=isic["code"]) if isic else None,
        programme=say.name("programmes", programme) if programme else None,
        needs=tuple(competence_of(say, each) for each in job["competences"]),
        days=job["days"],
        starts_on=job["starts_on"],
        ends_on=job["ends_on"],
        rate=rate,
        fee=fee,
    )


def title_of(say: Speaker, job: Answer) -> str:
    """What a job, or an engagement, is called: its kind and its place."""
    return say.words("%(kind)s, %(place)s", kind=say.name("kinds", job["kind"]), place=place_of(say, job))


def place_of(say: Speaker, job: Answer) -> str:
    """A province of the centre's own country by its name, elsewhere with its country."""
    country, province = job["country"], job["province"]
    if country == say.pack["country"]:
        return say.name("provinces", province) if province else str(say.pack["name"])
    named = str(say.figures.locale.territories.get(country, country))
    return f"{province}, {named}" if province else named


def language_of(say: Speaker, code: str) -> str:
    """A language by its name in the language of the page."""
    return str(say.figures.locale.languages.get(code, code))


def competence_of(say: Speaker, needed: Answer) -> str:
    """A competence with its level."""
    name = say.name("competences", needed["code"])
    return say.words("%(competence)s, level %(level)s", competence=name, level=needed["level"])


def reason_of(say: Speaker, operation: str, code: str | None) -> str:
    """What a reason of an operation is called in the pack; those that follow by rule have their own words."""
    if code is None:
        return NONE
    if code in BY_RULE:
        return say.words(BY_RULE[code])
    return next((each["name"] for each in say.pack["reasons"][operation] if each["code"] == code), code)


def reasons_to(say: Speaker, operation: str) -> list[tuple[str, str]]:
    """The reasons one may choose from, with their names."""
    return [(each["code"], each["name"]) for each in say.pack["reasons"][operation]]
