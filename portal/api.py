"""The public API, asked through the same door as everyone else asks it, as the person who is signed in."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2
from starlette.types import ASGIApp

ANSWERS_WITHIN_S = 120.0
AT_A_TIME = 200
"""The longest page of a list."""


class Trouble(Exception):
    """The API said no: `code` is stable, `detail` its sentence, `errors` the places of a form that do not fit."""

    def __init__(self, status: int, problem: Mapping[str, Any], retry_after_s: int | None = None) -> None:
        super().__init__(f"{status} {problem.get('code')}")
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.detail = str(problem.get("detail", ""))
        self.params: dict[str, Any] = dict(problem.get("params") or {})
        self.errors: list[dict[str, Any]] = list(problem.get("errors") or [])
        self.retry_after_s = retry_after_s


class Api:
    """One visitor's way to the API. `address` is theirs, so that limits count the visitor and not the portal."""

    def __init__(self, door: ASGIApp, *, key: str | None, address: str, language: str, correlation_id: str) -> None:
        headers = {"accept-language": language, "correlation-id": correlation_id}
        self._client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=door, client=(address, 0), raise_app_exceptions=False),
            base_url="http://portal",
            headers=headers | ({"authorization": f"Bearer {key}"} if key else {}),
            timeout=ANSWERS_WITHIN_S,
            trust_env=False,
        )

    async def get(self, path: str, **query: Any) -> Any:
        """What stands at a path; parameters that are None are left out."""
        return (await self._ask("GET", path, params=_given(query))).json()

    async def all(self, path: str, **query: Any) -> list[Any]:
        """A whole list, page after page: for lists that a person can still read."""
        found: list[Any] = []
        cursor: str | None = None
        while True:
            page = await self.get(path, cursor=cursor, limit=AT_A_TIME, **query)
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    async def post(self, path: str, body: Any = None, *, once: str) -> Any:
        """A command or a creation. `once` is the form's own key: sent twice, it takes effect once."""
        return (await self._ask("POST", path, json=body, headers={"idempotency-key": once})).json()

    async def patch(self, path: str, body: Any, *, version: str | int) -> Any:
        """A change of the version that the form showed."""
        return (await self._ask("PATCH", path, json=body, headers={"if-match": f'"{version}"'})).json()

    async def put(self, path: str, body: Any, *, version: str | int | None = None) -> Any:
        headers = {} if version is None else {"if-match": f'"{version}"'}
        return (await self._ask("PUT", path, json=body, headers=headers)).json()

    async def upload(
        self, path: str, files: Mapping[str, tuple[str, bytes]], fields: Mapping[str, str], *, once: str
    ) -> Any:
        """Files with the fields beside them."""
        sent = {"files": dict(files), "data": dict(fields), "headers": {"idempotency-key": once}}
        return (await self._ask("POST", path, **sent)).json()

    async def file(self, path: str, media: str, **query: Any) -> tuple[bytes, str]:
        """What stands at a path as a file of a media type, and its type."""
        answer = await self._ask("GET", path, params=_given(query), headers={"accept": media})
        return answer.content, answer.headers.get("content-type", media)

    async def _ask(self, method: str, path: str, **options: Any) -> httpx2.Response:
        answer = await self._client.request(method, path, **options)
        if answer.status_code < 400:
            return answer
        told = answer.headers.get("retry-after", "")
        is_problem = "problem+json" in answer.headers.get("content-type", "")
        raise Trouble(answer.status_code, answer.json() if is_problem else {}, int(told) if told.isdigit() else None)


def path_of(*segments: str) -> str:
    """A path from its segments; what a visitor wrote in one of them stays in it."""
    return "".join(f"/{quote(each, safe='')}" for each in segments)


def _given(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if value is not None and value != ""}
