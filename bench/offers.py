"""Open offers, as many as a figure accepts: a client that agreed to share, firms that may be asked, requests told."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bench.crowd import keep
from bench.firms import firm, keep_firms
from chassis.clock import new_id, wall_now
from chassis.log.port import Record
from chassis.store.port import Store
from contracts.principals import Principal, Role
from contracts.values import Place, Sector
from services.matching import models

FIRMS = 60
COTTON = Sector(code="1311", revision="4")
Ask = Callable[[str, dict[str, Any], Principal], Awaitable[None]]
"""Post a body to matching as somebody; raises where that is refused."""
OFFICER = Principal(principal_id=UUID(int=11), roles=frozenset({Role.OFFICER}))


@dataclass(frozen=True)
class Market:
    """A client and its site."""

    client_id: UUID
    site_id: UUID


@dataclass(frozen=True)
class Open:
    """An offer that waits, whom it asks, and the expert who would do it."""

    offer_id: UUID
    need_id: UUID
    provider_id: UUID
    person_id: UUID


async def found_market(store: Store) -> list[Market]:
    """As many clients as firms, in matching's tables; each has one firm without a conflict of interest."""
    markets = [Market(new_id(), new_id()) for _ in range(FIRMS)]
    every = {each.client_id for each in markets}
    await keep(store, models.known_clients, [models.KnownClient(each, COTTON) for each in every])
    sites = [models.KnownSite(each.site_id, each.client_id, "XA", "XA-R", True) for each in markets]
    await keep(store, models.known_sites, sites)
    await keep(store, models.agreements, [models.Agreement(new_id(), each, None) for each in every])
    everywhere = (Place(country="XA", province=None, scheme=None),)
    firms = [
        replace(firm(0), id=new_id(), places=everywhere, conflicts=tuple(every - {each.client_id})) for each in markets
    ]
    await keep_firms(store, firms)
    return markets


async def open_offers(store: Store, ask: Ask, markets: Sequence[Market], count: int) -> list[Open]:
    """Open so many needs; matching offers each to somebody."""
    known = {each.offer_id for each in await waiting(store)}
    first = date.today() + timedelta(days=30)  # noqa: DTZ011  any day in the near future does
    need = {
        "kind": "assessment",
        "language": "en",
        "starts_on": str(first),
        "ends_on": str(first + timedelta(days=300)),
        "days": 1,
    }
    for number in range(count):
        market = markets[number % len(markets)]
        await ask("/v1/needs", need | {"client_id": str(market.client_id), "site_id": str(market.site_id)}, OFFICER)
    found = [each for each in await waiting(store) if each.offer_id not in known]
    if len(found) < count:
        raise RuntimeError(f"{len(found)} of {count} offers were made")
    return found


async def waiting(store: Store) -> list[Open]:
    """Every open offer, with an expert of its firm."""
    offer, expert = models.offers.table.c, models.experts.table.c
    chosen = sa.select(offer.id, offer.need_id, offer.provider_id).where(offer.status == "open").order_by(offer.id)
    experts = sa.select(expert.provider_id, expert.person_id)
    of_firm: dict[UUID, UUID] = {row[0]: row[1] for row in await store.fetch(experts)}
    return [Open(row[0], row[1], row[2], of_firm[row[2]]) for row in await store.fetch(chosen)]


def record_of(data: str, event_type: str, topic: str, *, root: UUID, subject: UUID, sequence: int = 1) -> Record:
    """An event as its service's relay would hand it to the log."""
    return Record(
        topic=topic,
        root=root,
        event_id=new_id(),
        event_type=event_type,
        source=f"//bench/{topic}",
        subject=subject,
        sequence=sequence,
        occurred_at=wall_now(),
        correlation_id="bench",
        causation_id=None,
        traceparent=None,
        data=data,
    )


def shares(offers: Sequence[Open], rounds: int) -> list[list[Open]]:
    """The offers of each round."""
    each = len(offers) // rounds
    return [list(offers[number * each : (number + 1) * each]) for number in range(rounds)]
