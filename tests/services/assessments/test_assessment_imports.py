"""Finished assessments from files: decided as the source says, labelled where odd, gone on with after a kill."""

import asyncio
import csv
import io
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from python_calamine import load_workbook

from chassis.clock import new_id
from contracts.assessments import AssessmentApproved, OptionIdentified, OptionImplemented
from contracts.clients import ClientRegistered, SiteClosed, SiteOpened
from contracts.event import Event
from contracts.principals import Principal
from contracts.values import Money
from services.assessments import imports
from services.assessments.app import service
from services.assessments.domain.options import Option
from services.assessments.models import assessments, options, savings
from tests.kit import people
from tests.kit.imports import REAL, ask, brought_in, ended, killed_midway, let_the_lease_run_out
from tests.kit.room import Room, room, rows
from tests.kit.workbooks import workbook

PATH = "/v1/assessment-imports"
ASSESSMENT_HEADER = (
    "id,fy,prodlevel,produnits,prodhours,ec_plant_cost,ec_plant_usage,e2_plant_cost,e2_plant_usage,w1,w4\n"
)
HEADER = "superid,id,ar_number,arc2,impstatus,impcost,psourccode,pconserved,psaved,fy\n"
MAPPING = """
sender = "iac"
[assessments]
currency = "USD"
last_month = 9
[assessments.assessment]
row_key = "id"
client_key = "id"
year = "fy"
[assessments.assessment.baseline]
output = "prodlevel"
output_unit = { template = "IAC unit {produnits}" }
operating_hours = "prodhours"
energy = [
  { carrier = "electricity", unit = "kWh", quantity = "ec_plant_usage", cost = "ec_plant_cost" },
  { carrier = "natural_gas", unit = "MMBtu", quantity = "e2_plant_usage", cost = "e2_plant_cost" },
]
waste = [{ unit = "lb", quantity = "w4" }]
left_out = { waste_water_unit_doubtful = ["w1"] }
[assessments.recommendation]
row_key = "superid"
assessment_key = "id"
year = "fy"
title = { template = "Recommendation {ar_number}" }
option_class = { constant = "not_classified" }
code = { column = "arc2", odd = { is_cut_off = ["2"] } }
code_scheme = { constant = "ARC" }
investment = "impcost"
annual_saving = "psaved"
status = "impstatus"
decisions = { I = "implemented", N = "refused", P = "pending" }
refusal_reason = { constant = "not_stated" }
[assessments.recommendation.stream]
code = "psourccode"
quantity = "pconserved"
kinds = { EC = ["energy", "electricity", "kWh"], W4 = ["waste", "solid_waste", "lb"], R2 = ["other", "fees", "n/a"] }
"""
PLANTS = ASSESSMENT_HEADER + "A1,2005,2400,1,3012,101713,1161984,3000,314,900,1000\nA2,2006,0,,9000,500,,,,,\n"
ADVICE = (
    HEADER
    + "A101,A1,1,2,I,1800,EC,63600.0,4010,2005\n"
    + "A102,A1,2,22442,N,,R2,,-228,2005\n"
    + "A103,A1,3,2,P,-5,W4,1000,1800,2005\n"
    + "A201,A2,1,,,200,X9,7,,2007\n"
)
with_real_data = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real data is not at {REAL}")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(service, tmp_path) as opened:
        yield opened


def _plant(key: str, province: str = "TX", country: str = "US") -> list[Event]:
    client_id = new_id()
    registered = ClientRegistered(
        client_id=client_id, country=country, province=province, isic=None, sender="iac", row_key=key
    )
    return [registered, SiteOpened(site_id=new_id(), client_id=client_id, country=country, province=province)]


async def _known(here: Room, *keys: str) -> None:
    await here.tell(*(event for key in keys for event in _plant(key)))


