"""Companies from files: taken in once, refused with a reason, gone on with after a kill."""

import asyncio
import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.clients import ClientRegistered, SiteOpened
from contracts.values import Sector
from services.clients.app import service
from services.clients.models import clients, sites
from tests.kit import people
from tests.kit.imports import REAL, ask, brought_in, ended, files_let_go, killed_midway, let_the_lease_run_out
from tests.kit.room import Room, room, rows

PATH = "/v1/client-imports"
MAPPING = """
sender = "register"
[clients]
row_key = "No"
name = "Name"
country = { constant = "XA" }
province = { column = "Province", upper = true }
size_class = "Size"
isic = "ISIC"
[clients.extra]
employees = "Staff"
[clients.site]
name = { template = "{Name}, plant" }
address = "Street"
"""
HEADER = "No,Name,Province,Size,ISIC,Staff,Street\n"
GOOD = HEADER + "01,Rice Mill,XA-R,small,1061,12,Road 1\n02,Weaving,xa-n,medium,1312,n/a,\n"
with_real_data = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real data is not at {REAL}")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(service, tmp_path) as opened:
        yield opened


async def _send(here: Room, content: str | bytes, mapping: str = MAPPING, **options: Any) -> dict[str, Any]:
    sent = content.encode() if isinstance(content, str) else content
    return await brought_in(here.as_(people.officer()), PATH, {"file": sent}, mapping, **options)


def _counts(shown: dict[str, Any]) -> tuple[int, int, int]:
    return shown["registered"], shown["already_there"], shown["refused"]


async def _refused(here: Room, shown: dict[str, Any]) -> list[dict[str, str]]:
    by = here.as_(people.administrator())
    answer = await by.get(f"{PATH}/{shown['import_id']}/refused-rows")
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_rows_become_companies_with_their_plants(here: Room) -> None:
    shown = await _send(here, GOOD)
    assert (shown["state"], _counts(shown)) == ("finished", (2, 0, 0))
    listed = (await here.as_(people.officer()).get("/v1/clients")).json()["items"]
    mill = next(each for each in listed if each["row_key"] == "01")
    assert (mill["name"], mill["sender"], mill["status"]) == ("Rice Mill", "register", "registered")
    assert (mill["province"], mill["province_scheme"]) == ("XA-R", "demo")
    assert (mill["isic"], mill["extra"]) == ({"code": "1061", "revision": "4"}, {"employees": 12})
    plant = (await here.as_(people.officer()).get("/v1/sites", params={"client_id": mill["client_id"]})).json()
    assert [(each["name"], each["address"], each["province"]) for each in plant["items"]] == [
        ("Rice Mill, plant", "Road 1", "XA-R")
    ]


async def test_what_is_odd_is_taken_in_and_said(here: Room) -> None:
    shown = await _send(here, GOOD)
    assert {each["label"]: each["examples"] for each in shown["oddities"]} == {
        "province_in_lower_case": [3],
        "employees_is_no_number": [3],
    }
    assert "1 row: employees is no number and stays unknown (row 3)." in shown["messages"]


async def test_a_second_run_adds_nothing(here: Room) -> None:
    await _send(here, GOOD)
    before = len(await here.events())
    shown = await _send(here, GOOD + "03,Sugar Works,XA-C,large,1072,,\n")
    assert _counts(shown) == (1, 2, 0)
    assert len(await here.events()) == before + 2


async def test_a_dry_run_says_what_would_happen_and_writes_nothing(here: Room) -> None:
    bad = GOOD + "03,Nowhere,XA-Z,small,,,\n"
    shown = await _send(here, bad, dry_run=True)
    assert (shown["state"], shown["dry_run"], _counts(shown)) == ("finished", True, (2, 0, 1))
    assert [each["code"] for each in await _refused(here, shown)] == ["province_is_unknown"]
    assert await here.events() == []
    assert list(await rows(here, clients.table)) == []


