"""What a provider decides alone: days, leave, languages and whom to reach; never over a colleague's change."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import done
from tests.kit.house import OpenHouse
from tests.portal.conftest import Visitors
from tests.portal.offering import Firm, firm_of, spring


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    async with spring(tmp_path) as made:
        yield made


@pytest.fixture
async def firm(house: OpenHouse, tmp_path: Path) -> Firm:
    return await firm_of(house, tmp_path)


async def test_capacity_is_saved_and_shortlists_go_by_it(firm: Firm, visit: Visitors) -> None:
    provider, path = await firm.visitor(visit), f"/v1/providers/{firm.side.ids['provider']}"
    page = await provider.see("/capacity")
    assert page.h1 == "Capacity"
    shown = page.form("/capacity").fields
    assert (shown["days_per_week"], shown["languages"], shown["contact_name"]) == (["5"], ["en"], ["Quokka Director"])
    changed: dict[str, Any] = {
        "days_per_week": "2",
        "languages": ["en", "vi"],
        "starts_on_1": "2026-07-01",
        "ends_on_1": "2026-07-14",
    }
    changed |= {"phone": "+84 912 345 678", "contact_language": "vi"}
    for _ in range(2):
        seen = await provider.send(page, "/capacity", **changed)
        assert (seen.status, "Saved. The next shortlist goes by it." in seen.text) == (200, True)
    told = await firm.api(path)
    assert (told["days_per_week"], told["languages"], told["version"]) == (2, ["en", "vi"], 3)
    assert told["leave"] == [{"starts_on": "2026-07-01", "ends_on": "2026-07-14"}]
    assert (told["contact"]["phone"], told["contact"]["language"]) == ("+84 912 345 678", "vi")
    seen = await provider.send(seen, "/capacity", starts_on_1="", ends_on_1="")
    assert (await firm.api(path))["leave"] == []


async def test_what_does_not_fit_is_said_where_it_stands(firm: Firm, visit: Visitors) -> None:
    provider = await firm.visitor(visit)
    page = await provider.see("/capacity")
    wrong: dict[str, Any] = {"languages": [], "starts_on_1": "2026-07-14", "ends_on_1": "", "contact_name": ""}
    page = await provider.send(page, "/capacity", **wrong)
    assert (page.status, page.title.startswith("Error: ")) == (422, True)
    assert ("Choose at least one." in page.text, page.text.count("Fill this in.")) == (True, 4)
    back: dict[str, Any] = {
        "languages": ["en"],
        "ends_on_1": "2026-07-01",
        "contact_name": "Lan",
        "email": "no mailbox",
    }
    page = await provider.send(page, "/capacity", **back)
    assert page.status == 422
    assert 'href="#f-email"' in page.answer.text
    assert page.form("/capacity").fields["ends_on_1"] == ["2026-07-01"]
    page = await provider.send(page, "/capacity", email="lan@example.org")
    assert (page.status, "2026-07-14 cannot end on 2026-07-01" in page.text) == (422, True)
    page = await provider.send(page, "/capacity", starts_on_1="2026-06-30")
    assert "Saved." in page.text


async def test_a_change_of_a_colleague_is_not_written_over(firm: Firm, visit: Visitors) -> None:
    provider, path = await firm.visitor(visit), f"/v1/providers/{firm.side.ids['provider']}"
    page = await provider.see("/capacity")
    await done(firm.side.people["provider"], "PATCH", path, {"days_per_week": 1}, headers={"if-match": '"2"'})
    page = await provider.send(page, "/capacity", days_per_week="4")
    assert (page.status, page.h1) == (412, "Somebody changed this meanwhile")
    assert (await firm.api(path))["days_per_week"] == 1
