"""Sheets: tried first, taken in when somebody says so, and what is refused comes back by row and column."""

import asyncio
import re
from typing import Any

from tests.kit.house import OpenHouse
from tests.kit.portal import Browser, Page
from tests.portal.conftest import Visitors

MAPPING = """
title = "Register of mills"
sender = "register"
[clients]
row_key = "No"
name = "Name"
country = { constant = "XA" }
province = { column = "Province", upper = true }
size_class = "Size"
[clients.extra]
employees = "Staff"
[clients.site]
name = { template = "{Name}, plant" }
"""
HEADER = "No;Name;Province;Size;Staff\n"
GOOD = HEADER + "01;Rice Mill;XA-R;small;12\n02;Weaving;xa-c;medium;n/a\n"
BAD = GOOD + "03;Nowhere;XA-Z;small;1\n01;Twin;XA-R;small;1\n04;Giant;XA-R;gigantic;1\n"
DEADLINE_S = 30.0


def _sheet(text: str | bytes, name: str = "mills.csv") -> dict[str, tuple[str, bytes]]:
    return {"file": (name, text.encode() if isinstance(text, str) else text)}


async def _tried(officer: Browser, text: str | bytes, name: str = "mills.csv", **said: Any) -> Page:
    """A sheet sent as a trial by a mapping of one's own, and its page once it has ended."""
    new = await officer.see("/client-imports/new")
    own = {"own_name": "mills", "own_text": MAPPING}
    return await _ended(officer, await officer.send(new, "/client-imports/new", _sheet(text, name), **{**own, **said}))


async def _taken_in(officer: Browser, trial: Page, text: str, **said: Any) -> Page:
    return await _ended(officer, await officer.send(trial, ".*/take-in", _sheet(text), **said))


async def _ended(officer: Browser, page: Page) -> Page:
    """The page of an import that is no longer under way."""
    assert re.fullmatch(r"/(client|assessment)-imports/[0-9a-f-]{36}", page.path), (page.path, page.text)
    async with asyncio.timeout(DEADLINE_S):
        while "hx-trigger" in page.answer.text:
            await asyncio.sleep(0.05)
            page = await officer.see(page.path, **dict(page.answer.url.params))
    return page


async def _clients(house: OpenHouse) -> list[str]:
    await house.settle()
    return sorted(each["name"] for each in (await house.administrator.get("/v1/clients")).json()["items"])


async def test_a_sheet_is_tried_then_taken_in(visit: Visitors, house: OpenHouse) -> None:
    officer = await visit("officer")
    empty = await officer.see("/client-imports")
    assert (empty.h1, "Nothing has been sent yet." in empty.text) == ("Imports", True)
    assert empty.link("Take in companies from a sheet") == "/client-imports/new"
    trial = await _tried(officer, GOOD)
    assert (trial.h1, await _clients(house)) == ("Trial of mills.csv", [])
    for said in (
        "would be new 2",
        "Between cells Semicolon",
        "Encoding utf-8",
        "Province was put in capitals: 1 row (3)",
        "Employees is no number and stays unknown: 1 row (3)",
        "Nothing is written yet.",
        "Take in 2 new rows",
    ):
        assert said in trial.text
    done = await _taken_in(officer, trial, GOOD)
    assert (done.h1, await _clients(house)) == ("Import of mills.csv", ["Rice Mill", "Weaving"])
    assert "new 2 already there 0 refused 0" in done.text
    assert done.link("To the clients") == "/clients"
    listed = await officer.see("/client-imports")
    assert [path for _, path in listed.links if path.startswith("/client-imports/0")] == [done.path, trial.path]
    again = await _tried(officer, GOOD, own_name="", own_text="", mapping_name="mills")
    assert "No row of this sheet would be new" in again.text


async def test_refused_rows_stand_by_row_column_and_reason_and_can_be_downloaded(visit: Visitors) -> None:
    officer = await visit("officer")
    done = await _taken_in(officer, await _tried(officer, BAD), BAD)
    assert "new 2 already there 0 refused 3" in done.text
    for said in (
        "4 Province The pack knows no province XA-Z that is valid today. XA-Z",
        "5 No Row 2 bears this key already. 01",
        "gigantic",
        "All of them.",
    ):
        assert said in done.text
    answer = await officer.client.get(done.link("Download all 3 refused rows"))
    assert answer.headers["content-disposition"] == 'attachment; filename="file.refused.csv"'
    assert answer.text.lstrip("\ufeff").splitlines()[1].startswith("03;Nowhere;XA-Z;small;1;4;Province;")
    work = await officer.see("/work")
    assert work.link("3 rows of an import were refused") == done.path
    mended = GOOD + "03;Somewhere;XA-N;small;1\n"
    await _taken_in(officer, await _tried(officer, mended), mended)
    assert "were refused" not in (await officer.see("/work")).text


