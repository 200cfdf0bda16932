"""No request reads a growing table from end to end: every select finds its rows by an index, on both databases.

A page in the order of ids walks the primary key until it is full, which is no reading of the whole. What adds up every
option there is (the results) or compares every provider (a shortlist) reads those, and nothing that grows beside them.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from chassis.clock import new_id
from chassis.service import Service
from contracts.clients import ClientRegistered, ConsentWithdrawn, SiteOpened
from contracts.principals import Role
from services.clients.app import service as clients
from services.exchange.app import service as exchange
from services.impact.app import service as impact
from services.matching.app import service as matching
from tests.kit import people
from tests.kit.plans import overheard, read_whole
from tests.kit.postgres import postgres_cluster, postgres_dsn
from tests.kit.room import Room, room
from tests.services.matching.stage import COTTON, START, accepting, made, set_up

__all__ = ["postgres_cluster", "postgres_dsn"]
OpenRoom = Callable[[Service], AbstractAsyncContextManager[Room]]
CHASSIS = {"outbox", "inbox", "answers", "threads", "notices"}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def open_room(request: pytest.FixtureRequest, tmp_path: Path) -> OpenRoom:
    """Opens a service on either database."""
    dsn = request.getfixturevalue("postgres_dsn")() if request.param == "postgres" else None

    @asynccontextmanager
    async def opened(service: Service) -> AsyncIterator[Room]:
        async with room(service, tmp_path, at=START, dsn=dsn) as here:
            yield here

    return opened


async def told(here: Room, growing: set[str], act: Callable[[], Any]) -> dict[str, list[str]]:
    """What of the growing tables is read whole while somebody acts, and while the loops of the service go on."""
    store: Any = here.running.store
    with overheard(store) as heard:
        await act()
        await here.settle()
        for postman in here.running.postmen:
            await postman.send_due()
        if here.running.sweep is not None:
            await here.running.sweep.sweep()
    assert len(heard) > 5, heard
    whole = await read_whole(store, heard)
    return {name: whole[name] for name in (growing | CHASSIS) & whole.keys()}


async def test_taking_a_company_in_reads_no_table_of_clients_whole(open_room: OpenRoom) -> None:
    async with open_room(clients) as here:
        officer = here.as_(people.officer("XA-R"))
        mill = {"name": "Mill", "country": "XA", "province": "XA-R", "isic": {"code": "1061", "revision": "4"}}

        async def act() -> None:
            key = {"Idempotency-Key": "once"}
            client = await made(officer.post("/v1/clients", json=mill | {"external_ref": "A-1"}, headers=key))
            mine = {"client_id": client["client_id"]}
            site = await made(officer.post("/v1/sites", json=mine | {"name": "1", "country": "XA", "province": "XA-R"}))
            agreed = mine | {"purpose": "share_with_providers", "text_version": "1"}
            await made(officer.post("/v1/consents", json=agreed))
            await made(officer.post(f"/v1/clients/{client['client_id']}/qualify"), 200)
            asked = {"kind": "assessment", "language": "en", "wanted_from": "2026-04-01", "wanted_until": "2026-04-30"}
            wish = mine | asked | {"site_id": site["site_id"], "days": 3}
            await made(officer.post("/v1/service-requests", json=wish))
            await made(officer.get(f"/v1/clients/{client['client_id']}"), 200)
            for path in ("sites", "consents", "service-requests"):
                await made(officer.get(f"/v1/{path}", params=mine), 200)

        assert await told(here, {"clients", "sites", "consents", "service_requests", "readers"}, act) == {}


async def test_a_job_from_need_to_engagement_reads_no_growing_table_whole(open_room: OpenRoom) -> None:
    async with open_room(matching) as here:
        stage = await set_up(here)
        firm = await stage.firm("Hill")
        other = new_id()

        async def act() -> None:
            await here.tell(ClientRegistered(client_id=other, country="XA", province=None, isic=COTTON))
            await here.tell(SiteOpened(site_id=new_id(), client_id=other, country="XA", province=None))
            await here.tell(ConsentWithdrawn(consent_id=new_id(), client_id=other, purpose="share_with_providers"))
            need_id = await stage.ask()
            offer = await stage.open_offer(need_id)
            await made(stage.officer.post("/v1/shortlists", json={"need_id": str(need_id)}))
            (shortlist, *_) = await stage.items("/v1/shortlists", need_id=str(need_id))
            await stage.items(f"/v1/shortlists/{shortlist['shortlist_id']}/candidates")
            await made(firm.http.post(f"/v1/offers/{offer['offer_id']}/accept", json=accepting(firm)), 200)
            await stage.items("/v1/engagements", client_id=str(stage.client_id))

        growing = {"needs", "shortlists", "candidates", "offers", "engagements", "work_reports"}
        kept = {"known_clients", "known_sites", "agreements", "ended_agreements", "approved_assessments"}
        assert await told(here, growing | kept, act) == {}


async def test_results_look_at_no_company_that_is_only_registered(open_room: OpenRoom) -> None:
    async with open_room(impact) as here:
        officer, ministry = here.as_(people.officer()), here.as_(people.person(Role.MINISTRY))

        async def act() -> None:
            await here.tell(ClientRegistered(client_id=new_id(), country="XA", province=None, isic=COTTON))
            for by in (officer, ministry):
                await made(by.get("/v1/impact/funnel"), 200)
                await made(by.get("/v1/impact/funnel", params={"year": 2026}), 200)
                await made(by.get("/v1/impact/options", params={"by": "province"}), 200)

        assert await told(here, {"clients", "sites"}, act) == {}


async def test_a_page_of_the_feed_walks_to_its_events_by_an_index(open_room: OpenRoom) -> None:
    async with open_room(exchange) as here:
        administrator = here.as_(people.administrator())
        client_id = new_id()

        async def act() -> None:
            await here.tell(ClientRegistered(client_id=client_id, country="XA", province=None, isic=COTTON))
            one = {"type": "org.openrecp.clients.client_registered.v1"}
            for wanted in (
                one,
                {"subject": str(client_id)},
                {"correlation_id": "test"},
                one | {"subject": str(client_id)},
            ):
                found = await made(administrator.get("/v1/events", params={"after": "0", **wanted}), 200)
                assert len(found["items"]) == 1
            await made(administrator.get("/v1/events", params={"after": "1"}), 200)

        assert await told(here, {"journal"}, act) == {}
