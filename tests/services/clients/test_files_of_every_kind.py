"""Companies from workbooks and texts of any kind: previewed, refused rows back as they were sent, mappings kept."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import pytest
from python_calamine import load_workbook

from services.clients.app import service
from services.clients.models import clients
from tests.kit import people
from tests.kit.imports import ended
from tests.kit.room import Room, room, rows
from tests.kit.workbooks import table, workbook

PATH, MAPPINGS = "/v1/client-imports", "/v1/client-import-mappings"
MAPPING = """
sender = "register"
[clients]
row_key = "No"
name = "Tên"
country = { constant = "XA" }
province = { column = "Province", upper = true }
isic = "ISIC"
tax_code = { column = "MST", width = 8 }
[clients.extra]
employees = "Staff"
"""
HEADER = ["No", "Tên", "Province", "ISIC", "MST", "Staff", "Since"]
MILL = ["01", "Nhà máy Gạo", "XA-R", "1061", "01234567", 12, date(2020, 3, 1)]


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(service, tmp_path) as opened:
        yield opened


async def _send(
    by: httpx2.AsyncClient, content: bytes, name: str, mapping: str | None = MAPPING, **form: Any
) -> dict[str, Any]:
    data = {**({"mapping": mapping} if mapping else {}), **{key: str(value) for key, value in form.items()}}
    answer = await by.post(PATH, files={"file": (name, content)}, data=data)
    assert answer.status_code == 201, answer.text
    return await ended(by, PATH, answer.json()["import_id"])


def _counts(shown: dict[str, Any]) -> tuple[int, int, int]:
    return shown["registered"], shown["already_there"], shown["refused"]


async def _refused(by: httpx2.AsyncClient, shown: dict[str, Any]) -> httpx2.Response:
    answer = await by.get(f"{PATH}/{shown['import_id']}/refused-rows")
    assert answer.status_code == 200, answer.text
    return answer


def _sheet(content: bytes) -> list[list[Any]]:
    return [*load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()]


async def test_a_workbook_is_taken_in_and_said_how_it_was_read(here: Room) -> None:
    by = here.as_(people.officer())
    shown = await _send(by, table([HEADER, MILL], name="Companies"), "list.xlsx")
    assert (shown["state"], _counts(shown)) == ("finished", (1, 0, 0))
    (file,) = shown["files"]
    assert (file["format"], file["sheet"], file["header_row"], file["encoding"]) == ("xlsx", "Companies", 1, None)
    assert file["columns"] == HEADER
    (client,) = (await by.get("/v1/clients")).json()["items"]
    assert (client["name"], client["tax_code"], client["extra"]) == ("Nhà máy Gạo", "01234567", {"employees": 12})
    assert client["isic"] == {"code": "1061", "revision": "4"}


async def test_a_lost_zero_is_refused_and_a_code_typed_as_a_number_is_said(here: Room) -> None:
    by = here.as_(people.officer())
    lost, odd = [*MILL], [*MILL]
    lost[4], odd[0], odd[4], odd[3] = 1234567, "02", 12345678, 1061
    sector = ["03", "Grain", "XA-R", 111, "11111111", 1, None]
    shown = await _send(by, table([HEADER, lost, odd, sector]), "list.xlsx", dry_run=True)
    assert _counts(shown) == (1, 0, 2)
    first, second, third = shown["preview"]
    assert (first["row"], first["outcome"], first["column"], first["code"]) == (
        2,
        "refused",
        "MST",
        "code_has_another_width",
    )
    assert (
        first["sentence"]
        == "1234567 has 7 characters, 8 are expected: zeros at its beginning are lost where a cell is no text."
    )
    assert (second["outcome"], second["labels"]) == ("registered", ["isic_was_a_number"])
    assert (third["column"], third["code"]) == ("ISIC", "code_may_have_lost_zeros")


async def test_a_preview_shows_the_first_rows_as_they_were_understood_and_writes_nothing(here: Room) -> None:
    by = here.as_(people.officer())
    await _send(by, table([HEADER, MILL]), "list.xlsx")
    before = len(await here.events())
    bad = ["02", "Nowhere", "xa-z", "1061", None, "12", None]
    many = [[f"{number}", f"C {number}", "XA-R", None, None, None, None] for number in range(100, 140)]
    content = table([HEADER, MILL, bad, *many])
    shown = await _send(by, content, "list.xlsx", dry_run=True)
    assert _counts(shown) == (40, 1, 1)
    assert [each["row"] for each in shown["preview"]] == list(range(2, 22))
    there, refused, new = shown["preview"][:3]
    assert (there["outcome"], there["values"]["name"]) == ("already_there", "Nhà máy Gạo")
    assert there["values"] == {
        "row_key": "01",
        "name": "Nhà máy Gạo",
        "country": "XA",
        "province": "XA-R",
        "isic": "1061",
        "tax_code": "01234567",
        "employees": "12",
    }
    assert (refused["outcome"], refused["column"], refused["code"]) == ("refused", "Province", "province_is_unknown")
    assert (refused["values"]["province"], refused["values"]["employees"]) == ("XA-Z", "12")
    assert (new["outcome"], new["values"]["row_key"], new["code"]) == ("registered", "100", "")
    assert [each["row"] for each in (await _send(by, content, "a.xlsx", dry_run=True, preview=3))["preview"]] == [
        2,
        3,
        4,
    ]
    assert (await _send(by, content, "a.xlsx", dry_run=True, preview=0))["preview"] == []
    assert len(await here.events()) == before
    assert len(await rows(here, clients.table)) == 1


async def test_refused_rows_of_a_workbook_come_back_as_a_workbook_and_can_be_sent_again(here: Room) -> None:
    by = here.as_(people.officer())
    evil = ["02", "=HYPERLINK(1)", "XA-Z", "1061", None, -5, date(2021, 5, 6)]
    shown = await _send(by, table([HEADER, MILL, evil], name="Companies"), "list.xlsx")
    answer = await _refused(by, shown)
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    assert answer.headers["content-disposition"] == 'attachment; filename="list.refused.xlsx"'
    header, row = _sheet(answer.content)
    assert header == [*HEADER, "row", "column", "code", "reason"]
    assert row[:7] == ["02", "'=HYPERLINK(1)", "XA-Z", "1061", "", -5, date(2021, 5, 6)]
    assert row[7:10] == [3, "Province", "province_is_unknown"]
    assert row[10].endswith(".")
    mended = table([header, [*row[:2], "XA-R", *row[3:4], None, *row[5:]]])
    again = await _send(by, mended, "list.refused.xlsx")
    assert _counts(again) == (1, 0, 0)
    names = {each["name"] for each in (await by.get("/v1/clients")).json()["items"]}
    assert "=HYPERLINK(1)" in names


async def test_a_file_that_is_refused_twice_gets_no_second_set_of_reasons(here: Room) -> None:
    by = here.as_(people.officer())
    bad = ["02", "Nowhere", "XA-Z", "1061", None, 1, None]
    first = await _refused(by, await _send(by, table([HEADER, bad]), "list.xlsx"))
    second = await _refused(by, await _send(by, first.content, "list.xlsx"))
    assert _sheet(second.content)[0] == [*HEADER, "row", "column", "code", "reason"]
    assert _sheet(second.content)[1][7:10] == [2, "Province", "province_is_unknown"]


async def test_refused_rows_of_a_text_come_back_in_its_encoding_and_separator(here: Room) -> None:
    by = here.as_(people.officer())
    text = "No;Tên;Province;ISIC;MST;Staff;code\n1;Xưởng Dệt;XA-Z;1312;;-5;mine\n2;Sugar;XA-C;1072;;;\n"
    shown = await _send(by, text.encode("utf-16"), "list.csv")
    assert (shown["files"][0]["encoding"], shown["files"][0]["separator"]) == ("utf-16", ";")
    answer = await _refused(by, shown)
    assert answer.headers["content-type"] == "text/csv; charset=utf-16"
    read = csv.reader(io.StringIO(answer.content.decode("utf-16"), newline=""), delimiter=";")
    header, row = list(read)
    assert header == [
        "No",
        "Tên",
        "Province",
        "ISIC",
        "MST",
        "Staff",
        "code",
        "row",
        "column",
        "refused code",
        "reason",
    ]
    assert row[:-1] == ["1", "Xưởng Dệt", "XA-Z", "1312", "", "-5", "mine", "2", "Province", "province_is_unknown"]
    mended = answer.content.decode("utf-16").replace("XA-Z", "XA-N").encode("utf-16")
    assert _counts(await _send(by, mended, "list.csv")) == (1, 0, 0)


async def test_refused_rows_of_a_list_come_back_as_a_list(here: Room) -> None:
    by = here.as_(people.officer())
    row = {"No": "1", "Tên": "Xưởng", "Province": "XA-Z", "ISIC": "1312", "MST": "", "Staff": 5}
    answer = await _refused(by, await _send(by, json.dumps([row]).encode(), "list.json"))
    assert answer.headers["content-type"] == "application/json"
    (told,) = answer.json()
    assert list(told) == [*row, "row", "column", "code", "reason"]
    assert (told["Staff"], told["row"], told["column"]) == ("5", 1, "Province")
    again = await _send(by, json.dumps([told | {"Province": "XA-R"}]).encode(), "list.json")
    assert _counts(again) == (1, 0, 0)


async def test_what_was_guessed_wrongly_can_be_said(here: Room) -> None:
    by = here.as_(people.officer())
    text = "A list|of companies\nNo|Tên|Province|ISIC|MST|Staff\n1|Société Générale|XA-N|1312||5\n"
    shown = await _send(by, text.encode("cp1252"), "list.txt", encoding="cp1252", separator="bar", header_row=2)
    assert _counts(shown) == (1, 0, 0)
    (file,) = shown["files"]
    assert (file["encoding"], file["encoding_guessed"], file["separator"], file["header_row"]) == (
        "cp1252",
        False,
        "|",
        2,
    )
    assert "file: row 2 was taken as the header; what stands above it was left out." in shown["messages"]
    (client,) = (await by.get("/v1/clients")).json()["items"]
    assert client["name"] == "Société Générale"


async def test_another_sheet_can_be_named(here: Room) -> None:
    by = here.as_(people.officer())

    def fill(made: Any) -> None:
        made.add_worksheet("Read me").write_column(0, 0, ["Nothing here", "nor here"])
        sheet = made.add_worksheet("Data")
        sheet.write_row(0, 0, HEADER[:4])
        sheet.write_row(1, 0, ["1", "Mill", "XA-R", "1061"])

    mapping = MAPPING.replace('tax_code = { column = "MST", width = 8 }', "").partition("[clients.extra]")[0]
    assert _counts(await _send(by, workbook(fill), "a.xlsx", mapping, sheet="Data")) == (1, 0, 0)
    failed = await _send(by, workbook(fill), "a.xlsx", mapping)
    assert (failed["state"], failed["error"]) == ("failed", "columns_are_missing")
    (file,) = failed["files"]  # what was guessed may be what is wrong
    assert (file["sheet"], file["columns"]) == ("Read me", ["Nothing here"])
    unknown = await _send(by, workbook(fill), "a.xlsx", mapping, sheet="Prices")
    assert (unknown["error"], "Read me, Data" in unknown["sentence"]) == ("sheet_is_unknown", True)


async def test_a_harmful_workbook_fails_with_its_reason_and_harms_nobody(here: Room) -> None:
    by = here.as_(people.officer())
    shown = await _send(by, b"PK\x03\x04" + bytes(5_000), "list.xlsx")
    assert (shown["state"], shown["error"]) == ("failed", "workbook_is_broken")
    assert _counts(await _send(by, table([HEADER, MILL]), "list.xlsx")) == (1, 0, 0)


# mappings under a name


async def _save(by: httpx2.AsyncClient, name: str, mapping: str = MAPPING) -> httpx2.Response:
    return await by.post(MAPPINGS, json={"name": name, "mapping": mapping})


async def test_a_saved_mapping_is_found_and_used_by_its_name_or_id(here: Room) -> None:
    by, other = here.as_(people.officer()), here.as_(people.officer())
    saved = await _save(by, "our-register")
    assert (saved.status_code, saved.json()["version"], saved.json()["sender"]) == (201, 1, "register")
    own = saved.headers["location"]
    assert own == f"{MAPPINGS}/{saved.json()['mapping_id']}"
    assert (await other.get(own)).json()["mapping"] == MAPPING
    shown = await _send(other, table([HEADER, MILL]), "list.xlsx", None, mapping_name="our-register")
    assert (_counts(shown), shown["mapping_name"]) == ((1, 0, 0), "our-register")
    by_id = await _send(other, table([HEADER, MILL]), "list.xlsx", None, mapping_name=saved.json()["mapping_id"])
    assert _counts(by_id) == (0, 1, 0)
    shipped = await by.post(PATH, files={"file": ("a.csv", b"a")}, data={"mapping_name": "iac", "dry_run": "true"})
    assert shipped.status_code == 201


async def test_saved_again_it_gets_another_edition_and_the_former_stays(here: Room) -> None:
    by = here.as_(people.officer())
    first = (await _save(by, "our-register")).json()
    assert (await _save(by, "our-register")).json() == first  # the same text adds nothing
    second = (await _save(by, "our-register", MAPPING.replace('"register"', '"new"'))).json()
    assert (second["version"], second["sender"]) == (2, "new")
    assert (await by.get(f"{MAPPINGS}/{first['mapping_id']}")).json() == first
    assert [each["version"] for each in (await by.get(MAPPINGS)).json()["items"]] == [2]
    every = (await by.get(MAPPINGS, params={"name": "our-register"})).json()["items"]
    assert [each["version"] for each in every] == [1, 2]
    shown = await _send(by, table([HEADER, MILL]), "list.xlsx", None, mapping_name="our-register", dry_run=True)
    assert shown["sender"] == "new"


async def test_a_name_belongs_to_whoever_saved_it_first(here: Room) -> None:
    by, other = here.as_(people.officer()), here.as_(people.officer())
    first = (await _save(by, "our-register")).json()
    taken = await _save(other, "our-register", MAPPING + "# mine")
    assert (taken.status_code, taken.json()["code"]) == (409, "mapping_name_is_taken")
    assert (await _save(other, "iac")).json()["code"] == "mapping_name_is_taken"  # the pack ships one
    mended = (await _save(here.as_(people.administrator()), "our-register", MAPPING + "# mended")).json()
    assert (mended["version"], mended["owner_id"]) == (2, first["owner_id"])
    assert mended["saved_by"] != first["saved_by"]


async def test_a_mapping_with_faults_is_not_saved_and_every_fault_is_named(here: Room) -> None:
    by = here.as_(people.officer())
    bad = MAPPING.replace('name = "Tên"', 'nmae = "Tên"').replace("width = 8", "width = 0") + 'size = "Staff"\n'
    refused = await _save(by, "bad", bad.replace('isic = "ISIC"', 'isic = { column = "I", crosswalk = "none" }'))
    assert (refused.status_code, refused.json()["code"]) == (422, "mapping_is_invalid")
    for fault in ("name: Field required", "nmae", "tax_code.width.0"):
        assert fault in refused.json()["detail"]
    unknown = MAPPING.replace('isic = "ISIC"', 'isic = { column = "I", crosswalk = "none" }') + 'size = "Staff"\n'
    refused = await _save(by, "bad", unknown)
    assert "the pack has no crosswalk none" in refused.json()["detail"]
    assert "clients.extra.size: the pack has no such field" in refused.json()["detail"]
    assert (await _save(by, "no name!")).json()["code"] == "body_is_invalid"
    assert (await by.get(MAPPINGS)).json()["items"] == []


async def test_mappings_are_listed_in_pages_and_closed_to_others(here: Room) -> None:
    by = here.as_(people.officer())
    for number in range(3):
        await _save(by, f"register-{number}")
    first = (await by.get(MAPPINGS, params={"limit": 2})).json()
    second = (await by.get(MAPPINGS, params={"limit": 2, "cursor": first["next"]})).json()
    assert [each["name"] for each in first["items"] + second["items"]] == [f"register-{number}" for number in range(3)]
    assert second["next"] is None
    assert (await here.as_(people.reviewer()).get(MAPPINGS)).status_code == 403
    assert (await _save(here.as_(people.reviewer()), "x")).status_code == 403
    missing = await by.get(f"{MAPPINGS}/01a20cd2-4dc4-74bb-aef8-5bdcf3aec8e8")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def _race(here: Room) -> None:
    by = here.as_(people.officer())
    texts = [f"{MAPPING}# {number}" for number in range(10)]
    answers = await asyncio.gather(*(_save(by, "our-register", text) for text in texts))
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["version"] for answer in answers) == list(range(1, 11))
    assert [each["version"] for each in (await by.get(MAPPINGS)).json()["items"]] == [10]


async def test_ten_savings_at_once_are_ten_editions(here: Room) -> None:
    await _race(here)


@pytest.mark.postgres
async def test_all_of_it_works_alike_on_postgresql(tmp_path: Path, postgres_dsn: Callable[[], str]) -> None:
    async with room(service, tmp_path, dsn=postgres_dsn()) as here:
        await _race(here)
        await test_refused_rows_of_a_workbook_come_back_as_a_workbook_and_can_be_sent_again(here)
