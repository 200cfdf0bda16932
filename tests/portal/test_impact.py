"""The pages of results: the figures of the API, nothing too small, and to everybody what is theirs."""

import csv
import io
import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import httpx2
import pytest
from python_calamine import CalamineWorkbook

from tests.kit.house import OpenHouse
from tests.kit.portal import Page
from tests.portal.conftest import Visitors
from tests.portal.plants import DRYER, FAN, HUSK, RINSE, Centre

GREEN = {"programme_shares": [{"programme_code": "GREEN-MILLS", "share": "1"}]}
QUANTITIES = ("energy_mj", "water_m3", "material_t", "waste_t", "emission_t_co2e")
STAGES = {
    "Identified, not decided": "identified",
    "Decided later": "pending",
    "Refused": "refused",
    "Approved, not yet done": "approved",
    "Implemented, not verified": "implemented",
    "Verified": "verified",
}


@dataclass
class Results:
    """Five companies in the plain, one in the hills: what became of their options."""

    house: OpenHouse
    officer: httpx2.AsyncClient

    async def told(self, path: str, reader: httpx2.AsyncClient | None = None, /, **query: str) -> Any:
        answer = await (reader or self.officer).get(f"/v1/impact/{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def results(house: OpenHouse) -> Results:
    centre = await Centre.of(house)
    for number in range(6):
        plant = await centre.take_in(f"Works {number}", province="XA-N" if number == 5 else "XA-R")
        options = [each | GREEN for each in (FAN, DRYER, RINSE, HUSK)]
        await centre.assess(plant, *options, programme="GREEN-MILLS")
        await centre.approve(plant)
        if number < 4:
            await centre.implement(plant, FAN)
            await centre.verify(plant, FAN)
        if number < 3:
            await centre.implement(plant, DRYER, on="2026-02-01")
    await house.settle()
    return Results(house, centre.officer)


def table(page: Page, caption: str) -> list[list[str]]:
    """The rows of a table of a page, cell by cell."""
    (found,) = re.findall(rf"<table[^>]*>\s*<caption>{caption}</caption>(.*?)</table>", page.answer.text, re.S)
    rows = re.findall(r"<tr>(.*?)</tr>", found, re.S)
    return [[_plain(each) for each in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in rows]


def _plain(cell: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", cell))).strip().replace("\xa0", " ")


def number(cell: str) -> float:
    """A figure as English pages write it, without what stands beside it."""
    found = re.search(r"[\d,]+(\.\d+)?", cell)
    assert found, cell
    return float(found[0].replace(",", ""))


def stages(page: Page) -> dict[str, list[str]]:
    rows = table(page, "Savings a year; costs once; each currency apart")[1:]
    return {STAGES[re.split(r" not measured:| measured,", row[0])[0]]: row[1:] for row in rows}


async def test_the_page_shows_the_figures_of_the_api(results: Results, visit: Visitors) -> None:
    page = await (await visit("officer")).see("/impact")
    assert page.h1 == "Results"
    shown, told = stages(page), await results.told("options", by="status")
    assert list(shown) == ["identified", "pending", "refused", "approved", "implemented", "verified"]
    for each in told["items"]:
        row, figures = shown[each["status"]], each["figures"]
        assert (number(row[0]), number(row[1])) == (figures["count"], figures["clients"])
        for cell, name in zip(row[4:], QUANTITIES, strict=True):
            if figures[name] is None:
                assert cell == "–"
            else:
                assert number(cell) == pytest.approx(float(figures[name]), rel=0.005)
    assert shown["verified"][0] == "4"
    assert shown["verified"][2] == "USD 16,800"
    assert shown["verified"][3] == "– 4 unknown"
    assert shown["implemented"][3] == "USD 22,200"
    assert "not measured: 3" in page.text
    funnel = await results.told("funnel")
    assert [row for row in table_of(page, "Show the companies as a table") if row[0] != "Stage"] == [
        ["Registered", str(funnel["registered"]), "–"],
        ["Asked for a service", "0", "0 % of those before"],
        ["Assessed", "6", "–"],
        ["Implemented an option", "4", "67 % of those before"],
        ["Had a saving verified", "4", "100 % of those before"],
    ]


def table_of(page: Page, summary: str) -> list[list[str]]:
    """The table behind a picture."""
    (found,) = re.findall(rf"<summary>{summary}</summary>(.*?)</details>", page.answer.text, re.S)
    return [
        [_plain(each) for each in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", found, re.S)
    ]


async def test_years_and_provinces_stand_side_by_side(results: Results, visit: Visitors) -> None:
    page = await (await visit("reviewer")).see("/impact", figure="energy_mj")
    years = {each[0]: each[1] for each in table_of(page, "Show the years as a table")[1:]}
    assert years == {"2025": "374,400", "2026": "900,000"}
    rows = {
        each[0]: each[1:]
        for each in table(page, "Options that passed each stage, and what of their savings is verified")[1:]
    }
    assert rows["River Plain"][:4] == ["20", "7", "7", "4"]
    assert rows["Northern Hills"][:4] == ["4", "0", "0", "0"]
    assert page.link("Northern Hills") == "/impact?province=XA-N"
    for by, name in (("isic_division", "Food"), ("programme", "Green Mills")):
        assert name in (await (await visit("reviewer")).see("/impact", by=by)).text


async def test_one_filter_narrows_everything_and_crossed_ones_nothing(results: Results, visit: Visitors) -> None:
    officer = await visit("officer")
    page = await officer.see("/impact", province="XA-N")
    assert stages(page)["identified"][0] == "4"
    assert "Northern Hills ·" in page.text
    assert "No session was held under this filter." in page.text
    assert page.link("Remove filters") == "/impact"
    page = await officer.see("/impact", isic_division="10")
    assert stages(page)["identified"][0] == "17"
    assert "Of all sectors: companies are not told by sector." in page.text
    page = await officer.see("/impact", province="XA-N", programme="GREEN-MILLS")
    assert stages(page)["identified"][0] == "17"
    assert "Choose one filter" in page.text


async def test_a_place_without_results_says_what_will_stand_there(visit: Visitors) -> None:
    page = await (await visit("officer")).see("/impact")
    assert "Here results will stand side by side. There are none yet" in page.text
    assert stages(page)["verified"][0] == "0"


async def test_what_is_too_small_is_said_in_words_and_never_as_nothing(results: Results, visit: Visitors) -> None:
    ministry = await results.house.hire("ministry")
    browser = await visit("ministry")
    page = await browser.see("/impact", by="province")
    assert "“Not shown” stands for figures of fewer than 3 companies or people" in page.text
    told = await results.told("options", ministry, by="province", basis="reached")
    hidden = [(each["heading"], each["status"]) for each in told["items"] if each["figures"] == "suppressed"]
    assert hidden
    rows = {
        each[0]: each[1:]
        for each in table(page, "Options that passed each stage, and what of their savings is verified")[1:]
    }
    names, order = (
        {"XA-R": "River Plain", "XA-N": "Northern Hills"},
        ("identified", "approved", "implemented", "verified"),
    )
    for heading, status in hidden:
        assert rows[names[heading]][order.index(status)] == "not shown"
        if status == "verified":
            assert set(rows[names[heading]][4:]) == {"not shown"}
    page = await browser.see("/impact", province="XA-N")
    told = await results.told("options", ministry, by="province", basis="current")
    for each in told["items"]:
        if each["heading"] == "XA-N" and each["figures"] == "suppressed":
            assert set(stages(page)[each["status"]]) == {"not shown"}
    funnel = await results.told("funnel", ministry, province="XA-N")
    steps = {"registered": "Registered", "assessed": "Assessed"}
    shown = {row[0]: row[1] for row in table_of(page, "Show the companies as a table")}
    for stage, name in steps.items():
        assert shown[name] == ("not shown" if funnel[stage] == "suppressed" else str(funnel[stage]))


async def test_a_donor_reads_its_own_programmes_only(results: Results, visit: Visitors) -> None:
    donor = await visit("donor", programmes=["CLEAN-RIVER"])
    page = await donor.see("/impact/programmes")
    assert ("Clean River" in page.text, "Green Mills" in page.text) == (True, False)
    assert (await donor.see("/impact/programmes/CLEAN-RIVER")).h1 == "Clean River"
    for path in (
        "/impact/programmes/GREEN-MILLS",
        "/impact/programmes/GREEN-MILLS/report.xlsx",
        "/impact/programmes/GREEN-MILLS/report.csv",
        "/impact?programme=GREEN-MILLS",
        "/impact/funnel.csv?programme=GREEN-MILLS",
        "/impact/programmes/NOWHERE",
    ):
        assert (await donor.see(path)).status == 404, path
    page = await donor.see("/impact")
    assert ("Programmes: Clean River" in page.text, "Green Mills" in page.text) == (True, False)


async def test_results_are_no_page_for_clients_and_providers(visit: Visitors, house: OpenHouse) -> None:
    plant = await (await Centre.of(house)).take_in("Narwhal Mill")
    for browser in (await visit("client", client_id=plant.client_id), await visit("verifier")):
        for path in ("/impact", "/impact/programmes", "/impact/programmes/GREEN-MILLS", "/impact/options.csv"):
            assert (await browser.see(path)).status == 403, path
        assert "/impact" not in [path for _, path in (await browser.see("/work")).links]


async def test_files_hold_the_same_figures(results: Results, visit: Visitors) -> None:
    officer = await visit("officer")
    page = await officer.see("/impact", basis="reached")
    told = await results.told("options", by="status", basis="reached")
    counts = {each["status"]: each["figures"]["count"] for each in told["items"]}
    (path,) = [path for _, path in page.links if path.startswith("/impact/options.csv") and "table=status" in path]
    answer = (await officer.see(path)).answer
    assert answer.headers["content-disposition"] == 'attachment; filename="options-status-reached.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {each["status"]: int(each["count"]) for each in rows} == counts
    assert {each["status"]: float(each["energy_mj"] or 0) for each in rows}["verified"] == 188_856
    book = CalamineWorkbook.from_filelike(io.BytesIO((await officer.see(path.replace(".csv", ".xlsx"))).answer.content))
    sheet = book.get_sheet_by_index(0).to_python()
    at = sheet[0].index("count")
    assert {row[0]: row[at] for row in sheet[1:]} == counts
    for table_ in ("funnel", "training"):
        for ending in ("xlsx", "csv"):
            assert (await officer.see(f"/impact/{table_}.{ending}")).status == 200
    for path in ("/impact/funnel.pdf", "/impact/secrets.csv"):
        assert (await officer.see(path)).status == 404
