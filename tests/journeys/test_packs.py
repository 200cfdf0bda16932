"""Every country pack as a centre meets it: checked, started, and a first engagement in its own words and days."""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chassis.pack import Pack, PackInvalid
from chassis.settings import ROOT, Settings
from contracts.values import Sector
from openrecp.packs import faults_of, left_open
from services.assessments.pack import AssessmentsPack
from services.matching.pack import MatchingPack
from tests.journeys.world import done, one
from tests.kit.house import OpenHouse, opened
from tests.kit.program import Program, new_deployment, run
from tests.kit.room import told

PACKS = ROOT / "packs"
RICE = {"code": "1061", "revision": "4"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """What is known of a country by heart: a province, a tax code of the right form, its first language's word for an
    assessment, its currency, when an offer made at ten that day lapses, and what 100 MWh of 2025 give off."""

    country: str
    province: str
    named: str
    tax_code: str
    language: str
    word: str
    currency: str
    day: date
    lapses: datetime
    emission_t: str


def midnight(day: int, month: int) -> datetime:
    """The end of a day of 2026 in these countries, which all live seven hours before UTC."""
    return datetime(2026, month, day, 17, tzinfo=UTC)


PLACES = {
    "demo": Place(
        country="XA",
        province="XA-R",
        named="River Plain",
        tax_code="12345678",
        language="en",
        word="RECP assessment",
        currency="XTS",
        day=date(2026, 3, 2),
        lapses=midnight(9, 3),
        emission_t="59",
    ),
    # Friday before Tết: Monday to Friday of the next week are off.
    "vn": Place(
        country="VN",
        province="VN-07",
        named="Tuyên Quang",
        tax_code="0123456787-001",
        language="vi",
        word="đánh giá sản xuất sạch hơn",
        currency="VND",
        day=date(2026, 2, 13),
        lapses=midnight(27, 2),
        emission_t="65.92",
    ),
    # Friday before Khmer New Year, 14 to 16 April.
    "kh": Place(
        country="KH",
        province="KH-12",
        named="ភ្នំពេញ",
        tax_code="K001-123456789",
        language="km",
        word="ការវាយតម្លៃប្រសិទ្ធភាពធនធាន",
        currency="KHR",
        day=date(2026, 4, 10),
        lapses=midnight(22, 4),
        emission_t="49.746",
    ),
    # Women's Day is a Sunday and made up for on Monday 9 March.
    "la": Place(
        country="LA",
        province="LA-VT",
        named="ນະຄອນຫຼວງວຽງຈັນ",
        tax_code="123456789000",
        language="lo",
        word="ການປະເມີນ",
        currency="LAK",
        day=date(2026, 3, 2),
        lapses=midnight(10, 3),
        emission_t="23.212",
    ),
}


def test_every_pack_in_the_house_is_tried_here() -> None:
    assert {path.parent.name for path in PACKS.glob("*/pack.toml")} == set(PLACES)


@pytest.mark.parametrize("code", PLACES)
def test_a_pack_can_be_used(code: str) -> None:
    assert faults_of(PACKS / code) == []


@pytest.mark.parametrize("code", PLACES)
async def test_a_new_centre_comes_to_its_first_engagement(tmp_path: Path, code: str) -> None:
    place = PLACES[code]
    at = datetime(2026, place.day.month, place.day.day, 3, tzinfo=UTC)
    async with opened(tmp_path, at=at, pack=code) as here:
        officer = await here.hire("officer", provinces=[place.province])
        firm = await engage_firm(here, officer, Pack(PACKS / code), place)
        client = await take_in(officer, place)
        wish = client | {
            "kind": "assessment",
            "language": place.language,
            "wanted_from": "2026-06-01",
            "wanted_until": "2026-07-31",
            "days": 5,
        }
        await done(officer, "POST", "/v1/service-requests", wish)
        await here.settle()

        provider = await here.hire("provider", **firm)
        offer = await one(provider, "/v1/offers", status="open")
        assert datetime.fromisoformat(offer["deadline_at"]) == place.lapses
        (mail,) = await told(here.house.running["matching"])
        assert place.word in mail
        assert place.named in mail

        accepted = await done(
            provider, "POST", f"/v1/offers/{offer['offer_id']}/accept", {"person_id": firm["person_id"]}
        )
        await here.settle()
        engagement = await done(officer, "GET", f"/v1/engagements/{accepted['engagement_id']}")
        assert (engagement["status"], engagement["province"]) == ("active", place.province)
        await assess(await here.hire("assessor", **firm), accepted["engagement_id"], place)


async def take_in(officer: httpx2.AsyncClient, place: Place) -> dict[str, str]:
    """A qualified company with a plant and its consent."""
    company = {"name": "First Mill", "country": place.country, "province": place.province, "isic": RICE}
    refused = await officer.post("/v1/clients", json=company | {"tax_code": "12-34"})
    assert refused.status_code == 422, refused.text
    size = {"tax_code": place.tax_code, "size_class": "small", "extra": {"employees": 40}}
    client = (await done(officer, "POST", "/v1/clients", company | size))["client_id"]
    plant = {"client_id": client, "name": "Plant 1", "country": place.country, "province": place.province}
    site = (await done(officer, "POST", "/v1/sites", plant))["site_id"]
    agreed = {"client_id": client, "purpose": "share_with_providers", "text_version": "1"}
    await done(officer, "POST", "/v1/consents", agreed)
    await done(officer, "POST", f"/v1/clients/{client}/qualify")
    return {"client_id": client, "site_id": site}


async def engage_firm(here: OpenHouse, officer: httpx2.AsyncClient, pack: Pack, place: Place) -> dict[str, str]:
    """An approved firm with an expert who has what the pack asks for in a rice mill."""
    firm = {
        "name": "First Engineers",
        "kind": "firm",
        "country": place.country,
        "places": [{"country": place.country, "province": place.province}],
        "languages": [place.language],
        "contact": {"full_name": "First Director", "email": "firm@example.org"},
    }
    provider = (await done(officer, "POST", "/v1/providers", firm))["provider_id"]
    await done(officer, "POST", f"/v1/providers/{provider}/approve")
    who = {"provider_id": provider, "full_name": "First Expert"}
    person = (await done(officer, "POST", "/v1/experts", who))["person_id"]
    asked = pack.section("matching", MatchingPack).competences_for("assessment", Sector.model_validate(RICE))
    assert asked
    for each in asked:
        grant = {"code": each.code, "level": each.level, "valid_from": "2026-01-01", "evidence": "Certificate"}
        await done(officer, "POST", "/v1/competences", grant | {"person_id": person})
    await here.settle()
    return {"provider_id": provider, "person_id": person}


async def assess(assessor: httpx2.AsyncClient, engagement: str, place: Place) -> None:
    """The first baseline, counted with the country's own grid, and an option in its money."""
    assessment = (await one(assessor, "/v1/assessments", engagement_id=engagement))["assessment_id"]
    year = {
        "period": {"starts_on": "2025-01-01", "ends_on": "2025-12-31"},
        "output": {"quantity": "1200", "unit": "t"},
        "energy": [{"carrier": "electricity", "quantity": "100", "unit": "MWh"}],
    }
    baseline = await done(assessor, "PUT", f"/v1/assessments/{assessment}/baseline", year)
    assert Decimal(baseline["emission_t_co2e"]) == Decimal(place.emission_t)
    motor = {
        "assessment_id": assessment,
        "title": "First motor",
        "option_class": "equipment_modification",
        "investment": {"amount": "1000000", "currency": place.currency},
        "annual_saving": {"amount": "500000", "currency": place.currency},
        "streams": [{"stream_no": 1, "resource": "energy", "carrier": "electricity", "unit": "MWh", "saving": "10"}],
    }
    await done(assessor, "POST", "/v1/options", motor)


def test_the_first_engagement_in_the_readme_of_the_packs_comes_about_as_written(tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (PACKS / "README.md").read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 2
    key = new_deployment(Settings(data=tmp_path / "data", pack="kh"))
    with Program(tmp_path / "data") as program:
        program.start()
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        there = {"PATH": path, "OPENRECP_URL": program.url, "OPENRECP_KEY": key}
        typed = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", "".join(blocks)],
            env=os.environ | there,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert typed.returncode == 0, typed.stderr
    (engagement,) = json.loads(typed.stdout.splitlines()[-1])["items"]
    assert (engagement["status"], engagement["country"], engagement["province"]) == ("active", "KH", "KH-8")


def test_viet_nam_had_63_provinces_and_has_34() -> None:
    pack = Pack(PACKS / "vn")
    before, after = date(2025, 6, 30), date(2025, 7, 1)
    codes = [each.code for each in pack.country.provinces]
    assert sum(pack.has_province(code, before) for code in codes) == len(codes) == 63
    assert sum(pack.has_province(code, after) for code in codes) == 34
    ended = {each.code: each.became for each in pack.country.provinces if each.became}
    assert len(ended) == 29
    assert all(pack.has_province(new, after) for became in ended.values() for new in became)
    assert len({new for became in ended.values() for new in became}) == 23
    assert (ended["VN-43"], ended["VN-14"], ended["VN-27"]) == (("VN-SG",), ("VN-68",), ("VN-DN",))


@pytest.mark.parametrize(("code", "provinces"), [("kh", 25), ("la", 18)])
def test_the_neighbours_have_all_their_provinces(code: str, provinces: int) -> None:
    pack = Pack(PACKS / code)
    assert sum(pack.has_province(each.code, date(2026, 1, 1)) for each in pack.country.provinces) == provinces


def test_what_holds_everywhere_is_the_same_in_every_pack() -> None:
    """Fuels give off the same wherever they are burnt: a slip of the pen in one pack shows against the others."""

    def everywhere(code: str) -> Any:
        energy = Pack(PACKS / code).section("assessments", AssessmentsPack).energy
        return energy.units, energy.carriers, [each for each in energy.factors if each.country is None]

    demo = everywhere("demo")
    assert [code for code in PLACES if everywhere(code) != demo] == []


def test_a_factor_of_the_grid_is_that_of_its_year() -> None:
    energy = Pack(PACKS / "vn").section("assessments", AssessmentsPack).energy
    found = {
        year: energy.factor("electricity", country="VN", on=date(year, 12, 31)) for year in (2021, 2022, 2023, 2026)
    }
    assert {year: each and each.factor_id for year, each in found.items()} == {
        2021: "vn-grid-2021",
        2022: "vn-grid-2022",
        2023: "vn-grid-2023",
        2026: "vn-grid-2023",
    }


def test_what_a_pack_leaves_open_is_listed() -> None:
    assert left_open(PACKS / "demo") == []
    done = run("pack", "open", "kh", "--json")
    assert done.returncode == 0, done.stderr
    places = json.loads(done.stdout)["open"]
    assert any(each.startswith("pack.toml:") and "days of the moon of 2026" in each for each in places)
    assert any(each.startswith("notices/km.toml:") for each in places)
    with pytest.raises(PackInvalid, match="is not there"):
        left_open(PACKS / "nowhere")
