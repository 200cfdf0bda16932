"""In a language two fifths longer than English: every sentence is from a catalogue, nothing is cut off or runs over."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Page

from portal.words import LANGUAGES
from tests.architecture.sheets import modules
from tests.browser import pseudo
from tests.browser.chromium import NARROW, Chromium, Visitor
from tests.browser.deployment import Deployment
from tests.browser.furniture import Furniture
from tests.browser.places import Place, standing
from tests.browser.test_pages import beyond_the_edge
from tests.kit.program import COMMAND, Program

CHUNKS = """() => {
  const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const at = walk.currentNode.parentElement;
    if (!at.closest("script, style, code, [lang]:not(html)")) found.push(walk.currentNode.textContent);
  }
  for (const each of document.querySelectorAll("[aria-label], [alt], [placeholder], [data-l]"))
    for (const name of ["aria-label", "alt", "placeholder", "data-l"])
      if (each.hasAttribute(name)) found.push(each.getAttribute(name));
  return found;
}"""
CUT_OFF = """() => [...document.querySelectorAll("main *, .band *, .foot *")].filter(each => {
  if (each.closest(".unseen, svg, .chart, input, textarea, select") || !each.checkVisibility()) return false;
  const hides = ["hidden", "clip"].includes(getComputedStyle(each).overflowX);
  return hides && each.clientWidth > 2 && each.scrollWidth > each.clientWidth + 1;
}).map(each => each.outerHTML.slice(0, 140))"""


class Abroad(Program):
    """`openrecp up`, with nobody's language instead of its fourth."""

    def __init__(self, folder: Path, *flags: str, **environment: str) -> None:
        super().__init__(folder, *flags, **environment)
        self._command = [COMMAND[0], "-m", pseudo.__name__, *self._command[len(COMMAND) :]]


@pytest.fixture(scope="module")
def abroad(
    deployment: Deployment, chromium: Chromium, furniture: Furniture, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Chromium]:
    """The same furniture in a system that speaks nobody's language."""
    with deployment.copied(tmp_path_factory.mktemp("abroad") / "data", Abroad) as other:
        yield Chromium(chromium.browser, other.url, chromium.keys)


@pytest.fixture(scope="module")
def named(deployment: Deployment) -> frozenset[str]:
    """What the country pack calls things, which is nobody's to translate, and the languages by their own names."""
    found = {name for name, _ in LANGUAGES.values()}
    waiting = [deployment.people["officer"].get("/v1/pack")]
    while waiting:
        match waiting.pop():
            case dict() as facts:
                waiting += facts.values()
            case list() as facts:
                waiting += facts
            case str() as words:
                found |= {words, words.replace("_", " ").capitalize()}
    return frozenset(found)


@cache
def literals() -> frozenset[str]:
    """Every string that stands in the portal's code, as far as it could be read as a sentence or a name."""
    found: set[str] = set()
    for file in modules():
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value.strip())
    return frozenset(each for each in found if re.search(r"[A-Z][a-z]|[a-z] [a-z]", each))


def outside_the_brackets(page: Page) -> list[str]:
    """What a page shows that no catalogue has said: the facts of the deployment, and what was forgotten."""
    found = []
    for chunk in page.evaluate(CHUNKS):
        rest = re.sub(f"{pseudo.OPEN}[^{pseudo.CLOSE}]*{pseudo.CLOSE}", "\n", chunk)
        found += [each.strip(" \t\u00a0·,:()/") for each in rest.splitlines()]
    return [each for each in found if re.search(r"[^\W\d_]{2}", each)]


@pytest.mark.parametrize("place", standing(), ids=str)
def test_every_sentence_is_translated_and_fits(
    place: Place, abroad: Chromium, furniture: Furniture, named: frozenset[str]
) -> None:
    visitor: Visitor = abroad.visitor(place.who, width=NARROW, height=640, lang=pseudo.LANGUAGE)
    visitor.watch.expected = {place.answers} - {200}
    page = visitor.goto(place.at(furniture.ids))
    assert pseudo.OPEN in page.get_by_role("contentinfo").inner_text()
    forgotten = set(outside_the_brackets(page)) & literals() - named
    seen = {"forgotten": sorted(forgotten), "wide": beyond_the_edge(page), "cut": page.evaluate(CUT_OFF)}
    visitor.context.close()
    assert ({name: each for name, each in seen.items() if each}, visitor.watch.odd) == ({}, [])


def test_the_language_of_nobody_keeps_what_a_sentence_carries() -> None:
    assert pseudo.pseudo("Save") == "⟦Šåvê ~ęę⟧"
    longer = pseudo.pseudo("until %(moment)s, 100%% of {count}")
    assert "%(moment)s" in longer
    assert "%%" in longer
    assert "{count}" in longer
    assert longer % {"moment": "x"}
    assert len(pseudo.pseudo("x" * 100)) >= 140
