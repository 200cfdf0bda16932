"""By the keyboard alone: everything is reached, what has the focus is seen, and a page begins at its content."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Browse
from tests.browser.deployment import Deployment
from tests.browser.furniture import Furniture

STEPS = 250
REACHABLE = """() => [...document.querySelectorAll(
  "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']")].filter(each =>
  each.checkVisibility() && !each.disabled && !each.hidden && getComputedStyle(each).visibility !== "hidden"
  && (each.type !== "radio" || each.checked || !document.querySelector(`[name="${each.name}"]:checked`)
      && each === document.querySelector(`[name="${each.name}"]`))).length"""
FOCUSED = """() => {
  const found = document.activeElement, look = getComputedStyle(found), box = found.getBoundingClientRect();
  if (found === document.body) return null;
  found.seenByKeyboard = true;
  return { what: found.outerHTML.slice(0, 100), ring: look.outlineStyle === "none" ? 0 : parseFloat(look.outlineWidth),
    shown: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0 };
}"""
SEEN = "() => [...document.querySelectorAll('*')].filter(each => each.seenByKeyboard).length"


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_the_first_step_leads_past_the_navigation(browse: Browse) -> None:
    page = browse("officer").goto("/work")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the content"
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (None, "/sign-in"),
        ("officer", "/work"),
        ("officer", "/clients/new"),
        ("officer", "/needs/{need_unmet}"),
        ("delta", "/offers"),
        ("delta", "/work-reports/new?engagement_id={engagement}"),
        ("reviewer", "/assessments/{assessment}"),
        ("works", "/my-plant"),
        ("ministry", "/impact"),
    ],
)
def test_everything_is_reached_and_seen(who: str | None, path: str, browse: Browse, furniture: Furniture) -> None:
    page = browse(who).goto(path.format_map(furniture.ids))
    wanted = page.evaluate(REACHABLE)
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here is None:
            break
        assert here["shown"], here
        assert here["ring"] >= 2 or 'type="date"' in here["what"], here  # the browser rings its calendar's own button
    assert page.evaluate(SEEN) >= wanted


def test_the_menus_open_and_close(browse: Browse) -> None:
    page = browse("officer").goto("/work")
    language = page.get_by_text("Language:")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Français")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Français")).to_be_hidden()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Français").focus()
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert language.count() <= 1


def test_signing_in_and_out(browse: Browse, deployment: Deployment) -> None:
    visitor = browse()
    visitor.watch.expected = {422}
    page = visitor.goto("/sign-in")
    page.get_by_label("Key").focus()
    page.keyboard.type("orc_not-a-key")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").locator("visible=true")).to_be_focused()
    assert page.title().startswith("Error: ")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Key")).to_be_focused()
    page.get_by_label("Key").press("Control+a")
    page.keyboard.type(deployment.people["officer"].key)
    page.keyboard.press("Enter")
    page.wait_for_url("**/work")
    page.locator("summary").nth(1).focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in?said=signed_out")
    expect(page.get_by_role("status")).to_contain_text("You are signed out.")
