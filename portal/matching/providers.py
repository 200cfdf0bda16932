"""The directory of providers: who may be asked, for what, where, and how they have done."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api_client import whole
from portal.forms import Form
from portal.matching import states
from portal.matching.deciding import Decision, ask, carried_out, decided
from portal.matching.lists import listed
from portal.matching.names import client_names, country_name, language_name, place_name, reason_name
from portal.rooms import N_
from portal.visit import Visit

TABS = (
    ("", N_("All")),
    ("approved", N_("Approved")),
    ("registered", N_("To approve")),
    ("suspended", N_("Suspended")),
)
ENDS_SOON = timedelta(days=60)


@dataclass(frozen=True)
class Held:
    """A competence of an expert; `state` is `valid`, `soon` (ends within two months), `expired` or `withdrawn`."""

    name: str
    level: int
    valid_from: str
    valid_until: str | None
    evidence: str | None
    state: str

    @classmethod
    def of(cls, name: str, found: Mapping[str, Any], today: date) -> "Held":
        until = date.fromisoformat(found["valid_until"]) if found["valid_until"] else None
        if found["status"] == "withdrawn":
            state = "withdrawn"
        elif found["expired"]:
            state = "expired"
        else:
            state = "soon" if until is not None and until <= today + ENDS_SOON else "valid"
        return cls(name, found["level"], found["valid_from"], found["valid_until"], found["evidence"], state)


HELD = {
    "valid": N_("valid"),
    "soon": N_("ends soon"),
    "expired": N_("expired"),
    "withdrawn": N_("withdrawn"),
}
HELD_COLOURS = {"valid": "ok", "soon": "warn", "expired": "bad"}


async def show_providers(visit: Visit) -> Response:
    """Every provider, with what its experts may be sent to do."""
    status: Any = visit.asked.get("status")
    found = await listed(visit, whole(visit.api.list_providers, status=status), latest_first=False)
    granted = await whole(visit.api.list_competences, status="granted") if visit.has("officer") else []
    held: dict[str, set[str]] = defaultdict(set)
    for each in granted:
        if not each["expired"]:
            held[each["provider_id"]].add(visit.name("competences", each["code"]))
    return visit.show(
        "matching/providers.html",
        found=found,
        held={provider_id: sorted(names) for provider_id, names in held.items()},
        tabs=TABS,
        current=status or "",
        states=states,
        **_words_of(visit),
    )


async def show_provider(visit: Visit, provider_id: UUID, form: Form | None = None) -> Response:
    """One provider: what it offers, its experts and what they hold, its days, its record."""
    provider = await visit.api.read_provider(provider_id)
    officer, centre = visit.has("officer"), visit.has("officer", "reviewer")
    experts, competences, offers, engagements = await asyncio.gather(
        whole(visit.api.list_experts, provider_id=provider_id) if officer else _none(),
        whole(visit.api.list_competences, provider_id=provider_id) if officer else _none(),
        whole(visit.api.list_offers, provider_id=provider_id) if officer else _none(),
        whole(visit.api.list_engagements, provider_id=provider_id) if centre else _none(),
    )
    running = [each for each in engagements if each["status"] == "active"]
    given = form or visit.form()
    return visit.show(
        "matching/provider.html",
        422 if given.faults else 200,
        provider=provider,
        experts=sorted(experts, key=lambda each: (each["status"] != "active", each["full_name"])),
        held=_held(visit, competences),
        offers=Counter(each["status"] for each in offers),
        engagements=Counter(each["status"] for each in engagements),
        running=running,
        clients=await client_names(visit, running),
        rating=mean_rating(engagements),
        suspended_because=reason_name(visit, "suspend_provider", provider["suspension_reason"]),
        states=states,
        held_states=HELD,
        held_colours=HELD_COLOURS,
        form=given,
        **_words_of(visit),
    )


def mean_rating(engagements: Sequence[Mapping[str, Any]]) -> float | None:
    """The mean of the clients' ratings, of those both sides have given."""
    scores = [each["client_rating"]["score"] for each in engagements if each["client_rating"]]
    return sum(scores) / len(scores) if scores else None


async def approve_provider(visit: Visit, provider_id: UUID) -> Response:
    """Let it have offers."""
    asked = visit.api.approve_provider(provider_id, once=visit.sent_form.once)
    return await _answered(visit, provider_id, asked, "provider_approved")


async def reinstate_provider(visit: Visit, provider_id: UUID) -> Response:
    """Let it have offers again."""
    asked = visit.api.reinstate_provider(provider_id, once=visit.sent_form.once)
    return await _answered(visit, provider_id, asked, "provider_reinstated")


async def back_to_provider(visit: Visit, provider_id: UUID) -> Response:
    """Whoever loads the address of a form anew comes to the provider."""
    return visit.to(f"/providers/{provider_id}")


async def ask_suspend_provider(visit: Visit, provider_id: UUID, form: Form | None = None) -> Response:
    """What it means to give a provider no more offers."""
    provider = await visit.api.read_provider(provider_id)
    if form is None and provider["status"] != "approved":
        return visit.to(f"/providers/{provider_id}")
    decision = Decision(
        title=visit.words("Suspend the provider"),
        about=provider["name"],
        meaning=(
            visit.words("It gets no offers. Those that wait for its answer are withdrawn."),
            visit.words("Running engagements go on; cancel them one by one where you must."),
            visit.words("You can reinstate it at any time."),
        ),
        action=f"/providers/{provider_id}/suspend",
        button=visit.words("Suspend"),
        back=f"/providers/{provider_id}",
        back_words=visit.words("Back to the provider"),
        reasons="suspend_provider",
    )
    return ask(visit, decision, form)


async def suspend_provider(visit: Visit, provider_id: UUID) -> Response:
    if await decided(visit, lambda why, once: visit.api.suspend_provider(provider_id, why, once=once)) is None:
        return await ask_suspend_provider(visit, provider_id, visit.sent_form)
    return visit.to(f"/providers/{provider_id}", said="provider_suspended")


async def _answered(visit: Visit, provider_id: UUID, asked: Awaitable[object], said: str) -> Response:
    form = visit.sent_form
    if await carried_out(form, asked) is None:
        return await show_provider(visit, provider_id, form)
    return visit.to(f"/providers/{provider_id}", said=said)


def _held(visit: Visit, competences: Sequence[Mapping[str, Any]]) -> Mapping[str, list[Held]]:
    """By person, what each holds; what is still good first."""
    today, found = visit.now.astimezone(visit.figures.zone).date(), defaultdict(list)
    for each in competences:
        found[each["person_id"]].append(Held.of(visit.name("competences", each["code"]), each, today))
    order = list(HELD)
    return {who: sorted(held, key=lambda each: (order.index(each.state) > 1, each.name)) for who, held in found.items()}


def _words_of(visit: Visit) -> dict[str, Any]:
    return {
        "country": lambda code: country_name(visit, code),
        "place": lambda each: place_name(visit, each["country"], each["province"]),
        "language": lambda code: language_name(visit, code),
    }


async def _none() -> list[Any]:
    return []
