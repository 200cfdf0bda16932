"""One visit to one page: who comes, in which language, and what pages and forms may do."""

import gzip
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from api_client import Trouble
from portal.api import Api
from portal.figures import Figures
from portal.forms import TOKEN, Form, sentence_of
from portal.names import in_words
from portal.pages import rendered
from portal.rooms import N_, Address, Entry, Room
from portal.session import COOKIE, Seal, Session
from portal.words import LANGUAGES, Words, chosen_language, words_of

log = structlog.get_logger()
LANGUAGE = "openrecp_language"
SAID = "said"
ROLES = {
    "officer": N_("Officer"),
    "reviewer": N_("Reviewer"),
    "assessor": N_("Assessor"),
    "verifier": N_("Verifier"),
    "provider": N_("Provider"),
    "client": N_("Client"),
    "trainer": N_("Trainer"),
    "ministry": N_("Ministry"),
    "donor": N_("Donor"),
    "integrator": N_("Integrator"),
    "administrator": N_("Administrator"),
}
A_YEAR_S = 365 * 86_400
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",  # where labels stand and how wide bars are, nothing else
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Vary": "Cookie, Accept-Language, Accept-Encoding",
}


class NotOurForm(Exception):
    """A form that no page of ours has shown to this visitor."""


@dataclass
class House:
    """What all visits share. `now` is business time, `secret` closes cookies, `secure` says that people come by TLS."""

    door: ASGIApp
    now: Callable[[], datetime]
    secret: bytes
    secure: bool
    rooms: tuple[Room, ...] = ()
    _packs: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.seal = Seal(self.secret)
        said = [key for room in self.rooms for key in room.said]
        if twice := sorted({key for key in said if said.count(key) > 1}):
            raise ValueError(f"two rooms leave a sentence under the same key: {', '.join(twice)}")

    async def pack(self, api: Api, words: Words) -> dict[str, Any]:
        """What the country pack publishes, in a language; it does not change while the process runs."""
        if words.language not in self._packs:
            self._packs[words.language] = in_words(await api.read_pack(), words)
        return self._packs[words.language]

    def menu(self, roles: frozenset[str]) -> list[Entry]:
        found = [each for room in self.rooms for each in room.menu if each.roles & roles]
        return sorted(found, key=lambda each: each.order)

    def said(self, key: str | None) -> str | None:
        return next((room.said[key] for room in self.rooms if key and key in room.said), None)


@dataclass
class Visit:
    """Who is here, and how to answer them."""

    house: House
    request: Request
    session: Session | None
    words: Words
    figures: Figures
    api: Api
    pack: Mapping[str, Any]
    me: Mapping[str, Any] | None = None
    sent: Form | None = None
    place: str = "unknown"
    """The address as its room wrote it: what it names may be a secret, and stays out of logs."""

    @property
    def now(self) -> datetime:
        """Business time, in which deadlines are counted."""
        return self.house.now()

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(self.me["roles"]) if self.me else frozenset()

    def has(self, *roles: str) -> bool:
        return bool(self.roles & set(roles))

    @property
    def asked(self) -> Mapping[str, str]:
        """The filters in the address, without those that were left empty."""
        query = self.request.query_params.items()
        return {name: value for name, value in query if value and name not in ("lang", SAID)}

    @property
    def path(self) -> str:
        return str(self.request.url.path)

    def asking_with(self, key: str | None) -> Api:
        """The way to the API with another key than the visitor's, or with none."""
        return Api(
            self.house.door,
            key=key,
            address=self.request.client.host if self.request.client else "unknown",
            language=self.words.language,
            correlation_id=self.request.scope["correlation_id"],
        )

    def form(self, **values: Any) -> Form:
        """A form to show, filled in with these values."""
        return Form.filled(self.words, **values)

    @property
    def sent_form(self) -> Form:
        """The form that was sent here."""
        if self.sent is None:
            raise NotOurForm
        return self.sent

    def name(self, kind: str, code: Any) -> str:
        """What a code of the pack is called: `visit.name("provinces", "XA-N")`; the code itself if it has no name."""
        return next((each["name"] for each in self.pack.get(kind, ()) if each["code"] == code), str(code or "–"))

    @property
    def known_as(self) -> str:
        """The roles of whoever is signed in, in words."""
        return ", ".join(self.words(ROLES[each]) for each in (self.me["roles"] if self.me else ()))

    def in_language(self, code: str) -> str:
        """This page in another language."""
        return self.with_asked(lang=code)

    def is_in(self, *paths: str) -> bool:
        """Whether this page lies under a place of the menu."""
        return any(self.path == path or self.path.startswith(path + "/") for path in paths)

    def here_in(self, menu: list[Entry]) -> Entry | None:
        """The place of the menu under which this page lies: the nearest, where one lies under another."""
        around = [each for each in menu if self.is_in(each.path, *each.also)]
        return max(around, key=lambda each: len(each.path), default=None)

    def with_asked(self, **changed: str | None) -> str:
        """This page with other filters; those that are None are taken away."""
        query = {name: value for name, value in {**self.asked, **changed}.items() if value}
        return f"?{urlencode(query)}" if query else self.path

    @property
    def token(self) -> str:
        return self.house.seal.token(self._bound_to)

    @property
    def _bound_to(self) -> str:
        """Forms are good for one session; those of a link without a session, for the link."""
        return self.session.number if self.session else self.request.path_params.get("code", "nobody")

    def show(self, template: str, status: int = 200, **view: Any) -> Response:
        """A page: a template with its view, in the language of the visit."""
        said = self.house.said(self.request.query_params.get(SAID))
        frame = {"visit": self, "said": self.words(said) if said else None, "menu": self.house.menu(self.roles)}
        content = rendered(template, self.figures, self.now, **frame, **view)
        if "gzip" not in self.request.headers.get("accept-encoding", ""):
            return HTMLResponse(content, status)
        return HTMLResponse(gzip.compress(content.encode(), 6), status, headers={"Content-Encoding": "gzip"})

    def to(self, path: str, said: str | None = None) -> Response:
        """On to another page, with a sentence of `Room.said` above it."""
        mark = "&" if "?" in path else "?"
        return RedirectResponse(f"{path}{mark}{urlencode({SAID: said})}" if said else path, 303)

    def download(self, content: bytes, media_type: str, name: str) -> Response:
        kept = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type=media_type, headers=kept)

    def signs_in(self, response: Response, session: Session) -> Response:
        """Let the browser keep who it is."""
        self._keep(response, COOKIE, self.house.seal.close(session), None)
        return response

    def signs_out(self, response: Response) -> Response:
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=self.house.secure)
        return response

    def keeps_language(self, response: Response) -> None:
        if self.request.query_params.get("lang") in LANGUAGES:
            self._keep(response, LANGUAGE, self.words.language, A_YEAR_S)

    def _keep(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=self.house.secure
        )