BAD_ROWS = [
    ("03,Nowhere,XA-Z,small,1061,,", "Province", "province_is_unknown"),
    ("04,Old Harbour Ltd,XA-O,small,1061,,", "Province", "province_is_unknown"),
    ("05,Giant,XA-R,gigantic,1061,,", "Size", "size_class_is_unknown"),
    ("06,,XA-R,small,1061,,", "Name", "cell_does_not_fit"),
    ("07," + "x" * 301 + ",XA-R,small,1061,,", "Name", "cell_does_not_fit"),
    ("08,Odd Sector,XA-R,small,food,,", "ISIC", "cell_does_not_fit"),
    (",No Key,XA-R,small,1061,,", "No", "row_key_is_missing"),
    ("01,Twin,XA-R,small,1061,,", "No", "row_key_stands_twice"),
    ("09,Short,XA-R", "", "row_is_ragged"),
    ("10,B\x00d,XA-R,small,1061,,", "Name", "cell_is_broken"),
]


async def test_bad_rows_come_back_with_their_reason_and_the_good_ones_land(here: Room) -> None:
    lines = "".join(row + "\n" for row, _, _ in BAD_ROWS)
    shown = await _send(here, GOOD + lines + "99,Last,XA-R,small,1061,,\n")
    assert (shown["state"], _counts(shown)) == ("finished", (3, 0, len(BAD_ROWS)))
    refused = await _refused(here, shown)
    for number, ((row, column, code), told) in enumerate(zip(BAD_ROWS, refused, strict=True), start=4):
        assert (told["row"], told["column"], told["code"]) == (str(number), column, code)
        assert told["reason"].endswith(".")
        assert told["Province"] == row.split(",")[2]


async def test_one_import_shows_the_first_of_its_refused_rows(here: Room) -> None:
    bad = "".join(f"{n},Nowhere {n},XA-Z,small,,,\n" for n in range(10, 70))
    shown = await _send(here, GOOD + bad)
    assert (shown["refused"], len(shown["refused_rows"])) == (60, 50)
    first, last = shown["refused_rows"][0], shown["refused_rows"][-1]
    assert (first["file"], first["row"], first["column"], first["code"]) == (
        "file",
        4,
        "Province",
        "province_is_unknown",
    )
    assert (first["values"]["Name"], first["values"]["Province"]) == ("Nowhere 10", "XA-Z")
    assert first["sentence"].endswith(".")
    assert last["row"] == 53
    listed = (await here.as_(people.administrator()).get(PATH)).json()["items"]
    assert [each["refused_rows"] for each in listed] == [[]]


async def test_an_import_knows_its_file_again(here: Room) -> None:
    me = people.officer()
    by = here.as_(me)
    sent = {"mapping": MAPPING, "separator": "comma", "dry_run": "true"}
    answer = (await by.post(PATH, files={"file": ("Companies of May.csv", GOOD.encode())}, data=sent)).json()
    assert (answer["files"][0]["sent_as"], answer["files"][0]["stated"]) == ("Companies of May.csv", {"separator": ","})
    shown = await ended(by, PATH, answer["import_id"])
    assert shown["files"][0]["sha256"] == hashlib.sha256(GOOD.encode()).hexdigest()
    assert shown["asked_by"] == str(me.principal_id)


async def test_the_newest_come_first_where_that_is_asked_for(here: Room) -> None:
    by = here.as_(people.officer())
    asked = [(await ask(by, PATH, {"file": GOOD.encode()}, MAPPING)).json()["import_id"] for _ in range(3)]
    for newest_first, wanted in ((False, asked), (True, asked[::-1])):
        first = (await by.get(PATH, params={"limit": 2, "newest_first": newest_first})).json()
        assert [each["import_id"] for each in first["items"]] == wanted[:2]
        query = {"limit": 2, "newest_first": newest_first, "cursor": first["next"]}
        assert [each["import_id"] for each in (await by.get(PATH, params=query)).json()["items"]] == wanted[2:]


