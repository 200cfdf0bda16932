"""Pages that need no key: the API's documents and what reads them, all from this machine."""

import hashlib
from collections.abc import Awaitable, Callable
from functools import cache, cached_property
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from contracts.refusals import NotFound

Page = Callable[[Request], Awaitable[Response]]
OPENAPI = "/v1/openapi.json"
ASYNCAPI = "/asyncapi.json"
READER = "fastapi_offline"  # carries the files of Swagger UI
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # the icons in the reader's style sheet
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>OpenRECP API</title>
<link rel="icon" href="{folder}/favicon.png">
<link rel="stylesheet" href="{folder}/swagger-ui.css">
</head>
<body>
<p>What happens is told by events: <a href="{asyncapi}">{asyncapi}</a> (AsyncAPI 3.1), and the operations of
<a href="#/events">events</a> below.</p>
<main id="documents"></main>
<noscript>The same in one file: <a href="{openapi}">{openapi}</a></noscript>
<script src="{folder}/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: "%s",
  dom_id: "#documents",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"""


class Document:
    """A document as it was written to a file; read when it is first asked for."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def page(self, request: Request) -> Response:
        content, etag = self._content
        headers = {"ETag": etag, "Cache-Control": "public, no-cache"}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="application/json", headers=headers)

    @cached_property
    def _content(self) -> tuple[bytes, str]:
        try:
            content = self._file.read_bytes()
        except FileNotFoundError:
            raise NotFound(thing="document") from None
        return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'


class Documents:
    """The merged OpenAPI document, the AsyncAPI document that stands beside it, and a page to read and try them."""

    def __init__(self, openapi: Path) -> None:
        self._openapi = Document(openapi)
        self._asyncapi = Document(openapi.with_name("asyncapi.json"))
        self._folder = f"/docs/{version(READER)}"  # a new version of the reader is a new address

    def pages(self) -> dict[str, Page]:
        """Each page by its path."""
        return {
            "/": _to_the_documents,
            "/docs": self._reader,
            "/docs/start.js": _start,
            OPENAPI: self._openapi.page,
            ASYNCAPI: self._asyncapi.page,
            f"{self._folder}/swagger-ui-bundle.js": _file("swagger-ui-bundle.js", "text/javascript"),
            f"{self._folder}/swagger-ui.css": _file("swagger-ui.css", "text/css"),
            f"{self._folder}/favicon.png": _file("favicon.png", "image/png"),
        }

    async def _reader(self, _: Request) -> Response:
        page = PAGE.format(folder=self._folder, openapi=OPENAPI, asyncapi=ASYNCAPI)
        headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}
        return Response(page, media_type="text/html", headers=headers)


def _file(name: str, media_type: str) -> Page:
    async def page(_: Request) -> Response:
        return Response(_content_of(name), media_type=media_type, headers=FOR_EVER)

    return page


@cache
def _content_of(name: str) -> bytes:
    """Read when it is first asked for, then kept: nobody needs a key to ask."""
    return (files(READER) / "static" / name).read_bytes()


async def _start(_: Request) -> Response:
    return Response(START % OPENAPI, media_type="text/javascript", headers={"Cache-Control": "no-cache"})


async def _to_the_documents(_: Request) -> Response:
    return RedirectResponse("/docs", 303)
