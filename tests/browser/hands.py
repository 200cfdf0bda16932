"""What people do on a page, in few words: fill in a form, press its button, follow a link, read what was said."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

with_and_without_scripts = pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
PATIENCE_S = 20.0


def put(page: Page, fields: dict[str, Any]) -> None:
    """Fill in fields by their names; a choice by its value, a tick by True."""
    for name, value in fields.items():
        found = page.locator(f'main [name="{name}"]')
        assert found.count(), f"no field {name}: {page.get_by_role('main').inner_text()[:500]}"
        kind = found.first.evaluate("each => each.type")
        _open_around(found.first)
        if kind == "radio":
            page.locator(f'main [name="{name}"][value="{value}"]').check()
        elif kind == "checkbox":
            found.check()
        elif kind == "select-one":
            found.select_option(str(value))
        elif kind == "file":
            found.set_input_files(value)
        else:
            found.fill(str(value))


def _open_around(field: Locator) -> None:
    """Open what is folded around a field."""
    folded = field.locator("xpath=ancestor::details[not(@open)]")
    for at in range(folded.count()):
        folded.nth(at).locator("> summary").click()


def press(page: Page, words: str) -> None:
    """The button of the page with these words."""
    page.get_by_role("main").get_by_role("button", name=words, exact=True).click()


def follow(page: Page, words: str) -> None:
    """The first link that begins with these words."""
    page.get_by_role("link", name=re.compile(f"^{re.escape(words)}")).first.click()


def is_headed(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def is_told(page: Page, words: str) -> None:
    """What stands above a page after a form."""
    expect(page.locator(".told")).to_contain_text(words)


def has(page: Page, *words: str) -> None:
    for each in words:
        expect(page.get_by_role("main")).to_contain_text(each)


def wait_for(page: Page, words: str) -> None:
    """Load a page anew until these words stand on it: something was still under way."""
    end = time.monotonic() + PATIENCE_S
    while words not in page.get_by_role("main").inner_text():
        assert time.monotonic() < end, f"{words!r} did not come: {page.get_by_role('main').inner_text()[:600]}"
        time.sleep(0.2)
        page.reload()