async def _send(
    here: Room,
    plants: str = PLANTS,
    advice: str = ADVICE,
    *,
    mapping: str = MAPPING,
    by: Principal | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    files = {"assessments": plants.encode(), "recommendations": advice.encode()}
    return await brought_in(here.as_(by or people.officer()), PATH, files, mapping, dry_run=dry_run)


def _counts(shown: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    return {each["name"]: (each["registered"], each["already_there"], each["refused"]) for each in shown["files"]}


async def _refused(here: Room, shown: dict[str, Any]) -> list[tuple[str, int, str, str]]:
    by, found = here.as_(people.administrator()), []
    for file in ("assessments", "recommendations"):
        answer = await by.get(f"{PATH}/{shown['import_id']}/refused-rows", params={"file": file})
        told = csv.DictReader(io.StringIO(answer.text))
        found += [(file, int(each["row"]), each["column"], each["code"]) for each in told]
    return found


async def _options(here: Room) -> dict[str, Option]:
    return {each.row_key or "": each for each in map(options.state, await rows(here, options.table))}


async def test_each_status_becomes_what_the_company_decided(here: Room) -> None:
    await _known(here, "A1", "A2")
    shown = await _send(here)
    assert (shown["state"], _counts(shown)) == ("finished", {"assessments": (2, 0, 0), "recommendations": (4, 0, 0)})
    found = await _options(here)
    assert {key: each.status for key, each in found.items()} == {
        "A101": "implemented",
        "A102": "refused",
        "A103": "pending",
        "A201": "identified",
    }
    assert found["A102"].reason_code == "not_stated"
    (implemented,) = await here.events(OptionImplemented)
    assert (implemented.reported_by_role, str(implemented.occurred_on), implemented.occurred_on_precision) == (
        "client_stated",
        "2005-09-30",
        "year",
    )
    approved = await here.events(AssessmentApproved)
    assert {(str(each.occurred_on), each.label) for each in approved} == {
        ("2005-09-30", "recorded_elsewhere"),
        ("2006-09-30", "recorded_elsewhere"),
    }


async def test_unknown_costs_stay_unknown_and_odd_figures_are_kept_and_labelled(here: Room) -> None:
    await _known(here, "A1", "A2")
    await _send(here)
    found = await _options(here)
    assert found["A102"].proposal.investment is None
    assert found["A103"].proposal.investment is not None
    assert found["A103"].proposal.investment.amount == -5
    assert found["A101"].labels == ("code_is_cut_off",)
    assert found["A102"].labels == ("negative_saving",)
    assert "negative_investment" in found["A103"].labels
    assert found["A201"].labels == ("stream_not_in_table",)
    assert (found["A102"].proposal.code, found["A201"].proposal.code) == ("22442", None)


async def test_streams_are_converted_where_that_is_certain_and_kept_as_they_are_elsewhere(here: Room) -> None:
    await _known(here, "A1", "A2")
    await _send(here)
    (electricity,), (fees,), (waste,), (strange,) = (
        each.proposal.streams for _, each in sorted((await _options(here)).items())
    )
    assert (electricity.carrier, electricity.energy_mj) == ("electricity", Decimal("228960"))
    assert electricity.figures is not None
    assert electricity.figures.estimate == 63600
    assert electricity.figures.money == Money(amount=Decimal(4010), currency="USD")
    assert waste.waste_t == Decimal("0.4536")
    assert (fees.resource, fees.unit, fees.energy_mj) == ("other", "n/a", None)
    assert (strange.resource, strange.carrier, strange.unit, strange.waste_t) == ("other", "X9", "unknown", None)


async def test_a_stream_that_cannot_be_converted_is_kept_and_labelled(here: Room) -> None:
    await _known(here, "A1", "A2")
    odd = MAPPING.replace('["energy", "electricity", "kWh"], W4', '["energy", "electricity", "firkin"], W4')
    await _send(here, mapping=odd)
    option = (await _options(here))["A101"]
    assert "stream_is_not_converted" in option.labels
    assert (option.proposal.streams[0].resource, option.proposal.streams[0].unit) == ("other", "firkin")


async def test_the_baseline_says_what_is_known_and_what_is_odd(here: Room) -> None:
    await _known(here, "A1", "A2")
    await _send(here)
    by = here.as_(people.officer())
    listed = {each["row_key"]: each for each in (await by.get("/v1/assessments")).json()["items"]}
    first, second = listed["A1"], listed["A2"]
    assert (first["status"], first["label"], first["assessor_id"], first["reviewer_id"]) == (
        "approved",
        "recorded_elsewhere",
        None,
        None,
    )
    assert first["baseline"]["period"] == {"starts_on": "2004-10-01", "ends_on": "2005-09-30"}
    assert first["baseline"]["output"] == {"quantity": "2400", "unit": "IAC unit 1"}
    assert Decimal(first["baseline"]["energy_mj"]) == Decimal(1161984) * Decimal("3.6") + Decimal("331287.5377")
    assert first["baseline"]["waste_t"] == "0.4536"
    assert first["baseline"]["labels"] == [
        "waste_water_unit_doubtful",
        "period_is_the_reported_year",
        "emission_factor_missing",
    ]
    assert second["baseline"]["output"] is None
    assert second["baseline"]["energy_mj"] is None
    assert set(second["baseline"]["labels"]) == {
        "energy_incomplete",
        "output_zero",
        "period_is_the_reported_year",
        "output_missing",
        "hours_exceed_period",
    }


async def test_a_second_run_adds_nothing_but_what_is_new(here: Room) -> None:
    await _known(here, "A1", "A2", "A3")
    await _send(here)
    before = len(await here.events())
    assert _counts(await _send(here)) == {"assessments": (0, 2, 0), "recommendations": (0, 4, 0)}
    assert len(await here.events()) == before
    more = await _send(
        here, PLANTS + "A3,2007,1,2,1,,,,,,\n", ADVICE + "A104,A1,4,2,I,1,EC,1,1,2005\nA301,A3,1,2,N,,,,,2007\n"
    )
    assert _counts(more) == {"assessments": (1, 2, 0), "recommendations": (2, 4, 0)}
    added = (await _options(here))["A104"]
    assert (added.status, added.assessment_id) == ("implemented", (await _options(here))["A101"].assessment_id)


async def test_a_dry_run_writes_nothing(here: Room) -> None:
    await _known(here, "A1", "A2")
    shown = await _send(here, dry_run=True)
    assert _counts(shown) == {"assessments": (2, 0, 0), "recommendations": (4, 0, 0)}
    assert await here.events() == []
    assert list(await rows(here, options.table)) == list(await rows(here, savings.table)) == []


async def test_bad_rows_come_back_and_good_ones_land(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "PATIENCE_S", 0.5)
    await _known(here, "A1", "A2", "A4", "A5", "A6", "A7")
    await here.tell(SiteOpened(site_id=new_id(), client_id=await _client(here, "A6"), country="US", province="TX"))
    plants = (
        PLANTS
        + "A3,2005,1,1,1,,,,,,\n"  # row 4: no such client
        + "A1,2005,1,1,1,,,,,,\n"  # row 5: the key again
        + "A4,twenty,1,1,1,,,,,,\n"  # row 6: no year
        + "A5,2005,1,1,1,,,,,,\n"  # row 7: nothing recommended
        + "A6,2005,1,1,1,,,,,,\n"  # row 8: two sites
        + "A7,2027,1,1,1,,,,,,\n"  # row 9: has not come yet
    )
    advice = (
        ADVICE
        + "A101,A1,9,2,I,1,EC,1,1,2005\n"  # row 6: the key again
        + ",A1,9,2,I,1,EC,1,1,2005\n"  # row 7: no key
        + "A109,A1,9,not a code!,I,1,EC,1,1,2005\n"  # row 8
        + "A301,A3,1,2,I,1,EC,1,1,2005\n"  # row 9: falls with its assessment
        + "A901,A9,1,2,I,1,EC,1,1,2005\n"  # row 10: no such assessment
        + "A401,A4,1,2,I,1,EC,1,1,2005\n"
        + "A601,A6,1,2,I,1,EC,1,1,2005\n"
        + "A701,A7,1,2,I,1,EC,1,1,2005\n"
        + "A110,A1,9,2\n"  # row 14: ragged
    )
    shown = await _send(here, plants, advice)
    assert _counts(shown) == {"assessments": (2, 0, 6), "recommendations": (4, 0, 9)}
    assert await _refused(here, shown) == [
        ("assessments", 4, "id", "client_is_not_there"),
        ("assessments", 5, "id", "row_key_stands_twice"),
        ("assessments", 6, "fy", "year_is_missing"),
        ("assessments", 7, "", "no_recommendation"),
        ("assessments", 8, "id", "site_is_not_certain"),
        ("assessments", 9, "", "day_is_in_the_future"),
        ("recommendations", 6, "superid", "row_key_stands_twice"),
        ("recommendations", 7, "superid", "row_key_is_missing"),
        ("recommendations", 8, "arc2", "cell_does_not_fit"),
        ("recommendations", 9, "id", "assessment_was_refused"),
        ("recommendations", 10, "id", "assessment_is_not_there"),
        ("recommendations", 11, "id", "assessment_was_refused"),
        ("recommendations", 12, "id", "assessment_was_refused"),
        ("recommendations", 13, "id", "assessment_was_refused"),
        ("recommendations", 14, "", "row_is_ragged"),
    ]


async def _client(here: Room, key: str) -> UUID:
    from services.assessments.models import known_clients

    return next(
        each.client_id
        for each in map(known_clients.state, await rows(here, known_clients.table))
        if each.row_key == key
    )


async def test_a_mended_row_joins_its_assessment_although_that_is_approved(here: Room) -> None:
    await _known(here, "A1", "A2")
    bad = await _send(here, advice=ADVICE.replace("A103,A1,3,2,P", "A103,A1,3,not a code!,P"))
    assert _counts(bad)["recommendations"] == (3, 0, 1)
    mended = await _send(here)
    assert _counts(mended)["recommendations"] == (1, 3, 0)
    assert (await _options(here))["A103"].status == "pending"


async def test_clients_on_their_way_are_waited_for(here: Room) -> None:
    files = {"assessments": PLANTS.encode(), "recommendations": ADVICE.encode()}
    by = here.as_(people.officer())
    import_id = (await ask(by, PATH, files, MAPPING)).json()["import_id"]
    await asyncio.sleep(0.4)
    await _known(here, "A1")
    await asyncio.sleep(0.4)
    await _known(here, "A2")
    shown = await ended(by, PATH, import_id)
    assert _counts(shown) == {"assessments": (2, 0, 0), "recommendations": (4, 0, 0)}


async def test_a_closed_site_is_none_to_assess(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "PATIENCE_S", 0.3)
    await _known(here, "A2")
    registered, opened = _plant("A1")
    assert isinstance(opened, SiteOpened)
    await here.tell(registered, opened, SiteClosed(site_id=opened.site_id, client_id=opened.client_id))
    shown = await _send(here)
    assert _counts(shown) == {"assessments": (1, 0, 1), "recommendations": (1, 0, 3)}


async def test_an_officer_of_provinces_brings_in_nothing_from_abroad(here: Room) -> None:
    await here.tell(*_plant("A1"), *_plant("A2", province="XA-R", country="XA"))
    shown = await _send(here, by=people.officer("XA-R"))
    assert _counts(shown) == {"assessments": (1, 0, 1), "recommendations": (1, 0, 3)}
    assert (await _refused(here, shown))[0][3] == "outside_territory"


async def test_a_file_that_cannot_be_used_fails_as_a_whole(here: Room) -> None:
    for plants, advice, error in (
        (PLANTS, " \n", "file_is_empty"),
        (PLANTS, ADVICE.replace("psourccode", "psource"), "columns_are_missing"),
        (PLANTS, ADVICE + "A105,A1", "file_is_cut_off"),
        (PLANTS.replace("prodhours", "id"), ADVICE, "header_stands_twice"),
    ):
        shown = await _send(here, plants, advice)
        assert (shown["state"], shown["error"]) == ("failed", error)
    assert list(await rows(here, assessments.table)) == []


async def test_a_wrong_request_is_a_problem_with_a_code(here: Room) -> None:
    by = here.as_(people.officer())
    both = {"assessments": b"x", "recommendations": b"x"}
    assert (await ask(by, PATH, both, "shtp-enterprises")).json()["code"] == "mapping_is_invalid"
    assert (await ask(by, PATH, {"assessments": b"x"}, MAPPING)).json()["code"] == "body_is_invalid"
    assert (await by.post(PATH, json={})).json()["code"] == "body_is_not_form"
    assert (await here.as_(people.reviewer()).post(PATH, json={})).status_code == 403


def _many(number: int) -> tuple[str, str]:
    plants = [f"P{n:04},2005,{n},1,100,5,{n},,,,\n" for n in range(number)]
    advice = [f"P{n:04}{k:02},P{n:04},{k},2,{'INP'[k]},{n},EC,{n},{k},2005\n" for n in range(number) for k in range(3)]
    return ASSESSMENT_HEADER + "".join(plants), HEADER + "".join(advice)


@pytest.mark.slow
async def test_an_import_killed_in_the_middle_goes_on_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    number = 300
    plants, advice = _many(number)
    async with room(service, tmp_path) as here:
        await here.tell(*(event for n in range(number) for event in _plant(f"P{n:04}")))
    (tmp_path / "plants.csv").write_text(plants)
    (tmp_path / "advice.csv").write_text(advice)
    files = {"assessments": str(tmp_path / "plants.csv"), "recommendations": str(tmp_path / "advice.csv")}
    asked = tmp_path / "asked.json"
    asked.write_text(json.dumps({"files": files, "mapping": MAPPING}))
    for at, wish in ((64, asked), (128, None), (192, None)):
        await asyncio.to_thread(killed_midway, "services.assessments.app", tmp_path, PATH, wish, at=at)
    async with room(service, tmp_path) as here:
        await let_the_lease_run_out(here)
        by = here.as_(people.administrator())
        (job,) = (await by.get(PATH)).json()["items"]
        shown = await ended(by, PATH, job["import_id"])
        assert _counts(shown) == {"assessments": (number, 0, 0), "recommendations": (3 * number, 0, 0)}
        found = [options.state(row) for row in await rows(here, options.table)]
        assert Counter(each.status for each in found) == {"implemented": number, "refused": number, "pending": number}
        assert len({each.row_key for each in found}) == 3 * number
        assert len(await rows(here, savings.table)) == 5 * number  # identified 3, approved 1, implemented 1
        assert len(await rows(here, assessments.table)) == number
        identified = await here.events(OptionIdentified)
        assert Counter(each.row_key for each in identified) == Counter(each.row_key for each in found)
        assert len(await here.events()) == number * (4 + 3 + 2 + 1 + 1)


@pytest.mark.postgres
async def test_an_import_works_alike_on_postgresql(tmp_path: Path, postgres_dsn: Callable[[], str]) -> None:
    async with room(service, tmp_path, dsn=postgres_dsn()) as here:
        await _known(here, "A1", "A2")
        bad = ADVICE + "A109,A1,9,not a code!,I,1,EC,1,1,2005\n"
        assert _counts(await _send(here, advice=bad))["recommendations"] == (4, 0, 1)
        assert _counts(await _send(here)) == {"assessments": (0, 2, 0), "recommendations": (0, 4, 0)}
        assert {each.status for each in (await _options(here)).values()} >= {"implemented", "refused", "pending"}


def _workbook() -> bytes:
    def fill(made: Any) -> None:
        for name, text in (("Plants", PLANTS), ("Advice", ADVICE + "A104,A1,9,not a code!,I,1,EC,1,1,2005\n")):
            sheet = made.add_worksheet(name)
            for number, row in enumerate(csv.reader(io.StringIO(text))):
                for column, cell in enumerate(row):
                    sheet.write(number, column, float(cell) if cell.replace(".", "", 1).lstrip("-").isdigit() else cell)

    return workbook(fill)


async def test_both_sheets_of_one_workbook_are_previewed_taken_in_and_given_back(here: Room) -> None:
    await _known(here, "A1", "A2")
    by, file = here.as_(people.officer()), ("audits.xlsx", _workbook())
    form = {"mapping": MAPPING, "assessments_sheet": "Plants", "recommendations_sheet": "Advice"}
    seen = {}
    for dry_run in ("true", "false"):
        sent = {"assessments": file, "recommendations": file}
        answer = await by.post(PATH, files=sent, data=form | {"dry_run": dry_run})
        seen[dry_run] = await ended(by, PATH, answer.json()["import_id"])
    preview, shown = seen["true"], seen["false"]
    assert _counts(preview) == _counts(shown) == {"assessments": (2, 0, 0), "recommendations": (4, 0, 1)}
    assert shown["preview"] == []
    first = next(each for each in preview["preview"] if each["file"] == "recommendations")
    assert (first["row"], first["outcome"], first["labels"][0]) == (2, "registered", "code_is_cut_off")
    assert first["values"]["investment"] == "1800 USD"
    assert (first["values"]["decision"], first["values"]["occurred_on"]) == ("implemented", "2005-09-30")
    bad = preview["preview"][-1]
    assert (bad["file"], bad["row"], bad["column"], bad["code"]) == ("recommendations", 6, "arc2", "cell_does_not_fit")
    back = await by.get(f"{PATH}/{shown['import_id']}/refused-rows")
    header, row = load_workbook(io.BytesIO(back.content)).get_sheet_by_name("Advice").to_python()
    assert header == [*HEADER.strip().split(","), "row", "column", "code", "reason"]
    assert row[:6] == ["A104", "A1", 9, "not a code!", "I", 1]


async def test_whose_refused_rows_are_wanted_has_to_be_said_where_both_files_have_some(here: Room) -> None:
    await _known(here, "A1")
    by, shown = here.as_(people.administrator()), await _send(here)
    path = f"{PATH}/{shown['import_id']}/refused-rows"
    for query in ({}, {"file": "invoices"}):
        answer = await by.get(path, params=query)
        assert (answer.status_code, answer.json()["code"]) == (422, "file_is_not_named")
        assert "assessments, recommendations" in answer.json()["detail"]
    assert (await by.get(path, params={"file": "assessments"})).status_code == 200


async def test_a_saved_mapping_of_assessments_is_none_of_clients(here: Room) -> None:
    by = here.as_(people.officer())
    path = "/v1/assessment-import-mappings"
    saved = await by.post(path, json={"name": "audits", "mapping": MAPPING})
    assert (saved.status_code, saved.json()["version"]) == (201, 1)
    assert [each["name"] for each in (await by.get(path)).json()["items"]] == ["audits"]
    refused = await by.post(path, json={"name": "other", "mapping": MAPPING.replace("[assessments", "[clients")})
    assert "it has no section [assessments]" in refused.json()["detail"]


@with_real_data
@pytest.mark.slow
async def test_real_assessments_keep_their_totals_to_the_unit(here: Room) -> None:
    plants = (REAL / "iac" / "assess_fy2005_2014.csv").read_text(encoding="utf-8").splitlines(keepends=True)[:301]
    keys = {line.partition(",")[0] for line in plants}
    lines = (REAL / "iac" / "recc_fy2005_2014.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    advice = lines[:1] + [line for line in lines[1:] if line.split(",")[1] in keys]
    await _known(here, *keys)
    shown = await _send(here, "".join(plants), "".join(advice), mapping="iac")
    assert _counts(shown) == {"assessments": (300, 0, 0), "recommendations": (len(advice) - 1, 0, 0)}
    told = list(csv.DictReader(advice))
    kept = await _options(here)
    for status, decision in (("N", "refused"), ("I", "implemented"), ("P", "pending"), ("", "identified")):
        own = [each for each in kept.values() if each.status == decision]
        source = [each for each in told if each["impstatus"] == status]
        assert len(own) == len(source)
        for column, money in (("impcost", "investment"), ("psaved", "annual_saving")):
            figures = [getattr(each.proposal, money) for each in own]
            assert sum(each.amount for each in figures if each) == sum(Decimal(each[column] or 0) for each in source)
