"""The edge of a service: problem documents, strict bodies, pages, ETags, sizes."""

import re
from collections.abc import Callable, Iterable
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

import structlog
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.store.port import OutcomeUnknown, StoreError
from contracts.refusals import NotFound, Refusal

log = structlog.get_logger()
T = TypeVar("T")
BODY_LIMIT = 1_000_000
UPLOAD_LIMIT = 64_000_000
MANY_FAULTS = 1_000
LONGEST_NAME = 64
"""So much of the name of an unknown parameter is said back."""
ONE_OF = re.compile(r"^\^\(([a-z_|]+)\)\$$")
"""The pattern of a code out of a list."""


class BodyIsInvalid(Refusal):
    status = 422
    sentence = "The request does not fit: see `errors`, each with the place and what is expected there."


class BodyIsNotJson(Refusal):
    status = 415
    sentence = "Send the body as application/json in UTF-8."


class BodyIsNotForm(Refusal):
    status = 415
    sentence = "Send the body as multipart/form-data."


class BodyIsTooLarge(Refusal):
    status = 413
    sentence = "The body is larger than {limit} bytes."


class BodyIsCompressed(Refusal):
    status = 415
    sentence = "Send the body as it is: no Content-Encoding is taken."


class KeyIsMalformed(Refusal):
    status = 400
    sentence = "An Idempotency-Key has 1 to 200 visible ASCII characters."


class KeyWasUsedOtherwise(Refusal):
    status = 422
    sentence = "This Idempotency-Key came with another request before: use a new key."


class IfMatchIsMissing(Refusal):
    status = 428
    sentence = 'Say which version you change: send its ETag as If-Match, e.g. If-Match: "3".'


class IfMatchIsMalformed(Refusal):
    status = 400
    sentence = 'If-Match is the ETag of one version, e.g. "3".'


class CursorIsInvalid(Refusal):
    status = 400
    sentence = "This cursor is not one of ours: follow the links of the first page."


class TryAgainLater(Refusal):
    status = 503
    sentence = "The system cannot take this right now. Nothing was changed; please repeat in a moment."


class OutcomeIsUnknown(Refusal):
    status = 503
    sentence = "The answer got lost on the way to the database: repeat with the same Idempotency-Key to learn it."


class CallerHasLeft(Refusal):
    status = 499  # nobody reads it: it stands in logs and metrics, where a leaving caller is no failure of ours
    sentence = "The caller went away before it had sent everything."


class InternalError(Refusal):
    status = 500
    sentence = "Something went wrong on our side. Quote the Correlation-Id to the operator."


class Body(BaseModel):
    """A request body: read strictly from its bytes, unknown fields refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Out(BaseModel):
    """An answer. Its first field is its id; `version`, where it has one, becomes the ETag.

    `is_found_by_id` says whether GET finds what was created under that id, so that a `Location` leads there.
    """

    model_config = ConfigDict(frozen=True)
    is_found_by_id: ClassVar[bool] = True

    def kept(self) -> "Out":
        """What is kept of it under an Idempotency-Key; an answer that shows a secret keeps it to itself."""
        return self


class Page(Out, Generic[T]):
    """Part of a list; `next` is the cursor of the following part, null at the end."""

    items: list[T]
    next: str | None = None


Cursor = Annotated[str | None, Query(max_length=200, description="where the last page ended")]
Limit = Annotated[int, Query(ge=1, le=200, description="at most this many items")]


def page_after(cursor: str | None) -> UUID | None:
    """The id after which a page begins."""
    if cursor is None:
        return None
    try:
        return UUID(cursor)
    except ValueError:
        raise CursorIsInvalid from None


class Problem(BaseModel):
    """RFC 9457. `code` is stable, `params` are its facts, `detail` the sentence in words."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    params: dict[str, Any] = Field(default_factory=dict)
    errors: list[dict[str, Any]] | None = None
    media_type: ClassVar[str] = "application/problem+json"


