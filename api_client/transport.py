"""How a request goes out and what may come back: an answer, a refusal, or nothing, after which it is asked again."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from urllib.parse import quote

import httpx2

ANSWERS_WITHIN_S = 120.0
BUSY = frozenset({429, 503})
"""Nothing was done: asking again later is safe, whatever was asked."""
UNKNOWN = frozenset({502, 504})
"""Nobody knows whether it was done: asking again is safe because the API keeps the answer under the request's key."""
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0

Value = object
"""What a parameter may be: text, a number, a date, an id, or a sequence of them; None is left out."""
Upload = tuple[str, bytes]
"""A file that is sent: its name and its content."""


@dataclass(frozen=True)
class File:
    """An answer that is not JSON, and its media type."""

    content: bytes
    media_type: str

    @property
    def text(self) -> str:
        return self.content.decode()


class Trouble(Exception):
    """The API said no: `code` is stable, `detail` its sentence, `errors` the places of a body that do not fit."""

    def __init__(self, status: int, problem: Mapping[str, Any], retry_after_s: int | None = None) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail', '')}")
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.detail = str(problem.get("detail", ""))
        self.params: dict[str, Any] = dict(problem.get("params") or {})
        self.errors: list[dict[str, Any]] = list(problem.get("errors") or [])
        self.retry_after_s = retry_after_s


class Transport:
    """Somebody's way to the API: an HTTP client (which several may share), a key, and how often to ask.

    `tries` counts requests that were turned away (429, 503) or whose outcome is unknown (no connection, 502, 504).
    """

    def __init__(self, http: httpx2.AsyncClient, key: str | None = None, *, tries: int = 1) -> None:
        self.http = http
        self.key = key
        self.tries = tries

    @classmethod
    @asynccontextmanager
    async def at(cls, address: str, key: str | None, *, language: str = "en", tries: int = 5) -> AsyncIterator[Self]:
        """The API of a deployment, for whoever holds the key."""
        headers = {"Accept-Language": language}
        http = httpx2.AsyncClient(base_url=address, headers=headers, timeout=ANSWERS_WITHIN_S, trust_env=False)
        async with http:
            yield cls(http, key, tries=tries)

    async def _json(self, method: str, path: str, body: Any = None, **asked: Any) -> Any:
        """The answer of an operation as the JSON it is."""
        return (await self._ask(method, path, body, **asked)).json()

    async def _file(self, path: str, media_type: str, **asked: Any) -> File:
        """The answer of an operation as a file."""
        answer = await self._ask("GET", path, media_type=media_type, **asked)
        return File(answer.content, answer.headers.get("content-type", media_type))

    async def _ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, Value] | None = None,
        files: Mapping[str, Upload | None] | None = None,
        fields: Mapping[str, Value] | None = None,
        once: str | None = None,
        version: int | str | None = None,
        media_type: str | None = None,
    ) -> httpx2.Response:
        headers = {} if self.key is None else {"Authorization": f"Bearer {self.key}"}
        if media_type is not None:
            headers["Accept"] = media_type
        if method != "GET":
            headers["Idempotency-Key"] = once or str(uuid.uuid4())
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        sent: dict[str, Any] = {"params": _given(query), "headers": headers}
        if files is not None:
            sent |= {"files": {name: each for name, each in files.items() if each}, "data": _given(fields)}
        elif body is not None:
            sent["json"] = body
        return await self._until_answered(lambda: self.http.request(method, path, **sent))

    async def _until_answered(self, ask: Callable[[], Any]) -> httpx2.Response:
        pause = FIRST_PAUSE_S
        for attempt in range(1, self.tries + 1):
            try:
                answer: httpx2.Response = await ask()
            except httpx2.TransportError:
                if attempt == self.tries:
                    raise
            else:
                if answer.status_code < 300:
                    return answer
                trouble = trouble_in(answer)
                if attempt == self.tries or trouble.status not in BUSY | UNKNOWN:
                    raise trouble
                pause = max(pause, float(trouble.retry_after_s or 0))
            await asyncio.sleep(min(pause, LONGEST_PAUSE_S))
            pause *= 2
        raise ValueError(f"tries is {self.tries}: nothing was asked")


def trouble_in(answer: httpx2.Response) -> Trouble:
    """What an answer that is no success says."""
    told = answer.headers.get("retry-after", "")
    is_problem = "problem+json" in answer.headers.get("content-type", "")
    return Trouble(answer.status_code, answer.json() if is_problem else {}, int(told) if told.isdigit() else None)


def segment(value: object) -> str:
    """A value as one segment of a path; whatever is written in it stays in it."""
    return quote(str(value), safe="")


def _given(values: Mapping[str, Value] | None) -> dict[str, Any]:
    return {name: _said(value) for name, value in (values or {}).items() if value is not None}


def _said(value: Value) -> Any:
    """A value as it is written in an address or a form."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_said(each) for each in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