async def test_of_many_refused_rows_the_page_shows_fifty(visit: Visitors) -> None:
    officer = await visit("officer")
    trial = await _tried(officer, HEADER + "".join(f"{n};N {n};XA-Z;small;1\n" for n in range(60)))
    assert "The first 50 of 60." in trial.text
    assert trial.text.count("The pack knows no province XA-Z") == 50 + 20  # and once each in the preview


async def test_another_sheet_than_the_one_looked_at_is_tried_first(visit: Visitors, house: OpenHouse) -> None:
    officer = await visit("officer")
    trial = await _tried(officer, GOOD)
    other = await _taken_in(officer, trial, BAD)
    assert other.h1 == "Trial of mills.csv"
    assert "This is not the sheet you looked at, so it was tried first. Nothing is written yet." in other.text
    assert await _clients(house) == []
    await _taken_in(officer, other, BAD)
    assert await _clients(house) == ["Rice Mill", "Weaving"]


async def test_what_was_said_about_a_sheet_holds_when_it_is_taken_in(visit: Visitors, house: OpenHouse) -> None:
    officer = await visit("officer")
    sheet = (HEADER + "01;Nhà máy gạo Đông;XA-R;small;12\n").replace(";", "|").encode("utf-16-le")
    trial = await _tried(officer, sheet, encoding="utf-16-le", separator="bar", header_row="1")
    assert "Vertical bar" in trial.text
    assert "Nhà máy gạo Đông" in trial.text
    done = await _ended(officer, await officer.send(trial, ".*/take-in", _sheet(sheet)))
    assert ("new 1" in done.text, "Vertical bar" in done.text) == (True, True)
    assert await _clients(house) == ["Nhà máy gạo Đông"]


async def test_a_form_that_lacks_something_says_so_and_keeps_what_was_typed(visit: Visitors) -> None:
    officer = await visit("officer")
    new = await officer.see("/client-imports/new")
    page = await officer.send(new, "/client-imports/new", own_name="mills", encoding="utf-8")
    assert (page.status, page.title.startswith("Error: ")) == (422, True)
    assert "Choose the file." in page.text
    assert "Choose the file of the mapping, or put its text here." in page.text
    shape = page.form("/client-imports/new")
    assert (shape.fields["own_name"], shape.fields["encoding"]) == (["mills"], ["utf-8"])
    nothing = await officer.send(new, "/client-imports/new", _sheet(GOOD))
    assert "Choose a mapping, or bring one of your own: one of the two." in nothing.text
    both = await officer.send(
        new, "/client-imports/new", _sheet(GOOD), own_name="m", own_text=MAPPING, mapping_name="iac"
    )
    assert "one of the two" in both.text
    trial = await _tried(officer, GOOD)
    page = await officer.send(trial, ".*/take-in")
    assert (page.status, "Choose the file." in page.text, page.h1) == (422, True, "Trial of mills.csv")


async def test_a_form_that_cannot_be_read_is_refused_kindly(visit: Visitors) -> None:
    officer = await visit("officer")
    new = await officer.see("/client-imports/new")
    endless = await officer.send(new, "/client-imports/new", _sheet(GOOD), own_name="m", own_text="x" * 1_100_000)
    assert (endless.status, endless.h1) == (403, "This form is not from here")
    broken = {"content-type": "multipart/form-data; boundary=x"}
    answer = await officer.client.post("/client-imports/new", content=b"no boundary at all", headers=broken)
    assert (answer.status_code, "This form is not from here" in answer.text) == (403, True)