async def test_no_cell_of_the_refused_rows_is_a_formula_and_they_can_be_sent_again(here: Room) -> None:
    evil = HEADER + '09,"=HYPERLINK(""http://evil"",""x"")",XA-Z,small,1061,-5,@SUM(A1)\n'
    shown = await _send(here, evil)
    by = here.as_(people.administrator())
    text = (await by.get(f"{PATH}/{shown['import_id']}/refused-rows")).text
    (refused,) = csv.DictReader(io.StringIO(text))
    assert [cell for cell in refused.values() if cell[:1] in ("=", "+", "-", "@")] == ["-5"]  # a number stays one
    mended = await _send(here, text.replace("XA-Z", "XA-R"))
    assert _counts(mended) == (1, 0, 0)
    (kept,) = (await by.get("/v1/clients")).json()["items"]
    assert kept["name"].startswith("=HYPERLINK")
    assert kept["extra"] == {"employees": -5}


async def test_hidden_characters_stay_in_the_name_and_do_not_make_a_second_key(here: Room) -> None:
    content = HEADER + "A\u200b1,Nhà\u200b máy,XA-R,small,1061,,\nA1,Twin,XA-R,small,1061,,\n"
    shown = await _send(here, content)
    assert _counts(shown) == (1, 0, 1)
    (client,) = (await here.as_(people.officer()).get("/v1/clients")).json()["items"]
    assert (client["name"], client["row_key"]) == ("Nhà\u200b máy", "A1")


async def test_an_officer_brings_in_only_companies_of_its_provinces(here: Room) -> None:
    by = here.as_(people.officer("XA-R"))
    shown = await brought_in(by, PATH, {"file": GOOD.encode()}, MAPPING)
    assert _counts(shown) == (1, 0, 1)
    assert [each["code"] for each in await _refused(here, shown)] == ["outside_territory"]


async def test_an_import_is_seen_by_who_asked_and_by_administrators(here: Room) -> None:
    mine, other = here.as_(people.officer("XA-R")), here.as_(people.officer("XA-R"))
    shown = await brought_in(mine, PATH, {"file": GOOD.encode()}, MAPPING)
    own = f"{PATH}/{shown['import_id']}"
    assert [(await by.get(own)).status_code for by in (mine, here.as_(people.administrator()), other)] == [
        200,
        200,
        404,
    ]
    assert (await other.get(f"{own}/refused-rows")).status_code == 404
    assert (await other.post(f"{own}/cancel")).status_code == 404
    assert (await other.get(PATH)).json()["items"] == []
    assert [each["import_id"] for each in (await mine.get(PATH)).json()["items"]] == [shown["import_id"]]
    assert (await here.as_(people.reviewer()).get(PATH)).status_code == 403


async def test_imports_are_listed_in_pages(here: Room) -> None:
    by = here.as_(people.administrator())
    asked = [
        (await ask(by, PATH, {"file": GOOD.encode()}, MAPPING, dry_run=True)).json()["import_id"] for _ in range(3)
    ]
    first = (await by.get(PATH, params={"limit": 2})).json()
    second = (await by.get(PATH, params={"limit": 2, "cursor": first["next"]})).json()
    assert [each["import_id"] for each in first["items"] + second["items"]] == asked
    assert second["next"] is None


async def test_a_file_that_cannot_be_used_fails_as_a_whole_and_says_what_to_do(here: Room) -> None:
    for content, error in (
        (b" \n", "file_is_empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\x01" * 20, "file_is_not_text"),
        (b"PK\x03\x04" + b"x" * 100, "file_is_a_workbook"),
        (GOOD.encode()[:-12], "file_is_cut_off"),
        (b"a;b\n1;2\n", "columns_are_missing"),
        (b"[" * 50_000, "json_is_nested_too_deep"),
    ):
        shown = await _send(here, content)
        assert (shown["state"], shown["error"]) == ("failed", error)
        assert shown["sentence"].endswith(".")
    assert list(await rows(here, clients.table)) == []


