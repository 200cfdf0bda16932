"""What crosses the door: a short list of headers goes in, whoever they claim to be stays outside."""

import re
import secrets
from collections.abc import Iterable

Headers = list[tuple[bytes, bytes]]
ALWAYS: Headers = [(b"x-content-type-options", b"nosniff")]

WELCOME = frozenset(
    {
        b"accept",
        b"accept-language",
        b"content-length",
        b"content-type",
        b"idempotency-key",
        b"if-match",
        b"if-none-match",
        b"user-agent",
    }
)
"""All that a service may learn from outside. Forged identities (X-Forwarded-*, Forwarded, X-User …) are not on it."""

OF_ONE_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_TRACE = re.compile(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def inward(given: Iterable[tuple[bytes, bytes]], *, token: str | None, correlation_id: str) -> Headers:
    """The headers a service gets: what is welcome, our own word for who asks, and the trace."""
    kept = [(name, value) for name, value in given if name in WELCOME]
    kept.append((b"correlation-id", correlation_id.encode()))
    kept += _trace(given)
    if token is not None:
        kept.append((b"authorization", b"Bearer " + token.encode()))
    return kept


def outward(given: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers of a service's answer, without those that speak of its own connection and server."""
    lowered = [(name.lower(), value) for name, value in given]
    named = b",".join(value for name, value in lowered if name == b"connection")
    dropped = OF_ONE_HOP | {each.strip().lower() for each in named.split(b",")} | {b"server", b"date"}
    return [(name, value) for name, value in lowered if name not in dropped]


def _trace(given: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The caller's trace if it is one (W3C Trace Context), else the beginning of a new one."""
    parents = [value for name, value in given if name == b"traceparent"]
    if len(parents) == 1 and _TRACE.fullmatch(parents[0]):
        return [(name, value) for name, value in given if name in (b"traceparent", b"tracestate")]
    random = secrets.token_hex(24)
    return [(b"traceparent", f"00-{random[:32]}-{random[32:]}-00".encode())]