async def test_a_sheet_too_large_to_send_is_said_on_a_page_and_to_programs_as_a_problem(visit: Visitors) -> None:
    officer = await visit("officer")
    headers = {"content-type": "multipart/form-data; boundary=x", "content-length": "64000001"}
    answer = await officer.client.post("/client-imports/new", content=b"--x", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert "A form carries at most 64 MB" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    answer = await officer.client.post("/v1/client-imports", content=b"--x", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_is_too_large")


async def test_what_the_api_refuses_stands_at_its_field(visit: Visitors) -> None:
    officer, other = await visit("officer"), await visit("officer")
    new = await officer.see("/client-imports/new")

    async def sent(**said: Any) -> Page:
        return await officer.send(new, "/client-imports/new", _sheet(GOOD), **said)

    broken = await sent(own_name="mills", own_text="sender = ")
    assert (broken.status, "it is not TOML" in broken.text) == (422, True)
    assert "Write letters, digits, _ and - only." in (await sent(own_name="no name!", own_text=MAPPING)).text
    odd = await sent(mapping_name="iac", notify="nobody", header_row="0")
    assert (odd.status, odd.form("/client-imports/new").fields["notify"]) == (422, ["nobody"])
    assert {href for _, href in odd.links} >= {"#f-notify", "#f-header_row"}
    assert "Write an e-mail address" in odd.text
    assert "Write a row from 1 to 1000." in odd.text
    long = await sent(mapping_name="iac", encoding="x" * 41)
    assert (long.status, "#f-encoding" in {href for _, href in long.links}) == (422, True)
    await _tried(officer, GOOD)
    theirs = await other.send(
        await other.see("/client-imports/new"),
        "/client-imports/new",
        _sheet(GOOD),
        own_name="mills",
        own_text=MAPPING + "\n",
    )
    assert (theirs.status, "Another mapping bears the name mills" in theirs.text) == (422, True)
    empty = await officer.send(new, "/client-imports/new", _sheet(""), mapping_name="mills")
    assert (empty.status, "is empty" in empty.text) == (422, True)


async def test_a_file_that_is_no_sheet_is_said_so_in_words(visit: Visitors) -> None:
    officer = await visit("officer")
    for content, name, said in (
        (b"%PDF-1.7\x00\x01\x02" + b"\x00" * 200, "mills.pdf", "This is no text"),
        (b"PK\x03\x04 no workbook", "mills.xlsx", "mills.xlsx"),
        ("Other;Titles\n1;2\n", "mills.csv", "The mapping reads columns that file does not have"),
    ):
        page = await _tried(officer, content, name)
        assert ("failed" in page.text, said in page.text) == (True, True)
        assert "The sheet could not be read to its end." in page.text
        assert page.link("Send another sheet") == "/client-imports/new"
        assert not [each for each in page.forms if "take-in" in each.action]


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}",
    "%(name)s %s %",
    "\u202egnp.exe",
)


async def test_hostile_names_are_shown_as_they_were_typed(visit: Visitors) -> None:
    officer = await visit("officer")
    quoted = [each.replace('"', '""') for each in HOSTILE]
    bad = HEADER + "".join(f'"{each}";"{each}";"{each}";"{each}";"{each}"\n' for each in quoted)
    trial = await _tried(officer, bad, "<b>x</b>.csv")
    assert "<b>x</b>" not in trial.answer.text
    assert "<script>alert" not in trial.answer.text
    assert "<img src=x" not in trial.answer.text
    assert "49" not in trial.text.replace("{{7*7}}", "")
    for each in HOSTILE:
        assert each in trial.text
    assert "<b>x</b>.csv" in (await officer.see("/client-imports")).text


async def test_a_form_sent_twice_takes_a_sheet_in_once(visit: Visitors, house: OpenHouse) -> None:
    officer = await visit("officer")
    trial = await _tried(officer, GOOD)
    first, second = await _taken_in(officer, trial, GOOD), await _taken_in(officer, trial, GOOD)
    assert first.path == second.path
    assert len((await house.administrator.get("/v1/client-imports")).json()["items"]) == 2


async def test_an_import_that_has_ended_cannot_be_stopped(visit: Visitors) -> None:
    officer = await visit("officer")
    trial = await _tried(officer, GOOD)
    fields = trial.form(".*/take-in").fields
    page = await officer.send_fields(f"{trial.path}/cancel", fields)
    assert (page.status, "there is nothing left to cancel" in page.text) == (422, True)
    assert page.h1 == "Trial of mills.csv"


async def test_one_under_way_looks_again_and_can_be_stopped(visit: Visitors, house: OpenHouse) -> None:
    officer = await visit("officer")
    long = HEADER + "".join(f"{n};Mill {n};XA-R;small;1\n" for n in range(6_000))
    new = await officer.see("/client-imports/new")
    own = {"own_name": "mills", "own_text": MAPPING}
    page = await officer.send(new, "/client-imports/new", _sheet(long), **own)
    assert ("You may close this page" in page.text, "Under way" in page.text) == (True, True)
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page.answer.text
    assert f'hx-get="{page.path}?quarter=0" hx-trigger="every 2s"' in page.answer.text
    assert (await officer.see("/work")).link("An import is under way") == page.path
    page = await officer.send(page, ".*/cancel")
    assert "It stops at its next step." in page.text
    ended = await _ended(officer, page)
    assert "It was stopped." in ended.text
    assert 'http-equiv="refresh"' not in ended.answer.text


