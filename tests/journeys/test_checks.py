"""Somebody without a key checks a certificate through the door: its headers pass, its limit holds."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from gateway.settings import DoorSettings
from tests.journeys import schooling
from tests.journeys.world import START, Side, engage_firm, take_in
from tests.kit.house import OpenHouse, opened

PAGE = {"Accept": "text/html", "Accept-Language": "fr"}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    async with opened(tmp_path, at=START) as here:
        yield here


async def a_code(house: OpenHouse) -> str:
    """The code of a certificate that was issued through the door."""
    officer = await house.hire("officer", provinces=["XA-R"])
    side = Side("Quokka", "XA-R", "en", "GREEN-MILLS", officer)
    await take_in(house, side)
    await engage_firm(house, side)
    await schooling.enrol(house, side)
    await house.advance(**schooling.UNTIL_BEGUN)
    await schooling.certify(side, await house.hire("trainer"))
    return side.ids["certificate_code"]


async def look(anybody: httpx2.AsyncClient, code: str) -> httpx2.Response:
    answer: httpx2.Response = await anybody.get(f"/v1/certificate-checks/{code}", headers=PAGE)
    return answer


async def test_the_page_reaches_whoever_has_the_code_with_its_policy(house: OpenHouse) -> None:
    anybody, code = await house.with_key(None), await a_code(house)
    for typed, status in ((code, 200), (code.lower().replace("-", ""), 200), ("0" * 26, 404), ("nonsense", 404)):
        page = await look(anybody, typed)
        assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
        assert (page.headers["content-language"], page.headers["cache-control"]) == ("fr", "no-store")
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "Quokka certified" not in page.text
    for strange in ("%00", f"{code}%00", "%E2%80%AE", f"{code}/x", "x" * 9_000):
        assert (await look(anybody, strange)).status_code in (404, 414)


async def test_whoever_tries_codes_is_held_up(house: OpenHouse) -> None:
    anybody, most = await house.with_key(None), DoorSettings().anonymous_per_minute
    answers = [(await look(anybody, f"{number:026d}")).status_code for number in range(most + 1)]
    assert set(answers) == {404, 429}
    assert answers[-1] == 429
