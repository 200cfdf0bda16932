"""Programmes: targets beside actuals, the donor's report, and every figure with its definition."""

import io

import pytest
from python_calamine import CalamineWorkbook

from portal.impact.definitions import told
from portal.words import words_of
from tests.portal.conftest import Visitors
from tests.portal.test_impact import Results, number, results, table, table_of

__all__ = ["results"]


async def test_targets_stand_beside_what_has_come_of_them(results: Results, visit: Visitors) -> None:
    officer = await visit("officer")
    page = await officer.see("/impact/programmes")
    assert page.link("Green Mills") == "/impact/programmes/GREEN-MILLS"
    assert "0 of 8" in page.text
    page = await officer.see("/impact/programmes/GREEN-MILLS")
    report = await results.told("programmes/GREEN-MILLS")
    rows = {each[0]: each[1:] for each in table(page, "What was promised and what has come of it")[1:]}
    for each in report["indicators"]:
        (row,) = [
            cells
            for name, cells in rows.items()
            if name == f"{each['name']} {each['currency'] or ''} {each['unit']}".strip().replace("  ", " ")
        ]
        assert (row[0] == "–") == (each["target"] is None)
        if each["actual"] is not None:
            assert number(row[1]) == pytest.approx(float(each["actual"]), rel=0.005)
    assert rows["Companies assessed"] == ["40", "6", "15 %", "6", "–"]
    targets = {each[0]: each[1] for each in table_of(page, "Show the targets as a table")[1:]}
    assert (targets["Companies assessed"], targets["Options whose saving is verified"]) == ("15 %", "27 %")


async def test_what_is_verified_comes_last_and_apart(results: Results, visit: Visitors) -> None:
    page = await (await visit("officer")).see("/impact/programmes/GREEN-MILLS")
    rows = table(page, "Savings a year; costs once; each currency apart")[1:]
    names = [each[0] for each in rows]
    assert names[-2:] == ["Verified", "measured at the equipment, before and after"]
    counts = {each[0]: each[1] for each in rows}
    assert (counts["Identified"], counts["Implemented, as stated"], counts["Of these not measured"]) == ("24", "7", "3")
    assert counts["Verified"] == "4"
    assert '<tbody class="apart">' in page.answer.text


async def test_years_are_for_the_centre_and_the_programmes_own_donor(results: Results, visit: Visitors) -> None:
    path = "/impact/programmes/GREEN-MILLS"
    for own in (await visit("officer"), await visit("donor", programmes=["GREEN-MILLS"])):
        page = await own.see(path, first="2025", last="2025")
        assert "Figures of 2025." in page.text
        assert "Targets are those of the whole programme, whatever the years." in page.text
    page = await own.see(path, first="2026")
    assert "Figures of 2026." in page.text
    officer = await visit("officer")
    page = await officer.see(path, first="2026", last="2025")
    assert ("What stands here is the whole programme." in page.text, page.status) == (True, 200)
    ministry = await visit("ministry")
    page = await ministry.see(path)
    assert "Single years of a programme are told to its own donor only" in page.text
    page = await ministry.see(path, first="2025", last="2025")
    assert "What stands here is the whole programme." in page.text
    assert "Figures from the beginning until now." in page.text


async def test_the_donors_report_is_a_workbook_of_the_same_figures(results: Results, visit: Visitors) -> None:
    donor = await visit("donor", programmes=["GREEN-MILLS"])
    page = await donor.see("/impact/programmes/GREEN-MILLS")
    answer = (await donor.see(page.link("Report, XLSX"))).answer
    assert answer.headers["content-disposition"] == 'attachment; filename="programme-GREEN-MILLS.xlsx"'
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    assert {"Summary", "Funnel", "Savings by stage", "Definitions"} <= set(book.sheet_names)
    funnel = book.get_sheet_by_name("Funnel").to_python()
    assert next(row[1] for row in funnel if row[0] == "assessed") == 6
    assert (await donor.see("/impact/programmes/GREEN-MILLS/report.csv")).answer.text.count("Companies assessed") == 1


async def test_every_figure_has_its_definition_in_words_that_can_be_translated(
    results: Results, visit: Visitors
) -> None:
    report = await results.told("programmes/GREEN-MILLS")
    page = await (await visit("officer")).see("/impact/programmes/GREEN-MILLS")
    for name, text in report["definitions"].items():
        assert f'id="means-{name}"' in page.answer.text, name
        assert text in page.text, name
        assert told(words_of("vi"), text)[1] is None, text
    anchors = {path for _, path in page.links if path.startswith("#means-")}
    assert len(anchors) > 30
    assert all(f'id="{each[1:]}"' in page.answer.text for each in anchors)
    page = await (await visit("officer")).see("/impact")
    anchors = {path for _, path in page.links if path.startswith("#means-")}
    assert all(f'id="{each[1:]}"' in page.answer.text for each in anchors)


def test_a_definition_that_a_pack_has_made_up_is_said_in_its_own_language() -> None:
    assert told(words_of("vi"), "100% our own.") == ("100% our own.", "en")
    assert told(words_of("en"), "100% our own.") == ("100% our own.", None)
