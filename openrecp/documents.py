"""What is derived from the code, committed and compared: permissions, the merged OpenAPI, the client after it."""

import json
from pathlib import Path
from typing import Any

from chassis.settings import ROOT
from gateway import openapi, permissions
from gateway.app import own_api
from openrecp import client_code
from openrecp.services import NAMES, load

FOLDER = ROOT / "contracts"
CLIENT = ROOT / "api_client"


def derived() -> dict[Path, str]:
    """Each document's path and its text as the code would write it now."""
    apps = {name: load(name).api() for name in NAMES}
    apps["gateway"] = own_api()
    documents = {name: app.openapi() for name, app in apps.items()}
    merged = _text(openapi.merged(documents, calls()))
    return {
        FOLDER / "permissions.json": _text(permissions.collected(apps)),
        FOLDER / "openapi.json": merged,
        CLIENT / "models.py": client_code.models(json.loads(merged)),
        CLIENT / "operations.py": client_code.operations(json.loads(merged)),
    }


def calls() -> dict[str, Any]:
    """A real request and answer of each operation, by its name."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted((FOLDER / "calls").glob("*.json"))
    }


def write() -> list[Path]:
    """Write what differs; returns what was written."""
    stale = _outdated(derived())
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8")
    return list(stale)


def outdated() -> list[Path]:
    """Documents that no longer say what the code does."""
    return list(_outdated(derived()))


def _outdated(texts: dict[Path, str]) -> dict[Path, str]:
    known = {path: path.read_text(encoding="utf-8") if path.exists() else None for path in texts}
    return {path: text for path, text in texts.items() if known[path] != text}


def _text(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
