"""The public API, asked through the same door as everyone else asks it, as the person who is signed in."""

import httpx2
from starlette.types import ASGIApp

from api_client import Client

ANSWERS_WITHIN_S = 120.0
AT_A_TIME = 200
"""The longest page of a list."""


class Api(Client):
    """One visitor's way to the API. `address` is theirs, so that limits count the visitor and not the portal.

    Nothing is asked twice: whoever reads a page decides whether to send its form again, under the form's own key.
    """

    def __init__(self, door: ASGIApp, *, key: str | None, address: str, language: str, correlation_id: str) -> None:
        http = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=door, client=(address, 0), raise_app_exceptions=False),
            base_url="http://portal",
            headers={"accept-language": language, "correlation-id": correlation_id},
            timeout=ANSWERS_WITHIN_S,
            trust_env=False,
        )
        super().__init__(http, key)
