"""The door: every request is matched, its key checked and counted, and only then handed to the service."""

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.auth import SignInNeeded, TokenMint
from chassis.http import MethodIsNotAllowed, of_store, problem
from chassis.store.port import StoreError
from chassis.supervision import Ending
from contracts.principals import NOBODY, Principal, Role
from contracts.refusals import NotAllowed, Refusal
from gateway.gates import Gates, address_of, is_upload
from gateway.headers import ALWAYS, Headers, inward
from gateway.keyring import Keyring
from gateway.limits import Limits
from gateway.pages import Page
from gateway.permissions import Operation, Permissions
from gateway.settings import DoorSettings
from gateway.transports import ServiceIsAway, Transport
from gateway.waiting import answer_in_time, waits

TOO_LARGE = "/too-large"
"""Where the portal says so."""
QUERY_LIMIT = 8_000
UNLESS_SAID: Headers = [(b"cache-control", b"private, no-cache")]
"""Answers depend on the key; with an ETag they may be asked for again cheaply."""


class AddressIsTooLong(Refusal):
    status = 414
    sentence = "The query is longer than {limit} bytes."


class KeyIsLimited(Refusal):
    status = 403
    sentence = "This key is limited by its scopes; one of {scopes} would admit it here."


class AnswerTookTooLong(Refusal):
    status = 504
    sentence = (
        "No answer within {seconds} s. Whether it took effect is not known: repeat with the same Idempotency-Key."
    )


class Gateway:
    """An ASGI application in front of the services; it knows paths and keys, and none of their code."""

    def __init__(
        self,
        *,
        permissions: Permissions,
        keyring: Keyring,
        mint: TokenMint,
        transports: Mapping[str, Transport],
        pages: Mapping[str, Page],
        settings: DoorSettings,
        ending: Ending | None = None,
        portal: ASGIApp | None = None,
    ) -> None:
        self.permissions, self.keyring, self.mint = permissions, keyring, mint
        self.transports, self.pages, self.settings = transports, pages, settings
        self.limits, self.gates = Limits(settings), Gates(settings, transports)
        self.ending = ending or Ending()
        self._portal = portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        reply = _Reply(send)
        try:
            page = self.pages.get(scope["path"])
            if self._portal is not None and _is_for_people(scope["path"], page):
                await self._show(self._portal, scope, receive, reply)
            elif page is not None:
                await (await _shown(page, Request(scope)))(scope, receive, reply)
            else:
                await self._answer(scope, receive, reply)
        except (Refusal, StoreError) as error:
            if reply.started:
                raise
            await _refused(error)(scope, receive, reply)

    def too_large(self, scope: Scope) -> ASGIApp | None:
        """A page for people who sent more than any form may carry; programs read the problem."""
        if self._portal is None or not _is_for_people(scope["path"], self.pages.get(scope["path"])):
            return None
        portal, there = self._portal, TOO_LARGE.encode()
        shown = {**scope, "method": "GET", "path": TOO_LARGE, "raw_path": there, "query_string": b""}

        async def answer(_: Scope, receive: Receive, send: Send) -> None:
            await portal(shown, receive, _Reply(send))

        return answer

    async def _show(self, portal: ASGIApp, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        self.limits.of_visitor(address_of(scope)).check()
        async with self.gates.page(scope):
            await portal(scope, receive, reply)

    async def _answer(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        operation = self.permissions.match(scope["method"], scope["raw_path"])
        scope["operation"] = operation.name
        principal = await self._admitted(scope, operation, reply)
        if len(scope["query_string"]) > QUERY_LIMIT:
            raise AddressIsTooLong(limit=QUERY_LIMIT)
        transport = self.transports.get(operation.service)
        if transport is None:
            raise ServiceIsAway
        inside = self._inside(scope, principal)
        async with self.gates.passed(scope, receive, operation.service) as whole:
            await self._hand_over(transport, inside, whole, reply)

    async def _admitted(self, scope: Scope, operation: Operation, reply: "_Reply") -> Principal:
        """Who asks, counted and allowed to. Whoever has no good key is counted by the address instead."""
        try:
            bearer = await self.keyring.bearer(scope["headers"])
        except Refusal:
            self._count_address(scope, reply)
            raise
        if bearer is None:
            self._count_address(scope, reply)
            if Role.PUBLIC not in operation.roles:
                raise SignInNeeded
            return NOBODY
        scope["caller"] = str(bearer.key_id)
        quota = self.limits.of_key(bearer.key_id)
        reply.extra += quota.headers
        quota.check()
        check_rights(bearer.principal, operation)
        return bearer.principal

    def _count_address(self, scope: Scope, reply: "_Reply") -> None:
        scope["caller"] = address = address_of(scope)
        quota = self.limits.of_address(address)
        reply.extra += quota.headers
        quota.check()

    def _inside(self, scope: Scope, principal: Principal) -> Scope:
        """The request as a service gets it, made anew: nothing from outside is in it that was not put there."""
        token = None if principal is NOBODY else self.mint.token(principal)
        headers = inward(scope["headers"], token=token, correlation_id=scope["correlation_id"])
        kept = ("type", "asgi", "http_version", "method", "scheme", "raw_path", "query_string", "client", "server")
        path = scope["raw_path"].decode("ascii")
        return {name: scope.get(name) for name in kept} | {"path": path, "root_path": "", "headers": headers}

    async def _hand_over(self, transport: Transport, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        seconds = self.settings.upload_s if is_upload(scope) else self.settings.answer_s
        try:
            async with asyncio.timeout(seconds) as deadline:
                if waits(scope) and not transport.in_process:
                    await answer_in_time(transport, self.ending, scope, receive, reply)
                else:
                    await transport(scope, receive, reply)
        except TimeoutError:
            if not deadline.expired() or reply.started:
                raise
            raise AnswerTookTooLong(seconds=seconds) from None


class _Reply:
    """Sends an answer with the door's own headers, and knows whether one has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.extra: Headers = []
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = list(message.get("headers", ()))
            names = {name for name, _ in headers}
            headers += [pair for pair in UNLESS_SAID if pair[0] not in names]
            message = {**message, "headers": headers + ALWAYS + self.extra}
        await self._send(message)


def _is_for_people(path: str, page: Page | None) -> bool:
    """Whether the portal answers: the start, and whatever is neither the API's nor a page of the door's own."""
    return path == "/" or (page is None and not path.startswith("/v1/"))


def check_rights(principal: Principal, operation: Operation) -> None:
    """Whether its roles may do this, and its scopes where the key has some."""
    if principal.roles.isdisjoint(operation.roles) and Role.PUBLIC not in operation.roles:
        raise NotAllowed
    if principal.scopes and principal.scopes.isdisjoint(operation.scopes):
        raise KeyIsLimited(scopes=", ".join(sorted(operation.scopes)))


async def _shown(page: Page, request: Request) -> Response:
    if request.method not in ("GET", "HEAD"):
        raise MethodIsNotAllowed(allowed=["GET", "HEAD"])
    return await page(request)


def _refused(error: Refusal | StoreError) -> Response:
    refusal = of_store(error) if isinstance(error, StoreError) else error
    response = problem(refusal)
    if isinstance(refusal, MethodIsNotAllowed):
        response.headers["Allow"] = ", ".join(refusal.params["allowed"])
    if "retry_after_s" in refusal.params:
        response.headers["Retry-After"] = str(refusal.params["retry_after_s"])
    return response
