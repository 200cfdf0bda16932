"""When the line, the system or the key goes: nothing typed is lost, nothing done twice, and pages say what happened."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import PHONE, Chromium
from tests.browser.conftest import Browse
from tests.browser.deployment import Deployment, until
from tests.browser.furniture import Furniture
from tests.browser.hands import follow, has, is_headed, is_told, press, put


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_second_click_sends_nothing_twice(
    scripts: bool, browse: Browse, furniture: Furniture, deployment: Deployment
) -> None:
    engagement = furniture.engagement(110)
    page = browse("delta", width=PHONE, height=740, scripts=scripts).goto(f"/my-engagements/{engagement}")
    follow(page, "Report work")
    put(page, {"starts_on": deployment.day(-3), "ends_on": deployment.day(-1), "days": "2", "final": "no"})
    put(page, {"findings": "Sent by an impatient hand."})
    page.get_by_role("button", name="Send the report").dblclick()
    is_told(page, "Your report is with the centre")
    assert len(furniture.person("delta").items("/v1/work-reports", engagement_id=engagement)) == 1


def test_a_form_outlives_the_system_it_is_sent_to(browse: Browse, deployment: Deployment) -> None:
    visitor = browse("officer")
    page = visitor.goto("/clients/new")
    put(page, {"name": "Weathered Mill (made up)", "province": "XA-C"})
    deployment.program.stop()
    visitor.watch.away = True
    press(page, "Save and go on")
    expect(page.locator("#away")).to_be_visible()
    expect(page.locator("#away")).to_contain_text("No connection.")
    expect(page.locator("#away")).to_be_focused()
    assert page.locator("[name=name]").input_value() == "Weathered Mill (made up)"
    assert page.locator("[name=province]").input_value() == "XA-C"
    deployment.program.start()
    press(page, "Save and go on")
    is_told(page, "The company is registered")
    is_headed(page, "Sites")


def test_a_key_that_was_revoked_opens_no_further_page(browse: Browse, deployment: Deployment) -> None:
    person = deployment.hire("leaving", "officer", provinces=["XA-R"])
    visitor = browse()
    page = visitor.sign_in(person.key)
    deployment.people["administrator"].post(f"/v1/keys/{person.facts['key_id']}/revoke")
    visitor.goto("/clients")
    is_headed(page, "Sign in")
    is_told(page, "Your key is no longer valid")
    assert [each["name"] for each in visitor.context.cookies() if "session" in each["name"]] == []


@contextmanager
def _stranger(body: str) -> Iterator[str]:
    """Another site, with one page."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """It says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_another_site_sends_no_form_for_a_visitor(browse: Browse, deployment: Deployment, furniture: Furniture) -> None:
    """From another port of this machine: the browser counts it as the same site and lets the cookie go along."""
    report = furniture.report(furniture.engagement(130), "FOREIGN-1")
    action = f"{deployment.url}/work-reports/{report}/approve"
    form = f'<form method="post" action="{action}"><button>Win a prize</button></form>'
    visitor = browse("officer")
    visitor.watch.expected = {403}
    with _stranger(form) as address:
        visitor.watch.home = address.rstrip("/")
        visitor.page.goto(address)
        visitor.watch.home = deployment.url
        visitor.page.get_by_role("button").click()
        is_headed(visitor.page, "This form is not from here")
    assert furniture.officer.get(f"/v1/work-reports/{report}")["status"] == "submitted"
    visitor.watch.odd = [each for each in visitor.watch.odd if "favicon" not in each]


def test_a_link_outlives_its_deadline_and_says_so(
    browser: Browser, furniture: Furniture, deployment: Deployment, tmp_path: Path
) -> None:
    """In a copy of the system: this moves the clock of everybody."""
    offer = furniture.offer_of(furniture.request(after=60))
    with deployment.copied(tmp_path / "data") as later:
        visitor = Chromium(browser, later.url, {}).visitor(width=PHONE, height=740)
        page = visitor.goto(f"/offer-links/{furniture.links[offer]}/accept")
        page.get_by_role("radio").check()
        later.advance(later.now + timedelta(days=12))
        officer = later.people["officer"]
        until("the end", lambda: officer.get(f"/v1/offers/{offer}")["status"] == "expired")
        press(page, "Accept, this is final")
        has(page, "What happened", "Nothing was changed", "when the time was up")
        assert page.get_by_role("button", name="Accept, this is final").count() == 0
        assert officer.get(f"/v1/offers/{offer}")["status"] == "expired"
        visitor.context.close()
        assert visitor.watch.odd == []
