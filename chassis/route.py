"""One route, one use case: admit, read the body strictly, run, commit, and only then answer."""

import asyncio
import contextlib
import functools
import hashlib
import inspect
import re
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Request, Response, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute
from pydantic import BaseModel

from chassis.auth import Allow, SignInNeeded, admit
from chassis.clock import wall_now
from chassis.http import (
    BodyIsInvalid,
    BodyIsNotForm,
    BodyIsNotJson,
    CursorIsInvalid,
    IfMatchIsMalformed,
    IfMatchIsMissing,
    KeyIsMalformed,
    KeyWasUsedOtherwise,
    Out,
    Page,
    RequestIsMalformed,
    TryAgainLater,
    if_match,
    only_known,
    problems,
    validated,
)
from chassis.store.port import StoreError
from chassis.tables import Answer, answers
from chassis.unit_of_work import Cause, Ground, UnitOfWork, in_one_unit
from contracts.principals import NOBODY, Principal, Role
from contracts.refusals import NotAllowed, NotFound, Refusal, StaleVersion, TooBusy

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
FORM = "multipart/form-data"
PIECE = 65_536
KEPT_HEADERS = ("etag", "location", "content-type")
STILL_TOLD = ("etag", "cache-control", "vary")
"""Of an answer that has not changed: what a cache goes by (RFC 9110, 15.4.5)."""


def _unit(request: Request) -> UnitOfWork:
    uow: UnitOfWork = request.state.uow
    return uow


async def _unit_of_work(request: Request) -> UnitOfWork:
    return _unit(request)


Uow = Annotated[UnitOfWork, Depends(_unit_of_work)]
"""The unit of work of this request."""


class Rendered(Response):
    """A response that remembers the value it shows, for its ETag, Location and Link."""

    media_type = "application/json"

    def __init__(self, value: Any, status: int) -> None:
        super().__init__(value.model_dump_json() if isinstance(value, BaseModel) else b"", status)
        self.value = value

    @property
    def kept(self) -> bytes:
        """The body as a repeated request will get it: without what is shown only once."""
        kept = self.value.kept() if isinstance(self.value, Out) else self.value
        return bytes(self.body) if kept is self.value else kept.model_dump_json().encode()


class _BodyRead(Request):
    """A request whose JSON body has already become its model; a form is read from its bytes piece by piece."""

    _model: Any = None

    async def json(self) -> Any:
        return self._model

    async def stream(self) -> AsyncGenerator[bytes, None]:
        if not hasattr(self, "_body"):
            async for piece in super().stream():
                yield piece
            return
        for start in range(0, len(self._body), PIECE):
            yield self._body[start : start + PIECE]
            await asyncio.sleep(0)  # a whole upload in one go would hold up the event loop
        yield b""


