"""The same results as JSON and as a table, as the caller likes."""

import httpx2
import pytest

from chassis.sheets_out import XLSX
from tests.kit import people
from tests.kit.room import Room
from tests.services.impact.told import Firm, money, told

FULL = ("approved", "implemented", "verified")


async def table(by: httpx2.AsyncClient, path: str) -> list[list[str]]:
    answer = await by.get(f"/v1/impact/{path}", headers={"Accept": "text/csv"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    return [line.split(",") for line in answer.text.splitlines()]


async def test_the_same_figures_come_as_a_table(here: Room) -> None:
    firm = Firm(programme="GREEN-MILLS").registers().requests().assessed()
    firm.option(*FULL[:2], cost=money("-1.5"), saving=money(40, "XTS")).option(cost=None, saving=None)
    await here.tell(*told(firm, Firm(province=None).registers().assessed().option()))
    by = here.as_(people.officer())
    assert await table(by, "funnel") == [
        ["stage", "clients"],
        ["registered", "2"],
        ["requested", "1"],
        ["assessed", "2"],
        ["implemented", "1"],
        ["verified", "0"],
    ]
    header, *rows = await table(by, "options?by=province&basis=reached")
    assert header[:11] == [
        "province",
        "status",
        "count",
        "clients",
        "investment_usd",
        "investment_xts",
        "investment_unknown",
        "annual_saving_usd",
        "annual_saving_xts",
        "annual_saving_unknown",
        "energy_mj",
    ]
    assert [row[:11] for row in rows] == [
        ["XA-R", "identified", "2", "1", "-1.5000", "", "1", "", "40.0000", "1", "2000.0000"],
        ["XA-R", "approved", "1", "1", "-1.5000", "", "0", "", "40.0000", "0", "1000.0000"],
        ["XA-R", "implemented", "1", "1", "-1.5000", "", "0", "", "40.0000", "0", "1000.0000"],
        ["unknown", "identified", "1", "1", "100.0000", "", "0", "40.0000", "", "0", "1000.0000"],
    ]
    programme = await table(by, "programmes/GREEN-MILLS")
    assert programme[0] == [
        *("indicator", "name", "unit", "target", "actual", "unknown", "other_currencies"),
        *("reached_percent", "records", "definition"),
    ]
    assert programme[1][:9] == ["clients_assessed", "Companies assessed", "", "40", "1", "", "", "2.50", "1"]


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        ("text/csv, application/json", "application/json"),
        ("text/csv, application/json;q=0.5", "text/csv; charset=utf-8"),
        ("text/html, text/*;q=0.8, */*;q=0.1", "text/csv; charset=utf-8"),
        ("TEXT/CSV", "text/csv; charset=utf-8"),
        (f"{XLSX}, application/json;q=0.9", XLSX),
        ("application/json;q=0, text/csv;q=0.001", "text/csv; charset=utf-8"),
    ],
)
async def test_the_format_follows_accept(here: Room, accept: str, answered: str) -> None:
    answer = await here.as_(people.officer()).get("/v1/impact/funnel", headers={"Accept": accept})
    assert answer.headers["content-type"] == answered


@pytest.mark.parametrize(
    "accept",
    ["application/vnd.ms-excel", "text/html", "text/csv;q=0", "nonsense"],
)
async def test_a_format_not_offered_is_refused_in_words(here: Room, accept: str) -> None:
    answer = await here.as_(people.officer()).get("/v1/impact/options", headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "format_is_not_offered")
    assert answer.json()["params"] == {"offered": f"application/json or text/csv or {XLSX}"}
