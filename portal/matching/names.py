"""What those are called whom a page speaks of, as far as this visitor may know them."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from typing import Any, TypeVar

from api_client import Trouble, whole
from portal.rooms import N_
from portal.visit import Visit

Thing = TypeVar("Thing")
ONE_BY_ONE = 25
"""Above this many a whole list is asked for at once."""
Names = Mapping[str, str]
"""Names by id; whom the visitor may not see is not in it."""
BY_RULE = {
    "job_no_longer_open": N_("The job is no longer open."),
    "provider_suspended": N_("The provider was suspended."),
    "consent_ended": N_("The client no longer agrees to share its request with providers."),
    "cancel_asked": N_("The request was cancelled."),
    "assessment_approved": N_("The assessment was approved meanwhile."),
    "certificate_revoked": N_("The certificate was revoked."),
}
"""Reasons that follow from a rule, so that no pack lists them."""


async def client_names(visit: Visit, found: Iterable[Mapping[str, Any]]) -> Names:
    """The clients of some needs or engagements."""
    wanted = sorted({each["client_id"] for each in found})
    known = await asyncio.gather(*(seen(visit.api.read_client(each)) for each in wanted))
    return {each["client_id"]: each["name"] for each in known if each is not None}


async def provider_names(visit: Visit, found: Iterable[Mapping[str, Any]]) -> Names:
    """The providers of some candidates, offers or engagements."""
    wanted = {each["provider_id"] for each in found}
    if not visit.has("officer", "reviewer", "administrator"):
        return {}
    if len(wanted) > ONE_BY_ONE:
        return {each["provider_id"]: each["name"] for each in await whole(visit.api.list_providers)}
    known = await asyncio.gather(*(seen(visit.api.read_provider(each)) for each in sorted(wanted)))
    return {each["provider_id"]: each["name"] for each in known if each is not None}


async def expert_names(visit: Visit, person_ids: Iterable[str]) -> Names:
    """The experts among these persons."""
    wanted = set(person_ids)
    if not wanted or not visit.has("officer"):
        return {}
    if len(wanted) > ONE_BY_ONE:
        found = await whole(visit.api.list_experts)
    else:
        pages = await asyncio.gather(*(visit.api.list_experts(person_id=each) for each in sorted(wanted)))
        found = [each for page in pages for each in page["items"]]
    return {each["person_id"]: each["full_name"] for each in found}


async def seen(asked: Awaitable[Thing]) -> Thing | None:
    """What was asked for, None if it is not this visitor's to see."""
    try:
        return await asked
    except Trouble as trouble:
        if trouble.status not in (403, 404):
            raise
        return None


def country_name(visit: Visit, code: str) -> str:
    """A country in the language of the page; the pack's own as the pack calls it."""
    if code == visit.pack["country"]:
        return str(visit.pack["name"])
    if code.startswith("X"):  # left to users by ISO 3166: no language has a name for it
        return code
    return str(visit.words.locale.territories.get(code, code))


def place_name(visit: Visit, country: str, province: str | None) -> str:
    """A province by its name where the pack knows it, else the country as a whole."""
    if province is None:
        return country_name(visit, country)
    return visit.name("provinces", province) if country == visit.pack["country"] else f"{province}, {country}"


def language_name(visit: Visit, code: str) -> str:
    return str(visit.words.locale.languages.get(code, code))


def reason_name(visit: Visit, decision: str, code: str | None) -> str | None:
    """A reason as the pack calls it, or as the system gives it where no person has decided."""
    if code is None:
        return None
    known = {each["code"]: each["name"] for each in visit.pack["reasons"].get(decision, ())}
    if code in known:
        return str(known[code])
    own = BY_RULE.get(code)
    return visit.words(own) if own else code.replace("_", " ")