class Route(APIRoute):
    """Enforces `allow(...)`, strict bodies, `Idempotency-Key`, `If-Match`, and commit before reply."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.roles = _declared(path, options.get("dependencies") or ())
        methods = set(options.get("methods") or {"GET"})
        self.writes = not methods <= {"GET", "HEAD"}
        self.needs_if_match = "PATCH" in methods
        self.takes_if_match = bool(methods & {"PATCH", "PUT"})
        options["operation_id"] = endpoint.__name__
        usual = _documented(self, path, inspect.signature(endpoint).parameters)
        options["responses"] = _together(usual, options.get("responses") or {})
        if self.writes:
            named = [_IF_MATCH | {"required": self.needs_if_match}] if self.takes_if_match else []
            options["openapi_extra"] = {"parameters": [_KEY, *named]}
        if options.get("status_code") is None and "POST" in methods and "{" not in path:
            options["status_code"] = 201
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        call = self.dependant.call
        assert call is not None  # noqa: S101  a route without an endpoint does not exist
        self.dependant.call = _rendering(call, self.status_code or 200)
        # `handle` admits before anything is read: solved once more for each request, `allow` would only cost.
        self.dependant.dependencies = [each for each in self.dependant.dependencies if not isinstance(each.call, Allow)]
        inner = super().get_route_handler()
        known = [each.alias for each in get_flat_params(self.dependant) if isinstance(each.field_info, params.Query)]

        async def handle(request: Request) -> Response:
            if b"%00" in request.scope["query_string"]:  # no text holds it, and PostgreSQL refuses it late
                raise RequestIsMalformed
            principal = admit(request.scope["principal"], self.roles)
            only_known(request.query_params, known)
            ground: Ground = request.app.state.ground
            prepared, raw = await self._prepare(request)
            if not self.writes:
                return await self._look(prepared, inner, ground, principal)
            return await self._command(prepared, raw, inner, ground, principal)

        return handle

    async def _prepare(self, request: Request) -> tuple[Request, bytes]:
        """Read and validate the body from its bytes, before anything else is done."""
        prepared = _BodyRead(request.scope, request.receive)
        if not self.writes:
            return prepared, b""
        raw = await prepared.body()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if self._takes_form:
            if raw and kind != FORM:
                raise BodyIsNotForm
            return prepared, raw
        model = self._body_model()
        if model is not None:
            if raw and kind != "application/json":
                raise BodyIsNotJson
            prepared._model = validated(model, raw)
        return prepared, raw

    @property
    def _takes_form(self) -> bool:
        """Whether the body is a multipart form: FastAPI reads that into its model."""
        return self.body_field is not None and isinstance(self.body_field.field_info, params.Form)

    def _body_model(self) -> type[BaseModel] | None:
        kind = self.body_field.field_info.annotation if self.body_field else None
        return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None

    async def _look(self, request: Request, inner: Handler, ground: Ground, principal: Principal) -> Response:
        async with UnitOfWork(ground, _cause(request, principal, self.operation_id)) as uow:
            request.state.uow = uow
            response = await inner(request)
        _head(request, response)
        etag = response.headers.get("etag")
        if etag is not None and request.headers.get("if-none-match") == etag:
            told = {name: value for name, value in response.headers.items() if name in STILL_TOLD}
            return Response(status_code=304, headers=told)
        return response

    async def _command(
        self, request: Request, raw: bytes, inner: Handler, ground: Ground, principal: Principal
    ) -> Response:
        slot = _slot(request, principal)
        if slot is None:
            return await self._run(request, inner, ground, principal, None)
        digest = await _digest(request, raw)
        async with ground.turns.turn(slot):
            kept = await _kept(ground, slot, digest)
            if kept is not None:
                return kept
            try:
                return await self._run(request, inner, ground, principal, (slot, digest))
            except (Refusal, StoreError):
                # A twin in another process may have been first: then its answer is ours too.
                with contextlib.suppress(StoreError):
                    kept = await _kept(ground, slot, digest)
                if kept is not None:
                    return kept
                raise

    async def _run(
        self, request: Request, inner: Handler, ground: Ground, principal: Principal, key: tuple[str, str] | None
    ) -> Response:
        async def work(uow: UnitOfWork) -> Response:
            request.state.uow = uow
            response = await inner(request)
            _head(request, response)
            if key is not None and 200 <= response.status_code < 300:
                uow.add(_answer(key, response))
            return response

        expects = self._expects(request)
        return await in_one_unit(ground, _cause(request, principal, self.operation_id), work, expects=expects)

    def _expects(self, request: Request) -> tuple[UUID, int] | None:
        version = if_match(request.headers.get("if-match"), needed=self.needs_if_match)
        named = next((name for name in reversed(list(request.path_params)) if name.endswith("_id")), None)
        if version is None or named is None:
            return None
        try:
            return UUID(request.path_params[named]), version
        except ValueError:
            return None  # the path itself will be refused


class Routes(APIRouter):
    """The routes of one aggregate under its path, each enforced by `Route`."""

    def __init__(self, path: str, **options: Any) -> None:
        super().__init__(prefix=path, route_class=Route, tags=[path.rpartition("/")[2]], **options)


def _declared(path: str, dependencies: Any) -> frozenset[Role]:
    allows = [each.dependency for each in dependencies if isinstance(each.dependency, Allow)]
    if len(allows) != 1:
        raise TypeError(f"{path}: declare dependencies=allow(...) exactly once")
    roles: frozenset[Role] = allows[0].roles
    return roles


def _documented(
    route: Route, path: str, parameters: Mapping[str, inspect.Parameter]
) -> dict[int | str, dict[str, Any]]:
    """The refusals any such route may answer with."""
    known: list[type[Refusal]] = [RequestIsMalformed, BodyIsInvalid, TryAgainLater]
    if Role.PUBLIC not in route.roles:
        known += [SignInNeeded, NotAllowed]
    if "cursor" in parameters:
        known.append(CursorIsInvalid)
    if "{" in path or any(_names_another(each.annotation) for each in parameters.values()):
        known.append(NotFound)
    if route.writes:
        known += [KeyIsMalformed, KeyWasUsedOtherwise, BodyIsNotJson, TooBusy, StaleVersion]
    if route.needs_if_match:
        known.append(IfMatchIsMissing)
    if route.takes_if_match:
        known.append(IfMatchIsMalformed)
    return problems(*known)


def _names_another(annotation: Any) -> bool:
    """Whether a body names by its id what may not be there."""
    is_body = isinstance(annotation, type) and issubclass(annotation, BaseModel)
    return is_body and any(name.endswith("_id") for name in annotation.model_fields)


def _together(
    usual: dict[int | str, dict[str, Any]], own: dict[int | str, dict[str, Any]]
) -> dict[int | str, dict[str, Any]]:
    """Both, with the sentences of a status one after the other."""
    merged = dict(usual)
    for status, answer in own.items():
        before = merged.get(status, {}).get("description", "")
        merged[status] = {**answer, "description": f"{before} {answer.get('description', '')}".strip()}
    return merged


_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeat a request safely: the same key with the same request gives the same answer, for 7 days.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
}
_IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the version you change.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,18}"$'},
}


def _rendering(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    @functools.wraps(endpoint)
    async def rendered(*args: Any, **kwargs: Any) -> Response:
        value = await endpoint(*args, **kwargs)
        return value if isinstance(value, Response) else Rendered(value, status)

    return rendered


def _head(request: Request, response: Response) -> None:
    """ETag from the version shown, Location of what was created, Link to the next page."""
    value = response.value if isinstance(response, Rendered) else None
    if isinstance(value, Page):
        if value.next is not None:
            following = request.url.include_query_params(cursor=value.next)
            response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
        return
    if not isinstance(value, Out):
        return
    version = getattr(value, "version", None)
    if version is not None:
        response.headers["ETag"] = f'"{version}"'
    if response.status_code == 201 and value.is_found_by_id:
        first = next(iter(type(value).model_fields))
        response.headers["Location"] = f"{request.url.path}/{getattr(value, first)}"


def _cause(request: Request, principal: Principal, operation: str | None) -> Cause:
    correlation = request.scope.get("correlation_id") or ""
    return Cause(principal, operation or "", correlation, traceparent=request.headers.get("traceparent"))


async def _digest(request: Request, raw: bytes) -> str:
    """What a request is known by: its path and its body, whatever boundary a client drew between parts."""
    drawn = re.search(r'boundary="?([^";]+)', request.headers.get("content-type", ""))
    raw = raw.replace(drawn[1].encode("latin-1"), b"") if drawn else raw
    digest = hashlib.sha256(request.url.path.encode() + b"\n" + request.url.query.encode() + b"\n")
    if len(raw) > PIECE:
        await asyncio.to_thread(digest.update, raw)
    else:
        digest.update(raw)
    return digest.hexdigest()


def _slot(request: Request, principal: Principal) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= 200 or not key.isascii() or not key.isprintable():
        raise KeyIsMalformed
    # Nobody is many: what one of them sends must not use up another's key.
    apart = request.url.path if principal.principal_id == NOBODY.principal_id else ""
    return hashlib.sha256(f"{principal.principal_id}\n{key}\n{apart}".encode()).hexdigest()


def _answer(key: tuple[str, str], response: Response) -> Answer:
    headers = {name: value for name, value in response.headers.items() if name in KEPT_HEADERS}
    body = response.kept if isinstance(response, Rendered) else bytes(response.body)
    return Answer(key[0], key[1], response.status_code, headers, body, wall_now())


async def _kept(ground: Ground, slot: str, digest: str) -> Response | None:
    rows = await ground.store.fetch(sa.select(answers.table).where(answers.table.c.slot == slot))
    if not rows:
        return None
    answer = answers.state(rows[0])
    if answer.digest != digest:
        raise KeyWasUsedOtherwise
    return Response(answer.body, answer.status, headers={**answer.headers, "Idempotency-Replayed": "true"})
