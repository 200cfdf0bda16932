"""Service requests: what companies ask for, how far it is, and in whose court the ball is."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from starlette.responses import Response

from api_client import Trouble, whole
from portal.clients import words as called
from portal.clients.forms import refused
from portal.forms import Form
from portal.rooms import N_
from portal.visit import Visit

if TYPE_CHECKING:
    from api_client import models

A_PAGE = 25
WAY = (N_("Asked for"), N_("Provider found"), N_("Done"))
HOW_FAR = {"submitted": 0, "unmet": 0, "cancelling": 0, "started": 1, "completed": 2}


@dataclass(frozen=True)
class Row:
    """A request in a list; `client` is None where its name may not be seen."""

    request: "models.ServiceRequestOut"
    kind: str
    client: str | None


@dataclass(frozen=True)
class Offered:
    """Who was offered the job, and until when the answer is awaited."""

    provider: str
    deadline_at: str


async def show_requests(visit: Visit) -> Response:
    """A page of requests; the filters stand in the address."""
    asked = visit.asked
    filters: dict[str, Any] = {name: asked.get(name) for name in ("status", "kind", "client_id")}
    found = await visit.api.list_service_requests(**filters, cursor=asked.get("cursor"), limit=A_PAGE)
    names = await client_names(visit, (each["client_id"] for each in found["items"]))
    return visit.show(
        "clients/requests.html",
        rows=[Row(each, called.kind(visit, each["kind"]), names[each["client_id"]]) for each in found["items"]],
        next=found["next"],
        status_choices=[(each, called.state(visit, each)) for each in called.REQUEST_STATES],
        kind_choices=called.choices(visit, "kinds"),
        is_filtered=any(filters.values()),
        states=called.in_words(visit, called.STATES),
        colours=called.COLOURS,
        is_centre=visit.has("officer"),
    )


async def client_names(visit: Visit, client_ids: Iterable[str]) -> dict[str, str | None]:
    """The names of companies by id; None for one in a territory that is not the visitor's."""

    async def name_of(client_id: str) -> str | None:
        try:
            return str((await visit.api.read_client(client_id))["name"])
        except Trouble as trouble:
            if trouble.status != 404:
                raise
            return None

    ids = sorted(set(client_ids))
    return dict(zip(ids, await asyncio.gather(*(name_of(each) for each in ids)), strict=True))


async def show_request(visit: Visit, request_id: UUID, form: Form | None = None) -> Response:
    """One request: its state in words, and what it led to."""
    request = await visit.api.read_service_request(request_id)
    client_id, state = request["client_id"], request["status"]
    site = await visit.api.read_site(request["site_id"])
    need, offered = await _search(visit, request_id) if visit.has("officer") else (None, None)
    assessments = await whole(visit.api.list_assessments, client_id=client_id)
    given = form or visit.form()
    return visit.show(
        "clients/request.html",
        422 if given.faults else 200,
        form=given,
        request=request,
        client_name=(await client_names(visit, [client_id]))[client_id],
        site=site,
        place=called.place(visit, site),
        kind=called.kind(visit, request["kind"]),
        state=called.state(visit, state),
        colour=called.COLOURS.get(state, ""),
        court=visit.words(called.COURT[state]),
        language=called.language(visit, request["language"]),
        programme=visit.name("programmes", request["programme_code"]) if request["programme_code"] else None,
        further=called.further(visit, "service_request", request["extra"]),
        need=need,
        offered=offered,
        assessment=next((each for each in assessments if each["request_id"] == request["request_id"]), None),
        way=WAY,
        at=HOW_FAR.get(state),
        can_cancel=state in ("submitted", "unmet"),
    )


async def _search(visit: Visit, request_id: UUID) -> tuple["models.NeedOut | None", Offered | None]:
    """The search for a provider, and whose answer it waits for now."""
    needs = await visit.api.list_needs(request_id=request_id)
    need = next(iter(needs["items"]), None)
    if need is None:
        return None, None
    offers = await visit.api.list_offers(need_id=need["need_id"], status="open")
    offer = next(iter(offers["items"]), None)
    if offer is None:
        return need, None
    provider = await visit.api.read_provider(offer["provider_id"])
    return need, Offered(provider["name"], offer["deadline_at"])


async def cancel_service_request(visit: Visit, request_id: UUID) -> Response:
    """Ask that the search end."""
    form = visit.sent_form
    try:
        await visit.api.cancel_service_request(request_id, once=form.once)
    except Trouble as trouble:
        return await show_request(visit, request_id, refused(form, trouble))
    return visit.to(f"/service-requests/{request_id}", said="cancel_asked")
