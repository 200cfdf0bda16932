"""Results for a DHIS2: figures in their places, exact, nothing unnamed, nothing too small for those outside."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

from contracts.principals import Principal, Role
from tests.kit import people
from tests.kit.room import Room
from tests.services.impact.courses import Session, persons
from tests.services.impact.courses import told as told_of
from tests.services.impact.told import Firm, energy, money, told, water

EXPORTS, MAPPINGS = "/v1/impact-exports", "/v1/impact-export-mappings"
RELEASES = sorted(Path(__file__).with_name("dhis2").glob("*.json"))
ADMINISTRATOR = people.administrator()
OUTSIDE = people.person(Role.INTEGRATOR)
TRUSTED = people.person(Role.INTEGRATOR, figures=True)
IN_2025 = date(2025, 5, 1)
HEAD = """
sender = "ministry"
[dhis2]
data_set = "RecpDataSet"
org_unit = "SundaraLand"
"""
PROVINCES = """
[dhis2.provinces]
XA-R = "RiverPlainX"
XA-N = "NorthHillsX"
"""


def line(figure: str, stage: str | None = "implemented", element: str = "DataElement", **more: str) -> str:
    facts = {"figure": figure, "data_element": element, **({"stage": stage} if stage else {}), **more}
    return "\n[[dhis2.figures]]\n" + "\n".join(f'{name} = "{value}"' for name, value in facts.items())


async def asked(here: Room, mapping: str, who: Principal = ADMINISTRATOR, **facts: Any) -> httpx2.Response:
    body = {"format": "dhis2", "period": "2025", "mapping": mapping, **facts}
    return await here.as_(who).post(EXPORTS, json=body)


async def exported(here: Room, mapping: str, who: Principal = ADMINISTRATOR, **facts: Any) -> dict[str, Any]:
    answer = await asked(here, mapping, who, **facts)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def values(export: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {(each["dataElement"], each["orgUnit"]): each["value"] for each in export["payload"]["dataValues"]}


def fits(payload: Any, release: Path) -> list[str]:
    """What of a payload a release would not take."""
    schema = json.loads(release.read_text(encoding="utf-8"))
    if payload.get("idScheme") == "CODE":
        schema["$defs"]["identifier"] = {"type": "string", "minLength": 1, "maxLength": 50}
    checker = Draft202012Validator.FORMAT_CHECKER
    return [each.message for each in Draft202012Validator(schema, format_checker=checker).iter_errors(payload)]


@pytest.fixture
async def country(here: Room) -> Room:
    """In 2025 five firms in the plain and one in the hills implement an option; in 2026 three more do."""
    firms = [Firm(programme="GREEN-MILLS", province="XA-R" if number < 5 else "XA-N") for number in range(6)]
    for firm in firms:
        firm.registers().requests().assessed(IN_2025)
        firm.option("approved", "implemented", on=IN_2025, streams=(energy("1000.5"), water("0.1")))
    firms[0].option("approved", "implemented", "verified", on=IN_2025, streams=(energy("0.0001"),), saving=None)
    later = [Firm(programme="GREEN-MILLS").registers().requests().assessed(date(2026, 1, 2)) for _ in range(3)]
    for firm in later:
        firm.option("approved", "implemented", on=date(2026, 1, 2), streams=(energy(7),))
    await here.tell(*told(*firms, *later))
    return here


async def test_figures_stand_in_their_places_and_are_exact(country: Room) -> None:
    mapping = (
        HEAD
        + PROVINCES
        + line("options", element="DEoptionsXX")
        + line("companies", element="DEcompaniXX")
        + line("energy_mj", element="DEenergyXXX")
        + line("energy_mj", element="DEenergyXXX", by="province")
        + line("water_m3", element="DEwaterXXXX")
        + line("investment", element="DEinvestXXX", currency="USD")
        + line("waste_t", element="DEwasteXXXX")
    )
    export = await exported(country, mapping)
    assert (export["period"], export["figures"], export["unmapped"], export["suppressed"]) == ("2025", 7, [], [])
    assert values(export) == {
        ("DEoptionsXX", "SundaraLand"): "7",
        ("DEcompaniXX", "SundaraLand"): "6",
        ("DEenergyXXX", "SundaraLand"): "6003.0001",
        ("DEenergyXXX", "RiverPlainX"): "5002.5001",
        ("DEenergyXXX", "NorthHillsX"): "1000.5",
        ("DEwaterXXXX", "SundaraLand"): "0.6",
        ("DEinvestXXX", "SundaraLand"): "700",
    }  # nobody states waste: there is no figure, which is not 0
    found = await country.as_(ADMINISTRATOR).get(f"{EXPORTS}/{export['export_id']}")
    assert found.json() == export


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.stem)
async def test_a_release_of_dhis2_takes_what_is_made(country: Room, release: Path) -> None:
    shipped = await exported(country, "ministry-dhis2")
    assert shipped["figures"] > 20
    assert fits(shipped["payload"], release) == []
    complete = HEAD + "complete = true\nattribute_option_combo = 'AOCgreenMil'" + line("options")
    codes = HEAD.replace("RecpDataSet", "RECP_2025 v1") + 'id_scheme = "CODE"' + line("options", element="opt.impl")
    for mapping in (complete, codes):
        assert fits((await exported(country, mapping))["payload"], release) == []
    spoilt = shipped["payload"]["dataValues"][0]
    for change in ({"value": 7}, {"value": "1E+3"}, {"value": "007"}, {"orgUnit": "short"}, {"figure": "x"}):
        assert fits({"dataValues": [spoilt | change]}, release), change


async def test_a_payload_is_one_organisation_unit_or_names_it_in_each_value(country: Room) -> None:
    both = (await exported(country, HEAD + PROVINCES + line("options", by="province")))["payload"]
    assert {name for name in both if name != "dataValues"} == {"dataSet", "period"}
    assert {each["orgUnit"] for each in both["dataValues"]} == {"RiverPlainX", "NorthHillsX"}
    mapping = HEAD + "complete = true" + line("options")
    one = (await exported(country, mapping))["payload"]
    assert (one["orgUnit"], len(one["completeDate"])) == ("SundaraLand", 10)
    this_year = str(country.clock.now().year)
    assert "completeDate" not in (await exported(country, mapping, period=this_year))["payload"]
    refused = await asked(country, HEAD + "complete = true" + PROVINCES + line("options", by="province"))
    assert "complete is of one organisation unit" in refused.json()["detail"]


async def test_indicators_are_told_for_each_programme(country: Room) -> None:
    export = await exported(country, "ministry-dhis2")
    combos = {
        (each["dataElement"], each.get("attributeOptionCombo")): each["value"]
        for each in export["payload"]["dataValues"]
        if each["dataElement"] in ("DEassessedX", "DEoptImplem", "DEenergyImp")
    }
    assert combos == {
        ("DEassessedX", "AOCgreenMil"): "6",
        ("DEassessedX", "AOCcleanRiv"): "0",
        ("DEoptImplem", "AOCgreenMil"): "7",
        ("DEoptImplem", "AOCcleanRiv"): "0",
        ("DEenergyImp", "AOCgreenMil"): "6003.0001",
    }


async def test_a_programme_that_has_not_begun_is_not_missed(here: Room) -> None:
    mapping = HEAD + '[dhis2.indicators]\nenergy_mj = "DEenergyImp"'
    named = {
        period: {
            each["code"]
            for each in (await exported(here, mapping, period=period, dry_run=True))["unmapped"]
            if each["kind"] == "programme"
        }
        for period in ("2023", "2024", "2025")
    }
    assert named == {"2023": set(), "2024": {"GREEN-MILLS"}, "2025": {"GREEN-MILLS", "CLEAN-RIVER"}}


async def test_every_code_the_mapping_does_not_know_is_named_and_nothing_is_made(country: Room) -> None:
    mapping = (
        HEAD
        + '[dhis2.provinces]\nXA-R = "RiverPlainX"\n[dhis2.sectors]\n"11" = "COCbeverage"\n'
        + '[dhis2.indicators]\nenergy_mj = "DEenergyImp"\n[dhis2.programmes]\nCLEAN-RIVER = "AOCcleanRiv"\n'
        + line("options", by="province")
        + line("options", by="isic_division", element="DEbySectorX")
        + line("annual_saving", currency="XTS", element="DEsavingXTS")
    )
    export = await exported(country, mapping, dry_run=True)
    named = {(each["kind"], each["code"]) for each in export["unmapped"]}
    assert {("province", "XA-N"), ("sector", "10"), ("currency", "USD"), ("programme", "GREEN-MILLS")} <= named
    assert ("indicator", "water_m3") in named
    sentences = {each["code"]: each["sentence"] for each in export["unmapped"]}
    assert sentences["XA-N"] == (
        "Province XA-N (Northern Hills) has figures in 2025 and stands nowhere under [dhis2.provinces]."
    )
    assert (export["payload"], export["dry_run"]) == (None, True)
    refused = await asked(country, mapping)
    assert (refused.status_code, refused.json()["code"]) == (422, "codes_are_not_mapped")
    assert all(each.rstrip(".") in refused.json()["detail"] for each in sentences.values())
    made = (await country.as_(ADMINISTRATOR).get(EXPORTS)).json()["items"]
    assert [each["dry_run"] for each in made] == [True]


async def test_what_has_an_empty_text_is_left_out_on_purpose(country: Room) -> None:
    mapping = HEAD + '[dhis2.provinces]\nXA-R = "RiverPlainX"\nXA-N = ""' + line("options", by="province")
    assert values(await exported(country, mapping)) == {("DataElement", "RiverPlainX"): "6"}
    money_of = line("investment", currency="XTS")
    assert (await exported(country, HEAD + 'currencies_left_out = ["USD"]' + money_of))["figures"] == 0


async def test_a_firm_without_province_or_programme_is_not_lost(country: Room) -> None:
    nowhere = Firm(province=None, isic=None).registers().assessed(IN_2025).option("approved", on=IN_2025)
    await country.tell(*told(nowhere))
    mapping = HEAD + PROVINCES + line("options", "identified", by="province")
    told_ = (await exported(country, mapping, dry_run=True))["unmapped"]
    assert [(each["kind"], each["code"]) for each in told_] == [("province", "unknown")]
    mapping = HEAD + PROVINCES + 'unknown = "OUnotStated"' + line("options", "identified", by="province")
    assert values(await exported(country, mapping))["DataElement", "OUnotStated"] == "1"


async def test_outside_a_key_sees_what_a_ministry_sees(country: Room) -> None:
    """The one verified option is of one firm; by province a year tells of one firm in the hills."""
    mapping = (
        HEAD
        + PROVINCES
        + line("options", "approved", element="DEoptionsXX")
        + line("options", "verified", element="DEverifiedX")
        + line("energy_mj", "verified", element="DEenergyVer")
        + line("options", "approved", by="province", element="DEoptionsXX")
        + line("companies", "assessed", element="DEassessedX")
        + line("companies", "verified", element="DEcompVerif")
    )
    ministry = country.as_(people.person(Role.MINISTRY))
    table = (await ministry.get("/v1/impact/options?by=year&basis=reached")).json()["items"]
    seen = {each["status"]: each["figures"] for each in table if each["heading"] == 2025}
    assert (seen["verified"], seen["approved"] == "suppressed") == ("suppressed", False)
    outside = await exported(country, mapping, OUTSIDE)
    assert values(outside) == {
        ("DEoptionsXX", "SundaraLand"): str(seen["approved"]["count"]),
        ("DEassessedX", "SundaraLand"): "6",
    }
    assert outside["covered"]["minimum_cell"] == 3
    assert outside["suppressed"] == [
        "options verified",
        "energy_mj verified",
        "options approved by province: told only to keys that grant figures",
        "companies verified",
    ]
    trusted = await exported(country, mapping, TRUSTED)
    assert trusted["suppressed"] == []
    assert values(trusted)["DEoptionsXX", "NorthHillsX"] == "1"
    assert values(trusted)["DEverifiedX", "SundaraLand"] == "1"


async def test_indicators_of_a_year_need_a_key_for_their_programme_alone(country: Room) -> None:
    shipped = await exported(country, "ministry-dhis2", OUTSIDE)
    assert not any("attributeOptionCombo" in each for each in shipped["payload"]["dataValues"])
    assert any(each.startswith("indicators of GREEN-MILLS: Beside other programmes") for each in shipped["suppressed"])
    own = people.person(Role.INTEGRATOR, programmes=frozenset({"GREEN-MILLS"}))
    mine = await exported(country, "ministry-dhis2", own)
    found = {each["dataElement"]: each for each in mine["payload"]["dataValues"]}
    assert (found["DEassessedX"]["value"], found["DEassessedX"]["attributeOptionCombo"]) == ("6", "AOCgreenMil")
    assert {each.get("attributeOptionCombo") for each in found.values()} <= {"AOCgreenMil", None}
    assert "energy_mj_verified of GREEN-MILLS" in mine["suppressed"]
    assert "companies registered" in mine["suppressed"]  # with the centre, not with a programme
    assert "DEregistere" not in found


async def test_what_a_key_does_not_cover_is_missing_and_not_0(country: Room) -> None:
    hills = people.person(Role.INTEGRATOR, figures=True, provinces=frozenset({"XA-N"}))
    mapping = HEAD + PROVINCES + line("options", by="province")
    export = await exported(country, mapping, hills)
    assert values(export) == {("DataElement", "NorthHillsX"): "1"}
    assert export["covered"]["provinces"] == ["XA-N"]


async def test_people_trained_are_told_of_the_year(country: Room) -> None:
    some = persons(4)
    first = Session(on=date(2025, 3, 1)).attended(*some[:3]).attended(some[3], sex="male").held().certified(*some)
    await country.tell(*told_of(first))
    names = ("sessions", "people", "women", "women_share", "certificates_issued")
    mapping = HEAD + "".join(line(name, None, f"DE{name[:9]:X<9}".replace("_", "X")) for name in names)
    assert list(values(await exported(country, mapping)).values()) == ["1", "4", "3", "75", "4"]
    outside = await exported(country, mapping, OUTSIDE)
    assert outside["suppressed"] == ["women", "women_share"]  # one man among four people


@pytest.mark.parametrize("period", ["2025Q1", "202501", "2025S1", "2025..2026", "٢٠٢٥", "25", "last"])
async def test_other_periods_than_years_are_refused_in_words(here: Room, period: str) -> None:
    refused = await asked(here, "ministry-dhis2", period=period)
    assert (refused.status_code, refused.json()["code"]) == (422, "period_is_no_year")
    assert "whole years" in refused.json()["detail"]


async def test_a_year_that_has_not_begun_is_refused(here: Room) -> None:
    ahead = str(here.clock.now().year + 2)
    assert (await asked(here, "ministry-dhis2", period=ahead)).json()["code"] == "year_has_not_begun"


async def test_a_mapping_is_saved_under_a_name_and_used_again(country: Room) -> None:
    by = country.as_(OUTSIDE)
    mapping = HEAD + line("options", "approved")
    saved = await by.post(MAPPINGS, json={"name": "yearly", "mapping": mapping})
    assert (saved.status_code, saved.json()["version"]) == (201, 1)
    export = await exported(country, "yearly", OUTSIDE)
    assert (export["mapping_name"], values(export)) == ("yearly", {("DataElement", "SundaraLand"): "7"})
    other = mapping.replace("DataElement", "OtherDataEl")
    assert (await by.post(MAPPINGS, json={"name": "yearly", "mapping": other})).json()["version"] == 2
    assert values(await exported(country, "yearly", OUTSIDE)) == {("OtherDataEl", "SundaraLand"): "7"}
    first = await exported(country, saved.json()["mapping_id"], OUTSIDE)
    assert values(first) == {("DataElement", "SundaraLand"): "7"}
    stranger = country.as_(TRUSTED)
    assert (await stranger.post(MAPPINGS, json={"name": "yearly", "mapping": mapping})).status_code == 409
    assert (await stranger.get(f"{MAPPINGS}/{saved.json()['mapping_id']}")).json()["mapping"] == mapping
    assert [each["name"] for each in (await stranger.get(MAPPINGS)).json()["items"]] == ["yearly"]
    assert (await asked(country, "monthly")).json()["code"] == "mapping_is_unknown"


@pytest.mark.parametrize(
    ("mapping", "fault"),
    [
        (HEAD, "it names neither figures nor indicators"),
        (HEAD.replace("RecpDataSet", "1ecpDataSet") + line("options"), "data_set: '1ecpDataSet' is not a UID"),
        (HEAD + line("options", element="DataElementX"), "figures.0.data_element: 'DataElementX' is not a UID"),
        (HEAD + '[dhis2.provinces]\nXA-Q = "RiverPlainX"' + line("options"), "the pack has no province XA-Q"),
        (HEAD + '[dhis2.programmes]\nGREEN = "RiverPlainX"' + line("options"), "the pack has no programme GREEN"),
        (HEAD + '[dhis2.indicators]\nenergy = "RiverPlainX"', "the pack has no indicator energy"),
        (HEAD + '[dhis2.sectors]\n1061 = "RiverPlainX"' + line("options"), "1061 is no ISIC division"),
        (HEAD + line("options", "registered"), "options are counted at identified, approved, implemented, verified"),
        (HEAD + line("people"), "people are counted at no stage"),
        (HEAD + line("people", None, by="province"), "people at no stage are not told by province"),
        (HEAD + line("companies", "registered", by="programme"), "companies at registered are not told by programme"),
        (HEAD + line("investment"), "money needs its currency"),
        (HEAD + line("options") + line("companies"), "options implemented and companies implemented would stand in"),
        (
            HEAD + '[dhis2.provinces]\nXA-C = "CapitalDist"\nXA-K = "CapitalDist"' + line("options", by="province"),
            "options implemented by province, XA-C and options implemented by province, XA-K would stand in the same",
        ),
        (HEAD + 'unheard_of = "x"' + line("options"), "unheard_of"),
        ("[dhis2]", "sender"),
        ("sender = 'x'\n[clients]\nname = 'x'", "it has no section [dhis2]"),
    ],
)
async def test_a_mapping_that_cannot_be_right_is_not_saved(here: Room, mapping: str, fault: str) -> None:
    refused = await here.as_(OUTSIDE).post(MAPPINGS, json={"name": "yearly", "mapping": mapping})
    assert (refused.status_code, refused.json()["code"]) == (422, "mapping_is_invalid")
    assert fault in refused.json()["detail"]
    assert (await asked(here, mapping)).json()["code"] == "mapping_is_invalid"


async def test_an_integrator_sees_its_own_exports_only(country: Room) -> None:
    mapping = HEAD + line("options")
    mine, other = await exported(country, mapping, OUTSIDE), await exported(country, mapping, TRUSTED)
    by = country.as_(OUTSIDE)
    listed = (await by.get(EXPORTS)).json()["items"]
    assert [(each["export_id"], each["payload"]) for each in listed] == [(mine["export_id"], None)]
    assert (await by.get(f"{EXPORTS}/{other['export_id']}")).status_code == 404
    everything = (await country.as_(ADMINISTRATOR).get(EXPORTS, params={"limit": 1})).json()
    assert [each["export_id"] for each in everything["items"]] == [mine["export_id"]]
    following = (await country.as_(ADMINISTRATOR).get(EXPORTS, params={"cursor": everything["next"]})).json()
    assert [each["export_id"] for each in following["items"]] == [other["export_id"]]
    for role in (Role.OFFICER, Role.MINISTRY, Role.DONOR):
        assert (await country.as_(people.person(role)).get(EXPORTS)).status_code == 403


async def test_an_export_sent_twice_under_one_key_is_made_once(country: Room) -> None:
    body = {"format": "dhis2", "period": "2025", "mapping": HEAD + line("options")}
    by = country.as_(ADMINISTRATOR)
    answers = [await by.post(EXPORTS, json=body, headers={"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len((await by.get(EXPORTS)).json()["items"]) == 1


async def test_what_states_no_figure_is_told_beside_it(country: Room) -> None:
    blind = Firm().registers().assessed(IN_2025).option("approved", "implemented", on=IN_2025, cost=None)
    await country.tell(*told(blind))
    (value,) = (await exported(country, HEAD + line("investment", currency="USD")))["payload"]["dataValues"]
    assert (Decimal(value["value"]), value["comment"]) == (Decimal(700), "1 more without this figure")


async def test_an_export_is_made_on_either_database(either: Room) -> None:
    firm = Firm().registers().assessed(IN_2025)
    firm.option("approved", "implemented", on=IN_2025, cost=money("12345678901234.5678"))
    await either.tell(*told(firm))
    export = await exported(either, HEAD + line("investment", currency="USD"))
    assert values(export) == {("DataElement", "SundaraLand"): "12345678901234.5678"}
    assert (await either.as_(ADMINISTRATOR).get(f"{EXPORTS}/{export['export_id']}")).json() == export