async def test_a_wrong_request_is_a_problem_with_a_code(here: Room) -> None:
    by = here.as_(people.officer())
    for files, form, status, code in (
        ({"file": b"x"}, {"mapping": "nobody-ships-this"}, 422, "mapping_is_unknown"),
        ({"file": b"x"}, {"mapping": "sender = 1"}, 422, "mapping_is_invalid"),
        ({"file": b""}, {"mapping": MAPPING}, 422, "file_is_empty"),
        ({"file": b"x"}, {"mapping": MAPPING, "dry_run": "perhaps"}, 422, "body_is_invalid"),
        ({"file": b"x"}, {"mapping": MAPPING, "surplus": "1"}, 422, "body_is_invalid"),
        ({"file": b"x"}, {}, 422, "mapping_is_not_named"),
        ({"file": b"x"}, {"mapping": MAPPING, "mapping_name": "iac"}, 422, "mapping_is_not_named"),
        ({"file": b"x"}, {"mapping_name": "nobody-saved-this"}, 422, "mapping_is_unknown"),
        ({"file": b"x"}, {"mapping_name": "no name!"}, 422, "mapping_is_unknown"),
        ({"file": b"x"}, {"mapping": MAPPING, "separator": "space"}, 422, "body_is_invalid"),
        ({"file": b"x"}, {"mapping": MAPPING, "header_row": "0"}, 422, "body_is_invalid"),
        ({"file": b"x"}, {"mapping": MAPPING, "preview": "201"}, 422, "body_is_invalid"),
        ({}, {"mapping": MAPPING, "file": "no file"}, 415, "body_is_not_form"),
        ({"other": b"x"}, {"mapping": MAPPING}, 422, "body_is_invalid"),
    ):
        answer = await by.post(PATH, files=files or None, data=form)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
    assert (await by.get(PATH)).json()["items"] == []


async def test_hostile_forms_are_problems_too(here: Room) -> None:
    by = here.as_(people.officer())
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert (await by.post(PATH, content=b"no boundary at all", headers=broken)).status_code in (400, 422)
    assert (await by.post(PATH, content=b"", headers={"Content-Type": "multipart/form-data"})).status_code in (400, 422)
    huge = await by.post(PATH, content=b"x" * 64_000_001, headers=broken)
    assert (huge.status_code, huge.json()["code"]) == (413, "body_is_too_large")


