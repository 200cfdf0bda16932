"""A reader of the portal's pages for tests: signs in by the form, follows links, fills in the forms as they stand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx2

from openrecp.house import House

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr", "path", "rect", "circle"}


@dataclass
class Shape:
    """A form as it stands on a page: where it goes, and what each field holds."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


@dataclass
class Page:
    """A page as it was answered."""

    answer: httpx2.Response
    text: str = ""
    title: str = ""
    headings: list[tuple[str, str]] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    forms: list[Shape] = field(default_factory=list)

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return str(self.answer.url.path)

    @property
    def h1(self) -> str:
        """Its one main heading."""
        (only,) = [words for level, words in self.headings if level == "h1"]
        return only

    def form(self, action: str) -> Shape:
        """The form that goes there (a pattern)."""
        found = [each for each in self.forms if re.fullmatch(action, each.action)]
        assert found, f"no form to {action}; there are {[each.action for each in self.forms]}"
        return found[0]

    def link(self, words: str) -> str:
        """Where the link with these words leads."""
        found = [path for said, path in self.links if words in said]
        assert found, f"no link {words!r}; there are {self.links}"
        return found[0]


class Browser:
    """One visitor with cookies. Forms are sent with every field they show, changed only where the test says so."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def see(self, path: str, **query: Any) -> Page:
        """A page by its address."""
        return _read(await self.client.get(path, params=query or None, follow_redirects=True))

    async def send(
        self, page: Page, action: str, files: Mapping[str, tuple[str, bytes]] | None = None, **changed: Any
    ) -> Page:
        """A form of a page, filled in; then where it leads."""
        shape = page.form(action)
        unknown = {name for name in changed if name not in shape.names}
        assert not unknown, f"the form has no {unknown}; it has {sorted(shape.names)}"
        return await self.send_fields(shape.action, shape.fields | _listed(changed), files)

    async def send_fields(
        self,
        path: str,
        fields: Mapping[str, Sequence[str]],
        files: Mapping[str, tuple[str, bytes]] | None = None,
    ) -> Page:
        """Fields as they are, whatever form they came from."""
        answer = await self.client.post(path, data=dict(fields), files=dict(files or {}) or None, follow_redirects=True)
        return _read(answer)

    async def sign_in(self, key: str) -> Page:
        return await self.send(await self.see("/sign-in"), "/sign-in", key=key)


def browser(house: House, **headers: str) -> httpx2.AsyncClient:
    """The way into a house for a `Browser`; to be closed by whoever opens it."""
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=house.gateway.app, raise_app_exceptions=False),
        base_url="http://house",
        headers=headers,
        timeout=60.0,
        trust_env=False,
    )


def _listed(changed: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        name: [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
        for name, value in changed.items()
        if value is not None
    }


def _read(answer: httpx2.Response) -> Page:
    page = Page(answer)
    if "html" in answer.headers.get("content-type", ""):
        reader = _Reader(page)
        reader.feed(answer.text)
        page.text = re.sub(r"\s+", " ", " ".join(reader.words)).strip()
    return page


class _Reader(HTMLParser):
    """Text, headings, links and forms of a page."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page, self.words = page, list[str]()
        self._open: list[tuple[str, int, dict[str, str]]] = []
        self._form: Shape | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Shape(given.get("action", self.page.path))
            if given.get("method", "get").lower() == "post":
                self.page.forms.append(self._form)
        elif tag in ("input", "button", "textarea", "select") and self._form is not None and "name" in given:
            self._field(tag, given)
        elif tag == "option" and self._select and self._form is not None and "selected" in given:
            self._form.fields[self._select] = [given.get("value", "")]
        if tag not in VOID:
            self._open.append((tag, len(self.words), given))

    def _field(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        name, kind = given["name"], given.get("type", "text")
        self._form.names.add(name)
        if kind == "file":
            self._form.files.add(name)
        elif tag == "select":
            self._select = name
            self._form.fields.setdefault(name, [""])
        elif kind in ("checkbox", "radio"):
            if "checked" in given:
                self._form.fields.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "input":
            self._form.fields.setdefault(name, []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            name, begins, given = self._open.pop()
            if name == tag:
                self._close(name, re.sub(r"\s+", " ", " ".join(self.words[begins:])).strip(), given, begins)
                break

    def _close(self, tag: str, said: str, given: dict[str, str], begins: int) -> None:
        match tag:
            case "h1" | "h2" | "h3":
                self.page.headings.append((tag, said))
            case "title":
                self.page.title = said
            case "a" if "href" in given:
                self.page.links.append((said, given["href"]))
            case "form":
                self._form = None
            case "select":
                self._select = None
            case "textarea" if self._form is not None and "name" in given:
                self._form.fields[given["name"]] = ["".join(self.words[begins:]).lstrip("\n")]

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1][0] not in ("script", "style"):
            self.words.append(data)
