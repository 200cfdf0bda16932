"""The directory of providers: what they offer and hold, and whether they may be asked."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import START, done
from tests.kit.house import OpenHouse, opened
from tests.portal.conftest import Visitors
from tests.portal.matching import Stage, stage_of


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    async with opened(tmp_path, at=START) as open_house:
        yield open_house


@pytest.fixture
async def stage(house: OpenHouse) -> Stage:
    return await stage_of(house)


async def test_the_directory_says_who_does_what_where(visit: Visitors, stage: Stage) -> None:
    await stage.firm("Hill Consultants", languages=["en", "km"], kind="person")
    officer = await visit("officer")
    page = await officer.see("/providers")
    for said in (
        "Quokka Engineers Firm, Sundara (made up) River Plain English",
        "Advice to authorities, Chemical safety, Hygiene in food plants, RECP assessment in the plant",
        "Hill Consultants Person, Sundara (made up) Sundara (made up) English, Khmer Advice to authorities",
    ):
        assert said in page.text, said
    assert "No provider is in this state." in (await officer.see("/providers", status="suspended")).text


async def test_a_competence_stands_with_its_end(visit: Visitors, stage: Stage) -> None:
    who = {"person_id": stage.side.ids["spare_expert_person"], "code": "green_finance", "level": 2}
    for valid_from, valid_until in (
        ("2024-01-01", "2025-12-31"),
        ("2026-01-01", "2026-04-15"),
        ("2026-03-01", "2027-12-31"),
    ):
        body = {**who, "valid_from": valid_from, "valid_until": valid_until}
        await done(stage.officer, "POST", "/v1/competences", body)
    await done(
        stage.officer,
        "POST",
        f"/v1/competences/{stage.side.ids['spare_competence']}/withdraw",
        {"reason_code": "quality"},
    )
    page = await (await visit("officer")).see(f"/providers/{stage.side.ids['provider']}")
    text = page.text.replace(" – ", "–")
    for said in (
        "Quokka spare_expert",
        "1 Jan 2024–31 Dec 2025 expired",
        "1 Jan–15 Apr 2026 ends soon",
        "1 Mar 2026–31 Dec 2027 valid",
        "Chemical safety 1 since 1 Jan 2025, without an end withdrawn",
        "Advice to authorities Quokka certificate 4 since 1 Jan 2025, without an end valid",
    ):
        assert said in text, said
    held = await (await visit("officer")).see("/providers")
    assert "Bankable investment proposals" in held.text
    assert "Chemical safety" not in held.text


async def test_a_provider_is_approved_suspended_and_reinstated(visit: Visitors, stage: Stage) -> None:
    body = {"name": "New Firm", "kind": "firm", "country": "XA", "places": [{"country": "XA"}], "languages": ["en"]}
    made = await done(stage.officer, "POST", "/v1/providers", body)
    officer, path = await visit("officer"), f"/providers/{made['provider_id']}"
    page = await officer.see(path)
    assert "This provider gets offers once it is approved." in page.text
    assert "No expert is recorded yet." in page.text
    pages = [await officer.send(page, f"{path}/approve") for _ in range(2)]
    assert ["The provider was approved" in each.text for each in pages] == [True, True]
    page = await officer.see(pages[0].link("Suspend"))
    empty = await officer.send(page, f"{path}/suspend")
    assert (empty.status, "Choose one." in empty.text) == (422, True)
    page = await officer.send(page, f"{path}/suspend", reason_code="documents_missing")
    assert (page.path, "This provider gets no offers. Documents missing" in page.text) == (path, True)
    assert (await officer.see(f"{path}/suspend")).path == path
    page = await officer.send(page, f"{path}/reinstate")
    assert "The provider can get offers again." in page.text
    assert page.h1 == "New Firm approved"


async def test_what_somebody_else_did_meanwhile_is_said(visit: Visitors, stage: Stage) -> None:
    officer, path = await visit("officer"), f"/providers/{stage.side.ids['provider']}"
    page = await officer.see(f"{path}/suspend")
    await done(stage.officer, "POST", f"/v1{path}/suspend", {"reason_code": "quality"})
    late = await officer.send(page, f"{path}/suspend", reason_code="complaint")
    assert (late.status, "The provider is not approved: it is suspended." in late.text) == (422, True)
    page = await officer.see(path)
    await done(stage.officer, "POST", f"/v1{path}/reinstate")
    late = await officer.send(page, f"{path}/reinstate")
    assert (late.status, late.title.startswith("Error: ")) == (422, True)
    assert "Only a suspended provider can be reinstated; this one is approved." in late.text
    assert (await officer.see(f"{path}/reinstate")).path == path


async def test_suspension_takes_open_offers_back(visit: Visitors, stage: Stage) -> None:
    need = await stage.need()
    officer, path = await visit("officer"), f"/providers/{stage.side.ids['provider']}"
    await officer.send(await officer.see(f"{path}/suspend"), f"{path}/suspend", reason_code="quality")
    page = await officer.see(f"/needs/{need['need_id']}")
    assert "The provider was suspended." in page.text
    assert "nobody found" in page.h1


async def test_who_sees_the_directory(visit: Visitors, stage: Stage) -> None:
    path = f"/providers/{stage.side.ids['provider']}"
    for role in ("reviewer", "administrator"):
        page = await (await visit(role)).see(path)
        assert page.h1 == "Quokka Engineers approved"
        assert "Suspend" not in page.text
        assert "Experts" not in page.text
    reviewer = await visit("reviewer")
    page = await reviewer.see(f"{path}/suspend")
    page = await reviewer.send(page, f"{path}/suspend", reason_code="quality")
    assert page.status == 403
    for role, facts in (("ministry", {}), ("client", {"client_id": stage.side.ids["client"]})):
        other = await visit(role, **facts)
        assert (await other.see("/providers")).status == 403
        assert (await other.see(path)).status == 403
    assert (await (await visit("officer")).see("/providers/" + stage.side.ids["client"])).status == 404


async def test_days_that_are_taken_and_jobs_that_run_are_shown(visit: Visitors, stage: Stage) -> None:
    engagement = await stage.at_work()
    page = await (await visit("officer")).see(f"/providers/{stage.side.ids['provider']}")
    assert page.link("Policy advice") == f"/engagements/{engagement}"
    text = page.text.replace(" – ", "–")
    for said in (
        "Booked 1–3 Apr 2026 (3 days)",
        "Offers answered in time 1 of 1",
        "from 1 Apr 2026",
        "Quokka Director",
    ):
        assert said in text, said


async def test_an_officer_brings_a_provider_in_by_pages(visit: Visitors, stage: Stage) -> None:
    officer = await visit("officer")
    page = await officer.see((await officer.see("/providers")).link("New provider"))
    empty = await officer.send(page, "/providers", name="Firm Without Languages")
    assert (empty.status, "Choose at least one." in empty.text) == (422, True)
    facts: dict[str, Any] = {"name": "Delta Works", "languages": ["en"], "provinces": ["XA-R"], "sectors": "10, 13"}
    wrong = await officer.send(page, "/providers", **facts, phone="1")
    assert (wrong.status, wrong.form("/providers").fields["name"]) == (422, ["Delta Works"])
    page = await officer.send(wrong, "/providers", phone="", contact_name="", email="")
    assert "The provider is registered. Add its experts" in page.text
    assert page.h1 == "Delta Works not approved yet"
    for said in ("Works in River Plain", "Languages English", "Sectors ISIC 10, 13", "Days a week 5"):
        assert said in page.text, said
    path = page.path
    form = await officer.see(page.link("Add an expert"))
    assert (await officer.send(form, f"{path}/add-expert", full_name="")).status == 422
    page = await officer.send(form, f"{path}/add-expert", full_name="Made-up Expert")
    form = await officer.see(page.link("Grant a competence"))
    person = next(each["person_id"] for each in await _experts(stage, path))
    grant: dict[str, Any] = {"person_id": person, "code": "food_hygiene", "level": "3", "valid_from": "2026-01-01"}
    late = await officer.send(form, f"{path}/grant-competence", **grant, valid_until="2025-01-01")
    assert (late.status, "A competence valid from 2026-01-01 cannot end on 2025-01-01." in late.text) == (422, True)
    page = await officer.send(form, f"{path}/grant-competence", **grant, evidence="diploma")
    assert "Hygiene in food plants diploma 3 since 1 Jan 2026, without an end valid" in page.text
    assert "approved" in (await officer.send(page, f"{path}/approve")).h1


async def test_the_forms_of_a_new_provider_take_effect_once(visit: Visitors, stage: Stage) -> None:
    officer = await visit("officer")
    form = await officer.see("/providers/new")
    paths = [(await officer.send(form, "/providers", name="Once", languages=["en"])).path for _ in range(2)]
    assert paths[0] == paths[1]
    form = await officer.see(f"{paths[0]}/add-expert")
    for _ in range(2):
        await officer.send(form, f"{paths[0]}/add-expert", full_name="Made-up Expert")
    assert len(await _experts(stage, paths[0])) == 1


async def test_only_officers_bring_providers_in(visit: Visitors, stage: Stage) -> None:
    path = f"/providers/{stage.side.ids['provider']}"
    for role in ("reviewer", "administrator"):
        other = await visit(role)
        assert "New provider" not in (await other.see("/providers")).text
        for each in ("/providers/new", f"{path}/add-expert", f"{path}/grant-competence"):
            assert (await other.see(each)).status == 403


async def _experts(stage: Stage, path: str) -> list[dict[str, str]]:
    found = await done(stage.officer, "GET", "/v1/experts", params={"provider_id": path.rpartition("/")[2]})
    items: list[dict[str, str]] = found["items"]
    return items