def received(address: Address) -> Callable[[Request], Awaitable[Response]]:
    """A handler of visits as one of requests: the visitor is made known, and whatever goes wrong is said in words."""

    async def answer(request: Request) -> Response:
        visit = await arrival(request)
        visit.place = address.path
        try:
            response = await _guarded(visit, address)
        finally:
            await request.close()  # files that came with a form are kept no longer than its answer takes
        visit.keeps_language(response)
        if address.secret:
            response.headers["Referrer-Policy"] = "no-referrer"
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answer


async def arrival(request: Request) -> Visit:
    """Who comes, before they are let in."""
    house: House = request.app.state.house
    session = house.seal.open(request.cookies.get(COOKIE))
    language = chosen_language(
        request.query_params.get("lang"), request.cookies.get(LANGUAGE), request.headers.get("accept-language", "")
    )
    api = Api(
        house.door,
        key=session.key if session else None,
        address=request.client.host if request.client else "unknown",
        language=language,
        correlation_id=request.scope["correlation_id"],
    )
    words = words_of(language)
    within = Api(house.door, key=None, address="127.0.0.1", language=language, correlation_id="")
    pack = await house.pack(within, words)
    return Visit(house, request, session, words, Figures(words, ZoneInfo(pack["time_zone"])), api, pack)


async def _guarded(visit: Visit, address: Address) -> Response:
    try:
        if visit.session is not None:
            visit.me = await visit.api.read_me()
        elif not address.public:
            return _to_sign_in(visit)
        if visit.request.method == "POST":
            visit.sent = await _form_of(visit, unnamed=address.secret)
        response: Response = await address.handler(visit, **visit.request.path_params)
        return response
    except Trouble as trouble:
        if trouble.status == 401 and visit.session is not None:
            visit.session = visit.me = None
            if address.public and address.method == "GET":
                return visit.signs_out(await _guarded(visit, address))
            return visit.signs_out(_to_sign_in(visit, why="key_ended"))
        return trouble_page(visit, trouble)
    except NotOurForm:
        return visit.show("entrance/not_our_form.html", 403)
    except Exception:  # the edge: nobody is shown a trace, and the operator finds it under the number on the page
        log.exception("portal.failed", path=visit.place, correlation_id=visit.request.scope["correlation_id"])
        return trouble_page(visit, Trouble(500, {"code": "internal_error"}))


def _to_sign_in(visit: Visit, why: str | None = None) -> Response:
    wanted = {} if visit.request.method != "GET" or visit.path == "/" else {"next": _address(visit.request)}
    return visit.to("/sign-in" + (f"?{urlencode(wanted)}" if wanted else ""), said=why)


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def trouble_page(visit: Visit, trouble: Trouble) -> Response:
    """What the API refused, as a page that says what to do."""
    status = trouble.status if trouble.status in (403, 404, 409, 412, 413, 422, 429, 503) else 500
    if status == 500:
        log.error("portal.failed", path=visit.place, code=trouble.code, status=trouble.status)
    sentence, language = sentence_of(trouble, visit.words)
    reference = visit.request.scope["correlation_id"]
    view = {"trouble": trouble, "sentence": sentence, "said_in": language, "reference": reference}
    return visit.show("entrance/trouble.html", status, **view)


async def _form_of(visit: Visit, *, unnamed: bool) -> Form:
    """The form that was sent; raises `NotOurForm` for one that another site, or another session, has made.

    A page that tells nobody where it was is `unnamed`: its browser says "null" for where the form comes from.
    """
    request = visit.request
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise NotOurForm
    origin = request.headers.get("origin")
    if origin == "null" and unnamed:
        origin = None
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise NotOurForm
    try:
        data = await request.form(max_files=4, max_fields=400)
    except HTTPException:  # broken, or longer than any form of ours gets
        raise NotOurForm from None
    sent = Form.of(visit.words, data)
    if not visit.house.seal.is_ours(sent[TOKEN], visit._bound_to):
        raise NotOurForm
    return sent