PLANTS = "id,year,made,unit\n01,2024,2400,t\n02,2024,0,t\n09,2024,5,t\n"
ADVICE = (
    "superid,id,title,status,cost,saving,year\n"
    "0101,01,Insulate the steam pipes,I,1800,4010,2024\n"
    "0201,02,Recover condensate,N,,-228,2024\n"
    "0901,09,Mend leaks,P,1,2,2024\n"
)
OF_ASSESSMENTS = """
title = "Assessments of an earlier programme"
sender = "register"
[assessments]
currency = "USD"
[assessments.assessment]
row_key = "id"
client_key = "id"
year = "year"
[assessments.assessment.baseline]
output = "made"
output_unit = "unit"
[assessments.recommendation]
row_key = "superid"
assessment_key = "id"
year = "year"
title = "title"
option_class = { constant = "not_classified" }
investment = "cost"
annual_saving = "saving"
status = "status"
decisions = { I = "implemented", N = "refused", P = "pending" }
refusal_reason = { constant = "not_stated" }
"""


async def test_assessments_come_in_from_two_sheets(visit: Visitors, house: OpenHouse) -> None:
    officer = await visit("officer")
    await _taken_in(officer, await _tried(officer, GOOD), GOOD)
    await house.settle()
    sheets = {"assessments": ("plants.csv", PLANTS.encode()), "recommendations": ("advice.csv", ADVICE.encode())}
    new = await officer.see("/assessment-imports/new")
    lacking = await officer.send(new, "/assessment-imports/new", {"assessments": sheets["assessments"]})
    assert "#f-recommendations" in [path for _, path in lacking.links]
    own = {"own_name": "earlier", "own_text": OF_ASSESSMENTS}
    trial = await _ended(officer, await officer.send(new, "/assessment-imports/new", sheets, **own))
    assert trial.h1 == "Trial of plants.csv, advice.csv"
    for said in (
        "How plants.csv was read",
        "How advice.csv was read",
        "The output is zero and stays unknown: 1 row (3)",
        "Insulate the steam pipes",
        "1800 USD",
        "Refused rows of advice.csv",
    ):
        assert said in trial.text
    done = await _ended(officer, await officer.send(trial, ".*/take-in", sheets))
    assert "new 4 already there 0 refused 2" in done.text
    assert done.link("To the assessments") == "/assessments"
    for name, reason in (("assessments", "client_is_not_there"), ("recommendations", "assessment_was_refused")):
        answer = await officer.client.get(f"{done.path}/refused-rows", params={"file": name})
        assert (answer.status_code, reason in answer.text) == (200, True)
        assert answer.headers["content-disposition"].endswith(f'"{name}.refused.csv"')
    listed = (await (await house.hire("officer")).get("/v1/assessments")).json()["items"]
    assert [each["status"] for each in listed] == ["approved", "approved"]
    assert (await officer.see(f"{done.path}/refused-rows", file="nothing")).status == 422
    seen = await (await visit("administrator")).see(done.path)
    assert (seen.h1, "To the assessments" in seen.text) == (done.h1, False)
    assert "plants.csv, advice.csv" in (await officer.see("/assessment-imports")).text
    assert "plants.csv" not in (await officer.see("/client-imports")).text


async def test_imports_are_for_officers_and_administrators_and_each_sees_their_own(visit: Visitors) -> None:
    officer, colleague, reviewer = await visit("officer"), await visit("officer"), await visit("reviewer")
    trial = await _tried(officer, GOOD)
    assert (await colleague.see(trial.path)).status == 404
    assert trial.path not in (await colleague.see("/client-imports")).answer.text
    assert (await reviewer.see("/client-imports")).status == 403
    assert "Imports" not in [words for words, _ in (await reviewer.see("/work")).links]
    administrator = await visit("administrator")
    assert (await administrator.see(trial.path)).h1 == "Trial of mills.csv"
    await _taken_in(officer, trial, BAD)
    assert "refused" not in (await administrator.see("/work")).text


async def test_reasons_are_in_the_language_of_the_page_or_marked_as_english(visit: Visitors) -> None:
    officer = await visit("officer")
    trial = await _tried(officer, BAD)
    shown = (await officer.see(trial.path, lang="fr")).answer.text
    assert '<td data-l="Why" lang="en">The pack knows no province' in shown or 'lang="en">The pack knows' in shown
    assert "Row 2 bears this key already" not in shown
