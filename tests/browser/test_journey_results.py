"""Ministry and donor: results with what they mean, narrowed, as files; and nothing of anybody else's programme."""

import csv
import io
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Browse
from tests.browser.deployment import Deployment
from tests.browser.hands import follow, has, is_headed, put, with_and_without_scripts


@with_and_without_scripts
def test_the_ministry_reads_results(scripts: bool, browse: Browse, deployment: Deployment, tmp_path: Path) -> None:
    page = browse(scripts=scripts).sign_in(deployment.people["ministry"].key)
    follow(page, "Results")
    has(page, "How far companies came", "As of", "What the figures mean")
    stages = page.get_by_role("region", name="Table of options and savings by stage").get_by_role("rowheader")
    said = [each.split("\n")[0] for each in stages.all_inner_texts()]
    assert said[-1] == "Verified"
    expect(page.get_by_role("img").first).to_be_visible()
    page.locator("thead a[href='#means-energy_mj']").first.click()
    expect(page.locator("#means-energy_mj")).to_be_in_viewport()
    put(page, {"year": "2026"})
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**/impact?*year=2026*")
    has(page, "Remove filters")
    assert "suppressed" not in page.get_by_role("main").inner_text()
    rows = list(csv.reader(io.StringIO(_file(page, "CSV").decode("utf-8-sig"))))
    assert len(rows) > 2
    assert zipfile.ZipFile(io.BytesIO(_file(page, "XLSX"))).testzip() is None
    follow(page, "Programmes")
    has(page, "Green Mills", "Clean River")


@with_and_without_scripts
def test_the_donor_reads_its_own_programme_only(scripts: bool, browse: Browse, deployment: Deployment) -> None:
    visitor = browse(scripts=scripts)
    page = visitor.sign_in(deployment.people["donor"].key)
    follow(page, "Programmes")
    has(page, "Green Mills")
    assert "Clean River" not in page.get_by_role("main").inner_text()
    follow(page, "Green Mills")
    is_headed(page, "Green Mills")
    has(page, "Targets", "Indicators", "Options and savings by stage", "What the figures mean")
    assert zipfile.ZipFile(io.BytesIO(_file(page, "Report, XLSX"))).testzip() is None
    visitor.watch.expected = {404}
    visitor.goto("/impact/programmes/CLEAN-RIVER")
    is_headed(page, "There is no such page")


def _file(page: Page, words: str) -> bytes:
    with page.expect_download() as download:
        page.locator(".top .acts").get_by_role("link", name=words, exact=True).click()
    return download.value.path().read_bytes()
