"""What pages are dressed in: our style sheet and script, and htmx; under addresses that change with the content."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Static:
    """A file, small and as it is."""

    media_type: str
    content: bytes
    zipped: bytes
    mark: str


@cache
def statics() -> dict[str, Static]:
    """Every file by its name; the style sheets are one, so that a first page asks but once."""
    sheets = b"\n".join(each.read_bytes() for each in sorted(FOLDER.glob("*.css"), key=_portal_first))
    found = {"portal.css": sheets, "htmx.js": (files("js_lib_htmx") / "static" / "htmx" / "htmx.min.js").read_bytes()}
    found |= {each.name: each.read_bytes() for each in FOLDER.iterdir() if each.suffix in (".js", ".svg")}
    return {name: _static(name, content) for name, content in found.items()}


def _portal_first(file: Path) -> tuple[bool, str]:
    return file.name != "portal.css", file.name


def _static(name: str, content: bytes) -> Static:
    mark = hashlib.sha256(content).hexdigest()[:12]
    return Static(TYPES[Path(name).suffix], content, gzip.compress(content, 9, mtime=0), mark)


def address_of(name: str) -> str:
    """Where a file stands; another content stands elsewhere."""
    return f"/static/{statics()[name].mark}/{name}"


async def show_static(request: Request) -> Response:
    """A file that a browser may keep for ever."""
    found = statics().get(request.path_params["name"])
    if found is None or found.mark != request.path_params["mark"]:
        raise HTTPException(404)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers = {**FOR_EVER, "Content-Encoding": "gzip"}
        return Response(found.zipped, media_type=found.media_type, headers=headers)
    return Response(found.content, media_type=found.media_type, headers=FOR_EVER)
