"""The documents derived from the code: permissions and the merged OpenAPI, committed and compared."""

import json
from pathlib import Path
from typing import Any

from chassis.settings import ROOT
from gateway import openapi, permissions
from gateway.app import own_api
from openrecp.services import NAMES, load

FOLDER = ROOT / "contracts"


def derived() -> dict[Path, str]:
    """Each document's path and its text as the code would write it now."""
    apps = {name: load(name).api() for name in NAMES}
    apps["gateway"] = own_api()
    documents = {name: app.openapi() for name, app in apps.items()}
    return {
        FOLDER / "permissions.json": _text(permissions.collected(apps)),
        FOLDER / "openapi.json": _text(openapi.merged(documents)),
    }


def write() -> list[Path]:
    """Write what differs; returns what was written."""
    stale = outdated()
    for path, text in derived().items():
        if path in stale:
            path.write_text(text, encoding="utf-8")
    return stale


def outdated() -> list[Path]:
    """Documents that no longer say what the code does."""
    return [path for path, text in derived().items() if not path.exists() or path.read_text(encoding="utf-8") != text]


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
