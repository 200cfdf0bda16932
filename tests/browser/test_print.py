"""On paper: A4, what was on the page and nothing to click, totals once."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import Browse
from tests.browser.furniture import Furniture
from tests.browser.places import Place, standing

SHEETS = 6
"""More pages than this are no print any more."""
WIDE, HIGH = 595, 842
PAPER = 688
"""What 182 mm are in CSS pixels: A4 without its margins."""
MADE_SMALLER = 1.05
"""Chromium makes a page that is wider smaller, letters and all; so much of it nobody sees."""
NOT_ON_PAPER = ("Skip to the content", "Sign out", "Language:", "Your account", "Help", "Privacy")


def _tool(name: str) -> str:
    """A program of Debian's poppler-utils; a loud skip where it is missing, a failure under REQUIRE_ALL=1."""
    found = shutil.which(name)
    if found is None:
        reason = f"{name} is missing: apt-get install --no-install-recommends poppler-utils"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"REQUIRE_ALL=1: {reason}", pytrace=False)
        pytest.skip(reason)
    return found


def _told(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("place", [each for each in standing() if each.prints], ids=str)
def test_a_page_prints_on_a4(place: Place, browse: Browse, furniture: Furniture, tmp_path: Path) -> None:
    info, text = _tool("pdfinfo"), _tool("pdftotext")
    page = browse(place.who).goto(place.at(furniture.ids))
    totals = page.locator("tfoot").count()
    heading = page.get_by_role("heading", level=1).inner_text().split("\n")[0]
    menu = page.locator(".ways a").all_inner_texts()
    file = tmp_path / "page.pdf"
    page.pdf(path=file, prefer_css_page_size=True, print_background=False)
    facts = _told(info, str(file))
    assert 1 <= int(re.search(r"Pages:\s+(\d+)", facts)[1]) <= SHEETS  # type: ignore[index]
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", facts)
    assert size is not None
    assert (round(float(size[1])), round(float(size[2]))) == (WIDE, HIGH)
    words = _told(text, "-layout", str(file), "-")
    lines = [each.strip() for each in words.splitlines()]
    assert heading.split()[0] in words
    assert [each for each in (*NOT_ON_PAPER, *menu) if each in lines and each != heading] == []
    assert sum(each.startswith("Total") for each in lines) == totals


@pytest.mark.parametrize("place", [each for each in standing() if each.prints], ids=str)
def test_nothing_runs_off_the_paper(place: Place, browse: Browse, furniture: Furniture) -> None:
    visitor = browse(place.who, width=PAPER)
    page = visitor.goto(place.at(furniture.ids))
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER * MADE_SMALLER
    assert page.locator("button:visible, .ways:visible, .acts:visible").count() == 0
