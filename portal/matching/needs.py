"""Jobs that look for a provider: the list, one job with its shortlist and offers, and the end of a search."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api_client import whole
from portal.forms import Form
from portal.matching import states
from portal.matching.deciding import Decision, ask, carried_out, decided
from portal.matching.lists import Listed, listed
from portal.matching.names import Names, client_names, expert_names, provider_names, reason_name, seen
from portal.matching.reasons import Standing, count_words, standing
from portal.rooms import N_
from portal.visit import Visit

TABS = (
    ("open", N_("Looking")),
    ("unmet", N_("Nobody found")),
    ("filled", N_("Taken")),
    ("cancelled", N_("Cancelled")),
)
WAIT = frozenset({"open", "unmet"})
FIRST_ELIGIBLE, FIRST_EXCLUDED = 10, 25
"""So many are on the page at first, the others behind a link: a long directory must not weigh on a weak line."""


@dataclass(frozen=True)
class Search:
    """The latest scoring run of a job: who may be asked in order, and who is excluded why."""

    run: Mapping[str, Any]
    eligible: Sequence[Standing]
    excluded: Sequence[Standing]
    counts: Sequence[str]
    whole: bool = False

    @property
    def shown(self) -> Sequence[Standing]:
        return self.eligible if self.whole else self.eligible[:FIRST_ELIGIBLE]

    @property
    def shown_excluded(self) -> Sequence[Standing]:
        return self.excluded if self.whole else self.excluded[:FIRST_EXCLUDED]

    @property
    def hides(self) -> int:
        """How many are behind the link."""
        return len(self.eligible) + len(self.excluded) - len(self.shown) - len(self.shown_excluded)

    def next_after(self, asked: set[str]) -> Standing | None:
        """The first in line who has not been asked."""
        return next((each for each in self.eligible if each.provider_id not in asked), None)


async def show_needs(visit: Visit) -> Response:
    """Every job in a state, the ones that wait in the order they came; a reviewer sees the searches for providers."""
    if visit.has("reviewer") and not visit.has("officer"):
        return await _show_searches(visit)
    status: Any = visit.asked.get("status", "open")
    if status not in dict(TABS):
        status = "open"
    kind = visit.asked.get("kind") or None
    found = await listed(visit, whole(visit.api.list_needs, status=status, kind=kind), latest_first=status not in WAIT)
    waiting = await whole(visit.api.list_offers, status="open") if status == "open" else []
    offers = {each["need_id"]: each for each in waiting}
    clients, providers = await asyncio.gather(
        client_names(visit, found.items),
        provider_names(visit, [offers[each["need_id"]] for each in found.items if each["need_id"] in offers]),
    )
    names: dict[str, Any] = {"clients": clients, "providers": providers}
    kinds = [(each["code"], each["name"]) for each in visit.pack["kinds"]]
    return visit.show(
        "matching/needs.html",
        found=found,
        offers=offers,
        tabs=TABS,
        current=status,
        states=states,
        kinds=kinds,
        **names,
    )


async def _show_searches(visit: Visit) -> Response:
    """The latest scoring run of each job: the part of matching that a reviewer may see."""
    latest = {each["need_id"]: each for each in await whole(visit.api.list_shortlists)}
    runs = sorted(latest.values(), key=lambda each: each["made_at"], reverse=True)
    counts = {each["shortlist_id"]: count_words(visit, each["excluded"] or {}) for each in runs}
    found = Listed.of(runs, visit.asked.get("page"))
    engagements = {each["need_id"]: each for each in await whole(visit.api.list_engagements)}
    taken = {each["need_id"]: engagements[each["need_id"]] for each in found.items if each["need_id"] in engagements}
    clients = await client_names(visit, taken.values())
    return visit.show("matching/searches.html", found=found, counts=counts, taken=taken, clients=clients)


async def show_need(visit: Visit, need_id: UUID, form: Form | None = None) -> Response:
    """One job: what is needed, who may be asked in which order, who may not and why, what was offered and answered."""
    reviews = visit.has("reviewer") and not visit.has("officer")
    need = None if reviews else await visit.api.read_need(need_id)
    runs, offers, engagements = await asyncio.gather(
        whole(visit.api.list_shortlists, need_id=need_id),
        whole(visit.api.list_offers, need_id=need_id) if need else _none(),
        whole(visit.api.list_engagements, need_id=need_id),
    )
    if need is None and not runs:
        return await _as_the_api_says(visit, need_id)
    candidates = await _candidates(visit, runs)
    names = await provider_names(visit, [*candidates, *offers, *engagements])
    search = await _search(visit, runs[-1], candidates, names) if runs else None
    site, clients = await _whose(visit, need, engagements)
    given = form or visit.form()
    view = {"need": need, "search": search, "offers": offers[::-1], "engagements": engagements[::-1], "names": names}
    waiting = [each for each in offers if each["status"] == "open"]
    asked = {each["provider_id"] for each in offers}
    more = {
        "client": next(iter(clients.values()), None),
        "site": site,
        "runs": len(runs),
        "waiting": waiting,
        "next_in_line": search.next_after(asked) if search and waiting else None,
        "why": lambda decision, code: reason_name(visit, decision, code),
        "states": states,
    }
    return visit.show("matching/need.html", 422 if given.faults else 200, form=given, **view, **more)


async def make_shortlist(visit: Visit, need_id: UUID) -> Response:
    """Judge all providers anew."""
    form = visit.sent_form
    if await carried_out(form, visit.api.make_shortlist({"need_id": str(need_id)}, once=form.once)) is None:
        return await show_need(visit, need_id, form)
    return visit.to(f"/needs/{need_id}", said="shortlist_made")


async def back_to_need(visit: Visit, need_id: UUID) -> Response:
    """Whoever loads the address of a form anew comes to the job."""
    return visit.to(f"/needs/{need_id}")


async def ask_cancel_need(visit: Visit, need_id: UUID, form: Form | None = None) -> Response:
    """What it means to stop looking."""
    need = await visit.api.read_need(need_id)
    if form is None and need["status"] not in WAIT:
        return visit.to(f"/needs/{need_id}")
    decision = Decision(
        title=visit.words("Stop looking for a provider"),
        about=await title_of(visit, need),
        meaning=(
            visit.words("Offers that wait for an answer are withdrawn, and nobody else is asked."),
            visit.words("If a client's request stands behind the job, that request is cancelled too."),
        ),
        action=f"/needs/{need_id}/cancel",
        button=visit.words("Stop looking"),
        back=f"/needs/{need_id}",
        back_words=visit.words("Back to the job"),
        reasons="cancel_need",
    )
    return ask(visit, decision, form)


async def cancel_need(visit: Visit, need_id: UUID) -> Response:
    if await decided(visit, lambda why, once: visit.api.cancel_need(need_id, why, once=once)) is None:
        return await ask_cancel_need(visit, need_id, visit.sent_form)
    return visit.to(f"/needs/{need_id}", said="need_cancelled")


async def title_of(visit: Visit, job: Mapping[str, Any]) -> str:
    """A job as a heading: its kind, and for whom if the visitor may know."""
    names = await client_names(visit, [job])
    kind = visit.name("kinds", job["kind"])
    if job["client_id"] not in names:
        return kind
    return visit.words("%(kind)s for %(client)s", kind=kind, client=names[job["client_id"]])


async def _none() -> list[Any]:
    return []


async def _as_the_api_says(visit: Visit, need_id: UUID) -> Response:
    """A reviewer at a job that was never searched for: it is refused, or does not exist."""
    await visit.api.read_shortlist(need_id)
    return visit.to("/needs")


async def _candidates(visit: Visit, runs: Sequence[Mapping[str, Any]]) -> list[Any]:
    if not runs:
        return []
    return await whole(visit.api.list_candidates, runs[-1]["shortlist_id"])


async def _search(
    visit: Visit, run: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]], names: Names
) -> Search:
    best = {
        rule["facts"].get("person_id")
        for each in candidates
        if each["eligible"]
        for rule in each["rules"]
        if rule["code"] == "competence_valid"
    }
    experts = await expert_names(visit, best - {None})
    found = [standing(visit, each, names, experts) for each in candidates]
    return Search(
        run,
        [each for each in found if each.rank is not None],
        [each for each in found if each.rank is None],
        count_words(visit, run["excluded"] or {}),
        visit.asked.get("all") == "yes",
    )


async def _whose(
    visit: Visit, need: Mapping[str, Any] | None, engagements: Sequence[Mapping[str, Any]]
) -> tuple[Any, Names]:
    """The site and the client of a job, as far as the visitor may see them."""
    job = need or next(iter(engagements[::-1]), None)
    if job is None:
        return None, {}
    site = await seen(visit.api.read_site(job["site_id"])) if visit.has("officer") else None
    return site, await client_names(visit, [job])
