"""The same offer for whoever holds the one-time link of its notice: no key, this offer only, until its deadline."""

from urllib.parse import quote

from starlette.responses import Response

from api_client import Trouble
from portal.offers.offer import (
    Shown,
    acceptance_page,
    accepted,
    declined,
    declining_page,
    offer_page,
    shown,
)
from portal.visit import Visit


async def show_link(visit: Visit, code: str) -> Response:
    its = await _by_link(visit, code)
    return offer_page(visit, its) if its else _no_such_link(visit)


async def show_link_acceptance(visit: Visit, code: str) -> Response:
    its = await _by_link(visit, code)
    return acceptance_page(visit, its) if its else _no_such_link(visit)


async def show_link_declining(visit: Visit, code: str) -> Response:
    its = await _by_link(visit, code)
    return declining_page(visit, its) if its else _no_such_link(visit)


async def accept_link(visit: Visit, code: str) -> Response:
    its = await _by_link(visit, code)
    return await accepted(visit, its) if its else _no_such_link(visit)


async def decline_link(visit: Visit, code: str) -> Response:
    its = await _by_link(visit, code)
    return await declined(visit, its) if its else _no_such_link(visit)


async def _by_link(visit: Visit, code: str) -> Shown | None:
    """What the code opens, asked without any key: whoever is signed in besides, the code alone decides."""
    api = visit.asking_with(None)
    try:
        offer = await api.read_offer_link(code)
    except Trouble as trouble:
        if trouble.status != 404:
            raise
        return None
    experts = [(each["person_id"], each["full_name"]) for each in offer["experts"]]
    return shown(
        visit,
        f"/offer-links/{quote(code, safe='')}",
        offer,
        offer["candidate"],
        experts=experts,
        by_link=True,
        accept=lambda body, once: api.accept_offer_link(code, body, once=once),
        decline=lambda body, once: api.decline_offer_link(code, body, once=once),
    )


def _no_such_link(visit: Visit) -> Response:
    return visit.show("offers/no_such_link.html", 404)
