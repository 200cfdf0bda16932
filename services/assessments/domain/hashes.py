"""Fingerprints of data and results, so that anybody can tell whether they are still the same."""

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter

_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def sha256_of(value: Any) -> str:
    """SHA-256 of a value as JSON with sorted names; the same after it was stored and read again."""
    kind = type(value)
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    plain = _adapters[kind].dump_python(value, mode="json")
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
