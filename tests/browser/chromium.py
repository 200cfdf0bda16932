"""Chromium as visitors use it; whatever should not happen on a page is written down."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    Response,
    sync_playwright,
)

from portal.session import COOKIE
from portal.visit import LANGUAGE

PROGRAM = Path("/usr/bin/chromium")
DESK, PHONE, NARROW = 1366, 360, 320
FAILED = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


@contextmanager
def started() -> Iterator[Browser]:
    """Debian's Chromium; a loud skip where it is missing, a failure under REQUIRE_ALL=1."""
    if not PROGRAM.exists():
        reason = f"{PROGRAM} is missing: apt-get install --no-install-recommends chromium fonts-noto-core poppler-utils"
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"REQUIRE_ALL=1: {reason}", pytrace=False)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        # The sandbox needs rights that root in a container does not have; only our own pages are opened.
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Watch:
    """What happened on the pages of one visitor that should not have; `expected` are answers a test asks for."""

    home: str
    expected: set[int] = field(default_factory=set)
    away: bool = False
    """The line is down, on purpose."""
    odd: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.odd.append(f"error: {error.error}"))
        context.on("dialog", self._dialog)
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        failed = FAILED.match(message.text)
        is_expected = failed is not None and int(failed[1]) in self.expected
        is_away = self.away and ("net::ERR" in message.text or message.text.startswith("htmx:"))
        if not is_expected and not is_away:
            self.odd.append(f"console: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.odd.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and not request.url.startswith(f"{self.home}/"):
            self.odd.append(f"asked another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.odd.append(f"{response.status} {response.url}")


class Meter:
    """What a page asks for over the line, by the browser's own count: headers, bodies as they came, nothing cached."""

    def __init__(self, page: Page) -> None:
        self.requests: list[str] = []
        self.bytes = 0
        self._line = page.context.new_cdp_session(page)
        self._line.send("Network.enable")
        self._line.on("Network.responseReceived", self._received)
        self._line.on("Network.loadingFinished", self._finished)

    def _received(self, event: dict[str, Any]) -> None:
        answer = event["response"]
        if not answer.get("fromDiskCache") and not answer["url"].startswith("data:"):
            self.requests.append(answer["url"])

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def begin(self) -> None:
        """Count anew."""
        self.requests, self.bytes = [], 0

    def slow_down(self) -> None:
        """Slow 3G, and a phone four times slower than this machine."""
        line = {"offline": False, "latency": 2_000, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
        self._line.send("Network.emulateNetworkConditions", line)
        self._line.send("Emulation.setCPUThrottlingRate", {"rate": 4})


@dataclass
class Visitor:
    """One person at a browser of their own."""

    context: BrowserContext
    page: Page
    watch: Watch

    def goto(self, path: str) -> Page:
        self.page.goto(self.watch.home + path)
        return self.page

    def sign_in(self, key: str) -> Page:
        """By the form, as people do."""
        self.goto("/sign-in")
        self.page.get_by_label("Key").fill(key)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/work")
        return self.page

    def wide(self, width: int, height: int = 900) -> None:
        self.page.set_viewport_size({"width": width, "height": height})


class Chromium:
    """One browser for many visitors; who has signed in once need not do so again."""

    def __init__(self, browser: Browser, home: str, keys: dict[str, str]) -> None:
        self.browser, self.home, self.keys = browser, home, keys
        self._sessions: dict[str, Any] = {}

    def visitor(
        self, who: str | None = None, *, width: int = DESK, height: int = 900, scripts: bool = True, lang: str = "en"
    ) -> Visitor:
        """Somebody with a new, empty browser, signed in if the name is one that has a key."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            locale="en-GB",
            has_touch=width <= PHONE,
            is_mobile=False,
        )
        context.set_default_timeout(10_000)
        watch = Watch(self.home)
        watch.over(context)
        cookies = [{"name": LANGUAGE, "value": lang, "url": self.home}]
        if who is not None:
            cookies.append({"name": COOKIE, "value": self._session_of(who), "url": self.home})
        context.add_cookies(cookies)  # type: ignore[arg-type]
        return Visitor(context, context.new_page(), watch)

    def _session_of(self, who: str) -> str:
        if who not in self._sessions:
            context = self.browser.new_context(java_script_enabled=False)
            visitor = Visitor(context, context.new_page(), Watch(self.home))
            visitor.sign_in(self.keys[who])
            self._sessions[who] = next(each["value"] for each in context.cookies() if each["name"] == COOKIE)
            context.close()
        return str(self._sessions[who])
