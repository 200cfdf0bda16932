"""On Slow 3G and a slow phone: a first page can be used within five seconds."""

import pytest

from tests.browser.chromium import Meter
from tests.browser.conftest import Browse
from tests.browser.furniture import Furniture

WITHIN_MS = 5_000
PAINTED = """() => new Promise(resolve => {
  new PerformanceObserver(list => resolve(list.getEntries().at(-1).startTime))
    .observe({ type: "largest-contentful-paint", buffered: true });
})"""
"""When the largest words were painted: from then on the page is read, and its forms and links work without scripts."""


@pytest.mark.parametrize(
    ("who", "path", "words"),
    [
        (None, "/offer-links/{link}", "Accept offer"),
        ("delta", "/offers", "Accept offer"),
        ("reviewer", "/assessments/{assessment}", "Baseline"),
    ],
)
def test_a_first_page_is_usable_within_five_seconds(
    who: str | None, path: str, words: str, browse: Browse, furniture: Furniture
) -> None:
    """The median of three: two good runs decide it."""
    took: list[float] = []
    while sum(each <= WITHIN_MS for each in took) < 2 and sum(each > WITHIN_MS for each in took) < 2:
        visitor = browse(who, width=412, height=800)
        Meter(visitor.page).slow_down()
        visitor.page.goto(visitor.watch.home + path.format_map(furniture.ids), wait_until="domcontentloaded")
        took.append(visitor.page.evaluate(PAINTED))
        assert visitor.page.get_by_role("main").get_by_text(words).first.is_visible()
        visitor.context.close()
    print(path, [round(each) for each in took], "ms")
    assert sorted(took)[len(took) // 2] <= WITHIN_MS, took
