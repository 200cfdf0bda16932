"""Fingerprints of data and results, so that anybody can tell whether they are still the same."""

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter

_any: TypeAdapter[Any] = TypeAdapter(Any)


def sha256_of(value: Any) -> str:
    """SHA-256 of a value as JSON with sorted names."""
    plain = _any.dump_python(value, mode="json")
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