async def test_the_same_key_asks_for_one_import(here: Room) -> None:
    by = here.as_(people.officer())
    request = by.build_request(
        "POST",
        PATH,
        files={"file": ("a.csv", GOOD.encode())},
        data={"mapping": MAPPING},
        headers={"Idempotency-Key": "one"},
    )
    content, headers = request.read(), request.headers
    answers = [await by.post(PATH, content=content, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json()["import_id"] == answers[1].json()["import_id"]
    assert len((await by.get(PATH)).json()["items"]) == 1


def _many(number: int) -> bytes:
    lines = [f"{n:05},Company {n},{'XA-Z' if n % 100 == 7 else 'XA-R'},small,1061,{n},\n" for n in range(number)]
    return (HEADER + "".join(lines)).encode()


async def test_a_cancelled_import_keeps_what_it_has_taken_in(here: Room) -> None:
    by = here.as_(people.administrator())
    import_id = (await ask(by, PATH, {"file": _many(3_000)}, MAPPING)).json()["import_id"]
    while (await by.get(f"{PATH}/{import_id}")).json()["done"] == 0:
        await asyncio.sleep(0.01)
    assert (await by.post(f"{PATH}/{import_id}/cancel")).json()["cancel_asked"] is True
    shown = await ended(by, PATH, import_id)
    assert shown["state"] == "cancelled"
    assert 0 < shown["registered"] < 2_970
    assert len(await rows(here, clients.table)) == shown["registered"]
    again = await by.post(f"{PATH}/{import_id}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "job_has_ended")


async def _all_is_there_once(here: Room, import_id: str, number: int) -> None:
    by = here.as_(people.administrator())
    shown = await ended(by, PATH, import_id)
    bad = number // 100
    assert (shown["state"], _counts(shown)) == ("finished", (number - bad, 0, bad))
    refused = await _refused(here, shown)
    assert [int(each["row"]) for each in refused] == [n * 100 + 9 for n in range(bad)]
    keys = Counter(clients.state(row).row_key for row in await rows(here, clients.table))
    assert len(keys) == number - bad
    assert set(keys.values()) == {1}
    assert len(await rows(here, sites.table)) == number - bad
    registered = await here.events(ClientRegistered)
    assert Counter(each.row_key for each in registered) == keys
    assert len({each.client_id for each in await here.events(SiteOpened)}) == number - bad
    assert len(await here.events()) == 2 * (number - bad)


@pytest.mark.slow
async def test_an_import_killed_in_the_middle_goes_on_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    number = 1_500
    (tmp_path / "many.csv").write_bytes(_many(number))
    asked = tmp_path / "asked.json"
    asked.write_text(json.dumps({"files": {"file": str(tmp_path / "many.csv")}, "mapping": MAPPING}))
    for at, wish in ((100, asked), (600, None), (1_100, None)):
        await asyncio.to_thread(killed_midway, "services.clients.app", tmp_path, PATH, wish, at=at)
    async with room(service, tmp_path) as here:
        await let_the_lease_run_out(here)
        (job,) = (await here.as_(people.administrator()).get(PATH)).json()["items"]
        assert job["state"] == "running"
        await _all_is_there_once(here, job["import_id"], number)


async def test_an_import_stopped_in_good_order_goes_on_at_once(tmp_path: Path) -> None:
    async with room(service, tmp_path) as here:
        by = here.as_(people.administrator())
        import_id = (await ask(by, PATH, {"file": _many(1_000)}, MAPPING)).json()["import_id"]
        while (await by.get(f"{PATH}/{import_id}")).json()["done"] == 0:
            await asyncio.sleep(0.01)
    async with room(service, tmp_path) as here:
        await _all_is_there_once(here, import_id, 1_000)


@pytest.mark.postgres
async def test_an_import_works_alike_on_postgresql(tmp_path: Path, postgres_dsn: Callable[[], str]) -> None:
    async with room(service, tmp_path, dsn=postgres_dsn()) as here:
        import_id = (await ask(here.as_(people.officer()), PATH, {"file": _many(300)}, MAPPING)).json()["import_id"]
        await _all_is_there_once(here, import_id, 300)
        assert _counts(await _send(here, _many(300))) == (0, 297, 3)


async def test_the_file_is_let_go_when_all_is_done(here: Room) -> None:
    await _send(here, GOOD)
    await files_let_go(here)


@with_real_data
async def test_the_enterprises_of_the_hi_tech_park_come_in_with_their_names_as_written(here: Room) -> None:
    content = (REAL / "facilities" / "shtp_enterprises_no_personal.json").read_bytes()
    by = here.as_(people.administrator())
    shown = await brought_in(by, PATH, {"file": content}, "shtp-enterprises")
    assert (_counts(shown), shown["oddities"]) == ((76, 0, 0), [])
    assert _counts(await brought_in(by, PATH, {"file": content}, "shtp-enterprises")) == (0, 76, 0)
    listed = (await by.get("/v1/clients", params={"limit": 200})).json()["items"]
    assert {(each["country"], each["province"], each["isic"], each["status"]) for each in listed} == {
        ("VN", None, None, "registered")
    }
    hidden = [each for each in json.loads(content) if "\u200b" in json.dumps(each, ensure_ascii=False)]
    assert len(hidden) == 63
    assert sum("\u200b" in json.dumps(each, ensure_ascii=False) for each in listed) == 63


@with_real_data
@pytest.mark.slow
async def test_the_plants_of_the_iac_come_in_with_the_codes_of_the_crosswalk(here: Room) -> None:
    content = (REAL / "iac" / "assess_fy2005_2014.csv").read_bytes()
    shown = await brought_in(here.as_(people.administrator()), PATH, {"file": content}, "iac")
    assert _counts(shown) == (4_423, 0, 0)
    odd = {each["label"]: each["rows"] for each in shown["oddities"]}
    assert odd["isic_is_ambiguous"] == 1_332
    assert odd["isic_not_in_table"] == 31 - 2  # two rows name no NAICS code at all
    kept = {row.row_key: row for row in map(clients.state, await rows(here, clients.table))}
    plant = kept["AM0480"]
    assert (plant.name, plant.country, plant.province, plant.province_scheme) == ("Plant AM0480", "US", "TX", "US")
    assert (plant.national_code, plant.national_scheme) == ("332911", "NAICS2017")
    assert plant.isic == Sector(code="2813", revision="4")
    assert sum(row.isic is None for row in kept.values()) == 1_332 + 31
