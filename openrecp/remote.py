"""Asking a running system over its public API, as the command line does."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

from openrecp.options import ADDRESS
from openrecp.sentences import InWords

KEYS = "demo-keys.json"
BUSY = frozenset({429, 502, 503, 504})


class AskedInVain(InWords):
    """The system is not there, or said no; the sentence says what to do."""


class SystemIsAway(AskedInVain):
    """The system does not answer just now; it may in a moment."""


class Remote:
    """A running system's address and a key to it: given, else the demo administrator's from the data folder."""

    def __init__(self, url: str, key: str | None, data: Path) -> None:
        self.url = url.rstrip("/")
        self.key = key or _demo_key(data)

    def get(self, path: str, **params: Any) -> Any:
        return self._ask("GET", path, params={name: value for name, value in params.items() if value is not None})

    def post(self, path: str, body: Any = None) -> Any:
        return self._ask("POST", path, json=body)

    def file(self, path: str, media: str, **params: Any) -> bytes:
        """What the system has at a path, as a file of this media type."""
        given = {name: value for name, value in params.items() if value is not None}
        return self._answer("GET", path, headers={"Accept": media}, params=given).content

    def _ask(self, method: str, path: str, **options: Any) -> Any:
        return self._answer(method, path, **options).json()

    def _answer(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx2.Response:
        try:
            answer = httpx2.request(
                method,
                self.url + path,
                headers={"Authorization": f"Bearer {self.key}", **(headers or {})},
                timeout=60.0,
                trust_env=False,
                **options,
            )
        except httpx2.HTTPError as error:
            raise SystemIsAway(nobody_answers(self.url, type(error).__name__)) from None
        if answer.status_code >= 500 and not _is_problem(answer):  # of a server that goes down, or of a proxy
            raise SystemIsAway(nobody_answers(self.url, f"but {answer.status_code}"))
        if answer.status_code in BUSY:
            raise SystemIsAway(problem_in_words(answer))
        if answer.status_code >= 400:
            raise AskedInVain(problem_in_words(answer))
        return answer


def rebuild(remote: Remote, service: str) -> Any:
    """Start a rebuild and wait for its end."""
    remote.post(f"/v1/admin/{service}/rebuild")
    while (outcome := remote.get(f"/v1/admin/{service}/rebuild"))["state"] == "running":
        time.sleep(0.2)
    return outcome


def nobody_answers(url: str, why: str) -> str:
    """That a system is not there; to whoever named no address, also how one is named."""
    where = "; at another address? --url or OPENRECP_URL names it" if url == ADDRESS else ""
    return f"No system answers at {url} ({why}{where}): is it up?"


def _is_problem(answer: httpx2.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("application/problem+json")


def problem_in_words(answer: httpx2.Response) -> str:
    """A problem document as a line, and one for each fault it names."""
    try:
        problem = answer.json()
        faults = [f"{each['pointer']}: {each['detail']}" for each in problem.get("errors") or ()]
        return "\n  ".join([f"{problem['status']} {problem['code']}: {problem['detail']}", *faults])
    except (ValueError, KeyError):
        return f"{answer.status_code}: {answer.text[:200]}"


def _demo_key(data: Path) -> str:
    path = data / KEYS
    if not path.exists():
        raise AskedInVain(f"Give a key with --key or OPENRECP_KEY ({path} is not there).")
    try:
        key: str = json.loads(path.read_text(encoding="utf-8"))["administrator"]["key"]
    except (ValueError, KeyError, TypeError):
        raise AskedInVain(f"{path} is not as the demo wrote it: give a key with --key or OPENRECP_KEY.") from None
    return key
