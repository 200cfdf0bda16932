"""The feed: one order for all, cursors that stay true, readers who wait, and what an integrator may see."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chassis.clock import new_id
from contracts.assessments import BaselineRecorded, OptionIdentified, Output
from contracts.clients import ClientDeclined, ClientQualified, ClientRegistered, SiteOpened
from contracts.matching import CompetenceGranted, EngagementCompleted, ExpertAdded, OfferDeclined
from contracts.principals import Principal, Role
from contracts.values import Money, Period, ProgrammeShare, Sector, Stream, StreamFigures
from services.exchange.app import service
from tests.kit import people
from tests.kit.room import Room, room

FEED = "/v1/events"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(service, tmp_path) as opened:
        yield opened


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Room]:
    """The same room on each database."""
    dsn = request.getfixturevalue("postgres_dsn")() if request.param == "postgres" else None
    async with room(service, tmp_path, dsn=dsn) as opened:
        yield opened


def integrator(*types: type[Any], figures: bool = False) -> Principal:
    names = frozenset(each.event_type for each in types) if types else None
    return people.person(Role.INTEGRATOR, event_types=names, figures=figures)


def registered(**facts: Any) -> ClientRegistered:
    isic = Sector(code="1061", revision="4")
    return ClientRegistered(**{"client_id": new_id(), "country": "XA", "province": "XA-R", "isic": isic, **facts})


async def read(by: httpx2.AsyncClient, **params: Any) -> Any:
    answer = await by.get(FEED, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def everything(by: httpx2.AsyncClient, **params: Any) -> list[Any]:
    """Follow the cursor to the end."""
    items: list[Any] = []
    after = 0
    while page := (await read(by, after=after, **params)):
        items += page["items"]
        if page["next"] == after:
            return items
        after = page["next"]
    return items


async def test_events_are_cloud_events_with_all_their_attributes(here: Room) -> None:
    event = registered()
    await here.tell(event, correlation_id="intake-7")
    answer = await read(here.as_(people.administrator()))
    assert (answer["next"], answer["end"]) == (1, 1)
    (item,) = answer["items"]
    moment = item.pop("time")
    assert moment.endswith("Z")
    assert len(item.pop("id")) == 36
    assert item == {
        "specversion": "1.0",
        "source": "//test/clients-elsewhere",
        "type": "org.openrecp.clients.client_registered.v1",
        "subject": str(event.client_id),
        "datacontenttype": "application/json",
        "dataschema": "urn:openrecp:schema:org.openrecp.clients.client_registered.v1",
        "partitionkey": str(event.client_id),
        "sequence": "0000000001",
        "correlationid": "intake-7",
        "data": event.model_dump(mode="json"),
    }


async def test_a_member_of_a_thread_has_its_root_as_partition_key(here: Room) -> None:
    client, site = new_id(), new_id()
    await here.tell(SiteOpened(site_id=site, client_id=client, country="XA", province=None))
    (item,) = (await read(here.as_(people.administrator())))["items"]
    assert (item["subject"], item["partitionkey"]) == (str(site), str(client))


async def test_the_cursor_leads_through_the_whole_journal_once(either: Room) -> None:
    events = [registered() for _ in range(25)]
    await either.tell(*events)
    by = either.as_(people.administrator())
    items = await everything(by, limit=7)
    assert [item["subject"] for item in items] == [str(event.client_id) for event in events]
    assert len({item["id"] for item in items}) == 25
    again = await read(by, after=7, limit=7)
    assert [item["subject"] for item in again["items"]] == [str(event.client_id) for event in events[7:14]]


async def test_the_present_end_can_be_asked_for(either: Room) -> None:
    by = either.as_(people.administrator())
    assert await read(by, after="end") == {"items": [], "next": 0, "end": 0}
    await either.tell(registered(), registered())
    assert await read(by, after="end", wait=5) == {"items": [], "next": 2, "end": 2}


@pytest.mark.parametrize("after", ["-1", "1e3", "x", "", "3", "999999999999999999", "0x1", "END", "１"])
async def test_a_cursor_that_was_never_given_is_refused(here: Room, after: str) -> None:
    await here.tell(registered(), registered())
    answer = await here.as_(people.administrator()).get(FEED, params={"after": after})
    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_is_invalid")


@pytest.mark.parametrize(
    "params",
    [
        {"wait": "31"},
        {"wait": "nan"},
        {"wait": "-1"},
        {"limit": "0"},
        {"limit": "201"},
        {"subject": "x"},
        {"type": "client_registered"},
    ],
)
async def test_a_bad_parameter_is_a_problem(here: Room, params: dict[str, str]) -> None:
    answer = await here.as_(people.administrator()).get(FEED, params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "body_is_invalid")


async def test_filters_narrow_and_the_cursor_stays_true(either: Room) -> None:
    one, two = new_id(), new_id()
    await either.tell(registered(client_id=one), registered(client_id=two), correlation_id="a")
    await either.tell(ClientQualified(client_id=one), ClientDeclined(client_id=two, reason_code="no_data"))
    by = either.as_(people.administrator())
    subject = await read(by, subject=str(two))
    assert [item["type"].split(".")[3] for item in subject["items"]] == ["client_registered", "client_declined"]
    assert (subject["next"], subject["end"]) == (4, 4)
    qualified = await read(by, type=ClientQualified.event_type)
    assert ([item["subject"] for item in qualified["items"]], qualified["next"]) == ([str(one)], 3)
    both = await read(by, type=[ClientQualified.event_type, ClientDeclined.event_type], limit=1)
    assert (len(both["items"]), both["next"]) == (1, 3)
    assert len((await read(by, correlation_id="a"))["items"]) == 2
    assert await read(by, correlation_id="a", type=ClientQualified.event_type) == {"items": [], "next": 0, "end": 4}
    assert await read(by, type="org.openrecp.nobody.heard_of.v1") == {"items": [], "next": 0, "end": 4}


async def test_a_waiting_reader_is_woken_at_once(either: Room) -> None:
    by = either.as_(people.administrator())
    await either.tell(registered())
    for _ in range(5):
        end = (await read(by, after="end"))["end"]
        waiting = asyncio.create_task(read(by, after=end, wait=20))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await either.tell(registered())
        told = time.perf_counter()
        assert len((await waiting)["items"]) == 1
        assert time.perf_counter() - told < 0.1


async def test_waiting_for_a_type_passes_over_the_others(here: Room) -> None:
    by = here.as_(people.administrator())
    waiting = asyncio.create_task(read(by, type=ClientQualified.event_type, wait=20))
    client = new_id()
    await here.tell(registered(client_id=client))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await here.tell(ClientQualified(client_id=client))
    answer = await waiting
    assert ([item["subject"] for item in answer["items"]], answer["next"]) == ([str(client)], 2)


async def test_waiting_in_vain_ends_with_an_empty_answer(here: Room) -> None:
    began = time.perf_counter()
    assert await read(here.as_(people.administrator()), wait=0.2) == {"items": [], "next": 0, "end": 0}
    assert 0.2 <= time.perf_counter() - began < 2


async def test_nothing_is_lost_or_doubled_when_the_room_is_closed_and_opened_again(tmp_path: Path) -> None:
    told: list[str] = []
    for round_ in range(4):
        async with room(service, tmp_path) as here:
            events = [registered() for _ in range(30)]
            told += [str(event.client_id) for event in events]
            records = [here._record(event, "test") for event in events]
            await here.log.append(records)
            if round_ % 2:  # every other time the room is closed on what is still under way
                await here.settle()
    async with room(service, tmp_path) as here:
        await here.settle()
        items = await everything(here.as_(people.administrator()), limit=50)
    assert [item["subject"] for item in items] == told
    assert len({item["id"] for item in items}) == len(told)


async def test_a_cursor_means_the_same_after_a_restart(tmp_path: Path) -> None:
    async with room(service, tmp_path) as here:
        await here.tell(*(registered() for _ in range(10)))
        before = await read(here.as_(people.administrator()), after=4, limit=3)
    async with room(service, tmp_path) as here:
        await here.tell(registered())
        after = await read(here.as_(people.administrator()), after=4, limit=3)
    assert (before["items"], before["next"]) == (after["items"], after["next"])


async def test_the_journal_is_never_rebuilt(here: Room) -> None:
    answer = await here.as_(people.administrator()).post("/v1/admin/exchange/rebuild")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_rebuild")


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.ADMINISTRATOR, Role.INTEGRATOR)])
async def test_nobody_else_reads_the_feed(here: Room, role: Role) -> None:
    assert (await here.as_(people.person(role)).get(FEED)).status_code == 403


async def test_an_integrator_sees_the_types_of_its_key(here: Room) -> None:
    client = new_id()
    await here.tell(
        registered(client_id=client),
        ClientQualified(client_id=client),
        OfferDeclined(offer_id=new_id(), need_id=new_id(), provider_id=new_id(), reason_code="too_far"),
    )
    by = here.as_(integrator(ClientQualified, OfferDeclined))
    kinds = [item["type"].split(".")[3] for item in await everything(by, limit=1)]
    assert kinds == ["client_qualified", "offer_declined"]
    assert (await read(by, type=ClientRegistered.event_type))["items"] == []
    assert (await read(by, subject=str(client)))["items"][0]["type"] == ClientQualified.event_type
    assert len((await read(by, after="0"))["items"]) == 2
    unlimited = here.as_(integrator())
    assert len(await everything(unlimited)) == 3
    nothing = here.as_(people.person(Role.INTEGRATOR, event_types=frozenset()))
    assert await everything(nothing) == []


def _with_figures() -> list[Any]:
    thread = {"assessment_id": new_id(), "client_id": new_id(), "site_id": new_id()}
    year = Period(starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    return [
        BaselineRecorded(
            **thread,
            period=year,
            output=Output(quantity=Decimal("12.5"), unit="t"),
            energy_mj=Decimal(90),
            material_t=None,
            water_m3=None,
            waste_water_m3=None,
            waste_t=None,
            emission_t_co2e=None,
            labels=("output_not_stated",),
        ),
        OptionIdentified(
            **thread,
            option_id=new_id(),
            occurred_on=date(2026, 1, 5),
            identified_by=new_id(),
            investment=Money(amount=Decimal(100), currency="USD"),
            programme_shares=(ProgrammeShare(programme_code="GREEN-MILLS", share=Decimal("0.5")),),
            streams=(
                Stream(
                    stream_no=1,
                    resource="energy",
                    carrier="electricity",
                    unit="kWh",
                    figures=StreamFigures(estimate=Decimal(7)),
                    energy_mj=Decimal("25.2"),
                    band="5-8",
                ),
            ),
        ),
        EngagementCompleted(
            engagement_id=new_id(),
            need_id=new_id(),
            client_id=new_id(),
            provider_id=new_id(),
            days=Decimal("6.5"),
            occurred_on=date(2026, 2, 1),
        ),
        ExpertAdded(expert_id=new_id(), provider_id=new_id(), person_id=new_id()),
        CompetenceGranted(
            competence_id=new_id(),
            provider_id=new_id(),
            person_id=new_id(),
            code="recp_assessment",
            level=3,
            valid_from=date(2026, 1, 1),
            valid_until=None,
        ),
    ]


async def test_without_an_agreement_on_figures_neither_figures_nor_persons_leave(here: Room) -> None:
    await here.tell(*_with_figures())
    items = (await read(here.as_(integrator())))["items"]
    baseline, option, engagement, expert, competence = [item["data"] for item in items]
    assert baseline["output"] is None
    assert baseline["energy_mj"] is None
    assert baseline["labels"] == ["output_not_stated"]
    assert baseline["period"] == {"starts_on": "2025-01-01", "ends_on": "2025-12-31"}
    assert (option["investment"], option["identified_by"]) == (None, None)
    assert option["programme_shares"] == [{"programme_code": "GREEN-MILLS"}]
    (stream,) = option["streams"]
    assert (stream["figures"], stream["energy_mj"], stream["band"]) == (None, None, "5-8")
    assert (stream["resource"], stream["unit"]) == ("energy", "kWh")
    assert "days" not in engagement  # its schema wants a number: left out rather than null
    assert engagement["occurred_on"] == "2026-02-01"
    assert "person_id" not in expert
    assert (competence["level"], competence["code"]) == (3, "recp_assessment")
    assert "person_id" not in competence


async def test_an_agreement_on_figures_and_the_administrator_show_the_whole_event(here: Room) -> None:
    events = _with_figures()
    await here.tell(*events)
    whole = [event.model_dump(mode="json") for event in events]
    for reader in (integrator(figures=True), people.administrator()):
        assert [item["data"] for item in (await read(here.as_(reader)))["items"]] == whole