def problem(refusal: Refusal, *, errors: list[dict[str, Any]] | None = None) -> Response:
    """A refusal as its problem document."""
    body = Problem(
        type=f"urn:openrecp:problem:{refusal.code}",
        title=re.sub(r"_", " ", refusal.code).capitalize(),
        status=refusal.status,
        detail=str(refusal),
        code=refusal.code,
        params={name: _plain(value) for name, value in refusal.params.items()},
        errors=errors,
    )
    headers = {"Retry-After": "1"} if refusal.status == 503 else {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    content = body.model_dump_json(exclude_none=True)
    return Response(content, refusal.status, headers=headers, media_type=Problem.media_type)


def problems(*refusals: type[Refusal]) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route: the refusals it may answer with, by status."""
    by_status: dict[int | str, list[type[Refusal]]] = {}
    for refusal in refusals:
        by_status.setdefault(refusal.status, []).append(refusal)
    return {
        status: {
            "description": " ".join(f"`{each.code}`: {each.sentence}" for each in group),
            "content": {Problem.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, group in by_status.items()
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str | bool | list | dict | None) else str(value)


def validated(model: type[BaseModel], raw: bytes) -> BaseModel:
    """A body by its model, from its bytes; raises `Unfit` with every fault and its place."""
    if _NUL.search(raw):
        raise Unfit([{"pointer": "", "code": "nul", "detail": "A text holds the character NUL."}])
    try:
        return model.model_validate_json(raw, strict=True, extra="forbid")  # nested values of the contracts too
    except ValidationError as error:
        if error.error_count() > MANY_FAULTS:  # told one by one, a megabyte of them would become a hundred
            detail = f"More than {MANY_FAULTS} places do not fit."
            raise Unfit([{"pointer": "", "code": "too_many_faults", "detail": detail}]) from None
        raise Unfit(faults(error.errors(include_url=False, include_input=False, include_context=False))) from None


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000|\x00")


class Unfit(BodyIsInvalid):
    """The faults of a request, each with pointer, code and what is expected."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__()
        self.errors = errors


Unfit.code = BodyIsInvalid.code


def only_known(given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse query parameters nobody reads: a mistyped filter that is passed over answers with far too much."""
    names = sorted(set(known))
    words = f"It knows {', '.join(names)}." if names else "It knows none."
    unknown = [name[:LONGEST_NAME] for name in dict.fromkeys(given) if name not in names]
    if unknown:
        raise Unfit(
            [
                {
                    "pointer": "/query/" + name.replace("~", "~0").replace("/", "~1"),
                    "code": "extra_forbidden",
                    "detail": f"This operation has no parameter {name!r}. {words}",
                }
                for name in unknown[:100]
            ]
        )


def faults(errors: Iterable[Any]) -> list[dict[str, Any]]:
    """pydantic's errors as pointer, code and sentence, never with what was sent."""
    return [
        {"pointer": "/" + "/".join(str(part) for part in each["loc"]), "code": each["type"], "detail": _in_words(each)}
        for each in errors
    ][:100]


def _in_words(error: Any) -> str:
    """Its sentence; of a code that is none of a list, the list."""
    listed = ONE_OF.match(error.get("ctx", {}).get("pattern", ""))
    return f"Should be one of {listed[1].replace('|', ', ')}" if listed else str(error["msg"])


def of_http(error: HTTPException) -> Refusal:
    """Starlette's own answers (404, 405, 413 …) in our words."""
    return _by_status(error.status_code)


def _by_status(status: int) -> Refusal:
    known: dict[int, Refusal] = {404: NotFound(thing="page"), 413: BodyIsTooLarge(limit=BODY_LIMIT)}
    return known.get(status) or _plain_refusal(status)


class MethodIsNotAllowed(Refusal):
    status = 405
    sentence = "This path does not know that method."


class RequestIsMalformed(Refusal):
    status = 400
    sentence = "The request is malformed."


def _plain_refusal(status: int) -> Refusal:
    return MethodIsNotAllowed() if status == 405 else RequestIsMalformed()


def of_store(error: StoreError) -> Refusal:
    """What a store's failure means for the caller."""
    return OutcomeIsUnknown() if isinstance(error, OutcomeUnknown) else TryAgainLater()


async def _answer_in_words(request: Request, error: Exception) -> Response:
    match error:
        case Unfit():
            return problem(error, errors=error.errors)
        case Refusal():
            return problem(error)
        case RequestValidationError():
            return problem(BodyIsInvalid(), errors=faults(error.errors()))
        case HTTPException():
            response = problem(of_http(error))
            response.headers.update(error.headers or {})
            return response
        case ClientDisconnect():
            return problem(CallerHasLeft())
        case StoreError():
            log.error("store.failed", error=str(error), kind=type(error).__name__, path=request.url.path)
            return problem(of_store(error))
    return problem(InternalError())


def refuse_in_words(app: FastAPI) -> None:
    """Answer every error of this app with a problem document; what nobody expected is told by `Guarded`."""
    # Without a handler of its own for Exception, Starlette answers a plain text before Guarded hears of it.
    for kind in (Refusal, RequestValidationError, HTTPException, ClientDisconnect, StoreError, Exception):
        app.add_exception_handler(kind, _answer_in_words)


class Guarded:
    """The outermost layer: bounds the body, and turns what nobody expected into a problem without its text.

    `too_large` may have another answer than the problem for whoever sent too much.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limit: int = BODY_LIMIT,
        upload_limit: int = UPLOAD_LIMIT,
        too_large: Callable[[Scope], ASGIApp | None] = lambda scope: None,
    ) -> None:
        self.app, self.limit, self.upload_limit, self.too_large = app, limit, upload_limit, too_large

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = ended = False

        async def sending(message: Message) -> None:
            nonlocal started, ended
            started = True
            ended = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            await self.app(scope, self._bounded(scope, receive), sending)
        except BodyIsTooLarge as refusal:
            if not started:
                await (self.too_large(scope) or problem(refusal))(scope, receive, send)
        except BodyIsCompressed as refusal:
            await problem(refusal)(scope, receive, send)
        except Exception:
            log.exception("request.failed", path=scope["path"], method=scope["method"])
            if not started:
                await problem(InternalError())(scope, receive, send)
            elif not ended:
                raise  # half an answer must not look like a whole one

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        headers = dict(scope["headers"])
        upload = headers.get(b"content-type", b"").startswith(b"multipart/")
        limit = self.upload_limit if upload else self.limit
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise BodyIsCompressed  # a few bytes could become very many
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit:
            raise BodyIsTooLarge(limit=limit)
        taken = 0

        async def receiving() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise BodyIsTooLarge(limit=limit)
            return message

        return receiving


def if_match(given: str | None, *, needed: bool) -> int | None:
    """The version a caller expects; raises 428 where it must say one, 400 for anything but one ETag."""
    if given is None:
        if needed:
            raise IfMatchIsMissing
        return None
    found = re.fullmatch(r'"(\d{1,18})"', given.strip())
    if found is None:
        raise IfMatchIsMalformed
    return int(found[1])
