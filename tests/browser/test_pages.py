"""Every page: axe finds nothing, and a narrow phone does not scroll sideways."""

from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.chromium import DESK, NARROW, PHONE, Meter
from tests.browser.conftest import Browse
from tests.browser.furniture import Furniture
from tests.browser.places import LEAD_ON, PLACES, Place, pages, standing

COLD, WARM, REQUESTS = 30, 15, 5  # kB of a first page and of the next, and what a first page may ask for
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
SPACED = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""
"""WCAG 1.4.12: what a reader may ask for without losing anything."""
BEYOND = """() => [...document.querySelectorAll("body *")].filter(each => {
  const scrolls = each.closest(".scroll, .chart-scroll, .ways, .tabs, .unseen, .skip, pre");
  const box = each.getBoundingClientRect();
  return !scrolls && box.width && box.right > innerWidth + 1;
}).map(each => each.outerHTML.slice(0, 120)).slice(0, 5)"""
axe = Axe()


def violations(page: Page) -> list[str]:
    """What axe has to say, with the first places. It is read into a page but once: that is half of its work."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe.axe_script)
    found = page.evaluate("rules => axe.run(rules)", RULES)["violations"]
    return [f"{each['id']}: {[node['html'][:160] for node in each['nodes'][:3]]}" for each in found]


def beyond_the_edge(page: Page) -> list[str]:
    """What makes a page wider than its window; nothing if it is not."""
    if page.evaluate("document.documentElement.scrollWidth") <= page.evaluate("innerWidth"):
        return []
    return ["the page scrolls sideways", *page.evaluate(BEYOND)]


@pytest.mark.parametrize("place", standing(), ids=str)
def test_a_page_is_for_everyone(place: Place, browse: Browse, furniture: Furniture) -> None:
    """Light on the line; axe in English and Khmer, at a desk and on a phone; 320 px in every language, and spaced."""
    visitor = browse(place.who)
    meter = Meter(visitor.page)
    visitor.watch.expected = {place.answers} - {200}
    path = place.at(furniture.ids)
    seen: dict[str, list[str]] = {}
    for lang in ("en", "km", "vi", "lo", "fr"):
        visitor.wide(DESK)
        page = visitor.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
        within(meter, COLD if lang == "en" else WARM)
        assert page.locator("h1").count() == 1
        assert page.locator("html").get_attribute("lang") == lang
        if lang in ("en", "km"):
            seen[f"{lang}, desk"] = violations(page)
            visitor.wide(PHONE, 740)
            seen[f"{lang}, phone"] = violations(page)
        visitor.wide(NARROW, 640)
        seen[f"{lang}, narrow"] = beyond_the_edge(page)
        _space(page)
        seen[f"{lang}, spaced"] = beyond_the_edge(page)
    assert {name: found for name, found in seen.items() if found} == {}


def within(meter: Meter, kilobytes: float) -> None:
    """A page fits its budget on the line; the count begins anew."""
    asked, weight = [urlsplit(each).path for each in meter.requests], meter.bytes
    meter.begin()
    assert len(asked) <= REQUESTS, asked
    assert weight <= kilobytes * 1000, f"{weight} bytes for {asked}"


def _space(page: Page) -> None:
    """As a reader's own style sheet does, past the page's policy."""
    page.evaluate(
        "rules => { const own = new CSSStyleSheet(); own.replaceSync(rules); document.adoptedStyleSheets = [own]; }",
        SPACED,
    )


def test_every_page_of_every_room_is_on_the_map() -> None:
    missing = [each.path for each in pages() if not LEAD_ON.fullmatch(each.path)]
    assert [path for path in missing if not _is_on_the_map(path)] == []


def _is_on_the_map(path: str) -> bool:
    addresses = [each for each in pages() if each.path == path]
    return any(place.is_of(each) for place in PLACES for each in addresses)


def test_every_place_of_the_map_is_a_page() -> None:
    assert [str(each) for each in PLACES if each not in standing()] == []
